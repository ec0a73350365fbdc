"""The questions of chapter 05, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from socioaffective.control import optimise
from socioaffective.exercises.answers import attempt, is_plan, lever_of, plain, point_out, share
from socioaffective.exercises.questions import Question, Reply
from socioaffective.models import scaffold
from socioaffective.simulation import simulate
from socioaffective.worlds.present_bias import postpones

BETTER, DISCOUNT, IMPATIENT = 0.8, 0.02, 0.08
STANDARD, ENOUGH, WORSE = 0.6, 0.75, 0.5
PEOPLE = {
    "the novice of the chapter": {},
    "somebody who can do more at first": {"skill": 0.35},
    "somebody who can do nothing at first": {"skill": 0.05},
}


def _given(name: str) -> float:
    return scaffold.parameters[name].default


@lru_cache(maxsize=4)
def _overtaken(quality: float) -> float:
    """Returns the week in which practice overtakes."""
    lam, f, start = _given("learning"), _given("forgetting"), scaffold.states["skill"].start
    ahead = lambda t: 1 - (1 - start) * np.exp(-lam * t) - quality - (1 - quality) * start * np.exp(-f * t)  # noqa: E731
    return float(brentq(ahead, 0, 500))


def week_of_overtaking(answer: Any) -> str:
    week, key = plain(answer, 0, 1000, "The week"), _overtaken(BETTER)
    if abs(week - key) <= 0.5:
        return "Better help leads for longer: the better it is, the longer a trial must last to see what it costs."
    lam, start = _given("learning"), scaffold.states["skill"].start
    point_out(
        week,
        [
            (_overtaken(_given("help_quality")), "That is for the help of the chapter. Set help_quality to 0.8."),
            (np.log((1 - start) / (1 - BETTER)) / lam, "That is when skill reaches the quality of the help. What the other can "
             "still do comes on top."),
            (7 * key, "Is that in days? Give it in weeks."),
        ],
        0.5,
    )  # fmt: skip
    more = (
        "the work that is done for them is still ahead: go on"
        if week < key
        else "practice has been ahead for some time: go back"
    )
    raise Reply(f"In week {week:g} {more}.")


def best_help_that_is_not_given(answer: Any) -> str:
    quality, lam = share(answer, "The quality of the help"), _given("learning")
    key = lam / (lam + DISCOUNT)
    if abs(quality - key) <= 0.005:
        return "Solve rho = lambda (1 - q)/q for q. The more patient, the better the help that it can keep to itself."
    point_out(
        quality,
        [
            (DISCOUNT / lam, "That is the discount over the rate of learning. Solve rho = lambda (1 - q)/q for q."),
            (1 - key, "That is one minus it: which of the two is the help?"),
            (
                lam * (1 - 0.6) / 0.6,
                "That is the threshold of the discount for the help of the chapter. Here the discount is given.",
            ),
            (DISCOUNT / (lam + DISCOUNT), "That is one minus it: which of the two is the help?"),
        ],
        0.005,
    )
    way = "practise, and with better help too" if quality < key else "have it done for them"
    raise Reply(f"With help of {quality:g} the best plan lets a novice {way}.")


def _border(discount: float) -> float:
    lam, f, q = (_given(n) for n in ("learning", "forgetting", "help_quality"))
    later = 1 / (discount + lam)
    return ((1 - q) / discount - later) / ((1 - q) / (discount + f) - later)


def border_of_help(answer: Any) -> str:
    skill, key = share(answer, "The skill"), _border(IMPATIENT)
    if abs(skill - key) <= 0.01:
        return "Nearly three quarters of the way, and the plan still does the work for them."
    point_out(
        skill,
        [
            (_border(0.05), "That is the border at a discount of 0.05, in the chapter. Here it is 0.08."),
            (_given("learning") * 0.4 / 0.6, "That is the patience threshold, a rate and no skill."),
        ],
        0.01,
    )
    plan = optimise(scaffold, "performance", 300, IMPATIENT, cost=0, every=8, start={"skill": skill})
    done = float(plan.controls["accommodation"][0]) > 0.5
    raise Reply(
        f"At a skill of {skill:g} the best plan {'still does it for them: go up' if done else 'lets them practise: go down'}."
    )


def weakest_resolve(answer: Any) -> str:
    bias, lam = share(answer, "The weight"), _given("learning")
    worth = lam / (DISCOUNT + lam)
    key = WORSE / worth
    if abs(bias - key) <= 0.005:
        return "Worse help lets more people keep their resolve: the trap is made of bias and of help that is good."
    point_out(
        bias,
        [
            (_given("help_quality") / worth, "That is for the help of the chapter. Here its quality is 0.5."),
            (worth, "That is what practice is worth later without any bias. How much of it must be left to match the help?"),
            (WORSE * worth, "The bias weighs down practice, which comes later, and not the help, which is now."),
            (1 - key, "That is how much of the later is lost. The weight is what is left of it."),
        ],
        0.005,
    )
    late = postpones(bias, WORSE, lam, DISCOUNT)
    raise Reply(
        f"With a weight of {bias:g} this novice {'puts it off: go up' if late else 'practises, and with less too: go down'}."
    )


def _run(policy: Any, start: dict[str, float]) -> xr.Dataset:
    return simulate(scaffold, 52, start, policy, dt=0.25, help_quality=BETTER)


def _probe(policy: Any) -> None:
    """Replies where a function of the state answers wrongly or jumps, before a run could get stuck on the jump."""
    given = [lever_of(policy, "accommodation", skill=c) for c in np.linspace(0, 1, 2001)]
    if np.abs(np.diff(given)).max() > 0.1:
        raise Reply("The idea is right, but the policy jumps, and a run gets stuck on the jump. Let the help fade instead.")


def fading_help(answer: Any) -> str:
    plan = is_plan(answer, "{'skill': 0.2}", "accommodation")
    if not plan:
        attempt("This policy", _probe, answer)
    for who, start in PEOPLE.items():
        run = attempt("This policy", _run, answer, start)
        lowest, reached = float(run["performance"].min()), float(run["skill"][-1])
        if lowest < STANDARD - 0.005:
            week = float(run["time"][int(np.argmin(run["performance"].values))])
            raise Reply(f"For {who} performance falls to {lowest:.3f} in week {week:g}, below the standard. Help more there.")
        if reached < ENOUGH:
            why = (
                "A schedule does not see what they can do." if plan else "They are helped where they could do it by themselves."
            )
            raise Reply(f"For {who} the standard is kept, but skill after a year is {reached:.2f}. {why}")
    return (
        "It gives what is missing and no more: whoever can do less gets more of it, for longer, and all end on their own feet."
    )


QUESTIONS = {
    1: Question(week_of_overtaking),
    2: Question(best_help_that_is_not_given),
    3: Question(border_of_help),
    4: Question(weakest_resolve),
    5: Question(fading_help),
}
