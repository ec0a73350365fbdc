"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import math

import numpy as np
import sympy

import socioaffective as sa


class Careful:
    """A policy with a memory of its own limit."""

    limit = 0.25

    def __call__(self, state):
        return {"cues": np.clip(15 * (self.limit - state["wanting"]), 0, 1)}


def clipped(value):
    return {"cues": min(1, max(0, value))}


WRONG = {
    1: [
        (0.223, "square of the dose"),
        (0.312, "height at which"),
        (0.334, "right for cues of 1"),
        (47, "a percentage"),
        (0.2, "go up"),
        (0.8, "go down"),
        ([0.47], "must be a plain number"),
    ],
    2: [
        (4.62, "after stopping"),
        (3.448, "time constant"),
        (1.216, "old engagement"),
        (2.0387, "half-life of wanting"),
        (2.666, "half-life of wanting after stopping"),
        (0.29, "is a rate"),
        (16.73, "in days"),
        (8, "After 8 weeks"),
        ("a month", "must be a plain number"),
    ],
    3: [
        (sa.policies.fixed(cues=0.5), "does not look at whom it serves"),
        (sa.policies.fixed(cues=0.15), "starves the light one"),
        (lambda state: {"cues": 0}, "would not ship it"),
        (lambda state: {"cues": state["wanting"]}, "Turn the sign round"),
        (lambda state: {"cues": state["liking"]}, "does not heed wanting"),
        (lambda state: clipped(20 * (0.4 - state["wanting"])), "Take the cues back sooner"),
        (lambda state: clipped(2 * (0.25 - state["wanting"])), "fade later"),
        (lambda state: {"cues": 1 if state["wanting"] < 0.25 else 0}, "jumps"),
        (lambda state: {"cues": 20 * (0.25 - state["wanting"])}, "outside its bounds"),
        (lambda state: clipped(20 * (0.25 - state["wantin"])), "KeyError"),
        (lambda state: 0.2, "must return a mapping"),
        (lambda state: {"cues": 0.5, "steering": 0}, "'steering': 0"),
        (lambda: {"cues": 0.2}, "cannot be run"),
        (sa.policies.climber(), "Give a policy"),
        (0.3, "such as {'wanting': 0.1"),
    ],
}
RIGHT = {
    1: [0.472, 0.48, np.float32(0.47), sympy.sqrt(sympy.Rational(39, 175))],
    2: [2.39, np.log(2) / 0.29, sympy.log(2) / sympy.Rational(29, 100)],
    3: [
        Careful(),
        lambda state: {"cues": 1 / (1 + math.exp(80 * (state["wanting"] - 0.22)))},
        lambda state: {"cues": max(0.0, 1 - (state["wanting"] / 0.25) ** 4)},
    ],
}
