"""Segments: a run from one change to the next."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import sympy

from socioaffective import integrate
from socioaffective.compile import compiled, rates
from socioaffective.machine.backends import integrator, spent, using
from socioaffective.machine.running import TOO_MANY, TOO_SMALL, run, stops_of
from socioaffective.model import CLOCKS, Model
from socioaffective.simulation.deciding import Decisions, answer_of, answers
from socioaffective.simulation.events import first_crossing

# Evaluations after which somebody in a crowd is given up.
LENIENT = 50_000


def run_between(
    model: Model,
    times: np.ndarray,
    ends: tuple[int, int],
    y: np.ndarray,
    p: np.ndarray,
    changes: dict,
    feedback: Callable | None,
    decisions: Decisions | None,
    draws: np.ndarray | None,
    watched: Mapping[str, Any],
    stood: Sequence[np.ndarray] = (),
    lenient: bool = False,
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Returns the states (states, people, times) from one of the times to another, the settings in force (settings, people,
    times, or once where they never change), and by event when its line was first crossed.

    `stood` are the states and settings just before, where there are some. With `lenient`, somebody who cannot be integrated
    is no number from there on; otherwise the run fails.
    """
    y, p, changes = y.copy(), p.copy(), _on_grid(model, changes, times)
    before = [(times[ends[0]][None], *(s[..., None] for s in stood))] if len(stood) else []
    if model.clock == "continuous" and draws is None and feedback is None and decisions is None:
        machine = integrator(model, y.shape[1], tuple(watched.values()))
        if machine is not None:
            return _in_one(machine, model, times, ends, y, p, changes, watched, before, lenient)
    return _in_pieces(model, times, ends, y, p, changes, feedback, decisions, draws, watched, before, lenient)


def _in_pieces(
    model: Model,
    whole: np.ndarray,
    ends: tuple[int, int],
    y: np.ndarray,
    p: np.ndarray,
    changes: Mapping[float, Mapping[str, float]],
    feedback: Callable | None,
    decisions: Decisions | None,
    draws: np.ndarray | None,
    watched: Mapping[str, Any],
    before: Sequence[tuple],
    lenient: bool,
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Returns what `run_between` does, of a run that stops at each change and each decision."""
    names, settings, times, pieces = list(model.states), list(model.settings), whole[ends[0] : ends[1] + 1], [*before]
    decided = {} if decisions is None else _on_grid(model, {float(t): {} for t in decisions.times}, whole)
    start, stop = times[0], times[-1]
    # What is watched is looked at as finely as a run that is drawn, however few points are asked for.
    finely = watched and draws is None and model.clock == "continuous"
    fine = np.linspace(0, whole[-1], integrate.LEAST_POINTS + 1) if finely else whole
    path = np.empty((*y.shape, len(times)))
    used = np.empty((*p.shape, len(times) if moving(model, changes, feedback, decisions) else 1))

    def act(when: float) -> None:
        _apply(changes.get(when, {}), names, settings, y, p)
        if decisions is not None and when in decided:
            decisions.take(when, y, p)

    def watch(grid: np.ndarray, piece: np.ndarray) -> None:
        if watched:
            pieces.append((grid, piece, _in_force(model, feedback, grid, piece, p)))

    marks = sorted(t for t in {*changes, *decided} if start < t < whole[-1])
    for begin, reach in itertools.pairwise([start, *marks, whole[-1]]):
        if begin >= stop:
            break
        end = min(reach, stop)
        act(begin)
        inside = (times >= begin) & (times <= end)
        grid = times[inside]
        if model.clock == "continuous":
            grid = np.union1d(grid, [begin, *fine[(fine > begin) & (fine < end)], end])
        own = None if draws is None else draws[ends[0] + np.flatnonzero(inside)[:-1]]
        segment = _segment(model, grid, reach, y, p, feedback, own, lenient)
        watch(grid, segment)
        path[..., inside] = segment[..., np.isin(grid, times[inside])]
        used[..., inside if used.shape[-1] > 1 else slice(None)] = p[..., None]
        y = segment[..., -1].copy()
    # Where another policy takes over it is the one that acts.
    if stop == whole[-1] and (stop in changes or stop in decided):
        act(stop)
        path[..., -1], used[..., -1] = y, p
        watch(times[-1:], path[..., -1:])
    if feedback is not None:
        for k in range(len(times)):
            used[..., k] = answers(model, feedback, times[k], path[..., k], used[..., k])
    return path, used, {name: first_crossing(model, formula, pieces) for name, formula in watched.items()}


def _in_one(
    machine: Callable,
    model: Model,
    times: np.ndarray,
    ends: tuple[int, int],
    y: np.ndarray,
    p: np.ndarray,
    changes: Mapping[float, Mapping[str, float]],
    watched: Mapping[str, Any],
    before: Sequence[tuple],
    lenient: bool,
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Returns what `run_between` does, of a run whose changes and events machine code has in its loop."""
    names, settings, grid = list(model.states), list(model.settings), times[ends[0] : ends[1] + 1]
    used = np.repeat(p[..., None], len(grid) if moving(model, changes, None, None) else 1, axis=-1)
    for when, change in sorted(changes.items()):
        for name in change.keys() & set(settings):
            used[settings.index(name), :, grid >= when if used.shape[-1] > 1 else slice(None)] = change[name]
    path, crossed = _by_machine(machine, model, grid, times[-1], y, p, changes, tuple(watched.values()), lenient)
    found = dict(zip(watched, crossed, strict=True))
    if before and watched:
        _apply(changes.get(grid[0], {}), names, settings, y, p)
        for name, formula in watched.items():
            jumped = first_crossing(model, formula, [*before, (grid[:1], y[..., None], p[..., None])])
            found[name] = np.where(np.isnan(jumped), found[name], jumped)
    return path, used, found


def moving(model: Model, changes: Mapping[float, Mapping], feedback: Any, decisions: Any) -> bool:
    """Returns whether settings may change in a run after its beginning."""
    later = list(changes.values())[1:]
    return feedback is not None or decisions is not None or any(n in model.settings for change in later for n in change)


def _in_force(model: Model, feedback: Callable | None, grid: np.ndarray, path: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Returns the settings in force along a piece of a run, shape (settings, people, times)."""
    if feedback is None:
        return np.repeat(p[..., None], len(grid), axis=-1)
    return np.stack([answers(model, feedback, t, path[..., k], p) for k, t in enumerate(grid)], axis=-1)


def _on_grid(model: Model, changes: Mapping[float, dict], times: np.ndarray) -> dict[float, dict]:
    """Returns the changes at the times of the grid they fall on; without noise one may fall between two points."""
    result: dict[float, dict] = {}
    weeks = np.array(list(changes), dtype=float)
    after = np.clip(np.searchsorted(times, weeks), 1, len(times) - 1)
    nearer = np.where(weeks - times[after - 1] < times[after] - weeks, after - 1, after)
    for (week, change), k in zip(changes.items(), nearer, strict=True):
        nearest = float(times[k])
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


def _segment(
    model: Model,
    grid: np.ndarray,
    reach: float,
    y: np.ndarray,
    p: np.ndarray,
    feedback: Callable | None,
    draws: Any,
    lenient: bool,
) -> np.ndarray:
    if len(grid) < 2:
        return np.repeat(y[..., None], len(grid), axis=-1)
    if draws is None and model.clock == "continuous":
        if feedback is None and (machine := integrator(model, y.shape[1])) is not None:
            return _by_machine(machine, model, grid, reach, y, p, {}, (), lenient)[0]
        begun = time.perf_counter()
        path = _by_scipy(model, grid, reach, y, p, feedback, lenient)
        if feedback is None:
            spent(model, time.perf_counter() - begun)
        return path
    array = rates(model, "array")

    def in_force(t: float, s: np.ndarray) -> np.ndarray:
        return p if feedback is None else answers(model, feedback, t, s, p)

    def field(t: float, s: np.ndarray) -> np.ndarray:
        return array(s, in_force(t, s))

    sizes = [model.noise.get(x, sympy.S.Zero) for x in model.equations]
    noise = compiled(model, tuple(sizes), "array")

    def spread(t: float, s: np.ndarray) -> np.ndarray:
        return noise(s, in_force(t, s))

    if model.clock == "discrete":
        return integrate.iterated(field, None if draws is None else spread, y, grid, draws)
    return integrate.noisy(field, spread, y, grid, draws)


def _by_machine(
    machine: Callable,
    model: Model,
    grid: np.ndarray,
    reach: float,
    y: np.ndarray,
    p: np.ndarray,
    changes: Mapping[float, Mapping[str, float]],
    events: tuple,
    lenient: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the states at some times and when events' lines were first crossed; somebody whose equations are stiff is left
    to SciPy, which also has words for what cannot be integrated."""
    tolerances = integrate.floors(model.states.values()), integrate.RTOL
    path, failed, crossed = run(machine, y, p, grid, stops_of(model, changes, reach), tolerances, len(events))
    for person in np.flatnonzero(failed):
        own = slice(person, person + 1)
        if lenient and failed[person] != TOO_MANY:
            continue
        if failed[person] == TOO_SMALL:
            k = int(np.isfinite(path[:, person]).all(axis=0).argmin()) - 1
            raise integrate.failure(grid[k], "the step became too small.", list(model.states), path[:, person, k])
        with using("scipy"):
            alone = run_between(model, _with(grid, reach), (0, len(grid) - 1), y[:, own], p[:, own], dict(changes), None, None,
                                None, {str(k): e for k, e in enumerate(events)}, (), lenient)  # fmt: skip
        path[:, own] = alone[0]
        for k, when in enumerate(alone[2].values()):
            crossed[k, own] = when
    return path, crossed


def _with(grid: np.ndarray, reach: float) -> np.ndarray:
    return grid if reach <= grid[-1] else np.append(grid, reach)


def _by_scipy(
    model: Model, grid: np.ndarray, reach: float, y: np.ndarray, p: np.ndarray, feedback: Callable | None, lenient: bool
) -> np.ndarray:
    states = model.states
    if y.shape[1] > 1 and feedback is None:
        array = rates(model, "array")
        with contextlib.suppress(integrate.StuckError, *([RuntimeError] if lenient else [])):
            return integrate.many(lambda t, s: array(s, p), y, grid, states, reach)
    scalar = rates(model, "scalar")
    runs = []
    for person in range(y.shape[1]):
        values = p[:, person].tolist()
        if feedback is None:
            alone = lambda t, s, values=values: scalar(s, values)  # noqa: E731
        else:
            alone = lambda t, s, values=values: scalar(s, answer_of(model, feedback, t, s, values))  # noqa: E731
        if not lenient:
            runs.append(integrate.one(alone, y[:, person], grid, states, reach))
            continue
        try:
            runs.append(integrate.one(alone, y[:, person], grid, states, reach, LENIENT))
        except (RuntimeError, integrate.StuckError):
            runs.append(np.full((len(states), len(grid)), np.nan))
    return np.stack(runs, axis=1)
