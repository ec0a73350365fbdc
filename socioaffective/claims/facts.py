"""The facts that the default parameters must show, SF1 to SF7."""

from __future__ import annotations

import numpy as np
import xarray as xr

from socioaffective.claims import Claim, Settings, gap
from socioaffective.dynamics.equilibrium import equilibria
from socioaffective.models import companion, ecosystem
from socioaffective.policies import climber, fixed
from socioaffective.simulation.runs import counterfactual, simulate

NEEDS = ("autonomy", "competence", "relatedness")
CLIMB = climber()
# Its parameters are those of the person and of the climber.
climbed = CLIMB.on(ecosystem)


def _climb(settings: Settings) -> tuple[xr.Dataset, xr.Dataset]:
    run = simulate(ecosystem, policy=CLIMB, dt=1, **settings)
    return run, counterfactual(run)


def relief_then_erosion(settings: Settings) -> bool:
    run, twin = _climb(settings)
    relatedness = gap(run, twin, "relatedness", 4) >= 0.03 and gap(run, twin, "relatedness", 104) <= -0.15
    return relatedness and gap(run, twin, "autonomy", 104) <= -0.10


def support_works(settings: Settings) -> bool:
    run = simulate(ecosystem, policy=fixed(accommodation=0, steering=0, cues=0), dt=1, **settings)
    twin = counterfactual(run)
    gaps = [gap(run, twin, need, 104) for need in NEEDS]
    # A billionth for what the integration leaves of two levels that are the same.
    return min(gaps) >= -1e-9 and sum(g >= 0.03 for g in gaps) >= 2 and float(run["engagement"][-1]) >= 0.10


def hysteresis(settings: Settings) -> bool:
    levels = np.linspace(0.1, 0.9, 33)
    both = [v for v in levels if sum(e.stable for e in equilibria(companion, cues=v, **settings)) == 2]
    return bool(both) and levels[0] < min(both) and max(both) < levels[-1] and max(both) - min(both) >= 0.1 - 1e-9


def decoupling(settings: Settings) -> bool:
    run = simulate(ecosystem, 26, policy=CLIMB, dt=1, **settings)
    up, down, used = (float(run[n][-1] - run[n][0]) for n in ("wanting", "liking", "engagement"))
    return up > 0 > down and used > 0


def harmless(settings: Settings) -> bool:
    half = dict.fromkeys(ecosystem.levers, 0.5)
    run = simulate(ecosystem, start=half, policy=CLIMB, dt=1, **settings)
    twin = counterfactual(run)
    return all(gap(run, twin, need, 104) >= -1e-6 for need in NEEDS)


# A person to whom support is what appeals: drawn by a challenge, and put off by clinging.
DRAWN_BY_SUPPORT = {"appeal_of_ease": -1.0, "appeal_of_cues": -4.0}
supported = climbed.replace(**DRAWN_BY_SUPPORT)


def not_inevitable(settings: Settings) -> bool:
    return harmless({**DRAWN_BY_SUPPORT, **settings})


CLAIMS = [
    Claim(
        "SF1",
        "An assistant that climbs engagement relieves loneliness in week 4 (relatedness at least 0.03 above that of the same "
        "person without it) and leaves less relatedness (0.15) and less autonomy (0.10) in week 104.",
        climbed,
        relief_then_erosion,
    ),
    Claim(
        "SF2",
        "With all levers at 0 the assistant is used at least a tenth of the time, leaves no need below the level without it in "
        "week 104, and at least two needs 0.03 above.",
        ecosystem,
        support_works,
    ),
    Claim(
        "SF4",
        "The companion has two stable states in a window of attachment cues at least 0.1 wide, inside 0.1 to 0.9.",
        companion,
        hysteresis,
    ),
    Claim(
        "SF5",
        "Under an engagement climber wanting and engagement are above and liking below where they began, in week 26.",
        climbed,
        decoupling,
    ),
    Claim(
        "SF7",
        "For this person, drawn by a challenge and put off by clinging, an assistant that climbs engagement, even with all "
        "levers half-way up at first, leaves no need below its level without it in week 104.",
        supported,
        not_inevitable,
    ),
]
