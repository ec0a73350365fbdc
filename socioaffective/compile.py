"""Compile: from a symbolic model to numeric functions, once for each set of expressions."""

from __future__ import annotations

import ast
import builtins
import inspect
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from sympy.simplify.cse_main import tree_cse
from sympy.utilities.iterables import numbered_symbols

from socioaffective.aggregates import ces, ces_slope, evaluate, evaluate_slope
from socioaffective.checks import unknown
from socioaffective.model import Model
from socioaffective.quantities import in_exponentials

OURS = {"ces": evaluate, "ces_slope": evaluate_slope}
BACKENDS = {"scalar": [OURS, "math"], "array": [OURS, "numpy"]}
# What both can do by themselves; other functions, such as erf, are SciPy's, which takes time to load.
PLAIN = {sympy.exp, sympy.log, sympy.Abs, sympy.sign, sympy.Heaviside, sympy.Min, sympy.Max, sympy.Piecewise,
         sympy.sin, sympy.cos, sympy.tan, sympy.asin, sympy.acos, sympy.atan, sympy.atan2,
         sympy.sinh, sympy.cosh, sympy.tanh, sympy.asinh, sympy.acosh, sympy.atanh, sympy.floor, sympy.ceiling,
         ces, ces_slope}  # fmt: skip


@lru_cache(maxsize=512)
def _function(states: tuple, settings: tuple, expressions: tuple, backend: str) -> Callable:
    written = [in_exponentials(expression) for expression in expressions]
    # Renaming the arguments takes longer than all the rest, so only where a name is also that of a function.
    clash = any(hasattr(math, s.name) or hasattr(np, s.name) or s.name in OURS for s in (*states, *settings))
    special = {type(f) for e in written for f in e.atoms(sympy.Function)} - PLAIN
    modules = [OURS, "scipy", "numpy"] if special else BACKENDS[backend]
    function = sympy.lambdify(
        [list(states), list(settings)], written, modules=modules, cse=_shared, dummify=clash, docstring_limit=0
    )
    if special:
        used = {node.id for node in ast.walk(ast.parse(inspect.getsource(function))) if isinstance(node, ast.Name)}
        for name in sorted(used - {*function.__code__.co_varnames, *function.__globals__, *vars(builtins)}):
            raise ValueError(f"The function '{name}' cannot be computed here; write the model with another formula.")
    return function


def _shared(expressions: Sequence[Any]) -> tuple[list, list]:
    """Returns repeated parts and the expressions made of them: SymPy's cse without its search for rearrangements, which
    takes twice as long as all the rest."""
    return tree_cse(expressions, numbered_symbols("shared_"))


def compiled(model: Model, expressions: Sequence[Any], backend: str = "scalar") -> Callable:
    """Returns `f(states, settings)` for expressions in a model's symbols.

    `states` are values in the order of `model.states`, `settings` in the order of `model.settings`. The "scalar" back
    end takes and returns plain floats in a list; the "array" one takes arrays of any one shape behind the first axis and
    returns an array with one row an expression.

    >>> import socioaffective as sa
    >>> from socioaffective.compile import compiled
    >>> f = compiled(sa.models.wanting, list(sa.models.wanting.equations.values()))
    >>> f([0.5], [q.default for q in sa.models.wanting.settings.values()])
    [-0.13]
    """
    if backend not in BACKENDS:
        raise unknown("back end", backend, BACKENDS)
    states = tuple(model.symbols[name] for name in model.states)
    settings = tuple(model.symbols[name] for name in model.settings)
    raw = _function(states, settings, tuple(expressions), backend)
    if backend == "scalar":
        return raw
    # NumPy's choice between cases wants arguments of one shape.
    even = any(expression.has(sympy.Piecewise, sympy.Min, sympy.Max) for expression in expressions)

    def stacked(y: np.ndarray, p: Any) -> np.ndarray:
        if even:
            y, p = _of_one_shape(y, p)
        with np.errstate(all="ignore"):
            parts = raw(y, p)
        shape = np.broadcast_shapes(*(np.shape(part) for part in parts), np.shape(y)[1:])
        result = np.empty((len(parts), *shape))
        for k, part in enumerate(parts):
            result[k] = part
        return result

    return stacked


def _of_one_shape(*groups: Any) -> list[Any]:
    """Returns groups of arrays, each array in the shape that all of them have together."""
    shape = np.broadcast_shapes(*(np.shape(part) for group in groups for part in group))
    return [[np.broadcast_to(part, shape) for part in group] for group in groups]


def rates(model: Model, backend: str = "scalar") -> Callable:
    """Returns the right-hand sides as `f(states, settings)`: rates of change, or next values of a discrete model."""
    return compiled(model, tuple(model.equations.values()), backend)


def jacobian(model: Model) -> Callable:
    """Returns `J(states, settings)` on arrays, of shape (states, states, ...)."""
    size, slopes = len(model.states), model.jacobian
    if kinks := slopes.atoms(sympy.Derivative, sympy.Subs):
        raise ValueError(f"'{model.title}' has a formula without a slope, {next(iter(kinks))}: its runs can be computed, "
                         "its rest points cannot.")  # fmt: skip
    entries = compiled(model, tuple(slopes), "array")
    return lambda y, p: entries(y, p).reshape(size, size, *np.shape(y)[1:])
