"""Recovery: parameters fitted to diaries, and which of them the diaries can tell at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from scipy.optimize import brentq, least_squares
from scipy.stats import chi2, qmc

from socioaffective.checks import interval, mapped, number, unknown, whole
from socioaffective.model import Model, a_model
from socioaffective.simulation.runs import simulate
from socioaffective.trials.people import refuse_words
from socioaffective.trials.scales import Scale, scales_of

MOST_FREE, MOST_STARTS = 8, 50
WORDS = ("diaries", "free", "error", "level", "starts")
LEVELS = (0.5, 0.9999)
# A step of differences that the exactness of a run, 1e-9, can bear.
STEP = 1e-5


@dataclass(frozen=True)
class Recovery:
    """What was recovered; made by `sa.recover`.

    `.estimates`, the best value of each free parameter; `.intervals`, where the profile likelihood stays below its threshold,
    an end on a bound being open; `.identified`, whether both ends are closed, inside the bounds; `.profiles`, a Dataset over
    `parameter` and `point` with the `value` that was held and the `deviance` of the best fit there, `attrs["threshold"]`;
    `.starts`, each start of the optimiser, where it ended and how well; `.deviance` of the best fit beside `.readings`, how
    many were fitted.

    >>> import socioaffective as sa
    >>> person = sa.simulate(sa.models.need, 20, dt=1)[["satisfaction"]]
    >>> sa.recover(sa.models.need, person, {"gain": (0.02, 1)}, error=0.02, points=3)
    Recovery from 21 readings
      gain: 0.1, 0.0958 to 0.104, identified
    """

    estimates: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    identified: dict[str, bool]
    profiles: xr.Dataset
    starts: xr.Dataset
    deviance: float
    readings: int

    def __repr__(self) -> str:
        width = max(map(len, self.estimates))
        rows = []
        for name, value in self.estimates.items():
            low, high = self.intervals[name]
            said = "identified" if self.identified[name] else "not identified"
            rows.append(f"  {name:>{width}}: {value:.3g}, {low:.3g} to {high:.3g}, {said}")
        return "\n".join([f"Recovery from {self.readings} readings", *rows])


def recover(
    model: Model,
    diaries: xr.Dataset,
    free: Mapping[str, tuple[float, float]],
    error: Any = None,
    *,
    start: Mapping[str, Any] | None = None,
    level: float = 0.95,
    points: int = 15,
    starts: int = 4,
    seed: int = 0,
    **settings: Any,
) -> Recovery:
    """Returns parameters fitted to diaries by weighted least squares, and which of them the diaries can tell.

    Inputs: `model`; `diaries`, a Dataset over `time` (and `person`) whose variables are states or observables, such as
    `study.data`; `free`, a mapping from what is fitted, parameters, levers, inputs or states (for their start), to bounds;
    `error`, the standard deviation of a reading, in the unit of the quantity, a mapping of those, or scales ("BPNSFS", a
    `sa.trials.Scale`, a mapping), whose points are then read back; estimated from the fit, the same for all, unless told.
    Keywords: `start` and every setting that is known, one value or one entry a person; `starts` of the optimiser, spread
    evenly; `points` of each profile; `level` of the intervals; `seed`.

    Everybody shares what is free. The likelihood is Gaussian. A profile holds one parameter at a value and fits the others
    anew: where it stays below the chi-square threshold up to a bound the data cannot tell the parameter (it is *not
    identified*), even if the optimiser reports a value. All this speaks of the model as it is given; that a parameter is
    recovered from the model's own diaries does not say that the model describes anybody.

    Raises ValueError for unknown names, bounds outside those of the model, waves that are not evenly spaced from a common
    step, and fewer readings than parameters.

    Source: Raue and others 2009, Bioinformatics 25, 1923 [recalled, verify], for identifiability by profile likelihoods.

    >>> import socioaffective as sa
    >>> person = sa.simulate(sa.models.need, 20, dt=1, gain=0.2, loss=0.05)[["satisfaction"]]
    >>> bounds = {"gain": (0.02, 1), "loss": (0.02, 1)}
    >>> found = sa.recover(sa.models.need, person, bounds, error=0.02, starts=1, points=3)
    >>> found.identified, round(found.estimates["gain"], 3)
    ({'gain': True, 'loss': True}, 0.2)
    >>> bounds = {"gain": (0.02, 1), "support": (0.2, 4)}
    >>> sa.recover(sa.models.need, person, bounds, error=0.02, loss=0.05, starts=1, points=3).identified
    {'gain': False, 'support': False}
    """
    refuse_words(a_model(model), WORDS, "recover")
    bounds = _bounds(model, free, start, settings)
    number(level, "level", LEVELS)
    misfit, size = _misfit(model, diaries, error, dict(mapped(start, "start", "{'ties': 0.5}")), settings, list(bounds))
    if size <= len(bounds):
        raise ValueError(f"{size} readings are too few for {len(bounds)} parameters.")
    fit = _Fit(misfit, np.array(list(bounds.values())), size, error is None)
    begun = qmc.LatinHypercube(len(bounds), rng=whole(seed, "seed")).random(whole(starts, "starts", 1, MOST_STARTS))
    ends = [fit.best(first, {}) for first in begun]
    best = min(ends, key=lambda end: end[1])
    threshold = float(chi2.ppf(level, 1))
    profiles = [fit.profile(k, best, threshold, whole(points, "points", 3, 101)) for k in range(len(bounds))]
    names = list(bounds)
    values = lambda shares: fit.low + np.asarray(shares) * fit.span  # noqa: E731
    table = xr.Dataset(
        {
            "value": (("parameter", "point"), [fit.low[k] + fit.span[k] * p.shares for k, p in enumerate(profiles)]),
            "deviance": (("parameter", "point"), [p.rises for p in profiles]),
        },
        {"parameter": names},
        {"threshold": threshold, "level": level},
    )
    record = xr.Dataset(
        {"begun": (("start", "parameter"), values(begun)), "ended": (("start", "parameter"), values([e[0] for e in ends])),
         "deviance": ("start", [e[1] for e in ends])},
        {"parameter": names, "start": np.arange(len(ends))},
    )  # fmt: skip
    found = zip(names, profiles, strict=True)
    ends_of = {n: [float(fit.low[k] + fit.span[k] * e) for e in p.ends] for k, (n, p) in enumerate(found)}
    intervals = {n: (low, high) for n, (low, high) in ends_of.items()}
    closed = {n: all(p.closed) for n, p in zip(names, profiles, strict=True)}
    return Recovery(dict(zip(names, map(float, values(best[0])), strict=True)), intervals, closed, table, record, best[1], size)


def _bounds(model: Model, free: Any, start: Any, settings: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Returns the bounds of what is fitted, once they are inside those of the model."""
    table = mapped(free, "free", "{'gain': (0.02, 1)}")
    if not 1 <= len(table) <= MOST_FREE:
        raise ValueError(
            f"From one to {MOST_FREE} parameters are fitted, such as free={{'gain': (0.02, 1)}}; here are {len(table)}."
        )
    known = {**model.states, **model.settings}
    result = {}
    for name, pair in table.items():
        if name not in known:
            raise unknown("parameter, lever, input or state to fit", name, known)
        if name in settings or name in (start or {}):
            raise ValueError(f"'{name}' is free and given too. Give it once.")
        low, high = interval(pair, f"'{name}'")
        for end in (low, high):
            number(end, f"A bound of '{name}'", known[name].bounds)
        result[name] = (low, high)
    return result


def _misfit(
    model: Model, diaries: Any, error: Any, start: dict[str, Any], settings: Mapping[str, Any], names: list[str]
) -> tuple[Callable[[np.ndarray], np.ndarray], int]:
    """Returns a function from values of what is fitted to the residuals of all readings, in their errors, and their number."""
    if not isinstance(diaries, xr.Dataset) or "time" not in diaries.dims:
        raise TypeError(f"diaries must be a Dataset over time, such as study.data, not {type(diaries).__name__}.")
    known = {**model.states, **model.observables}
    measured = [str(name) for name in diaries.data_vars]
    if other := next((name for name in measured if name not in known), None):
        raise unknown(f"state or observable of '{model.title}' in the diaries", other, known)
    if not measured:
        raise ValueError("These diaries have no variables: measure at least one state or observable.")
    errors, scales = _errors(error, measured)
    rows = []
    for name in measured:
        values = diaries[name].transpose("time", ...).values.astype(float)
        low, high = known[name].bounds
        _refuse_unit(name, values, (scales[name].low, scales[name].high) if name in scales else (low, high), name in scales)
        if name in scales:
            # Points back to the level that they stand for.
            values = low + (high - low) * (values - scales[name].low) / (scales[name].high - scales[name].low)
        rows.append(values / errors[name])
    seen = np.stack([row.reshape(len(row), -1) for row in rows])
    there = np.isfinite(seen)
    length, step, at = _grid(diaries["time"].values)
    weights = np.array([1 / errors[name] for name in measured])[:, None, None]

    def misfit(values: np.ndarray) -> np.ndarray:
        tried = dict(zip(names, map(float, values), strict=True))
        begin = {**start, **{n: v for n, v in tried.items() if n in model.states}}
        given = {**settings, **{n: v for n, v in tried.items() if n not in model.states}}
        run = simulate(model, length, begin, dt=step, **given)
        said = np.stack([run[n].values.reshape(run.sizes["time"], -1)[at] for n in measured])
        return (weights * said - seen)[there]

    return misfit, int(there.sum())


def _refuse_unit(name: str, values: np.ndarray, ends: tuple[float, float], scaled: bool) -> None:
    """Raises ValueError for readings that are plainly in another unit than is said."""
    seen = values[np.isfinite(values)]
    middle = np.median(seen) if len(seen) else ends[0]
    if (scaled and len(seen) and (seen.min() < ends[0] or seen.max() > ends[1])) or not ends[0] <= middle <= ends[1]:
        said = (
            "points of the scale given as error="
            if scaled
            else "its own unit; were they read with a scale, give that as error="
        )
        raise ValueError(f"The readings of '{name}', around {middle:.3g}, are not from {ends[0]:g} to {ends[1]:g}, {said}.")


def _errors(error: Any, measured: list[str]) -> tuple[dict[str, float], dict[str, Scale]]:
    """Returns the standard deviation of a reading of each quantity, and the scales whose points are read."""
    several = isinstance(error, Mapping)
    if isinstance(error, (Scale, str)) or (several and any(isinstance(one, Scale) for one in error.values())):
        scales = scales_of({n: s for n, s in error.items() if n in measured} if several else error, measured)
        if lacking := [name for name in measured if name not in scales]:
            raise ValueError(f"'{lacking[0]}' has no scale: give one for everything in the diaries, or select what has one.")
        # Rounding to whole points adds the variance of a uniform error of each item.
        each = {n: (s.error**2 + 1 / (12 * s.items * (s.high - s.low) ** 2)) ** 0.5 for n, s in scales.items()}
        return each, scales
    if several:
        if lacking := [name for name in measured if name not in error]:
            raise ValueError(f"'{lacking[0]}' has no error: give one for everything in the diaries.")
        return {n: number(error[n], f"The error of '{n}'", (1e-9, 1e9)) for n in measured}, {}
    return dict.fromkeys(measured, 1.0 if error is None else number(error, "error", (1e-9, 1e9))), {}


def _grid(times: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Returns the length and the step of a run that has all waves on its grid, and where they are."""
    gaps = np.diff(np.r_[0.0, times]) if times[0] > 0 else np.diff(times)
    if times[0] < 0 or not len(gaps) or (gaps <= 0).any():
        raise ValueError("The waves of the diaries must be at least two rising times from week 0 on.")
    step = float(gaps.min())
    at = np.round(times / step).astype(int)
    if np.abs(at * step - times).max() > 1e-6 * step:
        raise ValueError(f"The waves must be whole multiples of their shortest gap, {step:g} weeks; these are not.")
    return float(at[-1] * step), step, at


@dataclass(frozen=True)
class _Profile:
    """A profile: where a parameter was held, as a share of its bounds, by how much the deviance rose, and its interval."""

    shares: np.ndarray
    rises: np.ndarray
    ends: tuple[float, float]
    closed: tuple[bool, bool]


class _Fit:
    """Fits of shares of the bounds, so that all parameters are of one size."""

    def __init__(self, misfit: Callable, bounds: np.ndarray, size: int, unknown_error: bool) -> None:
        self.misfit, self.size, self.unknown_error = misfit, size, unknown_error
        self.low, self.span = bounds[:, 0], np.ptp(bounds, axis=1)

    def deviance(self, squares: float) -> float:
        """Returns minus twice the log-likelihood, but for a constant."""
        return self.size * float(np.log(max(squares, 1e-300) / self.size)) if self.unknown_error else squares

    def best(self, first: np.ndarray, held: Mapping[int, float]) -> tuple[np.ndarray, float]:
        """Returns the best shares with some held, from a first guess, and their deviance."""
        shares = np.array(first, dtype=float)
        for k, value in held.items():
            shares[k] = value
        loose = [k for k in range(len(shares)) if k not in held]

        def residuals(x: np.ndarray) -> np.ndarray:
            shares[loose] = x
            return self.misfit(self.low + np.clip(shares, 0, 1) * self.span)

        if not loose:
            return shares, self.deviance(float(np.sum(residuals(np.empty(0)) ** 2)))
        inside = np.clip(shares[loose], 1e-6, 1 - 1e-6)
        found = least_squares(residuals, inside, bounds=(0, 1), diff_step=STEP, xtol=1e-6, ftol=1e-8, gtol=1e-8, max_nfev=60)
        shares[loose] = found.x
        return shares, self.deviance(2 * float(found.cost))

    def profile(self, k: int, best: tuple[np.ndarray, float], threshold: float, points: int) -> _Profile:
        """Returns the profile of one parameter, walked from the best fit to both sides."""
        known = {float(best[0][k]): best}

        def rise(share: float) -> float:
            if share not in known:
                near = min(known, key=lambda other: abs(other - share))
                known[share] = self.best(known[near][0], {k: share})
            return known[share][1] - best[1]

        here = float(best[0][k])
        ends, closed = zip(*(_end(rise, here, bound, threshold) for bound in (0.0, 1.0)), strict=True)
        # A little beyond a closed end, so that the curve is seen to cross the threshold.
        wide = [end + 0.4 * (end - here) if shut else end for end, shut in zip(ends, closed, strict=True)]
        low, high = np.clip(wide, 0, 1)
        half = points // 2
        shares = np.r_[np.linspace(low, here, half + 1), np.linspace(here, high, points - half)[1:]]
        # From the middle outwards, so that each fit begins at a neighbour's.
        rises = {share: rise(float(share)) for share in sorted(shares, key=lambda share: abs(share - here))}
        return _Profile(shares, np.array([rises[share] for share in shares]), (float(ends[0]), float(ends[1])), closed)


def _end(rise: Callable[[float], float], here: float, bound: float, threshold: float) -> tuple[float, bool]:
    """Returns where a profile crosses its threshold on the way to a bound, and whether it does before the bound."""
    inside, step = here, 0.01
    while abs(bound - inside) > 1e-9:
        outside = inside + np.sign(bound - here) * min(step, abs(bound - inside))
        if rise(float(outside)) > threshold:
            return float(brentq(lambda share: rise(float(share)) - threshold, inside, outside, xtol=1e-4)), True
        inside, step = float(outside), 2 * step
    return bound, False
