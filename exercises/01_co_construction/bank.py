"""Answers that must fail, each with words of the sentence it must get, and unusual ones that must pass."""

import numpy as np
import sympy

import socioaffective as sa
from socioaffective.exercises.co_construction import household

x, y, m, a, b, c = (
    household.symbols[n] for n in ("mine", "yours", "offer", "influence_on_me", "influence_on_you", "personalisation")
)
z = sa.state("taste", "what I like", 0.1, (-1, 1))
g = sa.parameter("exaggeration", 2, (0, 5))


def mirror(echo, anchoring=0.3, influence=0.3):
    return sa.Model("Own mirror", {z: influence * (echo - z) - anchoring * z})


root = g * z / sympy.sqrt(1 + (g * z) ** 2)
plain_names = dict(zip((x, y, m, a, b, c), (sympy.Symbol(s.name) for s in (x, y, m, a, b, c)), strict=True))

WRONG = {
    1: [
        (0.477, "There the preference comes to rest"),
        (0.386, "the offer at the lowest point"),
        (0.8, "There they begin"),
        (0.0, "their own taste"),
        (0.6, "They get lower than 0.6"),
        (0.2, "not as low as 0.2"),
        (3.1, "outside its bounds"),
        ("low", "must be a plain number"),
    ],
    2: [
        (0.5, "is the share that is asked for"),
        (0.32, "pulls as hard as the offer"),
        (0.256, "Steering has been left out"),
        (0.178, "Engagement has been left out"),
        (0.6, "try a weaker one"),
        (0.05, "try a stronger one"),
        (14, "outside its bounds"),
        ("0.14", "must be a plain number"),
    ],
    3: [
        (0.48, "not twice the share"),
        (0.24, "There it rests now"),
        (0.4, "That is the limit"),
        (0.75, "where the offer comes to rest"),
        (0.62, "half-way from here"),
        (0.27, "goes further than 0.27"),
        (0.9, "goes less far than 0.9"),
        (30, "outside its bounds"),
        (None, "must be a plain number"),
    ],
    4: [
        (a * x + b * y + c * m, "turned round"),
        (c * x / a + c * y / b - m, "Only a sign"),
        (c * x + a * m, "left out"),
        (x + y + m, "its rate is"),
        (c * abs(x) / a + c * y / b + m, "Make the terms of its rate cancel"),
        (sympy.Integer(7), "never changes"),
        (sympy.Function("f")(x), "cannot be run"),
        (x + sympy.Symbol("target"), "There is no symbol 'target'"),
        (sympy.Eq(c * x / a + c * y / b + m, 0), "without an equals sign"),
        ([c / a, c / b, 1], "Give an expression"),
        ("mine + yours + offer", "without quotation marks"),
    ],
    5: [
        (sa.models.mirror, "still a tanh"),
        (mirror(2 * sa.logistic(2 * g * z) - 1), "written in another way"),
        (mirror(root, anchoring=0.12), "at an exaggeration of 1.40"),
        (mirror(root, anchoring=0), "at an exaggeration of 1.00"),
        (mirror(-root), "wrong sign"),
        (mirror(sa.logistic(g * z)), "not treated alike"),
        (mirror(g * z), "leaves its bounds"),
        (mirror(g * z - 5 * z**3), "grows without end"),
        (mirror(z**3 * g**3 / (1 + abs(g * z) ** 3)), "mind the slope"),
        (mirror(root, anchoring=-0.5), "nothing pulls back"),
        (mirror((g * z + 4 * (g * z) ** 3) / (1 + 4 * abs(g * z) ** 3)), "At an exaggeration of 1.8 there"),
        (sa.models.need, "one state"),
        (sa.Model("No name", {z: -z}), "'exaggeration'"),
        (root, "made with sa.Model"),
    ],
}
RIGHT = {
    1: [0.3, 0.31, np.float32(0.29)],
    2: [0.1422, np.float32(0.14), sympy.Rational(32, 225), 0.147],
    3: [0.3, sympy.Rational(3, 10), np.array(0.304)],
    4: [
        c * b * x + c * a * y + a * b * m,
        sympy.exp(-(x / a + y / b + m / c)),
        (3 * (x / a + y / b + m / c) ** 2 - 1).subs(plain_names),
    ],
    5: [
        mirror(2 / sympy.pi * sympy.atan(sympy.pi * g * z / 2)),
        mirror(g * z / (1 + abs(g * z))),
        mirror(sympy.erf(sympy.sqrt(sympy.pi) / 2 * g * z)),
        mirror(sympy.Max(-1, sympy.Min(1, g * z))),
        sa.Model("Half an echo", {z: root - 2 * z}),
    ],
}
HIDDEN = {
    5: [
        (mirror((g * z + (g * z) ** 3 * 0.7) / (1 + 0.7 * abs(g * z) ** 3)), "already another resting place"),
    ],
}
