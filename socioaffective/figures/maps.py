"""Figures of a model with one state: its rate of change over a line, and the cobweb of a map."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.checks import number
from socioaffective.compile import rates
from socioaffective.dynamics.equilibrium import box_of, equilibria, settings_of, velocity
from socioaffective.figures.labels import placed, scaled, tags
from socioaffective.figures.marks import HEIGHT, by_person, dots, rows_of, run_with, titled, two
from socioaffective.figures.phase import kinds, where_is
from socioaffective.model import CLOCKS, Model, a_model
from socioaffective.simulation.runs import simulate

MOST_STEPS = 500


def phase_line(
    model: Model, run: xr.Dataset | None = None, width: int = HEIGHT, height: int = HEIGHT, **settings: float
) -> alt.LayerChart:
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
    x = alt.X("x:Q", title=titled(quantity), scale=alt.Scale(domain=[low, high], nice=False))
    unit = "" if quantity.unit == "1" else f" ({quantity.unit})"
    y = alt.Y("y:Q", title=f"change per {CLOCKS[model.clock]}{unit}")
    rows = [{"x": a, "y": b} for a, b in zip(grid, speed, strict=True)]
    curve = alt.Chart(rows_of(rows)).mark_line(color=theme.colour(name), strokeWidth=2.5).encode(x=x, y=y)
    zero = alt.Chart(rows_of([{"y": 0.0}])).mark_rule(color=theme.scheme()["quiet"]).encode(y=alt.Y("y:Q"))
    places = [e.state[name] for e in rest]
    layers = [zero, *_arrows(model, p, [low, *places, high]), curve]
    layers.append(dots([{"x": at, "y": 0.0, "kind": e.kind, "stable": e.stable} for at, e in zip(places, rest, strict=True)]))
    said = [kinds(model, rest).replace("Phase plane", "Rate of change"), *map(where_is, rest)]
    if run is not None:
        ends = by_person(run_with(run, [name]), name)[[0, -1]].T
        places = [{"x": b, "y": 0.0} for _, b in ends]
        layers.append(alt.Chart(rows_of(places)).mark_point(shape="triangle-down", size=90, filled=True, yOffset=-9,
                                                          color=theme.scheme()["ink"]).encode(x="x:Q", y="y:Q"))  # fmt: skip
        said += [f"the run goes from {two(a)} to {two(b)}" for a, b in ends[:1]]
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description=". ".join(said) + ".")


def _arrows(model: Model, p: np.ndarray, cuts: Sequence[float]) -> list[alt.Chart]:
    """Returns arrows on the line of a single state, which point where it moves, one between each two rest points."""
    middles = np.array([(a + b) / 2 for a, b in itertools.pairwise(cuts) if b > a])
    speed = velocity(model, p)(middles[None])[0]
    layers = []
    for shape, here in (("triangle-right", speed > 0), ("triangle-left", speed < 0)):
        rows = [{"x": at, "y": 0.0, "speed": v} for at, v in zip(middles[here], speed[here], strict=True)]
        mark = alt.Chart(rows_of(rows)).mark_point(shape=shape, size=110, filled=True, opacity=1, color=theme.scheme()["quiet"])
        layers += [mark.encode(x="x:Q", y="y:Q")] if rows else []
    return layers


def cobweb(
    model: Model, run: xr.Dataset | None = None, steps: int = 40, width: int = HEIGHT, height: int = HEIGHT, **settings: Any
) -> alt.LayerChart:
    """Returns the cobweb of a model with one state that moves in steps: its map, the diagonal, and the staircase of a run.

    Inputs: `model`; `run`, a result of `sa.simulate` at these settings (from the model's own start unless told otherwise);
    `steps`, how many of its steps are drawn; settings by name. Keywords: `width`, `height` in pixels. The staircase goes up
    or down to the map, which says what comes next, and across to the diagonal, where next becomes now. Rest points lie where
    the map crosses the diagonal: stable ones filled, the others open.
    Raises ValueError for a model with more states or in continuous time, and for a run at other settings.
    Source: Strogatz 2015, Nonlinear Dynamics and Chaos, section 10.1.

    >>> import socioaffective as sa
    >>> x, r = sa.state("crowd", start=0.1), sa.parameter("rate", 2.8, (0, 4))
    >>> sa.figures.cobweb(sa.Model("Logistic map", {x: r * x * (1 - x)}, clock="discrete")).description.split(". ")[0]
    'Cobweb of Logistic map: 1 stable state and 1 unstable node'
    """
    if a_model(model).clock != "discrete" or len(model.states) != 1:
        raise ValueError(
            f"A cobweb needs one state that moves in steps; '{model.title}' has {len(model.states)} in {model.clock} time. "
            "Use phase_line, phase_plane or path."
        )
    count = int(number(steps, "steps (how many are drawn)", (1, MOST_STEPS)))
    p, (low, high) = settings_of(model, settings), box_of(model)[0]
    (name, quantity), rest = next(iter(model.states.items())), equilibria(model, **settings)
    if run is None:
        run = simulate(model, count, seed=0, **settings)
    else:
        _at_these(model, run_with(run, [name]), p)
    people = by_person(run, name)[: count + 1].T[: MOST_STEPS // count]
    grid = np.linspace(low, high, 241)
    following = rates(model, "array")(grid[None], p)[0]
    edges = alt.Scale(domain=[low, high], nice=False)
    now = alt.X("x:Q", title=f"{quantity.label} now", scale=edges)
    then = alt.Y("y:Q", title=f"{quantity.label} a {CLOCKS[model.clock]} later", scale=edges)
    ink, quiet = theme.scheme()["ink"], theme.scheme()["quiet"]
    ends = alt.Chart(rows_of([{"x": v, "y": v} for v in (low, high)]))
    good = np.isfinite(following)
    curve = alt.Chart(rows_of([{"x": a, "y": b} for a, b in zip(grid[good], following[good], strict=True)]))
    corners = [(k, i, *corner) for k, path in enumerate(people) for i, corner in enumerate(_stairs(path, low))]
    stairs = [{"x": a, "y": b, "order": i, "person": k} for k, i, a, b in corners]
    begins = alt.Chart(rows_of([row for row in stairs if row["order"] == 0]))
    rows = [{"x": v, "y": v, "kind": e.kind, "stable": e.stable} for e in rest for v in e.state.values()]
    lines = [np.stack([grid[good], following[good]], axis=1), np.stack([grid, grid], axis=1)]
    lines += [np.stack([(a, b), ((a + c) / 2, (b + d) / 2)]) for (_, _, a, b), (_, _, c, d) in itertools.pairwise(corners[:40])]
    square = np.array([[low, high]] * 2)
    labels = placed(rows, "kind", [scaled(line, square) for line in lines], square)
    layers = [
        ends.mark_line(color=quiet, strokeDash=[4, 4], strokeWidth=1, clip=True).encode(x=now, y=then),
        curve.mark_line(color=theme.colour(name), strokeWidth=2.5, clip=True).encode(x=now, y=then),
        alt.Chart(rows_of(stairs))
        .mark_line(color=ink, strokeWidth=1.2, clip=True)
        .encode(x=now, y=then, detail=alt.Detail("person:N"), order=alt.Order("order:Q")),
        begins.mark_point(shape="square", filled=True, size=60, color=ink, opacity=1).encode(x=now, y=then),
        dots(rows, x=now, y=then),
        *tags(labels, "kind", now),
    ]
    said = [kinds(model, rest).replace("Phase plane", "Cobweb"), *map(where_is, rest)]
    said += [f"the run goes from {two(path[0])} to {two(path[-1])} in {len(path) - 1} steps" for path in people[:1]]
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description=". ".join(said) + ".")


def _stairs(path: np.ndarray, floor: float) -> list[tuple[float, float]]:
    """Returns the corners of a staircase: from the axis up to the map, and from there by the diagonal to the map again."""
    corners = [(path[0], floor)]
    for now, then in itertools.pairwise(path):
        corners += [(now, then), (then, then)]
    return corners


def _at_these(model: Model, run: xr.Dataset, p: np.ndarray) -> None:
    """Raises ValueError for a run whose parameters are not those of the map, on which its staircase would not stand."""
    made = run.attrs.get("settings", {})
    for name, value in zip(model.settings, p.tolist(), strict=True):
        if name not in model.levers and name in made and made[name] != value:
            raise ValueError(f"The run was made with {name} = {made[name]}, not {value:g}. Give {name}=... here too.")
