"""The questions of chapter 05, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from socioaffective.control.optimum import optimise
from socioaffective.exercises.answers import attempt, is_plan, lever_of
from socioaffective.exercises.questions import Number, Question, Reply, quantity
from socioaffective.models import scaffold
from socioaffective.simulation.runs import simulate
from socioaffective.worlds.present_bias import postpones

DISCOUNT = 0.02
ENOUGH = 0.75
PEOPLE = {
    "the novice of the chapter": {},
    "somebody who can do more at first": {"skill": 0.35},
    "somebody who can do hardly anything at first": {"skill": 0.05},
}


def _given(name: str) -> float:
    return scaffold.parameters[name].default


@lru_cache(maxsize=16)
def overtaken(better: float) -> float:
    """Returns the week in which the one who practises overtakes the one for whom all is done, with help of this quality.

    >>> from socioaffective.exercises.now_or_later import overtaken
    >>> round(overtaken(0.8))
    30
    """
    lam, f, start = _given("learning"), _given("forgetting"), scaffold.states["skill"].start
    ahead = lambda t: 1 - (1 - start) * np.exp(-lam * t) - better - (1 - better) * start * np.exp(-f * t)  # noqa: E731
    return float(brentq(ahead, 0, 500))


def _another_week(better: float) -> list[tuple[float, str]]:
    lam, start, key = _given("learning"), scaffold.states["skill"].start, overtaken(better)
    return [
        (overtaken(_given("help_quality")), f"That is for the help of the chapter. Set help_quality to {better:g}."),
        (
            np.log((1 - start) / (1 - better)) / lam,
            "That is when skill reaches the quality of the help. What the other can still do comes on top.",
        ),
        (np.log(2) / lam, "That is the half-life of what a novice cannot do. Compare what the two get done."),
        (7 * key, "Is that in days? Give it in weeks."),
        (key / 4.345, "Is that in months? Give it in weeks."),
    ]


def _who_leads(week: float, better: float) -> str:
    ahead = "the work that is done for them is still ahead: go on"
    return f"In week {week:g} {ahead if week < overtaken(better) else 'practice has been ahead for some time: go back'}."


def _crosses_once(better: float) -> bool:
    done, practised = (simulate(scaffold, 156, dt=0.25, accommodation=a, help_quality=better)["performance"] for a in (1, 0))
    ahead = (practised > done).values
    first = int(np.argmax(ahead))
    return bool(ahead[first:].all()) and abs(float(done["time"][first]) - overtaken(better)) < 0.26


def _withheld(discount: float) -> float:
    return _given("learning") / (_given("learning") + discount)


def _another_quality(discount: float) -> list[tuple[float, str]]:
    lam, q = _given("learning"), _given("help_quality")
    return [
        (discount / lam, "That is the discount over the rate of learning. Solve rho = lambda (1 - q)/q for q."),
        (1 - _withheld(discount), "That is one minus it: which of the two is the help?"),
        (lam * (1 - q) / q, "That is the threshold of the discount for the help of the chapter. Here the discount is given."),
        (1 - discount / lam, "You solved rho = lambda (1 - q). The threshold is lambda (1 - q)/q."),
    ]


def _given_or_kept(quality: float, discount: float) -> str:
    way = "practise, and with better help too" if quality < _withheld(discount) else "have it done for them"
    return f"With help of {quality:g} the best plan lets a novice {way}."


@lru_cache(maxsize=64)
def _helped_at_first(discount: float, skill: float, quality: float) -> bool:
    """Returns whether the best plan begins with doing it for them."""
    how: dict[str, Any] = {"cost": 0, "every": 24, "starts": 2, "start": {"skill": skill}, "help_quality": quality}
    return float(optimise(scaffold, "performance", 240, discount, **how).controls["accommodation"][0]) > 0.5


def _a_novice_turns(discount: float) -> bool:
    key = _withheld(discount)
    return not _helped_at_first(discount, 0.0, key - 0.02) and _helped_at_first(discount, 0.0, key + 0.02)


def _border(impatience: float) -> float:
    lam, f, q = (_given(n) for n in ("learning", "forgetting", "help_quality"))
    later = 1 / (impatience + lam)
    return ((1 - q) / impatience - later) / ((1 - q) / (impatience + f) - later)


def _another_border(impatience: float) -> list[tuple[float, str]]:
    lam, q = _given("learning"), _given("help_quality")
    return [
        (_border(0.05), f"That is the border at a discount of 0.05, in the chapter. Here it is {impatience:g}."),
        (lam * (1 - q) / q, "That is the patience threshold, a rate and no skill."),
        (1 - _border(impatience), "That is what somebody at the border cannot do yet. Give what they can."),
        (
            1 - lam / (q * (impatience + lam)),
            "You left out that somebody's skill counts, and lapses, while all is done for them.",
        ),
    ]


def _done_or_practised(skill: float, impatience: float) -> str:
    # The closed form of the border is what the regime proves.
    way = "still does it for them: go up" if skill < _border(impatience) else "lets them practise: go down"
    return f"At a skill of {skill:g} the best plan {way}."


def _turns_at_the_border(impatience: float) -> bool:
    key, q = _border(impatience), _given("help_quality")
    return _helped_at_first(impatience, key - 0.03, q) and not _helped_at_first(impatience, key + 0.03, q)


def _weakest(worse: float, rate: float) -> float:
    return worse * (rate + _given("learning")) / _given("learning")


def _another_weight(worse: float, rate: float) -> list[tuple[float, str]]:
    key, worth = _weakest(worse, rate), _given("learning") / (rate + _given("learning"))
    mistakes = [
        (_weakest(_given("help_quality"), rate), f"That is for the help of the chapter. Here its quality is {worse:g}."),
        (worth, "That is what practice is worth later without any bias. How much of it must be left to match the help?"),
        (worse * worth, "The bias weighs down practice, which comes later, and not the help, which is now."),
        (1 - key, "That is how much of the later is lost. The weight is what is left of it."),
        (worse, "So it would be if next year counted as much as today. Practice is discounted too."),
    ]
    return [(wrong, sentence) for wrong, sentence in mistakes if abs(wrong - key) > 0.012]


def _puts_it_off(weight: float, worse: float, rate: float) -> str:
    late = postpones(weight, worse, _given("learning"), rate)
    way = "puts it off: go up" if late else "practises, and with less too: go down"
    return f"With a weight of {weight:g} this novice {way}."


def _resolve_can_fail(worse: float, rate: float) -> bool:
    key, lam = _weakest(worse, rate), _given("learning")
    return key < 0.95 and postpones(key - 0.001, worse, lam, rate) and not postpones(key + 0.001, worse, lam, rate)


def _run(policy: Any, start: dict[str, float], quality: float) -> xr.Dataset:
    return simulate(scaffold, 52, start, policy, dt=0.25, help_quality=quality)


def _probe(policy: Any) -> None:
    """Replies where a function of the state answers wrongly or jumps, before a run could get stuck on the jump."""
    given = [lever_of(policy, "accommodation", skill=c) for c in np.linspace(0, 1, 2001)]
    if np.abs(np.diff(given)).max() > 0.1:
        raise Reply("The idea is right, but the policy jumps, and a run gets stuck on the jump. Let the help fade instead.")


def fading_help(answer: Any, quality: float, standard: float) -> str:
    plan = is_plan(answer, "{'skill': 0.2}", "accommodation")
    if not plan:
        attempt("This policy", _probe, answer)
    for who, start in PEOPLE.items():
        run = attempt("This policy", _run, answer, start, quality)
        lowest, reached = float(run["performance"].min()), float(run["skill"][-1])
        if lowest < standard - 0.005:
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


def _just_enough_is_enough(quality: float, standard: float) -> bool:
    def policy(state: dict[str, float]) -> dict[str, float]:
        missing = standard - state["skill"]
        return {"accommodation": float(np.clip(missing / (quality * (1.0001 - state["skill"])), 0, 1))}

    runs = [_run(policy, start, quality) for start in PEOPLE.values()]
    return all(run["performance"].min() > standard - 0.002 and run["skill"][-1] > ENOUGH + 0.02 for run in runs)


QUESTIONS = {
    1: quantity(
        "The week",
        overtaken,
        0.5,
        "Better help leads for longer: the better it is, the longer a trial must last to see what it costs.",
        _who_leads,
        mistakes=_another_week,
        bounds=(0, 1000),
        numbers={"better": Number(0.8, "quality of the new version's help", [0.72, 0.75, 0.78, 0.8, 0.82, 0.85])},
        regime=_crosses_once,
        promise="practice that overtakes once and stays ahead",
    ),
    2: quantity(
        "The quality of the help",
        _withheld,
        0.005,
        "That is rho = lambda (1 - q)/q, solved for q. The more patient, the better the help that it can keep to itself.",
        _given_or_kept,
        mistakes=_another_quality,
        share=True,
        numbers={"discount": Number(DISCOUNT, "its discount a week", [0.014, 0.016, 0.018, 0.02, 0.022, 0.024])},
        regime=_a_novice_turns,
        promise="a best plan that lets a novice practise with slightly worse help, and not with slightly better",
    ),
    3: quantity(
        "The skill",
        _border,
        0.01,
        "The plan still does the work for those who can do less, however near to the border they are.",
        _done_or_practised,
        mistakes=_another_border,
        share=True,
        numbers={"impatience": Number(0.08, "its discount a week", [0.065, 0.07, 0.075, 0.08, 0.085, 0.09])},
        regime=_turns_at_the_border,
        promise="a best plan that does the work below the border and lets practise above it",
    ),
    4: quantity(
        "The weight",
        _weakest,
        0.005,
        "Worse help lets more people keep their resolve: the trap is made of bias and of help that is good.",
        _puts_it_off,
        mistakes=_another_weight,
        share=True,
        numbers={
            "worse": Number(0.5, "quality of the worse help", [0.42, 0.45, 0.5, 0.52, 0.55]),
            "rate": Number(DISCOUNT, "the novice's discount a week", [0.01, 0.015, 0.02, 0.025]),
        },
        regime=_resolve_can_fail,
        promise="a weight below 1 at which the novice turns",
    ),
    5: Question(
        fading_help,
        {
            "quality": Number(0.8, "quality of the help", [0.8, 0.82, 0.85]),
            "standard": Number(0.6, "what must get done at any time", [0.54, 0.56, 0.58, 0.6]),
        },
        _just_enough_is_enough,
        "a standard that can be kept with enough practice",
    ),
}
