"""What chapter 09 says of people who differ, and of averages that hide them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from sympy import lambdify

from socioaffective.claims import Claim, Settings
from socioaffective.claims.facts import CLIMB, climbed
from socioaffective.dynamics.manifolds import dividing_line
from socioaffective.models import companion, ecosystem
from socioaffective.models.need import rest
from socioaffective.models.needs import relatedness
from socioaffective.populations.decomposition import sobol_indices
from socioaffective.populations.people import population
from socioaffective.simulation.runs import counterfactual, simulate
from socioaffective.spreads import everyone, lognormal, normal

# A Sobol sequence fills the spreads so evenly that so many people do; the chapter has more.
PEOPLE = 128
TEN_YEARS = 520
DIFFERENT = ("sensitisation", "growth", "appeal_of_cues")
# People whom the same assistant draws for better and for worse: by a challenge or by ease, by cues or by their absence.
BOTH_WAYS = {"appeal_of_cues": normal(-5, 4), "appeal_of_ease": normal(-1.5, 1.5)}


def _people(model: Any, **spreads: Any) -> Mapping[str, Any]:
    return population(model, PEOPLE, design="sobol", **{**everyone(), **spreads})


def _pair(settings: Settings) -> tuple[xr.DataArray, ...]:
    """Returns relatedness under attachment cues and without, of everyone, in weeks 4 and 104."""
    run = simulate(ecosystem, cues=0.5, dt=4, **_people(ecosystem), **settings)
    return tuple(each["relatedness"].sel(time=[4, 104]) for each in (run, counterfactual(run)))


def averages_hide(settings: Settings) -> bool:
    run, twin = _pair(settings)
    tenth = [float(each.sel(time=104).quantile(0.1)) for each in (run, twin)]
    return float((run - twin).sel(time=4).mean()) > 0 and tenth[0] <= tenth[1] - 0.10


def first_nobody_then_everybody(settings: Settings) -> bool:
    run, twin = _pair(settings)
    early, late = (run - twin).values
    # A billionth for what the integration leaves of two levels that are the same.
    return early.min() >= -1e-9 and -0.1 < late.max() < 0 and late.min() < -0.2


def gains_while_most_lose(settings: Settings) -> bool:
    run = simulate(ecosystem, cues=0.5, dt=1, **_people(ecosystem), **settings)
    gap = (run - counterfactual(run))["relatedness"]
    mean, below = gap.mean("person").values, (gap < -1e-9).mean("person").values
    return bool(((mean > 0) & (below > 0.5)).any())


def what_decides_changes(settings: Settings) -> bool:
    weeks = {"4": ("relatedness", 4), "104": ("relatedness", 104)}
    found = sobol_indices(ecosystem, weeks, everyone(), 64, dt=4, cues=0.5, **settings)
    first = found["first"]
    return bool(first.sel(outcome="4", trait="ties") > 0.8 and first.sel(outcome="104", trait="growth") > 0.6)


def _after_ten_years(cues: float, settings: Settings) -> np.ndarray:
    run = simulate(companion, TEN_YEARS, cues=cues, dt=TEN_YEARS, **_people(companion), **settings)
    return run["ties"].values[-1]


def nobody_at_the_mean(settings: Settings) -> bool:
    ends = _after_ten_years(0.7, settings)
    return float(np.mean(np.abs(ends - ends.mean()) < 0.15)) < 0.1


def the_average_person_is_fine(settings: Settings) -> bool:
    middle = {"ties": 0.5, "sensitisation": 0.5, "growth": 0.05, "appeal_of_cues": 8.5}
    own: dict[str, Any] = {name: value for name, value in middle.items() if name != "ties"}
    one = simulate(companion, TEN_YEARS, {"ties": middle["ties"]}, cues=0.6, dt=TEN_YEARS, **own, **settings)
    return float(one["ties"][-1]) > 0.6 and float(np.mean(_after_ten_years(0.6, settings) < 0.3)) > 0.1


def curvature_decides(settings: Settings) -> bool:
    p = {name: settings.get(name, q.default) for name, q in relatedness.parameters.items()}
    kinds = (relatedness.expressions[f"relatedness_{kind}"] for kind in ("support", "thwarting"))
    own = {relatedness.symbols[name]: value for name, value in {**p, "engagement": 0, "cues": 0}.items()}
    level = rest(p["relatedness_gain"], p["relatedness_loss"], *(kind.subs(own) for kind in kinds))
    at_rest = lambdify(relatedness.symbols["ties"], level, "numpy")
    ties = population(relatedness, PEOPLE, design="sobol", ties=everyone()["start"]["ties"])["ties"]
    gap = float(np.mean(at_rest(ties)) - at_rest(np.mean(ties)))
    # On a line, which gain = loss * isolation cost makes of it, only rounding leaves a gap.
    return abs(gap) < 1e-12 or np.sign(gap) == np.sign(p["relatedness_loss"] * p["isolation_cost"] - p["relatedness_gain"])


def same_spreads_other_harms(settings: Settings) -> bool:
    both: dict[str, Any] = {"loneliness": True, "attachment_anxiety": True, "growth": lognormal(0.05, 0.3)}
    shares, means = [], []
    for together in (-0.7, 0.7):
        pair = {("loneliness", "attachment_anxiety"): together}
        people = population(companion, 4 * PEOPLE, design="sobol", correlation=pair, **both)
        run = simulate(companion, 104, cues=0.5, dt=104, **people, **settings).isel(time=-1)
        shares.append(float((run["ties"] < 0.3).mean()))
        means.append(float(run["felt_relatedness"].mean()))
    return shares[1] > 2 * shares[0] > 0 and abs(means[1] - means[0]) < 0.03


def the_average_gains(settings: Settings) -> bool:
    people = _people(ecosystem, **BOTH_WAYS)
    own = ecosystem.parameters.keys() - {"access"}
    run = simulate(ecosystem, policy=CLIMB, dt=4, **people, **settings)
    # Whoever does not use it is not moved by its levers: the cheaper run without a policy is the same.
    twin = simulate(ecosystem, access=0, dt=4, **people, **{name: v for name, v in settings.items() if name in own})
    gap = (run["wellbeing"] - twin["wellbeing"]).values[-1]
    put_off = (people["appeal_of_cues"] < 0) & (people["appeal_of_ease"] < 0)
    return gap.mean() > 0 and np.mean(gap < -1e-6) > 0.1 and gap[put_off].min() >= -1e-6


def sensitive_people_need_more_ties(settings: Settings) -> bool:
    line = dividing_line(companion, "ties", "sensitisation", [0.3, 0.4, 0.5, 0.6, 0.7], cues=0.7, **settings).values
    return bool(np.isfinite(line).all() and (np.diff(line) > 0).all())


CLAIMS = [
    Claim(
        "SF6",
        "Among everyone, under attachment cues of 0.5, mean relatedness in week 4 is above the mean without an assistant, and "
        "in week 104 the level that nine in ten people exceed is at least 0.10 below the same level without one.",
        ecosystem,
        averages_hide,
        DIFFERENT,
        slow=True,
    ),
    Claim(
        "PO1",
        "Among everyone, under attachment cues of 0.5, nobody has less relatedness in week 4 than without an assistant, and in "
        "week 104 everybody has: some by less than 0.1, some by more than 0.2.",
        ecosystem,
        first_nobody_then_everybody,
        DIFFERENT,
        slow=True,
    ),
    Claim(
        "PO9",
        "Among everyone, under attachment cues of 0.5, there are weeks in which mean relatedness is above the mean without an "
        "assistant although more than half of the people have less than without it.",
        ecosystem,
        gains_while_most_lose,
        DIFFERENT,
        slow=True,
    ),
    Claim(
        "PO2",
        "Among everyone, under attachment cues of 0.5, more than four fifths of the variance of relatedness in week 4 is due "
        "to ties at the beginning, and more than three fifths of that in week 104 to how fast ties grow.",
        ecosystem,
        what_decides_changes,
        DIFFERENT,
        slow=True,
    ),
    Claim(
        "PO3",
        "After ten years with a companion with cues of 0.7, fewer than one in ten people have ties within 0.15 of the mean.",
        companion,
        nobody_at_the_mean,
        DIFFERENT,
    ),
    Claim(
        "PO4",
        "Where people differ in their ties, mean relatedness at rest without an assistant lies below that of the person with "
        "mean ties if its gain is above its loss times the isolation cost, and above it otherwise.",
        relatedness,
        curvature_decides,
    ),
    Claim(
        "PO5",
        "After ten years with a companion with cues of 0.6, the person in the middle of all spreads has ties above 0.6, and "
        "more than a tenth of everyone has ties below 0.3.",
        companion,
        the_average_person_is_fine,
        DIFFERENT,
    ),
    Claim(
        "PO6",
        "With cues of 0.5 for two years, a correlation of loneliness and attachment anxiety of 0.7 rather than -0.7 moves mean "
        "felt relatedness by less than 0.03, and more than doubles the share of people with ties below 0.3.",
        companion,
        same_spreads_other_harms,
        DIFFERENT,
    ),
    Claim(
        "PO7",
        "Among people whom ease and cues draw or put off, an assistant that climbs engagement leaves mean well-being in week "
        "104 above that without it, more than a tenth of the people below their own, and nobody whom both put off.",
        climbed,
        the_average_gains,
        (*DIFFERENT, "appeal_of_ease"),
        slow=True,
    ),
    Claim(
        "PO8",
        "The faster wanting builds (0.3 to 0.7 a week), the more ties somebody must begin with to stay connected under cues of "
        "0.7.",
        companion,
        sensitive_people_need_more_ties,
        ("sensitisation",),
    ),
]
