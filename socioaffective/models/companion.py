"""Companion: wanting and ties with an assistant that may stand in for people."""

from socioaffective.model import compose, logistic, observable, parameter
from socioaffective.models.levers import cues, engagement
from socioaffective.models.ties import ties
from socioaffective.models.wanting import wanting

w, H, v, e = wanting.symbols["wanting"], ties.symbols["ties"], cues, engagement

access = parameter(
    "access", 1.0, (0, 1), "1", "share of wished-for use that is possible; 0 is life without it", "ours", symbol="chi"
)
b0 = parameter("baseline_appeal", -4.5, (-8, 2), "1", "log-odds of use with no wanting and no cues", "ours", symbol="b_0")
bw = parameter("appeal_of_wanting", 5.9, (0, 10), "1", "what wanting adds to the log-odds", "ours", symbol="b_w")
bv = parameter("appeal_of_cues", 3.1, (-5, 10), "1", "what cues add for somebody without ties", "ours", symbol="b_v")
peak = parameter("peak_of_appeal", 0.8, (0.5, 1.5), "1", "cues beyond which appeal falls", "ours", symbol="v_p")

warm = parameter(
    "warmth", 0.62, (0, 1), "1", "relatedness from cue-rich use, against the same time with people", "ours", symbol="c"
)
r = parameter("relatedness_gain", 0.74, (0, 2), "1/week", "how fast support is felt", "ours", symbol="r_R")
d = parameter("relatedness_loss", 0.36, (0, 2), "1/week", "how fast lack is felt", "ours", symbol="d_R")
phi = parameter("thwarting", 0.74, (0, 3), "1", "thwarting that is always there", "ours", symbol="phi_R")
theta = parameter("isolation_cost", 1.3, (0, 5), "1", "thwarting by being without ties", "ours", symbol="theta_R")

appeal = b0 + bw * w + bv * v * (1 - v / (2 * peak)) * (1 - H)
support = r * (H + warm * e * v)
thwart = d * (phi + theta * (1 - H))

companion = compose(
    "Companion",
    [wanting, ties],
    {"engagement": access * logistic(appeal)},
    {
        "felt_relatedness": observable(
            support / (support + thwart), "relatedness satisfaction, at rest for the present", symbol="S_R"
        )
    },
    source="ours",
)
