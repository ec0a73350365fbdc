"""Spreads: how a quantity differs from person to person. Each is cut to the bounds of what it is drawn for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from socioaffective.checks import interval, mapped, number

__all__ = ["beta", "everyone", "groups", "lognormal", "normal", "uniform"]

# Share of a spread that must lie within the bounds of what it is drawn for; with less, it was meant for something else.
LEAST_WITHIN = 0.01


@dataclass(frozen=True)
class Spread:
    """A distribution and how it is written; `dist` has a `cdf` and a `ppf`, as those of scipy.stats do."""

    said: str
    dist: Any

    def __repr__(self) -> str:
        return self.said


@dataclass(frozen=True)
class Within:
    """A spread cut to bounds; `below` and `inside` are the shares of it that lie below them and between them."""

    spread: Spread
    bounds: tuple[float, float]
    below: float
    inside: float

    def ppf(self, uniform: np.ndarray) -> np.ndarray:
        """Returns the values below which these shares of the people lie."""
        return np.clip(self.spread.dist.ppf(self.below + uniform * self.inside), *self.bounds)

    def __repr__(self) -> str:
        # A share that would print as 0 % is not worth a word.
        cut = f", cut to {self.bounds[0]:g} to {self.bounds[1]:g} ({1 - self.inside:.2g} of it lies outside)"
        return f"{self.spread}{cut if self.inside < 0.9999 else ''}"


@dataclass(frozen=True)
class Groups:
    """The distribution of a quantity that takes few values."""

    values: tuple[float, ...]
    shares: tuple[float, ...]

    def cdf(self, value: float) -> float:
        return float(sum(share for own, share in zip(self.values, self.shares, strict=True) if own <= value))

    def ppf(self, uniform: Any) -> np.ndarray:
        steps = np.cumsum(self.shares)[:-1]
        return np.asarray(self.values)[np.searchsorted(steps, uniform, side="left")]


def normal(mean: float, sd: float) -> Spread:
    """Returns the normal spread with this mean and standard deviation.

    Raises ValueError for an `sd` that is not above 0.

    >>> import socioaffective as sa
    >>> people = sa.population(sa.models.companion, 1000, start={"ties": sa.spreads.normal(0.5, 0.1)})
    >>> round(float(people["start"]["ties"].mean()), 1)
    0.5
    """
    from scipy import stats

    mean, sd = number(mean, "The mean of a normal spread"), _above(sd, "The sd of a normal spread")
    return Spread(f"normal({mean:g}, {sd:g})", stats.norm(mean, sd))


def uniform(low: float, high: float) -> Spread:
    """Returns the spread in which each value between two is as likely as any other; a pair `(low, high)` is short for it.

    Raises ValueError for a pair that does not rise.

    >>> import socioaffective as sa
    >>> sa.spreads.uniform(0.2, 0.8)
    uniform(0.2, 0.8)
    """
    from scipy import stats

    low, high = interval((low, high), "a uniform spread")
    return Spread(f"uniform({low:g}, {high:g})", stats.uniform(low, high - low))


def lognormal(median: float, spread: float) -> Spread:
    """Returns the spread of what is multiplied up: half of the people lie below `median`, two thirds within a factor of
    exp(`spread`) of it.

    Raises ValueError for a median or a spread that is not above 0.

    >>> import socioaffective as sa
    >>> people = sa.population(sa.models.ties, 1001, growth=sa.spreads.lognormal(0.05, 0.3))
    >>> bool(0.047 < sorted(people["growth"])[500] < 0.053)
    True
    """
    from scipy import stats

    median, width = _above(median, "The median of a lognormal spread"), _above(spread, "The spread of a lognormal")
    return Spread(f"lognormal({median:g}, {width:g})", stats.lognorm(width, scale=median))


def beta(a: float, b: float) -> Spread:
    """Returns the beta spread from 0 to 1, with mean a/(a + b); the larger a + b, the more alike people are.

    Raises ValueError for an `a` or `b` that is not above 0.

    >>> import socioaffective as sa
    >>> sa.population(sa.models.companion, 3, start={"ties": sa.spreads.beta(4, 4)})
    Population of 3 for 'Companion', seed 0, random: ties beta(4, 4)
    """
    from scipy import stats

    a, b = _above(a, "a of a beta spread"), _above(b, "b of a beta spread")
    return Spread(f"beta({a:g}, {b:g})", stats.beta(a, b))


def groups(shares: Mapping[float, float]) -> Spread:
    """Returns the spread of people who come in a few kinds: `shares` maps each value to the share of people who have it.

    Raises ValueError for shares that are negative or do not add up to 1, and for no group at all; TypeError for what is not
    a mapping.

    >>> import socioaffective as sa
    >>> people = sa.population(sa.models.companion, 1000, access=sa.spreads.groups({0: 0.5, 1: 0.5}))
    >>> sorted({float(value) for value in people["access"]})
    [0.0, 1.0]
    """
    example = "{0: 0.3, 1: 0.7}"
    given = {number(value, "The value of a group"): share for value, share in mapped(shares, "groups", example).items()}
    kinds = {v: number(s, f"The share of the group at {v:g}", (0, 1)) for v, s in sorted(given.items())}
    total = sum(kinds.values())
    if not kinds or abs(total - 1) > 1e-9:
        raise ValueError(f"The shares of groups must add up to 1, not {total:.6g}: {example}.")
    kept = {value: share for value, share in kinds.items() if share > 0}
    said = ", ".join(f"{value:g}: {share:g}" for value, share in kept.items())
    return Spread(f"groups({{{said}}})", Groups(tuple(kept), tuple(kept.values())))


def everyone() -> dict[str, Any]:
    """Returns the spreads of the workbook's own population, as keywords of `sa.population`.

    People differ in the ties that they begin with, in how fast ties grow and wanting builds, and in how far attachment cues
    appeal to them. The spreads are ours: wide enough that people differ, with the defaults of the models near their middle.

    >>> import socioaffective as sa
    >>> people = sa.population(sa.models.ecosystem, 300, **sa.spreads.everyone())
    >>> sorted(people)
    ['appeal_of_cues', 'growth', 'sensitisation', 'start']
    """
    return {
        "start": {"ties": beta(4, 4)},
        "sensitisation": uniform(0.3, 0.7),
        "growth": lognormal(0.05, 0.3),
        "appeal_of_cues": lognormal(8.5, 0.25),
    }


def _above(value: Any, what: str) -> float:
    if (result := number(value, what)) <= 0:
        raise ValueError(f"{what} must be above 0, not {result:g}.")
    return result


def a_spread(given: Any, name: str) -> Spread | None:
    """Returns a spread: one of this module, a pair (low, high), or a frozen distribution; None for what is no spread."""
    if isinstance(given, Spread):
        return given
    if isinstance(given, tuple) and len(given) == 2:
        return uniform(*given)
    if not (callable(getattr(given, "ppf", None)) and callable(getattr(given, "cdf", None))):
        return None
    try:
        middle = given.ppf(0.5)
    except TypeError:
        middle = np.nan
    if np.ndim(middle) or not np.isfinite(middle):
        raise ValueError(f"What '{name}' is drawn from must be of one number, its parameters given, such as stats.norm(0, 1).")
    own, arguments = getattr(given, "dist", None), [*getattr(given, "args", ()), *getattr(given, "kwds", {}).items()]
    said = getattr(own, "name", type(given).__name__)
    return Spread(f"{said}({', '.join(_argument(a) for a in arguments)})", given)


def _argument(given: Any) -> str:
    return f"{given[0]}={given[1]:g}" if isinstance(given, tuple) else f"{given:g}"


class Bounded(Protocol):
    """What a spread can be cut to the bounds of: a quantity or a trait."""

    @property
    def name(self) -> str: ...

    @property
    def bounds(self) -> tuple[float, float]: ...


def within(spread: Spread, quantity: Bounded) -> Within:
    """Returns a spread cut to the bounds of what it is drawn for."""
    low, high = quantity.bounds
    if isinstance(spread.dist, Groups):
        for value in spread.dist.values:
            number(value, f"A group of '{quantity.name}'", quantity.bounds)
    # What lies exactly on the lower bound is inside: a group or a count may.
    below = float(spread.dist.cdf(np.nextafter(low, -np.inf)))
    inside = float(spread.dist.cdf(high)) - below
    if not inside >= LEAST_WITHIN:
        raise ValueError(
            f"Only {inside:.2g} of {spread} lies within the bounds of '{quantity.name}', [{low:g}, {high:g}]; at least "
            f"{LEAST_WITHIN:g} must. Give a spread that fits."
        )
    return Within(spread, (low, high), below, inside)
