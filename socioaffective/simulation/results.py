"""Results: what a run has given, put together as a labelled dataset."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import xarray as xr

from socioaffective import integrate
from socioaffective.compile import compiled
from socioaffective.model import CLOCKS, Model
from socioaffective.quantities import Quantity
from socioaffective.simulation.given import Given

# Points at which observables are computed at once.
AT_ONCE = 50_000


def labelled(
    model: Model,
    times: np.ndarray,
    path: np.ndarray,
    used: np.ndarray,
    crossed: Mapping[str, np.ndarray],
    given: Given,
    climbing: Collection[str],
    shown: Collection[str] | None,
) -> xr.Dataset:
    """Returns the states and settings of a run, and when its events came, as a dataset; `climbing` are the levers among the
    states, `shown` the observables to be computed, all where it is None."""
    result = _dataset(model, times, path, used, given, shown)
    for name, when in crossed.items():
        if name in result.variables:
            raise ValueError(f"The event '{name}' has the name of something in the run. Give it another.")
        attrs = {"long_name": name.replace("_", " "), "units": CLOCKS[model.clock] + "s", "kind": "event"}
        result[name] = (given.template.dims, when.reshape(given.template.shape), attrs)
    for name in climbing:
        low, high = model.states[name].bounds
        result[name] = result[name].clip(low, high, keep_attrs=True).assign_attrs(kind="lever")
    return result


def _dataset(
    model: Model, times: np.ndarray, path: np.ndarray, used: np.ndarray, given: Given, shown: Collection[str] | None
) -> xr.Dataset:
    variables = {n: _variable(given, times, path[k], q) for k, (n, q) in enumerate(model.states.items())}
    settings: dict[str, tuple] = {}
    for k, (name, quantity) in enumerate(model.settings.items()):
        if quantity.kind == "lever" and name not in given.template.coords:
            variables[name] = _variable(given, times, np.broadcast_to(used[k], path.shape[1:]), quantity)
    formulas = {name: formula for name, formula in model.expressions.items() if shown is None or name in shown}
    if formulas:
        for name, values in zip(formulas, _observed(model, tuple(formulas.values()), path, used), strict=True):
            variables[name] = _variable(given, times, values, model.observables[name])
    for name, q in {**model.parameters, **model.inputs}.items():
        # What differs from person to person stays with the people when some are selected.
        if name not in given.template.coords and np.ptp(given.values[name]) > 0:
            kept = given.values[name].reshape(given.template.shape)
            attrs = {"long_name": q.label, "units": q.unit, "meaning": q.meaning, "kind": q.kind}
            settings[name] = (given.template.dims, kept, attrs)
    unit = CLOCKS[model.clock] + "s"
    coords = {"time": ("time", times, {"long_name": "time", "units": unit}), **given.template.coords}
    if "person" in given.template.dims and "person" not in coords:
        coords["person"] = np.arange(given.template.sizes["person"])
    return xr.Dataset(variables, {**coords, **settings})


def _variable(given: Given, times: np.ndarray, values: np.ndarray, quantity: Quantity) -> tuple:
    shape = (len(times), *given.template.shape)
    attrs = {"long_name": quantity.label, "units": quantity.unit, "meaning": quantity.meaning, "kind": quantity.kind,
             "symbol": quantity.symbol, "bounds": list(quantity.bounds)}  # fmt: skip
    return ("time", *given.template.dims), np.ascontiguousarray(values.T).reshape(shape), attrs


def _observed(model: Model, formulas: tuple, path: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Returns observables along a run, computed for some people at a time, since each step on the way takes room."""
    formula = compiled(model, formulas, "array")
    _, people, count = path.shape
    shown, some = np.empty((len(formulas), people, count)), max(1, AT_ONCE // count)
    for first in range(0, people, some):
        own = slice(first, first + some)
        shown[:, own] = formula(path[:, own], used[:, own])
    return shown


def refuse_broken(model: Model, times: np.ndarray, path: np.ndarray) -> None:
    """Raises RuntimeError where a state is no longer a number, and says when and for whom."""
    bad = ~np.isfinite(path).all(axis=(0, 1))
    if bad.any():
        k = int(np.argmax(bad))
        names = list(model.states)
        raise integrate.failure(times[k], "a value is no longer a number.", names, integrate.worst(path[..., k], len(names)))


def left_bounds(model: Model, times: np.ndarray, path: np.ndarray) -> str:
    """Returns where a run left the bounds of its states, or an empty text."""
    for k, (name, q) in enumerate(model.states.items()):
        slack = 1e-6 * (q.bounds[1] - q.bounds[0])
        out = ((path[k] < q.bounds[0] - slack) | (path[k] > q.bounds[1] + slack)).any(axis=0)
        if out.any():
            when = f"{CLOCKS[model.clock]} {times[np.argmax(out)]:.4g}"
            return f"'{name}' left its bounds [{q.bounds[0]:g}, {q.bounds[1]:g}] at {when}."
    return ""


def plain(values: np.ndarray) -> float | list[float]:
    """Returns the value that all have, or the list of values."""
    return float(values[0]) if (values == values[0]).all() else values.tolist()
