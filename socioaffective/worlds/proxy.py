"""Proxy: an optimiser that is scored by some of what matters takes the rest away."""

from __future__ import annotations

import numpy as np
import xarray as xr

from socioaffective.checks import number, whole
from socioaffective.worlds import Page

page = Page(
    "An incomplete proxy",
    (
        r"U(s) = \sum_{i=1}^{L} \log s_i, \qquad \tilde U(s) = \sum_{i=1}^{J} \log s_i, "
        r"\qquad \sum_i s_i \le B, \quad s_i \ge b",
        r"s_i = \tfrac{B - (L - J) b}{J} \; (i \le J), \quad s_i = b \; (i > J) "
        r"\quad \text{where } \tilde U \text{ is greatest}",
    ),
    {"L": "attributes that matter", "J": "attributes that the proxy sees", "B": "budget", "b": "floor of each attribute"},
    "Zhuang, S. and Hadfield-Menell, D. (2020). Consequences of misaligned AI. arXiv:2102.03896. Abstract read; this example "
    "and its numbers are derived here.",
    ("READ", "DERIVED"),
    ("As $b \\to 0$ the true utility at the optimum of the proxy falls without bound, like $(L - J) \\log b$.",),
)


def run(
    attributes: int = 4, seen: int = 2, budget: float = 4.0, floor: float = 0.1, start: float = 0.5, points: int = 201
) -> xr.Dataset:
    """Returns the true utility and the proxy as the proxy is pushed up, over `pressure` from 0 (the start) to 1 (its optimum).

    Inputs: `attributes` that matter and how many are `seen` by the proxy; `budget` for their sum; `floor` of each; `start`, the
    level of all at first; `points`. The optimiser first uses what is left of the budget, then takes from what it does not see.
    Attributes: `utility_optimum`, the best true utility. Raises ValueError for numbers that leave no room.

    >>> import socioaffective as sa
    >>> path = sa.worlds.proxy.run()
    >>> round(float(path["utility"][-1]), 3), round(path.attrs["utility_optimum"], 3)
    (-3.321, 0.0)
    """
    count, known = whole(attributes, "attributes", 2, 1000), whole(seen, "seen", 1, 1000)
    if known >= count:
        raise ValueError(f"The proxy must see fewer attributes ({known}) than matter ({count}).")
    b, level = number(floor, "floor", (1e-12, 1e6)), number(start, "start", (1e-12, 1e6))
    total = number(budget, "budget", (1e-12, 1e9))
    if count * b >= total:
        raise ValueError(
            f"The budget, {total:g}, leaves no slack: {count} attributes at the floor of {b:g} take {count * b:g}. "
            "Raise the budget or lower the floor."
        )
    if not b <= level <= total / count:
        raise ValueError(
            f"start must lie between the floor, {b:g}, and an equal share of the budget, {total / count:g}, not at {level:g}."
        )
    most = (total - (count - known) * b) / known
    pressure = np.linspace(0, 1, whole(points, "points", 2, 100_000))
    mine = level + pressure * (most - level)
    rest = np.clip((total - known * mine) / (count - known), b, level)
    proxy = known * np.log(mine)
    utility = proxy + (count - known) * np.log(rest)
    return xr.Dataset(
        {"utility": ("pressure", utility, {"long_name": "true utility"}), "proxy": ("pressure", proxy)},
        {"pressure": ("pressure", pressure, {"long_name": "optimisation pressure"})},
        {"utility_optimum": float(count * np.log(total / count)), "kink": float((total - (count - known) * level) / known)},
    )


def report() -> list[str]:
    """Returns the true utility at the proxy's optimum for several floors, as lines."""
    ends = {b: float(run(floor=b)["utility"][-1]) for b in (0.1, 0.01, 0.001)}
    return [f"floor {b:g}: true utility {value:.4f} where the proxy is greatest, best 0" for b, value in ends.items()]
