"""Surveys: what is to be found out of which people, and how a part of it is found."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from socioaffective.checks import listed, mapped, number, unknown, whole
from socioaffective.machine.backends import MANY, backend, using
from socioaffective.machine.build import ready
from socioaffective.machine.running import alone
from socioaffective.model import Model
from socioaffective.policies import Climber, Relay, Stepwise, a_policy, closed_by
from socioaffective.populations.people import Population
from socioaffective.populations.tallies import Tally
from socioaffective.simulation.events import watches
from socioaffective.simulation.given import NOISE_STEP, Turn, drawn, grid_of
from socioaffective.simulation.runs import run_of, switch_of

# People who are run at once: enough for the machine, few enough to stay near it.
TOGETHER = 1024
# How far below the reference somebody must be to count as worse off: well above what integration leaves.
HARM = 1e-6
WITHOUT = "no assistant"


@dataclass(frozen=True)
class Survey:
    """What is to be found out of which people: all that a part of the work needs, wherever it is done."""

    model: Model
    people: Population
    weeks: float
    policy: Any
    times: np.ndarray
    dt: float | None
    names: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]
    events: Mapping[str, Any]
    interventions: Mapping[float, Mapping[str, float]]
    settings: Mapping[str, Any]
    reference: Mapping[str, Any] | None
    kept: tuple[int, ...]
    seed: int | None
    backend: str

    @property
    def columns(self) -> list[str]:
        """What is tallied: each quantity, and its gap to the reference."""
        return [*self.names, *(f"{name}_gap" for name in self.names if self.reference is not None)]

    def nobody(self, kind: type = np.int64) -> Tally:
        """Returns the tally to begin with."""
        gaps = [(low - high, high - low) for low, high in self.bounds if self.reference is not None]
        return Tally.empty([*self.bounds, *gaps], len(self.times), len(self.events), kind)


@dataclass
class Part:
    """What was found of some people: their tally, values of each at some weeks (columns, people, weeks), and who was lost."""

    first: int
    tally: Tally
    values: np.ndarray
    lost: list[int] = field(default_factory=list)


def part_of(survey: Survey, first: int, last: int) -> Part:
    """Returns what is found of the people from `first` up to `last`, some at a time."""
    tally, columns = survey.nobody(np.int32), survey.columns
    part = Part(first, tally, np.full((len(columns), last - first, len(survey.kept)), np.nan))
    with using(survey.backend), alone():
        for begin in range(first, last, TOGETHER):
            end = min(begin + TOGETHER, last)
            found, crossed = values_of(survey, begin, end)
            usable: np.ndarray = np.all(np.isfinite([values.sum(axis=0) for values in found.values()]), axis=0)
            for k, name in enumerate(columns):
                tally.add(k, found[name], usable, HARM)
                part.values[k, begin - first : end - first] = found[name][list(survey.kept)].T
            part.values[:, begin - first : end - first][:, ~usable] = np.nan
            for e, when in enumerate(crossed):
                tally.crossed[e] += (when[usable] <= survey.times[:, None]).sum(axis=1)
            tally.counted += usable.sum()
            part.lost += [begin + int(k) for k in np.flatnonzero(~usable)]
    return part


def values_of(survey: Survey, first: int, last: int) -> tuple[dict[str, np.ndarray], list[np.ndarray]]:
    """Returns values by column, shape (times, people), and first crossings by event."""
    block = survey.people.block(first, last)
    turn = Turn(first=first, lenient=True, shown=survey.names)

    def run(policy: Any, settings: Mapping[str, Any], changes: Any, events: Any) -> xr.Dataset:
        given = {**block, **settings}
        return run_of(
            survey.model, survey.weeks, given.pop("start", None), policy, survey.seed, survey.dt, changes, events, given, turn
        )

    own = run(survey.policy, survey.settings, survey.interventions, survey.events)
    places = _places(own["time"].values, survey.times)
    found = {name: _table(own, name, places, last - first) for name in survey.names}
    if survey.reference is not None:
        hidden = set(survey.reference)
        changes = {week: {n: v for n, v in change.items() if n not in hidden} for week, change in survey.interventions.items()}
        policy = survey.policy if hidden <= {*survey.model.parameters, *survey.model.inputs} else None
        twin = run(policy, {**survey.settings, **survey.reference}, changes, {})
        found |= {f"{name}_gap": found[name] - _table(twin, name, places, last - first) for name in survey.names}
    return found, [own[name].values for name in survey.events]


def _table(run: xr.Dataset, name: str, places: np.ndarray, people: int) -> np.ndarray:
    values = run[name].values[places] if name in run.data_vars else np.broadcast_to(run[name].values, (len(places), people))
    return values if values.ndim == 2 else np.repeat(values[:, None], people, axis=1)


def _places(there: np.ndarray, asked: np.ndarray) -> np.ndarray:
    return np.abs(there[:, None] - asked).argmin(axis=0)


def survey_of(
    model: Model,
    people: Any,
    weeks: Any,
    policy: Any,
    every: Any,
    quantities: Any,
    against: Any,
    at: Any,
    seed: Any,
    interventions: Any,
    events: Any,
    settings: Mapping[str, Any],
    shared: bool,
) -> Survey:
    """Returns what is asked, once it can be answered."""
    if not isinstance(people, Population):
        raise TypeError(f"people must be a population, such as sa.population(model, 10_000), not {type(people).__name__}.")
    policy = a_policy(policy)
    known = {**model.states, **model.levers, **model.observables}
    if people.model.states.keys() != model.states.keys():
        raise ValueError(f"These people were drawn for '{people.model.title}', not for '{model.title}'.")
    names = [*model.states, *model.observables] if quantities is None else listed(quantities, "quantities", "['autonomy']")
    for name in names:
        if name not in known:
            raise unknown(f"state, lever or observable of '{model.title}'", name, known)
    for name, value in settings.items():
        if name == "start":
            raise ValueError("Where people begin is theirs: give start= to sa.population(model, size, start={...}).")
        if name not in model.settings:
            raise unknown("parameter, lever, input or option of summarise", name, model.settings)
        if np.ndim(value):
            raise ValueError(f"'{name}' differs between people; say how in sa.population(model, size, {name}=...).")
        if name in people.differing:
            raise ValueError(f"'{name}' is given by the people and as a keyword. Give it once.")
    if name := next((n for n in people.differing if model.states.get(n) is None and n not in model.settings), None):
        raise unknown(f"parameter of '{model.title}'", name, model.settings)
    times, dt = _grid(model, weeks, every)
    places = []
    for week in listed(at, "at (weeks at which values are kept)", "[4, 104]"):
        place = int(np.abs(times - number(week, "A week in at")).argmin())
        if abs(times[place] - week) > 1e-9 * times[-1]:
            raise ValueError(f"Week {week:g} is none of the times of this summary; every = {every:g}, to week {times[-1]:g}.")
        places.append(place)
    held = backend()
    if held == "by size" or (held == "auto" and shared):
        held = "machine" if people.size >= MANY else "scipy"
    drawing = bool(model.noise) or isinstance(policy, (Stepwise, Relay))
    root = drawn(model, seed, 0, 0)[1] if drawing or seed is not None else None
    closed = closed_by(policy, model) if isinstance(policy, Climber) else model
    formulas = tuple(watches(closed, mapped(events, "events", "{'tipped': ties - 0.2}")).values())
    if held == "auto":
        ready(closed, formulas)
    return Survey(model, people, float(times[-1]), policy, times, dt, tuple(names), tuple(known[n].bounds for n in names),
                  dict(events or {}), copy.deepcopy(dict(interventions or {})), dict(settings), _reference(model, against),
                  tuple(places), root, held)  # fmt: skip


def _grid(model: Model, weeks: Any, every: Any) -> tuple[np.ndarray, float | None]:
    """Returns the times of the result, and the step of the runs that pass through them."""
    if model.clock == "discrete":
        steps = grid_of(model, weeks, None)
        stride = whole(every, "every (steps between two times)", 1, len(steps) - 1)
        return np.union1d(steps[::stride], steps[-1:]), None
    length = grid_of(model.without_noise(), weeks, None)[-1]
    if not 0 < number(every, "every (weeks between two times)") <= length:
        raise ValueError(f"every must be above 0 and at most weeks = {length:g}, not {every:g}.")
    times = grid_of(model.without_noise(), weeks, every)
    step = float(times[1] - times[0])
    return times, step / np.ceil(step / NOISE_STEP) if model.noise else step


def _reference(model: Model, against: Any) -> dict[str, Any] | None:
    """Returns the settings of the run that each person is compared with."""
    if against is None:
        return None
    if against == WITHOUT:
        try:
            return {switch_of(model): 0.0}
        except ValueError as error:
            raise ValueError(f"{error} Give against=None, or the settings of another reference.") from None
    given = mapped(against, "against", "{'cues': 0}")
    for name, value in given.items():
        if name not in model.settings:
            raise unknown(f"parameter, lever or input of '{model.title}'", name, model.settings)
        number(value, f"'{name}' of the reference", model.settings[name].bounds)
    return dict(given)
