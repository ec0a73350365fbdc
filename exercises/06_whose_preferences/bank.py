"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

from fractions import Fraction

import numpy as np
import sympy

import socioaffective as sa

d = sa.worlds.drmdp
n, c, b, gamma, x = sympy.symbols("n c b gamma x")


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


def later():
    """A world in which the new self arrives somewhere good, but only after another step."""
    acts, moves = ("stay", "go"), {("here", "A", "stay"): ("here", "A"), ("here", "A", "go"): ("here", "B")}
    moves |= {(place, "B", a): ("there", "B") for place in ("here", "there") for a in acts}
    rewards = {("A", place, a): 1 for place in ("here", "there") for a in acts} | {("B", "there", a): 5 for a in acts}
    return d.DRMDP("Later", ("here", "A"), "stay", moves, rewards | {("B", "here", "stay"): -1, ("B", "here", "go"): 0})


def soon_gone():
    """A world in which the old self suffers once there has been a third step as the new one, and influence then costs it."""
    after = {("one", "stay"): ("two", "A"), ("one", "go"): ("two", "B"), ("two", "stay"): ("three", "A")}
    stays = {("three", "A", "stay"): ("three", "A")}
    pairs = [("one", "A"), ("two", "A"), ("three", "A"), ("two", "B"), ("gone", "B")]
    moves = {(*pair, a): ("gone", "B") for pair in pairs for a in ("stay", "go")} | stays
    moves |= {(place, "A", a): to for (place, a), to in after.items()}
    rewards = {("A", place, a): 1 for place in ("one", "two", "three") for a in ("stay", "go")} | {("A", "three", "go"): 0}
    rewards |= {("A", "gone", a): -5 for a in ("stay", "go")}
    rewards |= {("B", place, a): -1 if a == "stay" else 0 for place in ("one", "two", "three", "gone") for a in ("stay", "go")}
    return d.DRMDP("Gone", ("one", "A"), "stay", moves, rewards)


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
        (2, "Step 3 is no news"),
        (0.5, "after the clickbait alone"),
        (7, "who the person is after step 4"),
        ("3/2", "not '3/2'"),
        ([1.5], "not [1.5]"),
    ],
    2: [
        (4, "both are worth 200"),
        (3, "gives 10 for being left alone"),
        (2, "doing nothing brings 100, and influence 0"),
        (1, "With a horizon of 1 doing nothing brings 50"),
        (6, "With a horizon of 5 the objective influences already"),
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
        ("(n + c)/(b + c)", "without quotation marks"),
        (n + x, "There is no symbol 'x'"),
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
    6: [
        (-100, "one world in other words"),
        (-70, "some of its best plans treat"),
        (11, "for its own sake"),
        (10, "treats much sooner"),
        (0, "one indeed: real-time"),
        (500, "initial, natural shifts, myopic, pareto. But less is enough"),
        (-90, "each of the seven"),
        (-69.5, "Give a whole number"),
        ("dreaded", "must be a plain number"),
    ],
}
RIGHT = {
    1: [1.5, Fraction(3, 2), np.float64(1.5), sympy.Rational(3, 2)],
    2: [5, 5.0, np.int64(5)],
    3: [
        (n + c) / (b + c),
        sympy.FiniteSet((n + c) / (b + c)),
        [1 - (b - n) / (b + c)],
        sympy.Gt(gamma, (n + c) / (b + c)),
        sympy.Eq(gamma, (c + n) / (c + b)),
    ],
    4: [two((1, 1), (-1, 0)), by_state(), by_chance()],
    5: [14, 14.0],
    6: [-69, -69.0, np.int64(-69), Fraction(-69)],
}
HIDDEN = {
    4: [
        (later(), "real-time influences too"),
        (soon_gone(), "some self minds"),
    ],
}
