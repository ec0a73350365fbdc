"""Simulate: one run, a population or a sweep of a model, as a labelled dataset."""

from __future__ import annotations

import contextlib
import copy
import itertools
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import sympy
import xarray as xr

from socioaffective import integrate
from socioaffective.checks import mapped, unknown
from socioaffective.compile import compiled, rates
from socioaffective.deciding import Decisions, answer_of, answers, chosen_by
from socioaffective.events import first_crossing, watches
from socioaffective.given import LEAST_POINTS, Given, broadcast, drawn, grid_of, planned, refuse_clashes
from socioaffective.model import CLOCKS, Model, a_model
from socioaffective.policies import Climber, Policy, Relay, Steps, Stepwise, closed_by
from socioaffective.quantities import Quantity


def simulate(
    model: Model,
    weeks: float = 104,
    start: Mapping[str, Any] | None = None,
    policy: Policy | None = None,
    seed: int | None = None,
    dt: float | None = None,
    *,
    interventions: Mapping[float, Mapping[str, float]] | None = None,
    events: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> xr.Dataset:
    """Returns the run of a model: a variable per state, lever and observable over `time`.

    Inputs: `model`; `weeks`, how long (steps, for a discrete model). Keywords: `start`, start values by state; `policy`,
    what the assistant does (`sa.policies.fixed`, `schedule`, or any function from a mapping of states to a mapping of
    levers); `seed` of the noise; `dt`, the spacing of the result in weeks and the step of a run with noise;
    `interventions`, such as `{52: {"access": 0, "ties": 0.4}}`, sets parameters, levers, inputs or states at a week and
    leaves them there; `events`, such as `{"tipped": expression}`, adds the first time at which the expression crosses
    zero (NaN if never); every other keyword is a parameter, lever or input by name.

    A value that is a one-dimensional array gives each person their own, along `person`; an `xarray.DataArray` adds its
    own dimensions, for a sweep. Without noise each step of each person is exact to 1e-9. `attrs` holds the settings.

    Raises ValueError for an unknown name, a value outside its bounds or not finite, a wrong shape or a time that is not
    positive, TypeError for what is not a number, and RuntimeError when the integration fails, never a partial run.
    Warns when a run leaves the bounds of a state, and says where.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.companion, weeks=104, cues=0.8)
    >>> run["ties"].dims, run["ties"].sizes["time"]
    (('time',), 833)
    >>> sa.simulate(sa.models.mirror, weeks=4, start={"preference": [-0.5, 0.5]})["preference"].dims
    ('time', 'person')
    """
    a_model(model)
    if isinstance(policy, Relay):
        given = {"start": start, "seed": seed, "interventions": interventions, "events": events, **parameters}
        from socioaffective.relay import relayed

        return relayed(model, weeks, policy, dt, copy.deepcopy(given))
    return simulated(model, weeks, start, policy, seed, dt, interventions, events, parameters)


def simulated(
    model: Model,
    weeks: float,
    start: Any,
    policy: Any,
    seed: Any,
    dt: Any,
    interventions: Any,
    events: Any,
    parameters: Mapping[str, Any],
    begun: float = 0.0,
    ends: float | None = None,
) -> xr.Dataset:
    """Returns a run, or what of it comes after `begun` weeks of others; `ends` is when the whole of it ends."""
    # Copies, so that the run stays what was asked whatever becomes of the caller's own mappings and arrays.
    given_later = {"start": start, "interventions": interventions, **parameters}
    asked = Call(model, policy, {"weeks": weeks, "seed": seed, "dt": dt, "events": events, **copy.deepcopy(given_later)})
    model, policy, climbing = _closed(model, policy, parameters)
    times = grid_of(model, weeks, dt)
    start = mapped(start, "start", f"{{'{next(iter(model.states))}': 0.5}}")
    for name in start:
        if name in model.settings:
            raise ValueError(f"'{name}' is a {model.settings[name].kind}, not a state; give it as a keyword: {name}=...")
        if name not in model.states:
            raise unknown("state", name, model.states)
    for name in parameters:
        if name in model.states:
            raise ValueError(f"'{name}' is a state; say where it begins with start={{'{name}': ...}}.")
        if name not in model.settings:
            raise unknown("parameter, lever, input or option of simulate", name, [*model.settings, *_OPTIONS])
    given = broadcast({**model.states, **model.settings}, {**start, **parameters})
    deciding = policy if isinstance(policy, Stepwise) else None
    feedback = policy if callable(policy) and deciding is None else None
    begin = {n: float(given.values[n][0]) for n in model.states}
    ruled = set(policy.levers if isinstance(policy, Steps) else chosen_by(model, policy, 0.0, begin) if feedback else ())
    changes = planned(model, policy, interventions, float(times[-1]), ruled)
    refuse_clashes(model, given.template, parameters, ruled, changes)
    watched = watches(model, mapped(events, "events", "{'tipped': ties - 0.2}"))
    skip = round(begun / float(times[1]))
    draws, seed = drawn(model, seed, skip + len(times) - 1, given.people, deciding is not None and deciding.random)
    draws = None if draws is None else draws[skip:]
    asked.options["seed"] = seed
    if climbing and draws is not None and (fastest := float(np.max(given.values["climbing_rate"] * np.diff(times).max()))) > 1:
        raise ValueError(
            f"With noise a lever must climb by less than its whole way in a step; climbing_rate * dt is {fastest:.3g}. Give a "
            "smaller dt."
        )

    y = np.stack([given.values[name] for name in model.states])
    p = np.stack([given.values[name] for name in model.settings]) if model.settings else np.empty((0, given.people))
    held = {*parameters, *itertools.chain.from_iterable(changes.values())}
    decisions = None if deciding is None else Decisions(model, deciding, times, given.people, (seed, skip), held, ends)
    path, used, pieces = _run(model, times, y, p, changes, feedback, decisions, draws, watched=bool(watched))
    bad = ~np.isfinite(path).all(axis=(0, 1))
    if bad.any():
        k = int(np.argmax(bad))
        raise integrate.failure(
            times[k], "a value is no longer a number.", list(model.states), integrate._worst(path[..., k], len(y))
        )
    result = _dataset(model, times, path, used, given)
    for name, formula in watched.items():
        if name in result.variables:
            raise ValueError(f"The event '{name}' has the name of something in the run. Give it another.")
        first = first_crossing(model, formula, pieces)
        attrs = {"long_name": name.replace("_", " "), "units": CLOCKS[model.clock] + "s", "kind": "event"}
        result[name] = (given.template.dims, first.reshape(given.template.shape), attrs)
    for name in climbing:
        low, high = model.states[name].bounds
        result[name] = result[name].clip(low, high, keep_attrs=True).assign_attrs(kind="lever")
    result.attrs = {
        "title": asked.model.title,
        "clock": model.clock,
        "seed": "none" if seed is None else seed,
        "start": {n: _plain(given.values[n]) for n in model.states},
        "settings": {n: _plain(given.values[n]) for n in model.settings},
        "policy": "none" if asked.policy is None else getattr(asked.policy, "__name__", str(asked.policy)),
        "call": asked,
        "left_bounds": _left_bounds(model, times, path),
    }
    asked.people.update({str(dim): size for dim, size in given.template.sizes.items()})
    if result.attrs["left_bounds"]:
        warnings.warn(result.attrs["left_bounds"], stacklevel=2)
    return result


def counterfactual(run: xr.Dataset) -> xr.Dataset:
    """Returns the run of the same person with the same seed without the assistant: access 0, all else as it was.

    Input: `run`, a result of `sa.simulate`, as it came. A model without a parameter `access` is run with its input
    `engagement` at 0. Raises TypeError for anything else, ValueError for a model that has neither, and for a run read
    back from a file, which no longer knows its model.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.companion, cues=0.8)
    >>> twin = sa.counterfactual(run)
    >>> float(twin["engagement"].max()), bool(twin["ties"][-1] > run["ties"][-1])
    (0.0, True)
    """
    call = run.attrs.get("call") if isinstance(run, xr.Dataset) else None
    if not isinstance(call, str):
        raise TypeError(f"counterfactual needs a result of sa.simulate, not {type(run).__name__}.")
    if not isinstance(call, Call):
        raise ValueError("This run was read from a file and no longer knows its model; repeat it with sa.simulate first.")
    held = {**call.model.parameters, **call.model.inputs}
    name = next((n for n in ("access", "engagement") if n in held), None)
    if name is None:
        raise ValueError(f"'{call.model.title}' has neither a parameter 'access' nor an input 'engagement' to set to 0.")
    if {d: n for d, n in run.sizes.items() if d != "time"} != call.people:
        raise ValueError(
            f"This run has {dict(run.sizes)}, but was made with {call.people or 'one person'}. Give it as it came, and select "
            "people afterwards."
        )
    options = {**call.options, name: _none_of(name, call.options.get(name, 0.0))}
    changes = {week: {n: v for n, v in c.items() if n != name} for week, c in (options["interventions"] or {}).items()}
    return simulate(call.model, policy=call.policy, **{**options, "interventions": changes or None})


def _none_of(name: str, value: Any) -> Any:
    """Returns 0 in the shape of what was given, so that the same people are run."""
    if not isinstance(value, xr.DataArray):
        return np.zeros(np.shape(value)) if np.ndim(value) else 0.0
    labels = {d: value.values for d in value.dims if d == name and d not in value.coords}
    return xr.zeros_like(value.assign_coords(labels), dtype=float)


class Call(str):
    """The call that made a run, as text, with the model and all that was given."""

    model: Model
    policy: Policy | None
    options: dict[str, Any]
    people: dict[str, int]

    def __new__(cls, model: Model, policy: Policy | None, options: dict[str, Any]) -> Call:
        given = {"policy": policy, **options}
        text = ", ".join(f"{name}={value!r}" for name, value in given.items() if value is not None)
        self = super().__new__(cls, f"simulate({model!r}, {text})")
        self.model, self.policy, self.options, self.people = model, policy, options, {}
        return self

    def __getnewargs__(self) -> tuple:
        return self.model, self.policy, self.options


def _closed(model: Model, policy: Any, parameters: Mapping[str, Any]) -> tuple[Model, Any, list[str]]:
    """Returns the model that is integrated, the policy that is left to apply, and the levers that became states."""
    if not isinstance(policy, Climber):
        return model, policy, []
    closed = closed_by(policy, model)
    climbing = [name for name in model.levers if name in closed.states]
    for name in climbing:
        if name in parameters:
            raise ValueError(f"'{name}' is climbed by the policy; say where it begins with start={{'{name}': ...}}.")
    return closed, None, climbing


_OPTIONS = ("weeks", "start", "policy", "seed", "dt", "interventions", "events")


def _run(
    model: Model,
    times: np.ndarray,
    y: np.ndarray,
    p: np.ndarray,
    changes: dict,
    feedback: Callable | None,
    decisions: Decisions | None,
    draws: np.ndarray | None,
    watched: bool,
) -> tuple[np.ndarray, np.ndarray, list[tuple]]:
    """Returns states (states, people, times), the settings in force (settings, people, times), and where a run is watched its
    pieces from one change to the next: their times, states and settings."""
    names, settings = list(model.states), list(model.settings)
    path, used = np.empty((*y.shape, len(times))), np.empty((*p.shape, len(times)))
    changes = _on_grid(model, changes, times)
    decided = {} if decisions is None else _on_grid(model, {float(t): {} for t in decisions.times}, times)
    marks = sorted(t for t in {*changes, *decided} if 0 < t < times[-1])
    y, p, pieces = y.copy(), p.copy(), []
    # What is watched is looked at as finely as a run that is drawn, however few points are asked for.
    fine = np.linspace(0, times[-1], LEAST_POINTS + 1) if watched and draws is None and model.clock == "continuous" else times
    for begin, end in itertools.pairwise([0.0, *marks, times[-1]]):
        _apply(changes.get(begin, {}), names, settings, y, p)
        if begin in decided:
            decisions.take(begin, y, p)
        inside = (times >= begin) & (times <= end)
        grid = times[inside]
        if model.clock == "continuous":
            grid = np.union1d(grid, [begin, *fine[(fine > begin) & (fine < end)], end])
        own = None if draws is None else draws[np.flatnonzero(inside)[:-1]]
        segment = _segment(model, grid, y, p, feedback, own)
        if watched:
            pieces.append((grid, segment, _in_force(model, feedback, grid, segment, p)))
        keep = np.isin(grid, times[inside])
        path[..., inside] = segment[..., keep]
        used[..., inside] = p[..., None]
        y = segment[..., -1].copy()
    if times[-1] in changes or times[-1] in decided:
        _apply(changes.get(times[-1], {}), names, settings, y, p)
        if times[-1] in decided:
            decisions.take(times[-1], y, p)
        path[..., -1], used[..., -1] = y, p
        if watched:
            pieces.append((times[-1:], path[..., -1:], _in_force(model, feedback, times[-1:], path[..., -1:], p)))
    if feedback is not None:
        for k in range(len(times)):
            used[..., k] = answers(model, feedback, times[k], path[..., k], used[..., k])
    return path, used, pieces


def _in_force(model: Model, feedback: Callable | None, grid: np.ndarray, path: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Returns the settings in force along a piece of a run, shape (settings, people, times)."""
    if feedback is None:
        return np.repeat(p[..., None], len(grid), axis=-1)
    return np.stack([answers(model, feedback, t, path[..., k], p) for k, t in enumerate(grid)], axis=-1)


def _on_grid(model: Model, changes: Mapping[float, dict], times: np.ndarray) -> dict[float, dict]:
    """Returns the changes at the times of the grid they fall on; without noise one may fall between two points."""
    result: dict[float, dict] = {}
    for week, change in changes.items():
        nearest = float(times[np.argmin(np.abs(times - week))])
        if abs(nearest - week) > 1e-9 * times[-1]:
            if (model.noise or model.clock == "discrete") and week < times[-1]:
                raise ValueError(
                    f"A change at {CLOCKS[model.clock]} {week:g} falls between two steps of this run "
                    f"({times[1]:g} apart); move it to {nearest:g}."
                )
            nearest = week
        result.setdefault(nearest, {}).update(change)
    return result


def _apply(change: Mapping[str, float], names: Sequence[str], settings: Sequence[str], y: np.ndarray, p: np.ndarray) -> None:
    for name, value in change.items():
        (y if name in names else p)[(names if name in names else settings).index(name)] = value


def _segment(model: Model, grid: np.ndarray, y: np.ndarray, p: np.ndarray, feedback: Callable | None, draws: Any) -> np.ndarray:
    names = list(model.states)
    if len(grid) < 2:
        return np.repeat(y[..., None], len(grid), axis=-1)
    if draws is None and model.clock == "continuous":
        if y.shape[1] > 1 and feedback is None:
            array = rates(model, "array")
            with contextlib.suppress(integrate.StuckError):
                return integrate.many(lambda t, s: array(s, p), y, grid, names)
        scalar = rates(model, "scalar")
        runs = []
        for person in range(y.shape[1]):
            values = p[:, person].tolist()
            if feedback is None:
                alone = lambda t, s, values=values: scalar(s, values)  # noqa: E731
            else:
                alone = lambda t, s, values=values: scalar(s, answer_of(model, feedback, t, s, values))  # noqa: E731
            runs.append(integrate.one(alone, y[:, person], grid, names))
        return np.stack(runs, axis=1)
    array = rates(model, "array")

    def in_force(t: float, s: np.ndarray) -> np.ndarray:
        return p if feedback is None else answers(model, feedback, t, s, p)

    def field(t: float, s: np.ndarray) -> np.ndarray:
        return array(s, in_force(t, s))

    sizes = [model.noise.get(x, sympy.S.Zero) for x in model.equations]
    noise = compiled(model, tuple(sizes), "array") if draws is not None else None
    spread = None if noise is None else lambda t, s: noise(s, in_force(t, s))
    if model.clock == "discrete":
        return integrate.iterated(field, spread, y, grid, draws)
    return integrate.noisy(field, spread, y, grid, draws)


def _variable(given: Given, times: np.ndarray, values: np.ndarray, quantity: Quantity) -> tuple:
    shape = (len(times), *given.template.shape)
    attrs = {"long_name": quantity.label, "units": quantity.unit, "meaning": quantity.meaning, "kind": quantity.kind,
             "symbol": quantity.symbol, "bounds": list(quantity.bounds)}  # fmt: skip
    return ("time", *given.template.dims), np.ascontiguousarray(values.T).reshape(shape), attrs


def _dataset(model: Model, times: np.ndarray, path: np.ndarray, used: np.ndarray, given: Given) -> xr.Dataset:
    variables = {n: _variable(given, times, path[k], q) for k, (n, q) in enumerate(model.states.items())}
    settings: dict[str, tuple] = {}
    for k, (name, quantity) in enumerate(model.settings.items()):
        if quantity.kind == "lever" and name not in given.template.coords:
            variables[name] = _variable(given, times, used[k], quantity)
    if model.expressions:
        shown = compiled(model, tuple(model.expressions.values()), "array")(path, used)
        for name, values in zip(model.expressions, shown, strict=True):
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


def _left_bounds(model: Model, times: np.ndarray, path: np.ndarray) -> str:
    """Returns where a run left the bounds of its states, or an empty text."""
    for k, (name, q) in enumerate(model.states.items()):
        slack = 1e-6 * (q.bounds[1] - q.bounds[0])
        out = ((path[k] < q.bounds[0] - slack) | (path[k] > q.bounds[1] + slack)).any(axis=0)
        if out.any():
            when = f"{CLOCKS[model.clock]} {times[np.argmax(out)]:.4g}"
            return f"'{name}' left its bounds [{q.bounds[0]:g}, {q.bounds[1]:g}] at {when}."
    return ""


def _plain(values: np.ndarray) -> float | list[float]:
    return float(values[0]) if len(set(values.tolist())) == 1 else values.tolist()
