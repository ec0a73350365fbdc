"""Scales: what a questionnaire makes of the level of a quantity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from socioaffective.checks import mapped, number, unknown, whole

NEEDS = ("autonomy", "competence", "relatedness")
# The bounds of a reliability: at 0 there would be nothing but error.
RELIABILITIES = (0.01, 1.0)


@dataclass(frozen=True)
class Scale:
    """A questionnaire's subscale: the mean of items, each answered in whole points with an error of its own.

    `items`, how many; `low` and `high`, the points at the ends; `reliability`, the share of the variance of scores that is of
    true levels, among people whose true levels have the standard deviation `spread`, a share of the scale; `source`, where
    the reliability comes from. The error of one answer follows: among people more alike the same scale is less reliable
    (`reliability_at`). Answers are rounded to whole points and kept on the scale, which adds an error of its own.
    Raises ValueError for what is outside its bounds.

    >>> import socioaffective as sa
    >>> closeness = sa.trials.Scale(items=4, reliability=0.8, spread=0.2)
    >>> round(closeness.error, 3), round(closeness.reliability_at(0.1), 2)
    (0.1, 0.5)
    """

    items: int = 4
    low: int = 1
    high: int = 5
    reliability: float = 0.8
    spread: float = 0.2
    source: str = "ours"

    def __post_init__(self) -> None:
        whole(self.items, "items", 1, 100)
        if whole(self.low, "low") >= whole(self.high, "high", 1, 1000):
            raise ValueError(f"The points of a scale rise from low to high, not from {self.low} to {self.high}.")
        number(self.reliability, "reliability", RELIABILITIES)
        number(self.spread, "spread (the standard deviation of true levels, as a share of the scale)", (1e-6, 1.0))

    @property
    def error(self) -> float:
        """Standard deviation of the error of a score, as a share of the scale, but for rounding."""
        return self.spread * float(np.sqrt(1 / self.reliability - 1))

    def reliability_at(self, spread: float) -> float:
        """Returns the reliability among people whose true levels have another standard deviation."""
        true = number(spread, "spread", (0, 1)) ** 2
        return true / (true + self.error**2) if true else 0.0

    def read(self, levels: Any, rng: np.random.Generator) -> np.ndarray:
        """Returns scores of true levels from 0 to 1, in points; NaN stays NaN."""
        return self.scored(levels, rng.standard_normal((*np.shape(levels), self.items)))

    def scored(self, levels: Any, draws: np.ndarray) -> np.ndarray:
        """Returns the scores when each item's error is one of these standard normal draws."""
        true = np.asarray(levels, dtype=float)[..., None] + self.error * np.sqrt(self.items) * draws
        span = self.high - self.low
        return (self.low + np.clip(np.round(span * true), 0, span)).mean(axis=-1)


def bpnsfs(reliability: float | None = None) -> dict[str, Scale]:
    """Returns the six subscales of the Basic Psychological Need Satisfaction and Frustration Scale, by the state they measure.

    Four items each, from 1 to 5. Keyword: `reliability` of all of them; unless told otherwise 0.8, and 0.7 for autonomy
    frustration, which are round numbers: what was read says that most subscales are reliable and that one less so.

    Source: Chen and others 2015, Motivation and Emotion 39, 216 [READ: abstract] for the scale, [recalled, verify] for its
    items; Abidin and others 2021 [READ: abstract] that autonomy frustration was the less reliable.

    >>> import socioaffective as sa
    >>> scales = sa.trials.bpnsfs()
    >>> len(scales), scales["relatedness"].items, scales["autonomy_frustration"].reliability
    (6, 4, 0.7)
    """
    source = "Chen and others 2015 [READ: abstract]; its reliability is a round number [recalled, verify]"
    usual = {"autonomy_frustration": 0.7}
    names = [name for need in NEEDS for name in (need, f"{need}_frustration")]
    return {
        n: Scale(reliability=usual.get(n, 0.8) if reliability is None else reliability, spread=0.2, source=source)
        for n in names
    }


def scales_of(given: Any, measured: list[str]) -> dict[str, Scale]:
    """Returns the scale of each measured quantity that has one; none where it is read without error."""
    if given is None:
        return {}
    if isinstance(given, Scale):
        return dict.fromkeys(measured, given)
    if isinstance(given, str):
        if given != "BPNSFS":
            raise unknown("scale", given, ["BPNSFS"])
        known = bpnsfs()
        if other := next((name for name in measured if name not in known), None):
            raise unknown("subscale of the BPNSFS for the measured", other, known)
        return {name: known[name] for name in measured}
    table = mapped(given, "scale", "{'relatedness': sa.trials.Scale(reliability=0.8)}")
    for name, one in table.items():
        if name not in measured:
            raise unknown("measured quantity with a scale", name, measured)
        if not isinstance(one, Scale):
            raise TypeError(f"The scale of '{name}' is made by sa.trials.Scale or sa.trials.bpnsfs, not {one!r}.")
    return dict(table)


def as_share(values: Any, bounds: tuple[float, float]) -> Any:
    """Returns levels as shares of their bounds, as a scale reads them."""
    return (values - bounds[0]) / (bounds[1] - bounds[0])


def points_of(scale: Scale, values: Any, bounds: tuple[float, float]) -> Any:
    """Returns true levels in the points of a scale, without error."""
    return scale.low + (scale.high - scale.low) * as_share(values, bounds)
