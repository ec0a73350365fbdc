"""Relay: the run of policies that take turns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from socioaffective.checks import mapped
from socioaffective.model import CLOCKS, Model
from socioaffective.policies import Climber, Relay, Resting, closed_by
from socioaffective.simulation.given import Turn, drawn, grid_of
from socioaffective.simulation.runs import Call, simulated


def relayed(model: Model, weeks: float, policy: Relay, dt: Any, given: dict[str, Any], company: Turn) -> xr.Dataset:
    """Returns the run of policies that take turns: a run for each turn, from where the one before has ended. `company` says
    of which people it is."""
    times = grid_of(model, weeks, dt)
    end, step = float(times[-1]), float(times[1])
    seed = drawn(model, given["seed"], 0, 0)[1]
    acting = [(week, own) for week, own in policy.turns if week <= end]
    turns = [(week, *(own.on(model) if isinstance(own, Resting) else (own, {}))) for week, own in acting]
    for week, *_ in turns:
        if np.abs(times - week).min() > 1e-9 * end:
            unit = CLOCKS[model.clock] + "s"
            way_out = "" if model.clock == "discrete" else ", or a dt that divides it"
            raise ValueError(
                f"A policy takes over at {week:g} {unit}, between two points of this run ({step:g} apart). Give a multiple of "
                f"that{way_out}."
            )
    models = [closed_by(own, model) if isinstance(own, Climber) else model for _, own, _ in turns]
    known = {n for each in models for n in (*each.states, *each.settings)}
    options = {n: v for n, v in given.items() if n not in ("start", "seed", "interventions", "events")}
    changes = mapped(given["interventions"], "interventions", "{52: {'access': 0}}")
    stood: dict[str, np.ndarray] = {}
    memories: dict[int, Any] = {}
    start, parts, ended = given["start"], [], None
    for (begun, own, rest), until, closed in zip(turns, [*(week for week, *_ in turns[1:]), np.inf], models, strict=True):
        strangers = known - {*closed.states, *closed.settings}
        if ended is not None:
            start = {n: ended[n].clip(*q.bounds) for n, q in closed.states.items() if n in ended}
        own_options = {n: v for n, v in options.items() if n not in strangers}
        turn = replace(company, begun=begun, until=until, stood=stood, memories=memories,
                       strangers=frozenset(strangers), rest=rest)  # fmt: skip
        part, stood = simulated(model, weeks, start, own, seed, dt, changes, given["events"], own_options, turn)
        ended = part.isel(time=-1, drop=True)
        parts.append(part if until == np.inf else part.isel(time=slice(None, -1)))
    drew = any(part.attrs["call"].drew for part in parts)
    asked = {**given, "weeks": weeks, "dt": dt, "seed": seed if drew or given["seed"] is not None else None}
    return _joined(model, policy, parts, asked, drew)


def _joined(model: Model, policy: Relay, parts: list[xr.Dataset], asked: dict[str, Any], drew: bool) -> xr.Dataset:
    whole = xr.concat(parts, "time", data_vars="minimal", coords="minimal", compat="override", join="override")
    whole["time"].attrs = dict(parts[0]["time"].attrs)
    for name in asked["events"] or {}:
        first = parts[0][name]
        for part in parts[1:]:
            first = first.fillna(part[name])
        whole[name] = first.assign_attrs(parts[0][name].attrs)
    call = Call(model, policy, asked)
    call.people.update(parts[0].attrs["call"].people)
    call.drew = drew
    left = next((part.attrs["left_bounds"] for part in parts if part.attrs["left_bounds"]), "")
    seed = "none" if asked["seed"] is None else asked["seed"]
    whole.attrs = {**parts[0].attrs, "policy": str(policy), "seed": seed, "call": call, "left_bounds": left}
    return whole
