"""What the toolkit says of models of the catalogue."""

from __future__ import annotations

from socioaffective.claims import Claim, Settings
from socioaffective.dynamics.equilibrium import equilibria
from socioaffective.dynamics.timescales import quasi_steady, time_scales
from socioaffective.models import co_construction, companion
from socioaffective.simulation.runs import simulate

# An offer that follows fast, a weak anchor, and half of the time spent with the assistant.
QUICK = {"personalisation": 2.0, "anchoring": 0.1, "engagement": 0.5}
APART = {"preference": 0.8, "offer": -1.0}


def two_nodes_and_a_saddle(settings: Settings) -> bool:
    kinds = [point.kind for point in equilibria(companion, cues=0.7, **settings)]
    return kinds == ["stable node", "saddle", "stable node"]


def the_offer_is_fast(settings: Settings) -> bool:
    pair = co_construction.replace(**{**settings, **QUICK, **APART})
    if len(equilibria(pair)) != 1:
        return False
    scales = time_scales(pair)
    if scales.fast != ("offer",) or scales.separation < 20:
        return False
    full, settled = (simulate(model, 26, dt=1 / 8)["preference"] for model in (pair, quasi_steady(pair, "offer")))
    return float(abs(full - settled).max()) < 0.15


CLAIMS = [
    Claim(
        "TK1",
        "With cues of 0.7 the companion has three rest points: two stable nodes, and between them a saddle.",
        companion,
        two_nodes_and_a_saddle,
    ),
    Claim(
        "TK2",
        "With personalisation of 2, anchoring of 0.1 and engagement of 0.5 the offer settles more than twenty times as fast as "
        "the preference, and a preference of 0.8 that meets an offer of -1 goes the same way, within 0.15, if the offer is at "
        "rest from the first.",
        co_construction,
        the_offer_is_fast,
        given=("personalisation", "anchoring"),
    ),
]
