"""Degenerate feedback: interest that grows with each click runs away from where it began."""

from __future__ import annotations

import numpy as np
import xarray as xr

from socioaffective.checks import number, whole
from socioaffective.worlds import Page

page = Page(
    "Degenerate feedback loops",
    (
        r"c_t \sim \text{Bernoulli}(\sigma(\mu_t)), \qquad \mu_{t+1} = \mu_t \pm \delta \text{ (up after a click)}",
        r"\mathbb{E}[\Delta \mu] = \delta \tanh(\mu / 2)",
    ),
    {r"\mu": "interest in one kind of content", r"\delta": "how far one exposure moves it"},
    "Jiang, R., Chiappa, S., Lattimore, T., György, A. and Kohli, P. (2019). Degenerate feedback loops in recommender systems. "
    "arXiv:1902.10730. Abstract and introduction read; the equations from memory.",
    ("READ", "recalled, verify", "DERIVED"),
    ("No interest at all is a rest point that repels: interest escapes it and then grows in a straight line, by at most "
     "$\\delta$ an exposure.",),
)  # fmt: skip

MOST_DRAWS = 500_000_000


def run(exposures: int = 5000, step: float = 0.01, interests: int = 200, start: float = 0.0, seed: int = 0) -> xr.Dataset:
    """Returns the mean size of interest over `exposure`, by simulation and by its mean drift.

    Inputs: `exposures`; `step`, how far one moves interest; `interests`, how many are followed; `start`; `seed`.

    >>> import socioaffective as sa
    >>> size = sa.worlds.degenerate.run()["size"]
    >>> bool(40 < size[-1] < 50)
    True
    """
    count, width = whole(exposures, "exposures", 1, 1_000_000), number(step, "step", (1e-9, 10))
    many, begin = whole(interests, "interests", 1, 100_000), number(start, "start", (-1e3, 1e3))
    if count * many > MOST_DRAWS:
        raise ValueError(f"exposures times interests is {count * many:,}; at most {MOST_DRAWS:,}, which takes some seconds.")
    rng = np.random.default_rng(whole(seed, "seed"))
    mu, size = np.full(many, begin), np.empty(count + 1)
    drift, drifted = abs(begin), np.empty(count + 1)
    size[0] = drifted[0] = abs(begin)
    for t in range(count):
        mu = mu + np.where(rng.uniform(size=many) < 1 / (1 + np.exp(-mu)), width, -width)
        drift += width * np.tanh(drift / 2)
        size[t + 1], drifted[t + 1] = np.abs(mu).mean(), drift
    return xr.Dataset(
        {"size": ("exposure", size, {"long_name": "mean size of interest"}),
         "drift": ("exposure", drifted, {"long_name": "without chance"})},
        {"exposure": ("exposure", np.arange(count + 1), {"long_name": "exposures"})},
    )  # fmt: skip


def report() -> list[str]:
    """Returns the size of interest after 5,000 exposures for several seeds, as lines."""
    return [f"seed {seed}: mean size {float(run(seed=seed)['size'][-1]):.2f} of at most 50" for seed in (0, 1)]
