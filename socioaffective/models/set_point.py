"""Set point: social homeostasis, in which contact with the assistant lowers the effort to seek people."""

from sympy import Piecewise

from socioaffective.model import Model, observable, parameter, state
from socioaffective.models.levers import cues, engagement

y = state("contact", "how much contact is felt", start=0.55, symbol="y")
target = state("set_point", "contact that the person is used to and seeks", start=0.68, symbol="y_s")
k = parameter("effort_gain", 2.0, (0, 3), "1/week", "effort to meet people for each unit of missing contact",
    "ours: found so that people without an assistant stay where they are; none to half as much again", symbol="k")  # fmt: skip
lam = parameter("fading", 0.2, (0.01, 2), "1/week", "how fast contact is used up",
    "ours: five weeks; two years to days", symbol="lambda")  # fmt: skip
phi = parameter("artificial_contact", 0.5, (0, 2), "1/week", "contact felt in cue-rich use",
    "ours: at full use twice the usual effort; none to eight times", symbol="phi_y")  # fmt: skip
adapt = parameter("adaptation", 0.02, (0, 1), "1/week", "how fast the set point follows the contact there is",
    "ours: a year; never to a week", symbol="mu")  # fmt: skip
restore = parameter("restoration", 0.02, (0, 1), "1/week", "how fast the set point returns",
    "ours: a year; never to a week", symbol="nu")  # fmt: skip
first = parameter("innate_set_point", 0.8, (0, 1), "1", "set point without any history",
    "ours: high, most people seek company; any", symbol="s_0")  # fmt: skip

effort = k * Piecewise((target - y, target > y), (0, True))

set_point = Model(
    "Set point",
    {
        y: (effort + phi * cues * engagement) * (1 - y) - lam * y,
        target: adapt * (y - target) + restore * (first - target),
    },
    {"effort": observable(effort, "effort to meet people", (0, 3), "1/week", symbol="h")},
    left_out="the quality of contact, shame and fear of rejection, who is there to be met",
    refuted_by="lonely people who seek others as much after an hour with an assistant as before",
    source="ours; after social homeostasis, Matthews and Tye 2019, Lee and others 2021 [READ: abstracts]",
)
