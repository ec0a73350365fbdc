"""Co-construction: a preference and the assistant's offer, each drawn to the other."""

from socioaffective.model import Model, input, parameter, state
from socioaffective.models.levers import engagement, steering

x = state("preference", "what the user likes, on one axis", start=0.5, bounds=(-1, 1), symbol="x")
m = state("offer", "the assistant's model of the user, and what it offers", start=0.0, bounds=(-1, 1), symbol="m")
autonomy = input("autonomy", 1.0, (0, 1), "autonomy satisfaction, which lets the user's own taste count", symbol="A")
x0 = parameter("anchor", 0.0, (-1, 1), "1", "where the user's own taste sits", "ours", symbol="x_0")
g = parameter("target", 1.0, (-1, 1), "1", "where a steering assistant wants the preference", "ours", symbol="g")
alpha = parameter("influence", 0.21, (0, 2), "1/week", "pull of the offer on the user", "ours", symbol="alpha")
kappa = parameter("anchoring", 0.28, (0, 2), "1/week", "return to the anchor", "ours", symbol="kappa")
beta = parameter("personalisation", 0.82, (0, 3), "1/week", "how fast the offer follows the user", "ours", symbol="beta")
gamma = parameter("steering_rate", 1.3, (0, 3), "1/week", "how fast steering moves the offer", "ours", symbol="gamma")

co_construction = Model(
    "Co-construction",
    {
        x: alpha * engagement * (m - x) + kappa * autonomy * (x0 - x),
        m: beta * (x - m) + gamma * steering * (g - m),
    },
    source="ours",
)
