"""The explorer of a table of runs, computed before: each dimension beside time is a control."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets
import xarray as xr

from socioaffective import theme, views
from socioaffective.checks import unknown
from socioaffective.explorer.widget import Board

# Numbers kept in a notebook, four bytes each.
MOST_NUMBERS = 250_000


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
    ) -> None:
        self.runs = runs
        dims = [str(d) for d in runs[names[0]].dims if d != "time"]
        times = runs["time"].values.astype(float)
        quantities = [_quantity(runs, name, k) for k, name in enumerate(names)]
        drawn = shown if shown is not None else [views.View("course", lambda _: {"names": list(names), "twin": False})]
        unit = str(runs["time"].attrs.get("units", "weeks")).rstrip("s")
        spec = {
            "kind": "table",
            "title": str(runs.attrs.get("title", "Runs")),
            "file": "runs",
            "times": times.tolist(),
            "unit": unit,
            "variables": quantities,
            "views": [view.described(_Names(names, dims)) for view in drawn],
            "lights": [light.described(_Names(names, dims), float(times[-1])) for light in lights],
            "switch": None,
            "predict": predict,
            "guessed": predict or names[0],
            "download": list(names),
            "code": {"head": "runs"},
        }
        stacked = np.stack([runs[n].transpose(*dims, "time").values for n in names], axis=-2)
        super().__init__([_control(runs, dim) for dim in dims], spec, table=stacked.astype("<f4").tobytes())

    def __repr__(self) -> str:
        return f"Explorer('{self.spec['title']}': {', '.join(self._controls)})"

    @property
    def run(self) -> xr.Dataset:
        """The run that the controls pick."""
        return self.runs.sel({dim: value for dim, value in self.values.items() if isinstance(value, str)}).sel(
            {dim: value for dim, value in self.values.items() if not isinstance(value, str)}, method="nearest"
        )

    @property
    def code(self) -> str:
        """What picks the present run from the table."""
        words = [f"{n}={v!r}" if isinstance(v, str) else f"{n}={v:.12g}" for n, v in self.values.items()]
        return f"runs.sel({', '.join(words)})"


class _Names:
    """What a view asks of a model, for a table, which has names alone."""

    def __init__(self, names: Sequence[str], dims: Sequence[str]) -> None:
        self.states, self.levers, self.observables = dict.fromkeys(names), {}, {}
        self.settings, self.parameters, self.inputs = dict.fromkeys(dims), {}, {}
        self.clock, self.title = "continuous", "the table"


def _quantity(runs: xr.Dataset, name: str, rank: int) -> dict[str, Any]:
    attrs, values = runs[name].attrs, runs[name].values
    low, high = attrs.get("bounds", (float(np.nanmin(values)), float(np.nanmax(values))))
    return {
        "name": name,
        "label": name.replace("_", " "),
        "kind": str(attrs.get("kind", "observable")),
        "meaning": str(attrs.get("meaning", "")),
        "unit": str(attrs.get("units", "1")),
        "low": float(low),
        "high": float(high),
        "value": None,
        "symbol": name,
        "colour": list(theme.colours(name, rank)),
    }


def _control(runs: xr.Dataset, dim: str) -> dict[str, Any]:
    labels = runs[dim].values.tolist()
    common = {"name": dim, "label": dim.replace("_", " "), "meaning": str(runs[dim].attrs.get("meaning", "")), "folded": False}
    if all(isinstance(label, str) for label in labels):
        return {**common, "options": labels, "value": labels[0]}
    labels = [float(label) for label in labels]
    return {**common, "labels": labels, "low": min(labels), "high": max(labels), "step": min(np.diff(labels)).item(),
            "unit": str(runs[dim].attrs.get("units", "1")), "value": labels[0]}  # fmt: skip


def variables_of(runs: xr.Dataset, show: Sequence[str] | None) -> list[str]:
    """Returns what a table can show over time, once it is a table of runs that fits into a notebook."""
    over_time = [str(n) for n in runs.data_vars if "time" in runs[n].dims and runs[n].ndim > 1]
    if not over_time:
        raise ValueError("A table to explore needs variables over time and at least one other dimension, as a sweep has.")
    names = over_time if show is None else list(show)
    for name in names:
        if name not in over_time:
            raise unknown("variable over time", name, over_time)
    dims = set(runs[names[0]].dims)
    if odd := next((n for n in names if set(runs[n].dims) != dims), None):
        raise ValueError(
            f"'{odd}' has the dimensions {runs[odd].dims}, '{names[0]}' {runs[names[0]].dims}: show what has the same."
        )
    for dim in dims - {"time"}:
        if runs.sizes[dim] < 2 or dim not in runs.coords:
            raise ValueError(f"The dimension '{dim}' needs at least two labels to choose from.")
    numbers = sum(runs[n].size for n in names)
    if numbers > MOST_NUMBERS:
        raise ValueError(f"This table has {numbers:,} numbers; at most {MOST_NUMBERS:,} are kept in a notebook. Select fewer.")
    if not all(np.isfinite(runs[n].values).all() for n in names):
        raise ValueError("The table has values that are not numbers; explore the runs that were completed.")
    return names
