"""The questions of chapter 02, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from socioaffective.equilibrium import Equilibrium, equilibria
from socioaffective.exercises.answers import attempt, plain, point_out, share, way_out
from socioaffective.exercises.questions import Question, Reply
from socioaffective.model import Model
from socioaffective.models import need, needs

USE, WANTING = 0.5, 0.1
HARD_YEAR = {"support": 0.8, "thwarting": 1.2}
WAY = 0.9
MUCH, LITTLE = 1.6, 0.3
# Support, thwarting, and whether satisfaction and frustration must rest in their upper half.
LIVES = {
    "fed": (MUCH, LITTLE, True, False),
    "hurt": (LITTLE, MUCH, False, True),
    "fed and hurt": (MUCH, MUCH, True, True),
    "left alone": (LITTLE, LITTLE, False, False),
}


@lru_cache(maxsize=2)
def _allowance(wanting: float) -> float:
    """Returns the steering at which use leaves autonomy where it rests without use."""
    given = {n: q.default for n, q in needs.settings.items()} | {"wanting": wanting}
    values = {needs.symbols[n]: v for n, v in given.items() if n not in ("steering", "engagement")}
    ratio = needs.expressions["autonomy_support"] / needs.expressions["autonomy_thwarting"]
    e, s = needs.symbols["engagement"], needs.symbols["steering"]
    gap = (ratio.subs(e, sympy.Rational(USE)) - ratio.subs(e, 0)).subs(values)
    return float(sympy.solve(sympy.together(gap), s)[0])


def steering_breaks_even(answer: Any) -> str:
    steering, key, whole = share(answer, "Steering"), _allowance(WANTING), _allowance(0.0)
    if abs(steering - key) <= 0.01:
        return "A little wanting has used up a good part of what steering could have had."
    point_out(
        steering,
        [
            (whole, "That is what steering and wanting may take together. Some of it is gone already: wanting is 0.1."),
            (whole - WANTING, "Wanting has been subtracted. But what is left of volition is a product, (1 - s)(1 - w)."),
            (1 - whole, "That is how much of the use must be volitional. Ask how much steering leaves that much."),
        ],
        0.007,
    )
    side = "better off than without: there is room for more" if steering < key else "worse off than without: steer less"
    raise Reply(f"With steering of {steering:g} this person's autonomy is {side}.")


@lru_cache(maxsize=1)
def _speeds() -> dict[str, float]:
    values = {need.symbols[n]: HARD_YEAR.get(n, q.default) for n, q in need.settings.items()}
    return {s.name: float(-rate.diff(s).subs(values)) for s, rate in need.equations.items()}


def most_of_the_way(answer: Any) -> str:
    weeks, speed = plain(answer, 0, 1000, "The time in weeks"), _speeds()
    pace = speed["frustration"]
    key = -np.log(1 - WAY) / pace
    if abs(weeks / key - 1) <= 0.02:
        return "Ninety per cent take 2.3 time constants, wherever the way begins and wherever it leads."
    point_out(
        weeks,
        [
            (1 / pace, "That is the time constant: by then 63 % of the way is covered."),
            (np.log(2) / pace, "That is the half-life: by then half of the way is covered."),
            (WAY / pace, "That takes 90 % of the time constant. But the way is not covered at an even pace: it slows down."),
            (-np.log(WAY) / pace, "By then 10 % are covered and 90 % are still to go. Ask for it the other way round."),
            (-np.log(1 - WAY) / speed["satisfaction"], "That is right for satisfaction. Frustration has rates of its own."),
            (7 * key, "Is that in days? Give it in weeks."),
            (pace, "That is a rate, per week. A time is what you get from one over it."),
        ],
        0.02 * weeks,
    )
    raise Reply(f"After {weeks:.3g} weeks {1 - np.exp(-pace * weeks):.0%} of the way is covered.")


def _rests(model: Model) -> dict[str, list[Equilibrium]]:
    """Returns the stable rest points of each life."""
    return {
        label: [point for point in equilibria(model, support=u, thwarting=t) if point.stable]
        for label, (u, t, _, _) in LIVES.items()
    }


def build_need(answer: Any) -> str:
    if not isinstance(answer, Model):
        raise Reply("Give a model, made with sa.Model.")
    if set(answer.states) != {"satisfaction", "frustration"} or answer.clock != "continuous" or answer.noise:
        raise Reply("The model has two states, satisfaction and frustration, in continuous time and without noise.")
    if any(q.bounds != (0, 1) for q in answer.states.values()):
        raise Reply("Let both states live between 0 and 1.")
    if not {"support", "thwarting"} <= set(answer.settings):
        raise Reply("The model needs inputs with the names 'support' and 'thwarting'.")
    corners = [{"support": u, "thwarting": t} for u in (0, LITTLE, MUCH) for t in (0, LITTLE, MUCH)]
    if leaves := attempt("This model", way_out, answer, corners):
        raise Reply(f"The need leaves its box: {leaves}.")
    found = attempt("This model", _rests, answer)
    for label, points in found.items():
        if not points:
            raise Reply(
                f"In the life '{label}' there is no stable place of rest. Does each state have something that holds it?"
            )
    ends = {label: [(p.state["satisfaction"], p.state["frustration"]) for p in points] for label, points in found.items()}
    if all(abs(S + F - 1) < 1e-6 for pairs in ends.values() for S, F in pairs):
        raise Reply("Here frustration is only satisfaction turned round: one scale, on which nobody has both.")
    if np.allclose(sorted(ends["fed and hurt"])[0], sorted(ends["left alone"])[0], atol=1e-6):
        S, F = ends["left alone"][0]
        raise Reply(
            f"Much of both and little of both rest at the same place, {S:.2f} and {F:.2f}: only the proportion of thwarting to "
            "support counts. What else would have to act on a need?"
        )
    for label, (u, t, *upper) in LIVES.items():
        for pair in ends[label]:
            for name, level, high in zip(("satisfaction", "frustration"), pair, upper, strict=True):
                if (level > 0.5) != high:
                    raise Reply(
                        f"In the life '{label}' (support {u:g}, thwarting {t:g}) {name} rests at {level:.2f}, and should rest "
                        f"{'above' if high else 'below'} one half."
                    )
    return "All four can be lived in, because something acts here that is neither support nor thwarting. The chapter has none."


QUESTIONS = {1: Question(steering_breaks_even), 2: Question(most_of_the_way), 3: Question(build_need)}
