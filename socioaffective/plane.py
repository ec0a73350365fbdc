"""Plane: nullclines, vector field and basins of a model with two states."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
import xarray as xr
from contourpy import contour_generator
from scipy.integrate import solve_ivp

from socioaffective.checks import number
from socioaffective.compile import compiled, rates
from socioaffective.equilibrium import Equilibrium, box_of, equilibria, settings_of, velocity
from socioaffective.model import Model, a_model
from socioaffective.quantities import logistic

CELLS = 160
# A start this many boxes away has left for good.
FAR = 20


@dataclass(frozen=True)
class Nullcline:
    """Where one state stands still: `state`, `curves` (arrays of points, in the order of the states) and `formulas`.

    `formulas` has an equation for each branch that could be solved in closed form, None for the others.
    """

    state: str
    curves: tuple[np.ndarray, ...]
    formulas: tuple[Any, ...]

    def __repr__(self) -> str:
        solved = [str(f) if f is not None else "no closed form" for f in self.formulas]
        return f"Nullcline({self.state}: {'; '.join(solved)})"


@dataclass(frozen=True)
class Portrait:
    """What a phase plane shows: the model and settings, the field on a grid, nullclines, rest points and basins."""

    model: Model
    settings: dict[str, float]
    points: np.ndarray
    field: np.ndarray
    nullclines: list[Nullcline]
    equilibria: list[Equilibrium]
    basins: xr.DataArray | None


def planar(model: Model) -> tuple[str, str]:
    """Returns the names of the two states; ValueError for a model that has another number of them."""
    a_model(model)
    names = tuple(model.states)
    if len(names) != 2:
        raise ValueError(f"A plane needs two states; '{model.title}' has {len(names)}: {', '.join(names)}.")
    return names


def portrait(model: Model, basins: bool = True, arrows: int = 13, **settings: float) -> Portrait:
    """Returns everything that a phase plane shows, computed once.

    >>> import socioaffective as sa
    >>> view = sa.portrait(sa.models.companion, cues=0.7)
    >>> len(view.equilibria), view.field.shape
    (3, (2, 169))
    """
    planar(model)
    arrows = int(number(arrows, "arrows (along each side)", (1, 60)))
    p = settings_of(model, settings)
    box = box_of(model)
    # Cell centres: an arrow on the edge would be cut off.
    axes = _centres(box, arrows)
    points = np.stack(np.meshgrid(*axes, indexing="ij")).reshape(2, -1)
    rest = equilibria(model, **settings)
    return Portrait(
        model,
        dict(zip(model.settings, map(float, p), strict=True)),
        points,
        velocity(model, p)(points),
        nullclines(model, **settings),
        rest,
        _fates(model, p, rest, 40) if basins else None,
    )


def nullclines(model: Model, **settings: float) -> list[Nullcline]:
    """Returns the two nullclines of a planar model, each with every branch in the box.

    Inputs: `model`, with two states; parameters, levers and inputs by name. A right-hand side is first split into its
    factors, so that branches that cross stay apart; each is traced on a grid of 160 by 160 cells and its points are moved
    onto the curve (residual below 1e-9), so only a loop smaller than a cell can be missed. Where SymPy can solve a branch,
    its formula is given too. Raises ValueError for a model that is not planar.

    >>> import socioaffective as sa
    >>> still = sa.nullclines(sa.models.co_construction, steering=0.5)[1]
    >>> still.formulas[0].rhs
    (personalisation*preference + steering*steering_rate*target)/(personalisation + steering*steering_rate)
    """
    planar(model)
    p = settings_of(model, settings)
    box = box_of(model)
    move, result = velocity(model, p), []
    for symbol, factors in _factors(tuple(model.equations.items()), model.clock).items():
        curves, formulas = [], []
        for factor, formula in factors:
            measure = compiled(model, (factor, *(sympy.diff(factor, x) for x in model.equations)), "array")
            traced = _trace(lambda y, measure=measure: measure(y, p), box)
            traced = [curve[np.isfinite(move(curve.T)).all(axis=0)] for curve in traced]
            curves += traced
            formulas += [formula] if traced else []
        result.append(Nullcline(symbol.name, tuple(curves), tuple(formulas)))
    return result


def basins(model: Model, resolution: int = 40, **settings: float) -> xr.DataArray:
    """Returns where each start of a grid ends: the index of a stable rest point in `sa.equilibria`, or -1 for elsewhere.

    Inputs: `model`, with two states; `resolution`, the number of starts along each side; settings by name. The starts are
    the centres of equal cells. A start is -1 when it leaves the box, cycles, or has not settled after 30 of the slowest
    time constants. Raises ValueError for a model that is not planar.

    >>> import socioaffective as sa
    >>> fate = sa.basins(sa.models.companion, cues=0.7, resolution=10)
    >>> fate.dims, sorted(set(fate.values.ravel().tolist()))
    (('wanting', 'ties'), [0, 2])
    """
    planar(model)
    count = number(resolution, "resolution (starts along a side)", (2, 400))
    return _fates(model, settings_of(model, settings), equilibria(model, **settings), int(count))


def _fates(model: Model, p: np.ndarray, rest: list[Equilibrium], resolution: int) -> xr.DataArray:
    box = box_of(model)
    width = box[:, 1] - box[:, 0]
    axes = _centres(box, resolution)
    y = np.stack(np.meshgrid(*axes, indexing="ij")).reshape(2, -1)
    fate = np.full(y.shape[1], -1)
    goals = {k: np.array(list(point.state.values())) for k, point in enumerate(rest) if point.stable}
    pending = np.arange(y.shape[1])
    right = rates(model, "array")
    for span in _spans(model, rest) if goals else []:
        with np.errstate(all="ignore"):
            y = _advance(model, right, y, p, span)
        alive = np.isfinite(y).all(axis=0) & (np.abs(y - box.mean(axis=1)[:, None]) < FAR * width[:, None]).all(axis=0)
        y, pending = y[:, alive], pending[alive]
        for k, goal in goals.items():
            there = (np.abs(y - goal[:, None]) < 0.004 * width[:, None]).all(axis=0)
            fate[pending[there]] = k
            y, pending = y[:, ~there], pending[~there]
        if not pending.size:
            break
    return xr.DataArray(fate.reshape(resolution, resolution), dict(zip(model.states, axes, strict=True)), list(model.states))


def _centres(box: np.ndarray, count: int) -> list[np.ndarray]:
    """Returns the centres of `count` equal cells along each side of the box."""
    return [low + (np.arange(count) + 0.5) / count * (high - low) for low, high in box]


def _spans(model: Model, rest: list[Equilibrium]) -> list[float]:
    """Returns stretches of time that double, up to 30 of the slowest time constants."""
    if model.clock == "discrete":
        growth = [abs(np.log(max(abs(v), 1e-12))) for point in rest for v in point.eigenvalues]
    else:
        growth = [abs(v.real) for point in rest for v in point.eigenvalues]
    # A rest point about to vanish has no time constant to speak of; what has not settled by then is said to be undecided.
    slowest = 1 / max(min((g for g in growth if g > 1e-6), default=1.0), max(growth, default=1.0) / 500)
    return [slowest * s for s in (2.0, 2.0, 4.0, 8.0, 14.0)]


def _advance(model: Model, right: Callable, y: np.ndarray, p: np.ndarray, span: float) -> np.ndarray:
    if model.clock == "discrete":
        for _ in range(int(np.ceil(span))):
            y = right(y, p)
        return y
    if not y.size:
        return y
    box = box_of(model)
    size, middle, limit = y.shape, box.mean(axis=1)[:, None], FAR * (box[:, 1] - box[:, 0])[:, None]

    def held(t: float, flat: np.ndarray) -> np.ndarray:
        # One start that runs off to infinity would otherwise stop the integration of them all.
        s = flat.reshape(size)
        return np.where((np.abs(s - middle) < limit).all(axis=0), right(s, p), 0.0).ravel()

    answer = solve_ivp(held, (0, span), y.ravel(), "DOP853", [span], rtol=1e-6, atol=1e-8)
    return answer.y[:, -1].reshape(size) if answer.success else np.full(size, np.nan)


@lru_cache(maxsize=64)
def _factors(equations: tuple, clock: str) -> dict[Any, list[tuple[Any, Any]]]:
    """Returns for each state the factors of its rate of change, each with the formula of its zero set or None."""
    x, y = (symbol for symbol, _ in equations)
    result = {}
    for symbol, right in equations:
        expression = right - symbol if clock == "discrete" else right
        atoms = [a for a in expression.atoms(sympy.Function) if a.has(x, y)]
        names = {a: sympy.Dummy(f"f{k}", real=True) for k, a in enumerate(sorted(atoms, key=sympy.default_sort_key))}
        back = {dummy: atom for atom, dummy in names.items()}
        pieces = []
        # SymPy cannot factor what is defined by cases; such a right-hand side is traced as it stands.
        if not expression.has(sympy.Piecewise, sympy.Abs, sympy.Max, sympy.Min, sympy.Heaviside):
            numerator = sympy.fraction(sympy.together(expression.xreplace(names)))[0]
            with suppress(sympy.PolynomialError):
                pieces = [piece for piece, _ in sympy.factor_list(numerator)[1]]
        used = [f for f in pieces if f.xreplace(back).has(x, y)]
        solved = [[_formula(f, back, y), _formula(f, back, x)] for f in used]
        branches = [next((g for g in pair if g is not None), None) for pair in solved]
        result[symbol] = [(f.xreplace(back), g) for f, g in zip(used, branches, strict=True)] or [(expression, None)]
    return result


INVERSES = {logistic: lambda u: sympy.log(u / (1 - u)), sympy.tanh: sympy.atanh, sympy.exp: sympy.log}


def _formula(factor: Any, back: dict, target: Any) -> Any:
    """Returns the equation of a factor's zero set solved for `target`, or None where that takes more than one step."""
    inside = [d for d in factor.free_symbols if d in back and back[d].has(target)]
    if not inside:
        if not factor.is_polynomial(target) or sympy.degree(factor, target) != 1:
            return None
        a, b = sympy.Poly(factor, target).all_coeffs()
        return sympy.Eq(target, sympy.simplify((-b / a).xreplace(back)))
    if len(inside) > 1 or factor.has(target) or sympy.degree(factor, inside[0]) != 1:
        return None
    atom = back[inside[0]]
    argument = sympy.expand(atom.args[0])
    if type(atom) not in INVERSES or not argument.is_polynomial(target) or sympy.degree(argument, target) != 1:
        return None
    a, b = sympy.Poly(factor, inside[0]).all_coeffs()
    slope, rest = sympy.Poly(argument, target).all_coeffs()
    return sympy.Eq(target, ((INVERSES[type(atom)](sympy.simplify(-b / a)) - rest) / slope).xreplace(back))


def _trace(measure: Callable, box: np.ndarray) -> list[np.ndarray]:
    """Returns the curves in the box on which `measure` (value and gradient) is zero, each an array (points, 2)."""
    width = box[:, 1] - box[:, 0]
    # One cell beyond the box, so that a branch along an edge has a sign change too.
    axes = [np.linspace(low - w / CELLS, high + w / CELLS, CELLS + 3) for (low, high), w in zip(box, width, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"))
    values = measure(grid)[0]
    scale = np.nanmax(np.abs(values)) if np.isfinite(values).any() else 0.0
    if scale == 0:
        return []
    lines = contour_generator(axes[0], axes[1], np.ma.masked_invalid(values).T).lines(0.0)
    curves = []
    for line in lines:
        inside = np.clip(line, box[:, 0], box[:, 1])
        near = (np.abs(inside - line) <= width / CELLS * 1.5).all(axis=1)
        for piece in np.split(inside, np.flatnonzero(np.diff(near)) + 1) if near.any() else []:
            settled = _onto(measure, piece, box, scale)
            if len(settled) > 1 and np.ptp(settled / width, axis=0).max() > 1e-6:
                curves.append(settled)
    return curves


def _onto(measure: Callable, points: np.ndarray, box: np.ndarray, scale: float) -> np.ndarray:
    """Returns the points moved along the gradient onto the zero set; those that do not reach it are left out."""
    y = points.T.copy()
    for _ in range(8):
        with np.errstate(all="ignore"):
            value, *gradient = measure(y)
            slope = np.array(gradient)
            step = slope * value / (slope**2).sum(axis=0)
        y = np.clip(y - np.where(np.isfinite(step), step, 0.0), box[:, :1], box[:, 1:])
    good = np.abs(measure(y)[0]) < 1e-10 * max(scale, 1e-3)
    y = y[:, good].T
    return y[np.r_[True, (np.abs(np.diff(y, axis=0)) > 1e-9 * (box[:, 1] - box[:, 0])).any(axis=1)]] if len(y) else y
