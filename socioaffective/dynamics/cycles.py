"""Cycles: limit cycles of a continuous model, their periods and their stability."""

from __future__ import annotations

import math
import warnings
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from socioaffective.checks import number
from socioaffective.dynamics.curves import Trace, corrected, follow, located, tangent
from socioaffective.dynamics.equilibrium import in_short, settings_of, states_of
from socioaffective.dynamics.jets import Jet
from socioaffective.model import Model

# Points kept of an orbit.
ORBIT = 200
RTOL, ATOL = 1e-9, 1e-11
# A family begins with cycles of this radius, as a share of the box, and ends when they are half as wide.
BORN = 5e-3
SHRUNK = "it shrinks to a rest point at another Hopf point"
# A period this many times the first one is taken for the approach to a homoclinic orbit.
LONGEST = 30
MOST_CYCLES, LONGEST_STEP = 60, 0.06
# Start points of orbits may lie this far outside the box; a run further out than FAR boxes has left for good.
BEYOND, FAR = 0.5, 20
# A run that comes back to itself this closely is taken for a cycle to be found.
NEAR = 2e-3
# It may pass through the same plane this often before it does.
MOST_PASSES = 8


@dataclass(frozen=True)
class Cycle:
    """A limit cycle: `period`, `multipliers` (Floquet; the one that is 1 is left out), `stable`, and its `orbit`, an array
    for each state over one period."""

    period: float
    multipliers: np.ndarray
    orbit: dict[str, np.ndarray]

    @property
    def stable(self) -> bool:
        """True where every multiplier lies inside the unit circle, so that neighbours come to circle on it."""
        return bool((np.abs(self.multipliers) < 1).all())

    def __repr__(self) -> str:
        reach = ", ".join(f"{name} {v.min():.3f} to {v.max():.3f}" for name, v in self.orbit.items())
        return f"Cycle({'stable' if self.stable else 'unstable'}, period {self.period:.4g}, {reach})"


@dataclass(frozen=True)
class Family:
    """Limit cycles followed from a Hopf point: `value` of the setting, `period`, `low` and `high` (lowest and highest value
    of each state by name) and `stable`, arrays over the cycles; `folds`, values of the setting where the family turns back;
    `note`, how it ends."""

    value: np.ndarray
    period: np.ndarray
    low: dict[str, np.ndarray]
    high: dict[str, np.ndarray]
    stable: np.ndarray
    folds: list[float]
    note: str
    shrunk_to: np.ndarray | None = field(repr=False)

    def __repr__(self) -> str:
        return f"Family({len(self.value)} cycles, {int(self.stable.sum())} stable; {self.note})"


class _Flow:
    """Closed orbits as zeros of a system in (start, period) and the free setting, if there is one, as shares of ranges."""

    def __init__(self, jet: Jet, period: float) -> None:
        self.jet, self.unit, self.size, self.free = jet, period, jet.size, len(jet.box) - jet.size
        self.anchor = self.normal = np.zeros(jet.size)

    def start_at(self, point: np.ndarray, velocity: np.ndarray) -> None:
        """Fixes where on the orbit it starts: in the plane through a point across its velocity."""
        self.anchor, self.normal = point, velocity / np.linalg.norm(velocity)

    def start_on(self, z: np.ndarray) -> None:
        """Fixes that the orbit starts where this solution does."""
        n = self.size
        self.start_at(z[:n], self.jet(np.concatenate([z[:n], z[n + 1 :]]))[0])

    def run(self, z: np.ndarray, times: int = 1) -> np.ndarray | None:
        """Returns one period with its derivatives by the start and the setting, shape (states * (1 + unknowns), times + 1)."""
        n, free, period = self.size, z[self.size + 1 :], float(z[self.size]) * self.unit
        wide = n + self.free

        def change(_: float, u: np.ndarray) -> np.ndarray:
            rates, slopes = self.jet(np.concatenate([u[:n], free]))
            tangents = slopes[:, :n] @ u[n:].reshape(n, wide)
            tangents[:, n:] += slopes[:, n:]
            return np.concatenate([rates, tangents.ravel()])

        if not 0 < period < math.inf:
            return None
        begin = np.concatenate([z[:n], np.eye(n, wide).ravel()])
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            answer = solve_ivp(change, (0, period), begin, "LSODA", np.linspace(0, period, times + 1), rtol=RTOL, atol=ATOL)
        return answer.y if answer.success and np.isfinite(answer.y).all() else None

    def __call__(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        n, orbit = self.size, self.run(z)
        if orbit is None:
            return np.full(n + 1, np.nan), np.full((n + 1, len(z)), np.nan)
        end, tangents = orbit[:n, -1], orbit[n:, -1].reshape(n, -1)
        rates = self.jet(np.concatenate([end, z[n + 1 :]]))[0]
        slopes = np.zeros((n + 1, len(z)))
        slopes[:n, :n] = tangents[:, :n] - np.eye(n)
        slopes[:n, n], slopes[:n, n + 1 :] = rates * self.unit, tangents[:, n:]
        slopes[n, :n] = self.normal
        return np.append(end - z[:n], self.normal @ (z[:n] - self.anchor)), slopes

    def cycle(self, z: np.ndarray) -> Cycle | None:
        """Returns the orbit that starts at a solution, or None where it cannot be computed."""
        n, orbit = self.size, self.run(z, ORBIT)
        if orbit is None:
            return None
        values = np.linalg.eigvals(orbit[n:, -1].reshape(n, -1)[:, :n]).astype(complex)
        others = np.delete(values, int(np.argmin(np.abs(values - 1))))
        low, width = self.jet.box[:n, :1], self.jet.width[:n, None]
        states = dict(zip(self.jet.model.states, low + width * orbit[:n], strict=True))
        return Cycle(float(z[n]) * self.unit, others[np.argsort(-np.abs(others))], states)


def family(jet: Jet, setting: str, at: np.ndarray) -> Family:
    """Returns the limit cycles that are born at a Hopf point, followed by pseudo-arclength on a shooting method.

    `jet` has one free setting, named `setting`; `at` is the point as a share of the ranges.
    """
    model, n = jet.model, jet.size
    flow, guess, direction = _born(jet, at)
    period, first = flow.unit, corrected(flow, guess, direction)
    cycles, arms, note = [], [], ""
    last: deque[float] = deque(maxlen=8)

    def renew(z: np.ndarray) -> bool:
        nonlocal note
        cycle = flow.cycle(z)
        if cycle is None:
            note = "the orbits could not be computed further"
            return False
        centre = (np.array([v.mean() for v in cycle.orbit.values()]) - jet.box[:n, 0]) / jet.width[:n]
        arms.append(z[:n] - centre)
        # Past a rest point the same cycles come again, seen from their other side.
        if len(arms) > 1 and arms[-1] @ arms[-2] < 0:
            note = SHRUNK
            return False
        cycles.append(cycle)
        last.append(z[-1])
        if np.linalg.norm(arms[-1]) < BORN / 2:
            note = SHRUNK
        elif cycle.period > LONGEST * period or (len(last) == 8 and np.ptp(last) < 1e-6 and cycle.period > 1.5 * period):
            note = f"its period grows while {setting} stands still, as near a homoclinic orbit"
        elif len(cycles) == MOST_CYCLES:
            note = f"it was given up after {MOST_CYCLES} cycles"
        flow.start_on(z)
        return not note

    points, turns = np.empty((0, n + 2)), []
    if first is not None and renew(first):
        limits = np.array([*[[-BEYOND, 1 + BEYOND]] * n, [0.0, 2.0 * LONGEST], [0.0, 1.0]])
        trace = follow(flow, first, direction, limits, longest=LONGEST_STEP, renew=renew)
        if len(trace.points) > len(cycles):
            renew(trace.points[-1])
        points, sense = trace.points[: len(cycles)], trace.tangents[: len(cycles), -1]
        turns = [_turn(flow, trace, k) for k in np.flatnonzero(sense[:-1] * sense[1:] < 0).tolist()]
        note = note or _ending(trace, jet, setting)
    elif first is None:
        note = "no cycle near it was found"
    along = jet.box[n, 0] + jet.width[n] * points[:, -1]
    shrunk_to = np.append(points[-1, :n] - arms[len(points) - 1], points[-1, -1]) if note == SHRUNK else None
    return Family(
        along,
        np.array([c.period for c in cycles]),
        {name: np.array([c.orbit[name].min() for c in cycles]) for name in model.states},
        {name: np.array([c.orbit[name].max() for c in cycles]) for name in model.states},
        np.array([c.stable for c in cycles], dtype=bool),
        [float(jet.box[n, 0] + jet.width[n] * turn) for turn in turns if turn is not None],
        note,
        shrunk_to,
    )


def _born(jet: Jet, at: np.ndarray) -> tuple[_Flow, np.ndarray, np.ndarray]:
    """Returns orbits near a Hopf point, with the first cycle as linearisation has it and the way on from there."""
    n = jet.size
    values, vectors = np.linalg.eig(jet(at)[1][:, :n].astype(complex))
    k = int(np.argmin(np.where(values.imag > 0, np.abs(values.real), np.inf)))
    flow = _Flow(jet, 2 * math.pi / values[k].imag)
    direction = np.concatenate([vectors[:, k].real, [0.0, 0.0]])
    direction /= np.linalg.norm(direction)
    guess = np.concatenate([at[:n], [1.0], at[n:]]) + BORN * direction
    # Where the real part of the eigenvector points away from rest, the imaginary part is along the orbit.
    flow.start_at(guess[:n], vectors[:, k].imag)
    return flow, guess, direction


def _turn(flow: _Flow, trace: Trace, k: int) -> float | None:
    """Returns the setting at which a family turns back between two of its cycles, as a share of its range."""
    z, t = trace.points[k], trace.tangents[k]
    flow.start_on(z)
    at = located(flow, z, t, trace.points[k + 1], lambda p: float(tangent(flow(p)[1], t)[-1]))
    return None if at is None else float(at[-1])


def _ending(trace: Trace, jet: Jet, setting: str) -> str:
    if trace.end == "limit" and trace.unknown == jet.size + 1:
        return f"it reaches the end of the range of {setting}"
    if trace.end == "limit" and trace.unknown < jet.size:
        return f"it leaves the box, where {list(jet.model.states)[trace.unknown]} passes its bound"
    period = float(trace.points[-1][jet.size])
    return f"no further step converged; its period is then {period:.3g} times the first"


def limit_cycle(model: Model, /, start: Mapping[str, float] | None = None, settle: float = 1000, **settings: float) -> Cycle:
    """Returns the stable limit cycle that a run comes to circle on, with its period and Floquet multipliers.

    Inputs: `model`, continuous; `start`, start values that differ from the model's own; `settle`, how many weeks to run
    before looking; settings by name. The run is followed until it comes back to itself, and the cycle then computed by
    Newton's method on its start and period. Raises ValueError for a discrete model, an unknown name or a value outside its
    bounds, and RuntimeError where the run comes to rest, leaves for good, or does not come back.

    >>> import socioaffective as sa
    >>> x, y = sa.state("x", start=1.0, bounds=(-4, 4)), sa.state("y", bounds=(-4, 4))
    >>> pol = sa.Model("Van der Pol", {x: y, y: (1 - x**2) * y - x})
    >>> cycle = sa.limit_cycle(pol, settle=60)
    >>> cycle.stable, round(cycle.period, 4)
    (True, 6.6633)

    Source: Kuznetsov 2004, Elements of Applied Bifurcation Theory, section 10.2 (shooting).
    """
    p = settings_of(model, settings)
    if model.clock == "discrete":
        raise ValueError(
            f"'{model.title}' moves in steps; look for its cycles as rest points of the map applied several times."
        )
    weeks = number(settle, "settle (weeks to run before looking)", (1e-3, 1e6))
    jet = Jet(model, p, [], [])
    z = jet.share(states_of(model, start))
    settled = _run(jet, z, weeks)
    last = settled.y[:, -1]
    velocity = jet(last)[0]
    pace = float(np.linalg.norm(jet(z)[0]))
    if np.linalg.norm(velocity) < 1e-7 * max(pace, 1e-9):
        where = in_short(model.states, jet.real(last))
        raise RuntimeError(f"The run comes to rest at {where}; there is no cycle to follow from there.")
    again = _run(jet, last, weeks)
    ahead = velocity @ (again.y - last[:, None])
    flow = _Flow(jet, 1.0)
    flow.start_at(last, velocity)
    passes = np.flatnonzero((ahead[1:-1] < 0) & (ahead[2:] >= 0)) + 1
    for k in passes[:MOST_PASSES]:
        time = brentq(lambda t: velocity @ (again.sol(t) - last), again.t[k], again.t[k + 1])
        if np.abs(again.sol(time) - last).max() < NEAR:
            found = _newton(flow, np.append(last, time))
            cycle = None if found is None else flow.cycle(found)
            # A run that wanders comes near cycles on which nothing stays.
            if cycle is not None and cycle.stable:
                return cycle
    raise RuntimeError(
        f"The run does not come back to itself within {weeks:g} weeks: it may need longer to settle (settle=), or never repeat."
    )


def _run(jet: Jet, z: np.ndarray, weeks: float) -> Any:
    def gone(_: float, u: np.ndarray) -> float:
        return FAR - float(np.abs(u - 0.5).max())

    gone.terminal = True  # type: ignore[attr-defined]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        right = lambda _, u: jet(u)[0]  # noqa: E731
        answer = solve_ivp(right, (0, weeks), z, "LSODA", events=gone, dense_output=True, rtol=RTOL, atol=ATOL)
    if not answer.success or answer.t_events[0].size or not np.isfinite(answer.y).all():
        raise RuntimeError(f"The run leaves for good after week {answer.t[-1]:.4g}; there is no cycle to follow from there.")
    return answer


def _newton(flow: _Flow, z: np.ndarray) -> np.ndarray | None:
    for _ in range(10):
        rates, slopes = flow(z)
        if not np.isfinite(slopes).all():
            return None
        step = np.linalg.lstsq(slopes, rates)[0]
        z = z - step
        if np.abs(step[: flow.size]).max() < 1e-9 and abs(step[-1]) < 1e-9 * z[-1]:
            return z
    return None
