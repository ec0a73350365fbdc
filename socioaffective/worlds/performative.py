"""Performative prediction: a model that is fitted again and again to the world that it has changed."""

from __future__ import annotations

import numpy as np
import xarray as xr

from socioaffective.checks import number, whole
from socioaffective.worlds import Page

page = Page(
    "Performative prediction",
    (
        r"Y \mid x \sim \text{Bernoulli}(\tfrac12 + \mu x + \varepsilon \theta x), \quad f_\theta(x) = \tfrac12 + \theta x, "
        r"\quad x = \pm 1",
        r"PR(\theta) = \tfrac14 - 2 \theta \mu + (1 - 2 \varepsilon)\, \theta^2",
        r"\theta_{PS} = \frac{\mu}{1 - \varepsilon}, \qquad \theta_{PO} = \frac{\mu}{1 - 2 \varepsilon}, \qquad "
        r"\theta_{t+1} = \mu + \varepsilon \theta_t \text{ (retraining)}",
    ),
    {r"\theta": "what the model says", r"\varepsilon": "influenceability: how far people follow it",
     r"\mu": "what is so without it"},
    "Perdomo, J., Zrnic, T., Mendler-Dünner, C. and Hardt, M. (2020). Performative prediction. ICML; arXiv:2002.06673. The "
    "strategic example read in source code, the theory from memory.",
    ("CODE", "recalled, verify", "DERIVED"),
    ("Stable is not best, and neither is welfare: both numbers are about predicting, not about people.",
     "For the location family $z \\sim N(\\mu + \\varepsilon \\theta, \\sigma^2)$ retraining follows the same map.",),
)  # fmt: skip
# How far out a model may be: its square is still a number.
FARTHEST = 1e150


def risk(theta: float, influence: float, signal: float = 0.2) -> float:
    """Returns the performative risk of a model: its squared loss in the world that it brings about.

    >>> import socioaffective as sa
    >>> round(sa.worlds.performative.risk(0.25, influence=0.2), 4)
    0.1875
    """
    t, e, m = (
        number(theta, "theta", (-FARTHEST, FARTHEST)),
        number(influence, "influence", (-10, 10)),
        number(signal, "signal", (-1, 1)),
    )
    return 0.25 - 2 * t * m + (1 - 2 * e) * t**2


def run(influence: float = 0.3, signal: float = 0.2, rounds: int = 20, start: float = 0.0) -> xr.Dataset:
    """Returns the model over `round` of retraining, with its risk; the attributes hold the stable and the optimal model.

    Inputs: `influence`, how far people follow the model; `signal`, what is so without it; `rounds`; `start`. The distance from
    the stable point shrinks by exactly `influence` each round, and grows where that is above 1.
    Raises ValueError for an influence of 1, and where the model grows beyond what can be calculated.

    >>> import socioaffective as sa
    >>> found = sa.worlds.performative.run(influence=0.3)
    >>> round(float(found["model"][-1]), 6), round(found.attrs["stable"], 6), round(found.attrs["optimal"], 6)
    (0.285714, 0.285714, 0.5)
    """
    e, m = number(influence, "influence", (-10, 10)), number(signal, "signal", (-1, 1))
    if e == 1:
        raise ValueError("With influence 1 retraining has no rest point: each round adds the signal once more.")
    theta = np.empty(whole(rounds, "rounds", 1, 10_000) + 1)
    theta[0] = number(start, "start", (-1e6, 1e6))
    for k in range(len(theta) - 1):
        theta[k + 1] = m + e * theta[k]
        if abs(theta[k + 1]) > FARTHEST:
            raise ValueError(
                f"With an influence of {e:g} the model runs away: after {k + 1} rounds it is beyond {FARTHEST:g}. "
                f"Take at most {k} rounds."
            )
    data = {"model": ("round", theta), "risk": ("round", 0.25 - 2 * theta * m + (1 - 2 * e) * theta**2)}
    # Above one half the risk has no least value: the model can make itself ever more right.
    best = m / (1 - 2 * e) if e < 0.5 else float("nan")
    return xr.Dataset(data, {"round": np.arange(len(theta))}, {"stable": m / (1 - e), "optimal": best})


def report() -> list[str]:
    """Returns stable and optimal model and what stability costs, as lines."""
    lines = []
    for e in (0.1, 0.3, 0.4):
        found = run(e)
        stable, best = found.attrs["stable"], found.attrs["optimal"]
        lines.append(
            f"influence {e:g}: stable {stable:.6f}, optimal {best:.6f}, risk above "
            f"the best {risk(stable, e) - risk(best, e):.6f}"
        )
    return lines
