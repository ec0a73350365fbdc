"""Manifolds: the curves through the saddles of a plane, which keep different fates apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from scipy.integrate import DOP853

from socioaffective.checks import listed, mapped, number, unknown
from socioaffective.compile import jacobian, rates
from socioaffective.dynamics.equilibrium import Equilibrium, box_of, equilibria, settings_of
from socioaffective.integrate import StuckError
from socioaffective.model import Model, a_model

# Lengths along a separatrix, in sides of the box: from point to point, from the saddle to where the curve begins to be
# followed, from a rest point that it has reached, and at most.
SPACING, OFFSET, REACH, LONGEST = 1 / 200, 1e-5, 1e-3, 12.0
# Evaluations that a branch may take, a few seconds; most take a few hundred.
MOST_EVALUATIONS = 100_000


@dataclass(frozen=True)
class Separatrix:
    """The stable or unstable manifold (`kind`) of a `saddle`: `curve` are its points, from end to end through the saddle."""

    saddle: Equilibrium
    kind: str
    curve: np.ndarray

    def __repr__(self) -> str:
        return f"Separatrix({self.kind} manifold of the saddle at {told(self.saddle.state)}, {len(self.curve)} points)"


def planar(model: Model) -> tuple[str, str]:
    """Returns the names of the two states; ValueError for a model that has another number of them."""
    a_model(model)
    names = tuple(model.states)
    if len(names) != 2:
        raise ValueError(f"A plane needs two states; '{model.title}' has {len(names)}: {', '.join(names)}.")
    return names


def separatrices(model: Model, kind: str = "stable", **settings: float) -> list[Separatrix]:
    """Returns the stable manifold of each saddle of a planar model: the curve that keeps different fates apart.

    Inputs: `model`, with two states, in continuous time; `kind`, "stable" or "unstable" (the two ways out of the saddle);
    settings by name. Each result has `.saddle` and `.curve`, an array of points in the order of the states, evenly spaced
    by 1/200 of the box. From the saddle a branch is followed along the eigenvector, backward in time for the stable one, to
    where it first leaves the box, to 0.001 of the box from a rest point, to where a formula has no value, or over 12 sides of
    the box: what comes back into the box is not followed. Points lie within 1e-6 of the box of the curve. A model without a
    saddle has none. Raises ValueError for a model that is not planar or moves in steps, RuntimeError where the equations are
    too stiff to follow a branch.
    Source: Strogatz 2015, Nonlinear Dynamics and Chaos, section 6.4.

    >>> import socioaffective as sa
    >>> (line,) = sa.separatrices(sa.models.companion, cues=0.7)
    >>> line.saddle.kind, line.curve.shape[1]
    ('saddle', 2)
    """
    planar(model)
    if model.clock == "discrete":
        raise ValueError(f"'{model.title}' moves in steps: its runs jump over a separatrix, and cannot be followed along it.")
    if kind not in ("stable", "unstable"):
        raise unknown("kind of manifold", kind, ["stable", "unstable"])
    return manifolds(model, settings_of(model, settings), equilibria(model, **settings), kind)


def manifolds(model: Model, p: np.ndarray, rest: list[Equilibrium], kind: str = "stable") -> list[Separatrix]:
    """Returns the manifolds of the saddles among the rest points of a planar model."""
    saddles = [k for k, point in enumerate(rest) if point.kind == "saddle"]
    if not saddles:
        return []
    box, way = box_of(model), -1.0 if kind == "stable" else 1.0
    width = box[:, 1] - box[:, 0]
    places = np.array([list(point.state.values()) for point in rest])
    shares = (places - box[:, 0]) / width
    along, result = _unit_field(model, p, box, way), []
    for k in saddles:
        values, vectors = np.linalg.eig(jacobian(model)(places[k], p))
        vector = vectors[:, int(np.argmax(way * values))].real / width
        vector /= np.hypot(*vector)
        reach = np.minimum(np.hypot(*(shares - shares[k]).T) / 4, REACH)
        reach[k] = REACH
        one, other = (_branch(along, shares, k, reach, side * vector) for side in (-1, 1))
        curve = np.concatenate([one[::-1], shares[k : k + 1], other])
        result.append(Separatrix(rest[k], kind, box[:, 0] + curve * width))
    return result


def _unit_field(model: Model, p: np.ndarray, box: np.ndarray, way: float) -> Callable:
    """Returns the direction of movement as a function of length and place, both as shares of the box."""
    right, settings = rates(model), p.tolist()
    (x, y), (wide, high) = box[:, 0].tolist(), (box[:, 1] - box[:, 0]).tolist()

    def along(length: float, share: np.ndarray) -> tuple[float, float]:
        # Beyond its edge the box goes on as it is there: a formula need not hold outside.
        a, b = (min(max(v, 0.0), 1.0) for v in share.tolist())
        try:
            u, v = right([x + a * wide, y + b * high], settings)
            u, v = way * u / wide, way * v / high
            size = math.hypot(u, v)
        except (ArithmeticError, ValueError, TypeError):
            size = math.nan
        if not math.isfinite(size):
            raise StuckError
        return (u / size, v / size) if size else (0.0, 0.0)

    return along


def _branch(along: Callable, rest: np.ndarray, own: int, reach: np.ndarray, way: np.ndarray) -> np.ndarray:
    """Returns one way out of the saddle `rest[own]` as shares of the box, shape (points, 2), without the saddle."""
    begin = min(OFFSET, reach.min())
    points, start = [np.empty((0, 2))], rest[own] + begin * way
    # Where a formula is not defined the curve ends.
    with suppress(StuckError):
        solver = DOP853(along, begin, start, LONGEST if _inside(start) else begin, rtol=1e-8, atol=1e-10)
        while solver.status == "running":
            solver.step()
            if solver.nfev > MOST_EVALUATIONS:
                raise RuntimeError(
                    f"A separatrix is not done after {MOST_EVALUATIONS:,} evaluations: one state is too much faster than the "
                    "other. Put it at rest with sa.quasi_steady, or bring the time scales closer together."
                )
            if solver.status == "failed":
                break
            path = solver.dense_output()
            marks = SPACING * np.arange(math.floor(solver.t_old / SPACING) + 1, math.floor(solver.t / SPACING) + 1)
            marks = np.append(marks, solver.t)
            piece = path(marks).T
            if not _inside(piece).all():
                k = int(np.argmin(_inside(piece)))
                points += [piece[:k], _edge(path, marks[k - 1] if k else solver.t_old, marks[k])]
                break
            points.append(piece[:-1])
            near = np.hypot(*(rest - solver.y).T) < reach
            near[own] &= solver.t > 10 * REACH
            if near.any():
                points.append(rest[near][:1])
                break
    return np.concatenate(points)


def _inside(shares: np.ndarray) -> np.ndarray:
    return np.all((shares >= -1e-9) & (shares <= 1 + 1e-9), axis=-1)


def _edge(path: Callable, low: float, high: float) -> np.ndarray:
    """Returns where a path leaves the box between two lengths, shape (1, 2)."""
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _inside(path(middle)) else (low, middle)
    return np.clip(path(low), 0.0, 1.0)[None]


def told(state: Mapping[str, float]) -> str:
    """Returns a state in words, the first four of many."""
    parts = [f"{name.replace('_', ' ')} {round(value, 2) + 0.0:.2f}" for name, value in state.items()]
    return ", ".join(parts[:4]) + (f" and {len(parts) - 4} more" if len(parts) > 4 else "")


def dividing_line(
    model: Model,
    state: str,
    along: str,
    values: Iterable[float] | None = None,
    start: Mapping[str, float] | None = None,
    **settings: float,
) -> xr.DataArray:
    """Returns where in a state people must begin for their fates to divide, for each value of a parameter.

    Inputs: `model`, planar; `state`, the start value in question; `along`, a parameter, lever or input; `values` of it (25 over
    its bounds unless told otherwise). Keywords: `start`, where the other state begins; settings by name. It is where the
    stable manifold of the saddle meets that start of the other state, nearest to the saddle where it does so more than once;
    NaN where there is no saddle or they do not meet. Raises like `separatrices`, and ValueError for a name that the model does
    not have.

    >>> import socioaffective as sa
    >>> line = sa.dividing_line(sa.models.companion, "ties", "sensitisation", [0.4, 0.6], cues=0.7)
    >>> bool(line[1] > line[0])
    True
    """
    names = planar(model)
    if state not in names:
        raise unknown("state", state, names)
    if along not in model.settings:
        raise unknown("parameter, lever or input", along, model.settings)
    if along in settings:
        raise ValueError(f"'{along}' runs along the line, so it cannot be set as well.")
    quantity, own = model.settings[along], names.index(state)
    other = names[1 - own]
    begun = mapped(start, "start", f"{{'{other}': 0.1}}")
    for name in begun:
        if name != other:
            raise unknown("start value of the other state", name, [other])
    level = number(begun.get(other, model.states[other].start), f"'{other}'", model.states[other].bounds)
    given = np.linspace(*quantity.bounds, 25) if values is None else listed(values, f"The values of '{along}'", "[0.3, 0.5]")
    places = np.array([number(value, f"'{along}'", quantity.bounds) for value in given])
    met = []
    for place in places:
        held: dict[str, Any] = {**settings, along: float(place)}
        found = [_met(line, own, level) for line in separatrices(model, **held)]
        met.append(min(found, key=lambda pair: pair[0], default=(np.inf, np.nan))[1])
    attrs = {
        "long_name": f"{state} that divides",
        "units": model.states[state].unit,
        "bounds": list(model.states[state].bounds),
    }
    return xr.DataArray(np.array(met, dtype=float), {along: places}, (along,), state, attrs)


def _met(line: Separatrix, own: int, level: float) -> tuple[float, float]:
    """Returns where a curve meets a level of the other state nearest to its saddle, and how far from it that is."""
    here, there = line.curve[:, own], line.curve[:, 1 - own] - level
    turns = np.flatnonzero(there[:-1] * there[1:] <= 0)
    if not len(turns):
        return np.inf, np.nan
    gap = there[turns] - there[turns + 1]
    share = np.divide(there[turns], gap, out=np.zeros(len(turns)), where=gap != 0)
    at = here[turns] + share * (here[turns + 1] - here[turns])
    far = np.abs(at - list(line.saddle.state.values())[own])
    return float(far.min()), float(at[np.argmin(far)])
