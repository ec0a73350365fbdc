"""Outlook: what a run was worth to whom: the assistant, the needs, and the selves that a person was, is and might have been."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from socioaffective.checks import unknown
from socioaffective.objectives import NEEDS, mean_over_time, over_time
from socioaffective.simulation.runs import Call, counterfactual

SELVES = ("initial", "at the time", "final", "counterfactual")
# The state by which a self judges, and the state that it judges.
TASTE, SERVED = "preference", "offer"


def welfare(run: xr.Dataset, reference: xr.Dataset | None = None) -> xr.Dataset:
    """Returns the welfare triad of a run: what was engaged with, what the needs got, and how it looks to each self.

    Inputs: `run`, a result of `sa.simulate`; `reference`, the run to compare with (the same person without the assistant, by
    `sa.counterfactual`, unless told otherwise). The result has, each where the model computes what it takes: `engagement`,
    `approval` (engagement times liking), `wellbeing` and `illbeing`, means over the time; `needs`, along `need`, the mean of
    each satisfaction less that of the reference, and `needs_at_the_end`; and `fit`, along `judge`: 1 - (preference - offer)^2,
    averaged over the time with the assistant (each moment by its engagement, also where that is a setting; NaN without any),
    with the preference of the "initial" self, of the self "at the time", of the "final" self and of the "counterfactual" one,
    who never met the assistant. Population and sweep dimensions are kept. Raises ValueError for a run with nothing of all
    this, for a reference of other times, people or quantities, and for a run along `need` or `judge`; TypeError for no run.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.ecosystem, steering=0.8)
    >>> triad = sa.welfare(run)
    >>> bool(triad["fit"].sel(judge="final") > triad["fit"].sel(judge="counterfactual"))
    True
    """
    own = over_time(run, "run")
    twin = _beside(counterfactual(run) if reference is None else reference, run)
    found: dict[str, Any] = {name: mean_over_time(own[name]) for name in ("engagement", "wellbeing", "illbeing") if name in own}
    if "engagement" in own and "liking" in own:
        found["approval"] = mean_over_time(own["engagement"] * own["liking"])
    needs = [name for name in NEEDS if name in own]
    if needs:
        gaps = [own[name] - twin[name] for name in needs]
        found["needs"] = xr.concat([mean_over_time(g) for g in gaps], xr.IndexVariable("need", needs))
        found["needs_at_the_end"] = xr.concat([g.isel(time=-1, drop=True) for g in gaps], xr.IndexVariable("need", needs))
    if TASTE in own and SERVED in own:
        use = own["engagement"] if "engagement" in own else _in_force(run, "engagement")
        used = mean_over_time(use)
        tastes = [run[TASTE].isel(time=0, drop=True), run[TASTE], run[TASTE].isel(time=-1, drop=True), twin[TASTE]]
        fits = [mean_over_time(use * (1 - (taste - run[SERVED]) ** 2)) / used.where(used > 0) for taste in tastes]
        found["fit"] = xr.concat(fits, xr.IndexVariable("judge", list(SELVES)))
    if not found:
        raise unknown("part of the triad in this run", "engagement", map(str, run.data_vars))
    return xr.Dataset({name: values.assign_attrs(long_name=name.replace("_", " ")) for name, values in found.items()},
                      attrs={"title": run.attrs.get("title", "")})  # fmt: skip


def _beside(reference: Any, run: xr.Dataset) -> dict[str, xr.DataArray]:
    """Returns the variables of a reference once each can be set beside the same one of a run, moment by moment."""
    twin = over_time(reference, "reference")
    for dim in ("need", "judge"):
        if dim in run.dims or dim in reference.dims:
            raise ValueError(
                f"The run has a dimension '{dim}', as the triad itself; sweep along another name, such as 'begun'."
            )
    if reference.sizes["time"] != run.sizes["time"] or not np.allclose(reference["time"], run["time"]):
        raise ValueError("The reference has other times than the run; simulate both with the same weeks and dt, and give all.")
    for dim in map(str, set(run.dims) & set(reference.dims) - {"time"}):
        if not run.get_index(dim).equals(reference.get_index(dim)):
            raise ValueError(f"The reference differs from the run along '{dim}'; simulate both for the same ones.")
    own = over_time(run, "run")
    needed = [*NEEDS, *([TASTE] if SERVED in own else [])]
    if missing := [f"'{name}'" for name in needed if name in own and name not in twin]:
        raise ValueError(f"The reference has no {' and no '.join(missing)}, as the run has; simulate the same model.")
    # Other labels, such as those of a parameter that differs, would clash; times may differ by round-off.
    return {name: v.reset_coords(drop=True).assign_coords(time=run["time"].values) for name, v in twin.items()}


def _in_force(run: xr.Dataset, name: str) -> xr.DataArray:
    """Returns a setting over the time of a run, or 1 throughout where it is not known.

    Interventions are included, except in a run read from a file, which no longer knows them.
    """
    settings = run.attrs.get("settings")
    held = settings.get(name, 1.0) if isinstance(settings, Mapping) else 1.0
    values = run.coords[name] if name in run.coords else xr.DataArray(held)
    values = values.drop_vars(name, errors="ignore").broadcast_like(run["time"])
    call = run.attrs.get("call")
    changes = (call.options["interventions"] or {}) if isinstance(call, Call) else {}
    for week, setting in sorted((float(week), setting) for week, setting in changes.items()):
        if name in setting:
            values = values.where(run["time"] < week - 1e-9, float(setting[name]))
    return values
