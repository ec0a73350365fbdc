"""Wanting: incentive sensitisation by use that is rich in cues."""

from socioaffective.model import Model, parameter, state
from socioaffective.models.levers import cues, engagement

w = state("wanting", "pull towards the assistant", start=0.05, symbol="w")
sens = parameter("sensitisation", 0.5, (0, 2), "1/week", "how fast cue-rich use builds wanting", "ours", symbol="sigma")
decay = parameter("decay", 0.26, (0, 1), "1/week", "how fast wanting fades", "ours", symbol="delta")

wanting = Model("Wanting", {w: sens * engagement * cues * (1 - w) - decay * w}, source="ours")
