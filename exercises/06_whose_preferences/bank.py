"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

from fractions import Fraction

import numpy as np
import sympy

import socioaffective as sa

d = sa.worlds.drmdp
n, c, b, gamma = sympy.symbols("n c b gamma")


def two(low, high, keeps="stay", rewards=None):
    """A world of two selves in which `go` makes the second one, and `stay` leaves whoever is there."""
    moves = {("here", who, a): ("here", "B" if a == "go" else who) for who in "AB" for a in ("stay", "go")}
    given = {("A", "stay"): low[0], ("A", "go"): low[1], ("B", "stay"): high[0], ("B", "go"): high[1]}
    return d.DRMDP("Mine", ("here", "A"), keeps, moves, {(who, "here", a): r for (who, a), r in given.items()})


def by_state():
    """Another way: what counts is the state being left, as in Dehydration."""
    there = {"stay": ("home", "A"), "go": ("park", "B")}
    moves = {("home", "A", a): to for a, to in there.items()} | {("park", "B", a): ("park", "B") for a in there}
    worth = {("A", "home"): 0, ("A", "park"): 5, ("B", "home"): -10, ("B", "park"): -1}
    return d.DRMDP("Walk", ("home", "A"), "stay", moves, {(who, s, a): r for (who, s), r in worth.items() for a in there})


def by_chance():
    moves = {("here", "A", "stay"): ("here", "A"), ("here", "A", "go"): {("here", "A"): "1/2", ("here", "B"): "1/2"},
             ("here", "B", "stay"): ("here", "B"), ("here", "B", "go"): ("here", "B")}  # fmt: skip
    worth = {("A", "stay"): 1, ("A", "go"): 1, ("B", "stay"): -3, ("B", "go"): -2}
    return d.DRMDP("Chance", ("here", "A"), "stay", moves, {(who, "here", a): r for (who, a), r in worth.items()})


WRONG = {
    1: [
        (4.5, "each self gives at its time"),
        (5, "the self at the start"),
        (4, "doing nothing is worth"),
        (2, "third step is no news"),
        (0.5, "last step alone"),
        (7, "who the person is after the fourth step"),
        ("3/2", "not '3/2'"),
        ([1.5], "not [1.5]"),
    ],
    2: [
        (4, "both are worth 200"),
        (3, "gives 10 for being left alone"),
        (2, "that is 0, against 100"),
        (1, "With a horizon of 1 doing nothing brings 50"),
        (6, "influences already"),
        (30, "With a horizon of 29"),
        (4.5, "whole number of steps"),
        (None, "must be a plain number"),
    ],
    3: [
        (n / b, "nobody minded the first step"),
        (c / (b + c), "n a step, for ever"),
        ((b + c) / (n + c), "Turned over"),
        ((n - c) / (b - c), "The sign of c"),
        ((n + c) / b, "once, not in every step"),
        ((n + c) / (b + c + n), "begins with n now"),
        (1 - (n + c) / (b + c), "one minus the border"),
        (n + c, "Set n/(1 - gamma) equal"),
        (0.55, "not a number"),
        (n / (1 - gamma), "'gamma' stands in your answer"),
        ("n +", "cannot be run"),
        ({"n": 1}, "Give an expression"),
    ],
    4: [
        (d.examples["conspiracy"], "none does"),
        (d.examples["writer"], "some do and some do not"),
        (d.examples["dehydration"], "3 selves (2, 3, 4)"),
        (two((0, 1), (0, 1)), "add up"),
        ({"moves": 1}, "not dict"),
    ],
    5: [
        (13, "not yet"),
        (7, "It is the tangent"),
        (10, "a learning of 0.3"),
        (15, "one too many"),
        (3, "After 3 exposures"),
        (14.5, "whole exposures"),
        ("fourteen", "must be a plain number"),
    ],
}
RIGHT = {
    1: [1.5, Fraction(3, 2), np.float64(1.5), sympy.Rational(3, 2)],
    2: [5, 5.0, np.int64(5)],
    3: [
        (n + c) / (b + c),
        "(n + c)/(b + c)",
        [1 - (b - n) / (b + c)],
        sympy.Gt(gamma, (n + c) / (b + c)),
        sympy.Eq(gamma, (c + n) / (c + b)),
    ],
    4: [two((1, 1), (-1, 0)), by_state(), by_chance()],
    5: [14, 14.0],
}
