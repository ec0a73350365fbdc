"""The questions of chapter 11, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from socioaffective.dynamics.equilibrium import equilibria
from socioaffective.dynamics.indicators import linear_noise
from socioaffective.exercises.answers import attempt
from socioaffective.exercises.companionship import ends_connected, two_stable_and_a_saddle
from socioaffective.exercises.questions import Number, Question, Reply, quantity
from socioaffective.model import Model
from socioaffective.models import companion
from socioaffective.oversight import cap, level, loss, operating_curve, oversee, run_length
from socioaffective.oversight.alarms import Alarm
from socioaffective.oversight.watching import Setting
from socioaffective.quantities import parameter, state
from socioaffective.simulation.runs import simulate

NOISY = companion.with_noise(ties=0.02, wanting=0.03)
DECLINE, CUES = loss("ties", by=0.2), 0.8
# What counts as in time, and an alarm that is good enough for whatever a student can be asked for.
LATE, GOOD = 8, level("ties", below=0.5, reports=3)
STEP = 0.05

x, r = state("x", start=1, bounds=(-1, 2)), parameter("r", 1, (0, 1))
FOLD = Model("Fold", {x: r - x**2}, noise={x: 0.02})


def people(seed: int, count: int = 300) -> dict:
    """Returns the people of the chapter (seed 0), or others like them.

    >>> from socioaffective.exercises.oversight import people
    >>> sorted(people(0, 2))
    ['binding', 'start']
    """
    shares = np.random.default_rng(seed).uniform(size=(count, 2))
    return {"start": {"ties": 0.45 + 0.3 * shares[:, 0]}, "binding": 3 + 3.5 * shares[:, 1]}


def _is_so_wide(times: float, from_mu: float) -> bool:
    """Returns whether the library's own spread at the right answer is that many times what it was."""
    spreads = []
    for mu in (from_mu, from_mu / times**4):
        rest = next(point for point in equilibria(FOLD, r=mu) if point.stable)
        spreads.append(linear_noise(FOLD, rest, r=mu).variance["x"] ** 0.5)
    return bool(np.isclose(spreads[1] / spreads[0], times))


def _other_powers(times: float, from_mu: float) -> list[tuple[float, str]]:
    return [
        (
            from_mu / times**2,
            "There the variance has grown so many times. The standard deviation is its root, so take the square of that.",
        ),
        (from_mu / times, "The variance is D^2/(4 sqrt(mu)), not proportional to 1/mu. Take its root, and compare."),
        (from_mu * times**4, "Farther from the fold the spread is smaller. Turn it round."),
        (from_mu / times**8, "There the standard deviation has grown as much as only the variance has to."),
        (from_mu - from_mu / times**4, "That is how far mu has come. Give the mu at which it is."),
    ]


@lru_cache(maxsize=64)
def _threshold(reports: float, shift: float = 0.0, slack: float = 0.5) -> float:
    """Returns the threshold with which a CUSUM takes so many reports on average."""
    return float(brentq(lambda height: run_length(height, slack, shift) - reports, 0, 600))


def _other_counts(years: float, every: float) -> list[tuple[float, str]]:
    reports = years * 52 / every
    return [
        (_threshold(years * 52), f"That is for a report a week. Here there is one only every {every:g} weeks."),
        (
            _threshold(years * 48 / every),
            f"That is as if a month had four weeks and a year twelve months. A year has {52 / every:g} reports.",
        ),
        (_threshold(years), f"That is for a report a year. How many are there in {years:g} years?"),
        (_threshold(reports, slack=0), "That is without slack. Here 0.5 is taken off at each report."),
        (
            _threshold(reports, shift=1),
            "That is the time until a fall of one standard deviation is found. A false alarm comes while all is well: shift 0.",
        ),
    ]


def _too_soon(height: float, years: float, every: float) -> str:
    if height < 0:
        return "A threshold is not negative: the sum never falls below 0."
    side = "too soon" if run_length(height) < years * 52 / every else "more than was asked for"
    return f"With {height:g} a false alarm comes after {run_length(height):.4g} reports on average: {side}."


@lru_cache(maxsize=4)
def others(seed: int, error: float = 0.05) -> xr.Dataset:
    """Returns the reports, once a week for three years, of people whom the student has not seen.

    >>> from socioaffective.exercises.oversight import others
    >>> others(5)["reports"].sizes["report"]
    157
    """
    asked = level("ties", below=0.45) | level("felt_relatedness", below=0.4)
    weekly: dict[str, Any] = {"weeks": 156, "every": 1, "error": error, "seed": seed + 1}
    return oversee(NOISY, people(seed), asked, decline=DECLINE, cues=CUES, **weekly)


def _found(alarm: Alarm) -> tuple[float, float]:
    """Returns whom an alarm catches in time among the people of the check, and whom it alarms for nothing."""
    curve = operating_curve(others(5), lambda _: alarm, [0], late=LATE).isel(threshold=0)
    return float(curve["in_time"]), float(curve["false_alarms"])


def good_for_others(answer: Any, caught: float, falsely: float) -> str:
    if not isinstance(answer, Alarm):
        raise Reply("Give an alarm, such as sa.oversight.level('ties', below=0.4, reports=2).")
    found, false = attempt("This alarm", _found, answer)
    said = f"Of 300 other people it catches {found:.0%} of those who decline in time and alarms {false:.0%} of the rest."
    if found >= caught and false <= falsely:
        return said
    if found < caught and false > falsely:
        raise Reply(f"{said} Too few and too many: what does it look at? A level says more here than a change.")
    if found < caught:
        raise Reply(f"{said} Too few in time. Let it ring sooner.")
    if false <= falsely + 0.05:
        raise Reply(f"{said} Good for the people that it was tuned on, perhaps, and just not for others. Leave some room.")
    raise Reply(f"{said} Too many for nothing. Let it wait for more reports, or ring lower.")


@lru_cache(maxsize=1)
def _four_years() -> Setting:
    # What sa.oversight.compare makes of the same keywords; the lives without a response are lived once.
    return Setting(NOISY, people(0), DECLINE, weeks=208, seed=1, settings={"cues": CUES})


@lru_cache(maxsize=64)
def _lost(rings_below: float, steps: int) -> float:
    """Returns how many are low in the end if an alarm at these ties leads to a cap of so many steps."""
    watched = _four_years().run(level("ties", below=rings_below), cap(cues=round(steps * STEP, 2)))
    return float(watched["lost"].sel(life="watched").mean())


def mildest_cap(rings_below: float, at_most: float) -> float:
    """Returns the highest cap, in steps of 0.05, with which no more than so many are low in the end.

    >>> from socioaffective.exercises.oversight import mildest_cap
    >>> mildest_cap(0.4, 0.25)
    0.6
    """
    # A cap at the level of the cues changes nothing, and about half are low.
    highest = next(k for k in range(round(CUES / STEP) - 1, -1, -1) if _lost(rings_below, k) <= at_most)
    return round(highest * STEP, 2)


def _cap_turns_it(rings_below: float, at_most: float) -> bool:
    """Returns whether the least cap that is too mild fails by more than a person, and the mildest that will do does so too."""
    best = round(mildest_cap(rings_below, at_most) / STEP)
    return best > 0 and _lost(rings_below, best) <= at_most - 1 / 300 and _lost(rings_below, best + 1) >= at_most + 1 / 300


def _another_cap(height: float, rings_below: float, at_most: float) -> str:
    if abs(height / STEP - round(height / STEP)) > 1e-6:
        return f"Give a multiple of 0.05; {height:g} is none."
    if (low := _lost(rings_below, round(height / STEP))) > at_most:
        return f"With a cap of {height:g} there are {low:.1%} low in the end: too many. The cap has to be stricter."
    more = _lost(rings_below, round(height / STEP) + 1)
    return f"It is enough, but so is {height + STEP:g}, with {more:.1%}. Find the mildest."


def _one_step_milder(rings_below: float, at_most: float) -> str:
    more = _lost(rings_below, round(mildest_cap(rings_below, at_most) / STEP) + 1)
    return f"One step milder, and {more:.1%} are low. Now look at what either takes from engagement."


@lru_cache(maxsize=16)
def _rung(rings_at: float) -> tuple[float, dict[str, float]]:
    """Returns when the alarm rings for somebody on the way down, and how they are then."""
    sinking = simulate(companion, 156, {"ties": 0.5}, cues=CUES)
    then = sinking.isel(time=int((sinking["ties"].values < rings_at).argmax()))
    return float(then["time"]), {name: float(then[name]) for name in companion.states}


@lru_cache(maxsize=32)
def shortest_rest(rings_at: float, comes_back: float) -> float:
    """Returns how many weeks the cues must rest from the alarm on, for the person not to relapse when they come back.

    >>> from socioaffective.exercises.oversight import shortest_rest
    >>> round(shortest_rest(0.3, 0.8))
    37
    """
    _, start = _rung(rings_at)
    low, high = 0.0, 200.0
    while high - low > 0.01:
        middle = (low + high) / 2
        rested = simulate(companion, middle, start, dt=middle, cues=0).isel(time=-1)
        there = {name: float(rested[name]) for name in start}
        low, high = (low, middle) if ends_connected(there, cues=comes_back) else (middle, high)
    return high


def _a_rest_is_needed(rings_at: float, comes_back: float) -> bool:
    """Returns whether there is a divide at the cues that come back, on whose wrong side the alarm rings."""
    return two_stable_and_a_saddle(comes_back) and 1 < shortest_rest(rings_at, comes_back) < 99


def _another_rest(rings_at: float, comes_back: float) -> list[tuple[float, str]]:
    week, start = _rung(rings_at)
    resting = simulate(companion, 200, start, cues=0)
    _, saddle, connected = sorted(point.state["ties"] for point in equilibria(companion, cues=comes_back))

    def first(reached: np.ndarray) -> float:
        return float(resting["time"][int(reached.argmax())])

    weeks, level_of = shortest_rest(rings_at, comes_back), resting["ties"].values
    return [
        (first(resting["wanting"].values < 0.01), "By then the pull is gone, but not the loss: ties decide about a relapse."),
        (
            first(level_of >= saddle),
            "By then ties are at the level of the saddle. Hardly any wanting is left, and there the divide lies lower.",
        ),
        (first(level_of >= connected), "By then ties are back altogether. It is enough to be across the divide."),
        (week + weeks, "That counts from the beginning. Count from the week in which the alarm rings."),
        (weeks / 4.345, "Is that in months? Give it in weeks."),
        (7 * weeks, "Is that in days? Give it in weeks."),
    ]


def _they_relapse(weeks: float, rings_at: float, comes_back: float) -> str:
    if weeks < shortest_rest(rings_at, comes_back):
        return f"After a rest of {weeks:g} weeks they relapse: they are on the wrong side of the divide still."
    return f"After a rest of {weeks:g} weeks they do not relapse, but neither do they after a shorter one."


QUESTIONS = {
    1: quantity(
        "mu",
        lambda times, from_mu: from_mu / times**4,
        0.02,
        "The spread grows like the fourth root of one over the distance, so it is slow to tell.",
        lambda mu, times, from_mu: (
            f"At mu = {mu:.4g} it is not {times:g} times as wide. The variance near the rest point is D^2/(4 sqrt(mu))."
        ),
        mistakes=_other_powers,
        relative=True,
        numbers={
            "times": Number(2, "how many times as wide it has become", [1.5, 2, 2.5, 3]),
            "from_mu": Number(1, "the mu from which on it is watched", [0.5, 0.8, 1]),
        },
        regime=_is_so_wide,
        promise="a spread that many times as wide",
    ),
    2: quantity(
        "The threshold",
        lambda years, every: _threshold(years * 52 / every),
        0.02,
        lambda years, every: (
            "And a fall of one standard deviation is found after some "
            f"{every * run_length(_threshold(years * 52 / every), shift=1):.0f} weeks."
        ),
        _too_soon,
        mistakes=_other_counts,
        bounds=(-1000, 1000),
        numbers={
            "years": Number(20, "years to a false alarm", [10, 15, 20, 30]),
            "every": Number(4, "weeks between two reports", [2, 4]),
        },
        regime=lambda years, every: run_length(2) < years * 52 / every < run_length(6),
        promise="a threshold between 2 and 6",
    ),
    3: Question(
        good_for_others,
        {
            "caught": Number(0.85, "share to catch in time, at least", [0.8, 0.82, 0.84, 0.85]),
            "falsely": Number(0.2, "share to alarm for nothing, at most", [0.18, 0.2, 0.22]),
        },
        lambda caught, falsely: bool(good_for_others(GOOD, caught, falsely)),
        "an alarm that does it, on people who were not seen",
    ),
    4: quantity(
        "The cap",
        mildest_cap,
        0.001,
        _one_step_milder,
        _another_cap,
        share=True,
        numbers={
            "rings_below": Number(0.4, "ties below which the alarm rings", [0.4, 0.45]),
            "at_most": Number(0.1, "share who may be low in the end", [0.1, 0.15, 0.2, 0.25]),
        },
        regime=_cap_turns_it,
        promise="a cap that is enough, and one step milder not, each by more than one person",
    ),
    5: quantity(
        "The rest in weeks",
        shortest_rest,
        1,
        "A pull fades within a season. What the rest has to bring is ties, and how many depends on what comes back.",
        _they_relapse,
        mistakes=_another_rest,
        bounds=(0, 1000),
        numbers={
            "rings_at": Number(0.3, "ties below which the alarm rings", [0.25, 0.3, 0.35]),
            "comes_back": Number(0.8, "cues after the rest", [0.76, 0.78, 0.8]),
        },
        regime=_a_rest_is_needed,
        promise="after the rest, two stable places and a saddle, and a person on the wrong side of it when the alarm rings",
    ),
}
