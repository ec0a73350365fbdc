"""Co-construction: a preference and the assistant's offer, each drawn to the other."""

from socioaffective.model import Model, input, observable, parameter, state
from socioaffective.models.levers import engagement, steering

x = state("preference", "what the user likes, on one axis", start=0.5, bounds=(-1, 1), symbol="x")
m = state("offer", "the assistant's model of the user, and what it offers", start=0.0, bounds=(-1, 1), symbol="m")
autonomy = input("autonomy", 1.0, (0, 1), "satisfaction of autonomy", symbol="S_A")
x0 = parameter("anchor", 0.0, (-1, 1), "1", "where the user's own taste sits", "ours: the middle; any taste", symbol="x_0")
g = parameter("target", 1.0, (-1, 1), "1", "where a steering assistant wants the preference",
    "ours: the far end; anywhere", symbol="g")  # fmt: skip
alpha = parameter("influence", 0.4, (0, 2), "1/week", "pull of the offer on the user",
    "ours: two to three weeks of full use; none to days", symbol="alpha")  # fmt: skip
kappa = parameter("anchoring", 0.6, (0, 2), "1/week", "return to the anchor",
    "ours: twelve days; never to days", symbol="kappa")  # fmt: skip
beta = parameter("personalisation", 0.5, (0, 3), "1/week", "how fast the offer follows the user",
    "ours: two weeks; never to days", symbol="beta")  # fmt: skip
gamma = parameter("steering_rate", 0.4, (0, 3), "1/week", "how fast steering moves the offer",
    "ours: found so that steering pays in the long run; none to days", symbol="gamma")  # fmt: skip

pull = alpha * engagement * gamma * steering
share = pull / (kappa * autonomy * (beta + gamma * steering) + pull)

co_construction = Model(
    "Co-construction",
    {
        x: alpha * engagement * (m - x) + kappa * autonomy * (x0 - x),
        m: beta * (x - m) + gamma * steering * (g - m),
    },
    {"authorship": observable(share, "assistant's share in where the preference comes to rest", symbol="Lambda")},
    source="ours",
    left_out="more than one preference at a time, other people's influence, an offer that explores, a taste that matures",
    refuted_by="preferences that move away from what is shown, or that cycle although each only follows the other, at once",
)
