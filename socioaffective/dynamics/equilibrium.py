"""Equilibrium: all rest points of a model in its box, and what kind each is."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from socioaffective.checks import mapped, number, unknown
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
    """A rest point: `state` by name, `eigenvalues` of the Jacobian there, `kind`, and whether it is `stable`.

    Column k of `eigenvectors` belongs to eigenvalue k: of length 1, its largest entry real and positive.
    """

    state: dict[str, float]
    eigenvalues: np.ndarray
    kind: str
    eigenvectors: np.ndarray | None = None

    @property
    def stable(self) -> bool:
        """True when everything that starts close enough comes to rest here."""
        return self.kind.startswith("stable")

    @property
    def degenerate(self) -> bool:
        """True when an eigenvalue is zero, so that the Jacobian does not tell what happens nearby."""
        return self.kind == "degenerate"

    def __repr__(self) -> str:
        return f"Equilibrium({self.kind} at {written(self.state)})"


def written(state: dict[str, float]) -> str:
    """Returns a state as text, to four decimals."""
    return ", ".join(f"{name} = {round(value, 4) + 0.0:.4f}" for name, value in state.items())


def in_short(names: Iterable[str], values: Iterable[float]) -> str:
    """Returns names with values as text, to four digits, for a sentence on where something happens."""
    return ", ".join(f"{name} = {value:.4g}" for name, value in zip(names, values, strict=False))


def states_of(model: Model, start: Any) -> np.ndarray:
    """Returns the start values of a model in order, its own where none is given; ValueError for what it does not have."""
    given = mapped(start, "start", f"{{'{next(iter(model.states))}': 0.5}}")
    for name in given:
        if name not in model.states:
            raise unknown("state", name, model.states)
    return np.array([number(given.get(n, q.value), f"'{n}'", q.bounds) for n, q in model.states.items()])


class RestPoints(list):
    """A list of rest points that also knows whether there are others: `complete` and, in a sentence, `search`.

    The proof runs at the first use of either and is about the points that were found, whatever becomes of the list.
    """

    def __init__(self, points: list[Equilibrium], model: Model, settings: np.ndarray, pace: float, samples: bool) -> None:
        super().__init__(points)
        self._found, self._model, self._settings, self._pace, self._samples = tuple(points), model, settings, pace, samples

    @property
    def complete(self) -> bool:
        """True when interval arithmetic proves that the box holds no other rest point."""
        return not self._doubt

    @property
    def search(self) -> str:
        """How the points were found and whether it is proved that there are no others; if it is not, why."""
        starts = "from 1,024 starts and more over the box"
        if len(self._model.states) <= 2:
            starts = "from every cell of a grid in which the signs allow a rest point"
        proof = "there are no others in the box, which is proved by interval arithmetic"
        return f"Found by Newton's method {starts}; {self._doubt or proof}."

    @cached_property
    def _doubt(self) -> str:
        """Why the list is not proved complete; empty when it is."""
        from socioaffective.dynamics.proof import judged

        unproved = "that there are no others is not proved, because "
        if self._samples:
            return unproved + "rest points form a continuum, of which these are samples"
        for point in self._found:
            if point.degenerate:
                return f"{unproved}the one at {written(point.state)} is degenerate and may be several"
        model, box = self._model, box_of(self._model)
        known = np.array([list(point.state.values()) for point in self._found]).reshape(-1, len(box)).T
        verdict = judged(model, self._settings, known)
        if verdict.complete:
            return ""
        missed, _ = _settled(model, verdict.unsettled, self._settings, self._pace)
        for y in missed:
            if not _among(y, known.T, box):
                return f"but there are others: it missed one at {written(dict(zip(model.states, y, strict=True)))}"
        return unproved + verdict.reason


def settings_of(model: Model, given: Mapping[str, Any]) -> np.ndarray:
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


def equilibria(model: Model, **settings: float) -> RestPoints:
    """Returns all rest points found in the model's box, in order of their states.

    Inputs: `model`; parameters, levers and inputs by name, the rest at their defaults. Each `Equilibrium` has `.state`,
    `.eigenvalues`, `.eigenvectors`, `.kind` ("stable node", "unstable node", "saddle", "stable focus", "unstable focus",
    "centre" or "degenerate", in any number of dimensions; by modulus against 1 for a discrete model), `.stable` and
    `.degenerate`.

    Found by Newton's method with the symbolic Jacobian: in one and two dimensions from every cell of a grid in which the
    signs allow a rest point, in more from 1,024 starts over the box. Residuals are below 1e-10, and no more than a step of a
    millionth of the box can make up for, or rounding. A pair closer than a cell (1/80 of the box) can be missed: `.complete`
    of the list says whether interval arithmetic proves that none was, and `.search` says in a sentence how the points were
    found and what speaks against a proof. Where rest points form a line, samples of it are returned, with a warning. Raises
    ValueError for an unknown name or a value outside its bounds.

    >>> import socioaffective as sa
    >>> for point in sa.equilibria(sa.models.mirror):
    ...     print(point)
    Equilibrium(stable node at preference = -0.5919)
    Equilibrium(unstable node at preference = 0.0000)
    Equilibrium(stable node at preference = 0.5919)
    >>> sa.equilibria(sa.models.ecosystem).complete
    True
    """
    p = settings_of(model, settings)
    box = box_of(model)
    width = box[:, 1] - box[:, 0]
    starts, pace = _starts(box, velocity(model, p))
    found: list[tuple[np.ndarray, np.ndarray, str, np.ndarray]] = []
    for y, slope in zip(*_settled(model, starts, p, pace), strict=True):
        if not _among(y, (entry[0] for entry in found), box):
            values, vectors = spectrum(slope)
            found.append((y, values, classify(values, model.clock, pace), vectors))
    samples = sum(entry[2] == "degenerate" for entry in found) > MOST_DEGENERATE
    if samples:
        found = _thinned(found, width)
        warnings.warn(
            f"The rest points of '{model.title}' form a continuum at these settings; {len(found)} samples are given.",
            stacklevel=2,
        )
    found.sort(key=lambda entry: tuple(np.round(entry[0] / width, 6)))
    points = [Equilibrium(dict(zip(model.states, map(float, entry[0] + 0.0), strict=True)), *entry[1:]) for entry in found]
    return RestPoints(points, model, p, pace, samples)


def spectrum(slope: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the eigenvalues of a matrix in order and its eigenvectors as columns, made unique as far as they are.

    Each column has length 1, and its first entry of largest size is real and positive.

    >>> import numpy as np
    >>> from socioaffective.dynamics.equilibrium import spectrum
    >>> values, vectors = spectrum(np.array([[-2.0, 0.0], [-1.0, 1.0]]))
    >>> values.real.tolist(), (vectors.real**2).round(3).tolist()
    ([-2.0, 1.0], [[0.9, 0.0], [0.1, 1.0]])
    """
    values, vectors = (part.astype(complex) for part in np.linalg.eig(slope))
    order = np.lexsort((values.imag, values.real))
    values, vectors = values[order], vectors[:, order]
    size = np.abs(vectors)
    # Entries of one size differ in their last digits from one machine to the next.
    first = np.argmax(size > size.max(axis=0) * (1 - 1e-6), axis=0), np.arange(len(values))
    vectors = vectors * (vectors[first].conj() / size[first])
    vectors[first] = vectors[first].real
    return values, vectors + 0.0


def classify(eigenvalues: np.ndarray, clock: str = "continuous", pace: float = 0.0) -> str:
    """Returns the kind of a rest point from its eigenvalues.

    Mixed signs are a saddle in any dimension, all of one sign with a complex pair a focus, purely oscillating pairs a
    centre; a zero real part otherwise is degenerate. `pace` is a typical rate, which sets what counts as zero.

    >>> from socioaffective.dynamics.equilibrium import classify
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
    at_corners = [signs[(slice(None), *(slice(o, cells + o) for o in offset))] for offset in offsets]
    mixed = (np.min(at_corners, axis=0) <= 0) & (np.max(at_corners, axis=0) >= 0)
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


def _settled(model: Model, starts: np.ndarray, p: np.ndarray, pace: float) -> tuple[np.ndarray, np.ndarray]:
    """Returns the rest points in the box that Newton's method reaches, shape (points, states), and the slopes there."""
    box, move = box_of(model), velocity(model, p)
    width = box[:, 1] - box[:, 0]
    points = _newton(model, starts, p, move, width)
    slack = 1e-9 * width
    inside = ((points >= (box[:, 0] - slack)[:, None]) & (points <= (box[:, 1] + slack)[:, None])).all(axis=0)
    points = np.clip(points[:, inside], box[:, :1], box[:, 1:])
    with np.errstate(all="ignore"):
        points = points[:, (np.abs(move(points)) < RESIDUAL * np.maximum(1.0, pace * width[:, None])).all(axis=0)]
    slopes = np.moveaxis(jacobian(model)(points, p), -1, 0) if points.size else np.empty((0, len(box), len(box)))
    kept: np.ndarray = np.all(np.isfinite(slopes), axis=(1, 2))
    kept[kept] = _still(model, points[:, kept], slopes[kept], move, width)
    return points.T[kept], slopes[kept]


def _still(model: Model, points: np.ndarray, slopes: np.ndarray, move: Callable, width: np.ndarray) -> np.ndarray:
    """Returns at which points each rate is small beside its own slopes, which it is not down a tail that never ends."""
    values = move(points)
    steep = np.abs(slopes - np.eye(len(width)) if model.clock == "discrete" else slopes) @ width
    # Around a rest point of high multiplicity all that is left of rates and slopes is rounding.
    near = [np.abs(move(points + side * 1e-14 * width[:, None]) - values) for side in (-1, 1)]
    return (np.abs(values) <= np.maximum(SAME * steep.T, 10 * np.fmax(*near))).all(axis=0)


def _among(y: np.ndarray, others: Iterable[np.ndarray], box: np.ndarray) -> bool:
    """Returns whether a point is one of the others."""
    return any((np.abs(y - other) < SAME * (box[:, 1] - box[:, 0])).all() for other in others)


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
            # In shares of the box, so that units make no matrix singular.
            f, j = f / width, j * (width / width[:, None])
            singular = np.abs(np.linalg.det(j)) <= 1e-13 * np.abs(j).max(axis=(1, 2)) ** len(width)
            step = np.empty_like(f)
            step[~singular] = np.linalg.solve(j[~singular], f[~singular, :, None])[..., 0]
            step[singular] = np.einsum("nij,nj->ni", np.linalg.pinv(j[singular], rcond=1e-9), f[singular])
            # At most a quarter of the box at once: a wild first step would skip the nearest rest point.
            step /= np.maximum(1.0, np.abs(step).max(axis=1) / 0.25)[:, None]
            y = y - (step * width).T
            if (np.abs(step) < 1e-15).all():
                break
    return y


def _thinned(found: list, width: np.ndarray) -> list:
    kept: list = []
    for entry in found:
        if all((np.abs(entry[0] - other[0]) > 0.1 * width).any() for other in kept):
            kept.append(entry)
    return kept
