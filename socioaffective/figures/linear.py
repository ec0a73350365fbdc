"""Figures of linear systems: where one lies in the trace-determinant plane, and its portrait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from socioaffective import theme
from socioaffective.checks import mapped, number, unknown
from socioaffective.compile import jacobian
from socioaffective.dynamics.equilibrium import ZERO, box_of, classify, equilibria, settings_of
from socioaffective.dynamics.manifolds import planar, told
from socioaffective.dynamics.plane import Portrait, portrait
from socioaffective.figures.labels import gaps, placed, roomiest, scaled, tags
from socioaffective.figures.marks import HEIGHT, dots, rows_of, two
from socioaffective.figures.phase import axes_of, field_layer, kinds, nullcline_labels, nullcline_marks, rest_labels, rest_marks
from socioaffective.model import CLOCKS, Model
from socioaffective.quantities import parameter, state

# The picture is the same for every system, only its scale differs: traces up to a round number T, determinants from
# -0.24 T**2 to 0.36 T**2. Where each region can be named, as shares of T and T**2.
LOWEST, HIGHEST = -0.24, 0.36
REGIONS = {
    "saddle": ((0.0, -0.2), (-0.7, -0.2)),
    "stable\nnode": ((-0.86, 0.1), (-0.86, 0.05)),
    "unstable\nnode": ((0.84, 0.1), (0.84, 0.05)),
    "stable focus": ((-0.36, 0.25), (-0.36, 0.17)),
    "unstable focus": ((0.36, 0.25), (0.36, 0.17)),
}
LARGEST = 1e6


def trace_determinant(
    system: Any, /, at: Mapping[str, float] | None = None, width: int = HEIGHT, height: int = HEIGHT, **settings: float
) -> alt.LayerChart:
    """Returns the trace-determinant plane, in which the place of a linear system says what kind of rest point it has.

    Inputs: `system`, a model with two states in continuous time, each of whose rest points is a dot, or a matrix of two by
    two; `at`, a state by name at which to linearise the model in place of its rest points; settings by name. Keywords:
    `width`, `height` in pixels. Above the parabola, where the squared trace is four times the determinant, the eigenvalues
    are complex; what is stable is shaded. Stable rest points are filled, the others open.
    Raises ValueError for a model that is not planar or moves in steps, and for a matrix of another shape.
    Source: Strogatz 2015, Nonlinear Dynamics and Chaos, section 5.2.

    >>> import socioaffective as sa
    >>> sa.figures.trace_determinant([[0, 1], [-1, -0.5]]).description
    'Trace-determinant plane. stable focus: trace -0.5, determinant 1.'
    >>> sa.figures.trace_determinant(sa.models.companion, cues=0.7).description.split(". ")[2]
    'saddle at wanting 0.28, ties 0.45: trace -0.156, determinant -0.00379'
    """
    if isinstance(system, Model):
        found, unit = _linearised(system, at, settings), CLOCKS[system.clock]
    elif at is not None or settings:
        raise ValueError("A matrix has neither a state nor settings; give these with a model.")
    else:
        found, unit = [_Place("", "", classify(np.linalg.eigvals(_two_by_two(system))), _two_by_two(system))], ""
    rows = [{"x": e.trace, "y": e.determinant, "kind": e.kind, "stable": e.kind.startswith("stable")} for e in found]
    top = _round_up(1.15 * max((max(abs(e.trace), 2 * abs(e.determinant) ** 0.5) for e in found), default=0.0))
    box = np.array([[-top, top], [LOWEST * top**2, HIGHEST * top**2]])
    x, y = (
        alt.X("x:Q", title=f"trace (1/{unit})" if unit else "trace", scale=alt.Scale(domain=box[0].tolist(), nice=False)),
        alt.Y("y:Q", title=f"determinant (1/{unit}²)" if unit else "determinant",
              scale=alt.Scale(domain=box[1].tolist(), nice=False)),
    )  # fmt: skip
    labels = [{"x": e.trace, "y": e.determinant, "text": e.short or e.kind} for e in found]
    spots = scaled(np.array([[e.trace, e.determinant] for e in found]), box)
    regions, covered, across = [], [], np.linspace(-top, top, 61)
    lines = [scaled(np.stack([across, height], axis=1), box) for height in (across**2 / 4, 0 * across)]
    for name, ways in REGIONS.items():
        spans = [scaled(np.array([[(a + s) * top, b * top**2] for s in (-0.12, 0, 0.12)]), box) for a, b in ways]
        # Names stay where they are while a slider moves, unless a dot comes too close.
        k = roomiest(spans, [spots]) if found and gaps(spans[0], spots).min() < 0.08 else 0
        regions.append({"x": ways[k][0] * top, "y": ways[k][1] * top**2, "region": name})
        covered.append(spans[k])
    names = placed(labels, "text", [*covered, spots, *lines], box)
    layers = [*_regions(top, regions, x, y), *tags(names, "text", x), dots(rows, x=x, y=y)]
    said = [f"Trace-determinant plane of {system.title}" if isinstance(system, Model) else "Trace-determinant plane"]
    said += [f"{e.kind}{e.where}: trace {e.trace:.3g}, determinant {e.determinant:.3g}" for e in found] or ["No rest point"]
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description=". ".join(said) + ".")


@dataclass(frozen=True)
class _Place:
    """Where a linear system lies: at which state, in words and in short, its kind and its matrix."""

    where: str
    short: str
    kind: str
    matrix: np.ndarray

    @property
    def trace(self) -> float:
        return float(np.trace(self.matrix)) + 0.0

    @property
    def determinant(self) -> float:
        (a, b), (c, d) = self.matrix.tolist()
        return a * d - b * c + 0.0


def _two_by_two(given: Any) -> np.ndarray:
    """Returns a matrix of two by two finite numbers, once it is one."""
    try:
        rows = [list(row) for row in given]
    except TypeError:
        raise TypeError(f"Give a model with two states or a matrix such as [[0, 1], [-1, -0.5]], not {given!r}.") from None
    if [len(row) for row in rows] != [2, 2]:
        raise ValueError(f"The matrix must have two rows of two numbers, not {[len(row) for row in rows]}.")
    return np.array([[number(v, "An entry of the matrix", (-LARGEST, LARGEST)) for v in row] for row in rows])


def _linearised(model: Model, at: Any, settings: Mapping[str, float]) -> list[_Place]:
    """Returns where a model lies at each of its rest points, or at the state that is given."""
    names = planar(model)
    if model.clock == "discrete":
        raise ValueError(f"'{model.title}' moves in steps: what is stable is then a triangle, which this figure does not show.")
    p, slope = settings_of(model, settings), jacobian(model)
    if at is None:
        states = [(e.state, e.kind) for e in equilibria(model, **settings)]
    else:
        for name in mapped(at, "at", f"{{'{names[0]}': 0.5}}"):
            if name not in names:
                raise unknown("state", name, names)
        states = [({n: number(at.get(n, q.value), f"'{n}'", q.bounds) for n, q in model.states.items()}, "")]
    matrices = [slope(np.array(list(state.values())), p) for state, _ in states]
    if not np.isfinite(matrices).all():
        raise ValueError(f"'{model.title}' has no slope at {told(states[0][0])}.")
    if len(states) > 1 and np.ptp(matrices, axis=0).max() <= 1e-9 * np.abs(matrices).max():
        return [_Place(" at every rest point", "", states[0][1], matrices[0])]
    return [
        _Place(
            f" at {told(state)}",
            f"({', '.join(map(two, state.values()))})" if len(states) > 1 else "",
            kind or classify(np.linalg.eigvals(matrix)),
            matrix,
        )
        for (state, kind), matrix in zip(states, matrices, strict=True)
    ]


def _round_up(value: float) -> float:
    """Returns the next round number, so that the scale seldom changes while a slider moves."""
    if not value:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(m * power for m in (1, 1.5, 2, 3, 4, 6, 8, 10) if m * power >= value))


def _regions(top: float, regions: Sequence[dict], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Returns the layers of the regions: what is stable, the lines between them, and their names."""
    quiet, high = theme.scheme()["quiet"], HIGHEST * top**2
    stable = alt.Chart(rows_of([{"x": -top, "x2": 0.0, "y": 0.0, "y2": high}])).mark_rect(color=theme.scheme()["high"])
    reach = 2 * HIGHEST**0.5
    bend = [{"x": t * top, "y": t**2 / 4 * top**2, "line": "parabola"} for t in np.linspace(-min(reach, 1), min(reach, 1), 61)]
    straight = [{"x": t * top, "y": 0.0, "line": "determinant 0"} for t in (-1, 1)]
    upright = [{"x": 0.0, "y": v, "line": "centres"} for v in (0.0, high)]
    lines = alt.Chart(rows_of([*bend, *straight, *upright])).mark_line(color=quiet, strokeWidth=1.5, clip=True)
    names = alt.Chart(rows_of(regions)).mark_text(fontSize=12, lineBreak="\n")
    notes = [
        {"x": 0.98 * top, "y": 0.29 * top**2, "note": "trace² = 4 det"},
        {"x": 0.27 * top, "y": 0.34 * top**2, "note": "centres"},
    ]
    beside = alt.Chart(rows_of(notes)).mark_text(align="right", fontSize=11, fontStyle="italic")
    return [
        stable.encode(x=x, x2=alt.X2("x2:Q"), y=y, y2=alt.Y2("y2:Q")),
        lines.encode(x=x, y=y, detail=alt.Detail("line:N")),
        names.encode(x=x, y=y, text=alt.Text("region:N")),
        beside.encode(x=x, y=y, text=alt.Text("note:N")),
    ]


@lru_cache(maxsize=1)
def _linear() -> Model:
    x, y = state("x", bounds=(-1, 1)), state("y", bounds=(-1, 1))
    a, b, c, d = (parameter(name, 0.0, (-1, 1)) for name in "abcd")
    return Model("Linear system", {x: a * x + b * y, y: c * x + d * y})


def linear_portrait(matrix: Any, width: int = HEIGHT, height: int = HEIGHT) -> alt.LayerChart:
    """Returns the phase portrait of the linear system x' = a x + b y, y' = c x + d y, with its real eigenvectors.

    Inputs: `matrix`, [[a, b], [c, d]]. Keywords: `width`, `height` in pixels. A run that begins on an eigenvector stays on
    that line: it moves out where the eigenvalue is above 0, in where it is below. Raises ValueError for another shape and for
    a matrix of zeros, by which nothing moves.

    >>> import socioaffective as sa
    >>> sa.figures.linear_portrait([[1, 0], [0, -2]]).description.split(". ")[1]
    'eigenvalue 1.00 along (1.00, 0.00)'
    """
    entries = _two_by_two(matrix)
    if not entries.any():
        raise ValueError("Every entry of the matrix is 0: nothing moves, and there is no portrait to draw.")
    # The picture does not depend on the scale of the rates.
    shape = entries / np.abs(entries).max()
    view = portrait(_linear(), basins=False, **dict(zip("abcd", shape.ravel().tolist(), strict=True)))
    values, vectors = _eigen(entries)
    said = [kinds(view.model, view.equilibria).replace("Phase plane", "Phase portrait")]
    if np.iscomplexobj(values):
        said.append(f"eigenvalues {two(values[0].real)} plus and minus {two(abs(values[0].imag))}i: no eigenvector is real")
    said += [f"eigenvalue {two(v)} along ({two(a)}, {two(b)})" for v, (a, b) in zip(values, vectors, strict=False)]
    if not len(vectors) and not np.iscomplexobj(values):
        said.append(f"eigenvalue {two(values[0])} along every direction")
    layers = [field_layer(view, width, height), *nullcline_marks(view), *_eigenlines(view, values, vectors), *rest_marks(view)]
    return alt.LayerChart(layer=layers).properties(width=width, height=height, description=". ".join(said) + ".")


def _eigen(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the eigenvalues, and the real eigenvectors in rows: none where they are complex or every direction is one."""
    values, vectors = np.linalg.eig(matrix)
    if np.iscomplexobj(values) or not np.abs(matrix - matrix[0, 0] * np.eye(2)).any():
        return values, np.empty((0, 2))
    order = np.argsort(-values)
    values, rows = values[order], vectors.T[order]
    rows = rows / np.hypot(*rows.T)[:, None] * np.where(rows[:, 1] < -1e-12, -1, 1)[:, None]
    # Two that are the same up to rounding are one.
    return values, rows[:1] if abs(np.linalg.det(rows)) < 1e-7 else rows


def _eigenlines(view: Portrait, values: np.ndarray, vectors: np.ndarray) -> list[alt.Chart]:
    """Returns the layers of the lines along real eigenvectors, with arrows for the way along them and their eigenvalues."""
    x, y = axes_of(view)
    ink = theme.scheme()["ink"]
    lines, arrows, labels = [], [], []
    # Where an eigenvalue is 0 the line is one of rest points, and drawn as such.
    moving = [(v, w) for v, w in zip(values, vectors, strict=False) if abs(v) > ZERO * np.abs(values).max()]
    for k, (value, vector) in enumerate(moving):
        end = vector / np.abs(vector).max()
        lines += [{"x": s * end[0], "y": s * end[1], "line": k} for s in (-1, 1)]
        for s in (-0.5, 0.5):
            dx, dy = s * value * end
            arrows.append({"x": s * end[0], "y": s * end[1], "angle": float(np.degrees(np.arctan2(dx, dy)) % 360)})
        labels.append({"x": 0.75 * end[0], "y": 0.75 * end[1], "text": f"eigenvalue {two(value)}"})
    if not lines:
        return []
    turn = alt.Angle("angle:Q", scale=alt.Scale(domain=[0, 360], range=[0, 360]), legend=None)
    along, box = np.linspace(-1, 1, 41)[:, None], box_of(view.model)
    curves = [*(along * (v / np.abs(v).max()) for v in vectors), *(curve for line in view.nullclines for curve in line.curves)]
    taken = [scaled(curve, box) for curve in curves]
    taken += [label["span"] for label in [*rest_labels(view), *nullcline_labels(view)]]
    rays = alt.Chart(rows_of(lines)).mark_line(color=ink, strokeWidth=1.3).encode(x=x, y=y, detail=alt.Detail("line:N"))
    heads = alt.Chart(rows_of(arrows)).mark_point(shape="wedge", size=260, filled=True, color=ink, opacity=1)
    return [rays, heads.encode(x=x, y=y, angle=turn), *tags(placed(labels, "text", taken, box), "text", x)]
