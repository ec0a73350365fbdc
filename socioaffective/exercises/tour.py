"""The questions of the tour, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from socioaffective.equilibrium import equilibria
from socioaffective.exercises.answers import attempt, plain
from socioaffective.exercises.questions import Question, Reply
from socioaffective.models import companion
from socioaffective.policies import Steps, schedule
from socioaffective.simulation import simulate

STRONG = 1.0
SHARED = 0.7
HARMFUL, SWITCH, END = 0.9, 260, 780


@lru_cache(maxsize=1)
def _weeks() -> dict[str, float]:
    """Returns the weeks in which the curves cross, lie furthest apart, and in which the upper one peaks."""
    strong = simulate(companion, cues=STRONG)["felt_relatedness"]
    gap = strong.values - simulate(companion, cues=0)["felt_relatedness"].values
    week = strong["time"].values
    return {"cross": week[np.argmax(gap < 0)], "widest": week[np.argmax(gap)], "peak": week[np.argmax(strong.values)]}


def relief_ends(answer: Any) -> str:
    week, key = plain(answer, 0, 104, "The week"), _weeks()
    if abs(week - key["cross"]) <= 1:
        return "From here on, the first month's winner is behind."
    if abs(week - key["peak"]) <= 1:
        raise Reply(
            "That is where felt relatedness with strong cues stops rising. It is still above the other curve there: "
            "look for where the two cross."
        )
    if abs(week - key["widest"]) <= 1:
        raise Reply("That is where the two curves are furthest apart, the height of the relief. Look for where it is used up.")
    raise Reply(
        f"At week {week:g} the curve with strong cues is still {'above' if week < key['cross'] else 'below'} the other."
    )


def _ends_connected(ties: float) -> bool:
    return float(simulate(companion, 1040, {"ties": ties}, cues=SHARED, dt=8)["ties"][-1]) > 0.5


@lru_cache(maxsize=1)
def _divide() -> float:
    return _boundary(_ends_connected, 1.0, 0.0)


def _boundary(good: Any, yes: float, no: float) -> float:
    """Returns where a yes turns into a no, by halving."""
    while abs(yes - no) > 1e-4:
        middle = (yes + no) / 2
        yes, no = (middle, no) if good(middle) else (yes, middle)
    return yes


def least_ties(answer: Any) -> str:
    ties, key = plain(answer, 0, 1, "The start of ties"), _divide()
    if 0 <= ties - key <= 0.01:
        return "A hundredth less, and the same person with the same assistant ends alone."
    if -0.01 <= ties - key < 0:
        raise Reply(f"Close, but a person who starts with ties of {ties:g} still ends isolated. The divide is a little higher.")
    points = equilibria(companion, cues=SHARED)
    saddle, connected = (next(e.state["ties"] for e in points if e.kind == kind) for kind in ("saddle", "stable node"))
    if abs(ties - saddle) <= 0.01:
        raise Reply(
            "That is near the saddle. The divide runs through it, but slants: at the saddle wanting is higher than 0.05. "
            "Somebody with less wanting is safe with fewer ties."
        )
    if abs(ties - connected) <= 0.01:
        raise Reply("That is where connected people come to rest. They get there from far fewer ties: look for the divide.")
    if ties > key:
        raise Reply(
            f"A person who starts with ties of {ties:g} does end connected, but so does one with fewer. Find the least."
        )
    raise Reply(f"A person who starts with ties of {ties:g} ends isolated. Try more.")


def _after(level: float) -> Steps:
    return schedule(cues={0: HARMFUL, SWITCH: level})


def _ties_at_end(policy: Steps) -> float:
    return float(simulate(companion, END, {"ties": 0.7}, policy, dt=1)["ties"][-1])


@lru_cache(maxsize=1)
def _highest() -> float:
    return _boundary(lambda level: _ties_at_end(_after(level)) > 0.5, 0.0, HARMFUL)


def repair(answer: Any) -> str:
    if not isinstance(answer, Steps) or set(answer.levers) != {"cues"}:
        raise Reply("Give a schedule of the cues, such as sa.policies.schedule(cues={0: 0.9, 260: ...}).")
    run = attempt("This schedule", simulate, companion, END, {"ties": 0.7}, answer, dt=1)
    cues, ties = run["cues"].values, float(run["ties"][-1])
    if not np.allclose(cues[:SWITCH], HARMFUL):
        raise Reply(f"The harm must be done first: hold the cues at {HARMFUL} until week {SWITCH}.")
    if np.ptp(cues[SWITCH:]) > 1e-9:
        raise Reply(f"From week {SWITCH} on the cues must stay at one level.")
    level = float(cues[-1])
    if ties > 0.5 and level > _highest() - 0.02:
        return (
            "Repair needs far weaker cues than prevention does: the tipping point is at about 0.8, and the way back only here."
        )
    if ties > 0.5:
        raise Reply(f"At {level:g} the ties come back, but stronger cues would do too. Find the strongest.")
    if level >= 0.69:
        raise Reply(
            f"At {level:g} a connected person stays connected, but this one is not connected any more: their ties end at "
            f"{ties:.2f}. That is hysteresis."
        )
    raise Reply(f"At {level:g} the ties are {ties:.2f} after ten years: too slow, or not at all. Go lower.")


QUESTIONS = {1: Question(relief_ends), 2: Question(least_ties), 3: Question(repair)}
