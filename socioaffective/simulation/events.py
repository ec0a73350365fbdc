"""Events: when a run first crosses a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import sympy
from scipy.optimize import brentq

from socioaffective.checks import unknown
from socioaffective.compile import compiled, rates
from socioaffective.model import Model


def watches(model: Model, events: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the expressions of events in the model's own symbols, once they are some."""
    result = {}
    for name, expression in events.items():
        if not isinstance(name, str):
            raise TypeError(f"An event needs a name in quotes, not {name!r}.")
        # Every SymPy symbol may also stand for a truth value; a comparison can only be one.
        if isinstance(expression, sympy.logic.boolalg.Boolean) and not isinstance(expression, sympy.Expr):
            raise TypeError(f"The event '{name}' is {expression}; give an expression that crosses zero, such as ties - 0.2.")
        formula = model.expand(expression)
        # A lever that a policy climbs is a state of the closed model.
        formula = formula.xreplace({s: model.symbols[s.name] for s in formula.free_symbols if s.name in model.states})
        strangers = sorted(str(s) for s in formula.free_symbols if s not in set(model.symbols.values()))
        if strangers:
            raise unknown(f"symbol of '{model.title}' for the event '{name}'", strangers[0], model.symbols)
        result[name] = formula
    return result


def first_crossing(model: Model, formula: Any, pieces: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> np.ndarray:
    """Returns the first time at which an expression in the model's symbols crosses zero, one for each person.

    `pieces` are the parts of a run from one change to the next: times, states (states, people, times) and settings
    (settings, people, times). NaN where it never does. A line that is jumped over at a change is crossed at that time.
    """
    measure = compiled(model, (formula,), "array")
    smooth = model.clock == "continuous" and not model.noise
    first = np.full(pieces[0][1].shape[1], np.nan)
    before = np.full(len(first), np.nan)
    for times, path, used in pieces:
        values = measure(path, used)[0]
        slopes = rates(model, "array")(path, used) if smooth else None
        for person in np.flatnonzero(np.isnan(first)):
            g = values[person]
            if before[person] * g[0] < 0 or g[0] == 0:
                first[person] = times[0]
                continue
            hits = np.flatnonzero((np.sign(g[:-1]) * np.sign(g[1:]) < 0) | (g[1:] == 0))
            if not len(hits):
                continue
            k = int(hits[0])
            if g[k + 1] == 0 or model.clock == "discrete":
                first[person] = times[k + 1]
            elif slopes is None:
                first[person] = times[k] + (times[k + 1] - times[k]) * g[k] / (g[k] - g[k + 1])
            else:
                ends = path[:, person, k], path[:, person, k + 1], slopes[:, person, k], slopes[:, person, k + 1]
                step, settings = times[k + 1] - times[k], (used[:, person, k], used[:, person, k + 1])
                first[person] = times[k] + step * _root(measure, step, ends, settings)
        before = values[:, -1]
    return first


def _root(measure: Callable, step: float, ends: tuple, settings: tuple[np.ndarray, np.ndarray]) -> float:
    """Returns the share of a step after which `measure` is zero: states on the cubic through both ends with their slopes,
    settings, which a policy may move, on the line between both ends."""
    begin, end = settings
    return brentq(lambda u: measure(_hermite(u, step, *ends), begin + u * (end - begin))[0], 0, 1, xtol=1e-12)


def _hermite(u: float, step: float, y0: np.ndarray, y1: np.ndarray, f0: np.ndarray, f1: np.ndarray) -> np.ndarray:
    """Returns the states a share `u` of the way between two points with their slopes."""
    return ((1 + 2 * u) * y0 + u * step * f0) * (1 - u) ** 2 + ((3 - 2 * u) * y1 - (1 - u) * step * f1) * u**2
