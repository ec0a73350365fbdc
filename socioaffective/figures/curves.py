"""Curves: lines of a dataset along its one dimension, each labelled at its end."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.checks import mapped, number, unknown
from socioaffective.figures.marks import HEIGHT, MOST_ROWS, WIDTH, Line, haloed, labelled, rows_of, several, spaced, two, words

# The crossings of more lines than these would fill a page.
MOST_LINES, MOST_COMPARED = 24, 6
# What is written at a tick of a logarithmic axis.
NUMBERS = "format(pow(10, datum.value), '.3~r')"


def curves(
    data: Any,
    names: Sequence[str] | str | None = None,
    log: bool = False,
    marks: Mapping[str, float] | None = None,
    title: str | None = None,
    width: int = WIDTH,
    height: int = HEIGHT,
) -> alt.LayerChart:
    """Returns a chart of the variables of a dataset along its one dimension.

    Inputs: `data`, an `xarray.Dataset` with one dimension and its coordinate, or a mapping from label to such datasets, which
    are told apart by dashes; `names`, the variables to draw (all unless told otherwise). Keywords: `log`, whether equal steps
    along the x axis are equal factors; `marks`, a mapping from label to a place on the x axis, drawn as a labelled upright
    line; `title` of the y axis; `width`, `height` in pixels. Titles come from `long_name` and `units` unless given, and the y
    axis from `bounds` where a variable has them. Raises ValueError for a variable that is not there or has fewer than two
    finite values, for more than one dimension, for too many lines, and for `log` with an x that is not above 0.

    >>> import numpy as np, xarray as xr
    >>> import socioaffective as sa
    >>> x = np.linspace(0, 4, 81)
    >>> data = xr.Dataset({"value": ("pressure", x * (2 - x))}, {"pressure": x})
    >>> sa.figures.curves(data, marks={"peak": 1}).description
    'value goes from 0.00 to -8.00 over pressure 0.00 to 4.00, with a peak of 1.00 at 1.00. Marked: peak at 1.00.'
    """
    table, axis = _tabled(data)
    parts = list(table.values())
    wanted = several(list(map(str, parts[0].data_vars)) if names is None else names, "curves")
    if (count := len(table) * len(wanted)) > MOST_LINES:
        raise ValueError(f"These are {count} lines; more than {MOST_LINES} cannot be told apart. Draw fewer names or datasets.")
    lines, said = [], []
    for label, part in table.items():
        for name in wanted:
            across, up = _values(part, name, axis)
            keep = np.union1d(spaced(len(across), MOST_ROWS // count - 2), [_first_top(up), _first_top(-up)])
            called = part[name].attrs.get("long_name", words(name))
            text = label if label and len(wanted) == 1 else ", ".join(filter(None, (called, label)))
            lines.append(Line(across[keep], up[keep], name, label, text))
            said.append(_story(", ".join(filter(None, (called, label))), words(axis), across, up))
    said += _crossings(lines) if count <= MOST_COMPARED else []
    low, high = _extent([part[name] for part in parts for name in wanted])
    ends = min(float(line.x[0]) for line in lines), max(float(line.x[-1]) for line in lines)
    if log and ends[0] <= 0:
        raise ValueError(f"On a logarithmic axis '{axis}' must be above 0; its least value is {ends[0]:g}.")
    own_title = _title(parts[0][wanted[0]], wanted[0]) if len(wanted) == 1 else "value"
    title, across_title = title or own_title, _title(parts[0][axis], axis)
    places = {label: number(where, f"The mark '{label}'") for label, where in mapped(marks, "marks", "{'peak': 3.2}").items()}
    rows: list[dict[str, Any]] = [
        {"x": where, "y": high, "text": str(label)} for label, where in places.items() if ends[0] <= where <= ends[1]
    ]
    if rows:
        said.append("Marked: " + ", ".join(f"{row['text']} at {two(row['x'])}" for row in rows))
    if log:
        lines = [Line(np.log10(line.x), line.y, line.name, line.run, line.text) for line in lines]
        rows = [{**row, "x": float(np.log10(row["x"]))} for row in rows]
        ends = float(np.log10(ends[0])), float(np.log10(ends[1]))
    chart = labelled(lines, (across_title, ends), (title, (low, high)), height)
    if log:
        chart = _in_factors(chart, across_title, ends)
    if rows:
        rules = alt.Chart(rows_of(rows)).mark_rule(color=theme.scheme()["quiet"], strokeDash=[4, 4]).encode(x="x:Q")
        where = {"x": "x:Q", "y": "y:Q", "text": "text:N"}
        chart = alt.LayerChart(
            layer=[rules, chart, *haloed(rows, where, align="left", baseline="top", dx=4, dy=2, fontSize=11)]
        )
    return chart.properties(width=width, height=height, description=". ".join(said) + ".")


def _tabled(data: Any) -> tuple[dict[str, xr.Dataset], str]:
    """Returns datasets by label and their one dimension; a single one has an empty label."""
    several_ = isinstance(data, Mapping) and not isinstance(data, xr.Dataset)
    table = {str(label): part for label, part in data.items()} if several_ else {"": data}
    if not table:
        raise ValueError("curves needs at least one dataset.")
    axes = {}
    for label, part in table.items():
        if not isinstance(part, xr.Dataset) or len(part.dims) != 1:
            raise ValueError(f"curves draws a dataset with one dimension; {label or 'what was given'} is {_kind(part)}.")
        (axis,) = axes[label] = tuple(map(str, part.dims))
        if axis not in part.coords:
            raise ValueError(f"The dimension '{axis}' has no coordinate: say where each value lies.")
    if len(found := {axis for (axis,) in axes.values()}) > 1:
        raise ValueError(f"Datasets in one chart need the same dimension; these have {', '.join(sorted(found))}.")
    return table, found.pop()


def _kind(part: Any) -> str:
    return (
        f"one with dimensions {', '.join(map(str, part.dims)) or 'none'}"
        if isinstance(part, xr.Dataset)
        else type(part).__name__
    )


def _values(part: xr.Dataset, name: str, axis: str) -> tuple[np.ndarray, np.ndarray]:
    """Returns where a variable is finite, in order, and its values there."""
    if name not in part:
        raise unknown("variable of this dataset", name, map(str, part.data_vars))
    if part[name].dims != (axis,):
        raise ValueError(f"'{name}' has no value for each '{axis}', so there is no curve to draw.")
    try:
        x, y = part[axis].values.astype(float), part[name].values.astype(float)
    except (TypeError, ValueError):
        raise TypeError(f"curves draws numbers; '{name}' or '{axis}' holds something else.") from None
    good = np.flatnonzero(np.isfinite(y) & np.isfinite(x))
    if len(good) < 2:
        raise ValueError(f"'{name}' has {'only one' if len(good) else 'no'} finite value to draw.")
    good = good[np.argsort(x[good], kind="stable")]
    return x[good], y[good]


def _in_factors(chart: alt.LayerChart, title: str, ends: tuple[float, float]) -> alt.LayerChart:
    """Returns the chart of logarithms with the numbers themselves along its x axis."""
    digits = (1,) if ends[1] - ends[0] > 3 else (1, 2, 5)
    powers = range(int(np.floor(ends[0])), int(np.ceil(ends[1])) + 1)
    ticks = [t for k in powers for d in digits if ends[0] <= (t := float(np.log10(d)) + k) <= ends[1]]
    # Without a count Vega leaves out every other one.
    axis = alt.Axis(values=ticks, tickCount=len(ticks), labelExpr=NUMBERS, labelOverlap=False)
    x = alt.X("x:Q", title=title, scale=alt.Scale(domain=list(ends), nice=False), axis=axis)
    # In place: where there is one layer of lines, Altair keeps their rows at the chart.
    chart.layer = [layer.encode(x=x) for layer in chart.layer]
    return chart


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


def _first_top(y: np.ndarray) -> int:
    """Returns where a curve is first as high as it gets, whatever the last digits of a plateau are."""
    return int(np.argmax(y >= y.max() - 1e-9 * np.ptp(y)))


def _story(what: str, axis: str, x: np.ndarray, y: np.ndarray) -> str:
    """Returns a sentence on where a curve begins and ends, and on a peak or a low in between."""
    text = f"{what} goes from {two(y[0])} to {two(y[-1])} over {axis} {two(x[0])} to {two(x[-1])}"
    for word, k in (("peak", _first_top(y)), ("low", _first_top(-y))):
        edge = max(y[0], y[-1]) if word == "peak" else min(y[0], y[-1])
        if abs(y[k] - edge) > 0.005 * max(float(np.ptp(y)), 1e-12):
            text += f", with a {word} of {two(y[k])} at {two(x[k])}"
    return text


def _crossings(lines: Sequence[Line]) -> list[str]:
    """Returns a sentence for each pair of lines that cross, by straight lines between their points."""
    said = []
    for one, other in itertools.combinations(lines, 2):
        x = np.union1d(one.x, other.x)
        x = x[(x >= max(one.x[0], other.x[0])) & (x <= min(one.x[-1], other.x[-1]))]
        gap = np.interp(x, one.x, one.y) - np.interp(x, other.x, other.y)
        # Lines that lie on each other differ by last digits, which is no crossing.
        scale = 1e-9 * max(np.abs(one.y).max(), np.abs(other.y).max())
        x, gap = x[np.abs(gap) > scale], gap[np.abs(gap) > scale]
        turns = np.flatnonzero(np.sign(gap[:-1]) != np.sign(gap[1:]))
        if len(turns):
            share = gap[turns] / (gap[turns] - gap[turns + 1])
            places = x[turns] + share * (x[turns + 1] - x[turns])
            more = f" and {len(places) - 3} times more" if len(places) > 3 else ""
            said.append(f"{one.text} and {other.text} cross at {', '.join(map(two, places[:3]))}{more}")
    return said
