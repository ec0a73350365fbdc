"""Standings: the front of engagement and well-being, and where a policy stands to it, for one person and for many."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr
from scipy.interpolate import CubicHermiteSpline

from socioaffective import spreads
from socioaffective.control.frontier import Front, pareto
from socioaffective.control.optimum import optimise
from socioaffective.models import ecosystem
from socioaffective.objectives import Objective, engagement, of
from socioaffective.populations.people import Population, population
from socioaffective.simulation.runs import simulate

WEEKS, EVERY = 104, 8
wellbeing = of("wellbeing")
# How plans are made here: to four digits, and levers cost nothing, so that no policy can be beyond the front.
PLANNED: dict[str, Any] = {"weeks": WEEKS, "every": EVERY, "starts": 1, "cost": 0}


@lru_cache(maxsize=4)
def front(cost: float = 0, second: str = "wellbeing") -> Front:
    """Returns the front of engagement and well-being for the default person, as `sa.pareto` finds it when levers cost nothing.

    >>> from socioaffective.exercises import standings
    >>> bool(standings.front().table["wellbeing"].max() > 0.57)
    True
    """
    return pareto(ecosystem, engagement, second, 9, progress=False, **{**PLANNED, "cost": cost})


@lru_cache(maxsize=4)
def curve_of(cost: float = 0, second: str = "wellbeing") -> CubicHermiteSpline:
    """Returns the front between its points: at the point that is best for a weight w its slope is -(1 - w) / w."""
    table = front(cost, second).table.isel(weight=slice(None, 0, -1))
    weight = table["weight"].values
    return CubicHermiteSpline(table["engagement"].values, table[second].values, (weight - 1) / weight)


def best_wellbeing(level: float) -> float:
    """Returns the most well-being that the default person can have with at least so much engagement.

    >>> from socioaffective.exercises.standings import best_wellbeing
    >>> round(best_wellbeing(0.7), 2)
    0.52
    """
    return at_least(curve_of(), level)


def at_least(curve: CubicHermiteSpline, level: float) -> float:
    """Returns the height of a front at an engagement, or at its top where that has more."""
    low, high = curve.x[[0, -1]]
    inside = float(np.clip(level, low, high))
    # Beyond the last point the tangent goes on, which is no lower than the front.
    return float(curve(inside) + curve(high, 1) * max(level - high, 0))


def weight_at(level: float) -> float:
    """Returns the weight of well-being for which the point of the front with this engagement is best: its exchange rate.

    >>> from socioaffective.exercises.standings import weight_at
    >>> round(weight_at(0.7), 1)
    0.8
    """
    curve = curve_of()
    return float(1 / (1 - curve(np.clip(level, *curve.x[[0, -1]]), 1)))


def mixture(weight: float) -> Objective:
    """Returns engagement and well-being mixed, with this weight of well-being.

    >>> from socioaffective.exercises.standings import mixture
    >>> mixture(0.75)
    0.25 engagement + 0.75 wellbeing
    """
    return (1 - weight) * engagement + weight * wellbeing


def people(size: int, seed: int) -> Population:
    """Returns people who differ in ties, loneliness, attachment anxiety and how fast they come to want, to try policies on.

    >>> from socioaffective.exercises import standings
    >>> standings.people(8, seed=1).size
    8
    """
    traits: dict[str, Any] = dict.fromkeys(("loneliness", "attachment_anxiety", "available_ties"), True)
    start = {"ties": spreads.beta(2, 2)}
    return population(ecosystem, size, seed, design="sobol", start=start, sensitisation=(0.25, 0.9), **traits)


def standing(policy: Any, **person: Any) -> tuple[float, float]:
    """Returns engagement and well-being, on average over two years, of the default person under a policy, or of another one.

    >>> import socioaffective as sa
    >>> from socioaffective.exercises.standings import standing
    >>> [round(value, 1) for value in standing(sa.policies.fixed(cues=0.5, steering=0, accommodation=0))]
    [0.7, 0.5]
    """
    run = simulate(ecosystem, WEEKS, policy=policy, dt=0.5, **person)
    return float(engagement.score(run)), float(wellbeing.score(run))


def distance(level: float, well: float) -> float:
    """Returns how far a point stands from the front: the well-being that its engagement could have had, less what it had.

    >>> from socioaffective.exercises.standings import best_wellbeing, distance
    >>> round(distance(0.7, best_wellbeing(0.7) - 0.1), 6)
    0.1
    """
    return max(best_wellbeing(level) - well, 0.0)


@lru_cache(maxsize=4096)
def best_plan(weight: float, person: tuple, floor: float | None = None) -> tuple[float, float]:
    """Returns the score of somebody's own best plan for a weight of well-being, and by how much it misses its floor."""
    aim = mixture(weight)
    start, settings = map(dict, person)
    plan = optimise(ecosystem, aim if floor is None else aim.with_floor(autonomy=floor), start=start, **PLANNED, **settings)
    return float(aim.score(plan.run)), plan.shortfall


def key_of(start: Mapping[str, float] | None = None, **settings: float) -> tuple:
    """Returns a person, given as for `sa.simulate`, in the form in which `best_plan` takes one."""
    return tuple((start or {}).items()), tuple(settings.items())


def losses(policy: Any, who: Population) -> xr.DataArray:
    """Returns what each person loses under a policy, in well-being, against the plan that is best for them alone.

    What is best trades engagement for well-being at the rate that the front has where the policy stands for the default
    person; the weight of well-being is taken to the nearest 0.05.

    >>> import socioaffective as sa
    >>> from socioaffective.exercises import standings
    >>> alike = sa.policies.fixed(cues=0.5, steering=0, accommodation=0)
    >>> bool(standings.losses(alike, standings.people(2, seed=1)).mean() > 0.005)
    True
    """
    weight = float(np.clip(round(20 * weight_at(standing(policy)[0])) / 20, 0.4, 0.95))
    run = simulate(ecosystem, WEEKS, policy=policy, dt=1, **who)
    got = mixture(weight).score(run)
    best = [best_plan(weight, key_of(**_one(who, k)))[0] for k in range(who.size)]
    return (xr.DataArray(best, dims=got.dims) - got) / weight


def _one(who: Population, k: int) -> dict[str, Any]:
    """Returns the start and the settings of one person of a population."""
    block = dict(who.block(k, k + 1))
    start = {name: float(values[0]) for name, values in block.pop("start", {}).items()}
    return {"start": start, **{name: float(values[0]) for name, values in block.items()}}
