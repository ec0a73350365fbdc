"""Outlook: what a run was worth to whom: the assistant, the needs, and the selves that a person was, is and might have been."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from socioaffective.checks import unknown
from socioaffective.objectives import NEEDS, a_run, mean_over_time
from socioaffective.simulation import counterfactual

SELVES = ("initial", "at the time", "final", "counterfactual")
# The state by which a self judges, and the state that it judges.
TASTE, SERVED = "preference", "offer"


def welfare(run: xr.Dataset, reference: xr.Dataset | None = None) -> xr.Dataset:
    """Returns the welfare triad of a run: what was engaged with, what the needs got, and how it looks to each self.

    Inputs: `run`, a result of `sa.simulate`; `reference`, the run to compare with (the same person without the assistant, by
    `sa.counterfactual`, unless told otherwise). The result has, each where the model has what it takes: `engagement`,
    `approval` (engagement times liking), `wellbeing` and `illbeing`, means over the time; `needs`, along `need`, the mean of
    each satisfaction less that of the reference, and `needs_at_the_end`; and `fit`, along `judge`: 1 - (preference - offer)^2,
    averaged over the use (over all the time, where the run has no engagement), with the preference of the "initial" self, of
    the self "at the time", of the "final" self and of the "counterfactual" one, who never met the assistant. Population and
    sweep dimensions are kept.
    Raises TypeError for what is no run, ValueError for one with nothing of all this, for dimensions called `need` or `judge`,
    and for a reference of other times or of a model that lacks what the run has.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.ecosystem, steering=0.8)
    >>> triad = sa.welfare(run)
    >>> bool(triad["fit"].sel(judge="final") > triad["fit"].sel(judge="counterfactual"))
    True
    """
    a_run(run)
    if taken := {"need", "judge"} & set(map(str, run.dims)):
        raise ValueError(f"The run has a dimension called '{min(taken)}', as the triad has. Give that of the run another name.")
    twin = counterfactual(run) if reference is None else a_run(reference, "reference")
    for name in (*NEEDS, TASTE):
        if name in run and name not in twin:
            raise ValueError(f"The reference has no '{name}', which the run has. Compare runs of one model.")
    if twin.sizes["time"] != run.sizes["time"] or not np.allclose(twin["time"], run["time"]):
        raise ValueError("The reference has other times than the run; simulate both with the same weeks and dt.")
    found: dict[str, Any] = {name: mean_over_time(run[name]) for name in ("engagement", "wellbeing", "illbeing") if name in run}
    if "engagement" in run and "liking" in run:
        found["approval"] = mean_over_time(run["engagement"] * run["liking"])
    needs = [name for name in NEEDS if name in run]
    if needs:
        gaps = [(run[name] - twin[name]).drop_vars(set(run[name].coords) - {"time"}, errors="ignore") for name in needs]
        found["needs"] = xr.concat([mean_over_time(g) for g in gaps], xr.IndexVariable("need", needs))
        found["needs_at_the_end"] = xr.concat([g.isel(time=-1, drop=True) for g in gaps], xr.IndexVariable("need", needs))
    if TASTE in run and SERVED in run:
        # Where engagement is held still, every moment counts alike.
        use = run["engagement"] if "engagement" in run else xr.ones_like(run[TASTE])
        used = mean_over_time(use)
        tastes = [run[TASTE].isel(time=0, drop=True), run[TASTE], run[TASTE].isel(time=-1, drop=True), twin[TASTE]]
        fits = [mean_over_time(use * (1 - (taste - run[SERVED]) ** 2)) / used.where(used > 0) for taste in tastes]
        found["fit"] = xr.concat(fits, xr.IndexVariable("judge", list(SELVES)))
    if not found:
        raise unknown("part of the triad in this run", "engagement", map(str, run.data_vars))
    return xr.Dataset({name: values.assign_attrs(long_name=name.replace("_", " ")) for name, values in found.items()},
                      attrs={"title": run.attrs.get("title", "")})  # fmt: skip
