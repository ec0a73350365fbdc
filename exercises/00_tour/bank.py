"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import numpy as np

import socioaffective as sa

WRONG = {
    1: [
        (13.9, "stops rising"),
        (6.6, "furthest apart"),
        (52, "still below"),
        (2, "still above"),
        ("week 21", "must be a plain number"),
        (-3, "outside its bounds"),
    ],
    2: [
        (0.42, "a little higher"),
        (0.45, "near the saddle"),
        (0.71, "come to rest"),
        (0.6, "Find the least"),
        (0.3, "ends isolated"),
        ([0.43], "must be a plain number"),
        (43, "outside its bounds"),
    ],
    3: [
        (sa.policies.schedule(cues={0: 0.9, 260: 0.7}), "hysteresis"),
        (sa.policies.schedule(cues={0: 0.9, 260: 0.0}), "stronger cues would do too"),
        (sa.policies.schedule(cues={0: 0.9, 260: 0.6}), "Go lower"),
        (sa.policies.fixed(cues=0.3), "harm must be done first"),
        (sa.policies.schedule(cues={0: 0.9, 260: 0.2, 400: 0.5}), "one level"),
        (sa.policies.schedule(cues={0: 0.9, 260: 1.7}), "cannot be run"),
        (0.56, "Give a schedule"),
    ],
}
RIGHT = {
    1: [21.625, np.float64(22), np.array(21)],
    2: [0.43, 0.428, np.float32(0.43)],
    3: [
        sa.policies.schedule(cues={0: 0.9, 260: 0.55}),
        sa.policies.schedule(cues={260.0: 0.56, 0: 0.9, 100: 0.9}),
    ],
}
