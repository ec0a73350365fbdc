"""Curves: lines of a dataset along its one dimension, each labelled at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.checks import mapped, number, unknown
from socioaffective.figures.marks import HEIGHT, MOST_ROWS, WIDTH, Line, haloed, labelled, rows_of, several, spaced, two, words


def curves(
    data: Any,
    names: Sequence[str] | str | None = None,
    marks: Mapping[str, float] | None = None,
    width: int = WIDTH,
    height: int = HEIGHT,
) -> alt.LayerChart:
    """Returns a chart of the variables of a dataset along its one dimension.

    Inputs: `data`, an `xarray.Dataset` with one dimension and its coordinate, or a mapping from label to such datasets, which
    are told apart by dashes; `names`, the variables to draw (all unless told otherwise). Keywords: `marks`, a mapping from
    label to a place on the x axis, drawn as a labelled upright line; `width`, `height` in pixels. Titles come from `long_name`
    and `units`, and the y axis from `bounds` where a variable has them.
    Raises ValueError for a variable that is not there or has no finite value, or for more than one dimension.

    >>> import numpy as np, xarray as xr
    >>> import socioaffective as sa
    >>> x = np.linspace(0, 4, 81)
    >>> data = xr.Dataset({"value": ("pressure", x * (2 - x))}, {"pressure": x})
    >>> sa.figures.curves(data, marks={"peak": 1}).description
    'value goes from 0.00 to -8.00 over pressure 0.00 to 4.00, with a peak of 1.00 at 1.00. Marked: peak at 1.00.'
    """
    table = dict(data) if isinstance(data, Mapping) and not isinstance(data, xr.Dataset) else {"": data}
    if not table:
        raise ValueError("curves needs at least one dataset.")
    for label, part in table.items():
        if not isinstance(part, xr.Dataset) or len(part.dims) != 1:
            raise ValueError(f"curves draws a dataset with one dimension; {label or 'what was given'} is {_kind(part)}.")
    first = next(iter(table.values()))
    (axis,) = first.dims
    wanted = several(list(map(str, first.data_vars)) if names is None else names, "curves")
    lines, said = [], []
    for label, part in table.items():
        if axis not in part.coords:
            raise ValueError(f"The dimension '{axis}' has no coordinate: say where each value lies.")
        x = part[axis].values.astype(float)
        for name in wanted:
            if name not in part:
                raise unknown("variable of this dataset", name, map(str, part.data_vars))
            y = part[name].values.astype(float)
            good = np.isfinite(y) & np.isfinite(x)
            if not good.any():
                raise ValueError(f"'{name}' has no finite value to draw.")
            across, up = x[good], y[good]
            keep = np.union1d(spaced(len(across), MOST_ROWS // (len(table) * len(wanted)) - 2), [up.argmax(), up.argmin()])
            called = part[name].attrs.get("long_name", words(name))
            text = label if label and len(wanted) == 1 else ", ".join(filter(None, (called, label)))
            lines.append(Line(across[keep], up[keep], name, label, text))
            said.append(_story(", ".join(filter(None, (called, label))), words(str(axis)), across, up))
    low, high = _extent([part[name] for part in table.values() for name in wanted])
    ends = min(float(line.x[0]) for line in lines), max(float(line.x[-1]) for line in lines)
    title = _title(first[wanted[0]], wanted[0]) if len(wanted) == 1 else "value"
    chart = labelled(lines, (_title(first[axis], str(axis)), ends), (title, (low, high)), height)
    places = {label: number(where, f"The mark '{label}'") for label, where in mapped(marks, "marks", "{'peak': 3.2}").items()}
    rows = [{"x": where, "y": high, "text": label} for label, where in places.items() if ends[0] <= where <= ends[1]]
    if rows:
        quiet = theme.scheme()["quiet"]
        rules = alt.Chart(rows_of(rows)).mark_rule(color=quiet, strokeDash=[4, 4]).encode(x="x:Q")
        where = {"x": "x:Q", "y": "y:Q", "text": "text:N"}
        chart = alt.layer(rules, chart, *haloed(rows, where, align="left", baseline="top", dx=4, dy=2, fontSize=11))
        said.append("Marked: " + ", ".join(f"{row['text']} at {two(row['x'])}" for row in rows))
    return chart.properties(width=width, height=height, description=". ".join(said) + ".")


def _kind(part: Any) -> str:
    return (
        f"one with dimensions {', '.join(map(str, part.dims)) or 'none'}"
        if isinstance(part, xr.Dataset)
        else type(part).__name__
    )


def _title(part: xr.DataArray, name: str) -> str:
    title, unit = part.attrs.get("long_name", words(name)), part.attrs.get("units", "1")
    return title if unit == "1" else f"{title} ({unit})"


def _extent(parts: Sequence[xr.DataArray]) -> tuple[float, float]:
    """Returns the bounds of the variables, or a little more than their range where they have none."""
    values = np.concatenate([part.values.ravel().astype(float) for part in parts])
    values = values[np.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    if all("bounds" in part.attrs for part in parts):
        return min(low, *(part.attrs["bounds"][0] for part in parts)), max(high, *(part.attrs["bounds"][1] for part in parts))
    pad = 0.06 * max(high - low, 1e-9)
    return (0.0 if 0 <= low <= pad else low - pad), high + pad


def _story(what: str, axis: str, x: np.ndarray, y: np.ndarray) -> str:
    """Returns a sentence on where a curve begins and ends, and on a peak or a low in between."""
    text = f"{what} goes from {two(y[0])} to {two(y[-1])} over {axis} {two(x[0])} to {two(x[-1])}"
    for word, k in (("peak", int(y.argmax())), ("low", int(y.argmin()))):
        edge = max(y[0], y[-1]) if word == "peak" else min(y[0], y[-1])
        if abs(y[k] - edge) > 0.005 * max(float(np.ptp(y)), 1e-12):
            text += f", with a {word} of {two(y[k])} at {two(x[k])}"
    return text
