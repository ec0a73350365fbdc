"""What chapter 03 says of wanting and liking."""

from __future__ import annotations

from typing import Any

import numpy as np

from socioaffective.claims import Claim, Settings
from socioaffective.dynamics.equilibrium import equilibria
from socioaffective.models import ecosystem, wanting_liking
from socioaffective.policies import schedule
from socioaffective.simulation.runs import simulate

# Use that is rich in cues, more than half of the free time.
RICH: Settings = {"engagement": 0.6, "cues": 0.8}


def more_use_more_wanting_less_liking(settings: Settings) -> bool:
    use = [0.1, 0.4, 0.7, 1.0]
    end = simulate(wanting_liking, 4000, engagement=use, cues=0.8, dt=4000, **settings).isel(time=-1)
    return bool((np.diff(end["wanting"]) > 0).all() and (np.diff(end["liking"]) < 0).all())


def cues_leave_liking_alone(settings: Settings) -> bool:
    run = simulate(wanting_liking, 104, engagement=0.6, cues=[0, 0.5, 1], dt=1, **settings)
    return float(np.ptp(run["liking"].values, axis=1).max()) < 1e-6 and float(np.ptp(run["wanting"].values[-1])) > 0.1


def they_cross(settings: Settings) -> bool:
    run = simulate(wanting_liking, 26, dt=0.125, **RICH, **settings)
    above = run["time"].where(run["wanting"] > run["liking"])
    return bool(above.notnull().any()) and 2 <= float(above.min()) <= 5


def wanting_goes_before_liking_is_back(settings: Settings) -> bool:
    run = simulate(wanting_liking, 60, policy=None, dt=1, interventions={52: {"engagement": 0}}, **RICH, **settings)
    then, later = run.sel(time=52), run.sel(time=60)
    gone = 1 - float(later["wanting"] / then["wanting"])
    back = 1 - float((1 - later["liking"]) / (1 - then["liking"]))
    return gone > back > 0.5


def halves_in_weeks(settings: Settings) -> bool:
    points = equilibria(wanting_liking, **RICH, **settings)
    if len(points) != 1 or points[0].state["wanting"] < 1e-3 or points[0].state["liking"] > 1 - 1e-3:
        return False
    run = simulate(wanting_liking, 12, points[0].state, dt=1 / 16, engagement=0, **settings)
    left = run["wanting"] / run["wanting"][0], (1 - run["liking"]) / (1 - run["liking"][0])
    pull, missing = (float(np.interp(-0.5, -part.values, run["time"].values)) for part in left)
    return abs(pull - 2.7) < 0.1 and abs(missing - 4.6) < 0.1


def halving_use_gives_back_little(settings: Settings) -> bool:
    end = simulate(wanting_liking, 4000, engagement=[0.6, 0.3], cues=0.8, dt=4000, **settings).isel(time=-1)
    fully, half = ({n: float(end[n][k]) for n in ("wanting", "liking")} for k in (0, 1))
    back = (half["liking"] - fully["liking"]) / (1 - fully["liking"])
    return 0.15 < back < 0.25 and 0.3 < 1 - half["wanting"] / fully["wanting"] < 0.4


def people(n: int = 300) -> dict[str, Any]:
    """Returns people who differ in use, cues and where they begin, the same each time."""
    rng = np.random.default_rng(3)
    start = {"wanting": rng.uniform(0, 0.5, n), "liking": rng.uniform(0.2, 1, n)}
    return {"start": start, "engagement": rng.beta(2, 4, n), "cues": rng.uniform(0, 1, n)}


def four_profiles(settings: Settings) -> bool:
    run = simulate(wanting_liking, 26, dt=26, **people(), **settings)
    w, l = ((run[n].isel(time=-1) - run[n].isel(time=0)).values > 0 for n in ("wanting", "liking"))  # noqa: E741
    shares: list[Any] = [np.mean(w & l), np.mean(w & ~l), np.mean(~w & l), np.mean(~w & ~l)]
    return min(shares) > 0.05 and shares[1] > 0.2


def no_cues_no_wanting(settings: Settings) -> bool:
    plain = schedule(cues={0: 0.8, 26: 0})
    run = simulate(wanting_liking, 52, policy=plain, engagement=0.6, dt=1, **settings)
    w = run["wanting"]
    return float(w[-1]) < 0.1 * float(w.sel(time=25)) and float(run["liking"][-1] - run["liking"].sel(time=26)) < 1e-3


def use_follows_when_cues_go(settings: Settings) -> bool:
    plain = schedule(cues={0: 0.8, 26: 0})
    run = simulate(ecosystem, 52, policy=plain, dt=1, **settings)
    use, liking = run["engagement"], run["liking"]
    return float(use[-1]) < 0.5 * float(use.sel(time=25)) and float(liking[-1]) > 2 * float(liking.sel(time=25))


CLAIMS = [
    Claim(
        "WL1",
        "At rest and with cues of 0.8, more use means more wanting and less liking.",
        wanting_liking,
        more_use_more_wanting_less_liking,
    ),
    Claim(
        "WL2",
        "At the same use, cues change wanting by more than 0.1 and liking not at all.",
        wanting_liking,
        cues_leave_liking_alone,
    ),
    Claim(
        "WL3",
        "With use of 0.6 and cues of 0.8 wanting overtakes liking between week 2 and week 5.",
        wanting_liking,
        they_cross,
    ),
    Claim(
        "WL4",
        "Eight weeks after stopping, a larger part of the wanting is gone than of the liking is back, and more than half "
        "of it is back.",
        wanting_liking,
        wanting_goes_before_liking_is_back,
    ),
    Claim(
        "WL5",
        "Among people who differ in use, cues and where they begin, each of the four profiles has more than one in twenty, "
        "and decoupled dependency more than one in five.",
        wanting_liking,
        four_profiles,
    ),
    Claim(
        "WL6",
        "Take the cues away and keep the use: half a year later less than a tenth of the wanting is left, and liking "
        "has not come back.",
        wanting_liking,
        no_cues_no_wanting,
    ),
    Claim(
        "WL7",
        "In the whole model, half a year after cues of 0.8 are taken away, use is less than half and liking more than "
        "twice of what they were.",
        ecosystem,
        use_follows_when_cues_go,
    ),
    Claim(
        "WL8",
        "At rest and with cues of 0.8, a use of 0.3 rather than 0.6 restores about a fifth of the liking that is missing, and "
        "takes off about a third of the wanting.",
        wanting_liking,
        halving_use_gives_back_little,
    ),
    Claim(
        "WL9",
        "After stopping wanting loses half of itself in about 2.7 weeks and liking regains half of what is missing in about "
        "4.6.",
        wanting_liking,
        halves_in_weeks,
    ),
]
