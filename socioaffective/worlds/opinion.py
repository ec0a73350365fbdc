"""Opinion: a closed loop between a recommender and an opinion that drifts towards what is shown."""

from __future__ import annotations

import numpy as np
import xarray as xr

from socioaffective.checks import number, whole
from socioaffective.worlds import Page

page = Page(
    "A closed loop of opinion and recommendation",
    (
        r"x_{t+1} = \alpha x_0 + \beta x_t + \gamma p_t, \qquad \alpha + \beta + \gamma = 1, \quad p_t \in \{-1, 1\}",
        r"P(\text{click}) = \tfrac12 + \tfrac12 x_t p_t",
        r"x_\infty = \frac{\alpha x_0 \pm \gamma}{\alpha + \gamma} \text{ for constant } p, \qquad "
        r"\mathbb{E} x_\infty = \frac{\alpha x_0}{\alpha + \gamma} \text{ for random } p",
    ),
    {"x": "opinion, -1 to 1", "p": "the side that is shown", r"\epsilon": "how often the side is drawn by lot"},
    "Rossi, W. S., Polderman, J. W. and Frasca, P. (2021). The closed loop between opinion formation and personalised "
    "recommendations. IEEE TCNS; arXiv:1809.04644. Abstract read; the equations from memory.",
    ("READ", "recalled, verify", "DERIVED"),
    ("The recommender shows the side with the higher share of clicks so far, and by lot in a share $\\epsilon$ of the steps.",),
)
MOST_DRAWS = 500_000_000


def rest(start: float, stubbornness: float = 0.1, influence: float = 0.1, side: float = 1.0) -> float:
    """Returns where an opinion ends that is always shown one side (1 or -1), or on average both (0).

    >>> import socioaffective as sa
    >>> round(sa.worlds.opinion.rest(0.2), 6), round(sa.worlds.opinion.rest(0.2, side=0), 6)
    (0.6, 0.1)
    """
    a, g = number(stubbornness, "stubbornness", (1e-9, 1)), number(influence, "influence", (0, 1))
    x, shown = number(start, "start", (-1, 1)), number(side, "side", (-1, 1))
    if a + g > 1:
        raise ValueError(f"stubbornness and influence add up to {a + g:g}; they are shares, so at most 1.")
    return (a * x + g * shown) / (a + g)


def run(
    exploration: float = 0.05, users: int = 400, steps: int = 4000, start: float = 0.2, stubbornness: float = 0.1,
    influence: float = 0.1, seed: int = 0,
) -> xr.Dataset:  # fmt: skip
    """Returns the `extremity` of opinions, the size of a user's mean opinion, and the share of `clicks`.

    Both are means over users and the second half of the steps.

    Inputs: `exploration`, the share of steps in which the side is drawn by lot; `users`, `steps`; `start`, the size of every
    opinion at first; `stubbornness` and `influence`, the weights of the first opinion and of what is shown; `seed`.

    >>> import socioaffective as sa
    >>> by_lot, pleased = (sa.worlds.opinion.run(e, users=100, steps=1000) for e in (1.0, 0.05))
    >>> bool(pleased["extremity"] > by_lot["extremity"]) and bool(pleased["clicks"] > by_lot["clicks"])
    True
    """
    share = number(exploration, "exploration", (0, 1))
    rest(start, stubbornness, influence)
    many, count = whole(users, "users", 1, 1_000_000), whole(steps, "steps", 2, 1_000_000)
    if count * many > MOST_DRAWS:
        raise ValueError(f"users times steps is {count * many:,}; at most {MOST_DRAWS:,}, which takes some seconds.")
    rng = np.random.default_rng(whole(seed, "seed"))
    first = np.full(many, float(start))
    x, shown, clicked = first.copy(), np.ones((2, many)), np.full((2, many), 0.5)
    held, rate = np.zeros(many), np.empty(count)
    rows = np.arange(many)
    for t in range(count):
        guess = (clicked[1] / shown[1] > clicked[0] / shown[0]).astype(int)
        tie = clicked[1] / shown[1] == clicked[0] / shown[0]
        lot = rng.integers(0, 2, many)
        side = np.where((rng.uniform(size=many) < share) | tie, lot, guess)
        p = 2.0 * side - 1
        click = rng.uniform(size=many) < 0.5 + 0.5 * x * p
        shown[side, rows] += 1
        clicked[side, rows] += click
        held += x if t >= count // 2 else 0.0
        rate[t] = click.mean()
        x = stubbornness * first + (1 - stubbornness - influence) * x + influence * p
    half = count // 2
    return xr.Dataset(
        {"extremity": np.abs(held / (count - half)).mean(), "clicks": rate[half:].mean()}, attrs={"exploration": share}
    )


def report() -> list[str]:
    """Returns extremity and click rate by exploration, as lines."""
    found = {e: run(e) for e in (0.05, 0.2, 0.5, 1.0)}
    return [
        f"exploration {e:g}: extremity {float(f['extremity']):.3f}, clicks {float(f['clicks']):.3f}" for e, f in found.items()
    ]
