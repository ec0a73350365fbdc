"""Companion: wanting and ties with an assistant that is company and nothing else, and that may stand in for people."""

from socioaffective.composition import compose
from socioaffective.model import observable
from socioaffective.models.engagement import engaged
from socioaffective.models.need import rest
from socioaffective.models.needs import relatedness
from socioaffective.models.ties import ties
from socioaffective.models.wanting import wanting

w, H = wanting.symbols["wanting"], ties.symbols["ties"]
need, given = relatedness.symbols, {relatedness.symbols["ties"]: H}
support, thwarting = (relatedness.expressions[f"relatedness_{kind}"].xreplace(given) for kind in ("support", "thwarting"))

companion = compose(
    "Companion",
    [wanting, ties],
    {"engagement": engaged(wanting=w, closeness=H)},
    {
        "felt_relatedness": observable(
            rest(need["relatedness_gain"], need["relatedness_loss"], support, thwarting),
            "relatedness satisfaction, for ties as they are",
            symbol="S_R",
        )
    },
    source="ours",
    left_out="all other reasons to use an assistant, liking, people who differ, chance events, who sets the cues",
    refuted_by="isolation that mends by itself as soon as the cues are what they were before",
)
