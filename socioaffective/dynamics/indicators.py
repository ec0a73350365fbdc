"""Indicators: what noise says about a rest point before it is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
import xarray as xr
from scipy.linalg import expm, solve_continuous_lyapunov, solve_discrete_lyapunov
from scipy.ndimage import correlate1d
from scipy.stats import kendalltau

from socioaffective.checks import number, unknown
from socioaffective.compile import compiled, jacobian
from socioaffective.dynamics.equilibrium import Equilibrium, settings_of
from socioaffective.dynamics.timescales import rest_at
from socioaffective.model import CLOCKS, Model, a_model

DETRENDS = ("gaussian", "past", "linear", "none")
LEAST_POINTS = 10
# Windows times points in each times people, and what a window costs beside that; about ten seconds.
MOST_WORK, A_WINDOW = 1e9, 5_000
# Points times those under the bell times people; about as long.
MOST_SMOOTHING = 5e9


@dataclass(frozen=True)
class LinearNoise:
    """What noise does near a stable rest point: `covariance` (in the order of the states), `variance` by state name,
    `return_rate` of the slowest mode per week (per step), and `at`, the rest point."""

    covariance: np.ndarray
    variance: dict[str, float]
    return_rate: float
    at: Equilibrium
    slope: np.ndarray
    clock: str

    def autocorrelation(self, lag: float) -> dict[str, float]:
        """Returns the correlation of each state with itself `lag` weeks (steps) later; NaN for one that noise never moves."""
        lag = number(lag, "lag", (0, np.inf))
        if self.clock == "discrete" and lag != int(lag):
            raise ValueError(f"lag must be a whole number of steps, not {lag:g}.")
        later = np.linalg.matrix_power(self.slope, int(lag)) if self.clock == "discrete" else expm(self.slope * lag)
        size = np.diag(self.covariance)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(size > 0, np.diag(later @ self.covariance) / size, np.nan)
        return dict(zip(self.variance, map(float, share), strict=True))

    def __repr__(self) -> str:
        each = ", ".join(f"{name} {value**0.5:.4g}" for name, value in self.variance.items())
        return f"LinearNoise(sd {each}; return rate {self.return_rate:.4g} per {CLOCKS[self.clock]})"


def linear_noise(model: Model, at: Equilibrium | Mapping[str, float] | None = None, **settings: float) -> LinearNoise:
    """Returns the variances, correlations and return rate that small noise has at a stable rest point, in closed form.

    Inputs: `model`, with noise; `at`, an `Equilibrium` or enough states to tell it from other rest points, otherwise the one
    that the run without noise from the model's start reaches; settings by name.

    The equations are made linear at the rest point, with Jacobian J, and the noise is taken as it is there, with sizes D on
    the diagonal; the covariance C solves J C + C J' + D^2 = 0 (J C J' - C + D^2 = 0 for a discrete model). This holds for
    noise so small that the run stays where the equations are nearly straight; it knows nothing of tipping.

    Raises ValueError for a model without noise, a rest point that is not stable, an unknown name or a value out of bounds.

    Source: Gardiner 2009, Stochastic Methods, chapter 4 (the multivariate Ornstein-Uhlenbeck process).

    >>> import socioaffective as sa
    >>> x = sa.state("mood", bounds=(-3, 3))
    >>> near = sa.linear_noise(sa.Model("Mood", {x: -x / 2}, noise={x: 0.4}))
    >>> near, round(near.autocorrelation(2)["mood"], 4)
    (LinearNoise(sd mood 0.4; return rate 0.5 per week), 0.3679)
    """
    noisy(model)
    point = rest_at(model, at, settings)
    if not point.stable:
        raise ValueError(f"Linear noise needs a stable rest point; {point} is not. Noise carries runs away from it.")
    y, p = np.array(list(point.state.values())), settings_of(model, settings)
    slope = jacobian(model)(y, p)
    sizes = compiled(model, tuple(model.noise.get(x, sympy.S.Zero) for x in model.equations), "array")(y, p)
    if not np.isfinite(sizes).all() or not sizes.any():
        raise ValueError(f"The noise of '{model.title}' at {point} is {sizes.tolist()}; it must be finite and not all 0.")
    spread = np.diag(sizes**2)
    if model.clock == "discrete":
        covariance = solve_discrete_lyapunov(slope, spread)
        with np.errstate(divide="ignore"):
            rate = -float(np.log(np.abs(point.eigenvalues).max()))
    else:
        covariance = solve_continuous_lyapunov(slope, -spread)
        rate = -float(point.eigenvalues.real.max())
    variance = dict(zip(model.states, map(float, np.diag(covariance)), strict=True))
    return LinearNoise(covariance, variance, rate, point, slope, model.clock)


def noisy(model: Any) -> None:
    if not a_model(model).noise:
        raise ValueError(f"'{model.title}' has no noise. Give it some: sa.Model(..., noise={{state: size}}).")


def early_warning(
    run: xr.Dataset,
    name: str,
    window: float | None = None,
    detrend: str = "gaussian",
    bandwidth: float | None = None,
    lag: float | None = None,
) -> xr.Dataset:
    """Returns rolling variance, autocorrelation and return rate of one variable of a run, and the trend of each.

    Inputs: `run`, with noise, as `sa.simulate` gives it, of one person or many; `name`, a state, lever or observable.
    Keywords, in the run's own time: `window`, the length of what each value is computed from (half of the record); `lag`, of
    the autocorrelation (one point of the record); `detrend` and its `bandwidth` (a tenth of the record):

    - "gaussian" takes off a smooth line, weights by a bell curve with sd `bandwidth` **on both sides**: each value then knows
      a little of the future, so it is for looking back;
    - "past" takes off the same with the past half of the bell alone; "linear" takes a straight line off each window; "none"
      takes off the mean of each window, so that a drift of the mean counts as variance. These three use only what lies before.

    A value stands at the end of its window. `return_rate` is -ln(autocorrelation)/lag, NaN where that is not above 0.
    `variance_trend`, `autocorrelation_trend` and `return_rate_trend` are Kendall's tau with time. Windows overlap, so its usual
    p-value means nothing here: `sa.alarm_rates` says how often such a trend comes by chance.

    Raises ValueError for an unknown name, a series that is constant or has gaps, points that are not evenly spaced, and a
    window, bandwidth or lag that does not fit the record.

    Source: Dakos and others 2008, PNAS 105; Scheffer and others 2009, Nature 461.

    >>> import socioaffective as sa
    >>> x = sa.state("mood", bounds=(-3, 3))
    >>> run = sa.simulate(sa.Model("Mood", {x: -x / 2}, noise={x: 0.4}), weeks=200, dt=0.5, seed=1)
    >>> signs = sa.early_warning(run, "mood", window=100)
    >>> list(signs.data_vars)[:3], signs["variance"].dims, signs.sizes["time"]
    (['variance', 'autocorrelation', 'return_rate'], ('time',), 401)
    """
    series, step = _series(run, name)
    if detrend not in DETRENDS:
        raise unknown("detrend", detrend, DETRENDS)
    times, span = series["time"].values, step * (series.sizes["time"] - 1)
    lag = in_points(lag, "lag", step, 1, len(times))
    width = in_points(window, "window", step, len(times) // 2, len(times) - 1)
    if width < LEAST_POINTS + lag:
        raise ValueError(
            f"A window of {width} points, {step:g} apart, is too short for a lag of {lag}: it needs {LEAST_POINTS + lag} or "
            "more. Give a longer window= or a record with more points."
        )
    if detrend in ("gaussian", "past"):
        bell = number(span / 10 if bandwidth is None else bandwidth, "bandwidth", (step, span)) / step
    elif bandwidth is not None:
        raise ValueError(f"bandwidth belongs to detrend='gaussian' or 'past', not to '{detrend}'.")
    values = series.values.reshape(len(times), -1)
    refuse_long(len(times), width, values.shape[1])
    if detrend in ("gaussian", "past") and 8 * bell * values.size > MOST_SMOOTHING:
        raise ValueError(
            f"A bell with sd {bell * step:g} is too wide to smooth a record of {len(times):,} points. Thin it first, such as "
            "run.isel(time=slice(None, None, 10)), or give a smaller bandwidth=."
        )
    values = values - values.mean(axis=0)
    if detrend in ("gaussian", "past"):
        values = values - _smooth(values, bell, detrend == "past")
    signs = _rolling(values, width, lag, detrend == "linear")
    with np.errstate(all="ignore"):
        signs["return_rate"] = np.where(signs["autocorrelation"] > 0, -np.log(signs["autocorrelation"]) / (lag * step), np.nan)
    dims, shape = series.dims, series.shape
    result = xr.Dataset(coords=series.coords, attrs={"of": name, "window": width * step, "lag": lag * step, "detrend": detrend})
    units = {"return_rate": f"1/{series['time'].attrs.get('units', '').removesuffix('s')}"}
    for sign, table in signs.items():
        attrs = {"long_name": f"{sign.replace('_', ' ')} of {name}", "units": units.get(sign, "1")}
        result[sign] = (dims, table.reshape(shape), attrs)
    for sign, table in signs.items():
        attrs = {"long_name": f"Kendall's tau of the {sign.replace('_', ' ')} with time", "units": "1"}
        result[f"{sign}_trend"] = (dims[1:], taus(times, table).reshape(shape[1:]), attrs)
    return result


def _series(run: Any, name: Any) -> tuple[xr.DataArray, float]:
    """Returns a variable of a run with time first, and the step of its record, once it can be analysed."""
    if not isinstance(run, xr.Dataset) or "time" not in run.dims:
        raise TypeError(f"early_warning needs a result of sa.simulate, not {type(run).__name__}.")
    allowed = [str(n) for n, v in run.data_vars.items() if "time" in v.dims]
    if name not in allowed:
        raise unknown("variable over time in this run", name, allowed)
    series = run[name].transpose("time", ...).astype(float)
    times = series["time"].values
    if len(times) < 2 * LEAST_POINTS:
        raise ValueError(f"This record has {len(times)} points; at least {2 * LEAST_POINTS} are needed.")
    gaps = np.diff(times)
    if not np.allclose(gaps, gaps.mean(), rtol=1e-6):
        raise ValueError("The points of this record are not evenly spaced. Simulate with a dt that divides weeks, or select.")
    values = series.values.reshape(len(times), -1)
    bad = ~np.isfinite(values).all(axis=1)
    if bad.any():
        raise ValueError(f"'{name}' is no number at time {times[bad.argmax()]:g}. Select the record before it first: "
                         "run.sel(time=slice(None, ...)).")  # fmt: skip
    if not values.size or (np.ptp(values, axis=0) <= 1e-12 * np.abs(values).max(axis=0)).any():
        raise ValueError(f"'{name}' does not vary over this record, so there is nothing to measure. Does the model have noise?")
    return series, float(gaps.mean())


def refuse_long(points: int, width: int, people: int) -> None:
    """Raises ValueError where going through every window of a record would take more than about ten seconds."""
    work = (points - width + 1) * (width * people + A_WINDOW)
    if work > MOST_WORK:
        raise ValueError(
            f"A record of {points:,} points and {people:,} people is too long to go through every window of {width:,}: that is "
            f"{work / MOST_WORK:.2g} times what takes ten seconds. Thin it first, such as run.isel(time=slice(None, None, 10)) "
            "or a longer every=, or give a shorter window=."
        )


def in_points(given: Any, what: str, step: float, default: int, most: int) -> int:
    """Returns a length in time as a whole number of points."""
    if given is None:
        return default
    exact = number(given, f"{what} (in the time of the run)") / step
    points = round(exact)
    if abs(exact - points) > 1e-6 * max(points, 1) or not 1 <= points <= most:
        raise ValueError(f"{what} must be a multiple of {step:g}, the spacing of this record, and at most {most * step:g}, not "
                         f"{given:g}.")  # fmt: skip
    return points


def _smooth(values: np.ndarray, bell: float, past: bool) -> np.ndarray:
    """Returns each column smoothed by a Gaussian kernel with sd `bell`, at the ends with what there is."""
    reach = min(int(np.ceil(4 * bell)), len(values) - 1)
    weight = np.exp(-0.5 * (np.arange(-reach, reach + 1) / bell) ** 2)
    if past:
        weight[reach + 1 :] = 0
    total = correlate1d(np.ones(len(values)), weight, mode="constant")
    return correlate1d(values, weight, axis=0, mode="constant") / total[:, None]


def _rolling(values: np.ndarray, width: int, lag: int, straight: bool) -> dict[str, np.ndarray]:
    """Returns variance and autocorrelation in each window, at its last point; NaN before the first is full."""
    variance, again = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    centred = np.arange(width) - (width - 1) / 2
    scale = np.ptp(values, axis=0)
    for last in range(width - 1, len(values)):
        piece = values[last - width + 1 : last + 1]
        piece = piece - piece.mean(axis=0)
        if straight:
            piece = piece - np.outer(centred, centred @ piece / (centred @ centred))
        variance[last] = (piece**2).sum(axis=0) / (width - 1)
        early, late = piece[:-lag] - piece[:-lag].mean(axis=0), piece[lag:] - piece[lag:].mean(axis=0)
        with np.errstate(all="ignore"):
            ratio = (early * late).sum(axis=0) / np.sqrt((early**2).sum(axis=0) * (late**2).sum(axis=0))
        # What is left of a constant stretch is rounding.
        again[last] = np.where(variance[last] > (1e-12 * scale) ** 2, ratio, np.nan)
    return {"variance": variance, "autocorrelation": again}


def taus(times: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Returns Kendall's tau of each column with time; NaN for fewer than three numbers."""
    there = [np.isfinite(column) for column in table.T]
    pairs = zip(table.T, there, strict=True)
    return np.array([kendalltau(times[t], column[t]).statistic if t.sum() > 2 else np.nan for column, t in pairs])
