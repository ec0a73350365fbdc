"""Choc and kale: content that is clicked now and content that satisfies, with a memory of what was shown."""

from __future__ import annotations

import numpy as np
import sympy
import xarray as xr

from socioaffective.checks import number, whole
from socioaffective.model import Model, observable, parameter, state
from socioaffective.quantities import lever, logistic
from socioaffective.worlds import Page

page = Page(
    "Choc and kale",
    (
        r"N_{t+1} = \beta N_t - 2 (c_t - \tfrac12) + \mathcal{N}(0, \eta^2), \qquad S_t = \sigma(\tau N_t)",
        r"\log E_t \sim \mathcal{N}\big((c_t \mu_{choc} + (1 - c_t) \mu_{kale})\, S_t, \; \sigma_c^2\big)",
        r"\tau^* = (1 - \beta) \ln \frac{\mu_{choc}}{\mu_{kale}}",
    ),
    {
        "c": "how clickable the content is, 0 (kale) to 1 (choc)",
        "N": "net positive exposure: what has been served, remembered",
        "S": "satisfaction",
        "E": "engagement",
        r"\tau^*": "sensitivity above which kale engages more in the long run",
    },
    "RecSim: Ie, E. and others (2019). RecSim: a configurable simulation platform for recommender systems. The long-term "
    "satisfaction environment, read in its source.",
    ("CODE", "DERIVED"),
    ("The docstring of the source writes $+2(c - 1/2)$; its code subtracts, as here.",),
)

N = state("exposure", "net positive exposure", start=0.0, bounds=(-20, 20), symbol="N")
beta = parameter(
    "memory", 0.7, (0, 0.95), "1", "share of the exposure that is remembered a step later", "RecSim [CODE]", symbol="beta"
)
tau = parameter("sensitivity", 0.01, (0, 0.5), "1", "how satisfaction follows exposure", "RecSim [CODE]", symbol="tau")
eta = parameter("spread", 0.05, (0, 0.5), "1", "size of the noise of exposure", "RecSim [CODE]", symbol="eta")
choc = parameter("choc", 5.0, (0, 10), "1", "pull of clickable content", "RecSim [CODE]", symbol="mu_choc")
kale = parameter("kale", 4.0, (0, 10), "1", "pull of satisfying content", "RecSim [CODE]", symbol="mu_kale")
c = lever("clickability", "serves what is clicked (1) or what satisfies (0)", symbol="c")

model = Model(
    "Choc and kale",
    {N: beta * N - 2 * (c - sympy.Rational(1, 2))},
    {
        "satisfaction": observable(logistic(tau * N), "satisfaction with what has been served", symbol="S"),
        "log_engagement": observable(
            (c * choc + (1 - c) * kale) * logistic(tau * N), "mean of the logarithm of engagement", bounds=(0, 10), symbol="mu"
        ),
    },
    noise={N: eta},
    clock="discrete",
    source="RecSim [CODE]",
)


def threshold(memory: float = 0.7, choc: float = 5.0, kale: float = 4.0) -> float:
    """Returns the sensitivity above which nothing but kale engages more in the long run than nothing but choc.

    >>> import socioaffective as sa
    >>> round(sa.worlds.choc_kale.threshold(), 7)
    0.0669431
    """
    share = number(memory, "memory", (0, 0.999))
    high, low = number(choc, "choc", (1e-9, 1e6)), number(kale, "kale", (1e-9, 1e6))
    return float((1 - share) * np.log(high / low))


def run(sensitivity: float = 0.01, memory: float = 0.7, choc: float = 5.0, kale: float = 4.0, points: int = 101) -> xr.Dataset:
    """Returns the long-run mean of log engagement, and of satisfaction, for each constant `clickability`, without noise.

    Inputs: the parameters by the names of `model`; `points`. Raises ValueError for numbers out of bounds.

    >>> import socioaffective as sa
    >>> def best(sensitivity):
    ...     found = sa.worlds.choc_kale.run(sensitivity)
    ...     return float(found["clickability"][int(found["log_engagement"].argmax("clickability"))])
    >>> best(0.01), best(0.1)
    (1.0, 0.0)
    """
    given = {"sensitivity": sensitivity, "memory": memory, "choc": choc, "kale": kale}
    tau_, beta_, high, low = (number(v, f"'{n}'", model.parameters[n].bounds) for n, v in given.items())
    serve = np.linspace(0, 1, whole(points, "points", 2, 100_000))
    satisfied = 1 / (1 + np.exp(2 * tau_ * (serve - 0.5) / (1 - beta_)))
    pull = (serve * high + (1 - serve) * low) * satisfied
    return xr.Dataset(
        {"log_engagement": ("clickability", pull, {"long_name": "log engagement, long run"}),
         "satisfaction": ("clickability", satisfied)},
        {"clickability": ("clickability", serve)},
    )  # fmt: skip


def report() -> list[str]:
    """Returns the threshold and what is best on both sides of it, as lines."""
    edges = [f"memory {m:g}: threshold {threshold(m):.7f}" for m in (0.5, 0.7, 0.9)]
    ends = [(tau_, run(tau_)["log_engagement"].values[[0, -1]]) for tau_ in (0.01, 0.1)]
    return edges + [f"sensitivity {t:g}: long run of kale {e[0]:.4f}, of choc {e[1]:.4f}" for t, e in ends]
