"""Pictures of oversight: warning signs before a fold, how good alarms are, and what measures cost and save."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.checks import mapped, number, unknown
from socioaffective.control.frontier import Front
from socioaffective.figures.labels import placed, scaled, tags
from socioaffective.figures.marks import (
    HEIGHT,
    INK,
    MOST_ROWS,
    WIDTH,
    Line,
    axis_title,
    by_person,
    haloed,
    labelled,
    put_apart,
    rows_of,
    run_with,
    spaced,
    two,
    words,
)

SIGNS = ("variance", "autocorrelation")
SHOWN = {
    "in_time": "caught in time (share of those who decline)",
    "caught": "caught at all (share of those who decline)",
    "delay": "from decline to alarm (weeks, median)",
}


def warning_signs(
    run: xr.Dataset,
    signs: xr.Dataset,
    marks: Mapping[str, float] | None = None,
    width: int = WIDTH,
    height: int = 130,
) -> alt.VConcatChart:
    """Returns a record over time, and below it on the same weeks its rolling variance and autocorrelation.

    Inputs: `run`, the record, of one person; `signs`, what `sa.early_warning` made of it; `marks`, a mapping from label to a
    week, drawn as an upright line, such as `{"fold": 140}`. Keywords: `width`, `height` of one panel.

    >>> import socioaffective as sa
    >>> x = sa.state("mood", bounds=(-3, 3))
    >>> run = sa.simulate(sa.Model("Mood", {x: -x / 2}, noise={x: 0.4}), weeks=200, dt=0.5, seed=1)
    >>> chart = sa.figures.warning_signs(run, sa.early_warning(run, "mood", window=100))
    >>> chart.description.split(" goes")[0], chart.description.count("Kendall's tau")
    ('mood', 2)
    """
    if not isinstance(signs, xr.Dataset) or "of" not in signs.attrs:
        raise TypeError("warning_signs needs the record and what sa.early_warning made of it.")
    name = signs.attrs["of"]
    run_with(run, [name])
    if by_person(run, name).shape[1] != 1 or by_person(signs, "variance").shape[1] != 1:
        raise ValueError("warning_signs draws one person: select one, such as run.isel(person=0).")
    times = run["time"].values
    places = {
        str(label): number(week, f"The mark '{label}'") for label, week in mapped(marks, "marks", "{'fold': 140}").items()
    }
    across = (
        f"time ({run['time'].attrs.get('units', 'weeks')})",
        (float(times[0]), max(float(times[-1]), *places.values()) if places else float(times[-1])),
    )
    panels, said = [], []
    for sign, table in (("", run), *((sign, signs) for sign in SIGNS)):
        values = by_person(table, sign or name)[:, 0]
        there = np.flatnonzero(np.isfinite(values))
        keep = there[spaced(len(there), MOST_ROWS // 4)]
        low, high = float(values[keep].min()), float(values[keep].max())
        pad = 0.06 * max(high - low, 1e-9)
        line = Line(table["time"].values[keep], values[keep], sign if sign else name, "", words(sign or name))
        title = axis_title(run, [name]) if not sign else words(sign)
        panel = labelled([line], across, (title, (low - pad, high + pad)), height)
        if places:
            panel = alt.LayerChart(layer=[panel, *_uprights(places, high + pad, label=not sign)])
        panels.append(panel.properties(width=width, height=height))
        story = f"{words(sign or name)} goes from {values[keep[0]]:.2g} to {values[keep[-1]]:.2g}"
        said.append(story + (f" (Kendall's tau {float(signs[f'{sign}_trend']):.2f})" if sign else ""))
    said += [f"{label} at week {two(week)}" for label, week in places.items()]
    return alt.vconcat(*panels, spacing=10).properties(description="; ".join(said) + ".")


def _uprights(places: Mapping[str, float], top: float, label: bool) -> list[alt.Chart]:
    rows = [{"x": week, "y": top, "text": text} for text, week in places.items()]
    rules = alt.Chart(rows_of(rows)).mark_rule(color=theme.scheme()["quiet"], strokeDash=[4, 4]).encode(x="x:Q")
    where = {"x": "x:Q", "y": "y:Q", "text": "text:N"}
    return [rules, *(haloed(rows, where, align="right", baseline="top", dx=-4, fontSize=11) if label else [])]


def operating_curves(
    curves: Mapping[str, xr.Dataset] | xr.Dataset, show: str = "in_time", width: int = WIDTH, height: int = HEIGHT
) -> alt.LayerChart:
    """Returns a chart of how good alarms are against how often they are false, a point for each threshold.

    Inputs: `curves`, a result of `sa.oversight.operating_curve` or a mapping from label to such results; `show`, "in_time",
    "caught" (both with the diagonal of an alarm that knows nothing) or "delay". Keywords: `width`, `height` in pixels. Upright
    bars are 95 % intervals of a share, of a delay its quartiles. Raises ValueError for another `show`.

    >>> import socioaffective as sa
    >>> noisy = sa.models.companion.with_noise(ties=0.05)
    >>> alarm, decline = sa.oversight.level("ties", below=0.3), sa.oversight.loss("ties", by=0.3)
    >>> watch = sa.oversee(noisy, 40, alarm, decline=decline, cues=0.7)
    >>> curve = sa.oversight.operating_curve(watch, lambda low: sa.oversight.level("ties", below=low), [0.2, 0.4])
    >>> sa.figures.operating_curves({"level": curve}).description[:30]
    'level: in time 0.59 at false a'
    """
    if show not in SHOWN:
        raise unknown("quantity of an operating curve to show", show, SHOWN)
    table = {"": curves} if isinstance(curves, xr.Dataset) else dict(mapped(curves, "curves", "{'level': curve}"))
    if not table:
        raise ValueError("operating_curves needs at least one curve.")
    rows, ends, said = [], [], []
    for k, (label, curve) in enumerate(table.items()):
        if not isinstance(curve, xr.Dataset) or "false_alarms" not in curve:
            raise TypeError(
                f"operating_curves draws results of sa.oversight.operating_curve; {label or 'what was given'} is not."
            )
        order = np.argsort(curve["false_alarms"].values, kind="stable")
        columns = {"x": "false_alarms", "y": show, "low": f"{show}_low", "high": f"{show}_high", "threshold": "threshold"}
        points = [{key: float(curve[name].values[i]) for key, name in columns.items()} for i in order]
        own: list[dict[str, Any]] = [
            {**point, "ink": theme.SPARE[k % len(theme.SPARE)][theme.shade()], "line": str(label)}
            for point in points
            if point["y"] == point["y"]
        ]
        rows += own
        ends += [{**own[-1], "text": str(label)}] if label and own else []
        told = [f"{two(row['y'])} at false alarms {two(row['x'])}" for row in own]
        said.append(f"{label or 'alarm'}: {words(show)} " + ", ".join(told))
    shares = show != "delay"
    low, high = (0.0, 1.0) if shares else (min(row["low"] for row in rows), max(row["high"] for row in rows))
    pad = 0.02 if shares else 0.06 * max(high - low, 1.0)
    up = [low - pad, high + pad]
    x = alt.X("x:Q", title="false alarms (share of those who are spared)", scale=alt.Scale(domain=[-0.02, 1.02], nice=False))
    y = alt.Y("y:Q", title=SHOWN[show], scale=alt.Scale(domain=up, nice=False))
    base = alt.Chart(rows_of(rows)).encode(x=x, color=INK)
    layers = [alt.Chart(rows_of([{"x": a, "y": a if shares else 0.0} for a in (0.0, 1.0)]))
              .mark_line(color=theme.scheme()["quiet"], strokeDash=[4, 4], strokeWidth=1).encode(x=x, y=y)]  # fmt: skip
    layers.append(
        base.mark_rule(strokeWidth=1, opacity=0.5, clip=True).encode(
            y=alt.Y("low:Q", scale=alt.Scale(domain=up, nice=False)), y2="high:Q"
        )
    )
    layers.append(base.mark_line(strokeWidth=2).encode(y=y, detail="line:N", order="x:Q"))
    layers.append(base.mark_point(filled=True, size=40, opacity=1).encode(y=y))
    put_apart(ends, up, height)
    layers += haloed(ends, {"x": x, "y": "place:Q", "text": "text:N"}, INK, align="left", dx=8, fontSize=12)
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description="; ".join(said) + ".")


def measures(
    table: xr.Dataset,
    lines: Mapping[str, Sequence[str]] | None = None,
    front: Front | None = None,
    width: int = WIDTH,
    height: int = HEIGHT,
) -> alt.LayerChart:
    """Returns a chart of what measures cost in engagement and save in needs, a point for each, with the best mixtures behind.

    Inputs: `table`, a result of `sa.oversight.compare` with two scores, the first across and the second upwards; `lines`, a
    mapping from the name of a measure to the labels of its strengths, which are joined by a line and bear the first number of
    their label; `front`, a result of `sa.pareto` with the same two objectives, drawn without noise. Keywords: `width`, `height`
    in pixels. Upright bars are two standard errors of what a measure gains.

    >>> import socioaffective as sa
    >>> alarm, decline = sa.oversight.level("ties", below=0.3), sa.oversight.loss("ties", by=0.1)
    >>> tried = {f"cap {cap}": (alarm, sa.oversight.cap(cues=cap)) for cap in (0.3, 0.6)}
    >>> table = sa.oversight.compare(sa.models.companion.with_noise(ties=0.03), 10, tried, decline=decline, cues=0.8)
    >>> sa.figures.measures(table, {"cap": ["cap 0.3", "cap 0.6"]}).description.split(" at")[0]
    'without assistant'
    """
    if not isinstance(table, xr.Dataset) or "measure" not in table.dims:
        raise TypeError("measures draws results of sa.oversight.compare.")
    scores = [str(n).removesuffix("_gain") for n in table.data_vars if str(n).endswith("_gain")]
    if len(scores) != 2:
        raise ValueError(
            f"measures draws two scores against each other; this table has {len(scores)}. Give compare scores=[...]."
        )
    one, other = scores
    groups = {name: list(own) for name, own in mapped(lines, "lines", "{'cap': ['cap 0.3', 'cap 0.6']}").items()}
    points = _points(table, one, other, groups)
    best = [] if front is None else _mixtures(front, one, other)
    places = np.array(
        [[row["x"], end] for row in points.values() for end in (row["low"], row["high"])] + [[r["x"], r["y"]] for r in best]
    )
    low, high = places.min(axis=0), places.max(axis=0)
    edges = np.stack([low, high]) + np.array([[-0.06], [0.08]]) * np.maximum(high - low, 1e-3)
    scales = [alt.Scale(domain=edges[:, k].tolist(), nice=False) for k in (0, 1)]
    x = alt.X("x:Q", title=f"{words(one)} (mean over people and weeks)", scale=scales[0])
    y = alt.Y("y:Q", title=f"{words(other)} (mean over people and weeks)", scale=scales[1])
    quiet, layers = theme.scheme()["quiet"], []
    joined = [(best, quiet, 4, 0.4), *(([points[n] for n in own], points[own[0]]["ink"], 1.5, 0.7) for own in groups.values())]
    for rows, ink, wide, opacity in joined:
        line = alt.Chart(rows_of({**row, "order": k} for k, row in enumerate(rows)))
        layers += (
            [line.mark_line(color=ink, strokeWidth=wide, opacity=opacity).encode(x=x, y=y, order="order:Q")] if rows else []
        )
    base = alt.Chart(rows_of(points.values())).encode(x=x, color=INK)
    layers.append(base.mark_rule(strokeWidth=1, opacity=0.6).encode(y=alt.Y("low:Q", scale=scales[1]), y2="high:Q"))
    shown = list(points.values())
    # Points last, so that no halo of a label covers one.
    layers += [*_labels(points, groups, edges, x), base.mark_point(filled=True, size=60, opacity=1).encode(y=y)]
    said = "; ".join(f"{row['text']} at {words(one)} {two(row['x'])}, {words(other)} {two(row['y'])}" for row in shown)
    said += f"; best mixtures of {one} and {other} behind, without noise" if best else ""
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description=said + ".")


def _labels(points: Mapping[str, dict], groups: Mapping[str, Sequence[str]], edges: np.ndarray, x: Any) -> list:
    """Returns the labels of points: on a line its name and, at each point, the strength; elsewhere the measure itself."""
    grouped = {label for own in groups.values() for label in own}
    strengths = [{**points[n], "short": found[0]} for n in sorted(grouped) if (found := re.findall(r"\d[\d.]*", n))]
    covered = [[row["x"] + reach * np.ptp(edges[:, 0]), row["y"]] for row in strengths for reach in (0, 0.02, 0.05)]
    lines = np.concatenate([np.linspace([row["x"], row["low"]], [row["x"], row["high"]], 5) for row in points.values()])
    taken = [scaled(np.array(part), edges.T) for part in (covered, lines) if len(part)]
    apart = [row for label, row in points.items() if label not in grouped]
    middles = [np.mean([[points[n]["x"], points[n]["y"]] for n in own[:2]], axis=0) for own in groups.values()]
    named = [{"x": float(at[0]), "y": float(at[1]), "text": name} for name, at in zip(groups, middles, strict=True)]
    where = {"x": x, "y": "y:Q", "text": "short:N"}
    return [
        *haloed(strengths, where, INK, align="left", dx=7, fontSize=11),
        *tags(placed([*apart, *named], "text", taken, edges.T), "text", x),
    ]


def _points(table: xr.Dataset, one: str, other: str, groups: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Any]]:
    """Returns a point for each measure by its label, in the colour of its line."""
    labels = table["measure"].values.tolist()
    for name, own in groups.items():
        if not own or (stranger := next((label for label in own if label not in labels), None)):
            raise unknown(f"measure for the line '{name}'", stranger if own else "", labels)
    colour = {label: theme.SPARE[k % len(theme.SPARE)][theme.shade()] for k, own in enumerate(groups.values()) for label in own}
    errors = table[f"{other}_error"].values if f"{other}_error" in table else np.zeros(len(labels))
    points = {}
    for k, label in enumerate(labels):
        x, y, half = float(table[one][k]), float(table[other][k]), 2 * float(errors[k])
        ink = colour.get(label, theme.scheme()["ink"])
        points[label] = {"x": x, "y": y, "low": y - half, "high": y + half, "text": label, "ink": ink}
    return points


def _mixtures(front: Any, one: str, other: str) -> list[dict[str, float]]:
    """Returns the points of a front, once it is one of the two scores that are drawn."""
    if not isinstance(front, Front):
        raise TypeError(f"front is a result of sa.pareto, not {type(front).__name__}.")
    if (str(front.first), str(front.second)) != (one, other):
        raise ValueError(f"This front mixes {front.first} and {front.second}; the table has {one} and {other}.")
    return [{"x": float(a), "y": float(b)} for a, b in zip(front.table[one], front.table[other], strict=True)]
