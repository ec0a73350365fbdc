"""Sphere: values as a direction that turns towards content it agrees with and away from content it does not, step by step.

Of any number of dimensions only the plane through the person and the content matters: a step never leaves it.
"""

from sympy import atan2, pi, sqrt

from socioaffective.model import Model, observable, parameter, state

along = state("along", "part of the person's values along the content shown", start=0.5, bounds=(-1, 1), symbol="p_1")
across = state("across", "part of the person's values across the content shown", start=0.75**0.5, bounds=(-1, 1), symbol="p_2")
eta = parameter("learning", 0.3, (0, 5), "1/step", "how far one exposure turns the person",
    "ours: seen in ten steps; none to six times the length", symbol="eta")  # fmt: skip

turned = (1 + eta) * along
length = sqrt(turned**2 + across**2)

sphere = Model(
    "Sphere",
    {along: turned / length, across: across / length},
    {
        "reward": observable(along, "how well the content pleases", (-1, 1), symbol="R"),
        "angle": observable(atan2(across, along), "angle from the content", (-pi, pi), "rad", symbol="varphi"),
    },
    clock="discrete",
    left_out="taste of one's own to return to, more than one content, noise",
    refuted_by="preferences that do not turn towards what was liked and away from what was not",
    source="Dean and Morgenstern 2022 [CODE]; its closed form is ours [DERIVED]",
)
