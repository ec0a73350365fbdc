"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import numpy as np
import sympy

import socioaffective as sa

alarm = sa.oversight

WRONG = {
    1: [
        (0.25, "the variance has grown so many times"),
        (0.5, "not proportional to 1/mu"),
        (16, "Turn it round"),
        (1 / 256, "only the variance has to"),
        (15 / 16, "how far mu has come"),
        (0.1, "not 2 times as wide"),
        ("a sixteenth", "plain number"),
        (float("nan"), "finite"),
    ],
    2: [
        (5.1, "only every 4 weeks"),
        (3.67, "A year has 13 reports"),
        (1.445, "a report a year"),
        (14.96, "without slack"),
        (129.83, "while all is well"),
        (3.0, "too soon"),
        (4.5, "more than was asked for"),
        (-1, "not negative"),
        ("3.75", "plain number"),
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
    5: [
        (15, "the pull is gone"),
        (40.5, "level of the saddle"),
        (52.5, "back altogether"),
        (105, "Count from the week in which the alarm rings"),
        (8.5, "in months"),
        (259, "in days"),
        (26, "wrong side of the divide still"),
        (45, "neither do they after a shorter one"),
        (-3, "outside its bounds"),
    ],
}

RIGHT = {
    1: [0.0625, sympy.Rational(1, 16), np.float64(0.0624)],
    2: [3.75, 3.746, np.float32(3.74)],
    3: [
        alarm.level("ties", below=0.5, reports=3),
        alarm.cusum("ties", 4, expected=0.6, sd=0.1),
        alarm.level("ties", below=0.48, reports=2) | alarm.level("ties", below=0.5, reports=4),
    ],
    4: [0.5, np.float64(0.5)],
    5: [37, 36.96, np.int64(37)],
}

HIDDEN = {
    3: [
        (alarm.level("ties", below=0.42), "answers vary more"),
        (alarm.level("ties", below=0.42) | alarm.level("ties", below=0.5, reports=4), "too many for nothing"),
    ],
}
