"""Simulate: one run, a population or a sweep of a model, as a labelled dataset."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from socioaffective.checks import mapped
from socioaffective.model import Model, a_model
from socioaffective.policies import Climber, Policy, Relay, Steps, Stepwise, a_policy, caps_of, closed_by, limits, said
from socioaffective.simulation.deciding import Decisions, chosen_by
from socioaffective.simulation.events import watches
from socioaffective.simulation.given import Given, Turn, broadcast, drawn, grid_of, planned, refuse_clashes, refuse_misplaced
from socioaffective.simulation.results import labelled, left_bounds, plain, refuse_broken
from socioaffective.simulation.room import refuse_without_room
from socioaffective.simulation.segments import moving, run_between


def simulate(
    model: Model,
    weeks: float = 104,
    start: Mapping[str, Any] | None = None,
    policy: Policy | None = None,
    seed: int | None = None,
    dt: float | None = None,
    *,
    interventions: Mapping[Any, Mapping[str, Any]] | None = None,
    events: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> xr.Dataset:
    """Returns the run of a model: a variable per state, lever and observable over `time`.

    Inputs: `model`; `weeks`, how long (steps, for a discrete model). Keywords: `start`, start values by state; `policy`,
    what the assistant does (one of `sa.policies`, a subclass of `sa.policies.Stepwise` that decides every so often, or any
    function from a mapping of states to a mapping of levers, which is asked at every moment); `seed` of the noise and of
    policies that draw at random; `dt`, the spacing of the result in weeks and the step of a run with noise;
    `interventions`, such as `{52: {"access": 0, "ties": 0.4}}`, sets parameters, levers, inputs or states at a week and
    leaves them there; `events`, such as `{"tipped": expression}`, adds the first time at which the expression crosses
    zero (NaN if never); every other keyword is a parameter, lever or input by name.

    A value that is a one-dimensional array gives each person their own, along `person` (`**sa.population(...)` gives them all
    at once); an `xarray.DataArray` adds its own dimensions, for a sweep. Without noise each step of each person is exact to
    1e-9. `attrs` holds the settings.

    Raises ValueError for an unknown name, a value outside its bounds or not finite, a wrong shape or a time that is not
    positive, TypeError for what is not a number, and RuntimeError when the integration fails, never a partial run.
    Warns when a run leaves the bounds of a state, and says where.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.companion, weeks=104, cues=0.8)
    >>> run["ties"].dims, run["ties"].sizes["time"]
    (('time',), 833)
    >>> sa.simulate(sa.models.mirror, weeks=4, start={"preference": [-0.5, 0.5]})["preference"].dims
    ('time', 'person')
    >>> team = sa.policies.cooled_off(sa.policies.ab_test(), at=26, weeks=4)
    >>> run = sa.simulate(sa.models.companion, weeks=52, policy=team, seed=1)
    >>> [bool(run["cues"].sel(time=week) > 0) for week in (25, 29, 40)]
    [True, False, True]
    """
    a_model(model)
    run = run_of(model, weeks, start, a_policy(policy), seed, dt, interventions, events, parameters, Turn())
    if run.attrs["left_bounds"]:
        warnings.warn(run.attrs["left_bounds"], stacklevel=2)
    return run


def run_of(
    model: Model,
    weeks: float,
    start: Any,
    policy: Any,
    seed: Any,
    dt: Any,
    interventions: Any,
    events: Any,
    parameters: Mapping[str, Any],
    turn: Turn,
) -> xr.Dataset:
    """Returns a run, of one policy or of several in turn."""
    if not isinstance(policy, Relay):
        return simulated(model, weeks, start, policy, seed, dt, interventions, events, parameters, turn)[0]
    from socioaffective.simulation.relay import relayed

    given = {"start": start, "seed": seed, "interventions": interventions, "events": events, **parameters}
    return relayed(model, weeks, policy, dt, copy.deepcopy(given), turn)


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
    turn: Turn,
) -> tuple[xr.Dataset, dict[str, np.ndarray]]:
    """Returns a turn of a run, and where it leaves states and settings."""
    # Copies, so that the run stays what was asked whatever becomes of the caller's own mappings and arrays.
    given_later = {"start": start, "interventions": interventions, **parameters}
    asked = Call(model, policy, {"weeks": weeks, "seed": seed, "dt": dt, "events": events, **copy.deepcopy(given_later)})
    caps = limits(model, caps_of(policy))
    model, policy, climbing = _closed(model, policy, parameters)
    times = grid_of(model, weeks, dt)
    start = mapped(start, "start", f"{{'{next(iter(model.states))}': 0.5}}")
    refuse_misplaced(model, start, parameters)
    first, last = (int(np.argmin(np.abs(times - when))) for when in (turn.begun, min(turn.until, times[-1])))
    roomy = partial(_refuse_without_room, model, last - first + 1)
    given = broadcast({**model.states, **model.settings}, {**start, **parameters}, roomy)
    deciding = policy if isinstance(policy, Stepwise) else None
    feedback = policy if callable(policy) and deciding is None else None
    begin = {n: float(given.values[n][0]) for n in model.states}
    ruled = set(policy.levers if isinstance(policy, Steps) else chosen_by(model, policy, turn.begun, begin) if feedback else ())
    changes, set_by_hand = planned(model, policy, interventions, float(times[-1]), ruled, turn)
    refuse_clashes(model, given.template, parameters, ruled | set(turn.rest), changes)
    _cap(given, changes[turn.begun], caps, set_by_hand)
    watched = watches(model, mapped(events, "events", "{'tipped': ties - 0.2}"))
    if moving(model, changes, feedback, deciding):
        roomy(given.people, moves=True)
    draws, root = drawn(model, seed, last, given.people, turn.first)
    if climbing and draws is not None:
        _refuse_fast_climb(given, times)
    y, p, stood = _begun(model, given, turn, caps, climbing)
    decisions = None
    if deciding is not None:
        seeds = [np.random.SeedSequence(root, spawn_key=(turn.first + person, 1, first)) for person in range(given.people)]
        levers = {n: turn.stood[n] for n in model.levers if n in turn.stood}
        decisions = Decisions(model, deciding, times, turn.begun, seeds, {*parameters, *set_by_hand}, levers, turn.memories)
    path, used, crossed = run_between(model, times, (first, last), y, p, changes, feedback, decisions, draws, watched,
                                      stood, turn.lenient)  # fmt: skip
    times = times[first : last + 1]
    if not turn.lenient:
        refuse_broken(model, times, path)
    result = labelled(model, times, path, used, crossed, given, climbing, turn.shown)
    asked.drew = draws is not None or (decisions is not None and decisions.memory.drew())
    asked.options["seed"] = root if asked.drew or seed is not None else None
    asked.people.update({str(dim): size for dim, size in given.template.sizes.items()})
    result.attrs = asked.attrs(model, given) | {"left_bounds": left_bounds(model, times, path)}
    ended = {name: path[k, :, -1] for k, name in enumerate(model.states)}
    return result, ended | {name: used[k, :, -1] for k, name in enumerate(model.settings)}


def _cap(given: Given, beginning: dict[str, float], caps: Mapping[str, float], set_by_hand: Collection[str]) -> None:
    """Lowers levers to their caps, as they are given and as they are set at the beginning by what is not an intervention."""
    for name in caps:
        if name in given.template.coords:
            raise ValueError(f"'{name}' is swept, so it cannot be capped.")
        given.values[name] = np.minimum(given.values[name], caps[name])
        if name in beginning and name not in set_by_hand:
            beginning[name] = min(beginning[name], caps[name])


def _refuse_fast_climb(given: Given, times: np.ndarray) -> None:
    """Raises ValueError where a lever that climbs in a run with noise may go beyond its bounds in one step."""
    if (fastest := float(np.max(given.values["climbing_rate"] * np.diff(times).max()))) > 1:
        raise ValueError(
            f"With noise a lever must climb by less than its whole way in a step; climbing_rate * dt is {fastest:.3g}. Give a "
            "smaller dt."
        )


def _begun(
    model: Model, given: Given, turn: Turn, caps: Mapping[str, float], climbing: Collection[str]
) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Returns the states and the settings that a turn begins with, and both as they stood just before, if anything did."""

    def rows(names: Collection[str], found: Mapping[str, np.ndarray]) -> np.ndarray:
        return np.array([found[n] for n in names]).reshape(len(names), given.people)

    y, p = rows(model.states, given.values), rows(model.settings, given.values)
    if not turn.stood:
        return y, p, []
    stood = [rows(names, given.values | turn.stood) for names in (model.states, model.settings)]
    lowered = [
        row.clip(q.bounds[0], min(q.bounds[1], caps.get(n, np.inf))) if n in climbing else row
        for (n, q), row in zip(model.states.items(), stood[0], strict=True)
    ]
    return np.stack(lowered), p, stood


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
    name = switch_of(call.model)
    if {d: n for d, n in run.sizes.items() if d != "time"} != call.people:
        raise ValueError(
            f"This run has {dict(run.sizes)}, but was made with {call.people or 'one person'}. Give it as it came, and select "
            "people afterwards."
        )
    options = {**call.options, name: _none_of(name, call.options.get(name, 0.0))}
    changes = {week: {n: v for n, v in c.items() if n != name} for week, c in (options["interventions"] or {}).items()}
    return simulate(call.model, policy=call.policy, **{**options, "interventions": changes or None})


def switch_of(model: Model) -> str:
    """Returns the name of what is 0 where somebody has no assistant."""
    held = {**model.parameters, **model.inputs}
    for name in ("access", "engagement"):
        if name in held:
            return name
    raise ValueError(f"'{model.title}' has neither a parameter 'access' nor an input 'engagement' to set to 0.")


def _none_of(name: str, value: Any) -> Any:
    """Returns 0 in the shape of what was given, so that the same people are run."""
    if not isinstance(value, xr.DataArray):
        return np.zeros(np.shape(value)) if np.ndim(value) else 0.0
    labels = {d: value.values for d in value.dims if d == name and d not in value.coords}
    return xr.zeros_like(value.assign_coords(labels), dtype=float)


class Call(str):
    """The call that made a run, as text, with the model and all that was given, and whether anything was drawn at random."""

    model: Model
    policy: Policy | None
    options: dict[str, Any]
    people: dict[str, int]
    drew: bool

    def __new__(cls, model: Model, policy: Policy | None, options: dict[str, Any]) -> Call:
        given = {} if policy is None else {"policy": said(policy)}
        given |= {name: repr(value) for name, value in options.items() if value is not None}
        self = super().__new__(cls, f"simulate({model!r}, {', '.join(f'{n}={v}' for n, v in given.items())})")
        self.model, self.policy, self.options, self.people, self.drew = model, policy, options, {}, False
        return self

    def __getnewargs__(self) -> tuple:
        return self.model, self.policy, self.options

    def attrs(self, integrated: Model, given: Given) -> dict[str, Any]:
        """Returns what a run says of how it was made; `integrated` is the model in which levers that climb are states."""
        seed = self.options["seed"]
        return {
            "title": self.model.title,
            "clock": integrated.clock,
            "seed": "none" if seed is None else seed,
            "start": {n: plain(given.values[n]) for n in integrated.states},
            "settings": {n: plain(given.values[n]) for n in integrated.settings},
            "policy": said(self.policy),
            "call": self,
        }


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


def _refuse_without_room(model: Model, count: int, people: int, moves: bool = False) -> None:
    points = people * count
    numbers = points * 2 * (len(model.states) + len(model.levers) + len(model.expressions))
    numbers += len(model.settings) * (2 * points if moves else 2 * people)
    if model.noise:
        numbers += points * len(model.states)
    refuse_without_room(numbers, f"{people:,} people at {count:,} times", "Ask for fewer points with dt=, or for a summary "
                        "that never holds the runs: sa.summarise(model, people, ...).")  # fmt: skip
