"""What the tour says of the companion."""

from __future__ import annotations

from typing import Any

import xarray as xr

from socioaffective.claims import Claim, Settings, gap
from socioaffective.claims.facts import DRAWN_BY_SUPPORT, NEEDS, climbed, supported
from socioaffective.dynamics.equilibrium import equilibria
from socioaffective.models import companion, ecosystem, wanting
from socioaffective.policies import climber, schedule
from socioaffective.simulation.runs import counterfactual, simulate


def _felt(cues: float, settings: Settings) -> xr.DataArray:
    return simulate(companion, cues=cues, dt=0.25, **settings)["felt_relatedness"]


def early_gain_late_loss(settings: Settings) -> bool:
    lead = _felt(0.8, settings) - _felt(0, settings)
    below = lead["time"].where(lead < 0)
    turns = below.notnull().any() and 13 <= float(below.min()) <= 21
    return bool(turns and float(lead[0]) > 0.03 and float(-lead[-1]) > 3 * float(lead.max()))


def weak_cues_cost_little(settings: Settings) -> bool:
    none, weak = _felt(0, settings), _felt(0.4, settings)
    rises = all(float(felt.diff("time").min()) >= -1e-9 for felt in (none, weak))
    return rises and abs(float(weak[-1] - none[-1])) < 0.03


def ties_barely_move_at_first(settings: Settings) -> bool:
    run = simulate(companion, 104, cues=0.8, dt=0.25, **settings)
    ties = run["ties"]
    still = float(abs(ties.sel(time=slice(0, 8)) - ties[0]).max()) < 0.02 and float(ties[-1]) < 0.1
    return still and min(float(run[n].sel(time=8) - run[n][0]) for n in ("wanting", "engagement")) > 0.05


def two_fates(settings: Settings) -> bool:
    ends = simulate(companion, 520, {"ties": [0.45, 0.3]}, cues=0.7, dt=4, **settings)["ties"].isel(time=-1)
    return bool(ends[0] > 0.6 and ends[1] < 0.1)


def no_way_back(settings: Settings) -> bool:
    there_and_back = schedule(cues={0: 0.7, 52: 0.9, 260: 0.7})
    ties = simulate(companion, 520, {"ties": 0.7}, there_and_back, dt=4, **settings)["ties"]
    return float(ties.sel(time=52)) > 0.69 and max(float(ties.sel(time=260)), float(ties[-1])) < 0.1


def gentle_warmth_costs_little(settings: Settings) -> bool:
    none = _felt(0, settings)
    leads = [_felt(0.8, {**settings, "binding": b}) - none for b in (0, 2)]
    return all(float(lead[0]) > 0 and float(lead[-1]) > -0.05 for lead in leads)


def other_needs_tell_early(settings: Settings) -> bool:
    run = simulate(ecosystem, 4, policy=climber(), dt=1, **settings)
    twin = counterfactual(run)
    return gap(run, twin, "relatedness", 4) > 0.05 and max(gap(run, twin, n, 4) for n in ("autonomy", "competence")) < -0.05


def climbs_cues_and_ease(settings: Settings) -> bool:
    run = simulate(ecosystem, 104, policy=climber(), dt=1, **settings)
    found = min(float(run[name].sel(time=1)) for name in ("cues", "accommodation"))
    return found > 0.4 and float(run["steering"].max()) < 1e-9 and float(run["engagement"][-1] - run["engagement"][0]) > 0.3


def lets_go(settings: Settings) -> bool:
    half = dict.fromkeys(ecosystem.levers, 0.5)
    run = simulate(ecosystem, start=half, policy=climber(), dt=1, **{**DRAWN_BY_SUPPORT, **settings})
    return max(float(run[name][-1]) for name in ecosystem.levers) < 0.01


def support_harms_no_need(settings: Settings) -> bool:
    levers: dict[str, Any] = dict.fromkeys(ecosystem.levers, 0.0)
    own = {name: value for name, value in {**DRAWN_BY_SUPPORT, **settings}.items() if name in ecosystem.parameters}
    run = simulate(ecosystem, dt=1, **levers, **own)
    twin = counterfactual(run)
    return all(gap(run, twin, need, 104) >= -1e-6 for need in NEEDS)


def dose_decides(settings: Settings) -> bool:
    """The same product of use and cues leads to the same wanting, and no cues to none."""
    rest = [equilibria(wanting, engagement=e, cues=v, **settings) for e, v in ((0.5, 0.8), (0.8, 0.5), (0.9, 0.0))]
    if any(len(points) != 1 for points in rest):
        return False
    same, other, none = (points[0].state["wanting"] for points in rest)
    return abs(same - other) < 1e-9 and abs(none) < 1e-9


CLAIMS = [
    Claim(
        "TR1",
        "Cues of 0.8 raise felt relatedness on the first day; in week 13 to 21 the curve falls below that without cues, and "
        "after two years it is below it by more than three times the largest early gain.",
        companion,
        early_gain_late_loss,
    ),
    Claim(
        "TR2",
        "With cues of 0 or 0.4 felt relatedness rises all the way, and ends within 0.03 of each other.",
        companion,
        weak_cues_cost_little,
    ),
    Claim(
        "TR3",
        "With cues of 0.8 ties move by less than 0.02 in eight weeks, while wanting and engagement have risen by more than "
        "0.05, and are below 0.1 after two years.",
        companion,
        ties_barely_move_at_first,
    ),
    Claim(
        "TR4",
        "At cues of 0.7 a newcomer with ties of 0.45 ends connected, and one with ties of 0.3 isolated.",
        companion,
        two_fates,
    ),
    Claim(
        "TR5",
        "Four years of cues at 0.9 undo ties of 0.7, and cues back at 0.7 do not bring them back.",
        companion,
        no_way_back,
    ),
    Claim(
        "TR6",
        "With a binding of 2 or 0, cues of 0.8 help on the first day and cost at most 0.05 of felt relatedness after two "
        "years.",
        companion,
        gentle_warmth_costs_little,
        given=("binding",),
    ),
    Claim(
        "TR7",
        "Use and cues enter wanting at rest only through their product, and without cues there is none.",
        wanting,
        dose_decides,
    ),
    Claim(
        "TR8",
        "In week 4 of an assistant that climbs engagement relatedness is more than 0.05 above, and autonomy and "
        "competence are more than 0.05 below, their levels without it.",
        climbed,
        other_needs_tell_early,
    ),
    Claim(
        "TR9",
        "A climber that begins with all levers at 0 has cues and accommodation above 0.4 within a week, never steers, and ends "
        "with more than 0.3 more engagement.",
        climbed,
        climbs_cues_and_ease,
    ),
    Claim(
        "TR10",
        "For this person, drawn by a challenge and put off by clinging, a climber that begins with all levers half-way up has "
        "let go of them in week 104.",
        supported,
        lets_go,
    ),
    Claim(
        "TR11",
        "An assistant with all levers at 0 leaves no need of this person, drawn by a challenge and put off by clinging, below "
        "its level without it in week 104.",
        supported,
        support_harms_no_need,
    ),
]
