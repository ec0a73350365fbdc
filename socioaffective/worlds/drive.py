"""Drive: rewards as the reduction of a drive, so that seeking reward is keeping a balance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from socioaffective.checks import listed, number
from socioaffective.worlds import Page

page = Page(
    "Homeostatic reinforcement",
    (
        r"D(H) = \Big(\sum_i |h_i^* - h_i|^n\Big)^{1/m}, \qquad r_t = D(H_t) - D(H_t + K_t)",
        r"\sum_{k \ge 0} \gamma^k r_k = D(H_0) - (1 - \gamma) \sum_{k \ge 0} \gamma^k D(H_{k+1})",
    ),
    {"H": "inner state", "h^*": "set point", "K": "what an outcome does to the inner state", "D": "drive", "r": "reward"},
    "Keramati, M. and Gutkin, B. (2014). Homeostatic reinforcement learning for integrating reward collection and "
    "physiological stability. eLife 3, e04811. Abstract read; the form of the drive from memory; the identity derived here.",
    ("READ", "recalled, verify", "DERIVED"),
    ("The identity is exact for every path: whoever earns most discounted reward has least discounted drive.",),
)


def of(state: Sequence[float] | np.ndarray, setpoint: Sequence[float] | np.ndarray, n: float = 4.0, m: float = 3.0) -> float:
    """Returns the drive of an inner state, zero at the set point.

    >>> import socioaffective as sa
    >>> sa.worlds.drive.of([0.0, 1.0], [1.0, 1.0], n=2, m=2)
    1.0
    """
    here, there = (np.array([number(x, "A level", (-1e300, 1e300)) for x in listed(given, "state and setpoint", "[0.2, 0.5]")])
                   for given in (state, setpoint))  # fmt: skip
    if here.shape != there.shape or not here.size:
        raise ValueError(f"State and set point need as many levels, at least one, not {here.size} and {there.size}.")
    n, m = number(n, "n", (1e-3, 100)), number(m, "m", (1e-3, 100))
    with np.errstate(all="ignore"):
        far = np.abs(there - here)
        most = far.max()
        if most == 0:
            return 0.0
        # Powers of a share of the largest neither vanish nor overflow.
        found = float(most ** (n / m) * ((far / most) ** n).sum() ** (1 / m))
    if not np.isfinite(found):
        raise ValueError(
            f"With n = {n:g}, m = {m:g} and a distance of {most:g} the drive is too large a number: raise m or lower n."
        )
    return found


def run(
    outcomes: Sequence[Sequence[float]] | np.ndarray,
    start: Sequence[float] | np.ndarray,
    setpoint: Sequence[float] | np.ndarray,
    discount: float = 0.9,
    n: float = 4.0,
    m: float = 3.0,
) -> xr.Dataset:
    """Returns drive and reward over `step` for a sequence of outcomes; `attrs` holds both sides of the identity.

    Inputs: `outcomes`, what each step does to the inner state; `start` and `setpoint`, inner states; `discount`, the factor of
    one step; `n` and `m`, exponents of the drive. After the last outcome nothing changes any more.

    >>> import socioaffective as sa
    >>> found = sa.worlds.drive.run([[0.5], [0.5], [0.5]], [0.0], [1.0])
    >>> abs(found.attrs["discounted_reward"] - found.attrs["by_the_identity"]) < 1e-12
    True
    """
    g = number(discount, "discount", (0, 1 - 1e-9))
    inner = [np.array([number(x, "A level of the start") for x in listed(start, "start", "[0.2]")])]
    for outcome in listed(outcomes, "outcomes", "[[0.1], [0.2]]"):
        change = np.array([number(x, "An outcome") for x in listed(outcome, "An outcome", "[0.1]")])
        if change.shape != inner[0].shape:
            raise ValueError(f"Each outcome needs {inner[0].size} levels, as the start has, not {change.size}.")
        inner.append(inner[-1] + change)
    if len(inner) == 1:
        raise ValueError("outcomes is empty: give at least one.")
    drives = np.array([of(state, setpoint, n, m) for state in inner])
    rewards, weights = drives[:-1] - drives[1:], g ** np.arange(len(drives) - 1)
    # The last drive stays for ever.
    lasting = g ** (len(drives) - 1) / (1 - g) * drives[-1]
    identity = drives[0] - (1 - g) * ((weights * drives[1:]).sum() + lasting)
    return xr.Dataset(
        {"drive": ("step", drives), "reward": ("step", np.append(rewards, 0.0))},
        {"step": np.arange(len(drives))},
        {"discounted_reward": float((weights * rewards).sum()), "by_the_identity": float(identity)},
    )


def report() -> list[str]:
    """Returns both sides of the identity on a path drawn at random, as lines."""
    rng = np.random.default_rng(0)
    found = run(rng.normal(size=(40, 3)) * 0.3, rng.uniform(size=3), [1.0, 1.0, 1.0])
    return [f"discounted reward {found.attrs['discounted_reward']:.12f}, by the identity {found.attrs['by_the_identity']:.12f}"]
