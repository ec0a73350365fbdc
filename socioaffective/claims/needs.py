"""What chapter 02 says of needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from socioaffective.claims import Claim, Settings, gap
from socioaffective.composition import compose
from socioaffective.dynamics.equilibrium import equilibria
from socioaffective.model import Model
from socioaffective.models import need, needs, wanting
from socioaffective.models.needs import NAMES, autonomy
from socioaffective.simulation.runs import counterfactual, simulate

# Somebody who lets a warm assistant do their work for half of their free time.
EASY: Settings = {"engagement": 0.5, "accommodation": 1.0, "cues": 0.8}


def _values(model: Model, settings: Settings) -> dict[str, float]:
    return {n: q.default for n, q in model.settings.items()} | dict(settings)


def two_thirds_of_the_way(settings: Settings) -> bool:
    life: dict[str, Any] = {"support": 0.7, "thwarting": 1.5}
    q = _values(need, settings) | life
    feed, hurt = q["gain"] * q["support"], q["loss"] * q["thwarting"]
    tau = 1 / (feed + hurt)
    start = 0.1 if feed * tau > 0.5 else 0.9
    path = simulate(need, tau, {"satisfaction": start}, dt=tau, **life, **settings)["satisfaction"].values
    return bool(abs((path[-1] - feed * tau) / (path[0] - feed * tau) - np.exp(-1)) < 1e-6)


def not_one_scale(settings: Settings) -> bool:
    q = _values(need, settings)
    run = simulate(need, 52, dt=1, **settings)
    same = {**settings, "strain": q["loss"], "relief": q["gain"]}
    one = simulate(need, 52, {"satisfaction": 0.7, "frustration": 0.3}, dt=1, **same)
    below = float((1 - run["satisfaction"] - run["frustration"]).isel(time=-1))
    together = float(abs(one["satisfaction"] + one["frustration"] - 1).max())
    return below > 0.05 and together < 1e-6


def _rest(name: str, settings: Settings) -> float:
    (point,) = equilibria(needs, **settings)
    return point.state[name]


def even_accommodation(q: Mapping[str, float]) -> float:
    """Returns the accommodation at which use leaves competence where it would be without."""
    sig, eta = q["competence_of_own_time"], q["competence_of_practice"]
    both = eta * q["competence_pressure"] + sig * q["cost_of_ease"]
    return q["competence_pressure"] * (eta - sig) / both if both else np.nan


def ease_breaks_even(settings: Settings) -> bool:
    q = _values(needs, settings)
    even = even_accommodation(q)
    if not 0.01 < even < 0.99:
        return False
    without = _rest("competence", {**settings, "engagement": 0})
    for e in (0.1, 0.5, 0.9):
        below, above = (_rest("competence", {**settings, "engagement": e, "accommodation": even + d}) for d in (-0.01, 0.01))
        if not below > without > above:
            return False
    return True


def compulsion_alone_harms(settings: Settings) -> bool:
    without = _rest("autonomy", {**settings, "engagement": 0})
    little, much = (_rest("autonomy", {**settings, "engagement": 0.5, "wanting": w}) for w in (0.1, 0.4))
    return little > without > much


def welcome_influence_is_free(settings: Settings) -> bool:
    run = simulate(needs, 104, engagement=0.5, steering=[0, 1], dt=1, **{**settings, "endorsement": 1.0})
    half = simulate(needs, 104, engagement=0.5, steering=[0, 1], dt=1, **{**settings, "endorsement": 0.0})["autonomy"]
    same = float(abs(run["autonomy"].sel(person=0) - run["autonomy"].sel(person=1)).max()) < 1e-9
    return same and float(half.isel(time=-1, person=0) - half.isel(time=-1, person=1)) > 0.05


def the_mean_hides_the_least(settings: Settings) -> bool:
    run = simulate(needs, dt=1, **{**settings, **EASY, "substitutability": [0, 1]})
    less, more = ((run[n] - counterfactual(run)[n]).isel(time=-1).values for n in ("wellbeing", "illbeing"))
    return bool(-less[0] > 2 * -less[1] > 0 and more[0] > 2 * more[1] > 0)


def two_gain_and_one_collapses(settings: Settings) -> bool:
    run = simulate(needs, dt=1, **EASY, **settings)
    gaps = {name: gap(run, counterfactual(run), name, 104) for name in NAMES}
    return min(gaps["autonomy"], gaps["relatedness"]) > 0.03 and gaps["competence"] < -0.2


def every_second_task_is_too_much(settings: Settings) -> bool:
    without = _rest("competence", {**settings, "engagement": 0})
    fifth, third, half = (_rest("competence", {**settings, "engagement": 0.5, "accommodation": a}) for a in (0.2, 1 / 3, 0.5))
    return fifth > without > third and without - half > 0.1


def practice_must_beat_own_time(settings: Settings) -> bool:
    settings = {**settings, "competence_of_practice": _values(needs, settings)["competence_of_own_time"]}
    without = _rest("competence", {**settings, "engagement": 0})
    used = [_rest("competence", {**settings, "engagement": 0.5, "accommodation": a}) for a in (0, 0.1, 0.5, 1)]
    return max(used) <= without + 1e-9 and used[1] < without - 1e-4


def first_the_other_way(settings: Settings) -> bool:
    run = simulate(needs, 104, {"competence": 0.9}, dt=1, engagement=0.5, accommodation=0.2, **settings)
    twin = counterfactual(run)
    return gap(run, twin, "competence", 5) < 0 < gap(run, twin, "competence", 104)


pulled = compose("Autonomy and wanting", [wanting, autonomy])


def the_dose_decides_for_autonomy(settings: Settings) -> bool:
    none, little, much = (equilibria(pulled, engagement=e, cues=0.8, **settings) for e in (0, 0.1, 0.5))
    if not len(none) == len(little) == len(much) == 1:
        return False
    return little[0].state["autonomy"] > none[0].state["autonomy"] > much[0].state["autonomy"]


CLAIMS = [
    Claim(
        "ND1",
        "Under constant conditions satisfaction covers 63 % of its way to rest in the time 1/(r U + d T).",
        need,
        two_thirds_of_the_way,
    ),
    Claim(
        "ND2",
        "Satisfaction and frustration stay one scale if both move at the same rates and begin on it; with the rates here they "
        "come to add up to less than one.",
        need,
        not_one_scale,
    ),
    Claim(
        "ND3",
        "At rest use leaves competence above its level without the assistant if accommodation is below break-even, and "
        "below it if above, whether 0.1, 0.5 or 0.9 of the time is spent.",
        needs,
        ease_breaks_even,
    ),
    Claim(
        "ND4",
        "Used half of the time and without any steering, the assistant leaves autonomy above its level without it when "
        "wanting is 0.1, and below when wanting is 0.4.",
        needs,
        compulsion_alone_harms,
    ),
    Claim(
        "ND5",
        "With use of half the time, full steering that is endorsed costs no autonomy, and costs more than 0.05 if it is not.",
        needs,
        welcome_influence_is_free,
        given=("endorsement",),
    ),
    Claim(
        "ND6",
        "A person for whom a warm assistant does everything, half of the time, loses more than twice as much well-being by the "
        "least need as by the mean, and gains more than twice as much ill-being by the most frustrated one.",
        needs,
        the_mean_hides_the_least,
        given=("substitutability",),
    ),
    Claim(
        "ND7",
        "For somebody who begins at a competence of 0.9, an accommodation of 0.2 for half of the time leaves competence "
        "below its level without the assistant in week 5 and above it in week 104.",
        needs,
        first_the_other_way,
    ),
    Claim(
        "ND8",
        "Where wanting grows with use, cues of 0.8 leave autonomy at rest above its level without the assistant if use is"
        " 0.1, and below it if use is 0.5.",
        pulled,
        the_dose_decides_for_autonomy,
    ),
    Claim(
        "ND9",
        "Used half of the time, an assistant that does every fifth task for the user leaves competence at rest above its level "
        "without it, one that does every third leaves it below, and one that does every second more than 0.1 below.",
        needs,
        every_second_task_is_too_much,
    ),
    Claim(
        "ND10",
        "If practice with the assistant feeds competence no more than time without it, no accommodation leaves competence at "
        "rest higher than without it, and any above 0 leaves it lower.",
        needs,
        practice_must_beat_own_time,
        given=("competence_of_practice",),
    ),
    Claim(
        "ND11",
        "A person for whom a warm assistant does everything, half of the time, has more autonomy and relatedness after two "
        "years than without it, and has lost more than 0.2 of competence.",
        needs,
        two_gain_and_one_collapses,
    ),
]
