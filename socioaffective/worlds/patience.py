"""Patience: from which horizon, and at which discount, the best plans of a DR-MDP turn to influence. Exact."""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy
from sympy.polys.matrices import DomainMatrix

from socioaffective.checks import unknown, whole
from socioaffective.worlds.instances import world_of
from socioaffective.worlds.planning import LONGEST, best, doing_nothing, influence
from socioaffective.worlds.selves import DRMDP, Pair
from socioaffective.worlds.solutions import Gain, gain_of, solve

GAMMA = sympy.Symbol("gamma")
# Pairs of state and self that a discounted world may have, and equally good stationary policies to compare.
MOST_PAIRS, MOST_TIES = 24, 1_024


@dataclass(frozen=True)
class HorizonThreshold:
    """From which horizon on every best plan influences; made by `horizon_threshold`.

    `value`, that horizon, or None where there is none among those looked at; `verdicts`, by horizon; `proved`, whether what is
    said holds for all longer horizons too, or only as far as `searched`.
    """

    value: int | None
    searched: int
    proved: bool
    verdicts: Mapping[int, str]

    def __repr__(self) -> str:
        said = "no horizon" if self.value is None else f"horizon {self.value}"
        return f"HorizonThreshold({said}; {'proved for all' if self.proved else f'searched up to {self.searched}'})"


def horizon_threshold(example: Any, objective: str = "real-time", longest: int = 12) -> Any:
    """Returns the smallest horizon from which on every best plan influences, exactly.

    Inputs: `example`, a name or a `DRMDP`; `objective` (for "privileged" a mapping by self is returned); `longest`, how far to
    look. Every horizon up to there is solved. Where an objective counts the same at every step, more can be proved: once
    one step more is worth the same whatever is done, the first choices no longer change with the horizon, and if these
    alone influence, all longer horizons do.
    Raises as `solve` does.

    >>> import socioaffective as sa
    >>> sa.worlds.drmdp.horizon_threshold("conspiracy")
    HorizonThreshold(horizon 3; proved for all)
    """
    world = world_of(example)
    longest = whole(longest, "longest", 1, LONGEST)
    verdicts = {horizon: solve(world, objective, horizon).verdict for horizon in range(1, longest + 1)}
    if objective == "privileged":
        return {who: _threshold(world, objective, who, {h: v[who] for h, v in verdicts.items()}) for who in world.selves}
    return _threshold(world, objective, None, verdicts)


def _threshold(world: DRMDP, objective: str, who: Hashable, verdicts: Mapping[int, str]) -> HorizonThreshold:
    longest = len(verdicts)
    late = [horizon for horizon, verdict in verdicts.items() if verdict != "always"]
    value = max(late, default=0) + 1
    if objective == "constrained":
        return HorizonThreshold(None, longest, True, verdicts)
    if value > longest:
        return HorizonThreshold(None, longest, False, verdicts)
    # What is chosen under "myopic" does not depend on the horizon, so that influence, once there, stays.
    proved = objective == "myopic" or (_alike(world, objective, longest) and _lasts(world, objective, who, longest))
    return HorizonThreshold(value, longest, proved, verdicts)


def _alike(world: DRMDP, objective: str, horizon: int) -> bool:
    """Returns whether the objective counts the same at every step."""
    if objective != "natural shifts":
        return objective in ("real-time", "initial", "privileged")
    return all(
        world.outcomes(pair, world.noop) == ((pair, 1),) for chances in doing_nothing(world, horizon) for pair in chances
    )


def _lasts(world: DRMDP, objective: str, who: Hashable, longest: int) -> bool:
    """Returns whether the choices that no longer change with the horizon influence by themselves."""
    gain = gain_of(world, objective, longest, who)
    pairs = list(dict.fromkeys(key[:2] for key in world.moves))
    worth = dict.fromkeys(pairs, Fraction(0))
    for left in range(1, longest + 1):
        scored = {pair: {a: _expected(world, gain, worth, pair, a) for a in world.actions} for pair in pairs}
        then = {pair: max(by.values()) for pair, by in scored.items()}
        more = {pair: then[pair] - worth[pair] for pair in pairs}
        chosen = {pair: [a for a in world.actions if by[a] == then[pair]] for pair, by in scored.items()}
        grows = {pair: {a: sum(p * more[to] for to, p in world.outcomes(pair, a)) for a in world.actions} for pair in pairs}
        if all(
            max(grows[pair].values()) <= more[pair] and all(grows[pair][a] == more[pair] for a in chosen[pair])
            for pair in pairs
        ):
            steps = longest - left + 1
            _, plan = best(world, steps, lambda *_: Fraction(0), allowed=chosen.__getitem__)
            return not influence(world, plan)[0]
        worth = then
    return False


def _expected(world: DRMDP, gain: Gain, worth: Mapping, pair: Pair, action: Hashable) -> Fraction:
    return sum(p * (gain(0, pair, action, to[0]) + worth[to]) for to, p in world.outcomes(pair, action))


@dataclass(frozen=True)
class Region:
    """An interval of discounts, `low` to `high`, in which the best stationary policies are the same: `actions` has, for each
    (state, self) that one of them comes to, the actions that are best there; `verdict` is "always", "sometimes" or "never"."""

    low: Any
    high: Any
    actions: Mapping[Pair, tuple]
    verdict: str

    def __repr__(self) -> str:
        said = ", ".join(f"{' or '.join(map(str, acts))} in {pair[1]}" for pair, acts in self.actions.items())
        return f"Region({self.low} to {self.high}: {said}; {self.verdict} influences)"


def discount_threshold(example: Any, start: Pair | None = None) -> Any:
    """Returns the discount at which the best real-time policy changes, as an exact SymPy number, or None where none does.

    Inputs: `example`, a name or a `DRMDP`; `start`, another (state, self) to begin in. There is no end, and a step counts gamma
    times the one before it. Raises ValueError where there are several: `discount_regions` has them all.

    >>> import socioaffective as sa
    >>> sa.worlds.drmdp.discount_threshold("conspiracy"), sa.worlds.drmdp.discount_threshold("clickbait")
    (11/20, 2/3)
    """
    edges = [region.high for region in discount_regions(example, start)[:-1]]
    if len(edges) > 1:
        raise ValueError(f"The best policy changes more than once, at {', '.join(map(str, edges))}: see discount_regions.")
    return edges[0] if edges else None


def discount_regions(example: Any, start: Pair | None = None) -> tuple[Region, ...]:
    """Returns the intervals of the discount, from 0 to 1, with what is best in each by the real-time objective without an end.

    Inputs as for `discount_threshold`. What a stationary policy is worth is a rational function of the discount; a border is a
    root of a polynomial, found exactly. At a border itself both neighbours are best.
    Raises ValueError for a start that does not exist, or a world with too many places.

    >>> import socioaffective as sa
    >>> sa.worlds.drmdp.discount_regions("clickbait")[1]
    Region(2/3 to 1: news in normal; never influences)
    """
    world = world_of(example)
    if start is not None:
        if start not in (pairs := list(dict.fromkeys(key[:2] for key in world.moves))):
            raise unknown(f"(state, self) of '{world.title}'", start, map(str, pairs))
        world = world.replace(start=start)
    pairs = _reached(world, world.actions.__iter__)
    if len(pairs) > MOST_PAIRS:
        raise ValueError(f"'{world.title}' has {len(pairs)} places, and at most {MOST_PAIRS} can be done exactly.")
    merged: list[Region] = []
    for low, high, chosen in _intervals(world, pairs, sympy.S.Zero, sympy.S.One):
        actions = {pair: tuple(chosen[pair]) for pair in _reached(world, chosen)}
        if merged and merged[-1].actions == actions:
            merged[-1] = Region(merged[-1].low, high, actions, merged[-1].verdict)
        else:
            merged.append(Region(low, high, actions, _verdict(world, actions)))
    return tuple(merged)


def _reached(world: DRMDP, chosen: Any) -> list[Pair]:
    """Returns the pairs that can be come to by the chosen actions, in order."""
    acts = chosen.__getitem__ if isinstance(chosen, Mapping) else lambda _: world.actions
    found = [world.start]
    for pair in found:
        found += dict.fromkeys(to for a in acts(pair) for to, _ in world.outcomes(pair, a) if to not in found)
    return found


def _intervals(world: DRMDP, pairs: list[Pair], low: Any, high: Any) -> Iterator[tuple[Any, Any, dict[Pair, list]]]:
    """Yields intervals that fill the one between two discounts, each with the best actions, from the smallest on."""
    # A sample on a border says nothing of either side; then another is taken.
    tried = (_around(world, pairs, _between(low, high, k)) for k in itertools.count(2))
    below, above, chosen = next(found for found in tried if found is not None)
    if below > low:
        yield from _intervals(world, pairs, low, below)
    yield max(below, low), min(above, high), chosen
    if above < high:
        yield from _intervals(world, pairs, above, high)


def _between(low: Any, high: Any, k: int) -> Fraction:
    """Returns a fraction between two algebraic numbers, another for each k."""
    width = (high - low) / k
    # A width may be smaller than the smallest float.
    places = 1 + max(0, int(sympy.ceiling(-sympy.log(sympy.N(width), 10))))
    scale = 10 ** (places + 1)
    return Fraction(int(sympy.floor((low + width) * scale)), scale)


def _around(world: DRMDP, pairs: list[Pair], sample: Fraction) -> tuple[Any, Any, dict[Pair, list]] | None:
    """Returns the interval around a discount in which the same actions are best, and those; None on a border."""
    policy = _best_at(world, pairs, sample)
    field = sympy.QQ.frac_field(GAMMA)
    gamma = field.from_sympy(GAMMA)
    worth = _worth(world, pairs, policy, field, gamma)
    below, above = sympy.S.Zero, sympy.S.One
    chosen: dict[Pair, list] = {pair: [] for pair in pairs}
    for pair in pairs:
        for action in world.actions:
            short = field.to_sympy(worth[pair] - _look_ahead(world, worth, pair, action, field, gamma))
            over = sympy.numer(sympy.cancel(short))
            if over == 0:
                chosen[pair].append(action)
                continue
            if not over.has(GAMMA):
                continue
            for root in sympy.real_roots(sympy.Poly(over, GAMMA), multiple=False):
                where = root[0]
                if where == sympy.Rational(sample.numerator, sample.denominator):
                    return None
                if 0 < where < 1:
                    below, above = (max(below, where), above) if where < sympy.Rational(sample) else (below, min(above, where))
    return below, above, chosen


def _best_at(world: DRMDP, pairs: list[Pair], sample: Fraction) -> dict[Pair, Hashable]:
    """Returns a best stationary policy at a discount, by policy iteration."""
    gamma = sympy.QQ(sample.numerator, sample.denominator)
    policy = dict.fromkeys(pairs, world.noop)
    while True:
        worth = _worth(world, pairs, policy, sympy.QQ, gamma)
        better = {}
        for pair in pairs:
            scored = {a: _look_ahead(world, worth, pair, a, sympy.QQ, gamma) for a in world.actions}
            # To change only for the better makes it end.
            better[pair] = policy[pair] if scored[policy[pair]] == max(scored.values()) else max(scored, key=scored.__getitem__)
        if better == policy:
            return policy
        policy = better


def _worth(world: DRMDP, pairs: list[Pair], policy: Mapping[Pair, Hashable], field: Any, gamma: Any) -> dict[Pair, Any]:
    """Returns what a stationary policy is worth in each place, in a field of numbers or of functions of the discount."""
    size = len(pairs)
    table = [[field.one if i == j else field.zero for j in range(size)] for i in range(size)]
    gains = []
    for i, pair in enumerate(pairs):
        for to, p in world.outcomes(pair, policy[pair]):
            table[i][pairs.index(to)] -= gamma * _in(field, p)
        gains.append([_in(field, _now(world, pair, policy[pair]))])
    solved = DomainMatrix(table, (size, size), field).lu_solve(DomainMatrix(gains, (size, 1), field)).to_Matrix()
    return {pair: field.from_sympy(solved[i]) for i, pair in enumerate(pairs)}


def _in(field: Any, number: Fraction) -> Any:
    return field.from_sympy(sympy.Rational(number.numerator, number.denominator))


def _now(world: DRMDP, pair: Pair, action: Hashable) -> Fraction:
    return sum((p * world.reward(pair[1], pair[0], action, to[0]) for to, p in world.outcomes(pair, action)), Fraction(0))


def _look_ahead(world: DRMDP, worth: Mapping, pair: Pair, action: Hashable, field: Any, gamma: Any) -> Any:
    then = sum((_in(field, p) * worth[to] for to, p in world.outcomes(pair, action)), field.zero)
    return _in(field, _now(world, pair, action)) + gamma * then


def _verdict(world: DRMDP, actions: Mapping[Pair, tuple]) -> str:
    """Returns whether all, some or none of the stationary policies that choose among these actions influence."""
    if math.prod(len(acts) for acts in actions.values()) > MOST_TIES:
        raise ValueError(f"More than {MOST_TIES:,} stationary policies for '{world.title}' are equally good.")
    found = {_differs(world, dict(zip(actions, choice, strict=True))) for choice in itertools.product(*actions.values())}
    return "sometimes" if len(found) == 2 else "always" if found == {True} else "never"


def _differs(world: DRMDP, policy: Mapping[Pair, Hashable]) -> bool:
    """Returns whether the chances of the selves in turn ever differ from those of doing nothing.

    After each sequence of selves the masses of both processes, side by side, are a vector that the next step moves
    linearly. If those of short sequences span the space of all, and on none do the two have different totals, they never do.
    """
    pairs = list(dict.fromkeys(key[:2] for key in world.moves))
    sides = [policy, dict.fromkeys(pairs, world.noop)]
    waiting = [tuple({world.start: Fraction(1)} for _ in sides)]
    span: list[list[Fraction]] = []
    while waiting:
        masses = waiting.pop()
        if sum(masses[0].values()) != sum(masses[1].values()):
            return True
        if not _adds(span, [mass.get(pair, Fraction(0)) for mass in masses for pair in pairs]):
            continue
        for who in world.selves:
            then: tuple[dict, dict] = ({}, {})
            for mass, side, new in zip(masses, sides, then, strict=True):
                for pair, m in mass.items():
                    for to, p in world.outcomes(pair, side[pair]):
                        if to[1] == who:
                            new[to] = new.get(to, Fraction(0)) + m * p
            waiting.append(then)
    return False


def _adds(span: list[list[Fraction]], vector: list[Fraction]) -> bool:
    """Returns whether a vector lies outside the span of others, and adds it to them, reduced, if it does."""
    for row in span:
        lead = next(k for k, x in enumerate(row) if x)
        vector = [v - vector[lead] / row[lead] * x for v, x in zip(vector, row, strict=True)]
    if any(vector):
        span.append(vector)
        return True
    return False
