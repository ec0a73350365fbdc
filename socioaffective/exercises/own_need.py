"""Own need: the question of chapter 02 in which a student builds a model, and what is said of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from socioaffective.dynamics.equilibrium import Equilibrium, equilibria
from socioaffective.exercises.answers import attempt, way_out
from socioaffective.exercises.questions import Reply
from socioaffective.model import Model
from socioaffective.models import need


def _lives(much: float, little: float) -> dict[str, tuple[float, float, bool, bool]]:
    """Returns support, thwarting, and whether satisfaction and frustration must rest in their upper half."""
    return {
        "fed": (much, little, True, False),
        "hurt": (little, much, False, True),
        "fed and hurt": (much, much, True, True),
        "left alone": (little, little, False, False),
    }


def _rests(model: Model, much: float, little: float) -> dict[str, list[Equilibrium]]:
    """Returns the stable rest points of each life."""
    return {
        label: [point for point in equilibria(model, support=u, thwarting=t) if point.stable]
        for label, (u, t, _, _) in _lives(much, little).items()
    }


def chapter_confounds(much: float, little: float) -> bool:
    """Returns whether the chapter's model tells the first two lives apart and not the last two.

    >>> from socioaffective.exercises.own_need import chapter_confounds
    >>> chapter_confounds(1.6, 0.3)
    True
    """
    fed, hurt, both, neither = (
        [point.state["satisfaction"] for point in points] for points in _rests(need, much, little).values()
    )
    return fed[0] > 0.6 and hurt[0] < 0.4 and np.allclose(both, neither)


def build_need(answer: Any, much: float, little: float) -> str:
    if not isinstance(answer, Model):
        raise Reply("Give a model, made with sa.Model.")
    if set(answer.states) != {"satisfaction", "frustration"} or answer.clock != "continuous" or answer.noise:
        raise Reply("The model has two states, satisfaction and frustration, in continuous time and without noise.")
    if any(q.bounds != (0, 1) for q in answer.states.values()):
        raise Reply("Let both states live between 0 and 1.")
    if not {"support", "thwarting"} <= set(answer.settings):
        raise Reply("The model needs inputs with the names 'support' and 'thwarting'.")
    corners = [{"support": u, "thwarting": t} for u in (0, little, much) for t in (0, little, much)]
    if leaves := attempt("This model", way_out, answer, corners):
        raise Reply(f"The need leaves its bounds: {leaves}.")
    found = attempt("This model", _rests, answer, much, little)
    for label, points in found.items():
        if not points:
            raise Reply(
                f"In the life '{label}' there is no stable resting place. Does each state have something that holds it?"
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
    for label, (u, t, *upper) in _lives(much, little).items():
        for pair in ends[label]:
            for name, level, high in zip(("satisfaction", "frustration"), pair, upper, strict=True):
                if (level > 0.5) != high:
                    raise Reply(
                        f"In the life '{label}' (support {u:g}, thwarting {t:g}) {name} rests at {level:.2f}, and should rest "
                        f"{'above' if high else 'below'} one half."
                    )
    return "All four can be lived in, because something acts here that is neither support nor thwarting. The chapter has none."
