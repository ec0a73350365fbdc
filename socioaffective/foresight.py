"""Foresight: policies that plan, far ahead or a few weeks at a time, as a run goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from socioaffective.checks import number
from socioaffective.control import Aim, chosen_levers, economics, ways_of
from socioaffective.control import searched as searched_from
from socioaffective.model import CLOCKS, Model
from socioaffective.objectives import Objective, an_objective
from socioaffective.policies import Stepwise
from socioaffective.shooting import Natural, problem_of

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
        ahead = weeks if self.horizon is None else self.horizon
        if model.clock == "discrete" and ahead != int(ahead):
            raise ValueError(
                f"'{model.title}' moves in whole {CLOCKS[model.clock]}s: the horizon must be whole, not {ahead:g}."
            )
        # Made here, so that what the objective lacks is said before the run begins.
        problem_of(model, aim.objective, aim.levers)
        natural: Natural | None = None
        steps, plan, exactness = 0, None, 1e-12 if self.horizon is None else EXACT

        def decide(time: float, state: Mapping[str, float], settings: Mapping[str, float]) -> dict[str, float]:
            nonlocal natural, steps, plan
            first = plan is None
            if first:
                aim.refuse_a_start_below_a_floor(state)
                natural = aim.shadow(model, state, settings, weeks + ahead)
            if first or self.horizon is not None:
                later = None if natural is None else lambda t: natural(t + time)
                task = aim.task(model, state, settings, ahead, self.every, later)
                if first:
                    guesses = ways_of(task, 3)
                    task.settle(guesses)
                    steps = task.steps
                else:
                    task.with_steps(steps)
                    guesses = [np.concatenate([plan[1:], plan[-1:]])]
                plan = max((searched_from(task, guess, exactness) for guess in guesses), key=lambda find: find.value).levers
            row = plan[0] if self.horizon is not None else plan[min(round(time / self.every), len(plan) - 1)]
            return dict(zip(aim.levers, row.tolist(), strict=True))

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
