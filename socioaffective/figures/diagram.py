"""Diagrams of rest points against one parameter or lever."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.checks import unknown
from socioaffective.dynamics.branches import Diagram, SpecialPoint
from socioaffective.dynamics.tracing import continuation
from socioaffective.figures.labels import roomiest, share_of
from socioaffective.figures.marks import HEIGHT, MOST_ROWS, WIDTH, by_person, haloed, path_marks, rows_of, titled, two
from socioaffective.model import Model, a_model
from socioaffective.simulation.runs import Call

# Where the label of a special point may stand: shift in pixels, alignment.
PLACES = [((9, 0), "left"), ((-9, 0), "right"), ((0, 17), "center"), ((0, -17), "center"),
          ((9, 17), "left"), ((-9, -17), "right"), ((9, -17), "left"), ((-9, 17), "right")]  # fmt: skip


def equilibrium_diagram(
    model: Model | Diagram | xr.Dataset,
    setting: str | None = None,
    state: str | None = None,
    run: xr.Dataset | None = None,
    loop: bool = False,
    cycles: bool = False,
    width: int = WIDTH,
    height: int = HEIGHT,
    **settings: float,
) -> alt.LayerChart:
    """Returns the rest points of a model against one setting: stable branches drawn through, unstable ones dashed.

    Inputs: `model`; `setting`, the parameter, lever or input to vary over its bounds; `state`, what to draw (the last state
    unless told otherwise); `run`, a result of `sa.simulate`, drawn as a path; the other settings by name. Instead of the
    model a result of `sa.continuation`, which has its own setting and settings, or a run, which is drawn at its own settings.
    Keywords: `loop` draws the jumps of somebody who stays at rest while the setting moves slowly up and down; `cycles` the
    limit cycles born at Hopf points, by their highest and lowest values, which takes seconds; `width`, `height` in pixels.
    Folds and other special points are marked with their values.

    >>> import socioaffective as sa
    >>> chart = sa.figures.equilibrium_diagram(sa.models.companion, "cues", loop=True)
    >>> chart.description.split(". ")[1]
    'Folds at cues 0.59 and 0.81'
    """
    if isinstance(model, xr.Dataset):
        run = model
        model, settings = _own(run, setting, settings)
    diagram = _diagram(model, setting, settings)
    known = diagram.model
    name = state or list(known.states)[-1]
    if name not in known.states:
        raise unknown("state", name, known.states)
    quantity, shown = known.settings[diagram.setting], known.states[name]
    low, high = shown.bounds
    x = alt.X("x:Q", title=titled(quantity), scale=alt.Scale(domain=list(diagram.bounds), nice=False))
    y = alt.Y("y:Q", title=titled(shown), scale=alt.Scale(domain=[low, high], nice=False))
    place = list(known.states).index(name)
    pieces = _pieces(diagram, place)
    drawn = [points for _, points in pieces]
    layers = _lines(pieces, theme.colour(name), x, y)
    said = [f"Rest points of {shown.label} in {known.title} for {quantity.label} from {_ends(diagram)}"]
    said += _counted(diagram)
    windows = [f"{two(a)} to {two(b)}" for a, b in diagram.windows]
    several = f"More than one stable state for {quantity.label} from {' and from '.join(windows)}"
    said.append(several if windows else "Nowhere more than one stable state")
    if cycles:
        for family in diagram.cycles:
            layers += _cycle_lines(family, name, theme.colour(name), x, y)
            drawn += [np.column_stack([family.value, side[name]]) for side in (family.low, family.high)]
            kinds = {True: "stable", False: "unstable"}
            what = " and ".join(kinds[k] for k in (True, False) if (family.stable == k).any())
            said.append(f"{what.capitalize()} cycles: {family.note}" if what else f"Cycles: {family.note}")
    if loop:
        path = diagram.hysteresis()
        jumps = np.flatnonzero(path["jump"].values)
        ends = [np.column_stack([path[diagram.setting][jumps], path[name][k]]) for k in (jumps, jumps + 1)]
        layers += _jumps(*ends)
        drawn += [np.linspace(a, b, 30) for a, b in zip(*ends, strict=True)]
        said.append(path.attrs["note"].rstrip("."))
    layers += _labels(diagram, name, drawn, np.array([width, height]), x, y)
    if run is not None:
        layers += path_marks(run, diagram.setting, name, colour=theme.scheme()["ink"], fields=("x", "y"))
        values = by_person(run, name)[:, 0]
        said.append(f"The run starts at {shown.label} {two(values[0])} and ends at {two(values[-1])}")
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description=". ".join(said) + ".")


def _diagram(model: Any, setting: str | None, settings: dict[str, float]) -> Diagram:
    if isinstance(model, Diagram):
        if setting is not None or settings:
            raise ValueError("A result of sa.continuation has its setting and settings; give none beside it.")
        return model
    a_model(model)
    if setting is None or setting not in model.settings:
        raise unknown("parameter, lever or input", setting, model.settings)
    return continuation(model, setting, model.settings[setting].bounds, **settings)


def _own(run: xr.Dataset, setting: str | None, settings: dict[str, float]) -> tuple[Model, dict[str, float]]:
    """Returns the model of a run and the settings that it was made with, but for the one that varies."""
    call = run.attrs.get("call")
    if not isinstance(call, Call):
        raise TypeError("equilibrium_diagram needs a model, a result of sa.continuation or one of sa.simulate.")
    if settings:
        raise ValueError(f"A run has its own settings; '{next(iter(settings))}' cannot be given beside it.")
    for name in call.model.levers:
        if name != setting and np.ptp(run[name].values) > 0:
            raise ValueError(f"'{name}' moves in this run, so that it has no one diagram in '{setting}'.")
    held = {n: run[n].values.flat[0] if n in call.model.levers else v for n, v in run.attrs["settings"].items() if n != setting}
    return call.model, held


def _ends(diagram: Diagram) -> str:
    return f"{diagram.bounds[0]:g} to {diagram.bounds[1]:g}"


def _counted(diagram: Diagram) -> list[str]:
    """Returns a sentence for each kind of special point, with the values at which there are some."""
    said, label = [], diagram.model.settings[diagram.setting].label
    for kind in dict.fromkeys(point.kind for point in diagram.special):
        values = list(dict.fromkeys(two(point.value) for point in diagram.special if point.kind == kind))
        what = kind if len(values) == 1 else f"{kind}s"
        said.append(f"{what[0].upper() + what[1:]} at {label} {' and '.join(values)}")
    return said


def _pieces(diagram: Diagram, place: int) -> list[tuple[bool, np.ndarray]]:
    """Returns the branches cut where stability changes: whether a piece is stable, and its points, shape (points, 2)."""
    pieces = []
    for branch in diagram.branches:
        points = diagram.jet.real(branch.knots)[:, [-1, place]]
        stable = branch.grows == 0
        cuts = [0, *(np.flatnonzero(stable[1:] != stable[:-1]) + 1).tolist(), len(stable)]
        pieces += [(bool(stable[a]), points[a : b + 1]) for a, b in itertools.pairwise(cuts)]
    total = sum(len(points) for _, points in pieces)
    every = -(-total // (MOST_ROWS // 2))
    return [(kind, points[np.unique([*range(0, len(points), every), len(points) - 1])]) for kind, points in pieces]


def _lines(pieces: Sequence[tuple[bool, np.ndarray]], colour: str, x: Any, y: Any) -> list[alt.Chart]:
    layers = []
    for kind, style in ((False, {"strokeWidth": 1.6, "strokeDash": [5, 3]}), (True, {"strokeWidth": 3})):
        rows = [
            {"x": a, "y": b, "piece": k, "order": i, "stable": kind}
            for k, (stable, points) in enumerate(pieces)
            if stable == kind
            for i, (a, b) in enumerate(points.tolist())
        ]
        if rows:
            line = alt.Chart(rows_of(rows)).mark_line(color=colour, clip=True, **style)
            layers.append(line.encode(x=x, y=y, detail="piece:N", order="order:Q"))
    return layers or [alt.Chart(rows_of([])).mark_point().encode(x=x, y=y)]


def _cycle_lines(family: Any, name: str, colour: str, x: Any, y: Any) -> list[alt.Chart]:
    rows = [
        {"x": value, "y": side, "side": which, "order": k, "stable": bool(family.stable[k])}
        for which, sides in (("low", family.low[name]), ("high", family.high[name]))
        for k, (value, side) in enumerate(zip(family.value.tolist(), sides.tolist(), strict=True))
    ]
    if not rows:
        return []
    ring = alt.Chart(rows_of(rows)).encode(x=x, y=y)
    line = ring.mark_line(color=colour, strokeWidth=1.2, clip=True).encode(detail="side:N", order="order:Q")
    fill = alt.Fill(
        "stable:N", scale=alt.Scale(domain=[True, False], range=[colour, theme.scheme()["background"]]), legend=None
    )
    return [line, ring.mark_point(stroke=colour, strokeWidth=1, size=20, opacity=1, clip=True).encode(fill=fill)]


def _jumps(starts: np.ndarray, ends: np.ndarray) -> list[alt.Chart]:
    """Returns an arrow from where each stable state vanishes to where the path lands."""
    if not len(starts):
        return []
    ink = theme.scheme()["ink"]
    rows = [
        {"x": start[0], "y": y, "jump": k, "turn": 180 if end[1] < start[1] else 0}
        for k, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True))
        for y in (start[1], end[1])
    ]
    line = alt.Chart(rows_of(rows)).mark_line(color=ink, strokeWidth=1.4, clip=True).encode(x="x:Q", y="y:Q", detail="jump:N")
    head = alt.Chart(rows_of(rows[1::2])).mark_point(shape="triangle", filled=True, size=90, color=ink, opacity=1)
    return [line, head.encode(x="x:Q", y="y:Q", angle=alt.Angle("turn:Q", scale=None))]


def _labels(diagram: Diagram, name: str, drawn: Sequence[np.ndarray], pixels: np.ndarray, x: Any, y: Any) -> list[alt.Chart]:
    """Returns the special points as diamonds, each labelled with its kind and value where there is most room."""
    box = np.array([diagram.bounds, diagram.model.states[name].bounds])
    width = box[:, 1] - box[:, 0]
    inside = [p for p in diagram.special if box[1, 0] <= p.state[name] <= box[1, 1]]
    if not inside:
        return []
    ink = theme.scheme()["ink"]
    rows = [{"x": p.value, "y": p.state[name], "kind": p.kind} for p in inside]
    marks = alt.Chart(rows_of(rows)).mark_point(shape="diamond", filled=True, size=70, color=ink, opacity=1)
    taken = [(points - box[:, 0]) / width for points in drawn]
    labels: dict[str, list[dict]] = {}
    for point in _told_apart(inside, name, width):
        at, text = (np.array([point.value, point.state[name]]) - box[:, 0]) / width, f"{_short(point.kind)} {two(point.value)}"
        spans, long = [], share_of(text, across=pixels[0])
        for shift, align in PLACES:
            corner = at + np.array(shift) / pixels
            left = corner[0] - {"left": 0.0, "right": long, "center": long / 2}[align]
            spans.append(np.column_stack([np.linspace(left, left + long, 9), np.full(9, corner[1])]))
        k = roomiest(spans, taken)
        shift, align = PLACES[k]
        taken.append(spans[k])
        shifted = box[:, 0] + (at + np.array(shift) / pixels) * width
        labels.setdefault(align, []).append({"x": shifted[0], "y": shifted[1], "text": text})
    where = {"x": x, "y": y, "text": "text:N"}
    return [marks.encode(x=x, y=y), *(layer for align, given in labels.items()
                                      for layer in haloed(given, where, align=align, fontSize=11))]  # fmt: skip


def _short(kind: str) -> str:
    return kind.removesuffix(" point")


def _told_apart(points: Sequence[SpecialPoint], name: str, width: np.ndarray) -> list[SpecialPoint]:
    """Returns special points without those that would have the same label at the same place."""
    kept: list[SpecialPoint] = []
    for point in points:
        if not any(
            point.kind == other.kind
            and abs(point.value - other.value) < 0.01 * width[0]
            and abs(point.state[name] - other.state[name]) < 0.01 * width[1]
            for other in kept
        ):
            kept.append(point)
    return kept
