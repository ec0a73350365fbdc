"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import numpy as np
import sympy

import socioaffective as sa

alarm = sa.oversight

WRONG = {
    1: [
        (0.25, "the variance has doubled"),
        (0.5, "not proportional to 1/mu"),
        (16, "Turn it round"),
        (1 / 256, "four times what it is at 1"),
        (0.1, "not twice as wide"),
        ("a sixteenth", "plain number"),
        (float("nan"), "finite"),
    ],
    2: [
        (5.2, "1040 weeks"),
        (3.7, "makes 13"),
        (1.5, "20 reports"),
        (3.0, "too soon"),
        (4.5, "Find the least"),
        (-1, "outside its bounds"),
    ],
    3: [
        (alarm.level("ties", below=0.3), "ring sooner"),
        (alarm.level("ties", below=0.5), "wait for more reports"),
        (alarm.level("ties", below=0.5, reports=2), "Leave some room"),
        (alarm.trend("ties", 0.15, reports=13), "Too few and too many"),
        (alarm.level("wanting", above=0.2), "cannot be run"),
        (0.45, "Give an alarm"),
    ],
    4: [
        (0.6, "stricter"),
        (0.2, "Find the mildest"),
        (50, "percentage"),
        (0.52, "multiple of 0.05"),
        ("half", "plain number"),
    ],
}

RIGHT = {
    1: [0.0625, sympy.Rational(1, 16), np.float64(0.0624)],
    2: [3.8, 3.75],
    3: [
        alarm.level("ties", below=0.5, reports=3),
        alarm.cusum("ties", 4, expected=0.6, sd=0.1),
        alarm.level("ties", below=0.42) | alarm.level("ties", below=0.5, reports=4),
    ],
    4: [0.5, np.float64(0.5)],
}
