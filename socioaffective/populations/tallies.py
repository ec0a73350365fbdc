"""Tallies: counts and sums over people, in whole numbers, so that no order of adding up changes a bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

# Cells between the bounds of a quantity, with one more on each side for what lies beyond; a quantile is read off to a
# fraction of a cell.
CELLS = 1024
# A value is summed in units of its range over this: nine digits, and room for two thousand million people.
UNIT = 2.0**30
# Round-off beyond a bound, in ranges.
SLACK = 1e-6


@dataclass
class Tally:
    """Quantities of many people at some times: how many of them lie where, and sums.

    `bounds` are those of each quantity, shape (quantities, 2); `cells` counts people, shape (quantities, times, CELLS + 2);
    `sums` has for each quantity and time the sum of values, of their squares, and the number of values below `-harm`;
    `crossed` counts first crossings until each time, shape (events, times); `counted` holds the number of people.
    """

    bounds: np.ndarray
    cells: np.ndarray
    sums: np.ndarray
    crossed: np.ndarray
    counted: np.ndarray

    @classmethod
    def empty(cls, bounds: Sequence[tuple[float, float]], times: int, events: int = 0, kind: type = np.int64) -> Tally:
        """Returns the tally of nobody; `kind` is what cells are counted in."""
        table = np.asarray(bounds, dtype=float).reshape(-1, 2)
        cells: np.ndarray = np.zeros((len(table), times, CELLS + 2), dtype=kind)
        sums, crossed = np.zeros((len(table), times, 3), np.int64), np.zeros((events, times), np.int64)
        return cls(table, cells, sums, crossed, np.zeros(1, np.int64))

    @property
    def people(self) -> int:
        """How many people there are."""
        return int(self.counted[0])

    def add(self, k: int, values: np.ndarray, usable: np.ndarray, harm: float = 0.0) -> None:
        """Adds the usable people with their values of the k-th quantity, shape (times, people)."""
        low, high = self.bounds[k]
        _add(np.ascontiguousarray(values), usable, low, high, harm, self.cells[k], self.sums[k])

    def merge(self, other: Tally) -> None:
        """Adds the people of another tally of the same quantities."""
        self.cells += other.cells
        self.sums += other.sums
        self.crossed += other.crossed
        self.counted += other.counted

    def _scaled(self, part: int) -> np.ndarray:
        """Returns a mean in ranges; no number where somebody lies outside the bounds."""
        outside = self.cells[..., 0] + self.cells[..., -1]
        with np.errstate(invalid="ignore"):
            return np.where(outside > 0, np.nan, self.sums[..., part] / UNIT / np.float64(self.people))

    def means(self) -> np.ndarray:
        """Returns means, shape (quantities, times); NaN of nobody."""
        low, high = self.bounds.T[..., None]
        return low + (high - low) * self._scaled(0)

    def deviations(self) -> np.ndarray:
        """Returns standard deviations, shape (quantities, times)."""
        low, high = self.bounds.T[..., None]
        return (high - low) * np.sqrt(np.maximum(self._scaled(1) - self._scaled(0) ** 2, 0))

    def shares_below(self) -> np.ndarray:
        """Returns the shares of people below zero by more than was said to matter, shape (quantities, times)."""
        with np.errstate(invalid="ignore"):
            return self.sums[..., 2] / np.float64(self.people)

    def shares_crossed(self) -> np.ndarray:
        """Returns the shares of people whose event has been, shape (events, times)."""
        with np.errstate(invalid="ignore"):
            return self.crossed / np.float64(self.people)

    def beyond(self) -> np.ndarray:
        """Returns how many people lie outside the bounds of each quantity at the time when most do."""
        return (self.cells[..., 0] + self.cells[..., -1]).max(axis=1, initial=0)

    def quantiles(self, shares: Sequence[float]) -> np.ndarray:
        """Returns quantiles, shape (quantities, times, shares), on a straight line across the cell where each lies; NaN beyond
        the bounds."""
        result = np.full((*self.cells.shape[:2], len(shares)), np.nan)
        # Just above none, so that the lowest quantile lies where the first person does.
        wanted = np.maximum(np.asarray(shares, dtype=float) * self.people, 1e-9)
        for k, t in np.ndindex(*result.shape[:2]) if self.people else ():
            reached = np.concatenate([[0], np.cumsum(self.cells[k, t])])
            cell = np.clip(np.searchsorted(reached, wanted, side="left") - 1, 0, CELLS + 1)
            inside = (wanted - reached[cell]) / np.maximum(reached[cell + 1] - reached[cell], 1)
            low, high = self.bounds[k]
            found = low + (high - low) * (cell - 1 + inside) / CELLS
            result[k, t] = np.where((cell > 0) & (cell <= CELLS), found, np.nan)
        return result


@njit(nogil=True, cache=True)
def _add(values, usable, low, high, harm, cells, sums):  # type: ignore[no-untyped-def]
    for t in range(values.shape[0]):
        total, squares, below = 0, 0, 0
        for i in range(values.shape[1]):
            if usable[i]:
                scaled = (values[t, i] - low) / (high - low)
                # Where somebody lies beyond, the sums are not used; they must not run over either.
                kept = min(max(scaled, -1.0), 2.0)
                total += int(np.rint(kept * UNIT))
                squares += int(np.rint(kept * kept * UNIT))
                below += values[t, i] < -harm
                if scaled < -SLACK:
                    cells[t, 0] += 1
                elif scaled > 1 + SLACK:
                    cells[t, CELLS + 1] += 1
                else:
                    cells[t, 1 + min(max(int(scaled * CELLS), 0), CELLS - 1)] += 1
        sums[t, 0] += total
        sums[t, 1] += squares
        sums[t, 2] += below
