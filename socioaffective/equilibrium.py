"""Equilibrium: all rest points of a model in its box, and what kind each is."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from socioaffective.checks import number, unknown
from socioaffective.compile import jacobian, rates
from socioaffective.model import Model, a_model

# A real part (or the distance of a modulus from 1) below this share of the model's own rates counts as zero.
ZERO = 1e-7
RESIDUAL = 1e-10
# Rest points closer than this share of the box are one.
SAME = 1e-6
# More degenerate rest points than this are taken for samples of a continuum.
MOST_DEGENERATE = 8


@dataclass(frozen=True)
class Equilibrium:
    """A rest point: `state` by name, `eigenvalues` of the Jacobian there, `kind`, and whether it is `stable`."""

    state: dict[str, float]
    eigenvalues: np.ndarray
    kind: str

    @property
    def stable(self) -> bool:
        """True when everything that starts close enough comes to rest here."""
        return self.kind.startswith("stable")

    def __repr__(self) -> str:
        where = ", ".join(f"{name} = {round(value, 4) + 0.0:.4f}" for name, value in self.state.items())
        return f"Equilibrium({self.kind} at {where})"


def settings_of(model: Model, given: dict[str, Any]) -> np.ndarray:
    """Returns the settings of a model in order, defaults where nothing is given; ValueError for what it does not have."""
    a_model(model)
    for name in given:
        if name not in model.settings:
            raise unknown("parameter, lever or input", name, model.settings)
    return np.array([number(given[n], f"'{n}'", q.bounds) if n in given else q.value for n, q in model.settings.items()])


def box_of(model: Model) -> np.ndarray:
    """Returns the bounds of the states, shape (states, 2)."""
    return np.array([q.bounds for q in model.states.values()])


def velocity(model: Model, settings: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Returns the change per week, or per step, as a function of states of shape (states, ...); zero means rest."""
    right, discrete = rates(model, "array"), model.clock == "discrete"
    return lambda y: right(y, settings) - y if discrete else right(y, settings)


def equilibria(model: Model, **settings: float) -> list[Equilibrium]:
    """Returns all rest points found in the model's box, in order of their states.

    Inputs: `model`; parameters, levers and inputs by name, the rest at their defaults. Each `Equilibrium` has `.state`,
    `.eigenvalues`, `.kind` ("stable node", "unstable node", "saddle", "stable focus", "unstable focus", "centre" or
    "degenerate", in any number of dimensions; by modulus against 1 for a discrete model) and `.stable`.

    Found by Newton's method with the symbolic Jacobian: in one and two dimensions from every cell of a grid in which the
    signs allow a rest point, in more from 1,024 starts over the box; so a pair of rest points closer than a cell (1/80 of
    the box) can be missed. Residuals are below 1e-10. Where rest points form a line, samples of it are returned, with a
    warning. Raises ValueError for an unknown name or a value outside its bounds.

    >>> import socioaffective as sa
    >>> for point in sa.equilibria(sa.models.mirror):
    ...     print(point)
    Equilibrium(stable node at preference = -0.5919)
    Equilibrium(unstable node at preference = 0.0000)
    Equilibrium(stable node at preference = 0.5919)
    """
    p = settings_of(model, settings)
    box, move = box_of(model), velocity(model, p)
    width = box[:, 1] - box[:, 0]
    starts, pace = _starts(box, move)
    points = _newton(model, starts, p, move, width)
    slack = 1e-9 * width
    inside = ((points >= (box[:, 0] - slack)[:, None]) & (points <= (box[:, 1] + slack)[:, None])).all(axis=0)
    points = np.clip(points[:, inside], box[:, :1], box[:, 1:])
    with np.errstate(all="ignore"):
        points = points[:, (np.abs(move(points)) < RESIDUAL * np.maximum(1.0, pace * width[:, None])).all(axis=0)]
    slopes = np.moveaxis(jacobian(model)(points, p), -1, 0) if points.size else np.empty((0, len(box), len(box)))
    whole = np.isfinite(slopes).all(axis=(1, 2))
    found: list[tuple[np.ndarray, np.ndarray, str]] = []
    for y, slope in zip(points.T[whole], slopes[whole], strict=True):
        if not any((np.abs(y - other) < SAME * width).all() for other, _, _ in found):
            values = np.linalg.eigvals(slope).astype(complex)
            found.append((y, values[np.lexsort((values.imag, values.real))], classify(values, model.clock, pace)))
    if sum(kind == "degenerate" for _, _, kind in found) > MOST_DEGENERATE:
        found = _thinned(found, width)
        warnings.warn(
            f"The rest points of '{model.title}' form a continuum at these settings; {len(found)} samples are given.",
            stacklevel=2,
        )
    found.sort(key=lambda entry: tuple(np.round(entry[0] / width, 6)))
    return [Equilibrium(dict(zip(model.states, map(float, y + 0.0), strict=True)), e, kind) for y, e, kind in found]


def classify(eigenvalues: np.ndarray, clock: str = "continuous", pace: float = 0.0) -> str:
    """Returns the kind of a rest point from its eigenvalues.

    Mixed signs are a saddle in any dimension, all of one sign with a complex pair a focus, purely oscillating pairs a
    centre; a zero real part otherwise is degenerate. `pace` is a typical rate, which sets what counts as zero.

    >>> from socioaffective.equilibrium import classify
    >>> classify([-1, 2]), classify([-1 + 1j, -1 - 1j]), classify([1j, -1j]), classify([0.5, 0.2], "discrete")
    ('saddle', 'stable focus', 'centre', 'stable node')
    """
    values = np.asarray(eigenvalues, dtype=complex)
    growth = np.abs(values) - 1 if clock == "discrete" else values.real
    scale = 1.0 if clock == "discrete" else max(float(np.abs(values).max()), pace)
    turning = np.abs(values.imag) > ZERO * scale
    zero = np.abs(growth) <= ZERO * scale
    if zero.any():
        return "centre" if (zero & turning).all() else "degenerate"
    if (growth > 0).any() and (growth < 0).any():
        return "saddle"
    return f"{'stable' if growth[0] < 0 else 'unstable'} {'focus' if turning.any() else 'node'}"


def _starts(box: np.ndarray, move: Callable) -> tuple[np.ndarray, float]:
    """Returns points to start Newton's method from, shape (states, points), and the typical rate of change."""
    size = len(box)
    if size > 2:
        draws = np.random.default_rng(0).uniform(size=(size, 1024))
        corners = np.array(list(itertools.product((0.0, 0.5, 1.0), repeat=size))).T if size <= 6 else np.full((size, 1), 0.5)
        share = np.concatenate([draws, corners], axis=1)
        every = box[:, :1] + share * (box[:, 1:] - box[:, :1])
        return every, _pace(move(every), box)
    cells = 400 if size == 1 else 80
    axes = [np.linspace(low, high, cells + 1) for low, high in box]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"))
    values = move(grid)
    signs = np.sign(np.nan_to_num(values))
    offsets = itertools.product((0, 1), repeat=size)
    corners = [signs[(slice(None), *(slice(o, cells + o) for o in offset))] for offset in offsets]
    mixed = (np.min(corners, axis=0) <= 0) & (np.max(corners, axis=0) >= 0)
    middle = [slice(None), *[slice(0, cells)] * size]
    half = np.array([(axis[1] - axis[0]) / 2 for axis in axes]).reshape(-1, *[1] * size)
    candidates = (grid[tuple(middle)] + half)[:, mixed.all(axis=0)]
    # Cells can miss two rest points that are about to merge; a coarse grid finds those it falls near.
    coarse = grid[(slice(None), *[slice(None, None, 8)] * size)].reshape(size, -1)
    if candidates.shape[1] > 400:
        candidates = candidates[:, :: -(-candidates.shape[1] // 400)]
    return np.concatenate([candidates, coarse], axis=1), _pace(values, box)


def _pace(values: np.ndarray, box: np.ndarray) -> float:
    share = np.abs(values.reshape(len(box), -1)) / (box[:, 1:] - box[:, :1])
    finite = share[np.isfinite(share)]
    return float(np.median(finite)) if finite.size else 0.0


def _newton(model: Model, starts: np.ndarray, p: np.ndarray, move: Callable, width: np.ndarray) -> np.ndarray:
    """Returns where Newton's method ends from each start, shape (states, points); what runs away is left out."""
    slope, identity = jacobian(model), np.eye(len(width))
    y = starts.copy()
    with np.errstate(all="ignore"):
        for _ in range(80):
            f, j = move(y).T, np.moveaxis(slope(y, p), -1, 0)
            j = j - identity if model.clock == "discrete" else j
            fine = np.isfinite(f).all(axis=1) & np.isfinite(j).all(axis=(1, 2))
            y, f, j = y[:, fine], f[fine], j[fine]
            if not y.size:
                break
            singular = np.abs(np.linalg.det(j)) <= 1e-13 * np.abs(j).max(axis=(1, 2)) ** len(width)
            step = np.empty_like(f)
            step[~singular] = np.linalg.solve(j[~singular], f[~singular, :, None])[..., 0]
            step[singular] = np.einsum("nij,nj->ni", np.linalg.pinv(j[singular], rcond=1e-9), f[singular])
            # At most a quarter of the box at once: a wild first step would skip the nearest rest point.
            step /= np.maximum(1.0, (np.abs(step) / width).max(axis=1) / 0.25)[:, None]
            y = y - step.T
            if (np.abs(step) < 1e-15 * width).all():
                break
    return y


def _thinned(found: list, width: np.ndarray) -> list:
    kept: list = []
    for entry in found:
        if all((np.abs(entry[0] - other[0]) > 0.1 * width).any() for other in kept):
            kept.append(entry)
    return kept
