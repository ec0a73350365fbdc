"""Events: when a run first crosses a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import brentq

from socioaffective.checks import unknown
from socioaffective.compile import compiled, rates
from socioaffective.model import Model


def first_crossing(
    model: Model, name: str, expression: Any, times: np.ndarray, path: np.ndarray, used: np.ndarray
) -> np.ndarray:
    """Returns the first time at which an expression in the model's symbols crosses zero, one for each person.

    `path` has shape (states, people, times), `used` (settings, people, times). NaN where it never does.
    """
    formula = model.expand(expression)
    # A lever that a policy climbs is a state of the closed model.
    formula = formula.xreplace({s: model.symbols[s.name] for s in formula.free_symbols if s.name in model.states})
    strangers = sorted(str(s) for s in formula.free_symbols if s not in set(model.symbols.values()))
    if strangers:
        raise unknown(f"symbol of '{model.title}' for the event '{name}'", strangers[0], model.symbols)
    measure = compiled(model, (formula,), "array")
    values = measure(path, used)[0]
    slopes = rates(model, "array")(path, used) if model.clock == "continuous" and not model.noise else None
    first = np.full(path.shape[1], np.nan)
    for person in range(path.shape[1]):
        g = values[person]
        hits = np.flatnonzero((g[:-1] == 0) | (np.sign(g[:-1]) * np.sign(g[1:]) < 0))
        if not len(hits):
            first[person] = times[-1] if g[-1] == 0 else np.nan
            continue
        k = int(hits[0])
        if model.clock == "discrete":
            first[person] = times[k] if g[k] == 0 else times[k + 1]
        elif g[k] == 0 or slopes is None:
            first[person] = times[k] + (times[k + 1] - times[k]) * g[k] / (g[k] - g[k + 1])
        else:
            ends = path[:, person, k], path[:, person, k + 1], slopes[:, person, k], slopes[:, person, k + 1]
            step, settings = times[k + 1] - times[k], used[:, person, k]
            first[person] = times[k] + step * _root(measure, step, ends, settings)
    return first


def _root(measure: Callable, step: float, ends: tuple, settings: np.ndarray) -> float:
    """Returns the share of a step after which `measure` is zero, on the cubic through both ends with their slopes."""
    return brentq(lambda u: measure(_hermite(u, step, *ends), settings)[0], 0, 1, xtol=1e-12)


def _hermite(u: float, step: float, y0: np.ndarray, y1: np.ndarray, f0: np.ndarray, f1: np.ndarray) -> np.ndarray:
    """Returns the states a share `u` of the way between two points with their slopes."""
    return ((1 + 2 * u) * y0 + u * step * f0) * (1 - u) ** 2 + ((3 - 2 * u) * y1 - (1 - u) * step * f1) * u**2
