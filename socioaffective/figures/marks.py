"""Marks: what several figures are drawn with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import xarray as xr
from scipy.optimize import isotonic_regression

from socioaffective import theme
from socioaffective.checks import listed, unknown
from socioaffective.quantities import Quantity

MOST_ROWS = 2_000
WIDTH, HEIGHT = 420, 300
# Lines of one quantity in several runs differ by their dashes.
DASHES = [[1, 0], [7, 4], [2, 3], [9, 3, 2, 3]]


# Each row carries its own colour, for the reason given for dashes in `labelled`.
INK = alt.Color("ink:N", scale=None)


@dataclass(frozen=True)
class Line:
    """A line to draw: its points, the quantity that gives its colour, the run that gives its dashes, and its label, which
    stands at the height of its end, or of `place`."""

    x: np.ndarray
    y: np.ndarray
    name: str
    run: str
    text: str
    place: float | None = None


def tabled(runs: Any, figure: str) -> dict[str, xr.Dataset]:
    """Returns runs by label, once each is a run; a single one has an empty label."""
    several = isinstance(runs, Mapping) and not isinstance(runs, xr.Dataset)
    table = {str(label): run for label, run in runs.items()} if several else {"": runs}
    if not table:
        raise ValueError(f"{figure} needs at least one run.")
    for label, run in table.items():
        if not isinstance(run, xr.Dataset) or "time" not in run.dims:
            raise TypeError(f"{figure} draws results of sa.simulate; {label or 'what was given'} is {type(run).__name__}.")
        if missing := [str(dim) for dim, size in run.sizes.items() if not size]:
            raise ValueError(f"{figure} cannot draw a run without any {' or '.join(missing)}.")
    return table


def run_with(run: Any, names: Iterable[str]) -> xr.Dataset:
    """Returns a run once it is one, and has these variables over time."""
    (run,) = tabled(run, "This figure").values()
    over_time = [str(n) for n in run.data_vars if "time" in run[n].dims]
    for name in names:
        if name not in over_time:
            raise unknown("variable over time", name, over_time)
    return run


def several(names: Any, figure: str) -> list[str]:
    """Returns the names of what is to be drawn, given as one or as a list."""
    wanted = [names] if isinstance(names, str) else listed(names, "names", "['ties', 'wanting']")
    if not wanted:
        raise ValueError(f"{figure} needs at least one quantity to draw.")
    return wanted


def labelled(lines: Sequence[Line], across: tuple[str, Any], up: tuple[str, Any], height: int, crowd: bool = False) -> Any:
    """Returns lines, each with its label at its end; `across` and `up` are the title and the extent of an axis."""
    names, runs = list(dict.fromkeys(line.name for line in lines)), list(dict.fromkeys(line.run for line in lines))
    inks = {name: theme.colour(name, k) for k, name in enumerate(names)}
    rows = [
        {"x": a, "y": b, "name": line.name, "run": line.run, "line": k, "ink": inks[line.name]}
        for k, line in enumerate(lines)
        for a, b in zip(line.x, line.y, strict=True)
    ]
    x = alt.X("x:Q", title=across[0], scale=alt.Scale(domain=list(across[1]), nice=False))
    y = alt.Y("y:Q", title=up[0], scale=alt.Scale(domain=list(up[1]), nice=False))
    # A layer for each kind of dash: charts side by side would share one scale and mix up theirs.
    dash_of = {run: k % len(DASHES) for k, run in enumerate(runs)}
    width, opacity = (1, 0.45) if crowd else (2.5, 1.0)
    layers = []
    for k in sorted(set(dash_of.values())):
        base = alt.Chart(rows_of(row for row in rows if dash_of[row["run"]] == k)).encode(x=x, y=y, color=INK, detail="line:N")
        layers.append(base.mark_line(strokeDash=DASHES[k], clip=True, strokeWidth=width, opacity=opacity))
    chart = alt.LayerChart(layer=layers)
    if crowd:
        return chart
    heights = [line.y[-1] if line.place is None else line.place for line in lines]
    ends = [
        {"x": line.x[-1], "y": y, "ink": inks[line.name], "text": line.text} for line, y in zip(lines, heights, strict=True)
    ]
    put_apart(ends, up[1], height)
    labels = alt.Chart(rows_of(ends)).mark_text(align="left", dx=6, fontSize=12)
    return chart + labels.encode(x=x, y="place:Q", text="text:N", color=INK)


def rows_of(rows: Iterable[dict]) -> Any:
    # A plain mapping: alt.Data would validate every row and take forty times as long. A tuple: Altair copies a list, row by
    # row, each time that a layer is put on another.
    return {"values": tuple({k: v.item() if isinstance(v, np.generic) else v for k, v in row.items()} for row in rows)}


def two(value: float) -> str:
    """Returns a number with two decimals, never -0.00."""
    return f"{round(float(value), 2) + 0.0:.2f}"


def by_person(run: xr.Dataset, name: str) -> np.ndarray:
    """Returns a variable of a run with all its people or sweeps side by side, shape (times, people)."""
    return run[name].transpose("time", ...).values.reshape(run.sizes["time"], -1)


def spaced(size: int, most: int) -> np.ndarray:
    """Returns at most `most` indices from the first to the last of `size`, evenly spaced."""
    return np.unique(np.linspace(0, size - 1, min(most, size)).round().astype(int))


def words(name: str) -> str:
    return name.replace("_", " ")


def titled(quantity: Quantity) -> str:
    return quantity.label if quantity.unit == "1" else f"{quantity.label} ({quantity.unit})"


def axis_title(run: xr.Dataset, names: Sequence[str]) -> str:
    units = {run[n].attrs["units"] for n in names}
    unit = f" ({units.pop()})" if len(units) == 1 and units != {"1"} else ""
    return (words(names[0]) if len(names) == 1 else "level") + unit


def extent(runs: Iterable[xr.Dataset], names: Sequence[str]) -> tuple[float, float]:
    """Returns the bounds of the variables, wider where a run has left them, and narrower for rates that stay far below."""
    parts = [run[name] for run in runs for name in names]
    low = min(min(part.attrs["bounds"][0], float(part.min())) for part in parts)
    high = max(max(part.attrs["bounds"][1], float(part.max())) for part in parts)
    if low == 0 and "1" not in {part.attrs["units"] for part in parts}:
        most = max(float(part.max()) for part in parts)
        # The largest of 0.5, 0.2, 0.1 ... of the axis that still holds them.
        steps = [high * share for share in (0.1, 0.2, 0.5) if most < 0.9 * high * share]
        high = steps[0] if steps else high
    return low, high


def haloed(rows: list[dict], where: Mapping[str, Any], colour: Any = None, **style: Any) -> list[alt.Chart]:
    """Returns the layers of a text that stays readable over lines, none where there is nothing to say.

    `where` encodes it, `colour` is that of the letters, ink otherwise. Like others here they come as a list: Altair copies
    a layer again each time that what it is in is put on another.
    """
    if not rows:
        return []
    base = alt.Chart(rows_of(rows)).encode(**where)
    halo = base.mark_text(stroke=theme.scheme()["background"], strokeWidth=3, strokeJoin="round", **style)
    return [halo, base.mark_text(**style).encode(**({} if colour is None else {"color": colour}))]


def dots(rows: list[dict], size: int = 90, x: Any = "x:Q", y: Any = "y:Q", colour: str | None = None) -> alt.Chart:
    ink = colour or theme.scheme()["ink"]
    fill = alt.Fill("stable:N", scale=alt.Scale(domain=[True, False], range=[ink, theme.scheme()["background"]]), legend=None)
    mark = alt.Chart(rows_of(rows)).mark_point(stroke=ink, strokeWidth=1.6 if size > 50 else 1, size=size, opacity=1)
    return mark.encode(x=x, y=y, fill=fill)


def path_marks(
    run: xr.Dataset, x: str, y: str, colour: str | None = None, fields: tuple[str, str] | None = None
) -> list[alt.Chart]:
    """Returns the layers of a run against two of its variables, called `fields` in the chart where these are given."""
    people = [by_person(run_with(run, [x, y]), n) for n in (x, y)]
    count = max(part.shape[1] for part in people)
    people = [np.broadcast_to(part, (part.shape[0], count)) for part in people]
    keep = spaced(run.sizes["time"], max(600 // count, 2))
    times, (a, b) = run["time"].values, fields or (x, y)
    rows = [{a: people[0][i, k], b: people[1][i, k], "person": k, "time": times[i]} for k in range(count) for i in keep]
    where: dict[str, Any] = {"x": f"{a}:Q", "y": f"{b}:Q"}
    if fields is None:
        where["x"] = alt.X(f"{a}:Q", title=axis_title(run, [x]), scale=alt.Scale(domain=extent([run], [x]), nice=False))
        where["y"] = alt.Y(f"{b}:Q", title=axis_title(run, [y]), scale=alt.Scale(domain=extent([run], [y]), nice=False))
    paint = colour or theme.colour(y)
    line = alt.Chart(rows_of(rows)).mark_line(color=paint, strokeWidth=2.5, clip=True)
    line = line.encode(**where, detail="person:N", order="time:Q")
    begin, end = (alt.Chart(rows_of([r for r in rows if r["time"] == times[k]])).encode(**where) for k in (0, -1))
    layers = [line, begin.mark_point(shape="square", filled=True, size=60, color=paint, opacity=1)]
    # On a phase plane and in a diagram a path ends in what is drawn below it.
    return layers if fields else [*layers, end.mark_point(filled=True, size=80, color=paint, opacity=1)]


def put_apart(ends: list[dict], extent: Sequence[float], height: int) -> None:
    """Gives each label at the end of a line a place of its own, a line of text from the next and as near as can be."""
    low, high = extent
    gap = 14 / height * (high - low)
    # Lines that end alike keep their order whatever the last digits say.
    ends = sorted(ends, key=lambda row: round(row["y"] / (high - low), 6))
    room = gap * np.arange(len(ends))
    packed = isotonic_regression([end["y"] - above for end, above in zip(ends, room, strict=True)]).x
    places = packed.clip(low, max(high - room[-1], low)) + room
    for end, place in zip(ends, places, strict=True):
        end["place"] = float(place)
