"""Late harm: the two questions of chapter 07 about what a short survey misses, and what a watch for jumps does."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr

from socioaffective.dynamics.equilibrium import equilibria
from socioaffective.dynamics.tracing import continuation
from socioaffective.exercises.questions import Number, quantity
from socioaffective.models import companion
from socioaffective.simulation.runs import counterfactual, simulate

WEEKS = 520


@lru_cache(maxsize=32)
def _two_lives(warm: float, begun_with: float) -> tuple[xr.Dataset, xr.Dataset]:
    """Returns ten years with the assistant, and without it."""
    run = simulate(companion, WEEKS, {"ties": begun_with}, cues=warm)
    return run, counterfactual(run)


def _relief(warm: float, begun_with: float) -> xr.DataArray:
    run, alone = _two_lives(warm, begun_with)
    return run["felt_relatedness"] - alone["felt_relatedness"]


def _falls_to(curve: xr.DataArray, level: float = 0.0) -> float:
    """Returns the week in which a curve that begins above a level falls to it, or nan where it never does."""
    values, weeks = curve.values, curve["time"].values
    below = np.flatnonzero(values < level)
    if not len(below):
        return float("nan")
    k = below[0]
    return float(np.interp(level, values[[k, k - 1]], weeks[[k, k - 1]]))


def relief_ends(warm: float, begun_with: float) -> float:
    """Returns the week in which felt relatedness with these cues falls below that of the same person without the assistant.

    >>> from socioaffective.exercises.late_harm import relief_ends
    >>> round(relief_ends(0.8, 0.45), 1)
    17.9
    """
    return _falls_to(_relief(warm, begun_with))


def _relief_misread(warm: float, begun_with: float) -> list[tuple[float, str]]:
    run, key = _two_lives(warm, begun_with)[0], relief_ends(warm, begun_with)
    felt = run["felt_relatedness"]
    mistakes = [
        (
            float(felt["time"][np.argmax(felt.values)]),
            "Then they feel closest to others. Compare them with their twin, not with their past.",
        ),
        (_falls_to(felt[1:], float(felt[0])), "Then they feel less close than on the first day. Compare them with their twin."),
        (_falls_to(run["ties"][1:], begun_with), "Then they have fewer ties than at the start. Ask for felt relatedness."),
        (key / 4.345, "Is that in months? Give it in weeks."),
        (7 * key, "Is that in days? Give it in weeks."),
    ]
    # Some never come, or lie so near that nobody could tell them from the answer.
    return [(wrong, sentence) for wrong, sentence in mistakes if abs(wrong - key) > 1.5 and wrong < WEEKS]


def _closer_than_the_twin(week: float, **life: float) -> str:
    lead = float(_relief(**life).interp(time=min(week, WEEKS)))
    side = "above that of their twin: wait longer" if lead > 0 else "below that of their twin: look earlier"
    return f"In week {week:g} their felt relatedness is {abs(lead):.3f} {side}."


def _relief_then_erosion(warm: float, begun_with: float) -> bool:
    """Returns whether they feel closer than their twin in week 4, and less close from one week on."""
    lead = _relief(warm, begun_with)
    signs = np.sign(lead.values[1:])
    return float(lead.interp(time=4)) > 0.005 and int(np.abs(np.diff(signs)).sum()) == 2 and float(lead[-1]) < -0.01


def _signs(**life: float) -> str:
    lead = _relief(**life)
    early, late = float(lead.interp(time=4)), float(lead.interp(time=104))
    return (
        f"In week 4 they are {early:.3f} above their twin, in week 104 {-late:.3f} below. Company comes at once, and lost ties "
        "show late, so that a survey of four weeks sees only the first."
    )


@lru_cache(maxsize=512)
def _ties_at_rest(cues: float, appeal: float) -> float:
    return max(point.state["ties"] for point in equilibria(companion, cues=cues, baseline_appeal=appeal))


@lru_cache(maxsize=16)
def _tips(appeal: float) -> list[Any]:
    return continuation(companion, "cues", (0, 1), baseline_appeal=appeal).folds


@lru_cache(maxsize=64)
def cues_for(ties_left: float, appeal: float) -> float:
    """Returns the cues with which somebody of that baseline appeal, whom nothing tips, comes to rest with so many ties.

    >>> from socioaffective.exercises.late_harm import cues_for
    >>> round(cues_for(0.5, -2.5), 2)
    0.42
    """
    low, high = 0.0, 1.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (low, middle) if _ties_at_rest(middle, appeal) < ties_left else (middle, high)
    return high


def _half_gone(one: float, other: float) -> float:
    return cues_for(_ties_at_rest(0, other) / 2, other)


def _edge_sought(one: float, other: float) -> list[tuple[float, str]]:
    low, high = _tips(one)
    return [
        (high.value, "There one of them tips. Ask for the other, whom nothing tips."),
        (low.value, "There the one who tips would come back. Ask for the other, whom nothing tips."),
        (cues_for(0.5, other), "There they have ties of 0.5. Ask for half of those that they have without cues."),
        (_ties_at_rest(0, other) / 2, "Those are the ties that are left. Give the cues."),
    ]


def _left_of_them(cues: float, one: float, other: float) -> str:
    left = _ties_at_rest(cues, other) / _ties_at_rest(0, other)
    return f"With cues of {cues:g} the one whom nothing tips has {left:.0%} of the ties that they have without cues."


def _slope_before_edge(one: float, other: float) -> bool:
    """Returns whether one tips, and the other does not but has lost half of their ties well before that."""
    return len(_tips(one)) == 2 and not _tips(other) and _half_gone(one, other) < _tips(one)[1].value - 0.1


def _no_edge_no_safety(one: float, other: float) -> str:
    cues, edge = _half_gone(one, other), _tips(one)[1].value
    kept = _ties_at_rest(cues, one) / _ties_at_rest(0, one)
    return (
        f"A slope, and no edge on it. With these cues the one who tips still has {kept:.0%} of theirs, and tips only at "
        f"{edge:.2f}. Whoever watches for a jump sees that one alone."
    )


RELIEF = quantity(
    "The week",
    relief_ends,
    0.5,
    _signs,
    _closer_than_the_twin,
    mistakes=_relief_misread,
    bounds=(0, 1000),
    numbers={
        "warm": Number(0.75, "strength of the cues", [0.7, 0.75, 0.8, 0.85, 0.9]),
        "begun_with": Number(0.45, "ties at the start", [0.4, 0.45, 0.5]),
    },
    regime=_relief_then_erosion,
    promise="more felt relatedness than without it in week 4, and less from one week on for good",
)

SLOPE = quantity(
    "The strength of the cues",
    _half_gone,
    0.003,
    _no_edge_no_safety,
    _left_of_them,
    mistakes=_edge_sought,
    share=True,
    numbers={
        "one": Number(-3.6, "baseline appeal to one person", [-3.8, -3.7, -3.6, -3.5]),
        "other": Number(-2.5, "baseline appeal to another", [-2.6, -2.5, -2.4, -2.3]),
    },
    regime=_slope_before_edge,
    promise="one person who tips and one who does not, but loses half of their ties much sooner",
)
