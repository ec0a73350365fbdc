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


w, liking = sa.models.wanting_liking.symbols["wanting"], sa.models.wanting_liking.symbols["liking"]
e, v, sigma, delta, rho, h = (
    sa.models.wanting_liking.symbols[name]
    for name in ("engagement", "cues", "sensitisation", "decay", "recovery", "habituation")
)


def hesitant(state):
    """Warms up only to those whom use has dulled."""
    return {"cues": clipped(20 * (0.25 - state["wanting"]))["cues"] * min(1, max(0, (0.52 - state["liking"]) / 0.05))}


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
        ({"wanting": delta / (sigma * e * v + delta), "liking": liking}, "where wanting rests, and of nothing else"),
        ({"wanting": 1 - w, "liking": rho / (rho + h * e)}, "where liking rests, and of nothing else"),
        ({"wanting": 1 + sigma * e * v / delta, "liking": liking}, "turned over, and should be in terms"),
        ({"wanting": 1 / (1 - w), "liking": 1 / liking}, "For wanting: Turned over"),
        ({"wanting": 1 - w, "liking": 1 / liking}, "For liking: Turned over"),
        ({"wanting": w, "liking": liking}, "For wanting: That is one minus"),
        ({"wanting": 1 - w, "liking": 1 - liking}, "For liking: That is one minus"),
        ({"wanting": liking, "liking": 1 - w}, "where wanting rests, 'wanting'"),
        ({"wanting": 1 - w, "liking": 0.26}, "where liking rests, 'liking'"),
        ({"wanting": w**2, "liking": liking}, "the rate is what multiplies the state"),
        ({"wanting": 1 - w}, "no formula for liking"),
        ({"wanting": 1 - w, "likin": liking}, "no state 'likin'"),
        ({"wanting": "1 - w", "liking": liking}, "without quotation marks"),
        ({"wanting": 1 - sympy.Symbol("x"), "liking": liking}, "There is no symbol 'x'"),
        ([1 - w, liking], "Give a mapping"),
    ],
    4: [
        (0.126, "aligned engagement"),
        (0.383, "aligned disengagement"),
        (0.137, "decoupled satiation"),
        (0.48, "everybody whose wanting rises"),
        (0.737, "everybody whose liking falls"),
        (0.4925, "all who are decoupled"),
        (0.646, "everybody else"),
        (35.4, "a percentage"),
        (0.25, "of the square is"),
        ("a third", "must be a plain number"),
    ],
    5: [
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
        {"wanting": 1 - w, "liking": liking},
        {"liking": sympy.Symbol("liking"), "wanting": 1 - sympy.Symbol("wanting", positive=True)},
        {"wanting": (1 - w**2) / (1 + w), "liking": 1 / (1 / liking)},
    ],
    4: [0.3537, 0.36, np.float32(0.35), sympy.Rational(12, 25) * (1 - sympy.Rational(15, 57))],
    5: [
        Careful(),
        lambda state: {"cues": 1 / (1 + math.exp(80 * (state["wanting"] - 0.22)))},
        lambda state: {"cues": max(0.0, 1 - (state["wanting"] / 0.25) ** 4)},
    ],
}
HIDDEN = {
    5: [
        (lambda state: clipped(4 * (0.298 - state["wanting"])), "comes with a stronger pull"),
        (hesitant, "left cold"),
    ],
}
