"""Frontier: what each objective does at each horizon, and how much of one objective another costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from socioaffective import policies
from socioaffective.checks import listed, unknown, whole
from socioaffective.control.optimum import Plan, optimise
from socioaffective.control.outlook import welfare
from socioaffective.model import Model, a_model
from socioaffective.objectives import Objective, an_objective, approval, engagement, mean_over_time, needs
from socioaffective.policies import COST
from socioaffective.simulation.runs import simulate
from socioaffective.simulation.sweeps import stacked

FORESIGHTS = ("myopic", "far-sighted")
MOST_POINTS = 200


@dataclass(frozen=True)
class Grid:
    """What each objective does to one person, near-sighted and far-sighted; made by `horizon_grid`.

    `.runs` maps (objective, foresight) to the run; `.table` holds the welfare triad, the mean of each lever and the score by
    `needs` along `objective` and `foresight`.
    """

    runs: Mapping[tuple[str, str], xr.Dataset]
    table: xr.Dataset

    @property
    def price_of_myopia(self) -> float:
        """What the needs lose, on average over the time, when they are served a few weeks at a time."""
        return self._lost("needs", "myopic")

    @property
    def price_of_engagement(self) -> float:
        """What the needs lose, on average over the time, when engagement is served far-sightedly in their place."""
        return self._lost("engagement", "far-sighted")

    def to_xarray(self) -> xr.Dataset:
        """Returns the runs as one dataset along `objective` and `foresight`, which can be explored with `sa.explore`.

        Raises ValueError for a grid of several people.
        """
        if any(run["time"].dims != run[next(iter(run.data_vars))].dims for run in self.runs.values()):
            raise ValueError("A table of lives is that of one person, but this grid was made for several.")
        objectives, foresights = (list(dict.fromkeys(key[k] for key in self.runs)) for k in (0, 1))
        runs = [self.runs[objective, foresight] for objective in objectives for foresight in foresights]
        title = next(iter(runs)).attrs["title"]
        return stacked(runs, {"objective": objectives, "foresight": foresights}).assign_attrs(title=title)

    def _lost(self, objective: str, foresight: str) -> float:
        if "needs_score" not in self.table:
            raise ValueError("The model of this grid has no well-being and ill-being, so what the needs lose is not known.")
        score = self.table["needs_score"]
        for name in {objective, "needs"}:
            if name not in score["objective"]:
                raise unknown("objective of this grid to know that price by", name, score["objective"].values.tolist())
        best = score.sel(objective="needs", foresight="far-sighted")
        lost = best - score.sel(objective=objective, foresight=foresight)
        if lost.dims:
            raise ValueError(f"A price is that of one person, but this grid goes along '{lost.dims[0]}': take it from .table.")
        return float(lost)


def horizon_grid(
    model: Model,
    objectives: Mapping[str, Objective] | Sequence[str] | None = None,
    weeks: float = 104,
    horizon: float = 2,
    *,
    every: float = 1,
    discount: float = 0.0,
    cost: float = COST,
    start: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Grid:
    """Returns a `Grid`: for each objective the run of a near-sighted assistant, and of one that looks all the way ahead.

    Inputs: `model`; `objectives`, a mapping from label to objective, or names (engagement, approval and needs unless told
    otherwise); `weeks`, the length of the runs; `horizon`, how far the near-sighted look. Keywords: `every`, weeks between
    decisions; `discount` per week; `cost` of the levers; `start` and `settings` as for `sa.simulate`.
    Raises ValueError for no objectives, one label for two, or a policy: the grid has its own.

    >>> import socioaffective as sa
    >>> grid = sa.horizon_grid(sa.models.companion, ["engagement"], weeks=26)
    >>> grid.table["engagement"].dims
    ('objective', 'foresight')
    """
    a_model(model)
    if "policy" in settings:
        raise ValueError("The policies of a grid are its own, near-sighted and far-sighted; play another with sa.simulate.")
    aims = _labelled(objectives)
    runs = {}
    for label, aim in aims.items():
        for foresight in FORESIGHTS:
            common: dict[str, Any] = {"every": every, "discount": discount, "cost": cost}
            policy = policies.receding(aim, horizon, **common) if foresight == "myopic" else policies.far_sighted(aim, **common)
            runs[label, foresight] = simulate(model, weeks, start, policy, **settings)
    tables = [xr.concat([_summary(model, runs[label, f]) for f in FORESIGHTS], xr.IndexVariable("foresight", list(FORESIGHTS)))
              for label in aims]  # fmt: skip
    return Grid(runs, xr.concat(tables, xr.IndexVariable("objective", list(aims))))


def _labelled(given: Any) -> dict[str, Objective]:
    """Returns objectives by label."""
    if given is None:
        return {"engagement": engagement, "approval": approval, "needs": needs}
    if not isinstance(given, Mapping):
        given = [an_objective(each) for each in listed(given, "objectives", "['engagement', 'needs']")]
        if twice := [each for k, each in enumerate(map(str, given)) if each in map(str, given[:k])]:
            raise ValueError(f"The objective '{twice[0]}' is given twice. Give each once.")
        given = {str(each): each for each in given}
    if not given:
        raise ValueError("objectives is empty: give at least one, such as ['engagement'].")
    for label in given:
        if not isinstance(label, str):
            raise TypeError(f"The label of an objective must be a word, such as 'engagement', not {label!r}.")
    return {label: an_objective(each) for label, each in given.items()}


def _summary(model: Model, run: xr.Dataset) -> xr.Dataset:
    """Returns the welfare triad of a run, its levers on average and its score by the needs."""
    table = welfare(run)
    levers = {name: mean_over_time(run[name]) for name in model.levers}
    if "wellbeing" in table and "illbeing" in table:
        levers["needs_score"] = table["wellbeing"] - table["illbeing"]
    return table.assign(levers)


@dataclass(frozen=True)
class Front:
    """How much of one objective another costs; made by `pareto`.

    `.table` has along `weight` the mean over the time of both objectives under the plan that is best for that weight of the
    second, whether another point is `dominated`, and the mean of each lever; `.plans` are the plans.
    """

    first: Objective
    second: Objective
    table: xr.Dataset
    plans: tuple[Plan, ...]


def pareto(
    model: Model,
    first: Objective | str = "engagement",
    second: Objective | str = "needs",
    points: int = 15,
    weeks: float = 104,
    *,
    progress: bool = True,
    **keywords: Any,
) -> Front:
    """Returns a `Front`: the best mixtures of two objectives, from the first alone to the second alone.

    Inputs: `model`; the two objectives or their names; `points`, how many weights of the second from 0 to 1; `weeks`, the
    horizon. Keywords: `progress`, whether a progress bar is shown; all others as for `sa.optimise`. Each point is the optimum
    of a weighted sum, less the cost of the levers, so what bends inwards between two points is not found.
    Raises ValueError for fewer than two points and for twice the same objective, and what `sa.optimise` refuses.

    >>> import socioaffective as sa
    >>> front = sa.pareto(sa.models.companion, "engagement", "felt_relatedness", points=3, weeks=26, every=2, progress=False)
    >>> bool((front.table["engagement"].diff("weight") < 0).all())
    True
    """
    from tqdm.auto import tqdm

    one, two = an_objective(first), an_objective(second)
    if str(one) == str(two):
        raise ValueError(f"Both objectives of the front are '{one}': give two that differ.")
    if "objective" in keywords:
        raise ValueError("A front mixes its own two objectives: give them as first and second, and no objective.")
    weights = np.linspace(0, 1, whole(points, "points", 2, MOST_POINTS))
    plans = []
    for weight in tqdm(weights.tolist(), desc="weights", leave=False, disable=not progress):
        plans.append(optimise(model, (1 - weight) * one + weight * two, weeks, **keywords))
    scores = np.array([[float(aim.score(plan.run)) for aim in (one, two)] for plan in plans])
    beaten = [bool(((scores >= own).all(axis=1) & (scores > own + 1e-6).any(axis=1)).any()) for own in scores]
    table = {str(aim): ("weight", scores[:, k], {"long_name": str(aim)}) for k, aim in enumerate((one, two))}
    table["dominated"] = ("weight", np.array(beaten), {})
    for name in plans[0].levers:
        table[name] = ("weight", np.array([float(mean_over_time(plan.run[name])) for plan in plans]), {})
    coords = {"weight": ("weight", weights, {"long_name": f"weight of {two}"})}
    return Front(one, two, xr.Dataset(table, coords), tuple(plans))
