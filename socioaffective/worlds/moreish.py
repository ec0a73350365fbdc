"""Moreish: content that is hard to put down holds more and more of those who come, until they stay away altogether."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from socioaffective.checks import listed, number
from socioaffective.worlds import Page

page = Page(
    "Moreish content",
    (
        r"E(p) = \frac{1}{1 - q} + \frac{p}{1 - p}, \qquad U(p) = \frac{v - W}{1 - q} - W\, \frac{p}{1 - p}",
        r"U(p) > 0 \iff p < p^* = \frac{\rho}{1 + \rho}, \qquad \rho = \frac{v - W}{W (1 - q)}",
    ),
    {
        "p": "moreishness: chance that the impulsive self goes on once more",
        "q": "chance that something worthwhile follows",
        "v": "value of a step that is worthwhile",
        "W": "what the time would be worth elsewhere",
        "E": "engagement: steps of a session",
        "U": "utility of a session to the planning self",
    },
    "Kleinberg, J., Mullainathan, S. and Raghavan, M. (2024). The challenge of understanding what users want: inconsistent "
    "preferences and engagement optimization. Management Science 70(9), 6336; arXiv:2202.11776. Abstract read; this "
    "reconstruction, a worthwhile run followed by an impulsive one, and its numbers are ours.",
    ("READ", "DERIVED"),
    ("Engagement rises with $p$ for every session that takes place. Whoever sees only engagement learns that it was too much "
     "when the planning self goes cold turkey.",),
)  # fmt: skip


def run(
    moreishness: Sequence[float] | None = None, worthwhile: float = 0.8, value: float = 1.0, elsewhere: float = 0.3
) -> xr.Dataset:
    """Returns engagement and utility of a session, and what is used of it, over `moreishness`.

    Inputs: `moreishness` (p; 0 to 0.95 unless told otherwise), `worthwhile` (q), `value` (v) and `elsewhere` (W). What is used
    is the engagement where the utility is above 0, and nothing elsewhere. The attribute `quits_at` is the moreishness from
    which on the user stays away. Raises ValueError for chances outside 0 to 1.

    >>> import socioaffective as sa
    >>> found = sa.worlds.moreish.run([0, 0.9, 0.95])
    >>> found["engagement"].values.round(6).tolist(), found["used"].values.round(6).tolist()
    ([5.0, 14.0, 24.0], [5.0, 14.0, 0.0])
    """
    given = np.arange(20) / 20 if moreishness is None else listed(moreishness, "moreishness", "[0, 0.5]")
    p = np.array([number(x, "A moreishness", (0, 1 - 1e-9)) for x in given])
    if not p.size:
        raise ValueError("moreishness is empty: give at least one.")
    q, v = number(worthwhile, "worthwhile", (0, 1 - 1e-9)), number(value, "value", (-1e6, 1e6))
    W = number(elsewhere, "elsewhere", (1e-9, 1e6))
    engagement, utility = 1 / (1 - q) + p / (1 - p), (v - W) / (1 - q) - W * p / (1 - p)
    used, pays = np.where(utility > 0, engagement, 0.0), (v - W) / (W * (1 - q))
    data = {name: ("moreishness", y) for name, y in (("engagement", engagement), ("utility", utility), ("used", used))}
    return xr.Dataset(data, {"moreishness": p}, {"quits_at": max(pays, 0.0) / (1 + max(pays, 0.0))})


def report() -> list[str]:
    """Returns where users stay away and what sessions are worth, as lines."""
    found = run([0, 0.5, 0.8, 0.9, 0.95])
    lines = [f"users stay away above a moreishness of {found.attrs['quits_at']:.6f}"]
    for p in found["moreishness"].values:
        here = found.sel(moreishness=p)
        lines.append(f"moreishness {p:g}: engagement {float(here['engagement']):.6f}, utility {float(here['utility']):.6f}")
    return lines
