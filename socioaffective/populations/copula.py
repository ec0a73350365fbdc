"""Copula: correlations between what people differ in, by normal scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from socioaffective.checks import mapped, number, unknown

EXAMPLE = "{('ties', 'sensitisation'): -0.4}"
# Least eigenvalue that a matrix of correlations may have: below it people lie on a plane.
LEAST = 1e-10


def mixing(correlation: Any, drawn: list[str], fixed: list[str]) -> tuple[tuple[str, ...], np.ndarray]:
    """Returns the names that are correlated, and the matrix that makes independent normal scores into theirs."""
    pairs = _pairs(correlation, drawn, fixed)
    names = tuple(name for name in drawn if any(name in pair for pair in pairs))
    if not names:
        return (), np.empty((0, 0))
    matrix = _matrix(pairs, names)
    if not _possible(matrix):
        raise ValueError(_fault(pairs, names))
    return names, np.linalg.cholesky(matrix)


def _pairs(correlation: Any, drawn: list[str], fixed: list[str]) -> dict[tuple[str, str], float]:
    """Returns the correlations by pair, each once."""
    found: dict[tuple[str, str], float] = {}
    for pair, value in mapped(correlation, "correlation", EXAMPLE).items():
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"correlation maps pairs of names to numbers, such as {EXAMPLE}; {pair!r} is no pair.")
        for name in pair:
            if name in fixed:
                raise ValueError(f"'{name}' is given, not drawn, so a correlation cannot move it: give it a spread.")
            if name not in drawn:
                raise unknown("drawn quantity to correlate", name, drawn)
        one, other = pair
        if one == other:
            raise ValueError(f"'{one}' is correlated with itself; give two different names.")
        if (other, one) in found:
            raise ValueError(f"The correlation of '{one}' and '{other}' is given twice.")
        found[pair] = number(value, f"The correlation of '{one}' and '{other}'", (-1, 1))
    return found


def _matrix(pairs: dict[tuple[str, str], float], names: tuple[str, ...]) -> np.ndarray:
    matrix = np.eye(len(names))
    for (one, other), value in pairs.items():
        i, j = names.index(one), names.index(other)
        matrix[i, j] = matrix[j, i] = value
    return matrix


def _possible(matrix: np.ndarray) -> bool:
    return bool(np.linalg.eigvalsh(matrix)[0] > LEAST)


def _fault(pairs: dict[tuple[str, str], float], names: tuple[str, ...]) -> str:
    """Returns what is wrong with correlations that nobody can have: which pair, and what the others leave to it."""
    head = "No people can have all these correlations at once (their matrix is not positive definite)."
    for pair, value in sorted(pairs.items(), key=lambda item: -abs(item[1])):
        if (left := _left(_matrix(pairs, names), names.index(pair[0]), names.index(pair[1]))) is not None:
            return (
                f"{head} With the others as they are that of '{pair[0]}' and '{pair[1]}', {value:g}, must lie strictly between "
                f"{left[0]:.2f} and {left[1]:.2f}."
            )
    return f"{head} More than one of them is too far from 0: bring {', '.join(f'{a} and {b}' for a, b in pairs)} nearer to it."


def _left(matrix: np.ndarray, i: int, j: int) -> tuple[float, float] | None:
    """Returns between which values the correlation of two may lie, or None where the others alone are impossible."""
    rest = [k for k in range(len(matrix)) if k not in (i, j)]
    if any(not _possible(matrix[np.ix_(part, part)]) for part in ([*rest, i], [*rest, j])):
        return None
    given, others = matrix[np.ix_([i, j], rest)], matrix[np.ix_(rest, rest)]
    # What the others say of the two; the rest of each is free.
    told = given @ np.linalg.solve(others, given.T)
    free = float(np.sqrt((1 - told[0, 0]) * (1 - told[1, 1])))
    return float(told[0, 1]) - free, float(told[0, 1]) + free
