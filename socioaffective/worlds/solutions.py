"""Solutions: what is best in a DR-MDP under each of eight objectives, and how a plan looks to each self."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Any

from socioaffective.checks import unknown, whole
from socioaffective.worlds.instances import world_of
from socioaffective.worlds.planning import (
    LONGEST,
    MOST_PLACES,
    ZERO,
    Plan,
    Rules,
    best,
    doing_nothing,
    efficient,
    few,
    influence,
    listed,
    too_large,
    unmoved,
)
from socioaffective.worlds.selves import DRMDP, Pair, Portable

OBJECTIVES = ("real-time", "final", "initial", "natural shifts", "constrained", "myopic", "privileged", "pareto")
Gain = Callable[[int, Pair, Hashable, Hashable], Fraction]


# What a policy does at each step: an action, or where chance leads to several places a mapping from place to action.
Policy = tuple[Any, ...]


def _in_steps(rules: Rules) -> Policy:
    steps: dict[int, list[tuple]] = {}
    for (selves, state, memory), action in rules.items():
        steps.setdefault(len(selves), []).append(((state, selves[-1]), (selves, state), (selves, state, memory), action))
    found: list[Any] = []
    for _, places in sorted(steps.items()):
        # As little as is needed to tell the places apart.
        for k in range(3):
            table: dict[tuple, Hashable] = {}
            if all(table.setdefault(place[k], place[3]) == place[3] for place in places):
                break
        found.append(places[0][3] if len(places) == 1 else table)
    return tuple(found)


@dataclass(frozen=True)
class Solution(Portable):
    """What is best in a world under an objective; made by `solve`.

    `value`, a Fraction (for "pareto" and "privileged" a mapping from self to Fraction); `policies`, all that are best;
    `influences`, whether each of them influences who the person becomes, which is an incentive for influence;
    `may_influence`, whether some do; `verdict`, one word for both: "always", "sometimes" or "never". For "privileged" each
    is a mapping from the self that is privileged, and `parts` has a solution for each.
    """

    world: DRMDP
    objective: str
    horizon: int
    value: Any
    parts: Mapping[Hashable, Solution] | None = None
    _plan: Plan | None = None

    def __post_init__(self) -> None:
        if self.parts is not None:
            object.__setattr__(self, "parts", MappingProxyType(dict(self.parts)))

    @cached_property
    def policies(self) -> Any:
        """All the best policies, each a tuple with an entry for each step: an action or, where chance leads to several places,
        a mapping from (state, self) to action, or from (selves so far, state) where it needs to know. Refused where there are
        too many to list."""
        if self.parts:
            return {who: part.policies for who, part in self.parts.items()}
        # What is chosen in one place under "constrained" depends on the others, so that no Plan holds it.
        plans = unmoved(self.world, self.horizon)[1]() if self._plan is None else listed(self.world, self._plan)
        return tuple(_in_steps(rules) for rules in few(plans, self.world))

    @cached_property
    def _looks(self) -> tuple[bool, bool]:
        return (True, False) if self._plan is None else influence(self.world, self._plan)

    @property
    def influences(self) -> Any:
        """Whether every best plan influences: an incentive for influence."""
        return {who: part.influences for who, part in self.parts.items()} if self.parts else not self._looks[0]

    @property
    def may_influence(self) -> Any:
        """Whether some of the best plans influence."""
        return {who: part.may_influence for who, part in self.parts.items()} if self.parts else self._looks[1]

    @property
    def verdict(self) -> Any:
        """In how many of the best plans there is influence: "always", "sometimes" or "never"."""
        if self.parts:
            return {who: part.verdict for who, part in self.parts.items()}
        return "always" if self.influences else "sometimes" if self.may_influence else "never"

    def __repr__(self) -> str:
        head = f"{self.world.title}, {self.objective}, horizon {self.horizon}"
        if self.parts:
            return "\n".join([f"{head}:", *(f"  {who}: {part._said}" for who, part in self.parts.items())])
        return f"{head}: {self._said}"

    @property
    def _said(self) -> str:
        value = ", ".join(f"{k} {v}" for k, v in self.value.items()) if isinstance(self.value, Mapping) else self.value
        return f"value {value}, {self.verdict} influences"


def _asked(example: Any, objective: Any, horizon: Any) -> tuple[DRMDP, int]:
    if not isinstance(objective, str) or objective not in OBJECTIVES:
        raise unknown("objective", objective, OBJECTIVES)
    return world_of(example), whole(horizon, "horizon", 1, LONGEST)


def solve(example: Any, objective: str, horizon: int) -> Solution:
    """Returns what is best in a world under an objective: its value, all the best plans, and whether they influence.

    Inputs: `example`, a name in `examples` or a `DRMDP`; `objective`, one of `OBJECTIVES`; `horizon`, in steps. Plans are
    deterministic; they may depend on the step, the state and all selves so far, "final" and "pareto" also on what each self
    has got so far. All of it is exact: backward induction in fractions, on as many situations as an objective must tell apart.
    The value of "myopic" is the most that one of its plans brings in real time; that of "pareto", by self, the most that
    one of its plans brings that self.
    Raises ValueError for an example or objective that does not exist, a horizon that is not a whole number from 1, and a world
    that is too large to be solved exactly.

    >>> import socioaffective as sa
    >>> answer = sa.worlds.drmdp.solve("conspiracy", "real-time", 3)
    >>> answer
    Conspiracy influence, real-time, horizon 3: value 100, always influences
    >>> answer.policies
    (('influence', 'influence', 'influence'),)
    """
    world, steps = _asked(example, objective, horizon)
    return _solved(world, objective, steps)


def _solved(world: DRMDP, objective: str, horizon: int) -> Solution:
    said = (world, objective, horizon)
    value: Any
    if objective == "privileged":
        gains = {who: gain_of(world, objective, horizon, who) for who in world.selves}
        found = {who: best(world, horizon, gain) for who, gain in gains.items()}
        parts = {who: Solution(*said, value, _plan=plan) for who, (value, plan) in found.items()}
        return Solution(*said, {who: part.value for who, part in parts.items()}, parts)
    if objective == "constrained":
        return Solution(*said, unmoved(world, horizon)[0])
    if objective == "pareto":
        totals, plan = efficient(world, horizon)
        value = {who: max(total[k] for total in totals) for k, who in enumerate(world.selves)}
    elif objective == "final":
        value, plan = _final(world, horizon)
    elif objective == "myopic":
        value, plan = _myopic(world, horizon)
    else:
        value, plan = best(world, horizon, gain_of(world, objective, horizon))
    return Solution(*said, value, _plan=plan)


def gain_of(world: DRMDP, objective: str, horizon: int, who: Hashable = None) -> Gain:
    """Returns what a step is worth to an objective that adds up: a function of step, (state, self), action, next state."""
    if objective == "real-time":
        return lambda step, pair, a, then: world.reward(pair[1], pair[0], a, then)
    if objective == "natural shifts":
        chances = doing_nothing(world, horizon)
        return lambda step, pair, a, then: sum(
            (mass * world.reward(other, pair[0], a, then) for (_, other), mass in chances[step].items()), ZERO
        )
    judge = world.start[1] if objective == "initial" else who
    return lambda step, pair, a, then: world.reward(judge, pair[0], a, then)


def _final(world: DRMDP, horizon: int) -> tuple[Fraction, Plan]:
    """Counts, for each self that the person may end as, what the steps so far are worth to it."""
    selves = world.selves

    def remember(totals: tuple, pair: Pair, action: Hashable, then: Hashable) -> tuple:
        return tuple(total + world.reward(who, pair[0], action, then) for who, total in zip(selves, totals, strict=True))

    return best(
        world,
        horizon,
        lambda *_: Fraction(0),
        remember,
        (Fraction(0),) * len(selves),
        lambda place: place[1][selves.index(place[0][1])],
    )


def _myopic(world: DRMDP, horizon: int) -> tuple[Fraction, Plan]:
    gain = gain_of(world, "real-time", horizon)

    def now(pair: Pair) -> list:
        worth = {a: sum(p * gain(0, pair, a, to[0]) for to, p in world.outcomes(pair, a)) for a in world.actions}
        return [a for a in world.actions if worth[a] == max(worth.values())]

    value, _ = best(world, horizon, gain, allowed=now)
    # All that it may do, not only what happens to bring most in the end.
    return value, best(world, horizon, lambda *_: Fraction(0), allowed=now)[1]


@dataclass(frozen=True)
class Judgement(Portable):
    """How a plan looks: `to` has its sum of rewards by the objectives that add up, "real-time", "final", "initial" and "natural
    shifts"; `by_self`, by each self of the world; `influences`, whether it influences. Made by `judge`."""

    to: Mapping[str, Fraction]
    by_self: Mapping[Hashable, Fraction]
    influences: bool

    def __post_init__(self) -> None:
        for name in ("to", "by_self"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __repr__(self) -> str:
        said, selves = (", ".join(f"{k} {v}" for k, v in part.items()) for part in (self.to, self.by_self))
        return f"Judgement({said}; by self: {selves}; {'influences' if self.influences else 'does not influence'})"


def judge(example: Any, plan: Any, horizon: int | None = None) -> Judgement:
    """Returns how a plan looks to each self that could be asked, and whether it influences who the person becomes.

    Inputs: `example`, a name or a `DRMDP`; `plan`, an action to repeat, a list with an entry for each step as in
    `Solution.policies`, or a function of (step, state, self); `horizon`, in steps (the length of the list unless told
    otherwise).
    Raises ValueError for an action that does not exist, a list that ends before the horizon, or no horizon at all, and
    RuntimeError where the function raises.

    >>> import socioaffective as sa
    >>> sa.worlds.drmdp.judge("conspiracy", ["influence"] * 3).to["final"]
    Fraction(300, 1)
    """
    world = world_of(example)
    length = len(plan) if isinstance(plan, (list, tuple)) else None
    if horizon is None and length is None:
        raise ValueError("How many steps? A plan that is no list needs a horizon.")
    steps = whole(length if horizon is None else horizon, "horizon", 1, LONGEST)
    if length is not None and length < steps:
        raise ValueError(f"The plan says what to do in {length} steps, and the horizon is {steps}.")
    natural = gain_of(world, "natural shifts", steps)
    views: dict[str, Callable[[History], Fraction]] = {
        "real-time": lambda told: sum((world.reward(pair[1], pair[0], a, to[0]) for pair, a, to in told), ZERO),
        "final": lambda told: _seen(world, told, told[-1][2][1]),
        "initial": lambda told: _seen(world, told, world.start[1]),
        "natural shifts": lambda told: sum((natural(k, pair, a, to[0]) for k, (pair, a, to) in enumerate(told)), ZERO),
    }
    own = {who: lambda told, who=who: _seen(world, told, who) for who in world.selves}
    told, idle = _told(world, _decider(world, plan), steps), _told(world, lambda *_: world.noop, steps)
    to, by_self = (
        {name: sum((p * view(each) for each, p in told), ZERO) for name, view in part.items()} for part in (views, own)
    )
    return Judgement(to, by_self, _selves(told) != _selves(idle))


# What happened: for each step the (state, self), the action, and the next (state, self).
History = tuple[tuple[Pair, Hashable, Pair], ...]


def _seen(world: DRMDP, told: History, who: Hashable) -> Fraction:
    return sum((world.reward(who, pair[0], a, to[0]) for pair, a, to in told), ZERO)


def _told(world: DRMDP, decide: Callable[[History, Pair], Hashable], steps: int) -> list[tuple[History, Fraction]]:
    """Returns all that may happen, with its chance."""
    found: list[tuple[History, Fraction]] = [((), Fraction(1))]
    for step in range(steps):
        if len(found) > MOST_PLACES:
            raise too_large(world, steps, step)
        then = []
        for told, mass in found:
            pair = told[-1][2] if told else world.start
            action = decide(told, pair)
            if not isinstance(action, Hashable) or action not in world.actions:
                raise unknown(f"action of '{world.title}'", action, map(str, world.actions))
            then += [((*told, (pair, action, to)), mass * p) for to, p in world.outcomes(pair, action)]
        found = then
    return found


def _selves(histories: list[tuple[History, Fraction]]) -> dict[tuple, Fraction]:
    """Returns the chance of each sequence of selves that may happen."""
    law: defaultdict[tuple, Fraction] = defaultdict(Fraction)
    for told, mass in histories:
        law[tuple(to[1] for _, _, to in told)] += mass
    return {selves: mass for selves, mass in law.items() if mass}


def _decider(world: DRMDP, plan: Any) -> Callable[[History, Pair], Hashable]:
    if callable(plan):

        def asked(told: History, pair: Pair) -> Hashable:
            try:
                return plan(len(told), *pair)
            except Exception as error:
                raise RuntimeError(
                    f"The plan raised {type(error).__name__}: {error}, at step {len(told)} in {pair}."
                ) from error

        return asked
    if not isinstance(plan, (list, tuple)):
        return lambda told, pair: plan

    def decide(told: History, pair: Pair) -> Hashable:
        entry = plan[len(told)]
        if not isinstance(entry, Mapping):
            return entry
        selves = (*(past[1] for past, _, _ in told), pair[1])
        totals = tuple(_seen(world, told, who) for who in world.selves)
        for key in (pair, (selves, pair[0]), (selves, pair[0], totals)):
            if key in entry:
                return entry[key]
        raise ValueError(f"The plan does not say what to do at step {len(told)} in {pair}.")

    return decide
