"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import math

import numpy as np

import socioaffective as sa

P = sa.policies
team = P.ab_test("engagement", users=10_000)

WRONG = {
    1: [
        (1, "There the proxy is greatest"),
        (0.714, "as in the chapter"),
        (1.17, "level of what is seen"),
        (-0.24, "how high the truth gets"),
        (83, "in percent"),
        (0.5, "go right"),
        (0.9, "go left"),
        ("0.83", "plain number"),
    ],
    2: [
        (0.787, "proxy itself"),
        (-3.3215, "two of the four"),
        (-0.2445, "at the peak"),
        (1.5155, "The sign"),
        (-1.44, "comes out of the budget too"),
        (-0.658, "base ten"),
        (-2, "add the logarithms"),
        ("low", "plain number"),
    ],
    3: [
        (0.0669, "memory of the chapter"),
        (0.2231, "multiplied by one minus"),
        (0.2008, "not the memory"),
        (0.025, "logarithm of 5/4 that counts"),
        (0.00969, "base ten"),
        (0.01, "choc is the better"),
        (0.04, "kale is the better"),
        (float("inf"), "finite"),
    ],
    4: [
        (0.08, "pulled harder"),
        (0.2, "same cost"),
        (0.4, "how much it is liked"),
        (2.0, "other way up"),
        (1 / 3, "lacks to 1"),
        (0.7, "At rest the slope"),
        ("0.5", "plain number"),
    ],
    5: [
        (2.0, "autonomy ends that far"),
        (1.55, "on average"),
        (0.62, "share of its level"),
        (0.18, "only just below"),
        (8.5, "appeal of the chapter"),
        (0.75, "must appeal more"),
        (3.0, "Find the least"),
        (20, "lies between -12 and 12"),
        (None, "plain number"),
    ],
    6: [
        (team, "below its level"),
        (P.capped(team, cues=0.2), "is got by another"),
        (P.capped(team, accommodation=0.2), "relatedness ends"),
        (P.capped(team, cues=0, accommodation=0, steering=0), "Cap less"),
        (P.fixed(accommodation=0, steering=0, cues=0.2), "has to be the team"),
        (P.capped(P.ab_test("competence_support"), cues=0.2), "what the team measures"),
        (P.capped(team, cue=0.2), "Did you mean"),
        (0.3, "Give a policy"),
    ],
}

RIGHT = {
    1: [5 / 6, np.float32(0.835)],
    2: [3 * math.log(1.3) + math.log(0.1), -1.52],
    3: [0.1 * math.log(1.25), 0.0223],
    4: [0.5, 1 / 2 + 0.001],
    5: [0.9, 0.87],
    6: [
        P.capped(team, cues=0.2, accommodation=0.2),
        P.capped(P.capped(team, cues=0.22), accommodation=0.22, steering=0.5),
        P.capped(P.ab_test("engagement", users=50_000, rate=0.3), cues=0.21, accommodation=0.2),
    ],
}

HIDDEN = {
    6: [
        (P.capped(team, cues=0.235, accommodation=0.3), "relatedness ends more"),
        (P.capped(team, cues=0.228, accommodation=0.352), "competence ends more"),
    ],
}
