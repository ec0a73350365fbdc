"""Jets: a model's rate of change with its derivatives, in coordinates in which the box is the unit cube."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import sympy

from socioaffective.compile import compiled, jacobian
from socioaffective.dynamics.equilibrium import box_of
from socioaffective.model import Model

# Steps of the difference quotients to begin with, as shares of the box; steep functions take shorter ones.
FIRST, SECOND = 2e-3, 1e-2


class Jet:
    """The rate of change of a model and its slopes, as functions of the states and of some settings that are set free.

    A point is (states, free settings), each as a share of its range, so that one step length suits them all. Calling it
    returns the rates, shape (states,), and the slopes, shape (states, states + free); both NaN where they are undefined.
    A discrete model has the change per step for its rate, so that zero means rest in either case.
    """

    def __init__(self, model: Model, settings: np.ndarray, free: Sequence[str], ranges: Sequence[tuple[float, float]]) -> None:
        jacobian(model)  # Refuses what has no slope.
        self.model, self.size = model, len(model.states)
        self.box = np.vstack([box_of(model), np.reshape(ranges, (-1, 2))])
        self.width = self.box[:, 1] - self.box[:, 0]
        # Across it the one free setting stays as it is.
        self.upright = np.append(np.zeros(len(self.box) - 1), 1.0)
        self._settings = list(map(float, settings))
        self._places = [list(model.settings).index(name) for name in free]
        free_symbols = tuple(model.symbols[name] for name in free)
        self._compute = compiled(model, _expressions(tuple(model.equations.items()), model.clock, free_symbols))
        self._scale = np.divide.outer(1 / self.width[: self.size], 1 / self.width)

    def real(self, z: np.ndarray) -> np.ndarray:
        """Returns points of shape (..., states + free) in their own units."""
        return self.box[:, 0] + self.width * z

    def share(self, values: Sequence[float] | np.ndarray) -> np.ndarray:
        """Returns points given in their own units as shares of the ranges."""
        return (np.asarray(values, dtype=float) - self.box[:, 0]) / self.width

    def __call__(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values = self.real(z).tolist()
        settings = self._settings.copy()
        for place, value in zip(self._places, values[self.size :], strict=True):
            settings[place] = value
        try:
            answer = np.array(self._compute(values[: self.size], settings), dtype=float)
        except (ArithmeticError, ValueError, TypeError):
            answer = np.full(self.size * (1 + len(z)), np.nan)
        slopes = answer[self.size :].reshape(self.size, -1)
        return answer[: self.size] / self.width[: self.size], slopes * self._scale

    def second(self, z: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Returns the second derivative of the rates in the directions `u` and `v`, of all or of the states alone."""
        u, v = _padded(u, len(z)), _padded(v, len(z))
        if np.iscomplexobj(v):
            return self.second(z, u, v.real) + 1j * self.second(z, u, v.imag)

        def quotient(h: float) -> np.ndarray:
            ends = [self(z + k * h * v)[1] @ u for k in (-2, -1, 1, 2)]
            return (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * h)

        return self._agreed(z, quotient, FIRST)

    def third(self, z: np.ndarray, u: np.ndarray, v: np.ndarray, w: np.ndarray) -> np.ndarray:
        """Returns the third derivative of the rates in three directions."""
        u, v, w = (_padded(d, len(z)) for d in (u, v, w))
        if np.iscomplexobj(v):
            return self.third(z, u, v.real, w) + 1j * self.third(z, u, v.imag, w)
        if np.iscomplexobj(w):
            return self.third(z, u, v, w.real) + 1j * self.third(z, u, v, w.imag)
        return (self._curve(z, u, v + w) - self._curve(z, u, v - w)) / 4

    def _curve(self, z: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        def quotient(h: float) -> np.ndarray:
            ends = [self(z + place * h * v)[1] @ u for place in range(-2, 3)]
            return sum(k * end for k, end in zip((-1, 16, -30, 16, -1), ends, strict=True)) / (12 * h * h)

        return self._agreed(z, quotient, SECOND)

    def _agreed(self, z: np.ndarray, quotient: Callable[[float], np.ndarray], h: float) -> np.ndarray:
        """Returns a difference quotient at the first step that agrees with the one before, NaN where none does."""
        size, before = float(np.abs(self(z)[1]).max()), quotient(h)
        for _ in range(4):
            h /= 4
            now = quotient(h)
            if np.abs(now - before).max() <= 1e-4 * np.abs(now).max() + 1e-7 * size:
                return now
            before = now
        return np.full_like(before, np.nan)


def _padded(direction: np.ndarray, size: int) -> np.ndarray:
    return np.concatenate([direction, np.zeros(size - len(direction))])


@lru_cache(maxsize=128)
def _expressions(equations: tuple, clock: str, free: tuple) -> tuple:
    """Returns the rates, then their slopes row by row."""
    right = [expression - symbol if clock == "discrete" else expression for symbol, expression in equations]
    return (*right, *(sympy.diff(e, s) for e in right for s in (*(x for x, _ in equations), *free)))
