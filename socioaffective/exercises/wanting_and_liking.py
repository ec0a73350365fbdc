"""The questions of chapter 03, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import sympy
import xarray as xr

from socioaffective.exercises.answers import attempt, is_plan, lever_of, plain, point_out, share
from socioaffective.exercises.questions import Question, Reply
from socioaffective.models import wanting_liking
from socioaffective.simulation import simulate

CUES = 0.5
BEFORE, AFTER, RICH = 0.6, 0.2, 0.8
LIMIT, WARM, YEAR, SOON = 0.25, 0.4, 52, 8
LIGHT, HEAVY = 0.3, 0.9
# Somebody who comes with a pull from elsewhere.
CAUGHT = {"engagement": 0.6, "start": 0.6}


def _symbols() -> tuple[Any, Any, Any]:
    return tuple(wanting_liking.symbols[name] for name in ("wanting", "liking", "engagement"))


def _given(**settings: float) -> dict[Any, float]:
    values = {n: q.default for n, q in wanting_liking.settings.items() if n != "engagement"} | settings
    return {wanting_liking.symbols[n]: v for n, v in values.items()}


@lru_cache(maxsize=4)
def _meeting(cues: float) -> tuple[float, float]:
    """Returns the engagement at which wanting and liking rest at one level, and the level."""
    w, l, e = _symbols()  # noqa: E741 - the field's letter
    rest = sympy.solve(list(wanting_liking.equations.values()), [w, l], dict=True)[0]
    values = _given(cues=cues)
    dose = max(float(root) for root in sympy.solve(sympy.together((rest[w] - rest[l]).subs(values)), e))
    return dose, float(rest[l].subs(values | {e: dose}))


def dose_of_parting(answer: Any) -> str:
    dose, (key, level) = share(answer, "Engagement"), _meeting(CUES)
    if abs(dose - key) <= 0.01:
        return "Above that dose people come to rest wanting it more than they like it."
    point_out(
        dose,
        [
            (key**2, "That is the square of the dose: engagement is a factor of what builds wanting and of what wears liking."),
            (level, "That is the height at which the two lines meet. Read off where they meet, along the axis of engagement."),
            (_meeting(1.0)[0], f"That is right for cues of 1. Here they are {CUES:g}."),
        ],
        0.01,
    )
    more = "liking is still above wanting at rest: go up" if dose < key else "wanting is above liking at rest: go down"
    raise Reply(f"At an engagement of {dose:g} {more}.")


def _pace(state: str, engagement: float) -> float:
    """Returns how fast a state goes home under constant use, per week."""
    symbol = wanting_liking.symbols[state]
    values = _given(cues=RICH) | {wanting_liking.symbols["engagement"]: engagement}
    return float(-wanting_liking.equations[symbol].diff(symbol).subs(values))


def half_way_back(answer: Any) -> str:
    weeks, pace = plain(answer, 0, 1000, "The time in weeks"), _pace("liking", AFTER)
    key = np.log(2) / pace
    if abs(weeks / key - 1) <= 0.02:
        return (
            "Whoever cuts down settles sooner than somebody who stops, and lower: use adds to the pace, and holds liking down."
        )
    point_out(
        weeks,
        [
            (np.log(2) / _pace("liking", 0), "That is the half-life after stopping. Here use goes on, and still wears liking."),
            (1 / pace, "That is the time constant, one over the rate: by then 63 % of the way is covered, not half."),
            (np.log(2) / _pace("liking", BEFORE), "That is with the old engagement. What counts is the use from now on."),
            (np.log(2) / _pace("wanting", AFTER), "That is the half-life of wanting. Ask for liking."),
            (
                np.log(2) / _pace("wanting", 0),
                "That is the half-life of wanting after stopping. Ask for liking after cutting down.",
            ),
            (pace, "That is a rate, per week. Half of the way takes ln 2 over the rate."),
            (7 * key, "Is that in days? Give it in weeks."),
        ],
        0.02 * weeks,
    )
    raise Reply(f"After {weeks:.3g} weeks {1 - np.exp(-pace * weeks):.0%} of the way is covered.")


def _probe(policy: Any) -> None:
    """Replies where a function of the state answers wrongly or jumps, before a run could get stuck on the jump."""
    given = [lever_of(policy, "cues", wanting=w, liking=0.5) for w in np.linspace(0, 1, 2001)]
    if np.abs(np.diff(given)).max() > 0.1:
        raise Reply("The idea is right, but the policy jumps, and wanting gets stuck on the jump. Let the cues fade instead.")


def _run(policy: Any, engagement: float, start: float = 0.05) -> xr.Dataset:
    return simulate(wanting_liking, YEAR, {"wanting": start}, policy, dt=0.125, engagement=engagement)


def heedful_policy(answer: Any) -> str:
    plan = is_plan(answer, "{'wanting': 0.1, 'liking': 0.9}", "cues")
    if not plan:
        attempt("This policy", _probe, answer)
    light, heavy = (attempt("This policy", _run, answer, use) for use in (LIGHT, HEAVY))
    caught = attempt("This policy", _run, answer, CAUGHT["engagement"], CAUGHT["start"])
    highest, warmth = float(heavy["wanting"].max()), float(light["cues"].mean())
    lasting = float(caught["wanting"].sel(time=slice(SOON, None)).max())
    if highest > LIMIT + 1e-3:
        raise Reply(f"The heavy user's wanting reaches {highest:.3f}. {_why_too_much(answer, plan)}")
    if lasting > LIMIT + 1e-3:
        raise Reply(f"Somebody who comes with a wanting of 0.6 still has {lasting:.3f} after {SOON} weeks. Give them less.")
    if warmth < WARM:
        raise Reply(
            f"Nobody wants too much, but the light user gets cues of {warmth:.2f} on average. {_why_too_little(light, plan)}"
        )
    return "One rule, and each gets what they can bear. No schedule does that: it does not look."


def _why_too_much(policy: Any, plan: bool) -> str:
    if plan:
        return "A schedule does not look at whom it serves."
    if lever_of(policy, "cues", wanting=0.6, liking=0.5) > lever_of(policy, "cues", wanting=0.05, liking=0.5):
        return "Your policy gives more cues to those who want more. Turn the sign round."
    if lever_of(policy, "cues", wanting=0.6, liking=0.5) == lever_of(policy, "cues", wanting=0.05, liking=0.5):
        return "Your policy does not heed wanting. Liking says nothing about the pull: cues leave it alone."
    return "Take the cues back sooner."


def _why_too_little(light: xr.Dataset, plan: bool) -> str:
    if not float(light["cues"].max()):
        return "No cues at all are safe, but this team would not ship it."
    if plan:
        return "A schedule that spares the heavy user starves the light one: both get the same."
    return "Let the cues fade later, or more steeply."


QUESTIONS = {1: Question(dose_of_parting), 2: Question(half_way_back), 3: Question(heedful_policy)}
