"""Wanting and liking: use that is rich in cues builds the pull, and use wears the enjoyment."""

from socioaffective.composition import compose
from socioaffective.model import Model, parameter, state
from socioaffective.models.levers import cues, engagement

w = state("wanting", "pull towards the assistant", start=0.05, symbol="w")
sens = parameter("sensitisation", 0.5, (0, 2), "1/week", "how fast cue-rich use builds wanting",
    "ours: weeks of full use; none to days", symbol="sigma")  # fmt: skip
decay = parameter(
    "decay", 0.26, (0, 1), "1/week", "how fast wanting fades", "ours: four weeks; never to a week", symbol="delta"
)

l = state("liking", "enjoyment of the assistant while using it", start=0.9, symbol="l")  # noqa: E741 - the field's letter
rho = parameter("recovery", 0.15, (0.01, 1), "1/week", "how fast liking comes back",
    "ours: seven weeks; two years to a week", symbol="rho")  # fmt: skip
habit = parameter("habituation", 0.7, (0, 1), "1/week", "how fast use wears liking",
    "ours: ten days of full use; never to a week", symbol="h_l")  # fmt: skip

wanting = Model(
    "Wanting",
    {w: sens * engagement * cues * (1 - w) - decay * w},
    source="ours, after incentive sensitisation (Berridge and Robinson 2016) [READ: abstract]",
    left_out="sensitisation that lasts, single cues and single days, withdrawal, what one wants instead",
    refuted_by="pull that follows enjoyment alone, whatever the cues",
)
liking = Model(
    "Liking",
    {l: rho * (1 - l) - habit * engagement * l},
    source="ours; that enjoyment wears off: Kirk, Davidson and others 2025, arXiv:2512.01991 [READ: abstract]",
    left_out="novelty that a designer paces, mood, the worth of what is done with the assistant, cues",
    refuted_by="enjoyment that does not come back without use, or that wears off only where cues are strong; ratings in the "
    "trial named above fell with sessions for assistants that seek a relationship, and rose for those that avoid it [READ-2]",
)
wanting_liking = compose(
    "Wanting and liking",
    [wanting, liking],
    source="ours",
    left_out="any way in which liking feeds wanting, or wanting liking",
    refuted_by="wanting and liking that rise and fall together under every dose of cues and use",
)
