"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import numpy as np
import sympy

m, L, U = (sympy.Symbol(name, positive=True) for name in ("m", "L", "U"))
p = sympy.Symbol("p", positive=True)

WRONG = {
    1: [
        (18, "the mean falls below"),
        (7, "the first of them"),
        (58, "all of them"),
        (15, "cues of 0.5"),
        (40, "week by week"),
        (200, "outside its bounds"),
        ("16th", "plain number"),
    ],
    2: [
        ((m - L) / (U - L), "Turn it round"),
        ((U - m) / (U + L), "distance of the states"),
        (1 - m, "at 0 and 1"),
        ((U - m) / U, "It is L"),
        ((U - m) / (U - L) / 2, "solve for p"),
        (p, "only"),
        ([1, 2], "one formula"),
    ],
    3: [
        (0.846, "has gone"),
        (0.392, "standard deviations"),
        (0.996, "week 4"),
        (0.6, "with everyone()"),
        (15, "percentage"),
        (float("nan"), "finite"),
    ],
    4: [
        ({("growth", "appeal_of_cues"): 0.8}, "protect"),
        ({("growth", "appeal_of_cues"): -0.3}, "not far enough"),
        ({}, "at least one pair"),
        ({("growth", "loneliness"): 0.5}, "cannot be run"),
        (0.8, "Give a mapping"),
        (
            {("growth", "appeal_of_cues"): -0.9, ("ties", "growth"): 0.9, ("ties", "appeal_of_cues"): -0.9,
             ("growth", "sensitisation"): -0.9, ("ties", "sensitisation"): -0.9, ("sensitisation", "appeal_of_cues"): 0.9},
            "milder",
        ),
    ],
}  # fmt: skip

RIGHT = {
    1: [16, np.int64(16), 16.0],
    2: [1 - (m - L) / (U - L), (m - U) / (L - U), U / (U - L) - m / (U - L)],
    3: [0.15, np.float64(0.155), 0.14],
    4: [
        {("growth", "appeal_of_cues"): -0.8},
        {("ties", "growth"): 0.9},
        {("appeal_of_cues", "growth"): -0.6, ("growth", "sensitisation"): -0.6},
    ],
}
