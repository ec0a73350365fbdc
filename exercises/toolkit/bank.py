"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import math

import numpy as np
import sympy

import socioaffective as sa
from socioaffective.exercises.toolkit import favours

g, rho, K, h = (favours.symbols[n] for n in ("goodwill", "recovery", "ceiling", "demand"))
plain_rho, plain_K = sympy.symbols("recovery ceiling")
x, y = sa.state("x", bounds=(-2, 2)), sa.state("y", bounds=(-2, 2))
u = x - sympy.Rational(1, 2)
narrow = sa.state("x", bounds=(-0.5, 1.5))
shrink, turn = math.log(2) / 5, 2 * math.pi / 10


def focus(real, imaginary):
    return [[real, -imaginary], [imaginary, real]]


def line(rate, **options):
    return sa.Model("Line", {x: rate}, **options)


def companion_matrix(trace, determinant):
    return [[0, 1], [-determinant, trace]]


WRONG = {
    1: [
        (["saddle", "stable node", "saddle", "unstable node"], "are swapped"),
        (["stable node", "unstable focus", "stable focus", "saddle"], "sign in the determinant"),
        (["stable node", "saddle", "stable node", "unstable focus"], "parabola is in the wrong place"),
        (["stable node", "saddle", "stable node", "unstable node"], "left out"),
        (["unstable focus", "saddle", "unstable node", "stable focus"], "Stable and unstable are turned round"),
        (["stable node", "saddle", "stable focus", "unstable node"], "Nodes and foci are turned round"),
        (["stable focus", "unstable node", "stable node", "unstable focus"], "B has trace 1 and determinant -5"),
        (["stable focus", "saddle", "sink", "unstable focus"], "'sink' is not among"),
        ("stable focus", "Give four kinds"),
    ],
    2: [
        (-6.93, "The sign"),
        (10, "the time constant, one over the rate"),
        (-0.1, "That is the slope at the new rest point"),
        (0.2, "where it comes to rest"),
        (3, "far from rest"),
        (0.1, "is the rate, per week"),
        (2.31, "half-life before the change"),
        (3.33, "time constant before the change"),
        (1.733, "quitting alone"),
        (1.386, "spreading alone"),
        (0.77, "do not add up"),
        (48.5, "in days"),
        (20, "After 20 weeks"),
        ("seven", "must be a plain number"),
    ],
    3: [
        (-0.188, "I am on the other axis"),
        (0.36, "and never warm"),
        (-0.418, "neither warm nor cold"),
        (-0.96, "where both end"),
        (0, "the saddle"),
        (0.76, "level with the start"),
        (-0.5, "I get warmer than that"),
        (-0.27, "I get less warm than that"),
        ("cold", "must be a plain number"),
    ],
    4: [
        (-rho * K / 4, "Only the sign"),
        (K / 2, "goodwill at the fold"),
        (rho / 4, "ceiling is left out"),
        (K / 4, "recovery is left out"),
        (rho * K / 2, "One factor of a half"),
        (rho * K, "recovery times ceiling"),
        (0, "Without demand"),
        (rho * g * (1 - g / K), "Goodwill is still in it"),
        (h, "demand itself"),
        (rho**2 * K / 4, "For a recovery of 0.8"),
        ([(K / 2, rho * K / 4)], "The pair holds"),
        (sympy.Eq(h, rho * K / 4), "without an equals sign"),
        (rho * sympy.Symbol("anger"), "'anger'"),
        ("recovery * ceiling / 4", "without quotation marks"),
    ],
    5: [
        (focus(shrink, turn), "distances double"),
        (focus(-1 / 5, turn), "for the time constant"),
        (focus(-shrink / 2, turn), "twice the real part"),
        (focus(-turn, shrink), "Real and imaginary part are swapped"),
        (focus(-math.log(2) / 10, 2 * math.pi / 5), "two times are swapped"),
        (focus(-2 * shrink, turn), "half of the trace, and not"),
        (focus(-shrink, 0.1), "That is the frequency"),
        (focus(-shrink, 10), "not the period"),
        (companion_matrix(-2 * shrink, turn**2), "sum of *both* squares"),
        (focus(0, turn), "a centre"),
        (focus(-0.3, turn), "Distances halve in"),
        (focus(-shrink, 1), "one turn takes"),
        ([[-shrink, turn], [turn, -shrink]], "eigenvalues are real"),
        (focus(2, 1), "the trace is positive"),
        ([-shrink, turn], "Give a matrix"),
        ([["a", 1], [1, 0]], "must be a plain number"),
    ],
    6: [
        (line(x - x**3), "the outer two are stable"),
        (line(x), "not 1"),
        (line(1 + x**2), "not 0"),
        (line(x * (x**2 - 1) * (x**2 - 3)), "not 5"),
        (line(x**2 - 1), "not 2"),
        (line(x * (x - 1) ** 2 * (x + 1)), "the slope is zero"),
        (sa.Model("Two", {x: x**3 - x, y: -y}), "one state"),
        (line(x**3 - x), "the middle one is at 0, and should be at 0.5"),
        (x**3 - x, "made with sa.Model"),
    ],
    7: [
        (3.333, "settles at once"),
        (0.3, "That is the rate."),
        (0.6, "Turn it over"),
        (4, "rate of spreading"),
        (10, "rate of quitting"),
        (2.857, "do not add up"),
        (13.33, "slope of the map is −3"),
        (2.31, "That is the half-life"),
        (0, "nothing moves"),
        (-1, "positive"),
        (8, "take a smaller one"),
        (6, "a larger one does so too"),
        ("6.7", "must be a plain number"),
    ],
}
RIGHT = {
    1: [
        ("stable focus", "saddle", "stable node", "unstable focus"),
        np.array(["Stable spiral", "SADDLE point", "stable node", "unstable  focus"]),
    ],
    2: [6.93, 10 * math.log(2), sympy.log(2) / sympy.Rational(1, 10), np.float32(6.9)],
    3: [-0.36, -0.359, np.float64(-0.37), sympy.Rational(-7, 20)],
    4: [rho * K / 4, (sympy.sqrt(rho) * sympy.sqrt(K) / 2) ** 2, plain_rho / 4 * plain_K],
    5: [
        focus(-shrink, turn),
        companion_matrix(-2 * shrink, turn**2 + shrink**2),
        sympy.Matrix([[-sympy.log(2) / 5, 3], [-((sympy.pi / 5) ** 2) / 3, -sympy.log(2) / 5]]),
        np.array([[0.3, -1], [turn**2 + (0.3 + shrink) ** 2, -0.3 - 2 * shrink]]),
    ],
    6: [
        line(u**3 - u),
        line(u - sympy.tanh(2 * u)),
        line(sympy.Rational(1, 10) * u * (x + 1) * (x - 1.8)),
        line(-sympy.sin(11 * u / 5)),
    ],
    7: [6.667, 2 / 0.3, sympy.Rational(20, 3), 6.7],
}
HIDDEN = {6: [(sa.Model("On the bounds", {narrow: (narrow + 0.5) * (narrow - 0.5) * (narrow - 1.5)}), "lies on a bound")]}
