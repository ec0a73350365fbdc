"""Learning: policies that see nothing but noisy engagement, and learn from it what engages."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from socioaffective.checks import number, unknown, whole
from socioaffective.model import Model
from socioaffective.policies.base import COST, COSTS, Stepwise, lever_names

MOST_ARMS, MOST_USERS = 1_000, 10**9
Decide = Callable[[float, Mapping[str, float], Mapping[str, float]], dict[str, float]]


@dataclass(frozen=True)
class Learner(Stepwise):
    """What learning policies have in common: what they observe, and which levers they set."""

    objective: str
    levers: tuple[str, ...] | None
    users: int
    noise: float
    cost: float
    every: float

    def chosen(self, model: Model) -> tuple[str, ...]:
        """Returns the levers that are set, once the model has them and what is observed."""
        if self.objective not in model.expressions:
            raise unknown(f"observable of '{model.title}' to learn from", self.objective, model.expressions)
        names = tuple(model.levers) if self.levers is None else self.levers
        for name in names:
            if name not in model.levers:
                raise unknown(f"lever of '{model.title}'", name, model.levers)
        if not names:
            raise ValueError(f"'{model.title}' has no lever to learn with.")
        return names

    def observer(self, model: Model, rng: np.random.Generator) -> Callable[[Mapping, Mapping], float]:
        """Returns what is observed in a state under settings: the mean over the users, each with noise of their own."""
        # Compiling needs what runs need, which is built on this module.
        from socioaffective.compile import compiled

        shown = compiled(model, (model.expressions[self.objective],), "scalar")
        error = self.noise / np.sqrt(self.users)

        def observe(state: Mapping[str, float], settings: Mapping[str, float]) -> float:
            return shown([state[n] for n in model.states], [settings[n] for n in model.settings])[0] + error * rng.normal()

        return observe


@dataclass(frozen=True)
class ABTest(Learner):
    """Levers that follow measured differences; made by `ab_test`."""

    width: float
    rate: float

    def begin(self, model: Model, weeks: float, rng: np.random.Generator) -> Decide:
        """Returns the decisions of one run: each moves every lever by what a comparison of two arms has shown."""
        names, observe = self.chosen(model), self.observer(model, rng)

        def decide(time: float, state: Mapping[str, float], settings: Mapping[str, float]) -> dict[str, float]:
            new = {}
            for name in names:
                low, high = model.levers[name].bounds
                now = settings[name]
                above, below = min(now + self.width, high), max(now - self.width, low)
                up, down = (observe(state, {**settings, name: arm}) for arm in (above, below))
                slope = (up - down) / (above - below)
                new[name] = float(np.clip(now + self.every * self.rate * (slope - self.cost * now), low, high))
            return new

        return decide


@dataclass(frozen=True)
class Bandit(Learner):
    """Arms that are pulled, and what is remembered of each; made by `bandit`."""

    levels: int
    exploration: float
    step: float

    def begin(self, model: Model, weeks: float, rng: np.random.Generator) -> Decide:
        """Returns the decisions of one run: the arm that has done best, or at times another."""
        names, observe = self.chosen(model), self.observer(model, rng)
        if self.levels ** len(names) > MOST_ARMS:
            raise ValueError(
                f"{self.levels} levels of {len(names)} levers are {self.levels ** len(names)} arms; at most {MOST_ARMS}."
            )
        grids = [np.linspace(*model.levers[name].bounds, self.levels).tolist() for name in names]
        arms = [dict(zip(names, arm, strict=True)) for arm in itertools.product(*grids)]
        untried, worth = rng.permutation(len(arms)).tolist(), np.full(len(arms), -np.inf)
        pulled, last = -1, -np.inf

        def decide(time: float, state: Mapping[str, float], settings: Mapping[str, float]) -> dict[str, float]:
            nonlocal pulled, last
            # What is seen sooner or later than it should be, as after a cooling off, says nothing about the arm.
            if abs(time - last - self.every) < 1e-6 * self.every:
                # What was in force, which a cap may have lowered.
                reward = observe(state, settings) - self.cost / 2 * sum(settings[name] ** 2 for name in names)
                old = worth[pulled]
                worth[pulled] = reward if np.isinf(old) else old + self.step * (reward - old)
            last = time
            if untried:
                pulled = untried.pop()
            elif rng.uniform() < self.exploration:
                pulled = int(rng.integers(len(arms)))
            else:
                pulled = int(np.argmax(worth))
            return arms[pulled]

        return decide


def _common(objective: Any, levers: Any, users: Any, noise: Any, cost: Any, every: Any) -> dict[str, Any]:
    if not isinstance(objective, str):
        raise TypeError(f"objective must be the name of an observable, such as 'engagement', not {objective!r}.")
    chosen = None if levers is None else lever_names(levers, "name those that are set, or leave it out and all of them are.")
    count, spread = whole(users, "users", 1, MOST_USERS), number(noise, "noise", (0, 1e6))
    price, spacing = number(cost, "cost", COSTS), number(every, "every (weeks between two decisions)")
    return {"objective": objective, "levers": chosen, "users": count, "noise": spread, "cost": price, "every": spacing}


def ab_test(
    objective: str = "engagement",
    levers: Sequence[str] | None = None,
    width: float = 0.1,
    users: int = 10_000,
    noise: float = 0.3,
    rate: float = 0.5,
    cost: float = COST,
    every: float = 1,
) -> ABTest:
    """Returns the policy of a team that tries every lever a little higher and a little lower, and keeps what engages more.

    Inputs: `objective`, the name of the observable that is measured; `levers`, those that are tried (all unless told
    otherwise). Keywords: `width`, how far the two arms lie from the present level; `users` in each arm, people like this one,
    measured with a standard deviation of `noise` each; `rate` and `cost` as for `climber`; `every`, weeks between two tests.
    At each test every lever moves by `rate` x `every` x (measured slope - cost x lever). With many users and frequent tests
    this is the climber: it needs no model of anybody. Raises ValueError for a number out of its bounds, and with a model that
    lacks the objective or a lever.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.companion, weeks=52, policy=sa.policies.ab_test(), seed=1)
    >>> bool(run["cues"][-1] > 0.4)
    True
    """
    common = _common(objective, levers, users, noise, cost, every)
    wide, speed = number(width, "width", (1e-6, 1)), number(rate, "rate", (1e-6, 50.0))
    return ABTest(**common, width=wide, rate=speed)


def bandit(
    objective: str = "engagement",
    levers: Sequence[str] | None = None,
    levels: int = 3,
    exploration: float = 0.1,
    step: float = 0.2,
    users: int = 100,
    noise: float = 0.3,
    cost: float = COST,
    every: float = 1,
) -> Bandit:
    """Returns the policy that keeps trying whole combinations of levers and mostly plays the one that has engaged most.

    Inputs: `objective`, the name of the observable that is measured; `levers`, those that are set (all unless told otherwise).
    Keywords: `levels`, how many levels of each lever there are; `exploration`, how often an arm is drawn by lot; `step`, how
    far one result moves what is remembered of an arm, constant since the person changes; `users` and `noise` as for
    `ab_test`; `cost` of the levers; `every`, weeks between two decisions. First each arm is tried once. Raises like `ab_test`,
    and for more than a thousand arms.
    Source: epsilon-greedy with a constant step, Sutton and Barto (2018), Reinforcement learning, chapter 2 [recalled, verify].

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.companion, weeks=104, policy=sa.policies.bandit(), seed=1)
    >>> sorted(set(run["cues"].values.tolist()))
    [0.0, 0.5, 1.0]
    """
    common = _common(objective, levers, users, noise, cost, every)
    count = whole(levels, "levels", 2, MOST_ARMS)
    explored, moved = number(exploration, "exploration", (0, 1)), number(step, "step", (1e-6, 1))
    return Bandit(**common, levels=count, exploration=explored, step=moved)
