"""The questions of chapter 10, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from socioaffective.exercises.answers import plain, point_out
from socioaffective.exercises.questions import Question, Reply
from socioaffective.models import ecosystem, needs
from socioaffective.simulation import simulate
from socioaffective.trials import Study, bpnsfs, confounding_bias, power, recover, sample_size, trial

EFFECT, CHOICE, SPREAD, SCATTER = -0.6, 0.8, 0.2, 0.1
GAP, WITHIN, LEAVE = 0.25, 0.6, 0.25
ENOUGH, PEOPLE = 0.75, 200
HIDDEN = {"warmth": 0.6, "engagement": 0.4, "cues": 0.7}


def slope_of_users(answer: Any) -> str:
    slope = plain(answer, -1e3, 1e3, "The slope")
    key = confounding_bias(EFFECT, CHOICE, SPREAD, SCATTER)
    if abs(slope - key) <= 0.01:
        return "Use does nothing here, and still users look worse off, by as much as this. A million users would too."
    spreads = EFFECT * CHOICE * SPREAD / (CHOICE**2 * SPREAD + SCATTER)
    point_out(
        slope,
        [
            (0.0, "That is the true effect. Loneliness moves both use and closeness, so the slope is not 0."),
            (-key, "The sign: the lonely use more and feel less close, so the slope is negative."),
            (EFFECT / CHOICE, "That would be so if nothing but loneliness moved use. Something else does: the scatter."),
            (spreads, "The formula has variances in it. Square the standard deviations."),
            (EFFECT * CHOICE, "That is how closeness goes with loneliness through use, g a. Divide by the variance of use."),
        ],
        0.01,
    )
    raise Reply(f"{slope:.3g} is not it. The bias is g a V / (a^2 V + N), and the true effect is 0.")


def people_to_enrol(answer: Any) -> str:
    count = plain(answer, 0, 1e9, "The number of people")
    key = sample_size(GAP, WITHIN, staying=1 - LEAVE)
    if abs(count - key) <= 8:
        return "One third more than without drop-out, since three quarters stay. This repairs the width, not a bias."
    whole = sample_size(GAP, WITHIN)
    point_out(
        count,
        [
            (key / 2, "That is for one arm. Enrol both."),
            (whole, "That is how many must be there at the end. A quarter will have left by then."),
            (whole * (1 + LEAVE), "Of so many people a quarter leaves, and what stays is too few: divide by 0.75."),
            (sample_size(GAP, 1.0, staying=1 - LEAVE), "The standard deviation within an arm is 0.6 points, not 1."),
            (sample_size(GAP, WITHIN**2, staying=1 - LEAVE), "Give the standard deviation, not the variance."),
        ],
        8,
    )
    raise Reply(f"{count:g} is not it. Use sa.trials.sample_size with the effect, the spread and the share that stays.")


@lru_cache(maxsize=1)
def _study() -> Study:
    ties = np.random.default_rng(0).uniform(0.1, 0.8, PEOPLE)
    before = simulate(ecosystem, 12, {"ties": ties}, access=0)
    people = {"start": {name: before[name].values[-1] for name in ecosystem.states}}
    arms = {"no assistant": {"access": 0}, "binding": {"cues": 0.6}}
    return trial(ecosystem, arms, "relatedness", people, weeks=4, scale="BPNSFS", seed=7)


@lru_cache(maxsize=64)
def _found(week: int) -> tuple[float, float]:
    """Returns the power of a trial that ends in a week, in closed form, and the effect that is there then."""
    found = power(_study(), [PEOPLE], week=week, trials=1)
    return float(found["closed_form"][0]), float(found.attrs["effect"])


def first_week_that_warns(answer: Any) -> str:
    asked = plain(answer, 1, 104, "The week")
    if asked != int(asked):
        raise Reply(f"Give a whole week, not {asked:g}.")
    week = int(asked)
    share, effect = _found(week)
    if share >= ENOUGH and effect > 0:
        raise Reply(f"In week {week} the trial surely finds something, and it is relief. Look for a difference below zero.")
    if share < ENOUGH:
        raise Reply(f"A trial that ends in week {week} has a power of {share:.2f}. Let it run for longer.")
    if _found(week - 1)[0] >= ENOUGH:
        raise Reply(f"In week {week} the power is {share:.2f}, but it is enough a week before too. Find the first such week.")
    return "Half a year, for an erosion that ends two years later. Until week 16 it would have reported relief or nothing."


@lru_cache(maxsize=1)
def _diaries() -> Any:
    return trial(needs, {"all": {}}, list(needs.states), n=30, weeks=12, long=12, scale="BPNSFS", seed=2, **HIDDEN).data


@lru_cache(maxsize=32)
def _told(names: tuple[str, ...]) -> tuple[bool, bool]:
    free = {"warmth": (0.05, 1), "engagement": (0.05, 1)}
    fit = recover(needs, _diaries()[list(names)], free, "BPNSFS", cues=HIDDEN["cues"], starts=1, points=3)
    return fit.identified["warmth"], fit.identified["engagement"]


def fewest_subscales(answer: Any) -> str:
    if isinstance(answer, str) or not isinstance(answer, (list, tuple, set)) or not all(isinstance(n, str) for n in answer):
        raise Reply("Give a list of names of subscales, such as ['relatedness', 'autonomy'].")
    names = tuple(name for name in bpnsfs() if name in set(answer))
    if other := sorted(set(answer) - set(names)):
        raise Reply(f"'{other[0]}' is no subscale. They are {', '.join(bpnsfs())}.")
    if not names:
        raise Reply("Without any subscale there is nothing to fit to.")
    if len(names) > 2:
        raise Reply(f"{len(names)} subscales are more than you need: two will do, if they are the right ones.")
    if not any(name.startswith("relatedness") for name in names):
        raise Reply("Warmth acts on relatedness alone, so without a subscale of relatedness its profile is flat.")
    if all(name.startswith("relatedness") for name in names):
        raise Reply("Relatedness knows warmth and use by their product only. Add a need that use moves by itself.")
    warmth, use = _told(names)
    if warmth and use:
        return "One subscale knows the product, the other knows the use: together they know both."
    raise Reply(
        "A right idea, but with these two a profile stays open: that one is nearly at the end of its scale. Try another."
    )


QUESTIONS = {
    1: Question(slope_of_users),
    2: Question(people_to_enrol),
    3: Question(first_week_that_warns),
    4: Question(fewest_subscales),
}
