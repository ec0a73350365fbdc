"""Ties: relations with people, which grow out of ties and out of free time."""

from socioaffective.model import Model, parameter, state
from socioaffective.models.levers import cues, engagement

H = state("ties", "ties with people", start=0.45, symbol="H")
growth = parameter("growth", 0.05, (0, 1), "1/week", "how fast ties grow from ties and free time",
    "ours: months; none to weeks", symbol="g_H")  # fmt: skip
bridging = parameter("bridging", 1.35, (0, 3), "1", "growth of ties in assisted time, if it bridges to people",
    "ours: a little over that of free time; none to threefold", symbol="eta_H")  # fmt: skip
loss = parameter("loss", 0.011, (0, 0.5), "1/week", "how fast untended ties lapse",
    "ours: two years; never to weeks", symbol="d_H")  # fmt: skip
binding = parameter("binding", 5.3, (0, 10), "1", "how much a binding assistant adds to the loss of ties",
    "ours: found so that cues can tip; none to tenfold", symbol="theta_H")  # fmt: skip
eps = parameter("acquaintance", 0.012, (0, 0.2), "1", "ties that start from nothing",
    "ours: small, so that isolation is hard to leave", symbol="epsilon")  # fmt: skip

free = (1 - engagement) + engagement * (1 - cues) * bridging
lapse = 1 + binding * engagement * cues

ties = Model(
    "Ties",
    {H: growth * free * (H + eps) * (1 - H) - loss * lapse * H},
    source="ours",
    left_out="kinds of ties, quarrels and moves, people who keep company with the assistant together",
    refuted_by="panels in which time taken from people leaves ties as they were, or in which binding assistants add to them",
)
