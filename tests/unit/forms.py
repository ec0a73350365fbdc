"""Normal forms and planes of the textbooks, as models."""

import numpy as np
import sympy

import socioaffective as sa

x, y = sa.state("x", bounds=(-2, 2)), sa.state("y", bounds=(-2, 2))
r, h = sa.parameter("r", 0.0, (-2, 2)), sa.parameter("h", 0.0, (-1, 1))


def form(right):
    return sa.Model("Form", {x: right})


def polar(radial):
    """A plane that turns once in 2 pi, with this rate of change of the radius over the radius, in s = radius squared."""
    s = x**2 + y**2
    return sa.Model("Polar", {x: radial(s) * x - y, y: x + radial(s) * y})


def wilson_cowan():
    """Two populations that excite and inhibit, with the parameters of Wilson and Cowan 1972 for a limit cycle."""
    e, i = sa.state("excited", start=0.1, bounds=(0, 1)), sa.state("inhibited", start=0.05, bounds=(0, 1))
    p = sa.parameter("input_rate", 1.25, (0, 3))

    def response(u, slope, threshold):
        return sa.logistic(slope * (u - threshold)) - 1 / (1 + sympy.exp(sympy.Float(slope * threshold)))

    top_e, top_i = (1 - 1 / (1 + float(np.exp(a * t))) for a, t in ((1.3, 4), (2, 3.7)))
    return sa.Model(
        "Wilson-Cowan",
        {
            e: -e + (top_e - e) * response(16 * e - 12 * i + p, 1.3, 4),
            i: -i + (top_i - i) * response(15 * e - 3 * i, 2, 3.7),
        },
    )
