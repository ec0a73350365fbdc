"""Given: what a run starts from, checked: the grid of time, values for each person, changes on the way, and noise."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from socioaffective.checks import mapped, number, numbers, unknown
from socioaffective.integrate import LEAST_POINTS
from socioaffective.model import CLOCKS, Model
from socioaffective.policies import Steps
from socioaffective.quantities import Quantity

# Longest default step of a run with noise, in weeks.
NOISE_STEP = 1 / 16
MOST_POINTS, SHORTEST = 1e7, 1e-9
OPTIONS = ("weeks", "start", "policy", "seed", "dt", "interventions", "events")


@dataclass
class Turn:
    """When in a run a policy acts, and what it finds then from those before it: states and settings as they stand, and what
    policies remember. `strangers` are names that only other turns know, `rest` levers that rest during this one. `first` is
    the number of the first person, by which random streams go; `lenient` lets a run go on without somebody who fails; `shown`
    are the observables to be computed, all where it is None."""

    begun: float = 0.0
    until: float = np.inf
    stood: dict[str, np.ndarray] = field(default_factory=dict)
    memories: dict[int, Any] = field(default_factory=dict)
    strangers: frozenset[str] = frozenset()
    rest: Mapping[str, float] = field(default_factory=dict)
    first: int = 0
    lenient: bool = False
    shown: Collection[str] | None = None


@dataclass(frozen=True)
class Given:
    """Every start value and setting, one entry a person, and the dimensions they came in."""

    values: dict[str, np.ndarray]
    template: xr.DataArray

    @property
    def people(self) -> int:
        return self.template.size


def grid_of(model: Model, weeks: Any, dt: Any) -> np.ndarray:
    unit = CLOCKS[model.clock]
    length = number(weeks, f"weeks (the length of the run in {unit}s)")
    if length < SHORTEST:
        raise ValueError(f"weeks must be positive, not {length:g}: time runs forward from 0, for at least {SHORTEST:g}.")
    if model.clock == "discrete":
        if length > MOST_POINTS:
            raise ValueError(f"weeks = {length:g} steps are too many; at most {MOST_POINTS:g} are kept.")
        if length != int(length) or (dt is not None and number(dt, "dt (steps between two points)") != 1):
            raise ValueError(
                f"'{model.title}' moves in whole steps: weeks must be a whole number (not {length:g}) and dt 1 or left out."
            )
        return np.arange(int(length) + 1.0)
    if dt is None:
        step = 2.0 ** np.floor(np.log2(length / LEAST_POINTS))
        step = min(step, NOISE_STEP) if model.noise else step
    else:
        step = number(dt, "dt (weeks between two points)")
        if not 0 < step <= length:
            raise ValueError(f"dt must be above 0 and at most weeks = {length:g}, not {step:g}.")
    if length / step > MOST_POINTS:
        raise ValueError(
            f"weeks = {length:g} at dt = {step:g} is {length / step:.2g} points; at most {MOST_POINTS:g} are kept."
        )
    grid = step * np.arange(int(np.floor(length / step * (1 + 1e-12))) + 1)
    return grid if abs(grid[-1] - length) <= 1e-9 * length else np.append(grid, length)


def refuse_misplaced(model: Model, start: Collection[str], parameters: Collection[str]) -> None:
    """Raises ValueError for a name that the model does not know, and for a start value or a setting given as the other."""
    for name in start:
        if name in model.settings:
            raise ValueError(f"'{name}' is a {model.settings[name].kind}, not a state; give it as a keyword: {name}=...")
        if name not in model.states:
            raise unknown("state", name, model.states)
    for name in parameters:
        if name in model.states:
            raise ValueError(f"'{name}' is a state; say where it begins with start={{'{name}': ...}}.")
        if name not in model.settings:
            raise unknown("parameter, lever, input or option of simulate", name, [*model.settings, *OPTIONS])


def broadcast(quantities: Mapping[str, Quantity], given: Mapping[str, Any], roomy: Callable[[int], None]) -> Given:
    """Returns what is given, with an entry for each person; `roomy` refuses more people than there is room for."""
    arrays = {}
    for name, value in given.items():
        if isinstance(value, xr.DataArray):
            # Coordinates that are not those of its own dimensions say where the values came from, not where they go.
            labelled = value.reset_coords(drop=True)
            labelled = labelled.assign_coords({d: value.values for d in value.dims if d == name and d not in value.coords})
        elif isinstance(value, (str, bytes)) or value is None:
            raise TypeError(f"'{name}' must be a plain number, not {value!r}.")
        else:
            try:
                raw = np.asarray(value)
            except ValueError:
                raise ValueError(f"'{name}' is a list of lists; give one number or a list with one entry a person.") from None
            if raw.ndim > 1:
                raise ValueError(
                    f"'{name}' has shape {raw.shape}; give one number, a list with one entry a person, or an xarray.DataArray "
                    "whose dimensions are named."
                )
            labelled = xr.DataArray(raw, dims=("person",) if raw.ndim else ())
        if labelled.size == 0:
            raise ValueError(f"'{name}' is empty, so there is nobody to run: give at least one value.")
        if "time" in labelled.dims:
            raise ValueError(f"'{name}' changes over time; use policy=sa.policies.schedule(...) or interventions={{...}}.")
        bounds = quantities[name].bounds
        flat = labelled.astype(float) if labelled.dtype.kind in "fiu" else labelled
        if quantities[name].kind == "state" and flat.dtype == float:
            flat = _settled(flat, *bounds)
        checked = numbers(flat.values.ravel(), partial(_entry, name, labelled), bounds)
        flat = labelled.copy(data=checked.reshape(labelled.shape))
        arrays[name] = flat
    arrays = _in_one_order(arrays)
    sizes: dict[str, tuple[int, str]] = {}
    for name, array in arrays.items():
        for dim in array.dims:
            size, first = sizes.setdefault(str(dim), (array.sizes[dim], name))
            if size != array.sizes[dim]:
                raise ValueError(f"'{name}' has {array.sizes[dim]} values along '{dim}', but '{first}' has {size}.")
    template = xr.DataArray(0.0)
    for array in arrays.values():
        template = (template + xr.zeros_like(array)).astype(float)

    roomy(template.size)

    def values_of(name: str, quantity: Quantity) -> np.ndarray:
        if name not in arrays:
            return np.full(template.size, quantity.value)
        return (arrays[name] + template).transpose(*template.dims).values.ravel()

    return Given({name: values_of(name, quantity) for name, quantity in quantities.items()}, template)


def _entry(name: str, values: xr.DataArray, k: int) -> str:
    """Returns what the k-th of several values is called in an error."""
    where = dict(zip(map(str, values.dims), np.unravel_index(k, values.shape), strict=True))
    if not where:
        return f"'{name}'"
    if set(where) == {"person"}:
        return f"'{name}' of person {where['person']} (counted from 0)"
    return f"'{name}' at " + ", ".join(f"{dim} {at} (counted from 0)" for dim, at in where.items())


def _settled(values: xr.DataArray, low: float, high: float) -> xr.DataArray:
    """Returns start values with those put on a bound that lie outside it by round-off, as the end of a run may."""
    slack = 1e-9 * (high - low)
    inside = values.clip(low, high)
    return inside.where(abs(values - inside) <= slack, values)


def _in_one_order(arrays: Mapping[str, xr.DataArray]) -> dict[str, xr.DataArray]:
    """Returns arrays whose labels along each dimension stand in the same order; ValueError where the labels differ."""
    first: dict[Any, tuple[str, Any]] = {}
    result = {}
    for name, array in arrays.items():
        for dim in array.dims:
            if dim not in array.indexes:
                continue
            own = array.indexes[dim]
            if not own.is_unique:
                raise ValueError(f"'{name}' has a label twice along '{dim}': {own[own.duplicated()][0]}. Give each its own.")
            other, labels = first.setdefault(dim, (name, own))
            if set(own) != set(labels):
                raise ValueError(f"'{name}' and '{other}' have different labels along '{dim}'. Give both for the same ones.")
            array = array.sel({dim: labels})
        result[name] = array
    return result


def planned(
    model: Model, policy: Any, interventions: Any, end: float, ruled: set[str], turn: Turn
) -> tuple[dict[float, dict[str, float]], set[str]]:
    """Returns what is set when, in order of time, from a schedule and the interventions, and the names that interventions set
    during this turn; `ruled` are the levers that a policy sets. What comes after the turn is a time without a change."""
    changes: dict[float, dict[str, float]] = {turn.begun: dict(turn.rest)}
    for name, steps in policy.levers.items() if isinstance(policy, Steps) else ():
        if name not in model.levers:
            raise unknown("lever", name, model.levers)
        for week, value in sorted(steps.items(), key=lambda step: float(step[0])):
            level = number(value, f"'{name}'", model.levers[name].bounds)
            changes.setdefault(max(float(week), turn.begun), {})[name] = level
    own: set[str] = set()
    # A schedule that begins later leaves a lever until then where an intervention has put it.
    taken = {*changes[turn.begun], *(ruled if callable(policy) else ())}
    known = {**model.states, **model.settings}
    for when, setting in sorted(_interventions(interventions, end).items()):
        for name, value in setting.items():
            if name in turn.strangers:
                continue
            if name not in known:
                raise unknown("state, parameter, lever or input", name, known)
            level = number(value, f"'{name}'", known[name].bounds)
            if when < turn.begun:
                if name in model.settings and name not in taken:
                    changes[turn.begun][name] = level
            elif when < turn.until:
                if callable(policy) and name in ruled:
                    raise ValueError(f"'{name}' is set by the policy; an intervention cannot set it too.")
                changes.setdefault(when, {})[name] = level
                own.add(name)
        if when > turn.begun:
            changes.setdefault(when, {})
    return dict(sorted(changes.items())), own


def _interventions(given: Any, end: float) -> dict[float, Mapping[str, Any]]:
    """Returns interventions by their week, once they are some and within the run."""
    result = {}
    for week, setting in mapped(given, "interventions", "{52: {'access': 0}}").items():
        when = number(week, "The week of an intervention")
        if not 0 <= when <= end:
            raise ValueError(f"The intervention at week {when:g} lies outside the run, 0 to {end:g}.")
        if not isinstance(setting, Mapping):
            raise TypeError(f"The intervention at week {when:g} must map names to values, not be {setting!r}.")
        result[when] = setting
    return result


def refuse_clashes(model: Model, template: xr.DataArray, constants: Mapping, ruled: set[str], changes: Mapping) -> None:
    """Raises ValueError for a lever that is set twice, and for a dimension that is named as a variable of the run."""
    if twice := ruled & set(constants):
        raise ValueError(f"'{min(twice)}' is given both as a constant and by the policy. Give it once.")
    for dim in map(str, template.dims):
        if dim in model.states or dim in model.observables:
            raise ValueError(f"The dimension '{dim}' has the name of a variable of the run. Call it 'start_of_{dim}'.")
        if dim in model.levers and any(dim in change for change in changes.values()):
            raise ValueError(f"'{dim}' is swept, so nothing else can set it.")


def drawn(model: Model, seed: Any, steps: int, people: int, first: int = 0) -> tuple[np.ndarray | None, int]:
    """Returns standard normal draws (steps, states, people), a stream for each person, and the seed they and policies use.
    `first` is the number of the first person."""
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0):
        raise ValueError(f"seed must be a whole number from 0 up, not {seed!r}.")
    root = int(np.random.SeedSequence().generate_state(1)[0]) if seed is None else int(seed)
    if not model.noise:
        return None, root
    draws = np.empty((steps, len(model.states), people))
    for person in range(people):
        stream = np.random.default_rng(np.random.SeedSequence(root, spawn_key=(first + person,)))
        draws[..., person] = stream.standard_normal((steps, len(model.states)))
    return draws, root
