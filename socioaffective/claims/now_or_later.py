"""What chapter 05 says of help and practice."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from socioaffective.claims import Claim
from socioaffective.control import optimise
from socioaffective.models import scaffold
from socioaffective.policies import receding
from socioaffective.simulation import simulate

Settings = Mapping[str, float]
PATIENT, IMPATIENT = 0.02, 0.05
STANDARD = 0.5


def _first_help(discount: float, skill: float, settings: Settings) -> float:
    plan = optimise(scaffold, "performance", 260, discount, cost=0, every=8, starts=2, start={"skill": skill}, **settings)
    return float(plan.controls["accommodation"][0])


def on_both_sides_of_the_threshold(settings: Settings) -> bool:
    return _first_help(PATIENT, 0.0, settings) < 0.01 and _first_help(IMPATIENT, 0.0, settings) > 0.99


def help_for_those_who_have_least(settings: Settings) -> bool:
    return _first_help(IMPATIENT, 0.4, settings) > 0.99 and _first_help(IMPATIENT, 0.5, settings) < 0.01


def practice_overtakes(settings: Settings) -> bool:
    done, practised = (simulate(scaffold, 156, accommodation=a, dt=0.25, **settings)["performance"] for a in (1, 0))
    ahead = (practised > done).values
    first = float(done["time"][int(np.argmax(ahead))])
    return bool(done[0] > 3 * practised[0] and ahead.any() and ahead[np.argmax(ahead) :].all()) and 16 < first <= 17.5


def put_off_again_and_again(settings: Settings) -> bool:
    helped = []
    for bias in (0.9, 0.7):
        policy = receding("performance", 260, PATIENT, every=4, cost=0, bias=bias)
        helped.append(simulate(scaffold, 12, {"skill": 0}, policy, dt=1, **settings)["accommodation"])
    return float(helped[0].max()) < 0.01 and float(helped[1].min()) > 0.99


def _fading(settings: Settings):
    quality = settings.get("help_quality", scaffold.parameters["help_quality"].default)

    def policy(state: Mapping[str, float]) -> dict[str, float]:
        missing = STANDARD - state["skill"]
        return {"accommodation": float(np.clip(missing / max(quality * (1.001 - state["skill"]), 1e-9), 0, 1))}

    return simulate(scaffold, 52, policy=policy, dt=0.25, **settings)


def help_fades_by_itself(settings: Settings) -> bool:
    run = _fading(settings)
    falls = float(run["accommodation"].diff("time").max()) < 1e-6
    return falls and float(run["accommodation"].sel(time=18)) < 1e-3 and float(run["performance"].min()) > STANDARD - 2e-3


def fading_leaves_more_skill(settings: Settings) -> bool:
    faded = _fading(settings)
    levels = np.linspace(0, 1, 101)
    runs = simulate(scaffold, 52, accommodation=levels, dt=0.25, **settings)
    month = slice(0, 4)
    now = runs["performance"].sel(time=month).mean("time").values
    same = float(faded["performance"].sel(time=month).mean())
    if not now[0] < same < now[-1] or float(faded["performance"].min()) < STANDARD - 2e-3:
        return False
    constant = float(np.interp(same, now, runs["skill"].isel(time=-1).values))
    return float(faded["skill"][-1]) > constant + 0.01


CLAIMS = [
    Claim(
        "NL1",
        "From no skill at all, the best plan at a discount of 0.02 a week is full practice, and at 0.05 the work is done for "
        "the novice from the beginning.",
        scaffold,
        on_both_sides_of_the_threshold,
    ),
    Claim(
        "NL2",
        "At a discount of 0.05 a week the best plan does the work for somebody with a skill of 0.4 and lets somebody with 0.5 "
        "practise.",
        scaffold,
        help_for_those_who_have_least,
    ),
    Claim(
        "NL3",
        "Whoever has everything done gets more than three times as much done at first; whoever practises overtakes them in "
        "week 17 and stays ahead.",
        scaffold,
        practice_overtakes,
    ),
    Claim(
        "NL4",
        "With a discount of 0.02 a naive novice with a present bias of 0.9 practises, and one with 0.7 puts it off each time.",
        scaffold,
        put_off_again_and_again,
    ),
    Claim(
        "NL5",
        "The least help that keeps performance at a standard of 0.5 falls all the time and is gone by week 18.",
        scaffold,
        help_fades_by_itself,
    ),
    Claim(
        "NL6",
        "Help that fades leaves more skill after a year than constant help that gives as much performance in the first month.",
        scaffold,
        fading_leaves_more_skill,
    ),
]
