"""Aggregates: one number from several, with a constant elasticity of substitution (CES), its limits exact."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy

from socioaffective.checks import listed, number


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
        k = argindex - 2 - len(self.parts[1])
        if k < 0:
            return sympy.diff(self.doit(), self.args[argindex - 1])
        return ces_slope(k, *self.args)

    def _eval_evalf(self, prec: int) -> Any:
        parts = [part.evalf(n=30) for part in self.args]
        if not all(part.is_number for part in parts):
            return None
        return type(self)(*parts, evaluate=False).doit()._eval_evalf(prec)

    def _latex(self, printer: Any) -> str:
        half = (len(self.args) + 1) // 2
        inside = "; ".join(", ".join(map(printer._print, group)) for group in (self.args[half:], self.args[1:half]))
        return rf"\operatorname{{CES}}_{{{printer._print(self.args[0])}}}\left({inside}\right)"


class ces_slope(sympy.Function):  # noqa: N801 - a function, like sympy.tanh
    """Slope of `ces` by its k-th value: `ces_slope(k, u, w1, ..., wn, s1, ..., sn)`, k from 0.

    In the Leontief limit it is 1 for the least value, shared by weight where several are least, and 0 for the others.
    """

    def doit(self, **hints: Any) -> Any:
        """Returns the slope written in powers, with the Leontief limit by cases."""
        k, *rest = self.args
        whole = ces(*rest, evaluate=False)
        u, weights, values = whole.parts
        least = sympy.Min(*values)
        shares = [sympy.Piecewise((w, sympy.Eq(s, least)), (0, True)) for w, s in zip(weights, values, strict=True)]
        limit = shares[int(k)] / sympy.Add(*shares)
        general = weights[int(k)] * (whole.doit() / values[int(k)]) ** ((1 - u) / u)
        return limit if u == 0 else sympy.Piecewise((limit, sympy.Eq(u, 0)), (general, True))

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.diff(self.doit(), self.args[argindex - 1])

    _eval_evalf = ces._eval_evalf


def _prepared(u: Any, parts: Sequence[Any]) -> tuple[np.ndarray, ...]:
    """Returns substitutability, which parts have a weight, the weights as shares, the values and their logarithms."""
    *arrays, share = np.broadcast_arrays(*parts, u)
    stack = np.array(arrays, dtype=float)
    weights, values = stack[: len(arrays) // 2], stack[len(arrays) // 2 :]
    used = weights > 0
    with np.errstate(all="ignore"):
        logs = np.log(np.where(used, values, 1.0))
    return np.asarray(share, dtype=float), used, weights / weights.sum(axis=0), values, logs


def _scaled(share: np.ndarray, used: np.ndarray, weights: np.ndarray, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the logarithm of the least value, or for a positive power of the greatest, and how far the aggregate's lies
    above it: what is added up that way neither overflows nor loses digits."""
    power = (2 * share - 1) / share
    least, most = np.where(used, logs, np.inf).min(axis=0), np.where(used, logs, -np.inf).max(axis=0)
    scale = np.where(power < 0, least, most)
    # Whatever equals the scale is left out of the sum below, so that a part of tiny weight keeps its digits.
    above = np.where(used & (logs != scale), logs - scale, 0.0)
    inside = np.where(used, weights, 0.0) * np.exp(power * above)
    geometric = np.where(used, weights * above, 0.0).sum(axis=0)
    moment = np.where(used & (above != 0), weights * np.expm1(power * above), 0.0).sum(axis=0)
    general = np.where(moment > -0.5, np.log1p(moment), np.log(inside.sum(axis=0))) / power
    return scale, np.select([share <= 0, np.isinf(power), share == 0.5], [0.0 * scale, 0.0 * scale, geometric], general)


def _of_floats(u: float, parts: Sequence[float]) -> float:
    """Returns the value of `ces` for plain numbers: what `evaluate` does with arrays, at a tenth of the time."""
    half = len(parts) // 2
    total = math.fsum(parts[:half])
    used = [(w / total, s) for w, s in zip(parts[:half], parts[half:], strict=True) if w > 0]
    if u >= 1:
        return math.fsum(w * s for w, s in used)
    power = (2 * u - 1) / u if u > 0 else -math.inf
    scaled = min(s for _, s in used) if power < 0 else max(s for _, s in used)
    if scaled <= 0 or math.isinf(power):
        return scaled
    apart = [(w, math.log(s / scaled) if s > 0 else -math.inf) for w, s in used if s != scaled]
    if u == 0.5:
        return scaled * math.exp(math.fsum(w * above for w, above in apart))
    moment = math.fsum(w * math.expm1(power * above) for w, above in apart)
    if moment <= -0.5:
        return scaled * math.fsum(w * (math.exp(power * math.log(s / scaled)) if s > 0 else 0.0) for w, s in used) ** (
            1 / power
        )
    return scaled * math.exp(math.log1p(moment) / power)


def evaluate(u: Any, *parts: Any) -> Any:
    """Returns the value of `ces` for numbers or arrays: exact in the limits, and without loss of digits near them."""
    if type(u) is float and all(type(part) is float and 1e-100 < part < 1e100 for part in parts):
        return _of_floats(u, parts)
    share, used, weights, values, logs = _prepared(u, parts)
    with np.errstate(all="ignore"):
        scale, above = _scaled(share, used, weights, logs)
        linear = np.where(used, weights * values, 0.0).sum(axis=0)
        # Exact where the aggregate is one of the values.
        scaled = np.where(used & (logs == scale), values, -np.inf).max(axis=0)
        result = np.where(share >= 1, linear, np.where(np.isneginf(scale), 0.0, scaled * np.exp(above)))
        huge = ~np.isfinite(result) & np.isfinite(scale)
        result = np.where(huge, np.exp(scale + above), result)
    return result.item() if result.ndim == 0 else result


def evaluate_slope(k: Any, u: Any, *parts: Any) -> Any:
    """Returns the value of `ces_slope` for numbers or arrays."""
    share, used, weights, _, logs = _prepared(u, parts)
    own, k = weights[int(k)], int(k)
    with np.errstate(all="ignore"):
        scale, above = _scaled(share, used, weights, logs)
        least = used & (logs == np.where(used, logs, np.inf).min(axis=0))
        limit = np.where(least[k], own / np.where(least, weights, 0.0).sum(axis=0), 0.0)
        general = own * np.exp((1 - share) / share * (above + (scale - logs[k])))
        result = np.select([~used[k], (share <= 0) | np.isinf(1 / share)], [0.0 * own, limit], general)
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
    values = listed(values, "values", "[0.9, 0.6, 0.2]")
    if not values:
        raise ValueError("aggregate needs at least one level.")
    weights = [1 / len(values)] * len(values) if weights is None else listed(weights, "weights", "[0.5, 0.3, 0.2]")
    if len(weights) != len(values):
        raise ValueError(f"There are {len(values)} levels but {len(weights)} weights; give one weight a level.")
    shares = [number(w, "A weight", (0, 1)) for w in weights]
    if abs(sum(shares) - 1) > 1e-9:
        raise ValueError(f"The weights add up to {sum(shares):g}, not to 1. Divide each by their sum.")
    if isinstance(elasticity, bool) or not isinstance(elasticity, (int, float, np.integer, np.floating)) or not elasticity >= 0:
        raise ValueError(f"The elasticity must be a number from 0 to infinity, not {elasticity!r}.")
    levels = [_level(v) for v in values]
    if len({level.shape for level in levels if level.ndim}) > 1:
        raise ValueError(f"The levels have shapes {', '.join(str(level.shape) for level in levels)}; give arrays of one shape.")
    share = 1.0 if elasticity > 1e300 else float(elasticity / (1 + elasticity))
    return evaluate(share, *shares, *levels)


def _level(value: Any) -> np.ndarray:
    """Returns a level, or an array of them, once all are finite and not below 0."""
    try:
        level = np.asarray(value)
        if level.dtype.kind not in "fiu":
            raise TypeError
        level = level.astype(float)
    except (TypeError, ValueError):
        raise TypeError(f"A level must be a number or an array of numbers, not {value!r}.") from None
    if not level.size or not np.isfinite(level).all() or (level < 0).any():
        raise ValueError(f"Levels must be finite and at least 0, not {level.min() if level.size else 'nothing'}.")
    return level
