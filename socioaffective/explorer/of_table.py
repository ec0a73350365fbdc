"""The explorer of a table of runs, computed before: each dimension beside time is a control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import traitlets
import xarray as xr

from socioaffective import theme, views
from socioaffective.checks import unknown
from socioaffective.explorer.widget import Board, guessed, menu, written
from socioaffective.simulation.runs import Call

# Numbers kept in a notebook, four bytes each.
MOST_NUMBERS = 250_000
# What can be drawn from values over time alone.
DRAWN = ("course", "path", "needs", "authorship", "multiples")


class TableExplorer(Board):
    """Controls for the dimensions of a dataset and the runs that they pick; made by `explore`. `.run` is the present one."""

    guess = traitlets.Instance(dict, allow_none=True).tag(sync=True)
    table = traitlets.Bytes().tag(sync=True)

    def __init__(
        self,
        runs: xr.Dataset,
        names: Sequence[str],
        shown: Sequence[views.View] | None,
        lights: Sequence[views.Light],
        predict: str | None,
        called: str,
    ) -> None:
        self._called = called
        dims = [str(d) for d in runs[names[0]].dims if d != "time"]
        self.runs = runs = runs.sortby([d for d in dims if not _worded(runs, d)])
        controls = [_control(runs, dim) for dim in dims]
        times = runs["time"].values.astype(float)
        quantities = [_quantity(runs, name, k) for k, name in enumerate(names)]
        drawn = _drawn(shown if shown is not None else [views.course(*names)], names, controls)
        unit = str(runs["time"].attrs.get("units", "weeks")).rstrip("s")
        spec = {
            "kind": "table",
            "title": str(runs.attrs.get("title", "Runs")),
            "file": "runs",
            "times": times.tolist(),
            "unit": unit,
            "variables": quantities,
            "views": drawn,
            "lights": [light.described(_Names(names, dims), float(times[-1]), float(times[0])) for light in lights],
            "switch": next((d for d in ("access", "engagement") if d in dims and 0 in runs[d]), None),
            "predict": predict,
            "guessed": guessed(drawn, names, predict),
            "download": list(names),
            "code": {"head": called},
        }
        stacked = np.stack([runs[n].transpose(*dims, "time").values for n in names], axis=-2)
        super().__init__(controls, spec, table=stacked.astype("<f4").tobytes())

    def __repr__(self) -> str:
        return f"Explorer('{self.spec['title']}': {', '.join(self._controls)})"

    @property
    def run(self) -> xr.Dataset:
        """The run that the controls pick."""
        return self.runs.isel({dim: _labels(self._controls[dim]).index(value) for dim, value in self.values.items()})

    @property
    def code(self) -> str:
        """What picks the present run from the table."""
        words = [f"{n}={v!r}" if isinstance(v, str) else f"{n}={written(v)}" for n, v in self.values.items()]
        return f"{self._called}.sel({', '.join(words)})"


def _labels(control: Mapping[str, Any]) -> list[Any]:
    return control["options"] if "options" in control else control["labels"]


def _drawn(shown: Sequence[views.View], names: Sequence[str], controls: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Returns views as the page reads them, once a table can show them."""
    described = []
    for view in shown:
        if view.kind not in DRAWN:
            raise ValueError(f"The view '{view.kind}' needs a model to compute with; a table can show {', '.join(DRAWN)}.")
        one = view.described(_Names(names, [c["name"] for c in controls]))
        menus = [c["name"] for c in controls if "options" in c]
        if view.kind == "multiples" and one["over"] not in menus:
            known = f"Here: {', '.join(menus)}." if menus else "This table has none."
            what = "Small multiples are drawn over a dimension whose labels are words"
            raise ValueError(f"{what}, not over '{one['over']}'. {known}")
        described.append(one)
    return described


class _Names:
    """What a view asks of a model, for a table, which has names alone."""

    def __init__(self, names: Sequence[str], dims: Sequence[str]) -> None:
        self.states, self.settings = dict.fromkeys(names), dict.fromkeys(dims)
        self.levers = self.observables = self.parameters = self.inputs = dict[str, Any]()
        self.clock, self.title = "continuous", "the table"


def _quantity(runs: xr.Dataset, name: str, rank: int) -> dict[str, Any]:
    attrs, values = runs[name].attrs, runs[name].values
    low, high = attrs.get("bounds", (float(np.nanmin(values)), float(np.nanmax(values))))
    said = {key: str(attrs.get(own, other)) for key, own, other in
            (("kind", "kind", "observable"), ("meaning", "meaning", ""), ("unit", "units", "1"))}  # fmt: skip
    return {"name": name, "label": name.replace("_", " "), **said, "low": float(low), "high": float(high), "value": None,
            "symbol": name, "colour": list(theme.colours(name, rank))}  # fmt: skip


def _worded(runs: xr.Dataset, dim: str) -> bool:
    return all(isinstance(label, str) for label in runs[dim].values.tolist())


def _control(runs: xr.Dataset, dim: str) -> dict[str, Any]:
    """Returns the control of a dimension: a menu of words, or a slider that steps through numbers."""
    call = runs.attrs.get("call")
    known = call.model.settings.get(dim) if isinstance(call, Call) else None
    meaning = str(runs[dim].attrs.get("meaning", known.meaning if known else ""))
    if _worded(runs, dim):
        return {**menu(dim, runs[dim].values.tolist()), "meaning": meaning}
    labels = [float(label) for label in runs[dim].values.tolist()]
    if len(set(labels)) < len(labels):
        raise ValueError(f"The dimension '{dim}' has a label twice: {labels}. Give each once.")
    unit = str(runs[dim].attrs.get("units", known.unit if known else "1"))
    return {"name": dim, "label": dim.replace("_", " "), "meaning": meaning, "unit": unit, "labels": labels, "low": labels[0],
            "high": labels[-1], "step": min(np.diff(labels)).item(), "value": labels[0], "folded": False}  # fmt: skip


def variables_of(runs: xr.Dataset, show: Sequence[str] | None) -> list[str]:
    """Returns what a table can show over time, once it is a table of runs that fits into a notebook."""
    for name in [*runs.data_vars, *runs.dims]:
        if not isinstance(name, str):
            raise ValueError(f"The variables and dimensions of a table have names in letters, not {name!r}.")
    over_time = [str(n) for n in runs.data_vars if "time" in runs[n].dims and runs[n].ndim > 1]
    if not over_time:
        raise ValueError("A table to explore needs variables over time and at least one other dimension, as a sweep has.")
    names = over_time if show is None else list(show)
    for name in names:
        if name not in over_time:
            raise unknown("variable over time", name, over_time)
    if not names:
        raise ValueError("A table is explored by the variables that it shows: give show at least one, or leave it out.")
    _refuse_times(runs["time"].values)
    dims = set(runs[names[0]].dims)
    if odd := next((n for n in names if set(runs[n].dims) != dims), None):
        raise ValueError(
            f"'{odd}' has the dimensions {runs[odd].dims}, '{names[0]}' {runs[names[0]].dims}: show what has the same."
        )
    for dim in dims - {"time"}:
        if runs.sizes[dim] < 2 or dim not in runs.coords:
            raise ValueError(f"The dimension '{dim}' needs at least two labels to choose from.")
        if not (runs[dim].dtype.kind in "iuf" and np.isfinite(runs[dim].values).all()) and not _worded(runs, str(dim)):
            raise ValueError(f"The labels of '{dim}' must be all words or all numbers, not {runs[dim].values.tolist()[:3]}.")
    numbers = sum(runs[n].size for n in names)
    if numbers > MOST_NUMBERS:
        raise ValueError(f"This table has {numbers:,} numbers; at most {MOST_NUMBERS:,} are kept in a notebook. Select fewer.")
    for name in names:
        values = runs[name].values
        if values.dtype.kind not in "biuf" or not np.isfinite(values).all():
            raise ValueError(f"'{name}' has values that are not numbers; explore the runs that were completed.")
        if np.abs(values.astype(float)).max() > np.finfo("f4").max:
            raise ValueError(
                f"'{name}' has values beyond {np.finfo('f4').max:.2g}, which a table cannot keep; give it another unit."
            )
    return names


def _refuse_times(times: np.ndarray) -> None:
    """Raises ValueError for times that a time course cannot be drawn over."""
    if times.dtype.kind not in "iuf" or len(times) < 2 or not np.isfinite(times).all() or not (np.diff(times) > 0).all():
        raise ValueError(
            f"The times of a table must be at least two numbers, each above the one before, not {times[:4].tolist()}."
        )
