"""Alarms: how often an early warning of a rest point that is about to be lost is right."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy
import xarray as xr
from scipy.optimize import brentq
from scipy.stats import rankdata

from socioaffective.checks import number, unknown, whole
from socioaffective.compile import compiled
from socioaffective.dynamics.equilibrium import Equilibrium, equilibria, settings_of
from socioaffective.dynamics.indicators import early_warning, in_points, noisy, refuse_long, taus
from socioaffective.dynamics.timescales import rest_at
from socioaffective.model import Model
from socioaffective.shares import wilson
from socioaffective.simulation.events import watches
from socioaffective.simulation.given import drawn
from socioaffective.simulation.runs import simulate

# Which way each indicator moves when a rest point is about to be lost.
INDICATORS = {"variance": 1, "autocorrelation": 1, "return_rate": -1}
MOST_RUNS = 2_000
# Half-width of a 95 % interval in standard deviations.
Z = 1.959964
# Numbers that the runs of one kind hold, 1.6 GB, and seconds that both kinds may take.
MOST_NUMBERS, MOST_SECONDS = 2e8, 30


def alarm_rates(
    model: Model,
    name: str,
    setting: str,
    ramp: tuple[float, float],
    /,
    *,
    tipped: Any,
    weeks: float = 208,
    every: float = 1.0,
    runs: int = 100,
    seed: int = 0,
    indicator: str = "variance",
    window: float | None = None,
    detrend: str = "linear",
    bandwidth: float | None = None,
    lag: float | None = None,
    at: Equilibrium | Mapping[str, float] | None = None,
    **settings: float,
) -> xr.Dataset:
    """Returns how often an early-warning alarm is false and how often it is missed, over thresholds, by simulation.

    Inputs: `model`, with noise; `name`, the state or observable that is watched; `setting`, the parameter, lever or input that
    drifts, and `ramp`, from where to where. `runs` runs drift evenly over `weeks`; as many others, with other noise, stay at
    the first value. All begin at the stable rest point there (`at` says which, as in `sa.linear_noise`). Each is observed
    `every` so many weeks, and the setting moves just after each observation.

    `tipped` is an expression in the model's symbols that crosses zero when a run has tipped, such as `ties - 0.2`. Only the
    record before that is used: a drifting run and the resting one that it is paired with are both cut at the earlier of their
    crossings, so that their records are of one length. Pairs cut before three values of the indicator are there are left out
    and counted.

    The alarm of a record is that the Kendall tau of `indicator` ("variance", "autocorrelation", or "return_rate" with its sign
    turned) exceeds the threshold. `window`, `detrend`, `bandwidth` and `lag` are those of `sa.early_warning`, without
    "gaussian", which would know the future.

    Returns a Dataset over `threshold`: `false_alarms` and `misses`, shares of runs, each with the ends `_low` and `_high` of
    its 95 % interval (Wilson); `held_trend` and `ramped_trend` over `run`; in `attrs` the area under the curve `auc` (0.5 is
    chance), the ends `auc_low` and `auc_high` of its 95 % interval, `auc_error`, half its width in standard errors, and the
    pairs `used` and `left_out`. All of it speaks of this model, ramp and record.

    The step of the runs is a tenth of the shortest time constant of the stable rest points at both ends of the ramp, or less.
    Raises ValueError for an unknown name, a value outside its bounds, a model without noise, where nothing is left, and where
    it would take more than half a minute or 1.6 GB.

    Source: Boettiger and Hastings 2012, Journal of the Royal Society Interface 9, for the design; Newcombe 2006, Statistics in
    Medicine 25, method 5 [recalled, verify], for the interval of the area, which has a width at an area of 1 too.

    >>> import socioaffective as sa
    >>> x = sa.state("x", start=1, bounds=(-1, 2))
    >>> r = sa.parameter("r", 1, (0, 1))
    >>> fold = sa.Model("Fold", {x: r - x**2}, noise={x: 0.05})
    >>> rates = sa.alarm_rates(fold, "x", "r", (1, 0.05), tipped=x, weeks=300, runs=20)
    >>> rates.attrs["auc"] > 0.8, rates.attrs["left_out"]
    (True, 0)
    """
    noisy(model)
    first, last = _ends_of(model, name, setting, ramp, indicator, detrend, settings)
    count = whole(runs, "runs (of each kind)", 2, MOST_RUNS)
    length = number(weeks, "weeks (the length of the ramp)", (1e-6, 1e6))
    apart = number(every, "every (between two observations)", (1e-6, length))
    held: dict[str, Any] = {**settings, setting: first}
    point = rest_at(model, at, held)
    if not point.stable:
        raise ValueError(f"The ramp must begin at a stable rest point; {point} is not. Runs would leave it at once.")
    line = watches(model, {"tipped": tipped})["tipped"]
    frozen = _frozen(model, line, point, settings_of(model, held))
    steps = int(length / apart * (1 + 1e-12))
    parts = _parts(model, apart, point, {**held, setting: last})
    _refuse_much(model, steps, parts, count)
    refuse_long(steps + 1, in_points(window, "window", apart, (steps + 1) // 2, steps), count)
    start = {n: np.full(count, v) for n, v in point.state.items()}
    drift = {apart * k: {setting: float(v)} for k, v in enumerate(np.linspace(first, last, steps + 1))}
    signs, ends, left_bounds = [], [], ""
    roots = np.random.SeedSequence(drawn(model, seed, 0, 0)[1]).generate_state(2).tolist()
    for root, changes in zip(roots, (None, drift), strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            run = simulate(frozen, apart * steps, start, seed=root, dt=apart / parts, interventions=changes,
                           events={"tipped_at": line}, **held)  # fmt: skip
        left_bounds = left_bounds or run.attrs["left_bounds"]
        record = run[[name]].isel(time=slice(None, None, parts))
        signs.append(early_warning(record, name, window, detrend, bandwidth, lag)[indicator])
        ends.append(run["tipped_at"].fillna(np.inf).values)
    if left_bounds:
        warnings.warn(f"In a run of '{model.title}' {left_bounds}", stacklevel=2)
    before = signs[0]["time"].values[:, None] < np.minimum(*ends)
    trends = [taus(s["time"].values, np.where(before, s.values, np.nan)) * INDICATORS[indicator] for s in signs]
    kept = np.isfinite(trends).all(axis=0)
    if kept.sum() < 2:
        raise ValueError(f"{int(kept.sum())} of {count} pairs last long enough for three values of the indicator. Give a "
                         "shorter window=, a slower ramp (weeks=), or less noise.")  # fmt: skip
    held_trend, ramped_trend = (trend[kept] for trend in trends)
    return _scored(held_trend, ramped_trend, indicator).assign_attrs(left_out=int((~kept).sum()))


def _ends_of(
    model: Model, name: str, setting: str, ramp: Any, indicator: str, detrend: str, settings: Mapping[str, float]
) -> tuple[float, float]:
    """Returns the ends of a ramp, once what is ramped, what is watched and how are known."""
    if setting not in list(model.settings):
        raise unknown("parameter, lever or input to ramp", setting, model.settings)
    if setting in settings:
        raise ValueError(f"'{setting}' is ramped; do not give it as a keyword too.")
    watched = [*model.states, *model.observables]
    if name not in watched:
        raise unknown("state or observable to watch", name, watched)
    if indicator not in list(INDICATORS):
        raise unknown("indicator", indicator, INDICATORS)
    if detrend == "gaussian":
        raise ValueError("An alarm cannot use the future, as detrend='gaussian' does; choose 'past', 'linear' or 'none'.")
    try:
        first, last = ramp
    except (TypeError, ValueError):
        raise TypeError(f"ramp must be a pair (from, to), not {ramp!r}.") from None
    first, last = (number(v, f"An end of the ramp of '{setting}'", model.settings[setting].bounds) for v in (first, last))
    return first, last


def _parts(model: Model, apart: float, point: Equilibrium, settings: Mapping[str, float]) -> int:
    """Returns how many steps are between two observations, from a rest point to those under the last settings."""
    if model.clock == "discrete":
        return 1
    # Steps short beside the fastest rate, so that Euler's method does not add a variance of its own.
    ends = [point, *(e for e in equilibria(model, **settings) if e.stable)]
    return int(np.ceil(apart * max(16, 10 * max(np.abs(e.eigenvalues).max() for e in ends))))


def _refuse_much(model: Model, steps: int, parts: int, count: int) -> None:
    """Raises ValueError where the runs would take too long or too much room, with the estimate."""
    points = steps * parts
    numbers = points * count * (3 * len(model.states) + len(model.settings) + len(model.observables))
    # Measured: a step, a run's step, the search for each change of the setting among all times, and the trend of a run.
    seconds = 2 * points * (1e-4 + 6e-8 * count * len(model.states) + 3e-9 * steps) + 4e-3 * count
    if numbers > MOST_NUMBERS or seconds > MOST_SECONDS:
        raise ValueError(
            f"{steps:,} observations of {count:,} runs, {parts:,} steps for each, would take some {seconds:.2g} seconds and "
            f"{8e-9 * numbers:.2g} GB. Give fewer runs=, a longer every= or fewer weeks=; the steps are as short as the "
            "fastest rate at the ends of the ramp needs."
        )


def _frozen(model: Model, line: Any, point: Equilibrium, p: np.ndarray) -> Model:
    """Returns the model that stands still once the line is crossed: past it a run may have no end."""
    side = float(compiled(model, (line,), "array")(np.array(list(point.state.values())), p)[0])
    if not np.isfinite(side) or side == 0:
        raise ValueError(f"tipped is {side:g} at the start of the ramp, {point}; it must be on one side of zero there.")
    before = (line if side > 0 else -line) > 0
    still = {x: x if model.clock == "discrete" else sympy.S.Zero for x in model.equations}
    equations = {x: sympy.Piecewise((e, before), (still[x], True)) for x, e in model.equations.items()}
    noise = {x: sympy.Piecewise((e, before), (0, True)) for x, e in model.noise.items()}
    return Model(model.title, equations, dict(model.expressions), noise, model.clock).replace(
        **{n: q.value for n, q in {**model.states, **model.settings}.items()}
    )


def _scored(held: np.ndarray, ramped: np.ndarray, indicator: str) -> xr.Dataset:
    """Returns the shares of false alarms and misses over thresholds, and the area under their curve."""
    thresholds, count = np.linspace(-1, 1, 81), len(held)
    data: dict[str, Any] = {}
    for kind, share in (
        ("false_alarms", (held[:, None] > thresholds).mean(axis=0)),
        ("misses", (ramped[:, None] <= thresholds).mean(axis=0)),
    ):
        low, high = wilson(share, count, Z)
        data |= {kind: ("threshold", share), f"{kind}_low": ("threshold", low), f"{kind}_high": ("threshold", high)}
    data |= {"held_trend": ("run", held), "ramped_trend": ("run", ramped)}
    ranks = rankdata(np.concatenate([held, ramped]))[count:]
    auc = float((ranks.sum() - count * (count + 1) / 2) / count**2)
    low, high = _area_interval(auc, count)
    attrs = {"auc": auc, "auc_low": low, "auc_high": high, "auc_error": (high - low) / (2 * Z), "used": count}
    return xr.Dataset(data, {"threshold": thresholds, "run": np.arange(count)}, {**attrs, "indicator": indicator})


def _area_interval(auc: float, count: int) -> tuple[float, float]:
    """Returns the ends of the 95 % interval of an area under the curve from so many pairs: the areas that are Z of their own
    standard errors, by Hanley and McNeil, away."""

    def beyond(area: float) -> float:
        one, two = area / (2 - area) - area**2, 2 * area**2 / (1 + area) - area**2
        return (area - auc) ** 2 - Z**2 * (area * (1 - area) + (count - 1) * (one + two)) / count**2

    least = 1e-9
    low = 0.0 if auc <= least else brentq(beyond, 0, min(auc, 1 - least))
    high = 1.0 if auc >= 1 - least else brentq(beyond, max(auc, least), 1)
    return float(low), float(high)
