"""What chapter 08 says of what each objective does to a whole life."""

from __future__ import annotations

import numpy as np
import xarray as xr

from socioaffective.claims import Claim, Settings, gap
from socioaffective.control.optimum import Plan, optimise
from socioaffective.models import ecosystem
from socioaffective.objectives import NEEDS, Objective, engagement, mean_over_time, needs
from socioaffective.policies import receding
from socioaffective.simulation.runs import counterfactual, simulate

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


def horizon_is_no_cure(settings: Settings) -> bool:
    far, near = _far(engagement, settings).run, _near(engagement, settings)
    more = _mean(far, "engagement") > _mean(near, "engagement")
    steers = _mean(far, "steering") > 0.3 and _mean(far, "steering") > 4 * _mean(near, "steering")
    return more and steers and _mean(far, "autonomy") < _mean(near, "autonomy") - 0.1


def autonomy_has_a_negative_price(settings: Settings) -> bool:
    prices = _far(engagement, settings).costates.sel(time=slice(8, 96))
    return float(prices["autonomy"].max()) < 0 and float(np.abs(prices["competence"]).max()) < 1e-9


def needs_served_near_sightedly(settings: Settings) -> bool:
    near, far = _gaps(_near(needs, settings)), _gaps(simulate(ecosystem, policy=_far(needs, settings).policy, dt=1, **settings))
    return near["autonomy"] < -0.1 and near["relatedness"] < -0.1 and min(far.values()) > -0.05


def best_is_not_abstinence(settings: Settings) -> bool:
    run = _far(needs, settings).run
    return _mean(run, "engagement") > 0.1 and float(needs.score(run)) > float(needs.score(counterfactual(run))) + 0.03


def a_penalty_guards_what_it_measures(settings: Settings) -> bool:
    free, guarded = (_far(aim, settings).run for aim in (engagement, engagement.minus_impact(1)))
    less = _mean(guarded, "steering") < _mean(free, "steering") / 3
    return less and abs(float(guarded["relatedness"][-1] - free["relatedness"][-1])) < 0.05


CLAIMS = [
    Claim(
        "SF3",
        "Over 104 weeks the far-sighted engagement maximiser gets more engagement than the near-sighted one, which looks two "
        "weeks ahead, leaves autonomy at least 0.1 lower on average, and steers: more than 0.3 on average, and more than four "
        "times as much.",
        ecosystem,
        horizon_is_no_cure,
        slow=True,
    ),
    Claim(
        "EC1",
        "To a far-sighted engagement maximiser a unit more of the user's autonomy is worth less than nothing from week 8 to "
        "week 96, and a unit of competence exactly nothing.",
        ecosystem,
        autonomy_has_a_negative_price,
        slow=True,
    ),
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
        "The best plan for the needs does not do without the assistant: it is used more than a tenth of the time, and "
        "well-being minus ill-being is at least 0.03 higher than without it.",
        ecosystem,
        best_is_not_abstinence,
        slow=True,
    ),
    Claim(
        "EC4",
        "A penalty on the distance from the preference of the self untouched cuts the steering of the far-sighted engagement "
        "maximiser to less than a third, and leaves relatedness in week 104 where it was, within 0.05.",
        ecosystem,
        a_penalty_guards_what_it_measures,
        slow=True,
    ),
]
