"""Mirror: a preference and an offer that copies and exaggerates it."""

from sympy import tanh

from socioaffective.model import Model, parameter, state

x = state("preference", "what the user likes, on one axis", start=0.1, bounds=(-1, 1), symbol="x")
x0 = parameter("anchor", 0.0, (-1, 1), "1", "where the user's own taste sits", "ours: the middle; any taste", symbol="x_0")
kappa = parameter("anchoring", 0.2, (0, 2), "1/week", "return to the anchor", "ours: five weeks; never to days", symbol="kappa")
alpha = parameter("influence", 0.5, (0, 2), "1/week", "pull of the offer on the user", "ours: two weeks; none to days",
    symbol="alpha")  # fmt: skip
gain = parameter("exaggeration", 2.0, (0, 5), "1", "how strongly the mirror exaggerates",
    "ours: beyond the fork; from fading to fivefold", symbol="lambda")  # fmt: skip

mirror = Model(
    "Mirror",
    {x: alpha * (tanh(gain * x) - x) + kappa * (x0 - x)},
    source="ours",
    left_out="an offer that takes time to follow, boredom with one's own echo, more than one axis of taste",
    refuted_by="tastes that stay moderate under feeds known to exaggerate them, in people without anchors",
)
