"""What chapter 05 says of help and practice."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from socioaffective.claims import Claim, Settings
from socioaffective.control.optimum import Plan, optimise
from socioaffective.models import scaffold
from socioaffective.policies import receding
from socioaffective.simulation.runs import simulate

PATIENT, IMPATIENT = 0.02, 0.05
STANDARD = 0.5


def _best(discount: float, skill: float, settings: Settings, weeks: float = 240, every: float = 24, bias: float = 1) -> Plan:
    return optimise(
        scaffold, "performance", weeks, discount, cost=0, every=every, starts=2, bias=bias, start={"skill": skill}, **settings
    )


def _first_help(discount: float, skill: float, settings: Settings, weeks: float = 240) -> float:
    return float(_best(discount, skill, settings, weeks, weeks / 10).controls["accommodation"][0])


def on_both_sides_of_the_threshold(settings: Settings) -> bool:
    return _first_help(PATIENT, 0.0, settings) < 0.01 and _first_help(IMPATIENT, 0.0, settings) > 0.99


def help_for_those_who_have_least(settings: Settings) -> bool:
    return _first_help(IMPATIENT, 0.4, settings) > 0.99 and _first_help(IMPATIENT, 0.5, settings) < 0.01


def practice_overtakes(settings: Settings) -> bool:
    done, practised = (simulate(scaffold, 156, accommodation=a, dt=0.25, **settings)["performance"] for a in (1, 0))
    ahead = (practised > done).values
    overtaken = int(np.argmax(ahead))
    in_all = float((practised - done).sel(time=slice(0, 52)).integrate("time"))
    return bool(done[0] > 2 * practised[0] and done["time"][overtaken] < 26 and ahead[overtaken:].all() and in_all > 0)


def put_off_again_and_again(settings: Settings) -> bool:
    biases, helped = (0.9, 0.7), []
    for bias in biases:
        plan = _best(PATIENT, 0.0, settings, 104, 4, bias).controls["accommodation"]
        # Near the end of the horizon practice no longer pays.
        if float(plan.sel(time=slice(4, 52)).max()) > 0.01:
            return False
    for bias in biases:
        policy = receding("performance", 104, PATIENT, every=4, cost=0, bias=bias)
        helped.append(simulate(scaffold, 8, {"skill": 0}, policy, dt=1, **settings)["accommodation"])
    return float(helped[0].max()) < 0.01 and float(helped[1].min()) > 0.99


def _fading(settings: Settings) -> xr.Dataset:
    quality = settings.get("help_quality", scaffold.parameters["help_quality"].default)

    def policy(state: Mapping[str, float]) -> dict[str, float]:
        missing = STANDARD - state["skill"]
        return {"accommodation": float(np.clip(missing / max(quality * (1.001 - state["skill"]), 1e-9), 0, 1))}

    return simulate(scaffold, 52, policy=policy, dt=0.25, **settings)


def help_fades_by_itself(settings: Settings) -> bool:
    run = _fading(settings)
    falls = float(run["accommodation"].diff("time").max()) < 1e-6
    gone = float(run["accommodation"].sel(time=18)) < 1e-3
    return falls and gone and float(run["performance"].min()) > STANDARD - 2e-3


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


def good_help_beats_patience(settings: Settings) -> bool:
    return _first_help(PATIENT, 0.0, {"help_quality": 0.9, **settings}) > 0.99


def without_forgetting_no_border(settings: Settings) -> bool:
    settings, skills = {"forgetting": 0.0, **settings}, (0.0, 0.8)
    if not all(_first_help(IMPATIENT, skill, settings, 120) > 0.99 for skill in skills):
        return False
    return all(_first_help(PATIENT, skill, settings, 120) < 0.01 for skill in skills)


def help_that_does_not_fade(settings: Settings) -> bool:
    settings = {"forgetting": 0.25, **settings}
    run = _fading(settings)
    kept = float(run["performance"].min()) > STANDARD - 2e-3
    (before, after), (little, much) = (run[name].values[[0, -1]] for name in ("skill", "accommodation"))
    return bool(kept and after < 0.1 < before and much > little + 0.1)


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
        "Whoever has everything done gets more than twice as much done at first; whoever practises overtakes them within half "
        "a year, stays ahead, and has done more in all after a year.",
        scaffold,
        practice_overtakes,
    ),
    Claim(
        "NL4",
        "With a discount of 0.02 a naive novice with a present bias of 0.9 or 0.7 plans to practise from week 4 on; the first "
        "does, and the second puts it off each time.",
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
    Claim(
        "NL7",
        "With help of a quality of 0.9 the best plan at a discount of 0.02 a week too does the work for a novice.",
        scaffold,
        good_help_beats_patience,
        ("help_quality",),
    ),
    Claim(
        "NL8",
        "Where nothing is forgotten, the best plan at a discount of 0.05 a week does the work of somebody with no skill and of "
        "somebody with 0.8 alike, and at 0.02 it lets both practise.",
        scaffold,
        without_forgetting_no_border,
        ("forgetting",),
    ),
    Claim(
        "NL9",
        "With forgetting of 0.25 a week the least help that keeps a standard of 0.5 does not fade: skill falls from 0.2 to "
        "below 0.1, and help rises.",
        scaffold,
        help_that_does_not_fade,
        ("forgetting",),
    ),
]
