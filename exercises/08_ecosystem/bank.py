"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import numpy as np
import sympy

import socioaffective as sa

life = sa.models.ecosystem
m, g, gamma = (life.symbols[n] for n in ("offer", "target", "steering_rate"))
price, cost = sympy.symbols("price cost")


class Reader:
    """A policy that is an object, and reads two states."""

    def __call__(self, state):
        lonely = 1 - (state["ties"] + state["relatedness"]) / 2
        return {"cues": np.clip(0.46 + 0.18 * lonely, 0, 1), "steering": 0.07, "accommodation": 0}


def helpful(state):
    return {"cues": 0.55, "accommodation": 0.9, "steering": 0}


def broken(state):
    return {"cues": state["tie"]}


def follows(state):
    """Steers those who lean its way already: none of the three does."""
    return {"cues": 0.56, "accommodation": 0, "steering": np.clip(4 * state["preference"] - 1, 0.07, 1)}


WRONG = {
    1: [
        (-0.0434, "price of ties is below 0"),
        (-2.171, "a whole unit more"),
        (2.171, "a whole unit of ties"),
        (0.00434, "so much autonomy"),
        (0.00718, "so much wanting"),
        (0.02, "in week 50"),
        (float("inf"), "finite"),
        ("a friend", "must be a plain number"),
    ],
    2: [
        (0.4734, "whom cues draw, as in the chapter"),
        (-1.0453, "Turn it round"),
        (0.748, "with its sign turned"),
        (0.297, "fare at best"),
        (0.0064, "price of myopia"),
        (0.6, "ties of 0.45 at the start"),
        ("a lot", "plain number"),
        (float("nan"), "finite"),
    ],
    3: [
        (price * gamma * (g - m), "Set it equal to what it costs"),
        (price * gamma * (g - m) / (2 * cost), "no 2"),
        (price * gamma * (m - g) / cost, "The sign"),
        (gamma * (g - m) / cost, "price is missing"),
        (price * gamma / cost, "not by gamma"),
        (price * gamma * (g - m) ** 2 / cost, "Differentiate"),
        (life.symbols["wanting"] * price, "There is no symbol 'wanting'"),
        ("price * gamma * (g - m) / cost", "without quotation marks"),
        ([1, 2], "Give an expression"),
    ],
    4: [
        (0.3, "not enough"),
        (0.9, "find the least"),
        (0.526, "weight of engagement"),
        (0.624, "in the last week"),
        (48, "percentage"),
        (-0.1, "outside its bounds"),
        ("half", "plain number"),
    ],
    5: [
        (sa.policies.fixed(accommodation=0, steering=0, cues=0), "has more cues"),
        (sa.policies.climber(), "0.094 short"),
        (helpful, "lower accommodation"),
        (lambda state: {"cues": 0.95, "steering": 0, "accommodation": 0}, "has less cues"),
        (broken, "cannot be run"),
        (0.5, "Give a policy"),
    ],
}

RIGHT = {
    1: [0.0434, 0.0451, sympy.Rational(43, 1000)],
    2: [1.045, np.float64(1.05)],
    3: [
        gamma * price * (g - m) / cost,
        price * gamma * g / cost - price * gamma * m / cost,
        sympy.FiniteSet(sympy.Symbol("price", positive=True) * gamma * (g - m) / cost),
    ],
    4: [0.47, 0.48, np.float64(0.475)],
    5: [
        Reader(),
        sa.policies.fixed(accommodation=0, steering=0.08, cues=0.56),
        lambda state: {"cues": 0.45 + 0.2 * (1 - state["relatedness"]), "steering": 0.07, "accommodation": 0},
        sa.policies.far_sighted(0.5 * sa.objectives.engagement + 0.5 * sa.objectives.needs, every=8),
    ],
}
HIDDEN = {5: [(follows, "Somebody else falls")]}
