"""Losses: what counts as a true decline, by which alarms are judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from socioaffective.checks import number


@dataclass(frozen=True)
class Loss:
    """When a person has truly declined; made by `loss`."""

    name: str
    by: float | None
    below: float | None
    weeks: float

    def is_lost(self, run: xr.Dataset, alone: xr.Dataset) -> np.ndarray:
        """Returns whether each person is that low at each time, shape (times, people)."""
        values: np.ndarray = run[self.name].values
        return values < self.below if self.by is None else values <= alone[self.name].values - self.by

    def first(self, run: xr.Dataset, alone: xr.Dataset) -> np.ndarray:
        """Returns when each person's first stretch of so many weeks begins; NaN if there is none."""
        low, span = self.is_lost(run, alone), self._points(run)
        if len(low) < span:
            return np.full(low.shape[1], np.nan)
        counts = np.cumsum(np.vstack([np.zeros(low.shape[1], int), low]), axis=0)
        full = counts[span:] - counts[:-span] == span
        return np.where(full.any(axis=0), run["time"].values[full.argmax(axis=0)], np.nan)

    def at_the_end(self, run: xr.Dataset, alone: xr.Dataset) -> np.ndarray:
        """Returns who is in such a stretch when the run ends."""
        return np.all(self.is_lost(run, alone)[-self._points(run) :], axis=0)

    def _points(self, run: xr.Dataset) -> int:
        return round(self.weeks / float(run["time"][1])) + 1

    def __repr__(self) -> str:
        how = f"below {self.below:g}" if self.by is None else f"{self.by:g} below that of the same person without the assistant"
        return f"{self.name} {how} for {self.weeks:g} weeks"


def loss(name: str, by: float | None = None, below: float | None = None, weeks: float = 8) -> Loss:
    """Returns what counts as a true decline: a quantity that stays low for some weeks.

    Inputs: `name`, a state or observable; `by`, how far below that of the same person, with the same chance events, without the
    assistant, or `below`, a level, such as that of a saddle; `weeks`, how long without a break. Nobody who watches knows it: it
    is what alarms are judged by.

    >>> import socioaffective as sa
    >>> sa.oversight.loss("ties", by=0.1)
    ties 0.1 below that of the same person without the assistant for 8 weeks
    """
    if not isinstance(name, str):
        raise TypeError(f"A loss is of a quantity, by its name, such as 'ties', not {name!r}.")
    if (by is None) == (below is None):
        raise ValueError("Give one of by and below: loss('ties', by=0.1).")
    if by is not None and number(by, "by") <= 0:
        raise ValueError(f"by must be above 0, not {by:g}: it is how far somebody has fallen.")
    level = None if below is None else number(below, "below")
    return Loss(name, None if by is None else float(by), level, number(weeks, "weeks (how long)", (0, 1e6)))
