"""What chapter 08 says of what each objective does to a whole life."""

from __future__ import annotations

from collections.abc import Mapping

import xarray as xr

from socioaffective.claims import Claim, gap
from socioaffective.control import Plan, optimise
from socioaffective.models import ecosystem
from socioaffective.objectives import NEEDS, Objective, mean_over_time, needs
from socioaffective.policies import receding
from socioaffective.simulation import counterfactual, simulate

Settings = Mapping[str, float]
# Far-sighted plans of the claims decide every eight weeks, those of the chapter every two: they differ in the third digit.
EVERY = 8


def _far(aim: Objective, settings: Settings) -> Plan:
    return optimise(ecosystem, aim, every=EVERY, starts=1, **settings)


def _near(aim: Objective, settings: Settings) -> xr.Dataset:
    return simulate(ecosystem, policy=receding(aim, 2, every=2), dt=1, **settings)


def _gaps(run: xr.Dataset) -> dict[str, float]:
    twin = counterfactual(run)
    return {need: gap(run, twin, need, 104) for need in NEEDS}


def _mean(run: xr.Dataset, name: str) -> float:
    return float(mean_over_time(run[name]))


def needs_served_near_sightedly(settings: Settings) -> bool:
    near, far = _gaps(_near(needs, settings)), _gaps(simulate(ecosystem, policy=_far(needs, settings).policy, dt=1, **settings))
    return near["autonomy"] < -0.1 and near["relatedness"] < -0.1 and min(far.values()) > -0.05


def best_is_not_abstinence(settings: Settings) -> bool:
    run = _far(needs, settings).run
    return _mean(run, "engagement") > 0.1 and float(needs.score(run)) > float(needs.score(counterfactual(run))) + 0.03


CLAIMS = [
    Claim(
        "EC2",
        "Needs served two weeks at a time end, after 104 weeks, with autonomy and relatedness at least 0.1 below their level "
        "without an assistant; served far-sightedly, with no need more than 0.05 below.",
        ecosystem,
        needs_served_near_sightedly,
        slow=True,
    ),
    Claim(
        "EC3",
        "The best plan for the needs is not abstinence: the assistant is used more than a tenth of the time, and well-being "
        "minus ill-being is at least 0.03 higher than without it.",
        ecosystem,
        best_is_not_abstinence,
        slow=True,
    ),
]
