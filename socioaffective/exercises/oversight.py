"""The questions of chapter 11, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr

from socioaffective.exercises.answers import attempt, plain, point_out, share
from socioaffective.exercises.questions import Question, Reply
from socioaffective.models import companion
from socioaffective.oversight import cap, compare, level, loss, oversee, run_length
from socioaffective.oversight.alarms import Alarm
from socioaffective.oversight.curves import rings

NOISY = companion.with_noise(ties=0.02, wanting=0.03)
DECLINE, CUES = loss("ties", by=0.2), 0.8
YEARS, A_YEAR = 20, 13
# What an alarm has to reach on people whom the student has not seen.
CAUGHT, FALSE, LATE = 0.85, 0.2, 8
MOST_LOST, STEP = 0.1, 0.05


def people(seed: int, count: int = 300) -> dict:
    """Returns the people of the chapter (seed 0), or others like them.

    >>> from socioaffective.exercises.oversight import people
    >>> sorted(people(0, 2))
    ['binding', 'start']
    """
    shares = np.random.default_rng(seed).uniform(size=(count, 2))
    return {"start": {"ties": 0.45 + 0.3 * shares[:, 0]}, "binding": 3 + 3.5 * shares[:, 1]}


def twice_as_wide(answer: Any) -> str:
    place = plain(answer, -1e9, 1e9, "mu")
    if abs(place - 1 / 16) <= 0.001:
        return "A sixteenth: the spread grows like the fourth root of the distance, so it is slow to tell."
    point_out(
        place,
        [
            (1 / 4, "There the variance has doubled. The standard deviation is its root, so the variance must grow fourfold."),
            (1 / 2, "The variance is D^2/(4 sqrt(mu)), not proportional to 1/mu. Set its root to twice the root at mu = 1."),
            (16.0, "Farther from the fold the spread is smaller. Turn it round."),
            (1 / 256, "There the spread is four times what it is at 1. Only the variance has to grow fourfold."),
        ],
        0.001,
    )
    raise Reply(f"At mu = {place:.4g} it is not twice as wide. The variance near the rest point is D^2/(4 sqrt(mu)).")


def threshold_for_twenty_years(answer: Any) -> str:
    height = plain(answer, 0, 100, "The threshold")
    reports = YEARS * A_YEAR
    if run_length(height) >= reports and run_length(height - 0.1) < reports:
        return "And a fall of one standard deviation is found after some eight reports, which is more than half a year."
    point_out(
        height,
        [
            (5.2, "That is for 1040 reports. In twenty years there are 1040 weeks, but a report only every fourth."),
            (3.7, "That is for 12 reports a year. One every four weeks makes 13."),
            (1.5, "That is for 20 reports. How many are there in twenty years?"),
        ],
        0.04,
    )
    if run_length(height) < reports:
        raise Reply(f"With {height:g} a false alarm comes after {run_length(height):.0f} reports on average: too soon.")
    raise Reply(f"With {height:g} it takes longer than twenty years, but so it does with 0.1 less. Find the least.")


@lru_cache(maxsize=1)
def _others() -> xr.Dataset:
    """Returns the reports, once a week, of people whom the student has not seen."""
    asked = level("ties", below=0.45) | level("felt_relatedness", below=0.4)
    return oversee(NOISY, people(5), asked, decline=DECLINE, cues=CUES, weeks=156, every=1, seed=6)


def good_for_others(answer: Any) -> str:
    if not isinstance(answer, Alarm):
        raise Reply("Give an alarm, such as sa.oversight.level('ties', below=0.4, reports=2).")
    watch = _others()
    rang = attempt("This alarm", rings, watch, answer)
    falls = np.isfinite(watch["declined"].values)
    caught = float((rang - watch["declined"].values <= LATE)[falls].mean())
    false = float(np.isfinite(rang)[~falls].mean())
    said = f"Of 300 other people it catches {caught:.0%} of those who decline in time and alarms {false:.0%} of the rest."
    if caught >= CAUGHT and false <= FALSE:
        return said
    if caught < CAUGHT and false > FALSE:
        raise Reply(f"{said} Too few and too many: what does it look at? A level says more here than a change.")
    if caught < CAUGHT:
        raise Reply(f"{said} Too few in time. Let it ring sooner.")
    if false <= FALSE + 0.05:
        raise Reply(f"{said} Good for the people that it was tuned on, perhaps, and just not for others. Leave some room.")
    raise Reply(f"{said} Too many for nothing. Let it wait for more reports, or ring lower.")


@lru_cache(maxsize=32)
def _lost(height: float) -> float:
    measure = {"cap": (level("ties", below=0.4), cap(cues=height))}
    table = compare(NOISY, people(0), measure, decline=DECLINE, cues=CUES, weeks=208, seed=1)
    return float(table["lost"].sel(measure="cap"))


def mildest_cap(answer: Any) -> str:
    height = share(answer, "The cap")
    if abs(height / STEP - round(height / STEP)) > 1e-6:
        raise Reply(f"Give a multiple of 0.05; {height:g} is none.")
    if (low := _lost(round(height, 2))) > MOST_LOST:
        raise Reply(f"With a cap of {height:g} there are {low:.1%} low in the end: too many. The cap has to be stricter.")
    if height < 1 and (more := _lost(round(height + STEP, 2))) <= MOST_LOST:
        raise Reply(f"It is enough, but so is {height + STEP:g}, with {more:.1%}. Find the mildest.")
    return "Compare with the chapter: the same alarm leads to hardly anything with 0.7, and to little more than this with 0."


QUESTIONS = {
    1: Question(twice_as_wide),
    2: Question(threshold_for_twenty_years),
    3: Question(good_for_others),
    4: Question(mildest_cap),
}
