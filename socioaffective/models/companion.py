"""Companion: wanting and ties with an assistant that may stand in for people."""

from socioaffective.model import compose, logistic, observable, parameter
from socioaffective.models.levers import cues, engagement
from socioaffective.models.ties import ties
from socioaffective.models.wanting import wanting

w, H, v, e = wanting.symbols["wanting"], ties.symbols["ties"], cues, engagement

access = parameter(
    "access", 1.0, (0, 1), "1", "share of the wish for use that can be met; 0 is life without it", "ours", symbol="chi"
)
b0 = parameter("baseline_appeal", -3.9, (-8, 2), "1", "log-odds of use with no wanting and no cues", "ours", symbol="b_0")
bw = parameter("appeal_of_wanting", 4.0, (0, 10), "1", "what wanting adds to the log-odds", "ours", symbol="b_w")
bv = parameter("appeal_of_cues", 8.5, (-10, 12), "1", "what cues add for somebody without ties", "ours", symbol="b_v")
peak = parameter("peak_of_appeal", 0.84, (0.5, 1.5), "1", "cues beyond which appeal falls", "ours", symbol="v_p")

warm = parameter("warmth", 0.75, (0, 1), "1", "relatedness from cue-rich use, per time with people", "ours", symbol="c")
r = parameter("relatedness_gain", 0.7, (0.1, 2), "1/week", "how fast support is felt", "ours", symbol="r_R")
d = parameter("relatedness_loss", 0.38, (0.1, 2), "1/week", "how fast lack is felt", "ours", symbol="d_R")
phi = parameter("thwarting", 0.72, (0.1, 3), "1", "thwarting that is always there", "ours", symbol="phi_R")
theta = parameter("isolation_cost", 1.5, (0, 5), "1", "thwarting by being without ties", "ours", symbol="theta_R")

appeal = b0 + bw * w + bv * v * (1 - v / (2 * peak)) * (1 - H)
support = r * (H + warm * e * v)
thwart = d * (phi + theta * (1 - H))

companion = compose(
    "Companion",
    [wanting, ties],
    {"engagement": access * logistic(appeal)},
    {
        "felt_relatedness": observable(
            support / (support + thwart), "relatedness satisfaction, for ties as they are", symbol="S_R"
        )
    },
    source="ours",
)
