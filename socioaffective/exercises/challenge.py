"""The capstone's questions: to read the front, to treat people alike, to keep a floor, and to write a policy near the front."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr

from socioaffective.control.optimum import KEPT, optimise
from socioaffective.exercises.answers import attempt, plain
from socioaffective.exercises.questions import Number, Question, Reply, quantity
from socioaffective.exercises.standings import (
    PLANNED,
    WEEKS,
    at_least,
    best_plan,
    best_wellbeing,
    curve_of,
    distance,
    key_of,
    mixture,
    standing,
    weight_at,
    wellbeing,
)
from socioaffective.models import ecosystem
from socioaffective.objectives import engagement, mean_over_time
from socioaffective.policies import COST, Climber, Steps, Stepwise
from socioaffective.policies.base import Relay
from socioaffective.simulation.runs import simulate

# The people of questions 2 and 3.
PEOPLE: dict[str, dict[str, Any]] = {
    "the newcomer": {},
    "somebody lonelier": {"start": {"ties": 0.15, "relatedness": 0.2}},
    "somebody with many ties": {"start": {"ties": 0.9, "relatedness": 0.7}},
    "somebody quick to want": {"sensitisation": 0.9},
}
# How far off the answers to questions 1 and 2 may be, and which strengths of cues are tried.
NEAR, NEARER, STRENGTHS = 0.0015, 0.0004, np.linspace(0, 1, 101)
# Question 3: how much engagement a policy may give away on average for full marks, and how much more for none.
SPARE, TOO_MUCH = 0.02, 0.2
# Question 4: the least engagement, how far from the front a policy may stand for full marks, and how much further for none.
KEEP, FULL, NONE = 0.7, 0.008, 0.05


def _alike(cues: Any, **person: Any) -> xr.Dataset:
    """Returns the run of somebody under one strength of cues, or under several, with the other levers at 0."""
    return simulate(ecosystem, WEEKS, cues=cues, steering=0, accommodation=0, **person)


def reached(least: float) -> bool:
    """Returns whether the best plan at the exchange rate of this engagement has this engagement, and the well-being of the key.

    >>> from socioaffective.exercises.challenge import reached
    >>> reached(0.7)
    True
    """
    weight = weight_at(least)
    run = optimise(ecosystem, mixture(weight), **PLANNED).run
    level, well = float(engagement.score(run)), float(wellbeing.score(run))
    return weight < 0.95 and abs(level - least) < 0.02 and distance(level, well) < 0.001


@lru_cache(maxsize=16)
def _other_wellbeings(least: float) -> list[tuple[float, str]]:
    run = _alike(np.linspace(0, 1, 51))
    level, well = engagement.score(run).values, wellbeing.score(run).values
    rising = slice(0, int(level.argmax()) + 1)
    return [
        (at_least(curve_of(COST), least), "In your front levers cost something. Give sa.pareto cost=0, as the text says."),
        (at_least(curve_of(0, "needs"), least), "That is well-being minus ill-being, the objective 'needs'. Take 'wellbeing'."),
        (best_wellbeing(0), "That is the most well-being there is, at whatever engagement. Yours must be used."),
        (
            float(np.interp(least, level[rising], well[rising])),
            "One strength of cues for two years brings that. A plan that changes over time brings more.",
        ),
        (weight_at(least), "That is the weight of well-being at this point of the front. Give the well-being itself."),
    ]


def _about(least: float) -> list[tuple[float, str]]:
    key = best_wellbeing(least)
    return [(value, sentence) for value, sentence in _other_wellbeings(least) if abs(value - key) > 2.1 * NEAR]


def _below_or_above(value: float, least: float) -> str:
    if value > best_wellbeing(least):
        return f"With an engagement of {least:g} nobody can have so much. The front at that engagement lies lower."
    return f"More is possible with an engagement of {least:g}. Find the weight whose plan has just this engagement."


@lru_cache(maxsize=16)
def _treated_alike(weight: float) -> np.ndarray:
    """Returns what each of the people loses, in the mixture, under each strength of cues, shape (people, strengths)."""
    aim = mixture(weight)
    best = [[best_plan(weight, key_of(**person))[0]] for person in PEOPLE.values()]
    return np.array(best) - [aim.score(_alike(STRENGTHS, **person)).values for person in PEOPLE.values()]


def price_of_alike(weight: float) -> float:
    """Returns what the best single strength of cues loses on average against each one's own best plan.

    >>> from socioaffective.exercises.challenge import price_of_alike
    >>> round(price_of_alike(0.75), 3)
    0.012
    """
    return float(_treated_alike(weight).mean(axis=0).min())


def _other_prices(weight: float) -> list[tuple[float, str]]:
    lost, key = _treated_alike(weight), price_of_alike(weight)
    k = int(lost.mean(axis=0).argmin())
    found = [
        (lost[:, k].sum(), "That is the sum over the four people. Take the mean."),
        (lost[:, k].max(), "That is what the worst off of the four loses. Take the mean."),
        (lost[0, k], "That is what the newcomer loses. Take the mean over the four."),
        (lost.min(axis=1).mean(), "There each has the strength that is best for them. Give all the same one."),
        (key / weight, "Do not divide by the weight: the loss is one of the mixture."),
        (WEEKS * key, "That is over all 104 weeks. Take the mean over the time."),
        (-key, "A loss is what the best plan has more: turn the difference round."),
    ]
    return [(float(value), sentence) for value, sentence in found if abs(value - key) > 2.1 * NEARER]


def _which_price(value: float, weight: float) -> str:
    if value > price_of_alike(weight):
        return "Another strength of cues loses less on average. Try them in steps of 0.01."
    return f"So little is not possible. Are the plans and the strength both scored by {mixture(weight)}?"


def _a_function(policy: Any) -> None:
    """Replies where an answer is no function of the state, or one that answers wrongly or jumps."""
    if isinstance(policy, type) or (not callable(policy) and not isinstance(policy, (Steps, Climber, Stepwise, Relay))):
        raise Reply("Give a policy: a function from a state, such as {'wanting': 0.1, ...}, to levers, such as {'cues': 0.5}.")
    if isinstance(policy, (Steps, Climber, Stepwise, Relay)):
        raise Reply("Write your own function of the state. One of sa.policies goes by a schedule, a measurement or a plan.")
    attempt("This policy", _probe, policy)


def _probe(policy: Callable) -> None:
    middle = {name: q.start for name, q in ecosystem.states.items()}
    for base in (middle, middle | {"wanting": 0.45, "autonomy": 0.5, "ties": 0.2}):
        for name, state in ecosystem.states.items():
            given = [_levers(policy, base | {name: float(value)}) for value in np.linspace(*state.bounds, 201)]
            for lever in given[0]:
                if np.abs(np.diff([levers[lever] for levers in given])).max() > 0.3:
                    raise Reply(
                        f"The policy jumps: its '{lever}' changes at once as {name} passes a level. Let it go by degrees."
                    )


def _levers(policy: Callable, state: dict[str, float]) -> dict[str, float]:
    """Returns the levers of a policy at a state, all of them, or replies that it answers wrongly."""
    said = policy(dict(state))
    if not isinstance(said, Mapping) or not set(said) <= set(ecosystem.levers):
        raise Reply(f"The policy returned {said!r}; it must return a mapping from levers to levels, such as {{'cues': 0.5}}.")
    levels = {name: plain(value, 0, 1, f"The policy's '{name}'") for name, value in said.items()}
    return {name: q.default for name, q in ecosystem.levers.items()} | levels


def keepable(floor: float) -> bool:
    """Returns whether for each of the people there is a plan that keeps this floor under autonomy.

    >>> from socioaffective.exercises.challenge import keepable
    >>> keepable(0.54)
    True
    """
    return all(best_plan(0, key_of(**person), floor)[1] <= KEPT for person in PEOPLE.values())


def floor_for_all(answer: Any, floor: float) -> str:
    _a_function(answer)
    lost = {}
    for who, person in PEOPLE.items():
        run = attempt("This policy", simulate, ecosystem, WEEKS, policy=answer, dt=0.5, **person)
        low = float(run["autonomy"].min())
        if low < floor - 2 * KEPT:
            raise Reply(f"For {who} autonomy falls to {low:.3f}. {_why_so_low(answer, who, run)}")
        lost[who] = best_plan(0, key_of(**person), floor)[0] - float(engagement.score(run))
    mean = float(np.mean(list(lost.values())))
    if mean > SPARE:
        share = float(np.clip(1 - (mean - SPARE) / TOO_MUCH, 0, 1))
        eased = float(mean_over_time(run["accommodation"])) > 0.5
        more = (
            "You hold back more than the floor asks." if eased else "No floor stands under competence: what would ease bring?"
        )
        raise Reply(
            f"The floor holds for all four, for {share:.0%} of the marks: engagement is {mean:.3f} short. {more}", share
        )
    return (
        "One rule holds the line for four who differ, and nearly all the engagement is kept. Look at competence in your runs: "
        "a floor guards what it stands under."
    )


def _why_so_low(policy: Any, who: str, run: xr.Dataset) -> str:
    if float(mean_over_time(run["steering"])) > 0.05:
        return "Steering presses on autonomy, and engagement hardly needs it here."
    if float(np.ptp(run["cues"].values)) < 0.01:
        return "One strength of cues is too much for one and too little for another: look at the state."
    if who == "somebody quick to want":
        return "The others are safe. When autonomy gives the alarm, wanting has already risen: look at that."
    return "Give fewer cues sooner."


def your_policy(answer: Any) -> str:
    _a_function(answer)
    run = attempt("This policy", simulate, ecosystem, WEEKS, policy=answer, dt=0.5)
    level, well = float(engagement.score(run)), float(wellbeing.score(run))
    where = f"Your policy stands at engagement {level:.3f} and well-being {well:.3f}"
    if level < KEEP:
        raise Reply(f"{where}. It must be used: an engagement of at least {KEEP:g}.")
    short = distance(level, well)
    if short > FULL:
        share = float(np.clip(1 - (short - FULL) / NONE, 0, 1))
        raise Reply(f"{where}, {short:.3f} below the front: {share:.0%} of the marks. {_hint(run)}", share)
    return f"{where}, {short:.3f} below the front. Others will meet it too: try it on people who differ."


def _hint(run: xr.Dataset) -> str:
    mean = {name: float(mean_over_time(run[name])) for name in ecosystem.levers}
    if mean["accommodation"] > 0.15:
        return "Doing it for them costs competence: lower accommodation."
    if mean["steering"] > 0.15:
        return "Steering costs autonomy. Look at how much of it the plans on the front use."
    return (
        "Look at how the cues of the plan next to yours on the front go over the two years, and at which states go with them."
    )


QUESTIONS = {
    1: quantity(
        "Well-being",
        lambda least: best_wellbeing(least),
        NEAR,
        lambda least: f"There the next unit of engagement costs {1 / weight_at(least) - 1:.2f} of well-being.",
        _below_or_above,
        mistakes=_about,
        share=True,
        numbers={"least": Number(0.7, "the least engagement", [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8])},
        regime=reached,
        promise="a point of the front with just this engagement, where more engagement costs well-being",
    ),
    2: quantity(
        "The loss",
        price_of_alike,
        NEARER,
        "Little on average, but look at who pays: the one who loses most loses nearly twice the mean.",
        _which_price,
        mistakes=_other_prices,
        numbers={"weight": Number(0.75, "weight of well-being", [0.7, 0.725, 0.75, 0.775, 0.8])},
        regime=lambda weight: bool((_treated_alike(weight).min(axis=1) > 0).all()),
        promise="plans that are better for each of the four than any single strength of cues",
    ),
    3: Question(
        floor_for_all,
        {"floor": Number(0.54, "floor under autonomy", [0.5, 0.52, 0.54, 0.56, 0.58])},
        keepable,
        "plans that keep the floor for each of the four",
    ),
    4: Question(your_policy, report=lambda policy: dict(zip(("engagement", "wellbeing"), standing(policy), strict=True))),
}
