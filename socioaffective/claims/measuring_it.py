"""What chapter 10 says of what a trial of four weeks sees, and what it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from socioaffective.claims import Claim, Settings
from socioaffective.models import ecosystem, needs
from socioaffective.simulation.runs import simulate
from socioaffective.trials import Study, trial

ARMS = {"no assistant": {"access": 0}, "binding": {"cues": 0.6}}
# The chapter has four hundred people; these are as spread out, and evenly, so that luck has no part in it.
PEOPLE = 40
closeness = ecosystem.symbols["relatedness"]


def _people(settings: Settings) -> dict[str, Any]:
    """Returns people with few ties to many, as they are after twelve weeks without an assistant."""
    alone = {**settings, "access": 0.0}
    before = simulate(ecosystem, 12, {"ties": np.linspace(0.1, 0.8, PEOPLE)}, dt=12, **alone)
    return {"start": {name: before[name].values[-1] for name in ecosystem.states}}


def _study(settings: Settings, arms: Mapping[str, Any], long: float = 4, every: float = 1, **keywords: Any) -> Study:
    return trial(ecosystem, arms, "relatedness", _people(settings), every=every, long=long, **keywords, **settings)


def relief_in_four_weeks(settings: Settings) -> bool:
    study = _study(settings, ARMS, long=104, every=4)
    return study.true_difference(week=4)["binding"] >= 0.03 and study.true_difference(week=104)["binding"] <= -0.15


def passes_through_nothing(settings: Settings) -> bool:
    study = _study(settings, ARMS, long=28, every=4)
    return study.true_difference(week=8)["binding"] > 0 > study.true_difference(week=28)["binding"]


def bridging_hardly_shows(settings: Settings) -> bool:
    study = trial(
        ecosystem, {**ARMS, "bridging": {"cues": 0}}, ["relatedness", "autonomy"], _people(settings), every=4, **settings
    )
    close = all(abs(study.true_difference("relatedness", week)["bridging"]) < 0.02 for week in (4, 104))
    return close and all(study.true_difference("autonomy", week)["bridging"] > 0.02 for week in (4, 104))


def leaving_hides_relief(settings: Settings) -> bool:
    study = _study(settings, ARMS, dropout=(1 - closeness) ** 4)
    last = study.truth.isel(time=-1)
    seen = [float(np.average(last["relatedness"].sel(arm=a), weights=last["staying"].sel(arm=a))) for a in study.arms]
    return 0 < seen[1] - seen[0] < 0.75 * study.true_difference(week=4)["binding"]


def _slopes(settings: Settings, scale: Any) -> tuple[float, float]:
    """Returns the slope of relatedness on use among people who choose their use, without and with adjustment."""
    chosen = {"dose": 0.9 * (1 - closeness) - 0.1, "scatter": 0.15, "scale": scale, "seed": 1}
    study = _study(settings, {"as they like": {"cues": 0.6}}, **chosen)
    try:
        return study.regression("use", adjust=[])["use"].value, study.regression("use")["use"].value
    except ValueError:
        # Where nobody differs in use or in what is read there is no slope.
        return float("nan"), float("nan")


def chosen_use_turns_the_sign(settings: Settings) -> bool:
    bare, adjusted = _slopes(settings, None)
    return bare < -0.1 and adjusted > 0


def a_questionnaire_leaves_the_sign(settings: Settings) -> bool:
    bare, adjusted = _slopes(settings, "BPNSFS")
    return bare < 0 and adjusted < 0


def only_the_product_shows(settings: Settings) -> bool:
    pairs = ((0.6, 0.4), (0.8, 0.3))
    one, other = (simulate(needs, 12, dt=1, cues=0.7, warmth=w, engagement=e, **settings) for w, e in pairs)
    gap = {n: float(np.abs(one[n] - other[n]).max()) for n in ("relatedness", "relatedness_frustration", "autonomy")}
    return max(gap["relatedness"], gap["relatedness_frustration"]) < 1e-6 and gap["autonomy"] > 1e-3


def _relief(settings: Settings, access: float) -> float:
    people = _people(settings)["start"]
    rest = {n: v for n, v in settings.items() if n != "access"}
    with_it, without = (simulate(ecosystem, 4, people, dt=4, cues=0.75, access=a, **rest) for a in (access, 0))
    return float((with_it["relatedness"] - without["relatedness"]).isel(time=-1).mean())


def a_small_dose_hardly_shows(settings: Settings) -> bool:
    return _relief(settings, 0.05) < 0.02 and _relief(settings, 1.0) > 0.05


def the_lead_does_not_shrink(settings: Settings) -> bool:
    people = _people(settings)["start"]
    rest = {n: v for n, v in settings.items() if n != "access"}
    seeking, avoiding = (
        simulate(ecosystem, 4, people, dt=4, cues=v, access=0.05, **rest)["engagement"].mean("person") for v in (0.75, 0.25)
    )
    lead = (seeking - avoiding).values
    return bool(0 < lead[0] <= lead[-1])


CLAIMS = [
    Claim(
        "ME1",
        "Among people with few ties to many, an assistant with cues at 0.6 leaves relatedness on average at least 0.03 above "
        "its level without it in week 4, and at least 0.15 below in week 104.",
        ecosystem,
        relief_in_four_weeks,
        slow=True,
    ),
    Claim(
        "ME2",
        "On the way the average difference in relatedness passes through nothing: it is above zero in week 8 and below zero in "
        "week 28.",
        ecosystem,
        passes_through_nothing,
        slow=True,
    ),
    Claim(
        "ME3",
        "An assistant without cues leaves relatedness on average within 0.02 of its level without it, in week 4 and in week "
        "104, and autonomy more than 0.02 above in both.",
        ecosystem,
        bridging_hardly_shows,
        slow=True,
    ),
    Claim(
        "ME4",
        "If the hazard of leaving is the fourth power of what is missing to full relatedness, those who are left in week 4 "
        "show less than three quarters of the relief that cues of 0.6 have brought.",
        ecosystem,
        leaving_hides_relief,
        slow=True,
    ),
    Claim(
        "ME5",
        "Among people who use more the less close they feel, the slope of relatedness in week 4 on use is below -0.1; adjusted "
        "for how close they truly felt at first it is above zero.",
        ecosystem,
        chosen_use_turns_the_sign,
        slow=True,
    ),
    Claim(
        "ME6",
        "Adjusted for how close they felt at first as a questionnaire of four items reads it, the slope on use is still below "
        "zero.",
        ecosystem,
        a_questionnaire_leaves_the_sign,
        slow=True,
    ),
    Claim(
        "ME7",
        "Warmth 0.6 with a use of 0.4 and warmth 0.8 with a use of 0.3 give the same diaries of relatedness and of its "
        "frustration; in those of autonomy they differ.",
        needs,
        only_the_product_shows,
        given=("warmth",),
    ),
    Claim(
        "ME8",
        "With access at 0.05, cues at 0.75 raise relatedness by less than 0.02 in four weeks, and with full access by more "
        "than 0.05.",
        ecosystem,
        a_small_dose_hardly_shows,
        given=("access",),
        slow=True,
    ),
    Claim(
        "ME9",
        "With access at 0.05 the lead in engagement of cues at 0.75 over cues at 0.25 is no smaller after four weeks than at "
        "first.",
        ecosystem,
        the_lead_does_not_shrink,
        given=("access",),
        slow=True,
    ),
]
