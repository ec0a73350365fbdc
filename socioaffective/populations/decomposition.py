"""Decomposition: how much of the differences between people each thing in which they differ accounts for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import xarray as xr
from tqdm.auto import tqdm

from socioaffective.checks import mapped, number, unknown, whole
from socioaffective.model import Model
from socioaffective.populations.people import known_in, population
from socioaffective.quantities import Quantity
from socioaffective.simulation.runs import simulate
from socioaffective.simulation.sweeps import WORTH_A_BAR
from socioaffective.spreads import Within, a_spread, within

# People in one call: enough to fill an array, few enough to hold their runs.
BLOCK = 1024
LEAST, MOST = 8, 2**20
RESAMPLES = 500
EXAMPLE = "{'sensitisation': (0.3, 0.7)}"


def sobol_indices(
    model: Model | Callable[..., Any],
    outcome: Any,
    spreads: Mapping[str, Any],
    n: int = 512,
    *,
    weeks: float = 104,
    dt: float | None = None,
    seed: int = 0,
    level: float = 0.95,
    **settings: Any,
) -> xr.Dataset:
    """Returns Sobol indices: the share of the variance of an outcome that each thing in which people differ accounts for.

    Inputs: `model`, or a function that is called with an array for each name; `outcome`, the name of a quantity at the end,
    a pair (name, week), a function of a run (or of what the function returned; None for that itself) that gives a number for
    each person, or a mapping from labels to several of these; `spreads`, a mapping from names of parameters, levers, inputs,
    named traits and start values (by name, or within `start`) to how people differ in them, as in `sa.population`; `n`, a
    power of 2: n (d + 2) people are run for d names. Keywords: `weeks` and `dt` (1 week unless told otherwise) of the runs;
    `seed`; `level` of the bootstrap intervals; every other keyword goes to `sa.simulate`, such as `policy`, `start` or a lever.

    Variables: `first` along `trait`, what would be gone from the variance if that one were the same for all; `total`, what
    would be left if all others were; `first_interval` and `total_interval` along `side`; `mean` and `variance` of the outcome.
    What totals exceed firsts by is due to traits acting together. The indices are of traits that are drawn apart from each
    other: correlated ones have none. An estimate near 0 may come out a little below it.
    Raises ValueError for an unknown name, an n that is no power of 2, an outcome that is not finite or the same for all;
    TypeError for an outcome that is not a number for each person.
    Source: Saltelli and others 2010, by `scipy.stats.sobol_indices`.

    >>> import socioaffective as sa
    >>> spreads = {"ties": sa.spreads.beta(4, 4), "sensitisation": (0.3, 0.7)}
    >>> found = sa.sobol_indices(sa.models.companion, ("ties", 52), spreads, 64, weeks=52, cues=0.6)
    >>> bool(found["total"].sel(trait="ties") > found["total"].sel(trait="sensitisation"))
    True
    """
    from scipy.stats import qmc

    drawn = _drawn(model, spreads)
    if twice := [name for name in drawn if name in {**settings, **mapped(settings.get("start"), "start", "{'ties': 0.5}")}]:
        raise ValueError(f"'{twice[0]}' is given twice, once with a spread. Leave one out.")
    n, seed = whole(n, "n", LEAST, MOST), whole(seed, "seed")
    if n & (n - 1):
        raise ValueError(f"n must be a power of 2, such as {2 ** (n.bit_length() - 1)} or {2 ** n.bit_length()}, not {n}.")
    level = number(level, "level (of the intervals)", (0.01, 0.999))
    asked = outcome if isinstance(outcome, Mapping) else {"outcome": outcome}
    if not asked:
        raise ValueError("At least one outcome is needed, such as ('ties', 104).")
    if isinstance(model, Model):
        step = dt if dt is not None or model.clock == "discrete" else min(1.0, number(weeks, "weeks"))
        given = {"weeks": weeks, "dt": step, "seed": seed if model.noise else None, **settings}
        run = lambda values: simulate(model, **_joined(population(model, _count(values), **_split(model, values)), given))  # noqa: E731
    elif callable(model):
        run = lambda values: model(**values, **settings)  # noqa: E731
    else:
        raise TypeError(f"sobol_indices needs a Model or a function, not {model!r}.")

    uniform = qmc.Sobol(2 * len(drawn), rng=seed).random(n).T.reshape(2, len(drawn), n) + 2.0**-31
    two = [[source.ppf(column) for source, column in zip(drawn.values(), half, strict=True)] for half in uniform]
    found = [_outcomes(run(values), asked, values) for values in _blocks(list(drawn), *two)]
    parts = np.concatenate(found, axis=1).reshape(len(asked), len(drawn) + 2, n)
    return _dataset(parts, list(drawn), list(map(str, asked)), isinstance(outcome, Mapping), level, seed)


def _drawn(model: Any, spreads: Any) -> dict[str, Within]:
    """Returns what is drawn by name, once each name is known and has a spread."""
    result = {}
    flat = dict(mapped(spreads, "spreads", EXAMPLE))
    for name, given in {**mapped(flat.pop("start", None), "start", "{'ties': (0.3, 0.7)}"), **flat}.items():
        if isinstance(model, Model):
            known = known_in(model)
            if name not in known:
                raise unknown("parameter, lever, input, state or trait", name, known)
            quantity = known[name]
        else:
            quantity = Quantity(name, "parameter", 0.0, (-np.inf, np.inf), "1", "", "", name)
        spread = a_spread(given, name)
        if spread is None:
            raise TypeError(f"'{name}' needs a spread, such as (0.3, 0.7) or sa.spreads.normal(0.5, 0.1), not {given!r}.")
        result[name] = within(spread, quantity)
    if not result:
        raise ValueError(f"At least one spread is needed, such as {EXAMPLE}.")
    return result


def _blocks(names: list[str], one: list[np.ndarray], other: list[np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
    """Yields all people, some at a time: one sample, the other, and the one with each name in turn from the other."""
    n = len(one[0])
    cuts = range(0, n * (len(names) + 2), BLOCK)
    for first in tqdm(cuts, desc="indices", disable=len(cuts) < WORTH_A_BAR, leave=False):
        page, person = np.divmod(np.arange(first, min(first + BLOCK, cuts.stop)), n)
        swapped = [(page == 1) | (page == k + 2) for k in range(len(names))]
        yield {name: np.where(swap, b[person], a[person]) for name, swap, a, b in zip(names, swapped, one, other, strict=True)}


def _count(values: Mapping[str, np.ndarray]) -> int:
    return len(next(iter(values.values())))


def _split(model: Model, values: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Returns values as keywords of `population`, those of states apart."""
    return {
        "start": {n: v for n, v in values.items() if n in model.states},
        **{n: v for n, v in values.items() if n not in model.states},
    }


def _joined(people: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    start = {**(given.get("start") or {}), **people.get("start", {})}
    return {**given, **people, "start": start}


def _outcomes(run: Any, asked: Mapping[str, Any], values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Returns the outcomes of these people, a row for each outcome."""
    rows = []
    for label, wanted in asked.items():
        found = np.asarray(_outcome(run, wanted))
        if found.shape != (_count(values),) or found.dtype.kind not in "fiub":
            raise TypeError(
                f"The outcome '{label}' must be a number for each of the {_count(values)} people, not of shape {found.shape}."
            )
        if len(bad := np.flatnonzero(~np.isfinite(found))):
            who = ", ".join(f"{name} {column[bad[0]]:.4g}" for name, column in values.items())
            raise ValueError(f"The outcome '{label}' is {found[bad[0]]} for somebody with {who}; it must be finite for all.")
        rows.append(found.astype(float))
    return np.stack(rows)


def _outcome(run: Any, wanted: Any) -> Any:
    if callable(wanted):
        return wanted(run)
    if not isinstance(run, (xr.Dataset, Mapping)):
        if wanted is None:
            return run
        raise TypeError(f"What the function returns has no '{wanted}'; give outcome=None for itself, or a function of it.")
    name, week = wanted if isinstance(wanted, tuple) and len(wanted) == 2 else (wanted, None)
    if name not in run:
        raise unknown("quantity of the run", name, map(str, run))
    if not isinstance(run, xr.Dataset) or "time" not in run[name].dims:
        return run[name]
    times = run["time"].values
    if week is None:
        return run[name].isel(time=-1)
    when = number(week, f"The week of '{name}'", (float(times[0]), float(times[-1])))
    k = int(np.argmin(np.abs(times - when)))
    if abs(times[k] - when) > 1e-9:
        raise ValueError(f"The runs have no point at week {when:g}, the nearest is {times[k]:g}. Give a dt that has it.")
    return run[name].isel(time=k)


def _dataset(parts: np.ndarray, names: list[str], labels: list[str], several: bool, level: float, seed: int) -> xr.Dataset:
    """Returns the indices of outcomes (outcome, page, person) and what is left open by so many people."""
    from scipy import stats

    n = parts.shape[-1]
    spread = np.ptp(parts[:, :2], axis=(1, 2))
    for label, width, most in zip(labels, spread, np.abs(parts).max(axis=(1, 2)), strict=True):
        if width <= 1e-12 * max(most, 1e-300):
            raise ValueError(
                f"The outcome '{label}' is the same for all, {parts[0, 0, 0]:.4g}: nothing is to be accounted for."
            )

    def indices(who: np.ndarray) -> np.ndarray:
        pages = np.moveaxis(parts[..., who], 1, 0)
        found = stats.sobol_indices(func={"f_A": pages[0], "f_B": pages[1], "f_AB": pages[2:]}, n=n)
        # What is of one outcome comes without a dimension for it.
        return np.stack([part.reshape(len(labels), -1) for part in (found.first_order, found.total_order)])

    first, total = indices(np.arange(n))
    drawn = stats.bootstrap(
        (np.arange(n),), indices, vectorized=False, n_resamples=RESAMPLES, method="percentile", confidence_level=level, rng=seed
    ).confidence_interval
    sides = np.stack([drawn.low, drawn.high], axis=-1)
    dims = ("outcome", "trait")
    result = xr.Dataset(
        {
            "first": (dims, first, {"long_name": "first-order index"}),
            "total": (dims, total, {"long_name": "total index"}),
            "first_interval": ((*dims, "side"), sides[0]),
            "total_interval": ((*dims, "side"), sides[1]),
            "mean": (("outcome",), parts[:, :2].mean(axis=(1, 2))),
            "variance": (("outcome",), parts[:, :2].var(axis=(1, 2))),
        },
        {"outcome": labels, "trait": names, "side": ["low", "high"]},
        {"title": "Sobol indices", "n": n, "people": n * (len(names) + 2), "level": level, "seed": seed},
    )
    return result if several else result.isel(outcome=0, drop=True)
