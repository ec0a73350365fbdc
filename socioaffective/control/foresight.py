"""Foresight: policies that plan, far ahead or a few weeks at a time, as a run goes on."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from socioaffective.checks import number
from socioaffective.control.optimum import KEPT, Aim, best_of, chosen_levers, economics, planned, searched, sized, ways_of
from socioaffective.control.shooting import problem_of
from socioaffective.model import CLOCKS, Model
from socioaffective.objectives import Objective, an_objective
from socioaffective.policies import Stepwise

# Of a plan made anew each time the last digits do not matter.
EXACT = 1e-10

Decide = Callable[[float, Mapping[str, float], Mapping[str, float]], Mapping[str, float]]


@dataclass(frozen=True)
class Planner(Stepwise):
    """A policy that plans for an objective. With a `horizon` it plans that far, does the first of it, and plans again after
    `every` weeks; without one it plans the whole run at its beginning and keeps to that."""

    objective: Objective
    horizon: float | None
    levers: tuple[str, ...] | None
    every: float
    discount: float
    bias: float
    cost: float

    def begin(self, model: Model, weeks: float, rng: np.random.Generator) -> Decide:
        """Returns the decisions of one run: levers by name from the time, the state and the settings in force."""
        aim = Aim(self.objective, chosen_levers(model, self.levers, {}), *economics(self.discount, self.bias, self.cost))
        if self.horizon is not None and model.clock == "discrete" and self.horizon != int(self.horizon):
            raise ValueError(
                f"'{model.title}' moves in whole {CLOCKS[model.clock]}s: the horizon must be whole, not {self.horizon:g}."
            )
        # Made here, so that what the objective lacks is said before the run begins.
        problem_of(model, aim.objective, aim.levers)
        return self._once(model, aim, weeks) if self.horizon is None else self._again(model, aim, self.horizon)

    def _once(self, model: Model, aim: Aim, weeks: float) -> Decide:
        """Returns the decisions of one plan for the whole run."""
        rows: list[dict[str, float]] = []

        def decide(time: float, state: Mapping[str, float], settings: Mapping[str, float]) -> dict[str, float]:
            if weeks <= 0:
                return {name: settings[name] for name in aim.levers}
            if not rows:
                call = {"weeks": weeks, "start": dict(state), "settings": {}, "every": self.every}
                plan = planned(model, aim, state, settings, call)
                if plan.shortfall > KEPT:
                    warnings.warn(f"No plan was found that keeps the floors: {plan}.", stacklevel=2)
                played = plan.policy.levers
                levels = zip(*(steps.values() for steps in played.values()), strict=True)
                rows.extend(dict(zip(played, row, strict=True)) for row in levels)
            return rows[min(int(time / self.every + 1e-6), len(rows) - 1)]

        return decide

    def _again(self, model: Model, aim: Aim, horizon: float) -> Decide:
        """Returns the decisions of plans that are made anew each time."""
        steps, size, last = 0, 1.0, 0.0
        plan: Any = None
        twin: Any = None

        def decide(time: float, state: Mapping[str, float], settings: Mapping[str, float]) -> dict[str, float]:
            nonlocal steps, size, last, plan, twin
            if plan is None:
                aim.refuse_a_start_below_a_floor(state)
                twin = aim.twin(model, state, settings)
            elif twin:
                # The twin has lived on in the meantime.
                passed = aim.task(model, state, settings, time - last, time - last, twin)
                passed.with_steps(max(steps, int(np.ceil(steps * (time - last) / self.every))))
                twin = passed.untouched[-1].tolist(), twin[1]
            task = aim.task(model, state, settings, horizon, self.every, twin)
            if plan is None:
                guesses = ways_of(task, 3)
                task.settle(guesses)
                steps, size = task.steps, sized(task, guesses)
            else:
                task.with_steps(steps)
                guesses = [np.concatenate([plan[1:], plan[-1:]])]
            task.size = size
            plan, last = best_of([searched(task, guess, EXACT) for guess in guesses]).levers, time
            return dict(zip(aim.levers, plan[0].tolist(), strict=True))

        return decide


def planner(
    objective: Objective | str,
    horizon: float | None,
    levers: tuple[str, ...] | None,
    every: float,
    discount: float,
    bias: float,
    cost: float,
) -> Planner:
    """Returns a policy that plans, once what it is given makes sense."""
    every = number(every, "every (weeks between two decisions)")
    if horizon is not None and (horizon := number(horizon, "horizon (weeks)")) < every:
        raise ValueError(f"horizon must be at least every = {every:g} weeks, not {horizon:g}: a plan begins with one decision.")
    if every <= 0:
        raise ValueError(f"every must be positive, not {every:g}: it is the time between two decisions.")
    return Planner(an_objective(objective), horizon, levers, every, *economics(discount, bias, cost))
