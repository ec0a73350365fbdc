"""Policies: what the assistant does. Any `f(state) -> {lever: value}` is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import sympy

from socioaffective.checks import listed, number, unknown
from socioaffective.model import Model, a_model, observable, parameter, state

# What pulling a lever costs the assistant, in engagement, and how fast it climbs, per week.
COST, RATE = 0.2, 5.0
COSTS, RATES = (0.01, 2.0), (0.1, 50.0)


@dataclass(frozen=True)
class Steps:
    """Levers that are constant between given weeks: for each lever a mapping from week to the value from then on."""

    levers: Mapping[str, Mapping[float, float]]

    def __post_init__(self) -> None:
        # A copy, so that a schedule stays what it was whatever becomes of the caller's own mapping.
        own = {name: dict(steps) if isinstance(steps, Mapping) else steps for name, steps in self.levers.items()}
        object.__setattr__(self, "levers", own)
        for name, steps in self.levers.items():
            if not isinstance(steps, Mapping) or not steps:
                raise TypeError(
                    f"The schedule of '{name}' must map weeks to values, such as {{0: 0.2, 52: 0.8}}, not be {steps!r}."
                )
            for week, value in steps.items():
                if number(week, f"A week in the schedule of '{name}'") < 0:
                    raise ValueError(f"The schedule of '{name}' has week {week}, before the run begins at week 0.")
                number(value, f"The value of '{name}' from week {week}")


class Stepwise:
    """A policy that decides every so often and holds its levers in between; subclass it to write one that remembers.

    `every` is the time between two decisions in weeks (steps, for a discrete model), `random` whether it draws at random.
    `begin(model, weeks, rng)` is called once for each person of a run; it returns `decide(time, state, settings)`, which is
    called at 0, `every`, 2 `every` ... with the person's states and the settings in force, and returns levers by name. Same
    seed, same decisions, however many people there are.

    >>> import socioaffective as sa
    >>> class Wary(sa.policies.Stepwise):
    ...     every = 4
    ...     def begin(self, model, weeks, rng):
    ...         seen = []
    ...         def decide(time, state, settings):
    ...             seen.append(state["wanting"])
    ...             return {"cues": max(0.8 - (seen[-1] - seen[0]), 0)}
    ...         return decide
    >>> run = sa.simulate(sa.models.companion, weeks=52, policy=Wary())
    >>> float(run["cues"][0]), bool(run["cues"][-1] < 0.7)
    (0.8, True)
    """

    every: float
    random: ClassVar[bool] = False

    def begin(self, model: Model, weeks: float, rng: Any) -> Callable[[float, Mapping, Mapping], Mapping[str, float]]:
        """Returns the decisions of one run of one person: a function of time, states and settings."""
        raise NotImplementedError(f"{type(self).__name__} must define begin(model, weeks, rng), which returns a function.")


@dataclass(frozen=True)
class Climber:
    """Levers that climb the gradient of an objective; made by `climber`."""

    objective: str
    levers: tuple[str, ...] | None
    cost: float
    rate: float

    def on(self, model: Model) -> Model:
        """Returns the model closed by this policy: the levers are states that climb, with `lever_cost` and `climbing_rate`
        as further parameters, so that all that can be asked of a model can be asked of model and climber together."""
        a_model(model)
        if model.clock == "discrete":
            raise ValueError(f"A climber moves in continuous time; '{model.title}' moves in steps.")
        if self.objective not in model.expressions:
            raise unknown(f"observable of '{model.title}' to climb", self.objective, model.expressions)
        for name in self.levers or ():
            if name not in model.levers:
                raise unknown(f"lever of '{model.title}'", name, model.levers)
        swap = {}
        for name in model.levers if self.levers is None else self.levers:
            q = model.levers[name]
            swap[model.symbols[name]] = state(name, q.meaning, q.value, q.bounds, q.unit, q.symbol, q.source)
        if not swap:
            raise ValueError(f"'{model.title}' has no lever to climb with.")
        cost = parameter(
            "lever_cost",
            self.cost,
            COSTS,
            "1",
            "cost of pulling a lever",
            "ours: found so that steering pays only in the long run; from next to nothing",
            symbol="c_u",
        )
        rate = parameter(
            "climbing_rate",
            self.rate,
            RATES,
            "1/week",
            "how fast the levers climb",
            "ours: within days; from months",
            symbol="r_u",
        )
        payoff = model.expressions[self.objective].xreplace(swap)
        equations = {x: right.xreplace(swap) for x, right in model.equations.items()}
        for u in swap.values():
            equations[u] = rate * _kept_inside(payoff.diff(u) - cost * u, u)
        shown = {}
        for name, q in model.observables.items():
            shown[name] = observable(model.expressions[name].xreplace(swap), q.meaning, q.bounds, q.unit, q.symbol)
        noise = {x: size.xreplace(swap) for x, size in model.noise.items()}
        closed = Model(f"{model.title} with a climber", equations, shown, noise, model.clock, model.source,
                       model.left_out, model.refuted_by)  # fmt: skip
        moved = {n: q.value for n, q in {**model.states, **model.settings}.items() if n in closed.quantities}
        return closed.replace(**moved)


@lru_cache(maxsize=64)
def closed_by(policy: Climber, model: Model) -> Model:
    """Returns `policy.on(model)`, made once."""
    return policy.on(model)


def _kept_inside(slope: sympy.Expr, u: sympy.Symbol) -> sympy.Expr:
    """Returns the gradient, projected so that a lever stays inside its bounds and moves without a jump."""
    low, high = u.quantity.bounds
    return sympy.Piecewise((low - u, u + slope < low), (high - u, u + slope > high), (slope, True))


Policy = Steps | Climber | Stepwise | Callable[[Mapping[str, float]], Mapping[str, float]]


def fixed(**levers: float) -> Steps:
    """Returns the policy that holds levers at constant values.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.companion, weeks=8, policy=sa.policies.fixed(cues=0.5))
    >>> float(run["cues"].mean())
    0.5
    """
    return Steps({name: {0: value} for name, value in levers.items()})


def schedule(**levers: Mapping[float, float]) -> Steps:
    """Returns the policy that changes levers at given weeks; before its first week a lever is at its default.

    >>> import socioaffective as sa
    >>> policy = sa.policies.schedule(cues={0: 0.2, 4: 0.8})
    >>> run = sa.simulate(sa.models.companion, weeks=8, policy=policy)
    >>> [float(run["cues"].sel(time=week)) for week in (3, 4, 8)]
    [0.2, 0.8, 0.8]
    """
    return Steps(levers)


def climber(
    objective: str = "engagement", levers: Sequence[str] | None = None, cost: float = COST, rate: float = RATE
) -> Climber:
    """Returns the policy that moves levers uphill on what they bring at this moment, as a team does that keeps what wins.

    Inputs: `objective`, the name of an observable; `levers`, those that climb (all unless told otherwise). Keywords:
    `cost`, so that the payoff is objective - (cost/2) (sum of squared levers); `rate` per week. Each lever u follows the
    projected gradient flow u' = rate (d payoff/du), kept inside its bounds. It starts at the lever's default, or where
    `start` says. In a run `lever_cost` and `climbing_rate` are parameters like others; `.on(model)` is the closed model.
    Raises ValueError for a cost or rate out of bounds, and with a model that moves in steps or lacks the objective or a lever.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.companion, weeks=52, policy=sa.policies.climber())
    >>> bool(run["cues"][-1] > run["cues"][0])
    True
    """
    if not isinstance(objective, str):
        raise TypeError(f"objective must be the name of an observable, such as 'engagement', not {objective!r}.")
    chosen = None if levers is None else tuple(listed(levers, "levers", "['cues']"))
    if chosen == ():
        raise ValueError("levers is empty: name those that climb, or leave it out and all of them do.")
    return Climber(
        objective,
        chosen,
        number(cost, "cost (lever_cost in a run)", COSTS),
        number(rate, "rate (climbing_rate in a run)", RATES),
    )


def far_sighted(
    objective: Any = "engagement",
    discount: float = 0.0,
    levers: Sequence[str] | None = None,
    every: float = 1,
    cost: float = COST,
    bias: float = 1.0,
) -> Stepwise:
    """Returns the policy that plans the whole run at its beginning, by `sa.optimise`, and keeps to that plan.

    Inputs: `objective`, such as `sa.objectives.needs` or the name of a quantity; `discount` per week. Keywords: `levers`, those
    it sets (all unless told otherwise); `every`, weeks between two decisions; `cost` and `bias` as for `sa.optimise`.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.companion, weeks=26, policy=sa.policies.far_sighted(every=2))
    >>> bool(run["cues"].max() <= 1)
    True
    """
    return _planner(objective, None, levers, every, discount, bias, cost)


def receding(
    objective: Any = "engagement",
    horizon: float = 2,
    discount: float = 0.0,
    levers: Sequence[str] | None = None,
    every: float = 1,
    cost: float = COST,
    bias: float = 1.0,
) -> Stepwise:
    """Returns the policy that plans some weeks ahead, does the first of it and plans again: a receding horizon.

    Inputs: `objective`, such as `sa.objectives.needs` or the name of a quantity; `horizon` in weeks: the shorter, the more
    near-sighted; `discount` per week. Keywords: `levers`, those it sets (all unless told otherwise); `every`, weeks between two
    decisions; `cost` as for `sa.optimise`; `bias`, the weight of all that comes after the first decision: below 1 this is a
    naive quasi-hyperbolic planner, who believes that it will keep to its plan.

    >>> import socioaffective as sa
    >>> run = sa.simulate(sa.models.companion, weeks=26, policy=sa.policies.receding("engagement", horizon=2))
    >>> bool(run["cues"][0] > 0.5)
    True
    """
    return _planner(objective, horizon, levers, every, discount, bias, cost)


def _planner(objective: Any, horizon: float | None, levers: Sequence[str] | None, *rest: float) -> Stepwise:
    """Returns a policy that plans; made by what plans, which is built on runs and so on this module."""
    from socioaffective.foresight import planner

    return planner(objective, horizon, None if levers is None else tuple(listed(levers, "levers", "['cues']")), *rest)
