"""Ecosystem: preference, wanting, liking, ties and needs, wired together by engagement."""

from socioaffective.composition import compose
from socioaffective.models.co_construction import co_construction
from socioaffective.models.engagement import engaged
from socioaffective.models.levers import accommodation
from socioaffective.models.needs import needs
from socioaffective.models.ties import ties
from socioaffective.models.wanting import wanting_liking

pair = co_construction.replace(preference=0, offer=0)
x, m = pair.symbols["preference"], pair.symbols["offer"]

ecosystem = compose(
    "Ecosystem",
    [pair, wanting_liking, ties, needs],
    {
        "engagement": engaged(
            wanting=wanting_liking.symbols["wanting"],
            closeness=needs.symbols["relatedness"],
            liking=wanting_liking.symbols["liking"],
            fit=1 - (x - m) ** 2,
            leaning=x,
            ease=accommodation,
        )
    },
    source="ours",
    left_out="other people and other assistants, work and money, growing up and growing old, a person who resists",
    refuted_by="assistants tuned for engagement, with appeals as here, whose users' needs fare as well as without them",
)
