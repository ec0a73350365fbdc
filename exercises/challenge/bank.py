"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import math

import numpy as np

import socioaffective as sa


class Keeper:
    """A policy that is an object: a thermostat of wanting."""

    target = 0.395

    def __call__(self, state):
        return {"cues": np.clip(12 * (self.target - state["wanting"]), 0, 1), "steering": 0, "accommodation": 1}


def clipped(value, **others):
    return {"cues": min(1.0, max(0.0, value)), "steering": 0, "accommodation": 0} | others


def alike(cues, **others):
    return lambda state: clipped(cues, **others)


def by_wanting(target, **others):
    return lambda state: clipped(12 * (target - state["wanting"]), **others)


def early_and_late(state):
    return clipped(0.2 + 20 * (state["autonomy"] - 0.54) - 5 * (state["wanting"] - 0.35), accommodation=1)


def smooth(state):
    return {"cues": 1 / (1 + math.exp(8 * state["wanting"] + 4 * state["ties"] - 5.2))}


WRONG = {
    1: [
        (0.5176, "levers cost something"),
        (0.2063, "minus ill-being"),
        (0.5773, "at whatever engagement"),
        (0.5128, "One strength of cues for two years"),
        (0.7799, "weight of well-being at this point"),
        (0.55, "nobody can have so much"),
        (0.5, "More is possible"),
        (52, "a percentage"),
        ("half", "must be a plain number"),
    ],
    2: [
        (0.0482, "the sum over the four"),
        (0.0234, "the worst off"),
        (0.0066, "the newcomer loses"),
        (0.0035, "the strength that is best for them"),
        (0.0161, "Do not divide"),
        (1.2531, "all 104 weeks"),
        (-0.01205, "turn the difference round"),
        (0.018, "Another strength of cues loses less"),
        (0.001, "So little is not possible"),
        ([0.012], "must be a plain number"),
    ],
    3: [
        (alike(0.3, accommodation=1), "too much for one and too little for another"),
        (alike(0.3, accommodation=1, steering=0.3), "Steering presses on autonomy"),
        (lambda state: clipped(20 * (state["autonomy"] - 0.55), accommodation=1), "wanting has already risen"),
        (by_wanting(0.45, accommodation=1), "Give fewer cues sooner"),
        (by_wanting(0.4), "what would ease bring"),
        (by_wanting(0.3, accommodation=1), "hold back more than the floor asks"),
        (lambda state: clipped(0.5 if state["wanting"] < 0.4 else 0), "as wanting passes a level"),
        (lambda state: {"cue": 0.5}, "must return a mapping"),
        (lambda state: {"cues": 2 * state["ties"]}, "outside its bounds"),
        (sa.policies.fixed(cues=0.3), "Write your own function of the state"),
        (0.4, "Give a policy"),
    ],
    4: [
        (alike(0.6), "plan next to yours"),
        (alike(0.6, accommodation=0.6), "lower accommodation"),
        (alike(0.6, steering=0.5), "Steering costs autonomy"),
        (alike(0.1), "must be used"),
        (lambda state: clipped(0.9 if state["ties"] < 0.4 else 0.2), "as ties passes a level"),
        (lambda state: {"cues": state["tie"]}, "KeyError"),
        (lambda state: 0.5, "must return a mapping"),
        (lambda state: {"cues": float("nan")}, "finite"),
        (sa.policies.far_sighted("engagement"), "Write your own function of the state"),
        (Keeper, "Give a policy"),
    ],
}
RIGHT = {
    1: [0.5211, 0.52, np.float32(0.522)],
    2: [0.01205, 0.012, np.float64(0.0124)],
    3: [Keeper(), early_and_late],
    4: [
        lambda state: {"cues": np.clip(1.8 - 2 * state["wanting"] - state["ties"], 0, 1)},
        lambda state: clipped(2.2 - 3 * state["wanting"] - 1.2 * state["ties"]),
    ],
}
HIDDEN = {
    3: [
        (
            lambda state: clipped(12 * (0.4 - state["wanting"]) + 3 * max(0.1 - state["ties"], 0), accommodation=1),
            "autonomy falls to",
        ),
    ],
    4: [
        (alike(0.7), "lose 0.0.. on average"),
    ],
}
