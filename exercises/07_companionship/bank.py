"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import math

import numpy as np
import sympy

import socioaffective as sa

s = sa.models.ties.symbols
g, eta, d, theta, e, v = (s[n] for n in ("growth", "bridging", "loss", "binding", "engagement", "cues"))
free = (1 - e) + e * (1 - v) * eta
key = (g * free / d - 1) / (e * v)


class Patient:
    """A policy with a memory of its own level."""

    enough = 0.35

    def __call__(self, state):
        return {"cues": np.clip(4 * (state["ties"] - self.enough), 0, 0.7)}


def clipped(value):
    return {"cues": min(1, max(0, value))}


WRONG = {
    1: [
        (0.525, "saddle itself"),
        (0.695, "connected come to rest"),
        (0.009, "isolated come to rest"),
        (0.6, "try a lower one"),
        (0.3, "try a higher one"),
        (50, "a percentage"),
        ("half", "must be a plain number"),
    ],
    2: [
        (0.6375, "the other fold"),
        (0.8088, "fold of the default person. Set the appeal of wanting to 3.2"),
        (0.5912, "lower fold of the default"),
        (0.6131, "ties at the fold"),
        (0.1782, "wanting at the fold"),
        (0.85, "still connected"),
        (0.95, "have fallen"),
        (91, "a percentage"),
        ([0.91], "must be a plain number"),
    ],
    3: [
        (g * free / d / (e * v), "A one is missing"),
        ((g * (1 - e) / d - 1) / (e * v), "Bridging has been left out"),
        ((d / (g * free) - 1) / (e * v), "Turned over"),
        (g * free / d - 1, "binding times e v"),
        ((g * free / d - 1) / e, "Cues are missing"),
        (-key, "sign is turned round"),
        (key + s["acquaintance"], "It is zero here"),
        (key * theta, "Solve the condition for it"),
        ((g * free - d) / (e * v), "Loss multiplies binding too"),
        (sympy.Symbol("x") + key, "There is no symbol 'x'"),
        (key + 1, "H times something"),
        (5.3, "not a number"),
        ("growth / loss", "without quotation marks"),
        (sympy.true, "Give an expression"),
    ],
    4: [
        (15.6, "the pull is gone"),
        (98.5, "level of the saddle"),
        (148.1, "back altogether"),
        (85.6, "the chapter's person"),
        (21.7, "in months"),
        (1.81, "in years"),
        (52, "too short"),
        (120, "a shorter break would do"),
        ("two years", "must be a plain number"),
    ],
    5: [
        (sa.policies.fixed(cues=0.7), "is cold to the others"),
        (sa.policies.fixed(cues=0.4), "treats all alike"),
        (lambda state: {"cues": 0}, "not the only one"),
        (lambda state: clipped(1 - state["ties"]), "what keeps them there"),
        (lambda state: clipped(0.55 + state["ties"]), "Give fewer cues to somebody who is caught"),
        (lambda state: clipped(3 * (state["ties"] - 0.6)), "let the cues rise sooner"),
        (lambda state: {"cues": 0.7 if state["ties"] > 0.5 else 0}, "jumps"),
        (lambda state: {"cues": 2 * state["ties"]}, "outside its bounds"),
        (lambda state: {"cues": state["tie"]}, "KeyError"),
        (lambda state: 0.2, "must return a mapping"),
        (lambda: {"cues": 0.2}, "cannot be run"),
        (0.3, "Give a policy"),
    ],
    6: [
        (19, "feel closest to others"),
        (77.4, "than on the first day"),
        (23.3, "fewer ties than at the start"),
        (3.8, "in months"),
        (115, "in days"),
        (10, "above that of their twin: wait longer"),
        (40, "below that of their twin: look earlier"),
        (600, "In week 600"),
        ("in spring", "must be a plain number"),
    ],
    7: [
        (0.6652, "There one of them tips"),
        (0.5561, "would come back"),
        (0.4171, "ties of 0.5"),
        (0.3945, "the ties that are left"),
        (0.35, "the one whom nothing tips has"),
        (0.9, "With cues of 0.9"),
        (43, "a percentage"),
        (None, "must be a plain number"),
    ],
}
RIGHT = {
    1: [0.5016, 0.495, np.float32(0.51), sympy.Rational(1, 2)],
    2: [0.912312, 0.9135, np.float64(0.9115)],
    3: [
        key,
        sympy.Eq(theta, key),
        sympy.expand(key),
        sympy.solve(g * free - d * (1 + theta * e * v), theta),
        sympy.FiniteSet(key),
        theta > key,
    ],
    4: [94.33, 94, 95, np.int64(94)],
    5: [
        Patient(),
        lambda state: {"cues": 0.7 / (1 + math.exp(-25 * (state["ties"] - 0.45)))},
        lambda state: clipped(0.7 * (1 - state["wanting"])),
        lambda state: clipped(min(0.69, 3 * (state["ties"] - 0.3 - state["wanting"] / 4))),
    ],
    6: [16.42, 16, np.float32(16.8), sympy.Rational(33, 2)],
    7: [0.4305, 0.433, np.float64(0.428), sympy.Rational(43, 100)],
}
HIDDEN = {
    5: [
        (lambda state: clipped(10 * (state["ties"] - 0.68)), "left cold"),
    ],
}
