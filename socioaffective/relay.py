"""Relay: the run of policies that take turns."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from socioaffective.checks import mapped
from socioaffective.given import drawn, grid_of
from socioaffective.model import Model
from socioaffective.policies import Climber, Relay, Resting, Steps
from socioaffective.simulation import Call, simulated


def relayed(model: Model, weeks: float, policy: Relay, dt: Any, given: dict[str, Any]) -> xr.Dataset:
    """Returns the run of policies that take turns: a run for each turn, from where the one before has ended."""
    times = grid_of(model, weeks, dt)
    end, step = float(times[-1]), float(times[1])
    seed = drawn(model, given["seed"], 1, 1, True)[1]
    turns = [(week, own) for week, own in policy.turns if week < end]
    for week, _ in turns:
        if abs(week / step - round(week / step)) > 1e-6:
            raise ValueError(f"A policy takes over at week {week:g}, between two points of this run ({step:g} apart).")
    options = {**given, "interventions": None, "seed": seed}
    changes = mapped(given["interventions"], "interventions", "{52: {'access': 0}}")
    parts, firsts, ended = [], {}, None
    for (begin, own), until in zip(turns, [*(week for week, _ in turns[1:]), end], strict=True):
        last = until == end
        within = {w - begin: c for w, c in changes.items() if begin <= w < until or (last and w >= until)}
        own = own.on(model) if isinstance(own, Resting) else own
        own = _later(own, begin) if isinstance(own, Steps) else own
        if parts:
            options["start"] = _where(model, ended, own)
        fixed = {n: v for n, v in options.items() if n not in ("start", "seed", "interventions", "events")}
        given_now = options["start"], own, seed, step, within, given["events"], fixed
        part = simulated(model, until - begin, *given_now, begun=begin, ends=end - begin)
        for name in given["events"] or {}:
            firsts[name] = firsts[name].fillna(part[name] + begin) if name in firsts else part[name] + begin
        for change in within.values():
            options |= {n: v for n, v in change.items() if n in model.settings}
        ended = part.isel(time=-1, drop=True)
        parts.append(part if last else part.isel(time=slice(None, -1)))
        parts[-1] = parts[-1].assign_coords(time=parts[-1]["time"] + begin)
    return _joined(model, policy, parts, firsts, {**given, "weeks": weeks, "dt": dt, "seed": seed}, times)


def _later(policy: Steps, week: float) -> Steps:
    """Returns a schedule as it looks from a later week on."""
    levers = {}
    for name, steps in policy.levers.items():
        past = [w for w in sorted(steps) if w <= week]
        levers[name] = {0.0: steps[past[-1]]} if past else {}
        levers[name] |= {w - week: v for w, v in steps.items() if w > week}
    return Steps({name: steps for name, steps in levers.items() if steps}, policy.caps)


def _where(model: Model, ended: xr.Dataset, policy: Any) -> dict[str, xr.DataArray]:
    """Returns where a part of a run ended, the levers too where a climber takes over."""
    names = list(model.states)
    if isinstance(policy, Climber):
        names += [n for n in model.levers if policy.levers is None or n in policy.levers]
    caps = dict(policy.caps) if isinstance(policy, Climber) else {}
    return {n: ended[n].clip(max=caps[n]) if n in caps else ended[n] for n in names}


def _joined(
    model: Model, policy: Relay, parts: list[xr.Dataset], firsts: dict, options: dict[str, Any], times: np.ndarray
) -> xr.Dataset:
    whole = xr.concat(parts, "time", data_vars="minimal", coords="minimal", compat="override", join="override")
    whole = whole.assign_coords(time=("time", times, dict(parts[0]["time"].attrs)))
    whole = whole.assign({name: first.assign_attrs(parts[0][name].attrs) for name, first in firsts.items()})
    call = Call(model, policy, options)
    call.people.update(parts[0].attrs["call"].people)
    left = next((part.attrs["left_bounds"] for part in parts if part.attrs["left_bounds"]), "")
    whole.attrs = {**parts[0].attrs, "policy": str(policy), "call": call, "left_bounds": left}
    return whole
