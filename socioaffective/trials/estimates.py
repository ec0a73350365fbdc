"""Estimates: what is made of a study's data, each with its interval."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from socioaffective.checks import needed


@dataclass(frozen=True)
class Estimate:
    """An estimate: its `value`, the ends `low` and `high` of its interval, and `p`, how often so large a one would come of
    nothing.

    >>> import socioaffective as sa
    >>> sa.trials.Estimate(0.12, 0.02, 0.22, 0.02)
    +0.120 (+0.020 to +0.220; p = 0.020)
    """

    value: float
    low: float
    high: float
    p: float

    def __repr__(self) -> str:
        return f"{self.value:+.3f} ({self.low:+.3f} to {self.high:+.3f}; p {'< 0.001' if self.p < 1e-3 else f'= {self.p:.3f}'})"


class Estimates(dict[str, Estimate]):
    """Estimates by name, of one analysis of `.count` people; `.method` says in words which, `.converged` whether it came to
    an end.

    >>> import socioaffective as sa
    >>> sa.trials.Estimates({"use": sa.trials.Estimate(0.12, 0.02, 0.22, 0.02)}, "least squares", 40)
    least squares, 40 people
      use: +0.120 (+0.020 to +0.220; p = 0.020)
    """

    def __init__(self, found: dict[str, Estimate], method: str, count: int, converged: bool = True) -> None:
        super().__init__(found)
        self.method, self.count, self.converged = method, count, converged

    def __repr__(self) -> str:
        head = f"{self.method}, {self.count} people" + ("" if self.converged else " (did not converge)")
        width = max(map(len, self), default=0)
        return "\n".join([head, *(f"  {name:>{width}}: {one!r}" for name, one in self.items())])


def welch(group: np.ndarray, reference: np.ndarray, level: float) -> Estimate:
    """Returns the difference of two means with Welch's interval, by SciPy."""
    found = stats.ttest_ind(group, reference, equal_var=False)
    low, high = found.confidence_interval(level)
    return Estimate(float(group.mean() - reference.mean()), float(low), float(high), float(found.pvalue))


def least_squares(y: np.ndarray, columns: dict[str, np.ndarray], level: float) -> dict[str, Estimate]:
    """Returns the coefficient of each column beside a constant, with Student's intervals.

    Raises ValueError where a column can be had from the others, and where there are too few people.
    """
    X = np.column_stack([np.ones(len(y)), *columns.values()])
    free = len(y) - X.shape[1]
    if free < 1:
        raise ValueError(f"{len(y)} people are too few for {X.shape[1]} coefficients.")
    if np.linalg.matrix_rank(X / np.maximum(np.linalg.norm(X, axis=0), 1e-300)) < X.shape[1]:
        raise ValueError(f"One of {', '.join(columns)} is the same for everybody or follows from the others: it has no slope.")
    Q, R = np.linalg.qr(X)
    b = np.linalg.solve(R, Q.T @ y)
    inverse = np.linalg.inv(R)
    errors = np.sqrt(np.sum((y - X @ b) ** 2) / free * np.sum(inverse**2, axis=1))
    reach = stats.t.ppf((1 + level) / 2, free)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stats.t.sf(np.abs(b / errors), free)
    made = zip(columns, b[1:], errors[1:], p[1:], strict=True)
    return {name: Estimate(float(v), float(v - reach * e), float(v + reach * e), float(q)) for name, v, e, q in made}


def mixed(
    y: np.ndarray, columns: dict[str, np.ndarray], groups: np.ndarray, times: np.ndarray, level: float
) -> tuple[dict[str, Estimate], bool]:
    """Returns the coefficients of a mixed model with an intercept and a slope over time for each person, by statsmodels, and
    whether it converged."""
    MixedLM = needed("statsmodels.regression.mixed_linear_model", "workbook").MixedLM
    X = np.column_stack([np.ones(len(y)), *columns.values()])
    with warnings.catch_warnings():
        # What it would warn of is said by whether it converged.
        warnings.simplefilter("ignore")
        fit = MixedLM(y, X, groups, np.column_stack([np.ones(len(y)), times])).fit(method=["lbfgs", "bfgs", "powell"])
    ends = fit.conf_int(1 - level)
    size = len(columns)
    found = zip(columns, fit.fe_params[1:], ends[1 : size + 1], fit.pvalues[1 : size + 1], strict=True)
    return {name: Estimate(float(v), float(e[0]), float(e[1]), float(q)) for name, v, e, q in found}, bool(fit.converged)


def dummies(labels: np.ndarray, arms: Sequence[str]) -> dict[str, np.ndarray]:
    """Returns, for each arm but the first, who is in it."""
    return {arm: (np.asarray(labels) == arm).astype(float) for arm in list(arms)[1:]}
