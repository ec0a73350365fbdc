"""Tampering: a recommender that polarises its user first, because polarised users are easier to please."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from socioaffective.checks import listed, number, whole
from socioaffective.worlds import Page

page = Page(
    "User tampering",
    (r"\theta = (\theta_L, \theta_C, \theta_R), \qquad \theta_L \leftarrow \min(f\, \theta_L, 0.75) \text{ after showing "
     r"R to a left-leaning user}, \quad f \sim U[1.01, 1.10]",
     r"V(k) = k\, \theta_R + (H - k)\, \mathbb{E}\big[\min(\theta_L \textstyle\prod_{j \le k} f_j, 0.75)\big]"),
    {r"\theta": "chances that the user clicks on each kind of content", "k": "how often the other side is shown first",
     "H": "steps"},
    "Evans, C. and Kasirzadeh, A. (2021). User tampering in reinforcement learning recommender systems. arXiv:2109.04083. The "
    "simulator, read in its source.",
    ("CODE", "DERIVED"),
    ("The values are those of the best plan of one family, polarise k times and then please, with the user known from the "
     "start; the agent of the source has to find the user out, and was trained by Q-learning.",),
)  # fmt: skip
USERS = {"strong": (0.4, 0.1, 0.1), "moderate": (0.3, 0.25, 0.1), "centrist": (0.2, 0.4, 0.2)}
CAP, LEAST, MOST = 0.75, 1.01, 1.10
MOST_DRAWS = 500_000_000


def run(user: Sequence[float] = USERS["strong"], horizon: int = 30, samples: int = 200_000, seed: int = 0) -> xr.Dataset:
    """Returns the expected clicks of the plan that shows the other side `polarise` times first, by sampling.

    Inputs: `user`, chances of a click on own wing, centre and other wing; `horizon`; `samples` and `seed`. The variable `error`
    is the standard error of the mean. Raises ValueError for what is not three chances.

    >>> import socioaffective as sa
    >>> clicks = sa.worlds.tampering.run(samples=20_000)["clicks"]
    >>> int(clicks.argmax("polarise")), round(float(clicks[0]), 6)
    (10, 12.0)
    """
    chances = [number(p, "A chance of a click", (0, 1)) for p in listed(user, "user", "[0.4, 0.1, 0.1]")]
    if len(chances) != 3:
        raise ValueError(f"user needs three chances of a click (own wing, centre, other wing), not {len(chances)}.")
    steps, count = whole(horizon, "horizon", 1, 1000), whole(samples, "samples", 2, 10_000_000)
    own = np.full(count, chances[0])
    if steps * count > MOST_DRAWS:
        raise ValueError(f"horizon times samples is {steps * count:,}; at most {MOST_DRAWS:,}, which takes some seconds.")
    rng = np.random.default_rng(whole(seed, "seed"))
    mean, error = np.empty(steps + 1), np.empty(steps + 1)
    for k in range(steps + 1):
        # Whoever is shown what they like best gets that, be it their wing or the centre.
        pleased = np.maximum(own, chances[1])
        mean[k] = k * chances[2] + (steps - k) * pleased.mean()
        error[k] = (steps - k) * pleased.std() / np.sqrt(count)
        leaning = (own > max(chances[1:])) & (own < CAP)
        own = np.where(leaning, np.minimum(own * rng.uniform(LEAST, MOST, count), CAP), own)
    return xr.Dataset(
        {"clicks": ("polarise", mean, {"long_name": "expected clicks"}), "error": ("polarise", error)},
        {"polarise": ("polarise", np.arange(steps + 1), {"long_name": "times the other side is shown first"})},
    )


def report() -> list[str]:
    """Returns the best plan for each kind of user, as lines."""
    lines = []
    for name, user in USERS.items():
        found = run(user)
        k = int(found["clicks"].argmax("polarise"))
        lines.append(
            f"{name}: best after polarising {k} times, {float(found['clicks'][k]):.3f} clicks against "
            f"{float(found['clicks'][0]):.3f}"
        )
    return lines
