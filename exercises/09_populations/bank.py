"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import numpy as np
import sympy

m, L, U = (sympy.Symbol(name, positive=True) for name in ("m", "L", "U"))
p = sympy.Symbol("p", positive=True)

WRONG = {
    1: [
        (0.206, "are other people"),
        (-0.261, "above 0"),
        (0.236, "what half of them have lost"),
        (0.179, "the upper edge"),
        (0.299, "whoever lost most"),
        (0.1, "in week 90"),
        (26, "outside its bounds"),
        ("a quarter", "plain number"),
    ],
    2: [
        (18, "the mean falls below"),
        (7, "the first of them"),
        (26, "nine in ten"),
        (15, "cues of 0.5"),
        (40, "week by week"),
        (200, "outside its bounds"),
        ("16th", "plain number"),
    ],
    3: [
        ((m - L) / (U - L), "Turn it round"),
        ((U - m) / (U + L), "distance of the states"),
        (1 - m, "at 0 and 1"),
        ((U - m) / U, "It is L"),
        ((L + U) / 2, "middle of the two states"),
        ((U - m) / (U - L) / 2, "solve for p"),
        (p, "There is no symbol 'p'"),
        ("(U - m) / (U - L)", "without quotation marks"),
        (sympy.Eq(p, (U - m) / (U - L)), "without an equals sign"),
        ([1, 2], "Give an expression"),
    ],
    4: [
        (0.846, "has gone"),
        (0.392, "standard deviations"),
        (0.996, "week 4"),
        (0.6, "with everyone()"),
        (15, "percentage"),
        (float("nan"), "finite"),
    ],
    5: [
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
    1: [0.261, 0.255, np.float64(0.265)],
    2: [16, np.int64(16), 16.0],
    3: [1 - (m - L) / (U - L), (m - U) / (L - U), U / (U - L) - m / (U - L), sympy.FiniteSet((U - m) / (U - L))],
    4: [0.15, np.float64(0.155), 0.16],
    5: [
        {("growth", "appeal_of_cues"): -0.8},
        {("ties", "appeal_of_cues"): -0.8},
        {("appeal_of_cues", "growth"): -0.6, ("growth", "sensitisation"): -0.6},
    ],
}
# Slow growth of those with few ties brings forward what would have come: after ten years nearly as many are isolated.
HIDDEN = {5: [({("ties", "growth"): 0.9}, "After ten years")]}
