"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import numpy as np
import sympy

import socioaffective as sa

S, F = sa.state("satisfaction", start=0.5), sa.state("frustration", start=0.3)
U, T = sa.input("support", 1, (0, 4)), sa.input("thwarting", 1, (0, 4))


def own(up, down, up_too, down_too):
    return sa.Model("Own need", {S: up * (1 - S) - down * S, F: up_too * (1 - F) - down_too * F})


fading = own(0.1 * U, 0.02 * T + 0.05, 0.1 * T, 0.02 * U + 0.05)

WRONG = {
    1: [
        (0.241, "may take together"),
        (0.141, "has been subtracted"),
        (0.759, "must be volitional"),
        (16, "a percentage"),
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
        (sa.models.need, "only the proportion"),
        (own(U, T, T, U), "one scale"),
        (sa.Model("Open", {S: 0.1 * U - 0.1 * T * S, F: 0.1 * T - 0.1 * U * F}), "can rise above 1"),
        (sa.Model("Signs", {S: -0.1 * T, F: 0.1 * T * (1 - F) - 0.1 * U * F}), "can fall below 0"),
        (own(0.1 * T, 0.02 * U + 0.05, 0.1 * U, 0.02 * T + 0.05), "In the life 'fed' (support 1.6, thwarting 0.3)"),
        (own(0.1 * U, 0.08 * T + 0.05, 0.1 * T, 0.02 * U + 0.05), "In the life 'fed and hurt'"),
        (own(0.1 * U, 0.02 * T + 0.01, 0.1 * T, 0.02 * U + 0.01), "In the life 'left alone'"),
        (sa.Model("Doubling", {S: S * (1 - S) * 0, F: 0.1 * T * (1 - F) - 0.1 * U * F}), "no stable place of rest"),
        (sa.Model("Half", {S: 0.1 * U * (1 - S) - 0.1 * T * S}), "two states"),
        (sa.Model("Deaf", {S: 0.5 - S, F: 0.5 - F}), "names 'support' and 'thwarting'"),
        ({S: U - T, F: T - U}, "made with sa.Model"),
    ],
}
RIGHT = {
    1: [0.1566, 0.16, np.float64(0.15), sympy.Rational(13, 83)],
    2: [16.45, np.array(16.4), sympy.log(10) / sympy.Rational(14, 100)],
    3: [
        fading,
        sa.Model("Switches", {S: sa.logistic(4 * (U - 1)) - S, F: sa.logistic(4 * (T - 1)) - F}),
        sa.Model("Squares", {F: T**2 / (1 + T**2) - F, S: (U**2 / (1 + U**2) - S) * (1 + S)}),
        fading.replace(support=3, thwarting=0),
    ],
}
