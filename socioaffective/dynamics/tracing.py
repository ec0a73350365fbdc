"""Tracing: every branch of rest points of a model, found and followed as one setting changes."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from socioaffective.checks import interval, number, unknown
from socioaffective.dynamics import normal_forms
from socioaffective.dynamics.branches import SAME, Branch, Diagram, SpecialPoint, eigenvalues_of, growing, lies_on
from socioaffective.dynamics.curves import Trace, corrected, follow, located, tangent
from socioaffective.dynamics.equilibrium import equilibria, in_short, settings_of
from socioaffective.dynamics.jets import Jet
from socioaffective.model import Model

# At this many values of the setting, ends included, all rest points are searched for.
LOOKS = 9
# A branch is left along a crossing one by this share of the box.
OFF = 1e-4


def continuation(model: Model, setting: str, bounds: tuple[float, float], /, **settings: float) -> Diagram:
    """Returns the bifurcation diagram of a model: every branch of rest points found while one setting moves.

    Inputs: `model`; `setting`, the parameter, lever or input to vary; `bounds`, a pair within its own bounds; the other
    settings by name. All rest points are searched for at nine values of the setting; every branch through them is followed
    by pseudo-arclength continuation with the symbolic Jacobian, and so is every branch that crosses another. Folds,
    Hopf points, branch points and period doublings are located to 1e-8 of the setting's range and named by their normal
    forms. A branch is followed within the model's box. What ended early and what may be missed is said in `.notes`. Raises
    ValueError for a name the model does not have or a value outside its bounds.

    >>> import socioaffective as sa
    >>> diagram = sa.continuation(sa.models.companion, "cues", (0, 1))
    >>> diagram
    Diagram('Companion' for cues from 0 to 1: 1 branch, 2 folds)
    >>> [round(fold.value, 4) for fold in diagram.folds], len(diagram.windows)
    ([0.5912, 0.8088], 1)

    Source: Keller 1977 (pseudo-arclength); Kuznetsov 2004, Elements of Applied Bifurcation Theory, chapter 10.
    """
    p = settings_of(model, settings)
    refuse_held(model, setting, settings)
    bounds = range_of(model, setting, bounds)
    return _Search(model, setting, bounds, dict(settings), Jet(model, p, [setting], [bounds])).diagram()


def refuse_held(model: Model, setting: str, settings: Mapping[str, float]) -> None:
    """Raises ValueError for a setting to vary that the model does not have, or that is given a value too."""
    if setting not in model.settings:
        raise unknown("parameter, lever or input", setting, model.settings)
    if setting in settings:
        raise ValueError(f"'{setting}' is varied; it cannot be held at {settings[setting]} too.")


def range_of(model: Model, setting: str, bounds: Any) -> tuple[float, float]:
    """Returns a pair of bounds, once both lie within those of the setting."""
    bounds = interval(bounds, f"'{setting}'")
    for end in bounds:
        number(end, f"'{setting}'", model.settings[setting].bounds)
    return bounds


class _Search:
    """A diagram in the making."""

    def __init__(self, model: Model, setting: str, bounds: tuple[float, float], settings: dict, jet: Jet) -> None:
        self.model, self.setting, self.bounds, self.settings, self.jet = model, setting, bounds, settings, jet
        self.branches: list[Branch] = []
        self.special: dict[str, list[SpecialPoint]] = {"folds": [], "hopfs": [], "branch_points": [], "flips": []}
        self.notes: list[str] = []
        self.limits = np.array([[0.0, 1.0]] * (jet.size + 1))

    def diagram(self) -> Diagram:
        seeds, singular = self._seeds()
        for z in seeds:
            if not self._known(z):
                self._add(z, None)
        for z in singular:
            if not self._known(z):
                self.notes.append(
                    f"At {self._place(z)} the Jacobian is singular, with no branch through it: an isolated rest point, or one "
                    "of a continuum. Nothing was followed from there."
                )
        found = {kind: sorted(points, key=lambda point: point.value) for kind, points in self.special.items()}
        gaps = f"{(self.bounds[1] - self.bounds[0]) / (LOOKS - 1):.3g}"
        if not self.branches:
            self.notes.append("No branch was found.")
        self.notes.append(
            f"Rest points were searched for at {LOOKS} values of {self.setting}, {gaps} apart: a branch that lies between two "
            "of them and touches no other can be missed, and so can two special points within one step, 2 % of the ranges."
        )
        return Diagram(
            self.model, self.setting, self.bounds, self.settings, self.branches, **found, notes=self.notes, jet=self.jet
        )

    def _seeds(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Returns rest points at a few values of the setting: where a branch can be followed, and where it cannot."""
        regular: list[np.ndarray] = []
        singular: list[np.ndarray] = []
        for value in np.linspace(*self.bounds, LOOKS).tolist():
            with warnings.catch_warnings(record=True) as noticed:
                warnings.simplefilter("always", UserWarning)
                points = equilibria(self.model, **self.settings, **{self.setting: value})
            if noticed:
                self.notes.append(f"At {self.setting} = {value:g} rest points form a continuum, which was not followed.")
                continue
            for point in points:
                z = self.jet.share([*point.state.values(), value])
                slopes = self.jet(z)[1]
                if not np.isfinite(slopes).all():
                    self.notes.append(f"At {self._place(z)} the rates have no finite slope: nothing was followed from there.")
                    continue
                shape = np.linalg.svd(slopes, compute_uv=False)
                (regular if shape[-1] > 1e-7 * shape[0] else singular).append(z)
        return regular, singular

    def _known(self, z: np.ndarray) -> bool:
        return any(lies_on(self.jet, branch.knots, z) for branch in self.branches)

    def _place(self, z: np.ndarray) -> str:
        *states, value = self.jet.real(z).tolist()
        return f"{self.setting} = {value:.6g}, {in_short(self.model.states, states)}"

    def _add(self, z: np.ndarray, direction: np.ndarray | None) -> None:
        """Follows the branch through a point both ways, and then the branches that cross it."""
        if direction is None:
            direction = tangent(self.jet(z)[1], self.jet.upright)
        ahead = follow(self.jet, z, direction, self.limits)
        back = None if ahead.end == "closed" else follow(self.jet, z, -direction, self.limits)
        # The start itself is left out between others: it may be a special point, which belongs between two points.
        if back is None:
            points, tangents = ([*each[1:-1], each[1]] for each in (ahead.points, ahead.tangents))
        else:
            inner = slice(1 if min(len(ahead.points), len(back.points)) > 1 else 0, None)
            points = [*back.points[:0:-1], *ahead.points[inner]]
            tangents = [*-back.tangents[:0:-1], *ahead.tangents[inner]]
        if len(points) < 2:
            return
        crossings = self._keep(np.array(points), np.array(tangents), ahead.end == "closed")
        for trace in (back, ahead):
            self._remark(trace)
        for at, line in crossings:
            for sign in (1, -1):
                start = corrected(self.jet, at + sign * OFF * line, line)
                if start is None or not ((start >= -1e-9) & (start <= 1 + 1e-9)).all():
                    continue
                if not self._known(start):
                    self._add(start, line)

    def _remark(self, trace: Trace | None) -> None:
        if trace is None or trace.end == "closed" or (trace.end == "limit" and trace.unknown == self.jet.size):
            return
        where = self._place(trace.points[-1])
        if trace.end == "limit":
            name = list(self.model.states)[trace.unknown]
            bound = self.jet.real(trace.points[-1])[trace.unknown]
            self.notes.append(f"A branch leaves the box at {where}: {name} reaches its bound {bound:g}.")
        elif trace.end == "stuck":
            self.notes.append(f"A branch could not be followed beyond {where}: no step converged. What was found is given.")
        else:
            self.notes.append(f"A branch was given up at {where} after {len(trace.points)} points.")

    def _keep(self, points: np.ndarray, tangents: np.ndarray, closed: bool) -> list[tuple[np.ndarray, np.ndarray]]:
        """Adds a branch with its special points; returns branch points with the tangents of the branches that cross there."""
        slopes = np.array([self.jet(z)[1] for z in points])
        smooth = np.isfinite(slopes).all(axis=(1, 2))
        points, tangents, slopes = points[smooth], tangents[smooth], slopes[smooth]
        if len(points) < 2:
            return []
        real = self.jet.real(points)
        values = eigenvalues_of(self.model, slopes[..., :-1])
        unstable = growing(self.model, values)
        tests = [_measures(self.model, at, t) for at, t in zip(slopes, tangents, strict=True)]
        crossings: list[tuple[np.ndarray, np.ndarray]] = []
        knots, grows = [points[0]], []
        for k in range(len(points) - 1):
            between = []
            for test in tests[k]:
                if (tests[k][test] < 0) != (tests[k + 1][test] < 0):
                    found = self._special(test, k, points, tangents, crossings)
                    between += [] if found is None else [found]
            if unstable[k] != unstable[k + 1] and not between:
                self.notes.append(
                    f"Between {self._place(points[k])} and {self._place(points[k + 1])} stability changes without a special "
                    "point that could be located: the model may not be smooth there, two branches may lie closer together than "
                    "a step, or several eigenvalues vanish at once."
                )
            between.sort(key=lambda z: float(tangents[k] @ (z - points[k])))
            knots += [*between, points[k + 1]]
            inner = [growing(self.model, eigenvalues_of(self.model, self.jet((a + b) / 2)[1][:, :-1]))
                     for a, b in itertools.pairwise(between)]  # fmt: skip
            grows += [unstable[k], *inner, unstable[k + 1]] if between else [max(unstable[k], unstable[k + 1])]
        states = dict(zip(self.model.states, real.T[:-1], strict=True))
        self.branches.append(Branch(real[:, -1], states, values, unstable, closed, np.array(knots), np.array(grows, dtype=int)))
        return crossings

    def _special(self, test: str, k: int, points: np.ndarray, tangents: np.ndarray, crossings: list) -> np.ndarray | None:
        """Locates and names the special point behind a change of sign between two points of the branch that comes next."""
        jet, t = self.jet, tangents[k]
        if test == "branch_points":
            at = normal_forms.settled(jet, (points[k] + points[k + 1]) / 2)
        else:
            at = located(
                jet, points[k], t, points[k + 1], lambda z: _measures(self.model, jet(z)[1], t, test).get(test, np.nan)
            )
        if at is None:
            return None
        slopes = jet(at)[1]
        values = eigenvalues_of(self.model, slopes[:, :-1])
        if test == "branch_points":
            line, kind, coefficient = normal_forms.crossing(jet, at, t)
            if any(np.abs(at - point.z).max() < SAME for point in self.special[test]):
                return at
            if line is not None:
                crossings.append((at, line))
        elif test == "folds":
            # A prong of a pitchfork turns at the branch point, which is no fold.
            shape = np.linalg.svd(slopes, compute_uv=False)
            met = any(np.abs(at - point.z).max() < 1e-5 for point in self.special["branch_points"])
            if met or shape[-1] < 1e-5 * shape[0]:
                return None
            kind, coefficient = normal_forms.fold(jet, at)
        elif test == "hopfs":
            frequency = _frequency(self.model, values)
            if frequency is None:
                return None
            kind, coefficient = normal_forms.hopf(jet, at, frequency)
        else:
            kind, coefficient = normal_forms.flip(jet, at)
        *states, value = jet.real(at).tolist()
        state = dict(zip(self.model.states, states, strict=True))
        point = SpecialPoint(value, state, kind, coefficient, values, len(self.branches), k, at, self.setting)
        self.special[test].append(point)
        return at


def _measures(model: Model, slopes: np.ndarray, direction: np.ndarray, only: str | None = None) -> dict[str, float]:
    """Returns what changes its sign at each kind of special point, nothing where the slopes are undefined."""
    if not np.isfinite(slopes).all():
        return {}
    result: dict[str, float] = {}
    if only in (None, "branch_points"):
        result["branch_points"] = float(np.linalg.det(np.vstack([slopes / (np.abs(slopes).max() or 1.0), direction])))
    if only in (None, "folds"):
        result["folds"] = float(tangent(slopes, direction)[-1])
    if only in (None, "hopfs", "flips"):
        values = eigenvalues_of(model, slopes[:, :-1])
        i, k = np.triu_indices(len(values), 1)
        discrete = model.clock == "discrete"
        sums = values[i] * values[k] - 1 if discrete else values[i] + values[k]
        if len(sums):
            scale = np.abs(sums).max() or 1.0
            result["hopfs"] = float(np.prod(sums / scale).real)
        if discrete:
            result["flips"] = float(np.prod(values + 1).real)
    return result


def _frequency(model: Model, values: np.ndarray) -> float | None:
    """Returns the angular frequency of the pair on the imaginary axis (for a map: its angle on the unit circle), or None
    where the sum of two real eigenvalues vanished instead."""
    turning = values[np.abs(values.imag) > 1e-9 * np.abs(values).max()]
    if not turning.size:
        return None
    off = np.abs(np.abs(turning) - 1) if model.clock == "discrete" else np.abs(turning.real)
    nearest = turning[int(np.argmin(off))]
    if off.min() > 1e-6 * np.abs(values).max():
        return None
    return abs(float(np.angle(nearest) if model.clock == "discrete" else nearest.imag))
