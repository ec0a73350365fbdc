"""Sweeps: the runs of a function for every combination of values, along labelled dimensions."""

from __future__ import annotations

import inspect
import itertools
import warnings
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
import xarray as xr
from tqdm.auto import tqdm

from socioaffective.checks import listed, unknown

MOST_RUNS = 10_000
# A bar is shown where there is something to wait for.
WORTH_A_BAR = 20


def sweep(function: Callable[..., xr.Dataset], **values: Any) -> xr.Dataset:
    """Returns the runs of a function for every combination of values, with a dimension for each of them.

    Inputs: `function`, which returns a result of `sa.simulate` or of a plan (`.run`); each keyword is one of its arguments with
    the values that it takes, numbers or words. The result can be explored: `sa.explore(runs)`. Where parameters of one model
    are swept, `sa.simulate` does it by itself, with an `xarray.DataArray` for each.
    A sweep that is stopped (the stop button, Ctrl-C) gives back what was done, NaN for the rest, with a warning that says how
    far it came, which `attrs["stopped"]` keeps; `runs.dropna("cues")` leaves the values of `cues` with all their runs. Stopped
    before its first run is done it raises KeyboardInterrupt.
    Raises ValueError for an argument that the function does not have or that has the name of a variable that changes, for
    values given twice or none, for runs of several people, and where runs differ in their times; TypeError for values that
    are neither numbers nor words.

    >>> import socioaffective as sa
    >>> def planned(discount):
    ...     return sa.optimise(sa.models.scaffold, "performance", 52, discount=discount, every=13, starts=1).run
    >>> runs = sa.sweep(planned, discount=[0.01, 0.2])
    >>> dict(runs["skill"].sizes)["discount"], bool(runs["skill"][-1, 0] > runs["skill"][-1, 1])
    (2, True)
    """
    if not values:
        raise ValueError("A sweep needs at least one argument with the values that it takes: sa.sweep(f, discount=[0, 0.1]).")
    labels = {name: _labels(name, given) for name, given in values.items()}
    arguments = inspect.signature(function).parameters
    if not any(p.kind is p.VAR_KEYWORD for p in arguments.values()):
        for name in labels:
            if name not in arguments:
                raise unknown("argument of the function", name, arguments)
    combinations = list(itertools.product(*labels.values()))
    if len(combinations) > MOST_RUNS:
        raise ValueError(f"These are {len(combinations):,} combinations; at most {MOST_RUNS:,} are run at once.")
    runs: list[xr.Dataset] = []
    try:
        for combination in tqdm(combinations, desc="sweep", disable=len(combinations) < WORTH_A_BAR, leave=False):
            runs.append(_checked(function(**dict(zip(labels, combination, strict=True))), labels, runs))
    except KeyboardInterrupt:
        if not runs:
            raise
    stopped = {}
    if len(runs) < len(combinations):
        said = f"The sweep was stopped after {len(runs)} of {len(combinations)} combinations; the others are NaN."
        warnings.warn(said, stacklevel=2)
        stopped = {"stopped": said}
        runs += [runs[0] * np.nan] * (len(combinations) - len(runs))
    title = getattr(function, "__name__", "sweep").replace("<lambda>", "sweep").replace("_", " ")
    return stacked(runs, labels).assign_attrs(title=title, **stopped)


def _checked(run: Any, labels: Mapping[str, Sequence[Any]], runs: Sequence[xr.Dataset]) -> xr.Dataset:
    """Returns a run once it fits the sweep and the runs before it."""
    if not isinstance(run, xr.Dataset) or "time" not in run.dims:
        raise TypeError(f"The function of a sweep returns a run, not {type(run).__name__}.")
    if any(variable.dims != ("time",) for variable in run.data_vars.values()):
        raise ValueError("A sweep is of runs of one person each; this one has several, or other dimensions beside time.")
    for name in labels:
        if name in run.data_vars and np.ptp(run[name].values) > 0:
            raise ValueError(f"'{name}' changes in the runs themselves; give the argument of the function another name.")
    if runs and not run["time"].equals(runs[0]["time"]):
        raise ValueError("The runs of a sweep must have the same times; give each the same weeks and dt.")
    return run


def _labels(name: str, given: Any) -> list[Any]:
    """Returns the values of an argument, plain numbers or words, once they can be labels."""
    if name == "time":
        raise ValueError("'time' is a dimension of every run; give the argument of the function another name.")
    values = listed(given, f"The values of '{name}'", "[0, 0.5, 1]")
    plain = [one.item() if hasattr(one, "ndim") and one.ndim == 0 else one for one in values]
    if not (all(isinstance(one, str) for one in plain) or all(isinstance(one, Real) for one in plain)):
        raise TypeError(f"The values of '{name}' must be all numbers or all words, not {plain}.")
    if len(plain) < 1 or len(set(plain)) < len(plain):
        raise ValueError(f"The values of '{name}' must be different ones, and at least one, not {plain}.")
    return plain


def stacked(runs: Sequence[xr.Dataset], labels: Mapping[str, Sequence[Any]]) -> xr.Dataset:
    """Returns runs of the same times along labelled dimensions, the first of which changes slowest."""
    shape = [len(given) for given in labels.values()]
    variables = {}
    for name, first in runs[0].data_vars.items():
        if first.dims == ("time",) and name not in labels and all(name in run for run in runs):
            values = np.stack([run[name].values for run in runs], axis=-1)
            variables[str(name)] = (("time", *labels), values.reshape(len(values), *shape), first.attrs)
    return xr.Dataset(variables, coords={"time": runs[0]["time"], **labels})
