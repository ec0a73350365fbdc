"""Phase planes and the layers they are made of."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.dynamics.equilibrium import Equilibrium, box_of
from socioaffective.dynamics.fates import ELSEWHERE, UNDECIDED
from socioaffective.dynamics.manifolds import Separatrix, planar
from socioaffective.dynamics.plane import Portrait, portrait
from socioaffective.figures.labels import beside_curves, clearing, placed, scaled, tags
from socioaffective.figures.marks import DASHES, HEIGHT, INK, by_person, dots, path_marks, rows_of, spaced, titled, two, words
from socioaffective.model import Model


def phase_plane(
    model: Model,
    run: xr.Dataset | None = None,
    basins: bool = True,
    width: int = HEIGHT,
    height: int = HEIGHT,
    **settings: float,
) -> alt.LayerChart:
    """Returns the phase plane of a model with two states: basins, vector field, nullclines, rest points and a run.

    With more than one stable rest point the separatrix, the thin line through the saddle, keeps the basins apart.

    Inputs: `model`; `run`, a result of `sa.simulate` to draw as a path; settings by name. Keywords: `basins` shades where
    each start ends; `width`, `height` in pixels. Stable rest points are filled, the others open. The layers can be had one
    by one: `basin_layer`, `field_layer`, `separatrix_layer`, `nullcline_layer`, `rest_layer`, `path_layer`.
    Raises ValueError for a model that is not planar.

    >>> import socioaffective as sa
    >>> chart = sa.figures.phase_plane(sa.models.companion, cues=0.7)
    >>> chart.description.split(". ")[0]
    'Phase plane of Companion: 2 stable states and 1 saddle'
    """
    own: dict[str, Any] = {**settings}
    view = portrait(model, basins=basins, **own)
    several = sum(e.stable for e in view.equilibria) > 1
    layers = [
        # One tint everywhere would say nothing.
        *([basin_layer(view)] if view.basins is not None and len(np.unique(view.basins)) > 1 else []),
        field_layer(view, width, height),
        *(_separatrices(view) if several and view.separatrices else []),
        *nullcline_marks(view),
        *rest_marks(view),
    ]
    said = [kinds(model, view.equilibria), *map(where_is, view.equilibria)]
    if several:
        said += [_course(view, line) for line in view.separatrices]
    if several and view.basins is not None:
        shares = [(e, float((view.basins == k).mean())) for k, e in enumerate(view.equilibria) if e.stable]
        said += [f"{share:.0%} of the starts end at {_coordinates(e)}" for e, share in shares]
    if view.basins is not None and (share := float((view.basins == UNDECIDED).mean())):
        said.append(f"where {share:.0%} of the starts end is not decided")
    if run is not None:
        layers += _path(model, run)
        ends = [by_person(run, n)[-1, 0] for n in model.states]
        said.append("the run ends at " + ", ".join(f"{n} {two(v)}" for n, v in zip(model.states, ends, strict=True)))
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description=". ".join(said) + ".")


def basin_layer(view: Portrait) -> alt.Chart:
    """Returns the basins of a portrait as tinted cells, neighbours of one fate in one rectangle; what is undecided is grey.

    >>> import socioaffective as sa
    >>> view = sa.portrait(sa.models.companion, cues=0.7)
    >>> sa.figures.basin_layer(view).to_dict()["mark"]["type"]
    'rect'
    """
    names, fate = list(view.model.states), view.basins
    if fate is None:
        raise ValueError("This portrait was made without basins.")
    edges = [np.linspace(low, high, fate.sizes[n] + 1) for n, (low, high) in zip(names, box_of(view.model), strict=True)]
    tints = {k: theme.tint(share) for k, share in enumerate(_shares(view))}
    tints |= {ELSEWHERE: theme.scheme()["background"], UNDECIDED: theme.scheme()["grid"]}
    rows = []
    for i, column in enumerate(fate.values):
        cuts = [0, *(np.flatnonzero(np.diff(column)) + 1), len(column)]
        for a, b in itertools.pairwise(cuts):
            k = int(column[a])
            where = {"x": edges[0][i], "x2": edges[0][i + 1], "y": edges[1][a], "y2": edges[1][b]}
            rows.append({**where, "fate": k, "tint": tints[k]})
    x, y = axes_of(view)
    return (
        alt.Chart(rows_of(rows))
        .mark_rect(strokeWidth=0)
        .encode(x=x, x2=alt.X2("x2:Q"), y=y, y2=alt.Y2("y2:Q"), color=alt.Color("tint:N", scale=None, legend=None))
    )


def field_layer(view: Portrait, width: int = HEIGHT, height: int = HEIGHT) -> alt.Chart:
    """Returns the vector field of a portrait: arrows that point where the state moves, larger where it moves faster.

    >>> import socioaffective as sa
    >>> view = sa.portrait(sa.models.companion, cues=0.7)
    >>> sa.figures.field_layer(view).to_dict()["mark"]["shape"]
    'wedge'
    """
    box = box_of(view.model)
    extent = (box[:, 1] - box[:, 0])[:, None]
    dx, dy = view.field / extent * np.array([[width], [height]])
    speed = np.hypot(dx, dy)
    good = np.isfinite(speed)
    top = speed[good].max() if good.any() else 1.0
    angle = np.degrees(np.arctan2(dx, dy)) % 360
    x, y = axes_of(view)
    rows = [
        {"x": px, "y": py, "angle": a, "speed": (s / top) ** 0.5 if top else 0.0, "dx": u, "dy": v}
        for (px, py), a, s, (u, v) in zip(view.points.T[good], angle[good], speed[good], view.field.T[good], strict=True)
    ]
    turn = alt.Angle("angle:Q", scale=alt.Scale(domain=[0, 360], range=[0, 360]), legend=None)
    size = alt.Size("speed:Q", scale=alt.Scale(domain=[0, 1], range=[25, 260]), legend=None)
    mark = alt.Chart(rows_of(rows)).mark_point(shape="wedge", filled=True, color=theme.scheme()["quiet"], opacity=0.75)
    return mark.encode(x=x, y=y, angle=turn, size=size)


def nullcline_layer(view: Portrait) -> alt.LayerChart:
    """Returns the nullclines of a portrait, each in the colour of its state and labelled where it ends.

    >>> import socioaffective as sa
    >>> view = sa.portrait(sa.models.companion, cues=0.7)
    >>> sa.figures.nullcline_layer(view).to_dict()["layer"][0]["mark"]["type"]
    'line'
    """
    return alt.LayerChart(layer=nullcline_marks(view))


def nullcline_marks(view: Portrait) -> list[alt.Chart]:
    """Returns the layers of the nullclines."""
    names, labels = list(view.model.states), nullcline_labels(view)
    x, y = axes_of(view)
    layers = []
    for line in view.nullclines:
        which = _of_state(view, line.state)
        rows = [
            {"x": curve[i, 0], "y": curve[i, 1], "order": int(i), "curve": f"{line.state} {k}", **which}
            for k, curve in enumerate(line.curves)
            for i in spaced(len(curve), 120)
        ]
        # Dashes tell the two apart without their colours, and where one lies on the other.
        dash = DASHES[names.index(line.state)]
        curves = alt.Chart(rows_of(rows or [{"x": None, "y": None, "order": 0, "curve": "", **which}]))
        curves = curves.mark_line(strokeWidth=2, strokeDash=dash, clip=True)
        layers.append(curves.encode(x=x, y=y, color=INK, detail=alt.Detail("curve:N"), order=alt.Order("order:Q")))
    return layers + beside_curves(labels, x, y)


def _of_state(view: Portrait, state: str) -> dict[str, str]:
    return {"state": state, "ink": theme.colour(state, list(view.model.states).index(state))}


def nullcline_labels(view: Portrait) -> list[dict]:
    """Returns a label for each nullcline in the box; its `span` are the points that it covers, as shares of the box."""
    box, labels = box_of(view.model), []
    taken = [scaled(places_of(view), box), *(label["span"] for label in rest_labels(view))]
    for line in view.nullclines:
        if line.curves:
            others = [curve for other in view.nullclines if other is not line for curve in other.curves]
            label = clearing(f"{words(line.state)} at rest", line.curves, others, taken, box)
            labels.append({**label, **_of_state(view, line.state)})
            taken.append(label["span"])
    return labels


def separatrix_layer(view: Portrait) -> alt.LayerChart:
    """Returns the stable manifolds of the saddles of a portrait, each a thin line through its saddle.

    >>> import socioaffective as sa
    >>> view = sa.portrait(sa.models.companion, cues=0.7)
    >>> sa.figures.separatrix_layer(view).to_dict()["layer"][0]["mark"]["type"]
    'trail'
    """
    return alt.LayerChart(layer=_separatrices(view))


def _separatrices(view: Portrait) -> list[alt.Chart]:
    box, ink = box_of(view.model), theme.scheme()["ink"]
    x, y = axes_of(view)
    lines = [line.curve for line in view.separatrices]
    rows = [
        {"x": curve[i, 0], "y": curve[i, 1], "order": int(i), "saddle": k}
        for k, curve in enumerate(lines)
        for i in spaced(len(curve), 600 // len(lines))
    ]
    trail = alt.Chart(rows_of(rows or [{"x": None, "y": None, "order": 0, "saddle": 0}])).mark_trail(
        size=1.3, color=ink, clip=True
    )
    layers = [trail.encode(x=x, y=y, detail=alt.Detail("saddle:N"), order=alt.Order("order:Q"))]
    longest = max(lines, key=len, default=np.empty((0, 2)))
    if len(longest) > 2:
        taken = [scaled(places_of(view), box), *(label["span"] for label in [*rest_labels(view), *nullcline_labels(view)])]
        others = [curve for nullcline in view.nullclines for curve in nullcline.curves]
        layers += beside_curves([{**clearing("separatrix", [longest], others, taken, box), "ink": ink}], x, y)
    return layers


def rest_layer(view: Portrait) -> alt.LayerChart:
    """Returns the rest points of a portrait: stable ones filled, the others open, each labelled with its kind.

    >>> import socioaffective as sa
    >>> view = sa.portrait(sa.models.companion, cues=0.7)
    >>> sa.figures.rest_layer(view).to_dict()["layer"][0]["mark"]["type"]
    'point'
    """
    return alt.LayerChart(layer=rest_marks(view))


def rest_marks(view: Portrait) -> list[alt.Chart]:
    """Returns the layers of the rest points."""
    rows = [
        {"x": x, "y": y, "kind": e.kind, "stable": e.stable} for e, (x, y) in zip(view.equilibria, places_of(view), strict=True)
    ]
    x, y = axes_of(view)
    return [dots(rows, x=x, y=y), *tags(rest_labels(view), "kind", x)]


def rest_labels(view: Portrait) -> list[dict]:
    """Returns the labels of the rest points, placed."""
    labels = [{"x": x, "y": y, "kind": e.kind} for e, (x, y) in zip(view.equilibria, places_of(view), strict=True)]
    line = [label for label in labels if label["kind"] == "degenerate"]
    if len(line) > 2:
        # A continuum of rest points is found as some of its points: one label serves for all.
        labels = [label for label in labels if label not in line] + [line[len(line) // 2] | {"kind": "a line of rest points"}]
    curves = [curve for nullcline in view.nullclines for curve in nullcline.curves]
    box = box_of(view.model)
    return placed(labels, "kind", [scaled(points, box) for points in (*curves, places_of(view))], box)


def path_layer(model: Model, run: xr.Dataset) -> alt.LayerChart:
    """Returns a run of a planar model as a path over its phase plane, with a square where it starts.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.companion, weeks=52, cues=0.8)
    >>> sa.figures.path_layer(sa.models.companion, run).to_dict()["layer"][0]["mark"]["type"]
    'line'
    """
    return alt.LayerChart(layer=_path(model, run))


def _path(model: Model, run: xr.Dataset) -> list[alt.Chart]:
    x, y = planar(model)
    return path_marks(run, x, y, colour=theme.scheme()["ink"], fields=("x", "y"))


def places_of(view: Portrait) -> np.ndarray:
    """Returns where the rest points of a portrait lie, shape (points, 2)."""
    return np.array([list(e.state.values()) for e in view.equilibria]).reshape(-1, 2)


def axes_of(view: Portrait) -> tuple[alt.X, alt.Y]:
    (first, second), box = view.model.states.values(), box_of(view.model)
    x = alt.X("x:Q", title=titled(first), scale=alt.Scale(domain=box[0].tolist(), nice=False))
    return x, alt.Y("y:Q", title=titled(second), scale=alt.Scale(domain=box[1].tolist(), nice=False))


def kinds(model: Model, rest: Sequence[Equilibrium]) -> str:
    stable = sum(e.stable for e in rest)
    others: dict[str, int] = {}
    for point in rest:
        if not point.stable:
            others[point.kind] = others.get(point.kind, 0) + 1
    line = ["a line of rest points"] if others.get("degenerate", 0) > 2 and others.pop("degenerate") else []
    parts = [
        f"{stable} stable state{'s' * (stable != 1)}",
        *line,
        *(f"{n} {kind}{'s' * (n > 1)}" for kind, n in others.items()),
    ]
    return f"Phase plane of {model.title}: {' and '.join(parts)}"


def _coordinates(point: Equilibrium) -> str:
    return ", ".join(f"{words(n)} {two(v)}" for n, v in point.state.items())


def _course(view: Portrait, line: Separatrix) -> str:
    """Returns in words from where to where a separatrix runs."""
    names = list(view.model.states)
    ends = [", ".join(f"{words(n)} {two(v)}" for n, v in zip(names, line.curve[k], strict=True)) for k in (0, -1)]
    return f"the separatrix runs from {ends[0]} through the saddle to {ends[1]}"


def where_is(point: Equilibrium) -> str:
    return f"{point.kind} at {_coordinates(point)}"


def _shares(view: Portrait) -> list[float]:
    """Returns how high each rest point lies along the last state (the first, where the last tells no two apart)."""
    box = box_of(view.model)
    places = scaled(places_of(view), box)
    stable = places[[e.stable for e in view.equilibria]]
    axis = 0 if len(stable) > 1 and np.ptp(stable[:, 1]) < 1e-6 else 1
    return places[:, axis].tolist()
