"""Aggregates: one number from several, with a constant elasticity of substitution (CES), its limits exact."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy

from socioaffective.checks import number


class ces(sympy.Function):  # noqa: N801 - a function, like sympy.tanh
    """CES aggregate as a SymPy expression: `ces(u, w1, ..., wn, s1, ..., sn)`.

    `u` is substitutability, from 0 to 1: the elasticity of substitution is u/(1 - u), so that 0 is Leontief (the least
    of them), 1/2 Cobb-Douglas (the geometric mean) and 1 linear. Only the proportions of the weights count.

    >>> from socioaffective.aggregates import ces
    >>> ces(0.5, 1, 1, 0.25, 1.0).evalf(3), ces(1, 1, 3, 0.2, 0.6).evalf(3)
    (0.500, 0.500)
    """

    @property
    def parts(self) -> tuple[Any, tuple, tuple]:
        """Substitutability, weights as shares of their sum, and values."""
        half = (len(self.args) + 1) // 2
        weights = self.args[1:half]
        return self.args[0], tuple(w / sympy.Add(*weights) for w in weights), self.args[half:]

    def doit(self, **hints: Any) -> Any:
        """Returns the aggregate written in powers, with its limits by cases."""
        u, weights, values = self.parts
        terms = list(zip(weights, values, strict=True))
        limits = [(sympy.Min(*values), sympy.Eq(u, 0)), (sympy.Mul(*(s**w for w, s in terms)), sympy.Eq(2 * u, 1))]
        for limit, where in limits:
            if where == True:  # noqa: E712 - SymPy's own truth, or a relation still open
                return limit
        power = (2 * u - 1) / u
        general = sympy.Add(*(w * s**power for w, s in terms)) ** (1 / power)
        return sympy.Piecewise(*limits, (general, True))

    def fdiff(self, argindex: int = 1) -> Any:
        u, weights, values = self.parts
        k = argindex - 2 - len(weights)
        if k < 0:
            return sympy.diff(self.doit(), self.args[argindex - 1])
        # Of the general case and of Cobb-Douglas; Leontief has a kink and no slope there.
        return weights[k] * (self / values[k]) ** ((1 - u) / u)

    def _eval_evalf(self, prec: int) -> Any:
        parts = [part.evalf(n=30) for part in self.args]
        if not all(part.is_number for part in parts):
            return None
        return type(self)(*parts, evaluate=False).doit()._eval_evalf(prec)

    def _latex(self, printer: Any) -> str:
        half = (len(self.args) + 1) // 2
        inside = "; ".join(", ".join(map(printer._print, group)) for group in (self.args[half:], self.args[1:half]))
        return rf"\operatorname{{CES}}_{{{printer._print(self.args[0])}}}\left({inside}\right)"


def evaluate(u: Any, *parts: Any) -> Any:
    """Returns the value of `ces` for numbers or arrays: exact in the limits, and without loss of digits near them."""
    *arrays, share = np.broadcast_arrays(*parts, u)
    stack = np.array(arrays, dtype=float)
    weights, values = stack[: len(arrays) // 2], stack[len(arrays) // 2 :]
    share = np.asarray(share, dtype=float)
    used, weights = weights > 0, weights / weights.sum(axis=0)
    least = np.where(used, values, np.inf).min(axis=0)
    with np.errstate(all="ignore"):
        linear = np.where(used, weights * values, 0.0).sum(axis=0)
        power = (2 * share - 1) / share
        # Relative to the least value for a negative power and to the greatest for a positive one, nothing overflows.
        scale = np.where(power < 0, least, np.where(used, values, -np.inf).max(axis=0))
        logs = np.log(np.where(used, values, 1.0) / scale)
        geometric = scale * np.exp(np.where(used, weights * logs, 0.0).sum(axis=0))
        moment = np.where(used, weights * np.expm1(power * logs), 0.0).sum(axis=0)
        general = scale * np.exp(np.log1p(moment) / power)
        cases = [scale <= 0, share <= 0, share == 0.5, share >= 1]
        result = np.select(cases, [np.zeros_like(least), least, geometric, linear], general)
    return result.item() if result.ndim == 0 else result


def aggregate(values: Sequence[Any], weights: Sequence[float] | None = None, elasticity: float = 1.0) -> Any:
    """Returns the CES aggregate of several levels: how well off somebody is when one level can partly stand in for another.

    Inputs: `values`, from 0 up, one a level: numbers, or arrays of one shape; `weights`, which add up to one (equal unless
    told otherwise); `elasticity` of substitution from 0 to infinity: 0 is Leontief (the least level), 1 Cobb-Douglas (the
    geometric mean), infinity linear (the mean). The three are computed exactly.
    Raises ValueError for weights that do not add up to one, values below 0 or an elasticity below 0.

    >>> import socioaffective as sa
    >>> levels = [0.9, 0.6, 0.2]
    >>> [round(sa.aggregate(levels, elasticity=x), 3) for x in (0, 0.5, 1, float("inf"))]
    [0.2, 0.386, 0.476, 0.567]
    """
    if len(values) == 0:
        raise ValueError("aggregate needs at least one level.")
    if weights is None:
        weights = [1 / len(values)] * len(values)
    if len(weights) != len(values):
        raise ValueError(f"There are {len(values)} levels but {len(weights)} weights; give one weight a level.")
    shares = [number(w, "A weight", (0, 1)) for w in weights]
    if abs(sum(shares) - 1) > 1e-9:
        raise ValueError(f"The weights add up to {sum(shares):g}, not to 1. Divide each by their sum.")
    if isinstance(elasticity, bool) or not isinstance(elasticity, (int, float, np.number)) or not elasticity >= 0:
        raise ValueError(f"The elasticity must be a number from 0 to infinity, not {elasticity!r}.")
    levels = [np.asarray(v, dtype=float) for v in values]
    for level in levels:
        if not np.isfinite(level).all() or (level < 0).any():
            raise ValueError(f"Levels must be finite and at least 0, not {level.min() if level.size else 'nothing'}.")
    share = 1.0 if math.isinf(elasticity) else elasticity / (1 + elasticity)
    return evaluate(share, *shares, *levels)
