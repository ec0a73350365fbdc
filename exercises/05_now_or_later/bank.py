"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import numpy as np

import socioaffective as sa


class Coach:
    """A policy that is an object, and leaves a little room."""

    room = 0.002

    def __call__(self, state):
        missing = 0.6 + self.room - state["skill"]
        return {"accommodation": np.clip(missing / (0.8 * max(1 - state["skill"], 0.01)), 0, 1)}


def generous(state):
    return {"accommodation": float(np.clip((0.6 - state["skill"]) / (0.6 * (1.001 - state["skill"])), 0, 1))}


def stingy(state):
    return {"accommodation": float(np.clip(0.6 - state["skill"], 0, 1))}


def abrupt(state):
    return {"accommodation": 0.9 if state["skill"] < 0.6 else 0.0}


def needed(state):
    return float(np.clip((0.603 - state["skill"]) / 0.8 / (1.001 - state["skill"]), 0, 1))


def as_planned():
    """A schedule: at each time what the slowest of the three needs, whoever comes."""
    policy = lambda state: {"accommodation": needed(state)}  # noqa: E731
    run = sa.simulate(sa.models.scaffold, 52, {"skill": 0.05}, policy, dt=0.25, help_quality=0.8)
    return sa.policies.schedule(accommodation={k / 4: float(run["accommodation"][k]) for k in range(208)})


def for_ever(state):
    return {"accommodation": max(needed(state), min(1, 4 * max(state["skill"] - 0.8, 0)))}


WRONG = {
    1: [
        (16.9, "help of the chapter"),
        (27.7, "reaches the quality"),
        (13.9, "half-life"),
        (210.3, "in days"),
        (6.9, "in months"),
        (10, "still ahead"),
        (60, "go back"),
        ("soon", "plain number"),
    ],
    2: [
        (0.4, "discount over the rate"),
        (0.2857, "one minus"),
        (0.0333, "threshold of the discount"),
        (0.6, "You solved rho = lambda (1 - q)"),
        (0.65, "practise, and with better help too"),
        (0.9, "done for them"),
        (71, "percentage"),
    ],
    3: [
        (0.467, "in the chapter"),
        (0.033, "a rate and no skill"),
        (0.271, "cannot do yet"),
        (0.359, "You left out"),
        (0.6, "go up"),
        (0.9, "go down"),
        (73, "percentage"),
        (None, "plain number"),
    ],
    4: [
        (0.84, "help of the chapter"),
        (0.714, "without any bias"),
        (0.357, "weighs down practice"),
        (0.3, "how much of the later"),
        (0.5, "as much as today"),
        (0.6, "go up"),
        (0.9, "go down"),
        (70, "percentage"),
    ],
    5: [
        (stingy, "below the standard"),
        (sa.policies.fixed(accommodation=1), "does not see"),
        (generous, "by themselves"),
        (abrupt, "jumps"),
        (lambda state: {"cues": 0.5}, "must return a mapping"),
        (0.6, "Give a policy"),
    ],
}

RIGHT = {
    1: [30, np.float64(30.25)],
    2: [5 / 7, 0.714],
    3: [0.729, 0.73],
    4: [0.7, np.float64(0.703)],
    5: [Coach(), lambda s: {"accommodation": min(1, max(0, (0.6 - s["skill"]) / 0.8 / (1.0001 - s["skill"])))}],
}

HIDDEN = {
    5: [
        (as_planned(), "learns more slowly"),
        (for_ever, "and forgets"),
    ],
}
