"""Fold curves: where a fold lies in the plane of two settings, and the cusps at which two folds meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from socioaffective.checks import mapped, unknown
from socioaffective.dynamics.curves import Trace, away, follow, located
from socioaffective.dynamics.equilibrium import in_short, settings_of, written
from socioaffective.dynamics.jets import Jet
from socioaffective.dynamics.tracing import continuation, range_of, refuse_held
from socioaffective.model import Model

# Folds are searched for at the given value of the second setting and at this many more, ends included.
LOOKS = 5
SAME = 1e-5
# Chords of a curve with steps of 0.02 that turn by less than 20 degrees lie this close to it.
NEAR = 2e-3


@dataclass(frozen=True)
class Cusp:
    """A cusp: `values` of the two settings and `state`, by name."""

    values: dict[str, float]
    state: dict[str, float]

    def __repr__(self) -> str:
        return f"Cusp({written({**self.values, **self.state})})"


@dataclass(frozen=True)
class FoldCurve:
    """Every fold curve found, made by `fold_curve`: `ranges` of the two settings by name; `settings`, the others that were
    given; `curves`, each a mapping from the two settings and the states to arrays; `cusps`; `notes`, on what ended early or
    may be missed."""

    model: Model
    ranges: dict[str, tuple[float, float]]
    settings: dict[str, float]
    curves: list[dict[str, np.ndarray]]
    cusps: list[Cusp]
    notes: list[str] = field(repr=False)

    def __repr__(self) -> str:
        counts = ((len(self.curves), "curve"), (len(self.cusps), "cusp"))
        said = ", ".join(f"{n} {what}{'s' * (n != 1)}" for n, what in counts)
        return f"FoldCurve('{self.model.title}' in {' and '.join(self.ranges)}: {said})"

    def to_xarray(self) -> xr.Dataset:
        """Returns the curves end to end as a Dataset over `point`, with the coordinate `curve`, its number."""
        names = [*self.ranges, *self.model.states]
        columns = {n: np.concatenate([c[n] for c in self.curves] or [np.empty(0)]) for n in names}
        number_of = np.repeat(np.arange(len(self.curves)), [len(c[names[0]]) for c in self.curves])
        return xr.Dataset({n: ("point", v) for n, v in columns.items()}, {"curve": ("point", number_of)})


class _FoldSystem:
    """Rest points with a null vector of length one, in (states, null vector, two settings) as shares of their ranges."""

    def __init__(self, jet: Jet) -> None:
        self.jet, self.size = jet, jet.size
        self.normal = np.zeros(jet.size)

    def at(self, u: np.ndarray) -> np.ndarray:
        """Returns the rest point that a solution is about."""
        return np.concatenate([u[: self.size], u[2 * self.size :]])

    def __call__(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        n, z, null = self.size, self.at(u), u[self.size : 2 * self.size]
        rates, slopes = self.jet(z)
        result = np.zeros((2 * n + 1, 2 * n + 2))
        result[:n, :n], result[:n, 2 * n :] = slopes[:, :n], slopes[:, n:]
        bent = np.column_stack([self.jet.second(z, null, e) for e in np.eye(n + 2)])
        result[n : 2 * n, :n], result[n : 2 * n, 2 * n :] = bent[:, :n], bent[:, n:]
        result[n : 2 * n, n : 2 * n] = slopes[:, :n]
        result[2 * n, n : 2 * n] = self.normal
        return np.concatenate([rates, slopes[:, :n] @ null, [self.normal @ null - 1]]), result

    def renew(self, u: np.ndarray) -> bool:
        """Measures the null vector against its present direction from now on."""
        null = u[self.size : 2 * self.size]
        self.normal = null / (null @ null)
        return True

    def bend(self, u: np.ndarray, previous: np.ndarray | None) -> tuple[float, np.ndarray]:
        """Returns the quadratic coefficient of the fold, zero at a cusp, and the left null vector, turned as the previous."""
        z, null = self.at(u), u[self.size : 2 * self.size]
        if not np.isfinite(u).all():
            return np.nan, null
        left = np.linalg.svd(self.jet(z)[1][:, : self.size])[0][:, -1]
        left = -left if previous is not None and left @ previous < 0 else left
        return float(left @ self.jet.second(z, null, null)) / float(null @ null), left


def fold_curve(
    model: Model, first: str, second: str, /, *, within: Mapping[str, tuple[float, float]] | None = None, **settings: float
) -> FoldCurve:
    """Returns where the folds of a model lie in the plane of two settings, and the cusps at which two of them meet.

    Inputs: `model`; `first` and `second`, parameters, levers or inputs; the other settings by name. Keyword: `within`, a
    mapping from either of the two to a pair of bounds (its own unless told otherwise). Folds in the first setting are
    searched for at five values of the second, and at its default; each is followed by pseudo-arclength, through cusps, to
    the edge of the box. Cusps are located to 1e-8 of the ranges. Raises ValueError for a name the model does not have or a
    value outside its bounds.

    >>> import socioaffective as sa
    >>> curve = sa.fold_curve(sa.models.mirror, "exaggeration", "anchor")
    >>> curve, curve.cusps[0]
    (FoldCurve('Mirror' in exaggeration and anchor: 1 curve, 1 cusp),
     Cusp(exaggeration = 1.4000, anchor = 0.0000, preference = 0.0000))

    Source: Kuznetsov 2004, Elements of Applied Bifurcation Theory, section 10.3.
    """
    p = settings_of(model, settings)
    pair = (first, second)
    for name in pair:
        refuse_held(model, name, settings)
    if first == second:
        raise ValueError(f"A fold curve needs two settings, not '{first}' twice.")
    ranges = {name: model.settings[name].bounds for name in pair}
    for name, bounds in mapped(within, "within", "{'cues': (0, 1)}").items():
        if name not in pair:
            raise unknown("setting of the plane", name, pair)
        ranges[name] = range_of(model, name, bounds)
    jet = Jet(model, p, pair, list(ranges.values()))
    low, high = ranges[second]
    default = model.settings[second].value
    levels = sorted({*np.linspace(low, high, LOOKS).tolist(), *([default] if low <= default <= high else [])})
    curves: list[np.ndarray] = []
    cusps: list[np.ndarray] = []
    notes: list[str] = []
    for level in levels:
        found = continuation(model, first, ranges[first], **settings, **{second: level})
        for point in found.folds:
            z = jet.share([*point.state.values(), point.value, level])
            if not any(_near(curve, z) for curve in curves):
                curve = _followed(jet, z, cusps, notes)
                curves += [curve] if len(curve) > 1 else []
    gap = (high - low) / (LOOKS - 1)
    notes.append(
        f"Folds were searched for at {len(levels)} values of {second}, at most {gap:.3g} apart: a curve between two of them "
        "can be missed."
    )
    names = [*model.states, *pair]
    points = [dict(zip(names, jet.real(cusp).tolist(), strict=True)) for cusp in cusps]
    return FoldCurve(
        model,
        ranges,
        dict(settings),
        [dict(zip(names, jet.real(curve).T, strict=True)) for curve in curves],
        [Cusp({n: point[n] for n in pair}, {n: point[n] for n in model.states}) for point in points],
        notes,
    )


def _followed(jet: Jet, z: np.ndarray, cusps: list[np.ndarray], notes: list[str]) -> np.ndarray:
    """Returns the fold curve through a fold, shape (points, states + 2); adds its cusps and how its ends came about."""
    n, system = jet.size, _FoldSystem(jet)
    null = np.linalg.svd(jet(z)[1][:, :n])[2][-1]
    start = np.concatenate([z[:n], null, z[n:]])
    limits = np.array([*[[0.0, 1.0]] * n, *[[-np.inf, np.inf]] * n, *[[0.0, 1.0]] * 2])
    pieces = []
    for sense in (-1.0, 1.0):
        system.renew(start)
        direction = np.linalg.svd(system(start)[1])[2][-1]
        trace = follow(system, start, sense * direction, limits, renew=system.renew)
        _cusps_on(system, trace, cusps)
        pieces.append(np.column_stack([trace.points[:, :n], trace.points[:, 2 * n :]]))
        if trace.end == "closed":
            return pieces[-1]
        if trace.end in ("stuck", "long") or trace.unknown < n:
            where = in_short(jet.model.states, jet.real(pieces[-1][-1]))
            notes.append(f"A fold curve ends inside the ranges, where the states are {where}.")
    return np.concatenate([pieces[0][:0:-1], pieces[1]])


def _cusps_on(system: _FoldSystem, trace: Trace, cusps: list[np.ndarray]) -> None:
    """Adds the cusps of a fold curve: there the quadratic coefficient of the fold passes through zero."""
    if len(trace.points) < 2:
        return
    bends = [system.bend(trace.points[0], None)]
    for u in trace.points[1:]:
        bends.append(system.bend(u, bends[-1][1]))
    for k in range(len(bends) - 1):
        (before, left), (after, _) = bends[k], bends[k + 1]
        if (before < 0) == (after < 0):
            continue
        u, t = trace.points[k], trace.tangents[k]
        system.renew(u)
        at = located(system, u, t, trace.points[k + 1], lambda v, left=left: system.bend(v, left)[0])
        if at is not None and not any(np.abs(system.at(at) - cusp).max() < SAME for cusp in cusps):
            cusps.append(system.at(at))


def _near(curve: np.ndarray, z: np.ndarray) -> bool:
    """Returns whether a fold lies on a fold curve, to what chords differ from it."""
    return bool(away(curve, z).min() < NEAR)
