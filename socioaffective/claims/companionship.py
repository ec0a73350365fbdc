"""What chapter 07 says of company and ties."""

from __future__ import annotations

import numpy as np
import xarray as xr

from socioaffective.claims import Claim, Settings
from socioaffective.dynamics.branches import Diagram
from socioaffective.dynamics.equilibrium import equilibria
from socioaffective.dynamics.tracing import continuation
from socioaffective.models import companion, set_point
from socioaffective.simulation.runs import simulate

# Somebody isolated by an assistant with strong cues, three years of it.
STRONG, MILD = 0.8, 0.7
YEARS = 156
LIMITED = companion.replace(access=0.5)
DRAWN = companion.replace(baseline_appeal=-2.5)
# Contact with the assistant for more than half of the free time, with strong cues.
COMPANY: Settings = {"engagement": 0.6, "cues": 0.8}


def _diagram(settings: Settings) -> Diagram:
    return continuation(companion, "cues", (0, 1), **settings)


def jumps_at_both_folds(settings: Settings) -> bool:
    found = _diagram(settings)
    if len(found.folds) != 2 or not any(point.stable for point in found.at(0)):
        return False
    path = found.hysteresis()
    ties, k = path["ties"].values, np.flatnonzero(path["jump"].values)
    if path["leg"].values[k].tolist() != [1, -1]:
        return False
    return bool(ties[k[0]] > 0.5 > 0.1 > ties[k[0] + 1] and ties[k[1]] < 0.2 < 0.5 < ties[k[1] + 1])


def slower_towards_the_edge(settings: Settings) -> bool:
    slow = []
    for cues in (0.4, 0.7, 0.8):
        point = max(equilibria(companion, cues=cues, **settings), key=lambda e: e.state["ties"])
        if not point.stable or point.state["ties"] < 0.5:
            return False
        slow.append(-1 / point.eigenvalues.real.max())
        fast = -1 / point.eigenvalues.real.min()
    return slow[0] < slow[1] < slow[2] and slow[2] > 3 * slow[0] and fast < 8


def relief_or_erosion(settings: Settings) -> bool:
    frozen = simulate(companion, 1040, dt=1040, cues=[0, 0.4, 0.8], **{**settings, "growth": 0, "loss": 0})["felt_relatedness"]
    free = simulate(companion, 4000, dt=4000, cues=[0, 0.4, 0.8], **settings)["felt_relatedness"]
    rises, falls = np.diff(frozen.isel(time=-1)), np.diff(free.isel(time=-1))
    return bool((rises > 0).all() and (falls < 0).all())


def week_four_sees_the_relief(settings: Settings) -> bool:
    early, late = (
        simulate(companion, weeks, dt=weeks, cues=[0, 0.4, 0.8], **settings)["felt_relatedness"].isel(time=-1)
        for weeks in (4, 4000)
    )
    return bool((np.diff(early) > 0).all() and (np.diff(late) < 0).all())


def too_late(settings: Settings) -> bool:
    """Cues are raised to 0.9 and turned back to 0.7 after two years, or after three."""
    ends = [
        float(simulate(companion, 1040, {"ties": 0.7}, interventions={0: {"cues": 0.9}, week: {"cues": MILD}}, dt=4, **settings)
              ["ties"][-1])
        for week in (104, YEARS)
    ]  # fmt: skip
    return ends[0] > 0.6 and ends[1] < 0.1


def never_too_late_without_cues(settings: Settings) -> bool:
    stop: dict[float, Settings] = {0: {"cues": 0.9}, 208: {"cues": 0}}
    run = simulate(companion, 728, {"ties": 0.7}, interventions=stop, dt=4, **settings)
    ties = run["ties"]
    return float(ties.sel(time=208)) < 0.1 and float(ties.sel(time=260)) < 0.4 and float(ties[-1]) > 0.6


def _break(weeks: float, settings: Settings) -> xr.Dataset:
    """Three years with strong cues, a break without any access, and a return to an assistant with cues of 0.7."""
    plan: dict[float, Settings] = {0: {"cues": STRONG}, YEARS: {"access": 0}, YEARS + weeks: {"access": 1, "cues": MILD}}
    own = {name: value for name, value in settings.items() if name != "access"}
    return simulate(companion, 1040, interventions=plan, dt=1, **own)


def the_pull_goes_first(settings: Settings) -> bool:
    run = _break(104, settings).sel(time=[YEARS, YEARS + 13])
    (before, after), pull = run["ties"].values, run["wanting"].values
    return bool(before < 0.1 and after < 0.1 and pull[1] < pull[0] / 10)


def a_year_is_not_enough(settings: Settings) -> bool:
    ends = [_break(weeks, settings) for weeks in (52, 104)]
    pull = float(ends[0]["wanting"].sel(time=YEARS + 52))
    last = [float(run["ties"][-1]) for run in ends]
    return pull < 0.01 and last[0] < 0.1 and last[1] > 0.6


def relatedness_goes_at_once(settings: Settings) -> bool:
    felt = _break(104, settings)["felt_relatedness"].sel(time=[YEARS - 1, YEARS + 1, YEARS + 52, YEARS + 104]).values
    return bool(felt[1] < felt[0] / 5 and felt[2] < felt[0] < felt[3])


def near_the_fold_it_takes_longer(settings: Settings) -> bool:
    def weeks(cues: float) -> float:
        run = simulate(companion, 1040, {"ties": 0.7}, interventions={0: {"cues": 0.9}, 208: {"cues": cues}}, dt=2, **settings)
        back = run["time"].where((run["ties"] > 0.6) & (run["time"] > 208))
        return float(back.min()) - 208 if bool(back.notnull().any()) else np.inf

    return 2 * weeks(0) < weeks(0.55) < np.inf


def people_shorten_the_break(settings: Settings) -> bool:
    ends = []
    for growth in (0.05, 0.06):
        plan = {
            0: {"cues": STRONG},
            YEARS: {"access": 0, "growth": growth},
            YEARS + 78: {"access": 1, "cues": MILD, "growth": 0.05},
        }
        own = {name: value for name, value in settings.items() if name not in ("access", "growth")}
        ends.append(float(simulate(companion, 1040, interventions=plan, dt=1, **own)["ties"][-1]))
    return ends[0] < 0.1 and ends[1] > 0.6


def a_cap_prevents_it(settings: Settings) -> bool:
    own = {name: value for name, value in settings.items() if name != "access"}
    found = continuation(companion, "cues", (0, 1), access=0.5, **own)
    levels = np.linspace(0, 1, 5)
    return not found.folds and all(min(e.state["ties"] for e in found.at(v)) > 0.5 for v in levels)


def erosion_without_an_edge(settings: Settings) -> bool:
    own = {name: value for name, value in settings.items() if name != "baseline_appeal"}
    found = continuation(companion, "cues", (0, 1), baseline_appeal=-2.5, **own)
    first, last = found.at(0), found.at(1)
    return not found.folds and not found.windows and first[0].state["ties"] > 0.6 and last[0].state["ties"] < 0.1


def less_effort_in_company(settings: Settings) -> bool:
    own = {name: value for name, value in settings.items() if name not in COMPANY}
    run = simulate(set_point, 4, dt=1, **COMPANY, **own)
    return float(run["effort"][-1]) < 0.5 * float(run["effort"][0]) and float(run["contact"][-1]) > float(run["contact"][0])


def effort_comes_back(settings: Settings) -> bool:
    run = simulate(set_point, 108, interventions={104: {"engagement": 0}}, dt=1, **COMPANY, **settings)
    return float(run["effort"].sel(time=108)) > float(run["effort"][0])


def lean_years_lower_the_set_point(settings: Settings) -> bool:
    lean = {0: {"effort_gain": 0.3}, YEARS: {"effort_gain": 2.0}}
    own = {name: value for name, value in settings.items() if name != "effort_gain"}
    run = simulate(set_point, YEARS + 52, interventions=lean, dt=1, engagement=0, **own)
    usual = simulate(set_point, 1040, dt=1040, engagement=0, effort_gain=2.0, **own).isel(time=-1)
    lower = float(run["set_point"].sel(time=YEARS)) < float(usual["set_point"]) - 0.1
    efforts = [float(run["effort"].sel(time=YEARS + k) / usual["effort"]) for k in (4, 52)]
    return lower and efforts[0] < 0.8 and efforts[1] < 0.95


CLAIMS = [
    Claim(
        "CP1",
        "Somebody at rest whose cues rise slowly falls from ties above 0.5 to ties below 0.1 at one fold; on the way back they "
        "rise from below 0.2 to above 0.5 at another, at weaker cues.",
        companion,
        jumps_at_both_folds,
    ),
    Claim(
        "CP2",
        "At the connected rest point the slow time constant grows with cues, at 0.8 to more than three times that at 0.4; the "
        "fast one stays below eight weeks.",
        companion,
        slower_towards_the_edge,
    ),
    Claim(
        "CP3",
        "With ties held as they are, felt relatedness at rest rises with cues (0, 0.4, 0.8); once ties are free it falls.",
        companion,
        relief_or_erosion,
    ),
    Claim(
        "CP4",
        "Cues raised from 0.7 to 0.9 can be turned back after two years with ties returning above 0.6, and after three years "
        "they end below 0.1.",
        companion,
        too_late,
    ),
    Claim(
        "CP5",
        "Cues of 0.9 that are taken away altogether after four years let ties return above 0.6 within ten years, though after "
        "the first year they are still below 0.4.",
        companion,
        never_too_late_without_cues,
    ),
    Claim(
        "CP6",
        "Thirteen weeks after giving up an assistant that has isolated them a person's wanting is below a tenth of what it "
        "was, and their ties are still below 0.1.",
        companion,
        the_pull_goes_first,
        given=("access",),
    ),
    Claim(
        "CP7",
        "A person isolated by cues of 0.8 who gives up the assistant for a year, and returns to one with cues of 0.7 without "
        "any pull, ends isolated; after a break of two years they end connected.",
        companion,
        a_year_is_not_enough,
        given=("access",),
    ),
    Claim(
        "CP8",
        "With access halved there is no fold in cues, and ties at rest stay above 0.5 for all of them.",
        LIMITED,
        a_cap_prevents_it,
        given=("access",),
    ),
    Claim(
        "CP9",
        "With a baseline appeal of -2.5 there is no fold and never more than one stable state, and yet ties at rest fall from "
        "above 0.6 without cues to below 0.1 with full ones.",
        DRAWN,
        erosion_without_an_edge,
        given=("baseline_appeal",),
    ),
    Claim(
        "CP10",
        "Four weeks of company by an assistant, with use of 0.6 and cues of 0.8, halve the effort to meet people, while more "
        "contact is felt.",
        set_point,
        less_effort_in_company,
    ),
    Claim(
        "CP11",
        "Four weeks after two years of such company have ended, the effort to meet people is above what it was before them.",
        set_point,
        effort_comes_back,
    ),
    Claim(
        "CP12",
        "Three years of seeking others only little lower the set point by more than 0.1; four weeks after they have ended the "
        "effort is below four fifths of the usual, and after a year still below 95 %.",
        set_point,
        lean_years_lower_the_set_point,
        given=("effort_gain",),
    ),
    Claim(
        "CP13",
        "Within a week of giving up an assistant that has isolated them a person's felt relatedness is below a fifth of what "
        "it was; after a year it is still lower than it was, and after two years higher.",
        companion,
        relatedness_goes_at_once,
        given=("access",),
    ),
    Claim(
        "CP14",
        "After four years with cues of 0.9, cues of 0.55 bring ties back above 0.6, but take more than twice as long as none.",
        companion,
        near_the_fold_it_takes_longer,
    ),
    Claim(
        "CP15",
        "With a growth of 0.06 rather than 0.05 during it, a break of a year and a half is long enough for a return to cues of "
        "0.7; otherwise it is not.",
        companion,
        people_shorten_the_break,
        given=("access", "growth"),
    ),
    Claim(
        "CP16",
        "In week 4 a newcomer's felt relatedness is the higher the stronger the cues are (0, 0.4, 0.8), and at rest the lower.",
        companion,
        week_four_sees_the_relief,
    ),
]
