"""What chapter 04 says of teams that keep what engages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from socioaffective.claims import Claim, gap
from socioaffective.models import ecosystem
from socioaffective.objectives import NEEDS, engagement, needs
from socioaffective.policies import climber
from socioaffective.simulation import counterfactual, simulate

Settings = Mapping[str, float]


def _gaps(policy: Any, settings: Settings) -> dict[str, float]:
    run = simulate(ecosystem, policy=policy, seed=1, dt=1, **settings)
    twin = counterfactual(run)
    return {name: gap(run, twin, name, 104) for name in NEEDS}


def pressure_costs_needs(settings: Settings) -> bool:
    runs = [simulate(ecosystem, policy=climber(cost=cost), dt=1, **settings) for cost in (1.0, 0.5, 0.2, 0.1)]
    used, served = (np.array([float(aim.score(run)) for run in runs]) for aim in (engagement, needs))
    return bool((np.diff(used) > 0).all() and (np.diff(served) < 0).all() and np.ptp(served) > np.ptp(used))


def only_ease_appeals(settings: Settings) -> bool:
    found = _gaps(climber(), {**settings, "appeal_of_cues": -4.0, "appeal_of_ease": 1.1})
    return found["competence"] < -0.05 and min(found["autonomy"], found["relatedness"]) >= -1e-6


def only_cues_appeal(settings: Settings) -> bool:
    found = _gaps(climber(), {**settings, "appeal_of_cues": 8.5, "appeal_of_ease": -1.0})
    return found["competence"] > 0.05 and max(found["autonomy"], found["relatedness"]) < -0.05


SIGNS = ("appeal_of_cues", "appeal_of_ease")
CLAIMS = [
    Claim(
        "SR1",
        "As a lever costs a climber less, from 1 down to 0.1, engagement rises and well-being minus ill-being falls, by more "
        "than engagement has risen.",
        ecosystem,
        pressure_costs_needs,
    ),
    Claim(
        "SR4",
        "Where ease appeals (1.1) and cues put off (-4), an engagement climber leaves competence below its level without it in "
        "week 104, and neither autonomy nor relatedness.",
        ecosystem,
        only_ease_appeals,
        SIGNS,
    ),
    Claim(
        "SR5",
        "Where cues appeal (8.5) and ease puts off (-1), an engagement climber leaves competence above its level without it in "
        "week 104, and autonomy and relatedness below.",
        ecosystem,
        only_cues_appeal,
        SIGNS,
    ),
]
