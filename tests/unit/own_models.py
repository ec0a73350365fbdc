"""Models as a reader would write them: everything must work for these as for the catalogue."""

from sympy import tanh

import socioaffective as sa


def mirror() -> sa.Model:
    x = sa.state("preference", "what the user likes", start=0.1, bounds=(-1, 1), symbol="x")
    kappa = sa.parameter("anchoring", 0.2, (0, 2), "1/week", "return to the anchor", symbol="kappa")
    alpha = sa.parameter("influence", 0.5, (0, 2), "1/week", "pull of the offer", symbol="alpha")
    return sa.Model("My mirror", {x: alpha * (tanh(2 * x) - x) - kappa * x})


def lorenz() -> sa.Model:
    x, y, z = (sa.state(name, start=1.0, bounds=(-30, 60)) for name in ("x", "y", "z"))
    sigma, rho, beta = (sa.parameter(n, v, (0, 50)) for n, v in (("sigma", 10), ("rho", 28), ("beta", 8 / 3)))
    return sa.Model("Lorenz", {x: sigma * (y - x), y: x * (rho - z) - y, z: x * y - beta * z})


def logistic_map() -> sa.Model:
    x = sa.state("population", start=0.2)
    r = sa.parameter("rate", 2.8, (0, 4))
    return sa.Model("Logistic map", {x: r * x * (1 - x)}, clock="discrete")


def restless() -> sa.Model:
    x = sa.state("mood", "how the day feels", start=0.0, bounds=(-3, 3))
    k = sa.parameter("recovery", 0.5, (0.1, 2), "1/week")
    s = sa.parameter("disturbance", 0.4, (0, 1), "1/week**0.5")
    return sa.Model("Restless", {x: -k * x}, noise={x: s})


OWN = {"mirror": mirror, "lorenz": lorenz, "logistic_map": logistic_map, "restless": restless}
EVERY = [*sa.models, *(make() for make in OWN.values())]


def title(model: sa.Model) -> str:
    return model.title
