"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import numpy as np
import sympy

g, a, V, N = sympy.symbols("g a V N", positive=True)
k = sympy.Rational(1, 4)
key = 1 - k * N / (a**2 * V * (1 - k) + N)
rho = sympy.Symbol("rho")
bias = g * a * V / (a**2 * V + N)

WRONG = {
    1: [
        (4, "and it is relief"),
        (17, "crosses zero"),
        (2, "relief is greatest"),
        (20, "Let it run for longer"),
        (23, "of 0.70"),
        (52, "a week before too"),
        (104, "long been sure"),
        (24.5, "whole week"),
        ("half a year", "plain number"),
    ],
    2: [
        (122, "one arm"),
        (184, "at the end"),
        (230, "divide by 0.75"),
        (736, "by the share that leaves"),
        (674, "not 1"),
        (90, "not the variance"),
        (1000, "sa.trials.sample_size"),
        (-5, "outside its bounds"),
    ],
    3: [
        (0, "true effect"),
        (0.539, "The sign"),
        (-0.75, "nothing but loneliness"),
        (-0.421, "Square"),
        (-0.48, "Divide by the variance"),
        (-0.1, "g a V"),
        ("negative", "plain number"),
    ],
    4: [
        (0.75, "proportional"),
        (1 - key, "one minus it"),
        (1 - (1 - k) * N / (a**2 * V * k + N), "is to be left"),
        (key.subs({V: sympy.sqrt(V), N: sympy.sqrt(N)}), "Take no roots"),
        (key.subs({V: V**2, N: N**2}), "Do not square"),
        (key.subs(a, sympy.sqrt(a)), "with a squared"),
        (bias, "and solve"),
        (sympy.Eq(rho, key), "without an equals sign"),
        (key - rho, "There is no symbol 'rho'"),
        ("1 - N / 4", "without quotation marks"),
    ],
    5: [
        (["relatedness", "relatedness_frustration"], "product only"),
        (["autonomy", "competence"], "flat"),
        (["relatedness", "autonomy", "competence"], "more than you need"),
        (["relatedness", "autonomy_frustration"], "end of its scale"),
        (["closeness"], "no subscale"),
        ([], "nothing to fit"),
        ("relatedness", "Give a list"),
    ],
}

RIGHT = {
    1: [24, 24.0, np.int64(24)],
    2: [244, 246, np.int64(244)],
    3: [-0.5393, sympy.Rational(-48, 89), np.float64(-0.54)],
    4: [
        key,
        sympy.factor(key),
        sympy.solve(bias.subs(V, V * (1 - rho)) - k * bias, rho),
        (0.75 * a**2 * V + 0.75 * N) / (0.75 * a**2 * V + N),
        key.subs({a: sympy.Symbol("a"), V: sympy.Symbol("V")}),
    ],
    5: [("competence", "relatedness"), {"relatedness_frustration", "competence"}],
}
# Enough for the thirty who were asked, and not for all others.
HIDDEN = {5: [(["relatedness", "autonomy"], "thirty other people")]}
