"""Phase planes and phase lines, and the layers they are made of."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.equilibrium import Equilibrium, box_of, equilibria, settings_of, velocity
from socioaffective.figures.marks import (
    DASHES,
    HEIGHT,
    INK,
    by_person,
    dots,
    gaps,
    haloed,
    path_marks,
    roomiest,
    rows_of,
    run_with,
    spaced,
    titled,
    two,
    words,
)
from socioaffective.model import CLOCKS, Model, a_model
from socioaffective.plane import Portrait, planar, portrait

# How the label of a curve stands to its point.
SIDES: dict[str, dict[str, Any]] = {
    "by left": {"align": "right", "dx": -7},
    "by right": {"align": "left", "dx": 7},
    "over left": {"align": "right", "dy": -9},
    "over right": {"align": "left", "dy": -9},
}


def phase_plane(
    model: Model,
    run: xr.Dataset | None = None,
    basins: bool = True,
    width: int = HEIGHT,
    height: int = HEIGHT,
    **settings: float,
) -> alt.Chart:
    """Returns the phase plane of a model with two states: basins, vector field, nullclines, rest points and a run.

    Inputs: `model`; `run`, a result of `sa.simulate` to draw as a path; settings by name. Keywords: `basins` shades where
    each start ends; `width`, `height` in pixels. Stable rest points are filled, the others open. The layers can be had one
    by one: `basin_layer`, `field_layer`, `nullcline_layer`, `rest_layer`, `path_layer`.
    Raises ValueError for a model that is not planar.

    >>> import socioaffective as sa
    >>> chart = sa.figures.phase_plane(sa.models.companion, cues=0.7)
    >>> chart.description.split(". ")[0]
    'Phase plane of Companion: 2 stable states and 1 saddle'
    """
    view = portrait(model, basins=basins, **settings)
    layers = [
        # One tint everywhere would say nothing.
        *([basin_layer(view)] if basins and len(np.unique(view.basins)) > 1 else []),
        field_layer(view, width, height),
        *_nullclines(view),
        *_rest_points(view),
    ]
    said = [_kinds(model, view.equilibria), *map(_where, view.equilibria)]
    if view.basins is not None and sum(e.stable for e in view.equilibria) > 1:
        shares = [(e, float((view.basins == k).mean())) for k, e in enumerate(view.equilibria) if e.stable]
        said += [f"{share:.0%} of the starts end at {_coordinates(e)}" for e, share in shares]
    if run is not None:
        layers += _path(model, run)
        ends = [by_person(run, n)[-1, 0] for n in model.states]
        said.append("the run ends at " + ", ".join(f"{n} {two(v)}" for n, v in zip(model.states, ends, strict=True)))
    return alt.layer(*layers).properties(width=width, height=height, description=". ".join(said) + ".")


def phase_line(
    model: Model, run: xr.Dataset | None = None, width: int = HEIGHT, height: int = HEIGHT, **settings: float
) -> alt.Chart:
    """Returns the rate of change of a model with one state against that state, with its rest points and a run's place.

    Inputs and keywords as for `phase_plane`. Raises ValueError for a model with another number of states.

    >>> import socioaffective as sa
    >>> sa.figures.phase_line(sa.models.mirror).description.split(". ")[0]
    'Rate of change of Mirror: 2 stable states and 1 unstable node'
    """
    if len(a_model(model).states) != 1:
        raise ValueError(f"A phase line needs one state; '{model.title}' has {len(model.states)}. Use phase_plane or path.")
    p, (low, high) = settings_of(model, settings), box_of(model)[0]
    (name, quantity), rest = next(iter(model.states.items())), equilibria(model, **settings)
    grid = np.linspace(low, high, 201)
    speed = velocity(model, p)(grid[None])[0]
    x = alt.X("x:Q", title=quantity.label, scale=alt.Scale(domain=[low, high], nice=False))
    unit = CLOCKS[model.clock]
    y = alt.Y("y:Q", title=f"change of {quantity.label} (1/{unit})")
    rows = [{"x": a, "y": b} for a, b in zip(grid, speed, strict=True)]
    curve = alt.Chart(rows_of(rows)).mark_line(color=theme.colour(name), strokeWidth=2.5).encode(x=x, y=y)
    zero = alt.Chart(rows_of([{"y": 0.0}])).mark_rule(color=theme.scheme()["quiet"]).encode(y="y:Q")
    points = dots([{"x": e.state[name], "y": 0.0, "kind": e.kind, "stable": e.stable} for e in rest])
    layers = [zero, curve, points]
    said = [_kinds(model, rest).replace("Phase plane", "Rate of change"), *map(_where, rest)]
    if run is not None:
        ends = by_person(run_with(run, [name]), name)[[0, -1]].T
        places = [{"x": b, "y": 0.0} for _, b in ends]
        layers.append(alt.Chart(rows_of(places)).mark_point(shape="triangle-down", size=90, filled=True, yOffset=-9,
                                                          color=theme.scheme()["ink"]).encode(x="x:Q", y="y:Q"))  # fmt: skip
        said += [f"the run goes from {two(a)} to {two(b)}" for a, b in ends[:1]]
    return alt.layer(*layers).properties(width=width, height=height, description=". ".join(said) + ".")


def basin_layer(view: Portrait) -> alt.Chart:
    """Returns the basins of a portrait as tinted cells, neighbours of one fate in one rectangle.

    >>> import socioaffective as sa
    >>> view = sa.portrait(sa.models.companion, cues=0.7)
    >>> sa.figures.basin_layer(view).to_dict()["mark"]["type"]
    'rect'
    """
    names, fate = list(view.model.states), view.basins
    if fate is None:
        raise ValueError("This portrait was made without basins.")
    edges = [np.linspace(low, high, fate.sizes[n] + 1) for n, (low, high) in zip(names, box_of(view.model), strict=True)]
    shares = _shares(view)
    rows = []
    for i, column in enumerate(fate.values):
        cuts = [0, *(np.flatnonzero(np.diff(column)) + 1), len(column)]
        for a, b in itertools.pairwise(cuts):
            k = int(column[a])
            where = {"x": edges[0][i], "x2": edges[0][i + 1], "y": edges[1][a], "y2": edges[1][b]}
            rows.append({**where, "fate": k, "tint": theme.tint(shares[k]) if k >= 0 else theme.scheme()["background"]})
    x, y = _axes(view)
    return (
        alt.Chart(rows_of(rows))
        .mark_rect(strokeWidth=0)
        .encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=alt.Color("tint:N", scale=None, legend=None))
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
    x, y = _axes(view)
    rows = [
        {"x": px, "y": py, "angle": a, "speed": (s / top) ** 0.5 if top else 0.0, "dx": u, "dy": v}
        for (px, py), a, s, (u, v) in zip(view.points.T[good], angle[good], speed[good], view.field.T[good], strict=True)
    ]
    turn = alt.Angle("angle:Q", scale=alt.Scale(domain=[0, 360], range=[0, 360]), legend=None)
    size = alt.Size("speed:Q", scale=alt.Scale(domain=[0, 1], range=[25, 260]), legend=None)
    mark = alt.Chart(rows_of(rows)).mark_point(shape="wedge", filled=True, color=theme.scheme()["quiet"], opacity=0.75)
    return mark.encode(x=x, y=y, angle=turn, size=size)


def nullcline_layer(view: Portrait) -> alt.Chart:
    """Returns the nullclines of a portrait, each in the colour of its state and labelled where it ends.

    >>> import socioaffective as sa
    >>> view = sa.portrait(sa.models.companion, cues=0.7)
    >>> sa.figures.nullcline_layer(view).to_dict()["layer"][0]["mark"]["type"]
    'line'
    """
    return alt.layer(*_nullclines(view))


def _nullclines(view: Portrait) -> list[alt.Chart]:
    names, box = list(view.model.states), box_of(view.model)
    inks = {name: theme.colour(name, k) for k, name in enumerate(names)}
    x, y = _axes(view)
    layers, labels = [], []
    tags = [_scaled(_places(view), box), *(label["span"] for label in _rest_labels(view))]
    for line in view.nullclines:
        which = {"state": line.state, "ink": inks[line.state]}
        rows = [
            {"x": curve[i, 0], "y": curve[i, 1], "order": int(i), "curve": f"{line.state} {k}", **which}
            for k, curve in enumerate(line.curves)
            for i in spaced(len(curve), 120)
        ]
        # Dashes tell the two apart without their colours, and where one lies on the other.
        dash = DASHES[names.index(line.state)]
        curves = alt.Chart(rows_of(rows or [{"x": None, "y": None, "order": 0, "curve": "", **which}]))
        curves = curves.mark_line(strokeWidth=2, strokeDash=dash, clip=True)
        layers.append(curves.encode(x=x, y=y, color=INK, detail="curve:N", order="order:Q"))
        if line.curves:
            others = [curve for other in view.nullclines if other is not line for curve in other.curves]
            label = _clearing(max(line.curves, key=len), others, tags, box)
            # What the label covers: about three tenths of the width.
            x_share, y_share = _scaled(np.array([label["x"], label["y"]]), box)[0]
            reach = np.array([0, 0.15, 0.3]) * (-1 if label["side"].endswith("left") else 1)
            tags.append(np.stack([x_share + reach, np.full(3, y_share)], axis=1))
            labels.append({**label, **which, "text": f"{words(line.state)} at rest"})
    for side in SIDES:
        here = [label for label in labels if label["side"] == side]
        layers += haloed(here, {"x": x, "y": y, "text": "text:N"}, INK, fontSize=11, clip=True, **SIDES[side])
    return layers


def _clearing(curve: np.ndarray, others: Sequence[np.ndarray], tags: Sequence[np.ndarray], box: np.ndarray) -> dict:
    """Returns where the label of a curve has most room: away from other curves, from the tags there are (shares of the
    box), and from the edges; beside a steep curve and above a level one."""
    keep = spaced(len(curve), 120)
    share = _scaled(curve, box)
    slopes = np.gradient(share, axis=0)[keep]
    share = share[keep]
    room = np.zeros(len(keep))
    for groups, most in (([_scaled(other, box) for other in others], 0.15), (tags, 0.3)):
        room += np.min([gaps(share, points).min(axis=1, initial=most) for points in groups], axis=0, initial=most)
    room[((share < 0.06) | (share > 0.94)).any(axis=1)] -= 1
    # Rounded, so that places with as much room are decided by their order and not by last digits.
    best = int(np.argmax(room.round(3)))
    level = abs(slopes[best, 1]) < 0.7 * abs(slopes[best, 0])
    right = bool(share[best, 0] > 0.5)
    x, y = curve[keep[best]]
    return {"x": x, "y": y, "side": ("over " if level else "by ") + ("left" if right else "right")}


def rest_layer(view: Portrait) -> alt.Chart:
    """Returns the rest points of a portrait: stable ones filled, the others open, each labelled with its kind.

    >>> import socioaffective as sa
    >>> view = sa.portrait(sa.models.companion, cues=0.7)
    >>> sa.figures.rest_layer(view).to_dict()["layer"][0]["mark"]["type"]
    'point'
    """
    return alt.layer(*_rest_points(view))


def _rest_points(view: Portrait) -> list[alt.Chart]:
    rows = [
        {"x": x, "y": y, "kind": e.kind, "stable": e.stable} for e, (x, y) in zip(view.equilibria, _places(view), strict=True)
    ]
    x, y = _axes(view)
    layers = [dots(rows, x=x, y=y)]
    labels = _rest_labels(view)
    for right in (True, False):
        here = [{k: label[k] for k in ("x", "place", "kind")} for label in labels if label["right"] == right]
        align: dict[str, Any] = {"align": "left" if right else "right", "dx": 6 if right else -6}
        where = {"x": x, "y": "place:Q", "text": "kind:N"}
        layers += haloed(here, where, fontSize=12, fontWeight="bold", **align)
    return layers


def _rest_labels(view: Portrait) -> list[dict]:
    """Returns the labels of the rest points: beside each, above or below, where there is most room.

    `place` is the height of a label, `span` the points that it covers, as shares of the box.
    """
    box = box_of(view.model)
    labels = [{"x": x, "y": y, "kind": e.kind} for e, (x, y) in zip(view.equilibria, _places(view), strict=True)]
    line = [label for label in labels if label["kind"] == "degenerate"]
    if len(line) > 2:
        # A continuum of rest points is found as some of its points: one label serves for all.
        labels = [label for label in labels if label not in line] + [line[len(line) // 2] | {"kind": "a line of rest points"}]
    curves = [curve for nullcline in view.nullclines for curve in nullcline.curves]
    taken = [_scaled(points, box) for points in (*curves, _places(view))]
    for label in labels:
        here = _scaled(np.array([label["x"], label["y"]]), box)[0]
        places = [(True, 0.05), (True, -0.05), (False, 0.05), (False, -0.05)]
        along = np.array([0.04, 0.1, 0.17, 0.24])
        spans = [np.stack([here[0] + along * (1 if right else -1), np.full(4, here[1] + up)], axis=1) for right, up in places]
        k = roomiest(spans, taken)
        label["right"], up = places[k]
        label["place"] = label["y"] + up * (box[1, 1] - box[1, 0])
        label["span"] = spans[k]
        taken.append(spans[k])
    return labels


def _scaled(points: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Returns points as shares of the box, shape (points, 2)."""
    return (points.reshape(-1, 2) - box[:, 0]) / (box[:, 1] - box[:, 0])


def path_layer(model: Model, run: xr.Dataset) -> alt.Chart:
    """Returns a run of a planar model as a path over its phase plane, with a square where it starts.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.companion, weeks=52, cues=0.8)
    >>> sa.figures.path_layer(sa.models.companion, run).to_dict()["layer"][0]["mark"]["type"]
    'line'
    """
    return alt.layer(*_path(model, run))


def _path(model: Model, run: xr.Dataset) -> list[alt.Chart]:
    x, y = planar(model)
    return path_marks(run, x, y, colour=theme.scheme()["ink"], fields=("x", "y"))


def _places(view: Portrait) -> np.ndarray:
    """Returns where the rest points of a portrait lie, shape (points, 2)."""
    return np.array([list(e.state.values()) for e in view.equilibria]).reshape(-1, 2)


def _axes(view: Portrait) -> tuple[alt.X, alt.Y]:
    (first, second), box = view.model.states.values(), box_of(view.model)
    x = alt.X("x:Q", title=titled(first), scale=alt.Scale(domain=box[0].tolist(), nice=False))
    return x, alt.Y("y:Q", title=titled(second), scale=alt.Scale(domain=box[1].tolist(), nice=False))


def _kinds(model: Model, rest: Sequence[Equilibrium]) -> str:
    stable = sum(e.stable for e in rest)
    others: dict[str, int] = {}
    for point in rest:
        if not point.stable:
            others[point.kind] = others.get(point.kind, 0) + 1
    parts = [f"{stable} stable state{'s' * (stable != 1)}", *(f"{n} {kind}{'s' * (n > 1)}" for kind, n in others.items())]
    return f"Phase plane of {model.title}: {' and '.join(parts)}"


def _coordinates(point: Equilibrium) -> str:
    return ", ".join(f"{words(n)} {two(v)}" for n, v in point.state.items())


def _where(point: Equilibrium) -> str:
    return f"{point.kind} at {_coordinates(point)}"


def _shares(view: Portrait) -> list[float]:
    """Returns how high each rest point lies along the last state (the first, where the last tells no two apart)."""
    box = box_of(view.model)
    places = _scaled(_places(view), box)
    stable = places[[e.stable for e in view.equilibria]]
    axis = 0 if len(stable) > 1 and np.ptp(stable[:, 1]) < 1e-6 else 1
    return places[:, axis].tolist()
