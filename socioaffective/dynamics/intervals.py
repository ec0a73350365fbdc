"""Intervals: enclosures of an expression and of its slopes over many boxes at once, rounded outward."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from socioaffective.quantities import logistic

# NumPy's elementary functions are within four units in the last place; this is eight.
PAD = 2.0**-49
TINY, HUGE = 5e-324, np.finfo(float).max
# Beyond this many turns the peaks of a sine are no longer told apart.
FAR = 1e8
MOST_POWER = 1e6


class BeyondIntervalsError(Exception):
    """Raised for an expression that interval arithmetic does not know here."""


@dataclass(frozen=True)
class Interval:
    """Arrays of intervals of real numbers; a bound may be infinite, and no bound is NaN.

    The sum, difference, product and inverse hold every result of numbers taken from the operands. The inverse of what
    contains 0 is the whole line.

    >>> from socioaffective.dynamics.intervals import Interval, point
    >>> third = point(3.0).inverse()
    >>> bool(third.low < third.high), bool((third * point(3.0)).low <= 1 <= (third * point(3.0)).high)
    (True, True)
    """

    low: Any
    high: Any

    def __add__(self, other: Interval) -> Interval:
        low, high = self.low + other.low, self.high + other.high
        # A floating-point sum that is 0 is exact.
        return Interval(np.where(low == 0, low, _down(low)), np.where(high == 0, high, _up(high)))

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def __mul__(self, other: Interval) -> Interval:
        products = self.low * other.low, self.low * other.high, self.high * other.low, self.high * other.high
        # 0 times infinity is NaN, which fmin and fmax pass over: the other end of the interval gives the 0.
        low = np.fmin(np.fmin(products[0], products[1]), np.fmin(products[2], products[3]))
        high = np.fmax(np.fmax(products[0], products[1]), np.fmax(products[2], products[3]))
        return Interval(np.where(low != low, 0.0, _down(low)), np.where(high != high, 0.0, _up(high)))

    def inverse(self) -> Interval:
        """Returns the intervals of 1 over these."""
        across = (self.low <= 0) & (self.high >= 0)
        return Interval(np.where(across, -np.inf, _down(1 / self.high)), np.where(across, np.inf, _up(1 / self.low)))

    def power(self, n: int) -> Interval:
        """Returns the intervals of a power with a whole exponent."""
        if n < 0:
            return self.power(-n).inverse()
        if n == 0:
            return point(1.0)
        if n % 2:
            return Interval(self.low**n, self.high**n).padded()
        size = abs_of(self)
        return Interval(size.low**n, size.high**n).padded(0.0)

    def padded(self, least: float = -np.inf, most: float = np.inf) -> Interval:
        """Returns the intervals widened by the error of a function, inside the range of that function."""
        low, high = np.minimum(self.low, HUGE), np.maximum(self.high, -HUGE)
        low, high = low - PAD * np.abs(low) - TINY, high + PAD * np.abs(high) + TINY
        return Interval(
            np.clip(np.where(low != low, -np.inf, low), least, most), np.clip(np.where(high != high, np.inf, high), least, most)
        )

    def hull(self, other: Interval) -> Interval:
        """Returns the least intervals that hold both."""
        return Interval(np.minimum(self.low, other.low), np.maximum(self.high, other.high))

    def where(self, mask: Any, other: Interval) -> Interval:
        """Returns these intervals where `mask` holds and the others elsewhere."""
        return Interval(np.where(mask, self.low, other.low), np.where(mask, self.high, other.high))


def _down(value: Any) -> Any:
    return np.nextafter(value, -np.inf)


def _up(value: Any) -> Any:
    return np.nextafter(value, np.inf)


def point(value: Any) -> Interval:
    """Returns intervals that hold one floating-point number each."""
    return Interval(np.asarray(value, dtype=float), np.asarray(value, dtype=float))


WHOLE = Interval(np.asarray(-np.inf), np.asarray(np.inf))
ONE, HALF, QUARTER = point(1.0), point(0.5), point(0.25)
HALF_TURN = Interval(_down(np.pi), _up(np.pi))


def abs_of(x: Interval) -> Interval:
    """Returns the intervals of absolute values."""
    inside = np.where((x.low <= 0) & (x.high >= 0), 0.0, np.minimum(np.abs(x.low), np.abs(x.high)))
    return Interval(inside, np.maximum(np.abs(x.low), np.abs(x.high)))


def _rising(function: Callable, least: float = -np.inf, most: float = np.inf) -> Callable[[Interval], Interval]:
    """Returns the interval form of a function that rises."""
    return lambda x: Interval(function(x.low), function(x.high)).padded(least, most)


def _log(x: Interval) -> Interval:
    return _rising(np.log)(Interval(np.maximum(x.low, 0.0), np.where(x.high < 0, np.inf, x.high)))


def _cosh(x: Interval) -> Interval:
    size = abs_of(x)
    return Interval(np.cosh(size.low), np.cosh(size.high)).padded(1.0)


def _sin(x: Interval) -> Interval:
    ends = np.sin(np.stack(np.broadcast_arrays(x.low, x.high)))
    result = Interval(ends.min(axis=0), ends.max(axis=0))
    return Interval(
        np.where(_reaches(x, -np.pi / 2), -1.0, result.low), np.where(_reaches(x, np.pi / 2), 1.0, result.high)
    ).padded(-1.0, 1.0)


def _reaches(x: Interval, angle: float) -> Any:
    """Returns where the intervals may hold `angle` up to whole turns; what is too close to tell counts."""
    slack = 1e-12 * (1 + np.maximum(np.abs(x.low), np.abs(x.high)))
    turns = np.ceil((x.low - slack - angle) / (2 * np.pi))
    return ~(angle + 2 * np.pi * turns > x.high + slack) | ~(np.maximum(np.abs(x.low), np.abs(x.high)) < FAR)


def _cos(x: Interval) -> Interval:
    return _sin(x + HALF_TURN * HALF)


_exp = _rising(np.exp, 0.0)
_tanh = _rising(np.tanh, -1.0, 1.0)
_logistic = _rising(lambda u: 1 / (1 + np.exp(-u)), 0.0, 1.0)

# Each function with its slope, in which the argument or the value stands once, so that nothing is lost.
FUNCTIONS: dict[Any, tuple[Callable[[Interval], Interval], Callable[[Interval, Interval], Interval]]] = {
    sympy.exp: (_exp, lambda x, f: f),
    sympy.log: (_log, lambda x, f: x.inverse()),
    sympy.tanh: (_tanh, lambda x, f: ONE - f.power(2)),
    sympy.sinh: (_rising(np.sinh), lambda x, f: _cosh(x)),
    sympy.cosh: (_cosh, lambda x, f: _rising(np.sinh)(x)),
    sympy.sin: (_sin, lambda x, f: _cos(x)),
    sympy.cos: (_cos, lambda x, f: -_sin(x)),
    sympy.atan: (_rising(np.arctan), lambda x, f: (ONE + x.power(2)).inverse()),
    logistic: (_logistic, lambda x, f: QUARTER - (f - HALF).power(2)),
    sympy.Abs: (abs_of, lambda x, f: Interval(np.where(x.low > 0, 1.0, -1.0), np.where(x.high < 0, -1.0, 1.0))),
}


@dataclass(frozen=True)
class Enclosure:
    """Intervals of a quantity over boxes, shape (boxes,), and of its slopes, (unknowns, boxes); None where it is constant.

    Where a quantity may jump or be undefined inside a box, its slope there is the whole line.
    """

    value: Interval
    slope: Interval | None = None

    def __add__(self, other: Enclosure) -> Enclosure:
        slopes = [part.slope for part in (self, other) if part.slope is not None]
        return Enclosure(self.value + other.value, sum(slopes[1:], slopes[0]) if slopes else None)

    def __mul__(self, other: Enclosure) -> Enclosure:
        for part in (self, other):
            if part.slope is None and np.ndim(part.value.low) == 0 and part.value.low == part.value.high == 0:
                return part
        slopes = [a.slope * b.value for a, b in ((self, other), (other, self)) if a.slope is not None]
        return Enclosure(self.value * other.value, sum(slopes[1:], slopes[0]) if slopes else None)

    def mapped(self, value: Interval, slope: Callable[[], Interval]) -> Enclosure:
        """Returns a function of this quantity from its value and its slope."""
        return Enclosure(value, None if self.slope is None else self.slope * slope())

    def power(self, n: int) -> Enclosure:
        """Returns a power with a whole exponent."""
        return self.mapped(self.value.power(n), lambda: point(float(n)) * self.value.power(n - 1))


class Evaluator:
    """Encloses expressions over boxes. `constants` maps symbols to numbers; whatever is made of them alone is kept.

    >>> import sympy, numpy as np
    >>> from socioaffective.dynamics.intervals import Enclosure, Evaluator, Interval
    >>> x, a = sympy.symbols("x a")
    >>> known = Enclosure(Interval(np.array([0.0, 1.0]), np.array([1.0, 2.0])))
    >>> square = Evaluator({a: 3.0}).over({x: known})(a - x**2)
    >>> square.value.low.round(12).tolist(), square.value.high.round(12).tolist()
    ([2.0, -1.0], [3.0, 2.0])
    """

    def __init__(self, constants: Mapping[Any, float]) -> None:
        self._constants = {symbol: Enclosure(point(value)) for symbol, value in constants.items()}
        self._fixed: dict[Any, bool] = {}

    def _is_fixed(self, e: Any) -> bool:
        """Returns whether an expression is made of the constants alone."""
        if e not in self._fixed:
            self._fixed[e] = all(map(self._is_fixed, e.args)) if e.args else not e.is_Symbol or e in self._constants
        return self._fixed[e]

    def over(self, variables: Mapping[Any, Enclosure]) -> Callable[[Any], Enclosure]:
        """Returns the function that encloses an expression for these values of the variables.

        It raises BeyondIntervalsError, with the name, for a function that it does not know. Variables may be added to the
        mapping between calls.
        """
        known: dict[Any, Enclosure] = {}

        def enclosed(expression: Any) -> Enclosure:
            if expression in variables:
                return variables[expression]
            store = self._constants if self._is_fixed(expression) else known
            if expression not in store:
                store[expression] = _enclosed(expression, enclosed)
            return store[expression]

        return enclosed


def _enclosed(e: Any, part: Callable[[Any], Enclosure]) -> Enclosure:
    """Returns the enclosure of an expression from those of its parts."""
    if e.is_Number or e.is_NumberSymbol:
        return Enclosure(_number(e))
    if e.is_Add or e.is_Mul:
        first, *others = map(part, e.args)
        for other in others:
            first = first + other if e.is_Add else first * other
        return first
    if e.is_Pow:
        return _power(part(e.base), part(e.exp))
    if isinstance(e, sympy.Piecewise):
        return _by_cases([(part(value), *_truth(condition, part)) for value, condition in e.args])
    if isinstance(e, (sympy.Max, sympy.Min)):
        first, *others = map(part, e.args)
        for other in others:
            first = _greater(first, other) if isinstance(e, sympy.Max) else _negated(_greater(_negated(first), _negated(other)))
        return first
    if isinstance(e, sympy.Heaviside):
        x, steps = part(e.args[0]).value, ((sympy.S.Zero, "<"), (sympy.S.One, ">"), (e.args[1], "=="))
        return _by_cases([(part(level), *_sign(x, relation)) for level, relation in steps])
    if e.func in FUNCTIONS:
        inside, (function, slope) = part(e.args[0]), FUNCTIONS[e.func]
        value = function(inside.value)
        return inside.mapped(value, lambda: slope(inside.value, value))
    raise BeyondIntervalsError(e.func.__name__)


def _number(e: Any) -> Interval:
    near = float(e)
    return point(near) if e.is_Rational and sympy.Rational(near) == e else Interval(_down(near), _up(near))


def _negated(x: Enclosure) -> Enclosure:
    return Enclosure(-x.value, None if x.slope is None else -x.slope)


def _power(base: Enclosure, exponent: Enclosure) -> Enclosure:
    p, fixed = exponent.value, exponent.slope is None and np.ndim(exponent.value.low) == 0
    exact = fixed and p.low == p.high
    if exact and float(p.low).is_integer():
        if abs(p.low) > MOST_POWER:
            raise BeyondIntervalsError("so high a power")
        return base.power(int(p.low))
    logs = _log(base.value)
    value = _exp(p * logs)
    if not exact:
        # A base below 0 has real powers for some exponents.
        value = value.where(base.value.low >= 0, WHOLE)
    if fixed:
        return base.mapped(value, lambda: (p * _exp((p - ONE) * logs)).where(base.value.low >= 0, WHOLE))
    logarithm = base.mapped(logs, lambda: base.value.inverse())
    return (exponent * logarithm).mapped(value, lambda: value)


def _greater(a: Enclosure, b: Enclosure) -> Enclosure:
    value = Interval(np.maximum(a.value.low, b.value.low), np.maximum(a.value.high, b.value.high))
    if a.slope is None and b.slope is None:
        return Enclosure(value)
    zero = point(0.0)
    first, second = a.slope or zero, b.slope or zero
    either = first.hull(second)
    return Enclosure(value, first.where(a.value.low > b.value.high, second.where(b.value.low > a.value.high, either)))


def _by_cases(cases: list[tuple[Enclosure, Any, Any]]) -> Enclosure:
    """Returns a quantity given by cases, each with whether its condition can hold and whether it can fail."""
    low, high = np.array(np.inf), np.array(-np.inf)
    steep, still = [x for x, _, _ in cases if x.slope is not None], point(0.0)
    slope, count, reached = still, np.array(0), True
    for x, holds, fails in cases:
        here = reached & holds
        low, high = np.where(here, np.minimum(low, x.value.low), low), np.where(here, np.maximum(high, x.value.high), high)
        slope, count = (x.slope or still).where(here, slope), count + np.where(here, 1, 0)
        reached = reached & fails
    # No case may be left over: what is undefined is not enclosed.
    value = WHOLE.where(reached & True, Interval(low, high))
    if not steep and np.ndim(count) == 0:
        return Enclosure(value)
    return Enclosure(value, slope.where((count == 1) & ~np.asarray(reached), WHOLE))


def _sign(x: Interval, relation: str) -> tuple[Any, Any]:
    """Returns whether a relation of intervals to 0 can hold and whether it can fail."""
    if relation in ("<", "<="):
        holds, fails = _sign(-x, relation.replace("<", ">"))
        return holds, fails
    if relation == ">":
        return x.high > 0, x.low <= 0
    if relation == ">=":
        return x.high >= 0, x.low < 0
    equal = (x.low <= 0) & (x.high >= 0), (x.low != 0) | (x.high != 0)
    return equal if relation == "==" else equal[::-1]


def _truth(condition: Any, part: Callable[[Any], Enclosure]) -> tuple[Any, Any]:
    """Returns whether a condition can hold and whether it can fail over each box."""
    if condition in (sympy.true, sympy.false):
        return np.asarray(condition == sympy.true), np.asarray(condition == sympy.false)
    if isinstance(condition, sympy.Not):
        return _truth(condition.args[0], part)[::-1]
    if isinstance(condition, (sympy.And, sympy.Or)):
        # "a or b" holds where "neither fails" fails.
        holds, fails = zip(*(_truth(c, part)[:: 1 if condition.func is sympy.And else -1] for c in condition.args), strict=True)
        both = np.all(np.broadcast_arrays(*holds), axis=0), np.any(np.broadcast_arrays(*fails), axis=0)
        return both[:: 1 if condition.func is sympy.And else -1]
    if isinstance(condition, sympy.core.relational.Relational):
        return _sign(part(condition.lhs).value - part(condition.rhs).value, condition.rel_op)
    raise BeyondIntervalsError(type(condition).__name__)
