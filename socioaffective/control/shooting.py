"""Shooting: the payoff of a sequence of levers, with its exact slope by every lever and the costates, backwards in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from functools import lru_cache

import numpy as np
import sympy

from socioaffective.compile import compiled
from socioaffective.model import Model
from socioaffective.objectives import Objective
from socioaffective.quantities import parameter

# Longest Runge-Kutta step to begin with, in weeks, and how exact value and final state must be, as shares of their size.
LONGEST, EXACT = 0.5, 1e-7
MOST_STEPS = 100_000
# How steeply missing a floor is charged at first.
STIFFNESS = 50.0
# How far from a bound slopes are taken where at the bound they are infinite, as a share of the way between both.
ASIDE = 1e-9
# An objective that is worth less than this at first is measured in units of its own.
SMALL = 1e-2


class Problem:
    """An objective over some levers of a model: rates, payoff and all their slopes as numeric functions."""

    def __init__(self, model: Model, objective: Objective, levers: tuple[str, ...]) -> None:
        self.model, self.objective, self.levers = model, objective, levers
        price = parameter("planning_cost", 0.0, (0, 1e6), "1", "cost of pulling a lever")
        u = [model.symbols[name] for name in levers]
        payoff = objective.formula(model) - price / 2 * sympy.Add(*(s**2 for s in u))
        # A model of its own, so that it also has what only the payoff uses: its price, and the counterfactual self.
        self.posed = Model(model.title, model.equations, {"planned_payoff": payoff}, clock=model.clock)
        self.names = tuple(self.posed.settings)
        self.slots = [self.names.index(name) for name in levers]
        self.natural = {name: self.names.index(f"natural_{name}") for name, weight in objective.impact.items()
                        if f"natural_{name}" in self.names}  # fmt: skip
        # In one order, since objectives are the same in whatever order their floors were given.
        self.floors = [(list(model.states).index(name), level) for name, level in sorted(objective.floors.items())]
        self.bounds = tuple(np.array([model.levers[name].bounds[k] for name in levers]) for k in (0, 1))
        self.box = np.array([q.bounds for q in model.states.values()], float)
        self.widths = np.diff(self.box).ravel()
        rows = [*self.posed.equations.values(), self.posed.expressions["planned_payoff"]]
        self.move = compiled(self.posed, tuple(rows), "scalar")
        columns = [*self.posed.equations, *(self.posed.symbols[name] for name in levers)]
        entries = {(i, j): slope for i, row in enumerate(rows) for j, x in enumerate(columns) if (slope := row.diff(x)) != 0}
        for slope in entries.values():
            if slope.has(sympy.Derivative, sympy.Subs, sympy.floor, sympy.ceiling, sympy.Mod):
                raise ValueError(
                    f"'{model.title}' cannot be planned for {objective}: a formula jumps or has no slope that SymPy knows "
                    f"({slope}). Use a smooth one, such as sa.logistic."
                )
        self.places = tuple(np.array(list(entries)).T) if entries else (np.array([], int), np.array([], int))
        self.slopes = compiled(self.posed, tuple(entries.values()), "array") if entries else None

    def slopes_at(self, y: np.ndarray, p: list) -> np.ndarray:
        """Returns the slopes of rates and payoff by states and levers, shape (points, states + 1, states + levers)."""
        size = len(self.widths)
        table = np.zeros((y.shape[1], size + 1, size + len(self.levers)))
        if self.slopes is not None:
            with np.errstate(all="ignore"):
                found = self.slopes(y, p)
                if (infinite := ~np.isfinite(found).all(axis=0)).any():
                    low, high = (self.box + ASIDE * np.diff(self.box) * [1, -1]).T[..., None]
                    found = np.where(infinite, self.slopes(y.clip(low, high), p), found)
            table[:, self.places[0], self.places[1]] = found.T
        return table


@lru_cache(maxsize=32)
def problem_of(model: Model, objective: Objective, levers: tuple[str, ...]) -> Problem:
    """Returns a problem, its formulas differentiated and compiled once."""
    return Problem(model, objective, levers)


class CoarseError(Exception):
    """Raised with the levers for which the steps are too long."""


class Task:
    """A problem for one person over given decision times; levers have the shape (decisions, levers)."""

    def __init__(
        self,
        problem: Problem,
        edges: np.ndarray,
        start: np.ndarray,
        values: Mapping[str, float],
        discount: float,
        bias: float,
        cost: float,
        twin: tuple[Sequence[float], Mapping[str, float]] | None = None,
    ) -> None:
        self.problem, self.edges, self.start = problem, edges, start.tolist()
        self.base = self._settings({**values, "planning_cost": cost})
        self.twin = None if twin is None else (list(twin[0]), self._settings(twin[1]))
        self.discount, self.bias, self.size = discount, bias, 1.0
        self.count, self.steps = len(edges) - 1, 1
        self.discrete = problem.model.clock == "discrete"
        weights = np.exp(-discount * edges[:-1]) * np.where(np.arange(self.count) > 0, bias, 1.0)
        # In these units the cost of a lever curves alike at every time, which is what the search is good at.
        self.scale = np.sqrt(weights * np.diff(edges))[:, None]
        self.weight = max(float((self.scale**2).sum()), 1e-300)
        self.price, self.stiffness = np.zeros((self.count, len(problem.floors))), STIFFNESS

    def _settings(self, values: Mapping[str, float]) -> list[float]:
        return [values.get(name, 0.0) for name in self.problem.names]

    def with_steps(self, steps: int) -> None:
        """Sets how many steps are made between two decisions, and what lies at each of their stages."""
        self.steps = steps
        if self.discrete:
            lengths = np.diff(self.edges).astype(int)
            self.owner = np.repeat(np.arange(self.count), lengths)
            self.times = np.arange(len(self.owner)) + self.edges[0]
            self.h, offsets = np.ones(len(self.owner)), [0.0]
        else:
            self.owner = np.repeat(np.arange(self.count), steps)
            self.h = np.repeat(np.diff(self.edges) / steps, steps)
            self.times = np.concatenate([np.linspace(a, b, steps, endpoint=False) for a, b in zip(self.edges, self.edges[1:],
                                                                                                  strict=False)])  # fmt: skip
            offsets = [0.0, 0.5, 0.5, 1.0]
        self.stages = np.stack([self.times + c * self.h for c in offsets])
        self.shares = np.ones(1) if self.discrete else np.array([1, 2, 2, 1]) / 6
        self.heed = np.exp(-self.discount * self.stages) * np.where(self.owner > 0, self.bias, 1.0)
        self.nodes = np.append(self.times, self.edges[-1])
        if self.problem.floors and len(self.price) != len(self.owner):
            self.price = self.by_decision(self.price)[self.owner]
        self.shadows: dict[int, np.ndarray] = {}
        if self.twin:
            # Moved by the same steps, so that a person who is left alone is at no distance from the twin.
            alone = copy(self)
            alone.start, alone.base = self.twin
            levers = [alone.base[slot] for slot in self.problem.slots]
            _, at, self.untouched = alone.forward(np.tile(levers, (self.count, 1)))
            states = list(self.problem.model.states)
            self.shadows = {slot: at[..., states.index(name)] for name, slot in self.problem.natural.items()}

    def copied(self, steps: int) -> Task:
        """Returns the same task with other steps."""
        twin = copy(self)
        twin.with_steps(steps)
        return twin

    def forward(self, u: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Returns the discounted payoff, the states at the stages (stages, steps, states) and at the nodes."""
        move, slots, h = self.problem.move, self.problem.slots, self.h.tolist()
        tracks = {slot: values.tolist() for slot, values in self.shadows.items()}
        heed = (self.heed * self.shares[:, None] * self.h).T.tolist()
        y, total, at, nodes = self.start, 0.0, [], [self.start]
        owner, rows, p = -1, u.tolist(), list(self.base)
        for k, own in enumerate(self.owner.tolist()):
            if own != owner:
                owner = own
                for slot, value in zip(slots, rows[own], strict=True):
                    p[slot] = value
            w = heed[k]
            if self.discrete:
                for slot, track in tracks.items():
                    p[slot] = track[0][k]
                *new, gain = move(y, p)
                total += w[0] * gain
                at.append([y])
                y = new
            else:
                half, whole = h[k] / 2, h[k]
                for slot, track in tracks.items():
                    p[slot] = track[0][k]
                *k1, g1 = move(y, p)
                y2 = [a + half * b for a, b in zip(y, k1, strict=True)]
                for slot, track in tracks.items():
                    p[slot] = track[1][k]
                *k2, g2 = move(y2, p)
                y3 = [a + half * b for a, b in zip(y, k2, strict=True)]
                for slot, track in tracks.items():
                    p[slot] = track[2][k]
                *k3, g3 = move(y3, p)
                y4 = [a + whole * b for a, b in zip(y, k3, strict=True)]
                for slot, track in tracks.items():
                    p[slot] = track[3][k]
                *k4, g4 = move(y4, p)
                total += w[0] * g1 + w[1] * g2 + w[2] * g3 + w[3] * g4
                at.append([y, y2, y3, y4])
                sixth = whole / 6
                y = [a + sixth * (b + 2 * (c + d) + e) for a, b, c, d, e in zip(y, k1, k2, k3, k4, strict=True)]
            nodes.append(y)
        return total, np.array(at).swapaxes(0, 1), np.array(nodes)

    def propagators(self, u: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns for each step the slope of the next state, and of the payoff gained, by state and levers."""
        stages, steps, size = at.shape
        p: list = list(self.base)
        for j, slot in enumerate(self.problem.slots):
            p[slot] = np.tile(u[self.owner, j], stages)
        for slot, track in self.shadows.items():
            p[slot] = track.ravel()
        slopes = self.problem.slopes_at(at.reshape(-1, size).T, p).reshape(stages, steps, size + 1, -1)
        gains = (self.heed * self.shares[:, None] * self.h)[..., None]
        if self.discrete:
            return slopes[0, :, :size], gains[0] * slopes[0, :, size]
        here = np.zeros((steps, size, slopes.shape[-1]))
        here[:, range(size), range(size)] = 1
        h, inner = self.h[:, None, None], here
        step, gained = here.copy(), np.zeros((steps, slopes.shape[-1]))
        for stage, (share, reach) in enumerate(zip(self.shares, (0.5, 0.5, 1.0, 0.0), strict=True)):
            whole = slopes[stage, :, :, :size] @ inner
            whole[:, :, size:] += slopes[stage, :, :, size:]
            step += h * share * whole[:, :size]
            gained += gains[stage] * whole[:, size]
            inner = here + h * reach * whole[:, :size]
        return step, gained

    def value_and_slope(self, u: np.ndarray) -> tuple[float, np.ndarray]:
        """Returns the payoff, less what missing a floor costs, and its slope by the levers.

        Raises CoarseError where the steps are too long for these levers, so that the states run away.
        """
        try:
            total, at, nodes = self.forward(u)
            bounded = bool(np.isfinite(nodes).all() and np.isfinite(total))
        except OverflowError:
            bounded = False
        except ValueError:
            raise self._no_number(u) from None
        if not bounded and not self.discrete:
            raise CoarseError(u)
        if not bounded:
            return -np.inf, np.zeros_like(u)
        loss, pull = self._floors(nodes)
        slope, _ = self.backward(u, at, pull)
        return total - loss, slope

    def backward(self, u: np.ndarray, at: np.ndarray, pull: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns the slope of the payoff by the levers, and the costates at the nodes, as seen from time 0."""
        step, gained = self.propagators(u, at)
        size = at.shape[-1]
        costates = np.empty((len(step) + 1, size))
        costates[-1] = ahead = pull[-1]
        by_lever = np.empty((len(step), u.shape[1]))
        for k in range(len(step) - 1, -1, -1):
            both = ahead @ step[k] + gained[k]
            by_lever[k] = both[size:]
            costates[k] = ahead = both[:size] + pull[k]
        slope = np.zeros_like(u)
        np.add.at(slope, self.owner, by_lever)
        return slope, costates

    def _no_number(self, u: np.ndarray) -> ValueError:
        levers = ", ".join(f"{name} = {value:.3g}" for name, value in zip(self.problem.levers, u[0], strict=True))
        return ValueError(
            f"The rates of '{self.problem.model.title}' or the objective ({self.problem.objective}) give no number with "
            f"{levers} at first. Write formulas that have a value for all levers within their bounds."
        )

    def missed(self, nodes: np.ndarray) -> np.ndarray:
        """Returns by how much each floor is missed at each node but the first, negative where it is kept."""
        return np.stack([level - nodes[1:, k] for k, level in self.problem.floors], axis=1)

    def by_decision(self, price: np.ndarray) -> np.ndarray:
        """Returns prices of floors at the nodes as their means from one decision to the next."""
        owner = self.owner if self.discrete else np.repeat(np.arange(self.count), len(price) // self.count)
        return np.stack([price[owner == k].mean(axis=0) for k in range(self.count)])

    def _floors(self, nodes: np.ndarray) -> tuple[float, np.ndarray]:
        """Returns the augmented Lagrangian's charge for missing the floors, and its pull on the states."""
        pull = np.zeros_like(nodes)
        if not self.problem.floors:
            return 0.0, pull
        share = (self.scale**2)[self.owner] * (self.h / np.diff(self.edges)[self.owner])[:, None]
        push = np.maximum(0.0, self.price + self.stiffness * self.missed(nodes))
        for j, (k, _) in enumerate(self.problem.floors):
            pull[1:, k] += share[:, 0] * push[:, j]
        return float((share * (push**2 - self.price**2)).sum() / (2 * self.stiffness)), pull

    def settle(self, guesses: list[np.ndarray]) -> float:
        """Chooses the steps, so that value and final state are exact; returns the relative error that is left in the value."""
        steps, error = 1 if self.discrete else int(np.ceil(np.diff(self.edges).max() / LONGEST - 1e-9)), 0.0
        if (needed := self.edges[-1] if self.discrete else steps * self.count) > MOST_STEPS:
            raise ValueError(
                f"That would take {needed:.3g} steps of '{self.problem.model.title}'; at most {MOST_STEPS:,} are made. Plan "
                "over a shorter time."
            )
        if self.discrete:
            self.with_steps(1)
            return 0.0
        for u in guesses:
            coarse = self._measured(u, steps)
            self._refuse_no_number(u)
            while True:
                fine = self._measured(u, 2 * steps)
                size = max(abs(fine[0]), self.weight * 1e-3)
                error = abs(fine[0] - coarse[0]) / size / 15
                with np.errstate(invalid="ignore"):
                    moved = np.max(np.abs(fine[1] - coarse[1]) / self.problem.widths) / 15
                if max(error, moved) <= EXACT:
                    break
                steps, coarse = 2 * steps, fine
                if 2 * steps * self.count > MOST_STEPS:
                    raise ValueError(
                        f"'{self.problem.model.title}' moves so fast that more than {MOST_STEPS:,} steps would be needed, or "
                        "its states run away. Plan over fewer weeks, or slow down its fastest rates."
                    )
        self.with_steps(steps)
        return error

    def _refuse_no_number(self, u: np.ndarray) -> None:
        """Raises ValueError where rates or payoff are no number to begin with."""
        p = list(self.base)
        for slot, value in [
            *zip(self.problem.slots, u[0].tolist(), strict=True),
            *((s, v[0, 0]) for s, v in self.shadows.items()),
        ]:
            p[slot] = value
        try:
            found = np.array(self.problem.move(self.start, p), complex)
        except (ValueError, ZeroDivisionError, OverflowError):
            raise self._no_number(u) from None
        if not np.isfinite(found).all() or found.imag.any():
            raise self._no_number(u)

    def _measured(self, u: np.ndarray, steps: int) -> tuple[float, np.ndarray]:
        self.with_steps(steps)
        try:
            total, _, nodes = self.forward(u)
        except (OverflowError, ZeroDivisionError, ValueError):
            return np.inf, np.full(len(self.start), np.inf)
        return total, nodes[-1]
