"""Scaffold: skill that practice builds and that lapses where the assistant does the work."""

from socioaffective.model import Model, observable, parameter, state
from socioaffective.models.levers import accommodation

C = state("skill", "what the user can do alone", start=0.2, symbol="C")
lam = parameter("learning", 0.05, (0, 1), "1/week", "how fast practice builds skill",
    "ours: half in fourteen weeks; none to a week", symbol="lambda")  # fmt: skip
f = parameter("forgetting", 0.02, (0, 1), "1/week", "how fast skill lapses without practice",
    "ours: slower than learning; never to a week", symbol="f")  # fmt: skip
q = parameter("help_quality", 0.6, (0, 1), "1", "share of what the user cannot do that the assistant can",
    "ours: good, not perfect; any", symbol="q")  # fmt: skip
a = accommodation

scaffold = Model(
    "Scaffold",
    {C: lam * (1 - a) * (1 - C) - f * a * C},
    {"performance": observable(C + q * a * (1 - C), "what user and assistant get done today", symbol="P")},
    source="ours",
    left_out="skills that build on each other, practice that discourages, help that explains as it does",
    refuted_by="learners whose skill grows as fast when the work is done for them",
)
