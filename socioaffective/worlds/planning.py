"""Planning: all the best plans in a DR-MDP under an objective, and whether they influence who the person becomes. Exact."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from socioaffective.worlds.selves import DRMDP, Pair

# Situations to tell apart (or to compare one by one), and plans to list, before a question is refused as too large; and the
# longest horizon.
MOST_PLACES, MOST_COMPARED, MOST_PLANS, LONGEST = 20_000, 5_000, 2_000, 100
ZERO = Fraction(0)

# A place is a (state, self) and what else the plan has to remember there; a branch is a chance and a place.
Place = tuple[Pair, Any]
Branches = tuple[tuple[Fraction, Place], ...]


@dataclass(frozen=True)
class Plan:
    """All plans that an objective cannot tell from the best: at each step and place the choices, as action and branches."""

    roots: tuple[Place, ...]
    steps: tuple[Mapping[Place, list[tuple[Hashable, Branches]]], ...]


def too_large(world: DRMDP, horizon: int, step: int, most: int = MOST_PLACES) -> ValueError:
    return ValueError(
        f"'{world.title}' with horizon {horizon} is too large to solve exactly: after {step} steps there are more than "
        f"{most:,} situations to tell apart. A horizon of {max(step - 1, 1)} can be tried."
    )


def best(
    world: DRMDP,
    horizon: int,
    gain: Callable[[int, Pair, Hashable, Hashable], Fraction],
    remember: Callable[[Any, Pair, Hashable, Hashable], Hashable] = lambda *_: (),
    begin: Hashable = (),
    last: Callable[[Place], Fraction] = lambda _: ZERO,
    allowed: Callable[[Pair], Iterable] | None = None,
) -> tuple[Fraction, Plan]:
    """Returns the largest expected sum of gains and all plans that reach it, by backward induction.

    `gain(step, pair, action, next state)`; `remember(memory, pair, action, next state)` is what a plan carries on from
    `begin`; `last` is what a place is worth in the end; `allowed`, the actions to choose from.
    """

    def branches(place: Place, action: Hashable) -> Branches:
        pair, memory = place
        return tuple((p, (to, remember(memory, pair, action, to[0]))) for to, p in world.outcomes(pair, action))

    acts = allowed or (lambda _: world.actions)
    root = (world.start, begin)
    reached: list[dict[Place, dict[Hashable, Branches]]] = []
    here, count = {root}, 0
    for step in range(horizon):
        count += len(here)
        if count > MOST_PLACES:
            raise too_large(world, horizon, step)
        reached.append({place: {a: branches(place, a) for a in acts(place[0])} for place in here})
        here = {to for ways in reached[-1].values() for branch in ways.values() for _, to in branch}
    worth, steps = {place: last(place) for place in here}, []
    for step in reversed(range(horizon)):
        now, choices = {}, {}
        for place, ways in reached[step].items():
            scored = {
                a: sum((p * (gain(step, place[0], a, to[0][0]) + worth[to]) for p, to in branch), ZERO)
                for a, branch in ways.items()
            }
            now[place] = max(scored.values())
            choices[place] = [(a, branch) for a, branch in ways.items() if scored[a] == now[place]]
        worth = now
        steps.append(choices)
    return worth[root], Plan((root,), tuple(reversed(steps)))


def doing_nothing(world: DRMDP, horizon: int) -> list[dict[Pair, Fraction]]:
    """Returns the chances of each (state, self) at each step when nothing is done."""
    chances = [{world.start: Fraction(1)}]
    for _ in range(horizon):
        then: defaultdict[Pair, Fraction] = defaultdict(Fraction)
        for pair, mass in chances[-1].items():
            for to, p in world.outcomes(pair, world.noop):
                then[to] += mass * p
        chances.append(dict(then))
    return chances


def efficient(world: DRMDP, horizon: int) -> tuple[list[tuple[Fraction, ...]], Plan]:
    """Returns what each self gets, in the order of the selves, from the plans that no self has reason to refuse and that no
    other plan beats for all selves at once; and all those plans. A place remembers what is still to be had from there."""
    selves, nothing = world.selves, tuple(_judged(world, horizon))
    reached, here = [], {world.start}
    for _ in range(horizon):
        reached.append(here)
        here = {to for pair in here for a in world.actions for to, _ in world.outcomes(pair, a)}
    worth: dict[Pair, dict[tuple, list]] = {pair: {(ZERO,) * len(selves): []} for pair in here}
    steps: list[dict[Place, list]] = []
    for step in reversed(range(horizon)):
        now, count = {}, 0
        for pair in reached[step]:
            found: dict[tuple, list] = {}
            for action in world.actions:
                outcomes = world.outcomes(pair, action)
                gains = [sum(p * world.reward(who, pair[0], action, to[0]) for to, p in outcomes) for who in selves]
                for ends in itertools.product(*(worth[to] for to, _ in outcomes)):
                    total = tuple(
                        g + sum(p * end[k] for (_, p), end in zip(outcomes, ends, strict=True)) for k, g in enumerate(gains)
                    )
                    way = tuple((p, (to, end)) for (to, p), end in zip(outcomes, ends, strict=True))
                    found.setdefault(total, []).append((action, way))
                    count += 1
                    if count > MOST_COMPARED:
                        raise too_large(world, horizon, horizon - step, MOST_COMPARED)
            # What is beaten on the way is beaten in the end too: the rest can be joined to either.
            now[pair] = {total: found[total] for total in _unbeaten(list(found))}
        steps.append({(pair, total): ways for pair, by in now.items() for total, ways in by.items()})
        worth = now
    good = [v for v in worth[world.start] if all(a >= b for a, b in zip(v, nothing, strict=True))]
    return good, Plan(tuple((world.start, total) for total in good), tuple(reversed(steps)))


def _judged(world: DRMDP, horizon: int) -> Iterator[Fraction]:
    """Yields what each self gives for doing nothing."""
    chances = doing_nothing(world, horizon)[:-1]
    for who in world.selves:
        gains = (
            mass * p * world.reward(who, pair[0], world.noop, to[0])
            for now in chances
            for pair, mass in now.items()
            for to, p in world.outcomes(pair, world.noop)
        )
        yield sum(gains, ZERO)


def _unbeaten(totals: list[tuple]) -> list[tuple]:
    kept: list[tuple] = []
    # From the largest down, a total can only be beaten by one that came before it.
    for total in sorted(totals, reverse=True):
        if not any(all(a >= b for a, b in zip(other, total, strict=True)) for other in kept):
            kept.append(total)
    return kept


# A crowd: the places that a plan may be in after the same past selves, with their chances, in one order so that equal crowds
# are one. A node is a step, a crowd, and where one would be had nothing been done.
Crowd = tuple[tuple[Any, Fraction], ...]
Node = tuple[int, Crowd, Crowd]
# Choices place by place; the node and the chance of each next self; and whether the chances are those of doing nothing.
Turn = tuple[tuple[tuple[Hashable, Branches], ...], dict[Hashable, Node], dict[Hashable, Fraction], bool]


def _crowds(flow: Iterable[tuple[Any, Fraction]], self_of: Callable[[Any], Hashable]) -> dict[Hashable, Crowd]:
    """Returns places with their chances, apart for each self that the person is there."""
    found: dict[Hashable, defaultdict[Any, Fraction]] = {}
    for place, mass in flow:
        found.setdefault(self_of(place), defaultdict(Fraction))[place] += mass
    return {who: tuple(sorted(crowd.items(), key=repr)) for who, crowd in found.items()}


def _turns(world: DRMDP, ways: Mapping[Place, list], node: Node) -> Iterator[Turn]:
    """Yields every way to go on from a node."""
    step, ours, theirs = node
    rest = _crowds(((to, m * p) for pair, m in theirs for to, p in world.outcomes(pair, world.noop)), lambda pair: pair[1])
    due = _shares(rest)
    if math.prod(len(ways[place]) for place, _ in ours) > MOST_PLACES:
        raise too_large(world, step + 1, step)
    for choices in itertools.product(*(ways[place] for place, _ in ours)):
        flow = [(to, m * p) for (_, m), (_, way) in zip(ours, choices, strict=True) for p, to in way]
        parts = _crowds(flow, lambda place: place[0][1])
        chance = _shares(parts)
        nodes = {
            who: (step + 1, _scaled(crowd, chance[who]), _scaled(rest[who], due[who]) if who in rest else ())
            for who, crowd in parts.items()
        }
        yield choices, nodes, chance, chance == due


def _shares(parts: Mapping[Hashable, Crowd]) -> dict[Hashable, Fraction]:
    return {who: sum((m for _, m in crowd), ZERO) for who, crowd in parts.items()}


def _scaled(crowd: Crowd, whole: Fraction) -> Crowd:
    return tuple((place, mass / whole) for place, mass in crowd)


def influence(world: DRMDP, plan: Plan) -> tuple[bool, bool]:
    """Returns whether some of the best plans leave the chances of all selves, past ones together with present, as doing
    nothing does, and whether some do not."""
    known: dict[Node, tuple[bool, bool]] = {}

    def look(node: Node) -> tuple[bool, bool]:
        if node[0] == len(plan.steps):
            return True, False
        if node not in known:
            if len(known) > MOST_PLACES:
                raise too_large(world, len(plan.steps), node[0])
            stays = strays = False
            for _, nodes, _, same in _turns(world, plan.steps[node[0]], node):
                ends = [look(then) for then in nodes.values()] if same else [(False, True)]
                stays |= all(end[0] for end in ends)
                strays |= any(end[1] for end in ends)
                if stays and strays:
                    break
            known[node] = stays, strays
        return known[node]

    looks = [look(node) for node in _beginnings(world, plan)]
    return any(a for a, _ in looks), any(b for _, b in looks)


def _beginnings(world: DRMDP, plan: Plan) -> list[Node]:
    return [(0, ((root, Fraction(1)),), ((world.start, Fraction(1)),)) for root in plan.roots]


def unmoved(world: DRMDP, horizon: int) -> tuple[Fraction | None, Callable[[], Iterator[Rules]]]:
    """Returns the largest real-time reward of the plans that leave the chances of all selves as they are, and those plans."""
    ways: dict[Place, list[tuple[Hashable, Branches]]] = {
        (pair, ()): [(a, tuple((p, (to, ())) for to, p in world.outcomes(pair, a))) for a in world.actions]
        for pair in {key[:2] for key in world.moves}
    }
    known: dict[Node, Fraction | None] = {}

    def scored(node: Node) -> Iterator[tuple[Fraction, Turn]]:
        for turn in _turns(world, ways, node):
            choices, nodes, chance, same = turn
            ends = {who: value(then) for who, then in nodes.items()} if same else {}
            worths = {who: end for who, end in ends.items() if end is not None}
            if same and len(worths) == len(nodes):
                gains = (
                    m * p * world.reward(pair[1], pair[0], a, to[0])
                    for ((pair, _), m), (a, way) in zip(node[1], choices, strict=True)
                    for p, (to, _) in way
                )
                yield sum(gains, ZERO) + sum((chance[who] * end for who, end in worths.items()), ZERO), turn

    def value(node: Node) -> Fraction | None:
        if node[0] == horizon:
            return ZERO
        if node not in known:
            if len(known) > MOST_PLACES:
                raise too_large(world, horizon, node[0])
            known[node] = max((v for v, _ in scored(node)), default=None)
        return known[node]

    (begin,) = _beginnings(world, Plan(((world.start, ()),), ()))
    top = value(begin)
    return top, lambda: _rules(world, horizon, lambda node: (turn for v, turn in scored(node) if v == known[node]), begin)


# What a plan does, by the selves so far, the state, and what else it has to remember.
Rules = dict[tuple[tuple, Hashable, Hashable], Hashable]


def _rules(world: DRMDP, horizon: int, turns: Callable[[Node], Iterator[Turn]], begin: Node) -> Iterator[Rules]:
    """Yields each plan that the turns allow; refused where the selves in turn branch too often to be listed."""
    seen = itertools.count(1)

    def go(node: Node, past: tuple) -> Iterator[Rules]:
        if next(seen) > MOST_PLACES:
            raise ValueError(f"A plan for '{world.title}' over {horizon} steps knows too many turns of chance to be listed.")
        if node[0] == horizon:
            yield {}
            return
        for choices, nodes, *_ in turns(node):
            places = [place for place, _ in node[1]]
            selves = (*past, places[0][0][1])
            rules = {(selves, place[0][0], place[1]): a for place, (a, _) in zip(places, choices, strict=True)}
            later = [list(few(go(then, selves), world)) for then in nodes.values()]
            for ends in itertools.product(*later):
                yield rules | {key: a for end in ends for key, a in end.items()}

    return go(begin, ())


def few(plans: Iterable, world: DRMDP) -> Iterator:
    """Yields plans, and refuses to go on where there are too many to list."""
    for count, plan in enumerate(plans):
        if count == MOST_PLANS:
            raise ValueError(f"More than {MOST_PLANS:,} plans for '{world.title}' are equally good: too many to list.")
        yield plan


def listed(world: DRMDP, plan: Plan) -> Iterator[Rules]:
    """Yields each of the best plans."""
    for node in _beginnings(world, plan):
        yield from _rules(world, len(plan.steps), lambda node: _turns(world, plan.steps[node[0]], node), node)
