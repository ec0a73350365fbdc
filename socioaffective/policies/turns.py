"""Turns: policies that are switched, capped or cooled off at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import update_wrapper
from numbers import Real
from typing import Any

import numpy as np

from socioaffective.checks import number, unknown
from socioaffective.model import Model
from socioaffective.policies.base import Caps, Relay, Steps, Stepwise, lever_names, said
from socioaffective.policies.climbing import Climber

Policy = Steps | Climber | Stepwise | Relay | Callable[[Mapping[str, float]], Mapping[str, float]]


def switched(first: Policy | None, second: Policy | None, at: float) -> Relay:
    """Returns the policy that is `first` until week `at` and `second` from then on; None leaves the levers at their defaults.

    Whatever `second` is, it finds the person and the levers as they are then: a climber climbs on from there, a policy that
    plans plans for the weeks that are left, one that decides stepwise counts its time from there, a schedule keeps its own
    weeks. Until week `at` the run is, to the last bit, that of `first` alone. Raises ValueError for a week not after 0 (in a
    run also for one between two of its points), TypeError for what is no policy.

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

    The policy goes on, with what it remembers, and does not know of the caps; a climber climbs as far as it may. A lever that
    the policy does not set is capped as well. Raises ValueError for no cap, in a run also for one outside its lever's bounds.

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

    A model need not have all of the levers. Then the policy goes on: a climber from 0, a policy that decides stepwise with what
    it remembers (an A/B test from the arms at 0, a plan as it was), a schedule by its own weeks.

    >>> import socioaffective as sa
    >>> policy = sa.policies.cooled_off(sa.policies.fixed(cues=0.8), at=8, weeks=4)
    >>> run = sa.simulate(sa.models.companion, weeks=16, policy=policy)
    >>> [float(run["cues"].sel(time=week)) for week in (7, 8, 11, 12)]
    [0.8, 0.0, 0.0, 0.8]
    """
    week, length = _week(at), number(weeks, "weeks (how long the cooling off lasts)")
    if length <= 0:
        raise ValueError(f"weeks must be positive, not {length:g}: it is how long the cooling off lasts.")
    rest = Resting(lever_names(levers, "name those that rest."))
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
    return policy.turns if isinstance(policy, Relay) else ((0.0, a_policy(policy)),)


def a_policy(given: Any) -> Any:
    """Returns what was given once it is a policy, or None."""
    if isinstance(given, type):
        raise TypeError(f"'{given.__name__}' is a class; a policy is made from it by calling it: {given.__name__}(...).")
    if given is not None and not isinstance(given, (Steps, Climber, Stepwise, Relay, Resting)) and not callable(given):
        raise TypeError(f"policy must be one of sa.policies, such as sa.policies.fixed(...), or a function, not {given!r}.")
    return given


def _week(at: Any) -> float:
    if (week := number(at, "at (the week from which on)")) < 0:
        raise ValueError(f"at must not be before week 0, not {week:g}.")
    return week


def _under(policy: Any, caps: Mapping[str, float]) -> Any:
    """Returns a policy of any kind whose levers stay below caps."""
    if policy is None:
        raise ValueError("There is no policy to cap: give one, such as sa.policies.climber().")
    if isinstance(policy, Resting):
        return policy
    own = dict(getattr(policy, "caps", ()))
    limits = tuple(sorted((own | {n: min(cap, own.get(n, cap)) for n, cap in caps.items()}).items()))
    if isinstance(policy, Steps):
        return Steps({n: {w: min(v, caps.get(n, v)) for w, v in steps.items()} for n, steps in policy.levers.items()}, limits)
    if isinstance(policy, Climber):
        return replace(policy, caps=limits)
    if isinstance(policy, Stepwise):
        return Capped(policy.policy if isinstance(policy, Capped) else policy, limits)

    def beneath(state: Mapping[str, float]) -> Mapping[str, float]:
        return _lowered(policy(state), caps)

    update_wrapper(beneath, policy)
    beneath.caps = limits
    beneath.__name__ = said(policy) if own else f"{said(policy)}, capped"
    return beneath


def _lowered(chosen: Any, caps: Mapping[str, float]) -> Any:
    """Returns levers lowered to their caps; what is no number is left for the run to refuse."""
    if not isinstance(chosen, Mapping):
        return chosen
    plain = {n: v.item() if isinstance(v, np.ndarray) and v.ndim == 0 else v for n, v in chosen.items()}
    return {n: caps[n] if n in caps and isinstance(v, Real) and v > caps[n] else v for n, v in plain.items()}


class Capped(Stepwise):
    """A stepwise policy whose decisions are lowered to their caps."""

    def __init__(self, policy: Stepwise, caps: Caps) -> None:
        self.policy, self.caps, self.every = policy, caps, getattr(policy, "every", None)

    def __repr__(self) -> str:
        return f"{self.policy!r}, capped at {', '.join(f'{name} {cap:g}' for name, cap in self.caps)}"

    def begin(self, model: Model, weeks: float, rng: Any) -> Callable[[float, Mapping, Mapping], Mapping[str, float]]:
        """Returns the decisions of the policy, each lowered to the caps."""
        decide = self.policy.begin(model, weeks, rng)
        return lambda time, state, settings: self.lowered(decide(time, state, settings))

    def lowered(self, chosen: Any) -> Any:
        """Returns a decision lowered to the caps."""
        return _lowered(chosen, dict(self.caps))
