"""The questions of chapter 09, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
import xarray as xr

from socioaffective.exercises.answers import alike, attempt, formula
from socioaffective.exercises.questions import Number, Question, Reply, quantity
from socioaffective.models import companion, ecosystem
from socioaffective.populations.decomposition import sobol_indices
from socioaffective.populations.people import population
from socioaffective.simulation.runs import counterfactual, simulate
from socioaffective.spreads import everyone, lognormal

PEOPLE, WEEKS, DECADE, MEDIAN_GROWTH = 512, 104, 520, 0.05
# What question 5 asks for: a shift of mean ties at most, and who counts as isolated.
SHIFT, ISOLATED = 0.05, 0.3


@lru_cache(maxsize=32)
def _lives(cues: float, growth: float = MEDIAN_GROWTH) -> tuple[np.ndarray, np.ndarray]:
    """Returns relatedness with and without the assistant, week by week and person by person."""
    people = population(ecosystem, PEOPLE, design="sobol", **{**everyone(), "growth": lognormal(growth, 0.3)})
    run = simulate(ecosystem, WEEKS, dt=1, cues=cues, **people)
    given, alone = (each["relatedness"].transpose("time", "person").values for each in (run, counterfactual(run)))
    return given, alone


def worst_tenth(week_seen: float, fan_cues: float) -> float:
    """Returns how much less, at least, the tenth has who have lost most, against their own life without the assistant.

    >>> from socioaffective.exercises.populations import worst_tenth
    >>> round(worst_tenth(90, 0.6), 2)
    0.26
    """
    given, alone = _lives(fan_cues)
    return -float(np.quantile((given - alone)[int(week_seen)], 0.1))


def _read_off_elsewhere(week_seen: float, fan_cues: float) -> list[tuple[float, str]]:
    given, alone = (levels[int(week_seen)] for levels in _lives(fan_cues))
    gap, key, lowest = given - alone, worst_tenth(week_seen, fan_cues), float(np.quantile(given, 0.1))
    wrong = [
        (
            float(np.quantile(alone, 0.1)) - lowest,
            "That is the distance of the lower edges on the left. The lowest tenth with and without are other people.",
        ),
        (-key, "That is the loss with a sign. How much less is a number above 0."),
        (-float(np.median(gap)), "That is what half of them have lost at least. Read the edge of the worst tenth."),
        (-float(np.quantile(gap, 0.9)), "That is the upper edge: nine in ten have lost at least as much. Read the lower one."),
        (-float(gap.min()), "That is what whoever lost most has lost. Read the edge of the worst tenth."),
        (lowest, "That is how much relatedness the lowest tenth has at most. Read the picture of losses."),
    ]
    return [(value, sentence) for value, sentence in wrong if abs(value - key) > 0.021]


def whom_the_fans_tell_apart(week_seen: float, fan_cues: float) -> bool:
    """Returns whether nearly all have less than without the assistant, by more than the lower edges of two fans say.

    >>> from socioaffective.exercises.populations import whom_the_fans_tell_apart
    >>> whom_the_fans_tell_apart(90, 0.6)
    True
    """
    given, alone = (levels[int(week_seen)] for levels in _lives(fan_cues))
    edges = np.quantile(alone, 0.1) - np.quantile(given, 0.1)
    return bool((given < alone).mean() > 0.9 and worst_tenth(week_seen, fan_cues) > edges + 0.02)


@lru_cache(maxsize=32)
def _weeks(cues: float, growth: float) -> dict[str, int]:
    """Returns the first week of each thing that may be taken for the turn."""
    given, alone = _lives(cues, growth)
    gap = (given - alone)[1:]
    below = (gap < 0).mean(axis=1)
    found = {"half": below > 0.5, "mean": gap.mean(axis=1) < 0, "anybody": below > 0, "nine in ten": below > 0.9}
    return {name: int(np.argmax(when)) + 1 for name, when in found.items()}


def gains_on_average_while_most_have_lost(mild_cues: float, usual_growth: float) -> bool:
    """Returns whether, in the first week in which more than half have lost, the mean is still above that without.

    No close call: neither this week nor the one before is decided by fewer than three of the people.

    >>> from socioaffective.exercises.populations import gains_on_average_while_most_have_lost
    >>> gains_on_average_while_most_have_lost(0.3, 0.05), gains_on_average_while_most_have_lost(0.2, 0.03)
    (True, True)
    """
    given, alone = _lives(mild_cues, usual_growth)
    gap, week = given - alone, _weeks(mild_cues, usual_growth)["half"]
    before, now = ((gap[k] < 0).sum() - PEOPLE / 2 for k in (week - 1, week))
    return bool(gap[week].mean() > 5e-4 and now >= 3 and before <= -3)


def _another_turn(mild_cues: float, usual_growth: float) -> list[tuple[float, str]]:
    found = _weeks(mild_cues, usual_growth)
    wrong = [
        (found["mean"], "That is when the mean falls below. Count people: most had lost before that."),
        (found["anybody"], "That is when the first of them has less. Wait for more than half."),
        (found["nine in ten"], "That is when nine in ten have less. More than half is earlier."),
        (_weeks(0.5, usual_growth)["half"], f"That is the week for cues of 0.5. Set cues to {mild_cues:g}."),
        (_weeks(mild_cues, MEDIAN_GROWTH)["half"], f"That is the week for everyone(). Set the median to {usual_growth:g}."),
    ]
    return [(week, sentence) for week, sentence in wrong if week != found["half"]]


SYMBOLS = {name: sympy.Symbol(name, positive=True) for name in ("m", "L", "U")}


def share_from_the_mean(answer: Any) -> str:
    found = formula(answer, SYMBOLS)
    m, low, high = SYMBOLS.values()
    if attempt("This formula", alike, found, (high - m) / (high - low)):
        return "One number of the mean is one number of the share, if both states are known. The share is what people live."
    for wrong, sentence in (
        ((m - low) / (high - low), "That is the share of the connected: with m = U it would be 1. Turn it round."),
        (
            (high - m) / (high + low),
            "With all isolated, m = L, the share must be 1. Divide by the distance of the states.",
        ),
        (1 - m, "That would be so if the states lay at 0 and 1. Here they lie at L and U."),
        ((high - m) / high, "That takes the isolated state for 0. It is L."),
        ((low + high) / 2, "That is the middle of the two states. The share hangs on the mean that was reported."),
    ):
        if alike(found, wrong):
            raise Reply(sentence)
    raise Reply("Not yet. Write the mean as p L + (1 - p) U, and solve for p.")


@lru_cache(maxsize=32)
def _variances(cues: float, growth: float | None) -> tuple[float, float]:
    """Returns the variance of relatedness in weeks 4 and 104, with growth the same for all or, if None, as it is spread."""
    same = {} if growth is None else {"growth": growth}
    people = population(ecosystem, PEOPLE, design="sobol", **{**everyone(), **same})
    run = simulate(ecosystem, WEEKS, dt=4, cues=cues, **people)["relatedness"].sel(time=[4, WEEKS])
    early, late = run.var("person").values
    return float(early), float(late)


def what_is_left(strong_cues: float, same_growth: float) -> float:
    """Returns the share of the variance of relatedness in week 104 that is left when growth is the same for all.

    >>> from socioaffective.exercises.populations import what_is_left
    >>> round(what_is_left(0.5, 0.05), 2)
    0.15
    """
    return _variances(strong_cues, same_growth)[1] / _variances(strong_cues, None)[1]


def growth_decides(strong_cues: float, same_growth: float) -> bool:
    """Returns whether growth has a first-order index above four fifths, and less than a quarter is left without its spread.

    >>> from socioaffective.exercises.populations import growth_decides
    >>> growth_decides(0.5, 0.05)
    True
    """
    return what_is_left(strong_cues, same_growth) < 0.25 and _index(strong_cues) > 0.8


@lru_cache(maxsize=8)
def _index(cues: float) -> float:
    asked = {"late": ("relatedness", WEEKS)}
    return float(sobol_indices(ecosystem, asked, everyone(), n=128, dt=52, cues=cues)["first"].sel(trait="growth").squeeze())


def _another_share(strong_cues: float, same_growth: float) -> list[tuple[float, str]]:
    key = what_is_left(strong_cues, same_growth)
    return [
        (1 - key, "That is the share that has gone. What is left?"),
        (float(np.sqrt(key)), "That is the ratio of standard deviations. Square it: shares are of the variance."),
        (_variances(strong_cues, same_growth)[0] / _variances(strong_cues, None)[0], "That is for week 4. Look at week 104."),
        (_variances(strong_cues, same_growth)[1], "That is the variance itself. Divide it by that with all the spreads."),
    ]


@lru_cache(maxsize=16)
def _uncorrelated(cues: float, weeks: float) -> xr.Dataset:
    return _ends(cues, None, weeks)


def _ends(cues: float, correlation: Mapping[tuple[str, str], float] | None, weeks: float) -> xr.Dataset:
    people = population(companion, PEOPLE, design="sobol", correlation=correlation, **everyone())
    return simulate(companion, weeks, dt=52, cues=cues, **people).isel(time=-1)


def _harm(cues: float, correlation: Mapping[tuple[str, str], float], weeks: float = WEEKS) -> tuple[float, float, float]:
    """Returns the share that is isolated without and with these correlations, and by how much mean ties move."""
    usual, end = _uncorrelated(cues, weeks), _ends(cues, correlation, weeks)
    before, harmed = (float((run["ties"] < ISOLATED).mean()) for run in (usual, end))
    return before, harmed, abs(float(end["ties"].mean() - usual["ties"].mean()))


def other_harms(answer: Any, same_cues: float, more: float) -> str:
    if not isinstance(answer, Mapping):
        raise Reply("Give a mapping from pairs of names to correlations, such as {('ties', 'growth'): 0.3}.")
    if not attempt("This mapping", lambda: any(answer.values())):
        raise Reply("Without any correlation people are those of the chapter. Give at least one pair.")
    before, harmed, shift = attempt("This population", _harm, same_cues, dict(answer))
    if harmed <= before:
        raise Reply(f"Now {harmed:.1%} are isolated, {before:.1%} before: these pairs protect. Turn a sign round.")
    if harmed < before + more:
        raise Reply(f"Now {harmed:.1%} are isolated, and {before:.1%} before: the right way, not far enough.")
    if shift > SHIFT:
        raise Reply(f"{harmed:.1%} are isolated, but mean ties have moved by {shift:.3f}, more than {SHIFT}: milder, please.")
    return f"{harmed:.1%} are isolated, not {before:.1%}, and mean ties moved by {shift:.3f}. Each spread is the same."


def two_traits_will_do(same_cues: float, more: float) -> bool:
    """Returns whether a correlation of one pair brings so much more harm, lastingly, and hardly moves the mean.

    >>> from socioaffective.exercises.populations import two_traits_will_do
    >>> two_traits_will_do(0.6, 0.035)
    True
    """
    pair = {("growth", "appeal_of_cues"): -0.8}
    before, harmed, shift = _harm(same_cues, pair)
    before_in_ten_years, harmed_in_ten_years, _ = _harm(same_cues, pair, DECADE)
    lasts = harmed_in_ten_years > before_in_ten_years + more / 2 + 0.004
    return lasts and harmed > before + more + 0.004 and shift < SHIFT - 0.01


QUESTIONS = {
    1: quantity(
        "The loss",
        worst_tenth,
        0.01,
        "The two fans on the left would have said less: the lowest tenth with and the lowest tenth without are other people.",
        lambda value, week_seen, fan_cues: (
            f"{value:.3g} is not it. On the right, look where the lower edge of the light band lies in week {week_seen:g}."
        ),
        mistakes=_read_off_elsewhere,
        bounds=(-1, 1),
        numbers={
            "week_seen": Number(90, "week in which the fan is read", [52, 64, 78, 90, 104]),
            "fan_cues": Number(0.6, "strength of the cues", [0.5, 0.55, 0.6, 0.65]),
        },
        regime=whom_the_fans_tell_apart,
        promise="nearly all have less, and the two fans are closer than each to their own life",
    ),
    2: quantity(
        "The week",
        lambda mild_cues, usual_growth: _weeks(mild_cues, usual_growth)["half"],
        0.4,
        "And in that week the mean is still above that without the assistant: a gain on average, and most have lost.",
        lambda week, **numbers: (
            f"Not week {week:g}. Take (gap < 0).mean('person'), week by week, with gap the difference to the counterfactual."
        ),
        mistakes=_another_turn,
        bounds=(0, WEEKS),
        numbers={
            "mild_cues": Number(0.3, "strength of the cues", [0.2, 0.25, 0.3, 0.35]),
            "usual_growth": Number(MEDIAN_GROWTH, "median of growth", [0.04, MEDIAN_GROWTH, 0.06]),
        },
        regime=gains_on_average_while_most_have_lost,
        promise="a week in which most have lost and the mean has gained, and no close call",
    ),
    3: Question(share_from_the_mean),
    4: quantity(
        "The share that is left",
        what_is_left,
        0.08,
        "More than three quarters of the variance go with one trait: nearly its first-order index, found by hand.",
        lambda left, strong_cues, same_growth: (
            f"{left:.3g} is not it. With cues of {strong_cues:g}, divide the variance in week 104 with growth={same_growth:g} "
            "for all by that with everyone()."
        ),
        mistakes=_another_share,
        relative=True,
        share=True,
        numbers={
            "strong_cues": Number(0.5, "strength of the cues", [0.45, 0.475, 0.5, 0.525, 0.55]),
            "same_growth": Number(0.05, "growth of all", [0.045, 0.05, 0.055]),
        },
        regime=growth_decides,
        promise="growth decides: a first-order index above four fifths, and less than a quarter left",
    ),
    5: Question(
        other_harms,
        {
            "same_cues": Number(0.6, "strength of the cues", [0.58, 0.59, 0.6, 0.61, 0.62]),
            "more": Number(0.035, "how many more are isolated, at least, as a share of all", [0.03, 0.035, 0.04]),
        },
        two_traits_will_do,
        "one pair is enough, for a harm that lasts, and mean ties hardly move",
    ),
}
