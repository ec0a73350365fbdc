"""Classes: the policies of many students on one plane."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.checks import unknown, whole
from socioaffective.figures.labels import placed, scaled, tags
from socioaffective.figures.marks import HEIGHT, MOST_ROWS, WIDTH, rows_of, spaced, two

NEEDED = ("engagement", "wellbeing", "distance", "front_engagement", "front_wellbeing")


def class_on_front(points: xr.Dataset, best: int = 3, width: int = WIDTH, height: int = HEIGHT) -> alt.LayerChart:
    """Returns a chart of a class's policies as points (engagement, well-being) below the front, the nearest ones labelled.

    Inputs: `points`, made by `sa.exercises.class_page.points`; `best`, how many bear their label, nearest first. Keywords:
    `width`, `height` in pixels. Pointed at, each policy says its label and where it stands.

    >>> import socioaffective as sa
    >>> from socioaffective.exercises import class_page
    >>> found = class_page.points({"ada7": (0.75, 0.49), "bob": (0.8, 0.4)}, "a word")
    >>> sa.figures.class_on_front(found).description.split(". ")[0]
    'Best well-being for each engagement, from (0.29, 0.58) to (0.98, 0.27)'
    """
    if not isinstance(points, xr.Dataset):
        raise TypeError(f"class_on_front draws what class_page.points returns, not {type(points).__name__}.")
    for name in (*NEEDED, "label"):
        if name not in points.variables:
            raise unknown("variable of these points", name, map(str, points.variables))
    shown = whole(best, "best (how many are labelled)", 0, 10)
    if (count := points.sizes["label"]) > MOST_ROWS:
        raise ValueError(f"At most {MOST_ROWS} policies are drawn, not {count}.")
    # To as many digits as an optimum has on any processor.
    line = np.stack([points[name].values for name in NEEDED[3:]], axis=1).round(4)
    line = line[spaced(len(line), 200)]
    where = np.stack([points[name].values for name in NEEDED[:2]], axis=1).round(4)
    far, labels = points["distance"].values.round(4), points["label"].values.tolist()
    rows = [
        {"x": x, "y": y, "told": f"{label}: engagement {two(x)}, well-being {two(y)}, {d:.3f} below the front"}
        for (x, y), d, label in zip(where, far, labels, strict=True)
    ]
    order = sorted(range(count), key=lambda k: (far[k], labels[k]))
    near = order[:shown]
    everything = np.concatenate([line, where])
    pad = 0.06 * np.ptp(everything, axis=0)
    # Room on the right, where no policy can be and labels may stand.
    box = np.stack([everything.min(axis=0) - pad, everything.max(axis=0) + pad * [2.5, 1]], axis=1)
    x, y = (
        alt.X("x:Q", title="engagement (mean over the time)", scale=alt.Scale(domain=box[0].tolist(), nice=False)),
        alt.Y("y:Q", title="well-being (mean over the time)", scale=alt.Scale(domain=box[1].tolist(), nice=False)),
    )
    ink, bright = theme.scheme()["ink"], theme.colour("wanting")
    front = alt.Chart(rows_of([{"x": a, "y": b} for a, b in line])).mark_line(color=theme.colour("engagement"), strokeWidth=2)
    said = {"x": x, "y": y, "tooltip": alt.Tooltip("told:N", title=" "), "description": alt.Description("told:N")}
    layers = [front.encode(x=x, y=y, order="x:Q")]
    groups: list[tuple[list[int], dict[str, Any]]] = [
        (order[shown:], {"size": 45, "color": ink, "opacity": 0.55}),
        (near, {"size": 110, "color": bright, "shape": "diamond", "opacity": 1}),
    ]
    for chosen, style in groups:
        if chosen:
            dots = alt.Chart(rows_of([rows[k] for k in chosen]))
            mark = dots.mark_point(filled=True, ariaRoleDescription=theme.TOLD, **style)
            layers.append(mark.encode(**said))
    names = [{"x": rows[k]["x"], "y": rows[k]["y"], "text": labels[k]} for k in near]
    layers += tags(placed(names, "text", [scaled(line, box), scaled(where, box)], box), "text", x)
    return alt.LayerChart(layer=layers).properties(
        width=width, height=height, description=_in_words(line, where, far, labels, near)
    )


def _in_words(line: np.ndarray, where: np.ndarray, far: np.ndarray, labels: list, near: list[int]) -> str:
    ends = [f"({two(line[k, 0])}, {two(line[k, 1])})" for k in (0, -1)]
    count = len(far)
    said = f"Best well-being for each engagement, from {ends[0]} to {ends[1]}. "
    said += f"Of {count} policies half stand within {np.median(far):.3f} below it" if count > 1 else "One policy"
    said += f", the farthest {far.max():.3f}" if count > 1 else f" stands {far[0]:.3f} below it"
    nearest = ", ".join(f"{labels[k]} at ({two(where[k, 0])}, {two(where[k, 1])})" for k in near)
    return f"{said}{'; the nearest are ' if len(near) > 1 else '; the nearest is '}{nearest}." if near else f"{said}."
