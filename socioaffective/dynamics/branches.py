"""Branches: how rest points move, appear and vanish as one setting changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import xarray as xr

from socioaffective.checks import number
from socioaffective.dynamics.curves import along, away, corrected
from socioaffective.dynamics.cycles import Family, family
from socioaffective.dynamics.equilibrium import Equilibrium, classify, spectrum, written
from socioaffective.dynamics.hysteresis import loop
from socioaffective.dynamics.jets import Jet
from socioaffective.model import Model

# Rest points closer than this share of the box are one.
SAME = 1e-6
# A rate of growth within this share of the fastest rate is none.
ZERO = 1e-9


@dataclass(frozen=True)
class SpecialPoint:
    """A point of a branch where rest points appear, vanish, meet or change their stability.

    `value` of the setting and `state` by name; `kind`, such as "fold", "supercritical Hopf point", "transcritical" or
    "subcritical pitchfork"; `coefficient` of its normal form, with the box for unit of the states (NaN for a transcritical
    one); `eigenvalues`; `branch` and `after`, the place of the branch in the diagram and of the last of its points before.
    """

    value: float
    state: dict[str, float]
    kind: str
    coefficient: float
    eigenvalues: np.ndarray
    branch: int
    after: int
    z: np.ndarray = field(repr=False)
    _setting: str = field(repr=False)

    def __repr__(self) -> str:
        where = f"{self._setting} = {round(self.value, 6) + 0.0:.6f}, where {written(self.state)}"
        return f"SpecialPoint({self.kind} at {where})"


@dataclass(frozen=True)
class Branch:
    """A curve of rest points: `value` of the setting and `states` by name, arrays over its points; `eigenvalues`, shape
    (points, states); `unstable`, the number of directions that do not shrink; `stable`; `closed`, whether it is a loop."""

    value: np.ndarray
    states: dict[str, np.ndarray]
    eigenvalues: np.ndarray
    unstable: np.ndarray
    closed: bool
    # The points as shares of the ranges, with the special points among them, and what grows between each two of them.
    knots: np.ndarray = field(repr=False)
    grows: np.ndarray = field(repr=False)

    @property
    def stable(self) -> np.ndarray:
        """True where everything that starts close enough comes to rest on the branch."""
        return self.unstable == 0

    def __len__(self) -> int:
        return len(self.value)

    def __repr__(self) -> str:
        kind = "closed branch" if self.closed else "branch"
        return f"Branch({kind} of {len(self)} points, {int(self.stable.sum())} of them stable)"


@dataclass(frozen=True)
class Diagram:
    """Every branch that was found, with its special points; made by `continuation`.

    `branches`; `folds`, `hopfs`, `branch_points` and, for a discrete model, `flips` (period doublings), in order of the
    setting; `notes`, sentences on what ended early, could not be followed or may be missed.
    """

    model: Model
    setting: str
    bounds: tuple[float, float]
    settings: dict[str, float]
    branches: list[Branch]
    folds: list[SpecialPoint]
    hopfs: list[SpecialPoint]
    branch_points: list[SpecialPoint]
    flips: list[SpecialPoint]
    notes: list[str]
    jet: Jet = field(repr=False)

    def __repr__(self) -> str:
        counts = [(len(self.branches), "branch", "branches")]
        named = (("folds", "fold"), ("hopfs", "Hopf point"), ("branch_points", "branch point"), ("flips", "period doubling"))
        counts += [(len(getattr(self, kind)), one, f"{one}s") for kind, one in named]
        said = ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counts if n or one == "branch")
        return f"Diagram('{self.model.title}' for {self.setting} from {self.bounds[0]:g} to {self.bounds[1]:g}: {said})"

    @property
    def special(self) -> list[SpecialPoint]:
        """All special points, in order of the setting."""
        found = [*self.folds, *self.hopfs, *self.branch_points, *self.flips]
        return sorted(found, key=lambda point: (point.value, point.branch, point.after))

    @cached_property
    def cycles(self) -> list[Family]:
        """The families of limit cycles that are born at the Hopf points, computed at the first use."""
        if self.model.clock == "discrete":
            raise ValueError("Cycles that are born at a Neimark-Sacker point are not followed; see them in a run.")
        found, pending = [], list(self.hopfs)
        while pending:
            found.append(family(self.jet, self.setting, pending.pop(0).z))
            end = found[-1].shrunk_to
            if end is not None and pending:
                del pending[int(np.argmin([np.abs(point.z - end).max() for point in pending]))]
        return found

    def at(self, value: float) -> list[Equilibrium]:
        """Returns the rest points of all branches at one value of the setting, in order of their states.

        >>> import socioaffective as sa
        >>> sa.continuation(sa.models.companion, "cues", (0, 1)).at(0.7)[0]
        Equilibrium(stable node at wanting = 0.0890, ties = 0.7130)
        """
        value = number(value, f"'{self.setting}'", self.bounds)
        found: list[Equilibrium] = []
        for branch in self.branches:
            for z in meets(self.jet, branch.knots, self.jet.share([*[0.0] * self.jet.size, value])[-1]):
                point = _as_equilibrium(self.jet, z)
                if not any(_alike(self.jet, point.state, other.state) for other in found):
                    found.append(point)
        return sorted(found, key=lambda point: tuple(np.round(list(point.state.values()), 6)))

    @cached_property
    def windows(self) -> list[tuple[float, float]]:
        """The intervals of the setting with more than one stable rest point, as pairs (from, to)."""
        ends = [b.value[k] for b in self.branches for k in (0, -1)]
        marks = np.unique(np.clip([*self.bounds, *ends, *(point.value for point in self.special)], *self.bounds))
        # Marks that differ by round-off are one.
        marks = marks[np.r_[True, np.diff(marks) > 1e-7 * (self.bounds[1] - self.bounds[0])]]
        found: list[tuple[float, float]] = []
        for low, high in zip(marks[:-1].tolist(), marks[1:].tolist(), strict=True):
            if sum(point.stable for point in self.at((low + high) / 2)) > 1:
                found = [*found[:-1], (found[-1][0], high)] if found and found[-1][1] == low else [*found, (low, high)]
        return found

    def hysteresis(self) -> xr.Dataset:
        """Returns the path of a person who stays at rest while the setting is moved up slowly from its lowest value, and down.

        A Dataset over `point` with each state, and the coordinates `setting` under its own name, `leg` (1 on the way up, -1
        on the way down) and `jump` (True where the state is about to leave what has vanished, for another stable rest
        point). Up and down along one path is no hysteresis. `attrs["note"]` says what is found. Raises ValueError where no
        stable rest point exists at the lowest value.

        >>> import socioaffective as sa
        >>> path = sa.continuation(sa.models.companion, "cues", (0, 1)).hysteresis()
        >>> print(path.attrs["note"].replace(" and ", "\\n"))
        ties falls from 0.63 to 0.01 at cues = 0.8088 on the way up
        ties rises from 0.13 to 0.74 at cues = 0.5912 on the way down.
        """
        return loop(self)

    def to_xarray(self) -> xr.Dataset:
        """Returns the branches end to end as a Dataset over `point`: each state, with the coordinates `setting` under its own
        name, `branch` (its number), `unstable` (how many directions do not shrink), `stable`, and `special`, the kind of the
        special point between this point and the next, or ""."""
        kinds = [[""] * len(branch) for branch in self.branches]
        for point in self.special:
            kinds[point.branch][point.after] = point.kind

        def joined(parts: list) -> np.ndarray:
            return np.concatenate(parts) if parts else np.empty(0)

        states = {n: ("point", joined([b.states[n] for b in self.branches])) for n in self.model.states}
        along_branch = {
            self.setting: joined([b.value for b in self.branches]),
            "branch": joined([np.full(len(b), k) for k, b in enumerate(self.branches)]),
            "unstable": joined([b.unstable for b in self.branches]),
            "stable": joined([b.stable for b in self.branches]),
            "special": joined([np.array(k, dtype=object) for k in kinds]).astype(str),
        }
        own = {"branch", "unstable", "stable", "special"}
        if clash := own & {self.setting, *states}:
            raise ValueError(f"'{min(clash)}' is the name of a column of the table; rename it to have a table.")
        data = xr.Dataset(states, {n: ("point", v) for n, v in along_branch.items()})
        known = {**self.model.states, self.setting: self.model.settings[self.setting]}
        for name, quantity in known.items():
            data[name].attrs.update(units=quantity.unit, long_name=quantity.label, description=quantity.meaning)
        return data.assign_attrs(model=self.model.title, setting=self.setting)


def eigenvalues_of(model: Model, slopes: np.ndarray) -> np.ndarray:
    """Returns eigenvalues in order of their real parts; for a map multipliers, from the slopes of the change per step."""
    values = np.linalg.eigvals(slopes).astype(complex) + (model.clock == "discrete")
    return np.take_along_axis(values, np.lexsort((values.imag, values.real)), axis=-1)


def growing(model: Model, values: np.ndarray) -> np.ndarray:
    """Returns how many directions do not shrink."""
    size = np.abs(values)
    growth = size - 1 if model.clock == "discrete" else values.real
    return (growth >= -ZERO * size.max(axis=-1, keepdims=True)).sum(axis=-1)


def _as_equilibrium(jet: Jet, z: np.ndarray) -> Equilibrium:
    model, width = jet.model, jet.width[:-1]
    slopes = jet(z)[1][:, :-1] * np.divide.outer(width, width) + np.eye(jet.size) * (model.clock == "discrete")
    values, vectors = spectrum(slopes)
    state = dict(zip(model.states, map(float, jet.real(z)[:-1] + 0.0), strict=True))
    return Equilibrium(state, values, classify(values, model.clock), vectors)


def _alike(jet: Jet, one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    return all(abs(one[n] - other[n]) < SAME * w for n, w in zip(jet.model.states, jet.width[:-1], strict=True))


def meets(jet: Jet, knots: np.ndarray, value: float) -> list[np.ndarray]:
    """Returns the points of a branch at a value of the setting, all as shares of the ranges."""
    level = knots[:, -1] - value
    found: list[np.ndarray] = []
    for k in np.flatnonzero(level[:-1] * level[1:] <= 0):
        chord = knots[k + 1] - knots[k]
        guess = knots[k] + chord * ((value - knots[k, -1]) / chord[-1] if chord[-1] else 0.0)
        exact = corrected(jet, guess, jet.upright)
        if exact is None or np.linalg.norm(exact - guess) > np.linalg.norm(chord) + SAME:
            # At a special point Newton's method may fail where the knot itself is the answer.
            if not np.abs(jet(guess)[0]).max() < 1e-9:
                continue
            exact = guess
        if not any(np.abs(exact - other).max() < SAME for other in found):
            found.append(exact)
    return found


def lies_on(jet: Jet, knots: np.ndarray, z: np.ndarray) -> bool:
    """Returns whether a rest point lies on a branch."""
    chords, gaps = np.diff(knots, axis=0), away(knots, z)
    lengths = np.linalg.norm(chords, axis=1)
    for k in np.flatnonzero(gaps < lengths / 2 + SAME):
        t = chords[k] / lengths[k]
        if gaps[k] < SAME or np.abs(along(jet, knots[k], t, float(t @ (z - knots[k]))) - z).max() < SAME:
            return True
    return False
