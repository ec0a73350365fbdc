"""Crowds: many people at once, as bands over time, as points in a plane, and what decides their differences."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.checks import listed, number, unknown
from socioaffective.figures.marks import (
    HEIGHT,
    INK,
    MOST_ROWS,
    WIDTH,
    axis_title,
    haloed,
    put_apart,
    rows_of,
    spaced,
    tabled,
    two,
    words,
)

MOST_TIMES, MOST_LINE = 80, 60
# What is drawn of a fan unless told otherwise: the middle, the half around it, and four fifths.
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True)
class Fan:
    """The quantiles of a quantity over time, shape (quantiles, times), lowest first, and its mean."""

    times: np.ndarray
    shares: list[float]
    levels: np.ndarray
    mean: np.ndarray


def fan(
    runs: Any, name: str, quantiles: Sequence[float] = QUANTILES, width: int = WIDTH, height: int = HEIGHT
) -> alt.LayerChart:
    """Returns a chart of many people over time: the median (line), the mean (dashes), and bands around them.

    Inputs: `runs`, a result of `sa.simulate` with people, or a table with quantiles of them (`name` along `quantile`, and
    `name_mean`), or a mapping from label to one or two such; `name`, the quantity. Keywords: `quantiles`, rising from the lower
    edge of the widest band to its upper edge, as many above as below the one in the middle; `width`, `height` in pixels.
    Raises ValueError for runs of one person, for more than two runs, and for quantiles that are no bands.

    >>> import socioaffective as sa
    >>> people = sa.population(sa.models.companion, 50, start={"ties": (0.2, 0.8)})
    >>> run = sa.simulate(sa.models.companion, 52, dt=1, cues=0.8, **people)
    >>> sa.figures.fan({"with": run, "without": sa.counterfactual(run)}, "ties").description.split(";")[0]
    'ties, with: the median goes from 0.47 to 0.31 over 52 weeks, the mean from 0.49 to 0.37'
    """
    table = tabled(runs, "fan")
    if len(table) > 2:
        raise ValueError(f"A fan draws one or two runs, not {len(table)}: more bands would hide each other.")
    shares = _bands(quantiles)
    fans = {label: _fan(run, name, shares) for label, run in table.items()}
    first = next(iter(table.values()))
    # A difference to a reference has the colour of what it is a difference of.
    inks = dict(zip(table, (theme.colour(name.removesuffix("_gap")), theme.scheme()["quiet"]), strict=False))
    span = float(min(f.times[0] for f in fans.values())), float(max(f.times[-1] for f in fans.values()))
    up = _extent([f.levels for f in fans.values()], first[name].attrs.get("bounds"))
    unit, scale = first["time"].attrs.get("units", "weeks"), alt.Scale(domain=list(up), nice=False)
    x = alt.X("x:Q", title=f"time ({unit})", scale=alt.Scale(domain=list(span), nice=False))
    y = alt.Y("y:Q", title=axis_title(first, [name]), scale=scale)
    layers, ends = [], []
    # The second, without the assistant, lies behind.
    for label, f in reversed(fans.items()):
        layers += _fan_marks(f, inks[label], x, y)
        ends += _fan_ends(f, label, inks[label])
    put_apart(ends, up, height)
    where = {"x": x, "y": alt.Y("place:Q", scale=scale), "text": alt.Text("text:N")}
    layers.append(alt.Chart(rows_of(ends)).mark_text(align="left", dx=6, fontSize=12).encode(color=INK, **where))
    said = [_fan_story(", ".join(filter(None, (words(name), label))), f) for label, f in fans.items()]
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description=". ".join(said) + ".")


def _bands(given: Any) -> list[float]:
    shares = [number(q, "A quantile", (0, 1)) for q in listed(given, "quantiles", "[0.1, 0.5, 0.9]")]
    if len(shares) % 2 == 0 or len(shares) < 3 or any(a >= b for a, b in itertools.pairwise(shares)):
        raise ValueError(f"quantiles rise and have one in the middle, such as [0.1, 0.5, 0.9], not {shares}.")
    return shares


def _fan(run: xr.Dataset, name: str, shares: list[float]) -> Fan:
    """Returns the fan of a run with people, or of a table of their quantiles."""
    if name not in run:
        raise unknown("variable to draw", name, map(str, run.data_vars))
    part = run[name]
    keep = spaced(run.sizes["time"], MOST_TIMES)
    times = run["time"].values[keep].astype(float)
    if "quantile" in part.dims:
        if f"{name}_mean" not in run:
            raise ValueError(f"A table of quantiles needs the mean beside them, as '{name}_mean'.")
        known = part["quantile"].values
        for share in shares:
            if not np.isclose(known, share).any():
                raise ValueError(f"This table has no quantile {share:g}; it has {', '.join(f'{q:g}' for q in known)}.")
        levels = np.stack([part.isel(quantile=int(np.argmin(np.abs(known - share)))).values[keep] for share in shares])
        return Fan(times, shares, levels, run[f"{name}_mean"].values[keep])
    values = part.transpose("time", ...).values.reshape(run.sizes["time"], -1)[keep]
    if values.shape[1] < 2:
        raise ValueError(f"A fan needs several people; this run has '{name}' of one. Use time_course.")
    return Fan(times, shares, np.quantile(values, shares, axis=1), values.mean(axis=1))


def _fan_marks(f: Fan, ink: str, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    layers, middle = [], len(f.shares) // 2
    for k in range(middle):
        low, high = f.levels[k], f.levels[-1 - k]
        rows = [{"x": t, "y": a, "y2": b} for t, a, b in zip(f.times, low, high, strict=True)]
        band = alt.Chart(rows_of(rows)).mark_area(color=ink, opacity=0.16, clip=True)
        layers.append(band.encode(x=x, y=y, y2=alt.Y2("y2:Q")))
    for values, dash in ((f.levels[middle], [1, 0]), (f.mean, [5, 3])):
        rows = [{"x": t, "y": v} for t, v in zip(f.times, values, strict=True)]
        layers.append(alt.Chart(rows_of(rows)).mark_line(color=ink, strokeWidth=2, strokeDash=dash, clip=True).encode(x=x, y=y))
    return layers


def _fan_ends(f: Fan, label: str, ink: str) -> list[dict]:
    """Returns the labels at the right: who lies below each edge of the widest band, the median and the mean."""
    names = {f"{f.shares[0]:.0%} below": f.levels[0, -1], "median": f.levels[len(f.shares) // 2, -1], "mean": f.mean[-1]}
    names[f"{1 - f.shares[-1]:.0%} above"] = f.levels[-1, -1]
    after = f", {label}" if label else ""
    return [{"x": f.times[-1], "y": float(y), "ink": ink, "text": what + after} for what, y in names.items()]


def _fan_story(what: str, f: Fan) -> str:
    middle, ends = f.levels[len(f.shares) // 2], (two(f.levels[0, -1]), two(f.levels[-1, -1]))
    return (
        f"{what}: the median goes from {two(middle[0])} to {two(middle[-1])} over {f.times[-1]:g} weeks, the mean from "
        f"{two(f.mean[0])} to {two(f.mean[-1])}; in the end {f.shares[0]:.0%} lie below {ends[0]} and "
        f"{1 - f.shares[-1]:.0%} above {ends[1]}"
    )


def _extent(parts: Iterable[np.ndarray], bounds: Any = None) -> tuple[float, float]:
    """Returns the bounds of a quantity, or a little more than the range of its values where it has none."""
    low, high = min(float(np.min(p)) for p in parts), max(float(np.max(p)) for p in parts)
    if bounds is not None:
        return min(low, float(bounds[0])), max(high, float(bounds[1]))
    pad = 0.05 * max(high - low, 1e-9)
    return low - pad, high + pad


def crowd(
    x: xr.DataArray,
    y: xr.DataArray,
    fate: Any = None,
    said: tuple[str, str] = ("tipped", "not tipped"),
    line: xr.DataArray | None = None,
    width: int = WIDTH,
    height: int = WIDTH,
) -> alt.LayerChart:
    """Returns a chart of people as points in the plane of two things in which they differ, coloured by their fate.

    Inputs: `x` and `y`, a number for each person, such as `people.to_xarray()["ties"]`; `fate`, whether it has befallen each
    of them; `said`, what those are called whom it has and has not; `line`, where fates divide, from `sa.dividing_line`.
    Keywords: `width`, `height` in pixels. Of more people than can be drawn some are, evenly chosen; the words count all.
    Raises ValueError for nobody, for numbers of different people and for a line of other quantities.

    >>> import socioaffective as sa
    >>> people = sa.population(sa.models.companion, 100, start={"ties": (0.2, 0.8)}, sensitisation=(0.3, 0.7))
    >>> run, table = sa.simulate(sa.models.companion, 260, dt=26, cues=0.7, **people), people.to_xarray()
    >>> chart = sa.figures.crowd(table["ties"], table["sensitisation"], run["ties"][-1] < 0.3, ("isolated", "connected"))
    >>> chart.description.split(". ")[0]
    '100 people by ties and sensitisation: 36 % isolated, 64 % connected'
    """
    across, up = (_one_each(part, which) for part, which in ((x, "x"), (y, "y")))
    befell = np.zeros(len(across), dtype=bool) if fate is None else np.asarray(fate).astype(bool)
    if not len(across) == len(up) == len(befell):
        raise ValueError(f"x, y and fate are of {len(across)}, {len(up)} and {len(befell)} people; give the same ones.")
    if len(across) == 0:
        raise ValueError("There is nobody to draw.")
    names = [str(part.attrs.get("long_name") or part.name or which) for part, which in ((x, "x"), (y, "y"))]
    ends = [_extent([values]) for values in (across, up)]
    axes = {
        "x": alt.X("x:Q", title=_title(x, names[0]), scale=alt.Scale(domain=list(ends[0]), nice=False)),
        "y": alt.Y("y:Q", title=_title(y, names[1]), scale=alt.Scale(domain=list(ends[1]), nice=False)),
    }
    inks = {True: theme.colour("wanting"), False: theme.colour("ties")}
    layers = [*_zeros(ends)]
    shown = spaced(len(across), MOST_ROWS - MOST_LINE - 20)
    for one, shape in ((False, "circle"), (True, "triangle-down")):
        rows = [{"x": across[k], "y": up[k]} for k in shown if befell[k] == one]
        mark = alt.Chart(rows_of(rows)).mark_point(filled=True, shape=shape, size=26, opacity=0.55, color=inks[one], clip=True)
        layers += [mark.encode(**axes)] if rows else []
    text = [f"{len(across):,} people by {names[0]} and {names[1]}"]
    if fate is not None:
        text[0] += f": {befell.mean() * 100:.0f} % {said[0]}, {(1 - befell.mean()) * 100:.0f} % {said[1]}"
        layers += _fate_labels(across, up, befell, said, inks, axes)
        text += [_middle(across, up, befell == one, what, names) for one, what in ((True, said[0]), (False, said[1]))]
    if line is not None:
        places = _line(line, x, y)
        layers += _line_marks(places, axes)
        text.append(_line_story(places, names, across, up, befell if fate is not None else None))
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description=". ".join(filter(None, text)) + ".")


def _one_each(part: Any, which: str) -> np.ndarray:
    if not isinstance(part, xr.DataArray) or part.ndim != 1:
        raise TypeError(f"{which} is a number for each person, such as people.to_xarray()['ties'], not {type(part).__name__}.")
    values = part.values.astype(float)
    if len(bad := np.flatnonzero(~np.isfinite(values))):
        raise ValueError(f"{which} of person {bad[0]} (counted from 0) is {values[bad[0]]}; it must be a finite number.")
    return values


def _title(part: xr.DataArray, name: str) -> str:
    unit = part.attrs.get("units", "1")
    return name if unit == "1" else f"{name} ({unit})"


def _zeros(ends: Sequence[tuple[float, float]]) -> list[alt.Chart]:
    """Returns the lines at 0, where both signs occur."""
    quiet = theme.scheme()["quiet"]
    return [
        alt.Chart(rows_of([{axis: 0.0}])).mark_rule(color=quiet, strokeWidth=1).encode(**{axis: f"{axis}:Q"})
        for axis, (low, high) in zip("xy", ends, strict=True)
        if low < 0 < high
    ]


def _fate_labels(across: Any, up: Any, befell: Any, said: Any, inks: Any, axes: Any) -> list[alt.Chart]:
    """Returns the labels of the two groups, each at the middle of its own."""
    rows = []
    for one, what in ((True, said[0]), (False, said[1])):
        if (befell == one).any():
            middle = {"x": np.median(across[befell == one]), "y": np.median(up[befell == one])}
            rows.append({**middle, "ink": inks[one], "text": f"{what}: {(befell == one).mean() * 100:.0f} %"})
    return haloed(rows, {**axes, "text": alt.Text("text:N")}, INK, fontSize=13, fontWeight="bold")


def _middle(across: Any, up: Any, who: Any, what: str, names: list[str]) -> str:
    if not who.any():
        return ""
    return f"the middle of those {what} has {names[0]} {two(np.median(across[who]))} and {names[1]} {two(np.median(up[who]))}"


def _line(line: Any, x: xr.DataArray, y: xr.DataArray) -> np.ndarray:
    """Returns the points of a dividing line as (x, y), those that are finite."""
    named = {str(x.name), str(y.name)}
    if not isinstance(line, xr.DataArray) or line.ndim != 1 or {str(line.name), str(line.dims[0])} != named:
        raise ValueError(f"The line is one of {x.name} and {y.name}, such as sa.dividing_line(model, '{x.name}', '{y.name}').")
    values, along = line.values.astype(float), line[line.dims[0]].values.astype(float)
    points = np.column_stack([values, along] if line.name == x.name else [along, values])[np.isfinite(values)]
    return points[spaced(len(points), MOST_LINE)] if len(points) else points


def _line_marks(places: np.ndarray, axes: Any) -> list[alt.Chart]:
    rows = [{"x": a, "y": b, "order": k} for k, (a, b) in enumerate(places)]
    if len(rows) < 2:
        return []
    line = alt.Chart(rows_of(rows)).mark_line(color=theme.scheme()["ink"], strokeWidth=2, strokeDash=[6, 3], clip=True)
    return [line.encode(**axes, order="order:Q")]


def _line_story(places: np.ndarray, names: list[str], across: Any, up: Any, befell: Any) -> str:
    if len(places) < 2:
        return "there is no line on which fates divide"
    (a, b), (c, d) = places[0], places[-1]
    text = f"fates divide on a line from {names[0]} {two(a)} at {names[1]} {two(b)} to {two(c)} at {two(d)}"
    if befell is None:
        return text
    # Where the line gives a value of x for each y, as that of a start value does, one can count who lies on which side.
    order = np.argsort(places[:, 1], kind="stable")
    side = across < np.interp(up, places[order, 1], places[order, 0])
    fewer = min(int((side != befell).sum()), int((side == befell).sum()))
    return f"{text}, with {fewer} of {len(across):,} people on the other side of it than their fate"


def shares(found: xr.Dataset, width: int = WIDTH, height: int = HEIGHT) -> alt.LayerChart:
    """Returns a chart of Sobol indices: for each trait its own share of the variance (dot) and the total (ring).

    Input: `found`, a result of `sa.sobol_indices` of one outcome. Keywords: `width`, `height` in pixels. The bars are the
    bootstrap intervals. Raises TypeError for anything else, and ValueError for several outcomes at once.

    >>> import socioaffective as sa
    >>> found = sa.sobol_indices(lambda a, b: a + 2 * b, None, {"a": (0, 1), "b": (0, 1)}, 1024)
    >>> sa.figures.shares(found).description.split(". ")[0]
    'b accounts for 80 % of the variance by itself and 80 % in all'
    """
    if not isinstance(found, xr.Dataset) or "first_interval" not in found:
        raise TypeError("shares draws a result of sa.sobol_indices.")
    if found["first"].dims != ("trait",):
        raise ValueError("shares draws one outcome; choose one: found.sel(outcome=...).")
    order = [str(found["trait"].values[k]) for k in np.argsort(-found["total"].values, kind="stable")]
    y = alt.Y("trait:N", title=None, sort=[words(name) for name in order], axis=alt.Axis(labelLimit=200))
    low = min(0.0, float(found["first_interval"].min()), float(found["total_interval"].min()))
    high = max(1.0, float(found["first_interval"].max()), float(found["total_interval"].max()))
    scale = alt.Scale(domain=[low, high], nice=False)
    x = alt.X("x:Q", title="share of the variance", scale=scale)
    layers, ink = [], theme.scheme()["ink"]
    for kind, filled, off in (("first", True, -6), ("total", False, 6)):
        rows = []
        for name in order:
            part = found.sel(trait=name)
            ends = part[f"{kind}_interval"].values
            rows.append({"trait": words(name), "x": float(part[kind]), "low": float(ends[0]), "high": float(ends[1])})
        base = alt.Chart(rows_of(rows)).encode(y=y)
        bar = base.mark_rule(color=theme.scheme()["quiet"], strokeWidth=2, yOffset=off)
        layers.append(bar.encode(x=alt.X("low:Q", title="share of the variance", scale=scale), x2="high:Q"))
        fill = ink if filled else theme.scheme()["background"]
        layers.append(base.mark_point(filled=False, fill=fill, stroke=ink, size=70, opacity=1, yOffset=off).encode(x=x))
        tag = [{**rows[0], "text": "by itself" if filled else "in all"}]
        named = alt.Chart(rows_of(tag)).mark_text(yOffset=off, dy=2 * off, fontSize=11, color=ink)
        layers.append(named.encode(x=x, y=y, text="text:N"))
    percent = lambda value: f"{round(value * 100) + 0:d} %"  # noqa: E731
    own, total = ({n: percent(float(found[kind].sel(trait=n))) for n in order} for kind in ("first", "total"))
    said = [f"{words(n)} accounts for {own[n]} of the variance by itself and {total[n]} in all" for n in order]
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description=". ".join(said) + ".")
