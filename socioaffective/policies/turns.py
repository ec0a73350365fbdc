"""Turns: policies that are switched, capped or cooled off at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from socioaffective.checks import listed, number, unknown
from socioaffective.model import Model
from socioaffective.policies.base import Relay, Steps, Stepwise
from socioaffective.policies.climbing import Climber

Policy = Steps | Climber | Stepwise | Relay | Callable[[Mapping[str, float]], Mapping[str, float]]


def switched(first: Policy | None, second: Policy | None, at: float) -> Relay:
    """Returns the policy that is `first` until week `at` and `second` from then on; None leaves the levers at their defaults.

    Whatever `second` is, it finds the person as they are then: a climber starts from the levers as they stand, a policy that
    plans plans for the weeks that are left, a schedule keeps its own weeks.

    >>> import socioaffective as sa
    >>> policy = sa.policies.switched(sa.policies.climber(), sa.policies.fixed(cues=0), at=52)
    >>> run = sa.simulate(sa.models.companion, weeks=104, policy=policy)
    >>> [round(float(run["cues"].sel(time=week)), 1) for week in (51, 52)]
    [0.6, 0.0]
    """
    week = _week(at)
    if week == 0:
        raise ValueError("at must be after week 0: before that there is nothing to switch from.")
    before = tuple(turn for turn in turns_of(first) if turn[0] < week)
    later = turns_of(second)
    now = [policy for start, policy in later if start <= week][-1]
    return Relay((*before, (week, now), *(turn for turn in later if turn[0] > week)))


def capped(policy: Policy, at: float = 0, **caps: float) -> Policy:
    """Returns the policy with levers that never go above their caps, from week `at` on.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.companion, weeks=52, policy=sa.policies.capped(sa.policies.climber(), cues=0.4))
    >>> round(float(run["cues"].max()), 6)
    0.4
    """
    week = _week(at)
    if not caps:
        raise ValueError("Give at least one cap, such as capped(policy, cues=0.4).")
    limits = {name: number(cap, f"The cap of '{name}'") for name, cap in caps.items()}
    turns = turns_of(policy)
    before = tuple(turn for turn in turns if turn[0] < week)
    after = [(max(start, week), own) for start, own in turns if start > week] if week else list(turns[1:])
    now = [own for start, own in turns if start <= week][-1]
    under = [(start, _under(own, limits)) for start, own in [(week, now), *after]]
    return Relay((*before, *under)) if len(before) + len(under) > 1 else under[0][1]


def cooled_off(
    policy: Policy, at: float, weeks: float = 4, levers: Sequence[str] = ("accommodation", "steering", "cues")
) -> Relay:
    """Returns the policy with a cooling-off period: `levers` at 0 for some weeks from week `at` on, then the policy goes on.

    A model need not have all of the levers. What goes on then begins anew: a climber from 0, a policy that learns or plans
    with what it finds, a schedule by its own weeks.

    >>> import socioaffective as sa
    >>> policy = sa.policies.cooled_off(sa.policies.fixed(cues=0.8), at=8, weeks=4)
    >>> run = sa.simulate(sa.models.companion, weeks=16, policy=policy)
    >>> [float(run["cues"].sel(time=week)) for week in (7, 8, 11, 12)]
    [0.8, 0.0, 0.0, 0.8]
    """
    week, length = _week(at), number(weeks, "weeks (how long the cooling off lasts)")
    if length <= 0:
        raise ValueError(f"weeks must be positive, not {length:g}: it is how long the cooling off lasts.")
    rest = Resting(tuple(listed(levers, "levers", "['cues']")))
    turns = turns_of(policy)
    last = [own for start, own in turns if start <= week + length][-1]
    before = tuple(turn for turn in turns if turn[0] < week)
    return Relay((*before, (week, rest), (week + length, last), *(turn for turn in turns if turn[0] > week + length)))


@dataclass(frozen=True)
class Resting:
    """Levers at 0, or as low as they go; those that a model does not have do not matter."""

    levers: tuple[str, ...]

    def on(self, model: Model) -> Steps:
        """Returns the policy as a schedule for a model."""
        lows = {name: {0: model.levers[name].bounds[0]} for name in self.levers if name in model.levers}
        if not lows:
            raise unknown(f"lever of '{model.title}'", ", ".join(self.levers), model.levers)
        return Steps(lows)


def turns_of(policy: Any) -> tuple[tuple[float, Any], ...]:
    """Returns a policy as turns, each a week and the policy from then on.

    >>> import socioaffective as sa
    >>> from socioaffective.policies.turns import turns_of
    >>> [week for week, _ in turns_of(sa.policies.switched(None, None, at=4))]
    [0.0, 4.0]
    """
    if isinstance(policy, Relay):
        return policy.turns
    if policy is not None and not isinstance(policy, (Steps, Climber, Stepwise, Resting)) and not callable(policy):
        raise TypeError(f"A policy must be one of sa.policies, or a function of the state, not {policy!r}.")
    return ((0.0, policy),)


def _week(at: Any) -> float:
    if (week := number(at, "at (the week from which on)")) < 0:
        raise ValueError(f"at must not be before week 0, not {week:g}.")
    return week


def _under(policy: Any, caps: Mapping[str, float]) -> Any:
    """Returns a policy of any kind whose levers stay below caps."""
    lowered = lambda chosen: {n: min(v, caps[n]) if n in caps else v for n, v in chosen.items()}  # noqa: E731
    if isinstance(policy, Resting):
        return policy
    if isinstance(policy, Steps):
        lower = {n: {w: min(v, caps.get(n, v)) for w, v in steps.items()} for n, steps in policy.levers.items()}
        return Steps(lower, (*policy.caps, *caps))
    if isinstance(policy, Climber):
        own = dict(policy.caps)
        return replace(policy, caps=tuple(sorted((own | {n: min(c, own.get(n, c)) for n, c in caps.items()}).items())))
    if isinstance(policy, Stepwise):
        return Capped(policy, lowered, tuple(caps))
    if policy is None:
        raise ValueError("There is no policy to cap: give one, such as sa.policies.climber().")

    def beneath(state: Mapping[str, float]) -> Mapping[str, float]:
        chosen = policy(state)
        return lowered(chosen) if isinstance(chosen, Mapping) else chosen

    beneath.caps = (*getattr(policy, "caps", ()), *caps)
    beneath.__name__ = f"{getattr(policy, '__name__', 'policy')}_capped"
    return beneath


class Capped(Stepwise):
    """A stepwise policy whose decisions are lowered to their caps."""

    def __init__(self, policy: Stepwise, lowered: Callable[[Mapping], Mapping], caps: tuple[str, ...]) -> None:
        self.caps, self.policy, self.lowered = (*getattr(policy, "caps", ()), *caps), policy, lowered
        self.every, self.random = policy.every, policy.random

    def begin(self, model: Model, weeks: float, rng: Any) -> Callable[[float, Mapping, Mapping], Mapping[str, float]]:
        """Returns the decisions of the policy, each lowered to the caps."""
        decide = self.policy.begin(model, weeks, rng)
        return lambda time, state, settings: self.lowered(decide(time, state, settings))
