"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import numpy as np
import sympy

import socioaffective as sa

WRONG = {
    1: [
        (13.9, "stops rising"),
        (6.6, "furthest apart"),
        (4.9, "in months"),
        (52, "still below"),
        (2, "still above"),
        ("week 21", "must be a plain number"),
        (-3, "outside its bounds"),
    ],
    2: [
        (0.41, "Try more"),
        (0.45, "ties of the saddle"),
        (0.71, "connected people come to rest"),
        (0.014, "isolated people come to rest"),
        (0.6, "Find the least"),
        ([0.43], "must be a plain number"),
        (43, "a percentage"),
    ],
    3: [
        (sa.policies.schedule(cues={0: 0.9, 260: 0.7}), "hysteresis"),
        (sa.policies.schedule(cues={0: 0.9, 260: 0.0}), "stronger cues would do too"),
        (sa.policies.schedule(cues={0: 0.9, 260: 0.58}), "too slow, or not at all"),
        (sa.policies.fixed(cues=0.9), "Go far lower"),
        (sa.policies.fixed(cues=0.3), "harm must be done first"),
        (sa.policies.schedule(cues={0: 0.9, 260: 0.2, 400: 0.5}), "one level"),
        (sa.policies.schedule(cues={0: 0.9, 260: 1.7}), "cannot be run"),
        (0.56, "Give a schedule"),
    ],
    4: [
        ({"growth": 0.05, "loss": 0.011}, "the tour's newcomer"),
        ({"growth": 0.02, "loss": 0.005}, "too much to lose"),
        ({"growth": 0.2, "loss": 0.011}, "hardly uses it"),
        ({"growth": 0.009, "loss": 0.006}, "about cancel"),
        ({"growth": 0.02, "loss": 0.1}, "isolated in either life"),
        ({"growth": 0.02, "loss": 0.02, "binding": 0}, "'binding' stays as it is"),
        ({"growth": 0.02, "lapse": 0.02}, "There is no number to change 'lapse'"),
        ({"growth": 0.02}, "Give both numbers"),
        ({"growth": 0.02, "loss": 2}, "outside its bounds"),
        ({"growth": "slow", "loss": 0.02}, "must be a plain number"),
        ((0.02, 0.02), "Give a mapping"),
    ],
}
RIGHT = {
    1: [21.625, np.float64(22), np.array(21)],
    2: [0.43, 0.428, np.float32(0.43), sympy.Rational(3, 7)],
    3: [
        sa.policies.schedule(cues={0: 0.9, 260: 0.55}),
        sa.policies.schedule(cues={260.0: 0.56, 0: 0.9, 100: 0.9}),
    ],
    4: [
        {"growth": 0, "loss": 0.005},
        {"growth": 0.002, "loss": 0.002},
        {"loss": np.float32(0.025), "growth": sympy.Rational(1, 40)},
    ],
}
HIDDEN = {
    4: [
        ({"growth": 0.002, "loss": 0.001}, "relief which is used up"),
        ({"growth": 0.003, "loss": 0.001}, "later, or with other ties"),
    ],
}
