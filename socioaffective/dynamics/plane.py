"""Plane: what a phase plane of a model with two states shows, and its nullclines."""

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

from socioaffective.checks import number
from socioaffective.compile import compiled
from socioaffective.dynamics.equilibrium import Equilibrium, box_of, equilibria, settings_of, velocity
from socioaffective.dynamics.fates import basins_of, centres
from socioaffective.dynamics.manifolds import Separatrix, manifolds, planar
from socioaffective.model import Model
from socioaffective.quantities import logistic

CELLS = 160


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
    """What a phase plane shows: model and settings, the field on a grid, nullclines, rest points, basins, separatrices."""

    model: Model
    settings: dict[str, float]
    points: np.ndarray
    field: np.ndarray
    nullclines: list[Nullcline]
    equilibria: list[Equilibrium]
    basins: xr.DataArray | None
    separatrices: list[Separatrix]


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
    axes = centres(box, arrows)
    points = np.stack(np.meshgrid(*axes, indexing="ij")).reshape(2, -1)
    rest = equilibria(model, **settings)
    return Portrait(
        model,
        dict(zip(model.settings, map(float, p), strict=True)),
        points,
        velocity(model, p)(points),
        nullclines(model, **settings),
        rest,
        basins_of(model, p, rest, 40) if basins else None,
        manifolds(model, p, rest) if model.clock == "continuous" else [],
    )


def nullclines(model: Model, **settings: float) -> list[Nullcline]:
    """Returns the two nullclines of a planar model, each with the branches that a grid shows.

    Inputs: `model`, with two states; parameters, levers and inputs by name. A right-hand side is first split into its
    factors, so that branches that cross stay apart; each is traced on a grid of 160 by 160 cells by its change of sign, and
    its points are moved onto the curve (residual below 1e-9). A loop smaller than a cell can be missed, and so is a branch on
    which a factor touches zero and keeps its sign, as Abs(x - y) does, and one that runs beside another within a cell. Where
    SymPy can solve a branch, its formula is given too. Raises ValueError for a model that is not planar.

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
    contours = contour_generator(axes[0], axes[1], np.ma.masked_invalid(values).T)
    curves = []
    for line in contours.lines(0.0):
        inside = np.clip(np.asarray(line), box[:, 0], box[:, 1])
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
