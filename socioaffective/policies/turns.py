"""Turns: policies that are switched, capped or cooled off at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import update_wrapper
from types import FunctionType
from typing import Any

from socioaffective.checks import number, unknown
from socioaffective.model import Model
from socioaffective.policies.base import Caps, Relay, Steps, Stepwise, fixed, lever_names, said
from socioaffective.policies.climbing import Climber

Policy = Steps | Climber | Stepwise | Relay | Callable[[Mapping[str, float]], Mapping[str, float]]


def switched(first: Policy | None, second: Policy | None, at: float) -> Relay:
    """Returns the policy that is `first` until week `at` and `second` from then on; None leaves the levers at their defaults.

    Whatever `second` is, it finds the person and the levers as they are then: a climber climbs on from there, a policy that
    plans plans for the weeks that are left, one that decides stepwise counts its time from there, a schedule keeps its own
    weeks. Only one that has acted before, the same object as `first`, goes on with what it remembers; for a new start make a
    second one. Until week `at` the run is, to the last bit, that of `first` alone. Raises ValueError for a week not after 0
    (in a run also for one between two of its points), TypeError for what is no policy.

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

    The policy goes on, with what it remembers, and does not know of the caps; a climber climbs as far as it may, a policy that
    decides stepwise decides anew at week `at`. A lever that the policy does not set is capped as well. Raises ValueError for no
    cap, in a run also for one outside its lever's bounds.

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
    """Returns the policy with a cooling-off period: `levers` rest for some weeks from week `at` on, then the policy goes on.

    A lever rests at 0, or where its bounds leave 0 out at the bound that is nearest to it. A model need not have all of the
    levers. Those that do not rest go on as the policy sets them, which does not know of the pause: one that decides stepwise
    decides anew at its beginning and its end, and remembers what it sees in between. Where all levers of the model rest the
    policy is not asked. Then it goes on: a climber from where the levers rested, a policy that decides stepwise with what it
    remembers (an A/B test from the arms at rest, a plan as it was), a schedule by its own weeks.

    >>> import socioaffective as sa
    >>> policy = sa.policies.cooled_off(sa.policies.fixed(cues=0.8), at=8, weeks=4)
    >>> run = sa.simulate(sa.models.companion, weeks=16, policy=policy)
    >>> [float(run["cues"].sel(time=week)) for week in (7, 8, 11, 12)]
    [0.8, 0.0, 0.0, 0.8]
    """
    week, length = _week(at), number(weeks, "weeks (how long the cooling off lasts)")
    if length <= 0:
        raise ValueError(f"weeks must be positive, not {length:g}: it is how long the cooling off lasts.")
    names, turns, end = lever_names(levers, "name those that rest."), turns_of(policy), week + length
    now, last = ([own for start, own in turns if start <= when][-1] for when in (week, end))
    before, after = ([turn for turn in turns if turn[0] < week], [turn for turn in turns if turn[0] > end])
    during = [(week, now), *(turn for turn in turns if week < turn[0] < end)]
    # Where there is no policy one that sets nothing can be capped.
    rests = [(start, Resting(names, fixed() if own is None else own)) for start, own in during]
    return Relay((*before, *rests, (end, last), *after))


@dataclass(frozen=True)
class Resting:
    """A policy some of whose levers rest: at 0, or as near to it as they go. Those that a model does not have do not matter."""

    levers: tuple[str, ...]
    policy: Any = field(repr=False)

    def on(self, model: Model) -> tuple[Any, dict[str, float]]:
        """Returns the policy of the other levers of a model, and the levels at which levers rest."""
        policy, levels = self.policy.on(model) if isinstance(self.policy, Resting) else (self.policy, {})
        bounds = {name: model.levers[name].bounds for name in self.levers if name in model.levers}
        if not bounds:
            raise unknown(f"lever of '{model.title}'", ", ".join(self.levers), model.levers)
        levels = levels | {name: float(min(max(0, low), high)) for name, (low, high) in bounds.items()}
        return _without(policy, tuple(levels), model), levels


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
    if given is not None and not isinstance(given, (Steps, Climber, Stepwise, Relay)) and not callable(given):
        raise TypeError(f"policy must be one of sa.policies, such as sa.policies.fixed(...), or a function, not {given!r}.")
    return given


def caps_of(policy: Any) -> Caps:
    """Returns the caps of a policy; what a class of somebody else's calls `caps` is its own affair."""
    return getattr(policy, "caps", ()) if isinstance(policy, (Steps, Climber, Capped, FunctionType)) else ()


def _week(at: Any) -> float:
    if (week := number(at, "at (the week from which on)")) < 0:
        raise ValueError(f"at must not be before week 0, not {week:g}.")
    return week


def _under(policy: Any, caps: Mapping[str, float]) -> Any:
    """Returns a policy of any kind whose levers stay below caps."""
    if policy is None:
        raise ValueError("There is no policy to cap: give one, such as sa.policies.climber().")
    if isinstance(policy, Resting):
        return replace(policy, policy=_under(policy.policy, caps))
    own = dict(caps_of(policy))
    limits = tuple(sorted((own | {n: min(cap, own.get(n, cap)) for n, cap in caps.items()}).items()))
    if isinstance(policy, Steps):
        return Steps({n: {w: _lowered({n: v}, caps)[n] for w, v in s.items()} for n, s in policy.levers.items()}, limits)
    if isinstance(policy, Climber):
        return replace(policy, caps=limits)
    if isinstance(policy, Stepwise):
        return Capped(policy.policy if isinstance(policy, Capped) else policy, limits)

    def beneath(state: Mapping[str, float]) -> Mapping[str, float]:
        return _lowered(policy(state), caps)

    update_wrapper(beneath, policy)
    beneath.caps = limits  # type: ignore[attr-defined]
    beneath.__name__ = said(policy) if own else f"{said(policy)}, capped"
    return beneath


def _lowered(chosen: Any, caps: Mapping[str, float]) -> Any:
    """Returns levers lowered to their caps; what is no number is left for the run to refuse."""
    if not isinstance(chosen, Mapping):
        return chosen
    lowered = dict(chosen)
    for name in caps.keys() & chosen.keys():
        with contextlib.suppress(TypeError, ValueError):
            lowered[name] = min(number(chosen[name], name), caps[name])
    return lowered


def _without(policy: Any, resting: tuple[str, ...], model: Model) -> Any:
    """Returns a policy of any kind that leaves levers that rest alone."""
    caps = caps_of(policy)
    if isinstance(policy, Steps):
        return replace(policy, levers={n: steps for n, steps in policy.levers.items() if n not in resting})
    if isinstance(policy, Climber):
        awake = tuple(n for n in (model.levers if policy.levers is None else policy.levers) if n not in resting)
        return replace(policy, levers=awake) if awake else Steps({}, caps)
    if not model.levers.keys() - set(resting):
        return Steps({}, caps)
    if isinstance(policy, Stepwise):
        return Capped(policy.policy if isinstance(policy, Capped) else policy, caps, resting)

    def awake_only(state: Mapping[str, float]) -> Mapping[str, float]:
        return _awake(policy(state), resting)

    update_wrapper(awake_only, policy)
    awake_only.caps = caps  # type: ignore[attr-defined]
    return awake_only


def _awake(chosen: Any, resting: Sequence[str]) -> Any:
    return {n: v for n, v in chosen.items() if n not in resting} if isinstance(chosen, Mapping) else chosen


class Capped(Stepwise):
    """A stepwise policy whose decisions are lowered to their caps; those on levers that rest are not played."""

    def __init__(self, policy: Stepwise, caps: Caps, resting: tuple[str, ...] = ()) -> None:
        every: Any = getattr(policy, "every", None)
        self.policy, self.caps, self.resting, self.every = policy, caps, resting, every

    def __repr__(self) -> str:
        capped = f", capped at {', '.join(f'{name} {cap:g}' for name, cap in self.caps)}" if self.caps else ""
        return f"{self.policy!r}{capped}{', resting ' + ', '.join(self.resting) if self.resting else ''}"

    def begin(self, model: Model, weeks: float, rng: Any) -> Callable[[float, Mapping, Mapping], Mapping[str, float]]:
        """Returns the decisions of the policy, each as it may be played."""
        decide = self.policy.begin(model, weeks, rng)
        return lambda time, state, settings: self.lowered(decide(time, state, settings))

    def lowered(self, chosen: Any) -> Any:
        """Returns a decision lowered to the caps, without the levers that rest."""
        return _awake(_lowered(chosen, dict(self.caps)), self.resting)
