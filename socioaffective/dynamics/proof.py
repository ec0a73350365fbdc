"""Proof: whether a list of rest points is complete, by interval arithmetic."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from sympy.core.function import Application

from socioaffective.dynamics.equilibrium import box_of, written
from socioaffective.dynamics.intervals import WHOLE, BeyondIntervalsError, Enclosure, Evaluator, Interval, point
from socioaffective.model import Model

# What boxes of up to four unknowns may take, a few seconds; with more unknowns each costs more.
MOST_BOXES = 200_000
# Boxes looked at together, so that their intermediate results fit a processor's cache.
CHUNK = 2048
# A box this small beside the bounds that is still open is left open.
LEAST = 1e-10
MOST_OPEN = 64
RADII = 0.25 * 0.5 ** np.arange(0, 28, 1.5)
# Sets of unknowns that are tried for elimination; more of them take longer than the proof.
MOST_SETS = 300
# States with which a proof without elimination is tried where one with it fails.
MOST_PLAIN = 3


@dataclass(frozen=True)
class Verdict:
    """Whether a list of rest points is proved complete; if not, `reason` and states in the boxes that are unsettled."""

    complete: bool
    reason: str
    unsettled: np.ndarray


@dataclass(frozen=True)
class Reduced:
    """Equations of rest with states eliminated: `rest` in the `unknowns` alone, once each of `steps` has been taken.

    A step is the symbols that it determines, a numerator for each, and the denominator that they share. `auxiliary` maps
    symbols that stand for a function to that function.
    """

    unknowns: tuple
    steps: tuple
    rest: tuple
    auxiliary: Mapping[Any, Any]


def judged(model: Model, settings: np.ndarray, points: np.ndarray) -> Verdict:
    """Returns whether the rest points `points`, shape (states, points), are all that the model has in its box.

    Interval arithmetic: states that others determine linearly are eliminated first; then boxes in which no rest point can
    lie are ruled out, those on which Krawczyk's test finds exactly one are set against the list, and the rest are cut in
    two. Rounding errors are enclosed, so what is proved holds for the equations as they are written.

    Source: Moore, Kearfott and Cloud 2009, Introduction to Interval Analysis.
    """
    equations = tuple(model.equations.items())
    systems = [reduced(equations, model.clock)]
    # A step of the elimination can fail where the equations themselves do not.
    if systems[0].steps and len(equations) <= MOST_PLAIN:
        systems.append(_whole(equations, model.clock))
    for system in systems:
        verdict = _judged(model, settings, points, system)
        if verdict.complete:
            break
    return verdict


def _judged(model: Model, settings: np.ndarray, points: np.ndarray, equations: Reduced) -> Verdict:
    none = np.empty((len(model.states), 0))
    with np.errstate(all="ignore"):
        try:
            system = _System(model, settings, equations)
            zones = system.zones(points)
            if zones is None:
                return Verdict(False, "no box around one of them can be shown to hold it alone", none)
            return system.searched(zones)
        except BeyondIntervalsError as problem:
            return Verdict(False, f"interval arithmetic cannot evaluate {problem}", none)


class _System:
    """The reduced equations at given settings, and what is known of them over boxes of the unknowns."""

    def __init__(self, model: Model, settings: np.ndarray, equations: Reduced) -> None:
        self.states, self.reduced = tuple(model.equations), equations
        self.bounds = dict(zip(self.states, box_of(model), strict=True))
        self.evaluator = Evaluator(dict(zip((model.symbols[n] for n in model.settings), settings, strict=True)))
        box = {x: Enclosure(Interval(*(np.array([end]) for end in ends))) for x, ends in self.bounds.items()}
        enclose = self.evaluator.over(box)
        ends = [box[u] if u in box else enclose(self.reduced.auxiliary[u]) for u in self.reduced.unknowns]
        domain = np.array([[e.value.low.item(), e.value.high.item()] for e in ends]).reshape(-1, 2)
        if not np.isfinite(domain).all():
            raise BeyondIntervalsError("a function that has no bound in the box")
        # What stands for a function may have no width, as at access 0.
        spare = np.array([[0.0 if u in box else 1e-3] for u in self.reduced.unknowns]).reshape(-1, 1)
        self.low, self.high = domain[:, :1] - spare, domain[:, 1:] + spare
        self.width = self.high - self.low

    def enclosed(
        self, boxes: Interval, slopes: bool, clipped: bool
    ) -> tuple[dict[Any, Enclosure], list[Enclosure], np.ndarray]:
        """Returns all variables, the residuals, and on which boxes every step has one answer; where states are clipped to
        their bounds, which holds for values alone, on which boxes every state can lie in them."""
        units = [point(row[:, None]) if slopes else None for row in np.eye(len(self.reduced.unknowns))]
        rows = zip(self.reduced.unknowns, boxes.low, boxes.high, units, strict=True)
        variables = {u: Enclosure(Interval(low, high), unit) for u, low, high, unit in rows}
        enclose, good = self.evaluator.over(variables), np.ones(boxes.low.shape[1], dtype=bool)
        for symbols, numerators, denominator in self.reduced.steps:
            below = enclose(denominator)
            sure = (below.value.low > 0) | (below.value.high < 0)
            for symbol, numerator in zip(symbols, numerators, strict=True):
                # Where the denominator can vanish anything solves the equation, whatever the numerator.
                quotient = enclose(numerator) * below.power(-1)
                value = quotient.value.where(sure, WHOLE)
                slope = (quotient.slope or point(0.0)).where(sure, WHOLE) if slopes else None
                if clipped and symbol in self.bounds:
                    least, most = self.bounds[symbol]
                    value = Interval(np.maximum(value.low, least), np.minimum(value.high, most))
                    good &= ~(value.low > value.high)
                variables[symbol] = Enclosure(value, slope)
            good &= clipped | sure
        return variables, [enclose(residual) for residual in self.reduced.rest], good

    def possible(self, boxes: Interval) -> np.ndarray:
        """Returns which boxes may hold a rest point, as far as values tell."""
        _, residuals, possible = self.enclosed(boxes, slopes=False, clipped=True)
        for residual in residuals:
            possible &= ~((residual.value.low > 0) | (residual.value.high < 0))
        return possible

    def narrowed(self, boxes: Interval, centre: np.ndarray) -> tuple[Interval, np.ndarray, dict[Any, Enclosure]]:
        """Returns Krawczyk's image of each box: every zero in the box lies in it, and there is exactly one where the image
        lies inside the box. Also on which boxes every step has one answer, and the variables there."""
        size, count = boxes.low.shape
        variables, residuals, regular = self.enclosed(boxes, slopes=True, clipped=False)
        at = self.enclosed(point(centre), slopes=False, clipped=False)[1]
        slope = np.empty((2, count, size, size))
        value = np.empty((2, count, size))
        for i, (residual, here) in enumerate(zip(residuals, at, strict=True)):
            zero = residual.slope or point(np.zeros((size, 1)))
            slope[0, :, i] = np.broadcast_to(zero.low, (size, count)).T
            slope[1, :, i] = np.broadcast_to(zero.high, (size, count)).T
            value[0, :, i], value[1, :, i] = here.value.low, here.value.high
        middle, radius = _middle(slope)
        finite: np.ndarray = np.all(np.isfinite(slope), axis=(0, 2, 3)) & np.all(np.isfinite(value), axis=(0, 2))
        finite &= np.abs(np.linalg.det(np.where(finite[:, None, None], middle, np.eye(size)))) > 0
        middle, radius = np.where(finite[:, None, None], middle, np.eye(size)), np.where(finite[:, None, None], radius, 0.0)
        inverse = np.linalg.inv(middle)
        ready = finite & np.isfinite(inverse).all(axis=(1, 2))
        inverse = np.where(ready[:, None, None], inverse, 0.0)
        away = np.maximum(boxes.high - centre, centre - boxes.low).T
        value_middle, value_radius = _middle(np.where(ready[:, None], value, 0.0))
        weight = np.abs(inverse)
        # What rounding adds to products of this size, with room to spare.
        rounding = 1e-14 * (size + 1) * (weight @ np.abs(middle) + np.eye(size))
        spread = np.abs(np.eye(size) - inverse @ middle) + weight @ radius + rounding
        step = (inverse @ value_middle[..., None])[..., 0]
        slack = 1e-14 * (size + 1) * (weight @ np.abs(value_middle)[..., None])[..., 0] + 1e-15 * np.abs(centre.T) + 1e-300
        width = (1 + 1e-14) * ((weight @ value_radius[..., None])[..., 0] + (spread @ away[..., None])[..., 0]) + slack
        image = centre.T - step
        low, high = (image - width).T, (image + width).T
        ready &= np.isfinite(low).all(axis=0) & np.isfinite(high).all(axis=0)
        return Interval(low, high).where(ready, WHOLE), regular & ready, variables

    def zones(self, points: np.ndarray) -> Interval | None:
        """Returns a box of unknowns around each point that holds one rest point alone, or None where there is none."""
        size, count = len(self.reduced.unknowns), points.shape[1]
        enclose = self.evaluator.over({x: Enclosure(point(values)) for x, values in zip(self.states, points, strict=True)})
        known = [enclose(self.reduced.auxiliary.get(u, u)).value for u in self.reduced.unknowns]
        centres = np.array([np.broadcast_to((e.low + e.high) / 2, count) for e in known]).reshape(size, count)
        found = Interval(np.empty((size, count)), np.empty((size, count)))
        for k in range(count):
            centre = np.repeat(centres[:, k : k + 1], len(RADII), axis=1)
            reach = RADII * self.width
            boxes = Interval(centre - reach, centre + reach)
            image, regular, _ = self.narrowed(boxes, centre)
            alone = regular & (image.low > boxes.low).all(axis=0) & (image.high < boxes.high).all(axis=0)
            others = np.delete(centres, k, axis=1)[:, None]
            alone &= ~((others >= boxes.low[..., None]) & (others <= boxes.high[..., None])).all(axis=0).any(axis=-1)
            if not alone.any():
                return None
            first = int(np.argmax(alone))
            found.low[:, k], found.high[:, k] = boxes.low[:, first], boxes.high[:, first]
        return found

    def searched(self, zones: Interval) -> Verdict:
        """Returns whether no rest point lies outside the zones, each of which holds one."""
        boxes, looked, unsettled = self._cells(), 0, np.empty((len(self.states), 0))
        most = int(MOST_BOXES / max(1, (len(self.low) / 4) ** 2))
        while boxes.low.shape[1]:
            now, boxes = _part(boxes, slice(-CHUNK, None)), _part(boxes, slice(None, -CHUNK))
            looked += now.low.shape[1]
            now = _part(now, self.possible(now))
            now = _part(now, ~_inside(now, zones))
            centre = (now.low + now.high) / 2
            image, _, variables = self.narrowed(now, centre)
            cut = Interval(np.maximum(now.low, image.low), np.minimum(now.high, image.high))
            keep = ~(cut.low > cut.high).any(axis=0) & ~_inside(cut, zones)
            stuck = keep & (cut.high - cut.low <= LEAST * self.width).all(axis=0)
            unsettled = np.concatenate([unsettled, self._states(variables, now)[:, stuck]], axis=1)
            shrunk = ((cut.high - cut.low) < 0.6 * (now.high - now.low)).any(axis=0)
            keep &= ~stuck
            boxes = _joined(boxes, _part(cut, keep & shrunk), *_halves(_part(cut, keep & ~shrunk), self.width))
            if looked > most and boxes.low.shape[1]:
                rest = _part(boxes, slice(None, None, 1 + boxes.low.shape[1] // MOST_OPEN))
                found = self._states(self.enclosed(rest, slopes=False, clipped=False)[0], rest)
                return Verdict(False, f"{most:,} boxes do not settle it", np.concatenate([unsettled, found], axis=1))
            if unsettled.shape[1] > MOST_OPEN:
                break
        if not unsettled.size:
            return Verdict(True, "", unsettled)
        where = written({x.name: value for x, value in zip(self.states, unsettled[:, 0].tolist(), strict=True)})
        return Verdict(
            False,
            f"boxes around {where} cannot be ruled out, however small: more may lie there, or the equations have no value",
            unsettled,
        )

    def _cells(self) -> Interval:
        """Returns a grid of boxes to begin with."""
        size = len(self.low)
        count = {1: 64, 2: 16, 3: 8}.get(size, 2 if size <= 10 else 1)
        edges = self.low + self.width * np.linspace(0, 1, count + 1)
        edges[:, -1:] = self.high
        which = np.array(list(itertools.product(range(count), repeat=size)), dtype=int).reshape(count**size, size).T
        return Interval(np.take_along_axis(edges, which, axis=1), np.take_along_axis(edges, which + 1, axis=1))

    def _states(self, variables: Mapping[Any, Enclosure], boxes: Interval) -> np.ndarray:
        """Returns a state in the bounds for each box."""
        result = np.empty((len(self.states), boxes.low.shape[1]))
        for k, x in enumerate(self.states):
            least, most = self.bounds[x]
            value = variables[x].value
            result[k] = (np.clip(value.low, least, most) + np.clip(value.high, least, most)) / 2
        return result


def _middle(bounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the middle of intervals (lower and upper bounds along the first axis) and a radius that reaches both."""
    middle = (bounds[0] + bounds[1]) / 2
    return middle, np.nextafter(np.maximum(bounds[1] - middle, middle - bounds[0]), np.inf)


def _part(boxes: Interval, which: Any) -> Interval:
    return Interval(boxes.low[:, which], boxes.high[:, which])


def _joined(*parts: Interval) -> Interval:
    return Interval(np.concatenate([p.low for p in parts], axis=1), np.concatenate([p.high for p in parts], axis=1))


def _inside(boxes: Interval, zones: Interval) -> np.ndarray:
    """Returns which boxes lie in one of the zones."""
    below, above = boxes.low[..., None] >= zones.low[:, None], boxes.high[..., None] <= zones.high[:, None]
    return (below & above).all(axis=0).any(axis=-1)


def _halves(boxes: Interval, width: np.ndarray) -> tuple[Interval, Interval]:
    """Returns boxes cut in two along the side that is widest beside the bounds."""
    if not boxes.low.size:
        return boxes, boxes
    side, every = np.argmax((boxes.high - boxes.low) / width, axis=0), np.arange(boxes.low.shape[1])
    middle = ((boxes.low + boxes.high) / 2)[side, every]
    left, right = boxes.high.copy(), boxes.low.copy()
    left[side, every] = right[side, every] = middle
    return Interval(boxes.low, left), Interval(right, boxes.high)


@lru_cache(maxsize=64)
def reduced(equations: tuple, clock: str) -> Reduced:
    """Returns the equations of rest with as many states eliminated as their form allows.

    A state is eliminated where an equation is linear in it, or two states where two equations are linear in both; a
    function of states may take the place of an unknown. Numbers are taken as the exact fractions that they are.

    >>> import socioaffective as sa
    >>> from socioaffective.dynamics.proof import reduced
    >>> system = reduced(tuple(sa.models.ecosystem.equations.items()), "continuous")
    >>> len(sa.models.ecosystem.states), len(system.unknowns), len(system.rest)
    (11, 2, 2)
    """
    whole = _whole(equations, clock)
    states, rights = whole.unknowns, whole.rest
    functions = sorted({f for right in rights for f in _functions(right, states)}, key=sympy.default_sort_key)
    names = {f: sympy.Dummy(f"f{k}", real=True) for k, f in enumerate(functions)}
    back = {dummy: f for f, dummy in names.items()}
    systems = [_Elimination(states, rights)]
    if back:
        defined = [dummy - f for f, dummy in names.items()]
        systems.append(_Elimination((*states, *back), (*(r.xreplace(names) for r in rights), *defined)))
    tries = (
        (system, unknowns)
        for count in range(len(states))
        for system in systems
        for unknowns in itertools.combinations(system.symbols, count)
    )
    for system, unknowns in itertools.islice(tries, MOST_SETS):
        taken = system.taken(unknowns)
        if taken is not None:
            return Reduced(unknowns, *taken, {u: back[u] for u in unknowns if u in back})
    return whole


def _whole(equations: tuple, clock: str) -> Reduced:
    """Returns the equations of rest without elimination, their numbers the exact fractions that they are."""
    exact = (_exact(right - x if clock == "discrete" else right) for x, right in equations)
    return Reduced(tuple(x for x, _ in equations), (), tuple(exact), {})


def _exact(expression: Any) -> Any:
    return expression.xreplace({f: sympy.Rational(f) for f in expression.atoms(sympy.Float)})


def _functions(expression: Any, states: tuple) -> Iterator[Any]:
    """Yields the functions of states in an expression, outermost ones alone."""
    walk = sympy.preorder_traversal(expression)
    for part in walk:
        if isinstance(part, sympy.Function) and part.has(*states):
            yield part
            walk.skip()


class _Elimination:
    """Which symbols each equation determines, once others are known."""

    def __init__(self, symbols: tuple, equations: tuple) -> None:
        self.symbols, self.equations = symbols, equations
        self.within = [e.free_symbols & set(symbols) for e in equations]
        # The slope of each equation by each symbol in which it is linear. By cases it may look so and not be.
        self.slopes = [{x: e.diff(x) for x in sorted(w, key=str)} for e, w in zip(equations, self.within, strict=True)]
        for e, table in zip(equations, self.slopes, strict=True):
            inside = {x for f in e.atoms(Application) for x in f.free_symbols}
            for x in [x for x, slope in table.items() if x in slope.free_symbols | inside]:
                del table[x]

    def taken(self, unknowns: tuple) -> tuple[tuple, tuple] | None:
        """Returns the steps that determine all other symbols from these and the equations that are left, or None."""
        known, unused, steps = set(unknowns), list(range(len(self.equations))), []
        while len(known) < len(self.symbols):
            step = self._single(known, unused) or self._pair(known, unused)
            if step is None:
                return None
            used, symbols, numerators, denominator = step
            steps.append((symbols, numerators, denominator))
            known |= set(symbols)
            unused = [i for i in unused if i not in used]
        return tuple(steps), tuple(self.equations[i] for i in unused)

    def _single(self, known: set, unused: list) -> tuple | None:
        for i in unused:
            missing = self.within[i] - known
            if len(missing) == 1 and (x := next(iter(missing))) in self.slopes[i]:
                step = (i,), (x,), (-self.equations[i].xreplace({x: sympy.S.Zero}),), self.slopes[i][x]
                if self._lasts(*step):
                    return step
        return None

    def _pair(self, known: set, unused: list) -> tuple | None:
        """Returns the step that determines two symbols from two equations, by Cramer's rule."""
        short = [(i, missing) for i in unused if len(missing := self.within[i] - known) <= 2]
        for (i, first), (j, second) in itertools.combinations(short, 2):
            missing = first | second
            if len(missing) != 2 or not (first <= self.slopes[i].keys() and second <= self.slopes[j].keys()):
                continue
            x, y = sorted(missing, key=str)
            (a, b), (c, d) = ([self.slopes[k].get(s, sympy.S.Zero) for s in (x, y)] for k in (i, j))
            if any(slope.has(x, y) for slope in (a, b, c, d)):
                continue
            e, f = (-self.equations[k].xreplace({x: sympy.S.Zero, y: sympy.S.Zero}) for k in (i, j))
            # Expanded, terms of opposite signs cancel exactly.
            numerators, denominator = (sympy.expand(e * d - b * f), sympy.expand(a * f - e * c)), sympy.expand(a * d - b * c)
            step = (i, j), (x, y), numerators, denominator
            if self._lasts(*step):
                return step
        return None

    def _lasts(self, used: tuple, symbols: tuple, numerators: tuple, denominator: Any) -> bool:
        """Returns whether the denominator of a step is likely not to vanish anywhere: what a state is damped by in its own
        equation, or what is made of settings alone."""
        if denominator == 0:
            return False
        own = {self.symbols[i] for i in used} == set(symbols) and 0 not in numerators
        return own or not denominator.free_symbols & set(self.symbols)
