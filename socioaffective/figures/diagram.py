"""Diagrams of rest points against one parameter or lever."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
import xarray as xr

from socioaffective import theme
from socioaffective.checks import number, unknown
from socioaffective.equilibrium import Equilibrium, equilibria, settings_of
from socioaffective.figures.marks import HEIGHT, MOST_ROWS, WIDTH, by_person, dots, path_marks, titled, two
from socioaffective.model import Model


def equilibrium_diagram(
    model: Model,
    setting: str,
    state: str | None = None,
    run: xr.Dataset | None = None,
    points: int = 121,
    width: int = WIDTH,
    height: int = HEIGHT,
    **settings: float,
) -> alt.Chart:
    """Returns the rest points of a model against one parameter or lever: stable ones filled, the others open.

    Inputs: `model`; `setting`, the parameter, lever or input to vary over its bounds; `state`, what to draw (the last
    state unless told otherwise); `run`, a result in which `setting` moves, drawn as a path; the other settings by name.
    Keywords: `points`, at how many values rest points are computed; `width`, `height` in pixels.

    >>> import socioaffective as sa
    >>> chart = sa.figures.equilibrium_diagram(sa.models.companion, "cues", points=41)
    >>> chart.description.split(". ")[0]
    'Rest points of ties in Companion for cues from 0 to 1'
    """
    settings_of(model, settings)
    if setting not in model.settings:
        raise unknown("parameter, lever or input", setting, model.settings)
    if setting in settings:
        raise ValueError(f"'{setting}' is varied; it cannot be held at {settings[setting]} too.")
    name = state or list(model.states)[-1]
    if name not in model.states:
        raise unknown("state", name, model.states)
    count = int(number(points, "points", (2, MOST_ROWS // 4)))
    quantity, shown = model.settings[setting], model.states[name]
    found = _rest_points(model, setting, np.linspace(*quantity.bounds, count), settings)
    grid = np.array(sorted({value for value, _ in found}))
    rows = [{"x": value, "y": e.state[name], "kind": e.kind, "stable": e.stable} for value, e in found]
    x = alt.X("x:Q", title=titled(quantity), scale=alt.Scale(domain=list(quantity.bounds), nice=False))
    y = alt.Y("y:Q", title=titled(shown), scale=alt.Scale(domain=list(shown.bounds), nice=False))
    layers = [dots(rows, size=16, x=x, y=y, colour=theme.colour(name))]
    said = [f"Rest points of {shown.label} in {model.title} for {quantity.label} from {grid[0]:g} to {grid[-1]:g}"]
    stable = np.array([sum(e.stable for v, e in found if v == value) for value in grid])
    several = grid[stable > 1]
    if several.size:
        said.append(f"More than one stable state for {quantity.label} from about {several[0]:.2f} to {several[-1]:.2f}")
    else:
        said.append("Nowhere more than one stable state")
    if run is not None:
        layers += path_marks(run, setting, name, colour=theme.scheme()["ink"], fields=("x", "y"))
        values = by_person(run, name)[:, 0]
        said.append(f"The run starts at {shown.label} {two(values[0])} and ends at {two(values[-1])}")
    return alt.layer(*layers).properties(width=width, height=height, description=". ".join(said) + ".")


def _rest_points(
    model: Model, setting: str, grid: np.ndarray, settings: Mapping[str, float]
) -> list[tuple[float, Equilibrium]]:
    """Returns (value, rest point) pairs over a grid, with more values where rest points or their stability change."""
    found = {value: equilibria(model, **settings, **{setting: value}) for value in grid.tolist()}

    def differ(a: float, b: float) -> bool:
        return len(found[a]) != len(found[b]) or _stable(found[a]) != _stable(found[b])

    for low, high in itertools.pairwise(grid.tolist()):
        while high - low > 1e-3 * (grid[1] - grid[0]) and differ(low, high):
            middle = (low + high) / 2
            found[middle] = equilibria(model, **settings, **{setting: middle})
            low, high = (low, middle) if differ(low, middle) else (middle, high)
    return [(value, point) for value in sorted(found) for point in found[value]]


def _stable(points: Sequence[Equilibrium]) -> int:
    return sum(point.stable for point in points)
