"""The questions of the tour, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr

from socioaffective.checks import unknown
from socioaffective.dynamics.equilibrium import equilibria
from socioaffective.exercises.answers import attempt, plain
from socioaffective.exercises.companionship import lowest_start, two_stable_and_a_saddle
from socioaffective.exercises.questions import Number, Question, Reply, quantity
from socioaffective.models import companion
from socioaffective.policies import Steps, schedule
from socioaffective.simulation.runs import simulate

NEWCOMER = companion.states["wanting"].value
SWITCH, YEAR, HEALED = 260, 52, 0.5
TWO_YEARS, CLOSER, SOME_TIES = 104, 0.05, 0.2
LIFE = ("growth", "loss")


@lru_cache(maxsize=32)
def _relief(strong_cues: float, few_ties: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the weeks of a year, felt relatedness with the cues, and what it is above that with none."""
    strong, none = (simulate(companion, YEAR, {"ties": few_ties}, cues=level) for level in (strong_cues, 0))
    felt = strong["felt_relatedness"].values
    return strong["time"].values, felt, felt - none["felt_relatedness"].values


def relief_used_up(strong_cues: float, few_ties: float) -> float:
    """Returns the week in which felt relatedness with strong cues falls below that with none.

    >>> from socioaffective.exercises.tour import relief_used_up
    >>> round(relief_used_up(1.0, 0.45), 1)
    21.6
    """
    weeks, _, gap = _relief(strong_cues, few_ties)
    return float(weeks[np.argmax(gap < 0)])


def _other_weeks(strong_cues: float, few_ties: float) -> list[tuple[float, str]]:
    weeks, felt, gap = _relief(strong_cues, few_ties)
    return [
        (
            weeks[np.argmax(felt)],
            "That is where felt relatedness with strong cues stops rising. It is still above the other curve there: "
            "look for where the two cross.",
        ),
        (
            weeks[np.argmax(gap)],
            "That is where the two curves are furthest apart, the height of the relief. Look for where it is used up.",
        ),
        (relief_used_up(strong_cues, few_ties) / 4.345, "Is that in months? Give it in weeks."),
    ]


def _cross_once(strong_cues: float, few_ties: float) -> bool:
    gap = _relief(strong_cues, few_ties)[2]
    return bool(gap[0] > 0 and np.count_nonzero(np.diff(gap < 0)) == 1)


def _which_is_above(week: float, **numbers: float) -> str:
    side = "above" if week < relief_used_up(**numbers) else "below"
    return f"At week {week:g} the curve with strong cues is still {side} the other."


def _rest_taken_for_the_divide(shared_cues: float, wanted_before: float) -> list[tuple[float, str]]:
    isolated, saddle, connected = sorted(equilibria(companion, cues=shared_cues), key=lambda e: e.state["ties"])
    usual = [
        (
            saddle.state["ties"],
            "Those are the ties of the saddle. The divide runs through it, but slants: at the saddle wanting is "
            f"{saddle.state['wanting']:.2f}. Somebody with less is safe with fewer ties, and somebody with more needs more.",
        ),
        (connected.state["ties"], "There connected people come to rest. They get there from far fewer ties: find the divide."),
        (isolated.state["ties"], "There isolated people come to rest."),
    ]
    if wanted_before != NEWCOMER:
        sentence = f"That is right for the newcomer. Start at a wanting of {wanted_before:g}."
        usual.append((lowest_start(shared_cues, NEWCOMER), sentence))
    return usual


def _where_they_end(ties: float, shared_cues: float, wanted_before: float) -> str:
    if ties > lowest_start(shared_cues, wanted_before):
        return f"A person who starts with ties of {ties:g} does end connected, but so does one with fewer. Find the least."
    return f"A person who starts with ties of {ties:g} ends isolated. Try more."


def _years_after(policy: Steps, years: float) -> xr.Dataset:
    return simulate(companion, SWITCH + YEAR * years, {"ties": 0.7}, policy, dt=1)


@lru_cache(maxsize=512)
def _ties_after(level: float, harmful: float, years: float) -> float:
    return float(_years_after(schedule(cues={0: harmful, SWITCH: level}), years)["ties"][-1])


@lru_cache(maxsize=32)
def strongest_repair(harmful: float, years: float) -> float:
    """Returns the strongest cues with which ties lost to harmful ones are above one half again so many years later.

    >>> from socioaffective.exercises.tour import strongest_repair
    >>> round(strongest_repair(0.9, 10), 2)
    0.56
    """
    healed, not_healed = 0.0, harmful
    while not_healed - healed > 1e-4:
        middle = (healed + not_healed) / 2
        good = _ties_after(middle, harmful, years) > HEALED
        healed, not_healed = (middle, not_healed) if good else (healed, middle)
    return healed


def repair(answer: Any, harmful: float, years: float) -> str:
    if not isinstance(answer, Steps) or set(answer.levers) != {"cues"}:
        raise Reply(f"Give a schedule of the cues, such as sa.policies.schedule(cues={{0: {harmful:g}, {SWITCH}: ...}}).")
    run = attempt("This schedule", _years_after, answer, years)
    cues, ties = run["cues"].values, float(run["ties"][-1])
    if not np.allclose(cues[:SWITCH], harmful):
        raise Reply(f"The harm must be done first: hold the cues at {harmful:g} until week {SWITCH}.")
    if np.ptp(cues[SWITCH:]) > 1e-9:
        raise Reply(f"From week {SWITCH} on the cues must stay at one level.")
    level = float(cues[-1])
    if ties > HEALED and level > strongest_repair(harmful, years) - 0.02:
        return (
            "Repair needs far weaker cues than prevention does: the tipping point is at about 0.8, and the way back only here."
        )
    if ties > HEALED:
        raise Reply(f"At {level:g} the ties come back, but stronger cues would do too. Find the strongest.")
    if two_stable_and_a_saddle(level):
        raise Reply(
            f"At {level:g} a connected person stays connected, but this one is not connected any more: their ties end at "
            f"{ties:.2f}. That is hysteresis."
        )
    if level > 0.7:
        raise Reply(f"At {level:g} not even a connected person stays connected. Go far lower.")
    raise Reply(f"At {level:g} the ties are {ties:.2f} after {years:g} years: too slow, or not at all. Go lower.")


def _one_way_back(harmful: float, years: float) -> bool:
    """Returns whether nobody stays connected at the harmful cues, and ties afterwards pass one half at one level of cues."""
    after = [_ties_after(level, harmful, years) > HEALED for level in np.linspace(0, 0.8, 17).tolist()]
    alone = [e.state["ties"] < HEALED for e in equilibria(companion, cues=harmful)]
    return alone == [True] and after[0] and not after[-1] and sum(np.diff(after)) == 1


def _with_and_without(life: Mapping[str, Any], cues: float) -> tuple[xr.Dataset, xr.Dataset]:
    with_it, without = (simulate(companion, TWO_YEARS, cues=cues, access=access, dt=1, **life) for access in (1, 0))
    return with_it, without


def _gain(life: Mapping[str, float], cues: float) -> float:
    with_it, without = _with_and_without(life, cues)
    return float(with_it["felt_relatedness"][-1] - without["felt_relatedness"][-1])


def somebody_helped(answer: Any, given_cues: float) -> str:
    if not isinstance(answer, Mapping):
        raise Reply("Give a mapping from names to numbers, such as {'growth': 0.05, 'loss': 0.011}.")
    for name in answer:
        if name in companion.settings and name not in LIFE:
            raise Reply(f"'{name}' stays as it is: what may change is this person's {' and '.join(LIFE)}.")
        if name not in LIFE:
            raise Reply(str(unknown("number to change", name, LIFE)))
    if len(answer) < len(LIFE):
        raise Reply(f"Give both numbers, {' and '.join(LIFE)}.")
    life = {name: plain(answer[name], *companion.parameters[name].bounds, f"The {name}") for name in LIFE}
    if all(np.isclose(life[name], companion.parameters[name].default) for name in LIFE):
        raise Reply(f"That is the tour's newcomer, whose felt relatedness is lower with it by {-_gain(life, given_cues):.2f}.")
    with_it, without = _with_and_without(life, given_cues)
    lost, kept = float(with_it["ties"][-1]), float(without["ties"][-1])
    if kept < SOME_TIES:
        raise Reply(f"Without it they have ties of {kept:.2f} after two years: isolated in either life. Let them keep some.")
    gain = _gain(life, given_cues)
    if gain >= CLOSER:
        return "The same assistant, and the opposite verdict. What it takes away depends on what there would have been."
    if gain <= -CLOSER:
        raise Reply(f"With it ties end at {lost:.2f}, and without it they would have been {kept:.2f}: too much to lose.")
    if lost > HEALED:
        raise Reply("Nothing is lost, and nothing gained: with such ties this person hardly uses it. Who would use it more?")
    raise Reply(f"What they lose and what they are given about cancel: the difference is {gain:+.2f}. Let less be lost.")


QUESTIONS = {
    1: quantity(
        "The week",
        relief_used_up,
        1,
        "From here on, the first month's winner is behind.",
        _which_is_above,
        mistakes=_other_weeks,
        bounds=(0, 104),
        numbers={
            "strong_cues": Number(1.0, "strength of the strong cues", [0.9, 0.95, 1.0]),
            "few_ties": Number(0.45, "ties of the newcomer at the start", [0.42, 0.45, 0.48]),
        },
        regime=_cross_once,
        promise="a relief at first and one crossing within the year",
    ),
    2: quantity(
        "The start of ties",
        lambda shared_cues, wanted_before: lowest_start(shared_cues, wanted_before),
        0.01,
        "A little less, and the same person with the same assistant ends alone.",
        _where_they_end,
        mistakes=_rest_taken_for_the_divide,
        share=True,
        numbers={
            "shared_cues": Number(0.7, "strength of the cues", [0.66, 0.68, 0.7, 0.72, 0.74]),
            "wanted_before": Number(0.05, "wanting at the start", [0.05, 0.6, 0.7, 0.8]),
        },
        regime=lambda shared_cues, wanted_before: two_stable_and_a_saddle(shared_cues),
        promise="two stable resting places and a saddle",
    ),
    3: Question(
        repair,
        {
            "harmful": Number(0.9, "cues until week 260", [0.88, 0.9, 0.92, 0.94]),
            "years": Number(10, "years from then on", [6, 8, 10]),
        },
        _one_way_back,
        "nobody who stays connected, and one level of cues from which on repair is in time",
    ),
    4: Question(
        somebody_helped,
        {"given_cues": Number(0.8, "cues of the assistant", [0.76, 0.78, 0.8, 0.82, 0.84, 0.86])},
        lambda given_cues: _gain({}, given_cues) <= -CLOSER and _gain({"growth": 0.02, "loss": 0.02}, given_cues) >= CLOSER,
        "harm to the newcomer of the tour, and help to somebody else",
    ),
}
