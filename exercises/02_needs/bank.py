"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import numpy as np
import sympy

import socioaffective as sa

S, F = sa.state("satisfaction", start=0.5), sa.state("frustration", start=0.3)
U, T = sa.input("support", 1, (0, 4)), sa.input("thwarting", 1, (0, 4))


def own(up, down, up_too, down_too):
    return sa.Model("Own need", {S: up * (1 - S) - down * S, F: up_too * (1 - F) - down_too * F})


fading = own(0.1 * U, 0.02 * T + 0.05, 0.1 * T, 0.02 * U + 0.05)

rising = own(0.1 * U, 0.02 * T + 0.05 + sympy.Max(0, T - 1.7), 0.1 * T, 0.02 * U + 0.05)
easing = own(0.1 * U, 0.02 * T + 0.05, 0.1 * T, 0.02 * U + 0.05 + sympy.Max(0, U - 1.7))
spilling = sa.Model("Spills", {S: fading.equations[S] + 0.2 * sympy.Max(0, U - 3), F: fading.equations[F]})

x = {name: sa.models.need.symbols[name] for name in ("satisfaction", "support", "thwarting", "frustration")}
level = x["satisfaction"]
r, d, f, p = (sa.models.need.symbols[name] for name in ("gain", "loss", "strain", "relief"))
curve = f * r * (1 - level) / (f * r * (1 - level) + p * d * level)

WRONG = {
    1: [
        (0.241, "may take together"),
        (0.141, "has been subtracted"),
        (0.759, "must be volitional"),
        (16, "Did you give a percentage"),
        (0.05, "room for more"),
        (0.5, "steer less"),
        (-0.2, "outside its bounds"),
        (None, "must be a plain number"),
    ],
    2: [
        (7.143, "time constant: by then"),
        (4.951, "half-life"),
        (6.429, "slows down"),
        (0.7526, "still to go"),
        (11.513, "right for satisfaction"),
        (115.13, "in days"),
        (0.14, "is a rate"),
        (20, "After 20 weeks"),
        ("two years", "must be a plain number"),
    ],
    3: [
        (1 - level, "one scale"),
        (r * (1 - level) / (d * level), "thwarting over support, as"),
        (f * r * (1 - level) / (p * d * level), "the odds"),
        (f * d * level / (f * d * level + p * r * (1 - level)), "is turned over"),
        (f * (1 - level) / (f * (1 - level) + p * level), "are left out"),
        (f * d * (1 - level) / (f * d * (1 - level) + p * r * level), "Gain and loss have changed places"),
        (p * r * (1 - level) / (p * r * (1 - level) + f * d * level), "Strain and relief have changed places"),
        (f * x["thwarting"] / (f * x["thwarting"] + p * x["support"]), "still has support and thwarting in it"),
        (curve * x["frustration"], "Solve for it"),
        (curve + 1, "set them equal"),
        (curve * sympy.Symbol("x"), "There is no symbol 'x'"),
        ("1 - satisfaction", "without quotation marks"),
        (None, "Give an expression"),
    ],
    4: [
        (sa.models.need, "only the proportion"),
        (own(U, T, T, U), "one scale"),
        (sa.Model("Open", {S: 0.1 * U - 0.1 * T * S, F: 0.1 * T - 0.1 * U * F}), "can rise above 1"),
        (sa.Model("Signs", {S: -0.1 * T, F: 0.1 * T * (1 - F) - 0.1 * U * F}), "can fall below 0"),
        (own(0.1 * T, 0.02 * U + 0.05, 0.1 * U, 0.02 * T + 0.05), "In the life 'fed' (support 1.6, thwarting 0.3)"),
        (own(0.1 * U, 0.08 * T + 0.05, 0.1 * T, 0.02 * U + 0.05), "In the life 'fed and hurt'"),
        (own(0.1 * U, 0.02 * T + 0.01, 0.1 * T, 0.02 * U + 0.01), "In the life 'left alone'"),
        (sa.Model("Doubling", {S: S * (1 - S) * 0, F: 0.1 * T * (1 - F) - 0.1 * U * F}), "no stable resting place"),
        (sa.Model("Half", {S: 0.1 * U * (1 - S) - 0.1 * T * S}), "two states"),
        (sa.Model("Deaf", {S: 0.5 - S, F: 0.5 - F}), "names 'support' and 'thwarting'"),
        ({S: U - T, F: T - U}, "made with sa.Model"),
    ],
    5: [
        (-0.1328, "the power p"),
        (0.8828, "the elasticity"),
        (0.5311, "from the wrong end"),
        (46.9, "Is that a percentage"),
        (0.5764, "along the other axis"),
        (0.621, "by ill-being"),
        (0.3, "with the coach: go up"),
        (0.7, "with the friend: go down"),
        (-0.5, "goes from 0 to 1."),
        ("the mean", "must be a plain number"),
    ],
    6: [
        (0.2093, "the chapter's own answer"),
        (0.1925, "on all of the steering"),
        (0.1976, "the part that is welcome, alone"),
        (0.147, "has been subtracted"),
        (0.8378, "free of compulsion"),
        (0.241, "if nobody steered"),
        (1, "not to endorse the pull"),
        (0.12, "they can bear more"),
        (0.3, "they can bear less"),
        (16.2, "Did you give a percentage"),
        (None, "must be a plain number"),
    ],
}
RIGHT = {
    1: [0.1566, 0.16, np.float64(0.153), sympy.Rational(13, 83)],
    2: [16.45, np.array(16.4), sympy.log(10) / sympy.Rational(14, 100)],
    3: [
        curve,
        sympy.Eq(x["frustration"], curve),
        1 / (1 + p * d * level / (f * r * (1 - level))),
        sympy.expand(curve.subs(level, sympy.Symbol("satisfaction"))),
        sympy.FiniteSet(curve),
    ],
    4: [
        fading,
        sa.Model("Switches", {S: sa.logistic(4 * (U - 1)) - S, F: sa.logistic(4 * (T - 1)) - F}),
        sa.Model("Squares", {F: T**2 / (1 + T**2) - F, S: (U**2 / (1 + U**2) - S) * (1 + S)}),
        fading.replace(support=3, thwarting=0),
    ],
    5: [0.4689, 0.473, np.float32(0.466), sympy.Rational(47, 100)],
    6: [0.1622, 0.165, np.float64(0.16), 1 - sympy.Rational(759, 906)],
}
HIDDEN = {
    4: [
        (rising, "satisfaction changes sides"),
        (easing, "frustration changes sides"),
        (spilling, "leaves its bounds under other support"),
    ],
}
