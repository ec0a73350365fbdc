"""Compile: from a symbolic model to numeric functions, once for each set of expressions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from sympy.simplify.cse_main import tree_cse
from sympy.utilities.iterables import numbered_symbols

from socioaffective.aggregates import evaluate
from socioaffective.checks import unknown
from socioaffective.model import Model
from socioaffective.quantities import in_exponentials

BACKENDS = {"scalar": [{"ces": evaluate}, "math"], "array": [{"ces": evaluate}, "numpy"]}


@lru_cache(maxsize=512)
def _function(states: tuple, settings: tuple, expressions: tuple, backend: str) -> Callable:
    written = [in_exponentials(expression) for expression in expressions]
    # Renaming the arguments takes longer than all the rest, so only where a name is also that of a function.
    clash = any(hasattr(math, symbol.name) or hasattr(np, symbol.name) for symbol in (*states, *settings))
    return sympy.lambdify(
        [list(states), list(settings)], written, modules=BACKENDS[backend], cse=_shared, dummify=clash, docstring_limit=0
    )


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

    def stacked(y: np.ndarray, p: Any) -> np.ndarray:
        with np.errstate(all="ignore"):
            parts = raw(y, p)
        shape = np.broadcast_shapes(*(np.shape(part) for part in parts), np.shape(y)[1:])
        result = np.empty((len(parts), *shape))
        for k, part in enumerate(parts):
            result[k] = part
        return result

    return stacked


def rates(model: Model, backend: str = "scalar") -> Callable:
    """Returns the right-hand sides as `f(states, settings)`: rates of change, or next values of a discrete model."""
    return compiled(model, tuple(model.equations.values()), backend)


def jacobian(model: Model) -> Callable:
    """Returns `J(states, settings)` on arrays, of shape (states, states, ...)."""
    size = len(model.states)
    entries = compiled(model, tuple(model.jacobian), "array")
    return lambda y, p: entries(y, p).reshape(size, size, *np.shape(y)[1:])
