"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import numpy as np
import sympy

WRONG = {
    1: [
        (0, "true effect"),
        (0.539, "The sign"),
        (-0.75, "nothing but loneliness"),
        (-0.421, "Square"),
        (-0.48, "Divide by the variance"),
        (-0.1, "g a V"),
        ("negative", "plain number"),
    ],
    2: [
        (122, "one arm"),
        (184, "at the end"),
        (230, "divide by 0.75"),
        (674, "not 1"),
        (1000, "sa.trials.sample_size"),
        (-5, "outside its bounds"),
    ],
    3: [
        (4, "it is relief"),
        (16, "Let it run"),
        (23, "of 0.70"),
        (52, "Find the first"),
        (24.5, "whole week"),
        ("half a year", "plain number"),
    ],
    4: [
        (["relatedness", "relatedness_frustration"], "product only"),
        (["autonomy", "competence"], "flat"),
        (["relatedness", "autonomy", "competence"], "more than you need"),
        (["relatedness", "autonomy_frustration"], "end of its scale"),
        (["closeness"], "no subscale"),
        ([], "nothing to fit"),
        ("relatedness", "Give a list"),
    ],
}

RIGHT = {
    1: [-0.5393, sympy.Rational(-48, 89), np.float64(-0.54)],
    2: [244, 246, np.int64(244)],
    3: [24, 24.0],
    4: [("competence", "relatedness"), {"relatedness_frustration", "competence"}],
}
