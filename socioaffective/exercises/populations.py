"""The questions of chapter 09, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
import xarray as xr

from socioaffective.exercises.answers import attempt, plain, point_out, share
from socioaffective.exercises.questions import Question, Reply
from socioaffective.models import companion, ecosystem
from socioaffective.populations import population
from socioaffective.simulation import counterfactual, simulate
from socioaffective.spreads import everyone

PEOPLE = 512
# What question 4 asks for: a share that is isolated at least, and a shift of mean ties at most.
HARMED, SHIFT, ISOLATED = 0.2, 0.05, 0.3


@lru_cache(maxsize=2)
def _weeks(cues: float) -> dict[str, int]:
    """Returns the first week of each thing that may be taken for the turn."""
    people = population(ecosystem, PEOPLE, design="sobol", **everyone())
    run = simulate(ecosystem, 104, dt=1, cues=cues, **people)
    gap = (run - counterfactual(run))["relatedness"].transpose("time", "person").values[1:]
    below = (gap < 0).mean(axis=1)
    found = {"half": below > 0.5, "mean": gap.mean(axis=1) < 0, "anybody": below > 0, "everybody": below == 1}
    return {name: int(np.argmax(when)) + 1 for name, when in found.items()}


def first_week(answer: Any) -> str:
    week = plain(answer, 0, 104, "The week")
    found = _weeks(0.3)
    if week == found["half"]:
        return "And in that week the mean is still above that without the assistant: a gain on average, and most have lost."
    point_out(
        week,
        [
            (found["mean"], "That is when the mean falls below. Count people: most had lost before that."),
            (found["anybody"], "That is when the first of them has less. Wait for more than half."),
            (found["everybody"], "That is when all of them have less. More than half is earlier."),
            (_weeks(0.5)["half"], "That is the week for cues of 0.5. Set cues to 0.3."),
        ],
        0.5,
    )
    raise Reply(
        f"Not week {week:g}. Take (gap < 0).mean('person'), week by week, with gap the difference to the counterfactual."
    )


def share_from_the_mean(answer: Any) -> str:
    try:
        formula = sympy.sympify(answer)
    except (sympy.SympifyError, TypeError, AttributeError):
        raise Reply("Give a formula in SymPy, made of m, L and U.") from None
    m, low, high = (sympy.Symbol(name, positive=True) for name in ("m", "L", "U"))
    if not isinstance(formula, sympy.Expr):
        raise Reply("Give one formula, made of m, L and U.")
    if not formula.free_symbols <= {m, low, high}:
        raise Reply("Use m, L and U only, as the cell above defines them.")

    def same(key: sympy.Expr) -> bool:
        return sympy.simplify(formula - key) == 0

    if attempt("This formula", same, (high - m) / (high - low)):
        return "One number of the mean is one number of the share, if both states are known. The share is what people live."
    for wrong, sentence in (
        ((m - low) / (high - low), "That is the share of the connected: with m = U it would be 1. Turn it round."),
        (
            (high - m) / (high + low),
            "With all isolated, m = L, the share must be 1. Divide by the distance of the states.",
        ),
        (1 - m, "That would be so if the states lay at 0 and 1. Here they lie at L and U."),
        ((high - m) / high, "That takes the isolated state for 0. It is L."),
    ):
        if attempt("This formula", same, wrong):
            raise Reply(sentence)
    raise Reply("Not yet. Write the mean as p L + (1 - p) U, and solve for p.")


@lru_cache(maxsize=2)
def _variances(growth: float | None) -> tuple[float, float]:
    """Returns the variance of relatedness in weeks 4 and 104."""
    alike = {} if growth is None else {"growth": growth}
    people = population(ecosystem, PEOPLE, design="sobol", **{**everyone(), **alike})
    run = simulate(ecosystem, 104, dt=4, cues=0.5, **people)["relatedness"].sel(time=[4, 104])
    early, late = run.var("person").values
    return float(early), float(late)


def what_is_left(answer: Any) -> str:
    left = share(answer, "The share that is left")
    (early, late), (same_early, same_late) = _variances(None), _variances(0.05)
    key = same_late / late
    if abs(left - key) <= 0.02:
        return "More than four fifths of the variance go with one trait: nearly its first-order index, found by hand."
    point_out(
        left,
        [
            (1 - key, "That is the share that has gone. What is left?"),
            (float(np.sqrt(key)), "That is the ratio of standard deviations. Square it: shares are of the variance."),
            (same_early / early, "That is for week 4. Look at week 104."),
        ],
        0.02,
    )
    raise Reply(f"{left:.3g} is not it. Divide the variance in week 104 with growth=0.05 for all by that with everyone().")


def _ends(correlation: Any) -> xr.Dataset:
    people = population(companion, PEOPLE, design="sobol", correlation=correlation, **everyone())
    return simulate(companion, 104, dt=52, cues=0.6, **people).isel(time=-1)


def other_harms(answer: Any) -> str:
    if not isinstance(answer, Mapping):
        raise Reply("Give a mapping from pairs of names to correlations, such as {('ties', 'growth'): 0.3}.")
    if not attempt("This mapping", lambda: any(answer.values())):
        raise Reply("Without any correlation people are those of the chapter. Give at least one pair.")
    usual, end = _ends(None), attempt("This population", _ends, dict(answer))
    harmed, before = (float((run["ties"] < ISOLATED).mean()) for run in (end, usual))
    if harmed <= before:
        raise Reply(f"Now {harmed:.1%} are isolated, {before:.1%} before: these pairs protect. Turn a sign round.")
    if harmed < HARMED:
        raise Reply(f"Now {harmed:.1%} are isolated, and {before:.1%} before: the right way, not far enough.")
    if (shift := abs(float(end["ties"].mean() - usual["ties"].mean()))) > SHIFT:
        raise Reply(f"{harmed:.1%} are isolated, but mean ties have moved by {shift:.3f}, more than {SHIFT}: milder, please.")
    return f"{harmed:.1%} are isolated, not {before:.1%}, and mean ties moved by {shift:.3f}. Each spread is the same."


QUESTIONS = {1: Question(first_week), 2: Question(share_from_the_mean), 3: Question(what_is_left), 4: Question(other_harms)}
