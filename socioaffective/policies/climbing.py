"""Climbing: the policy that keeps what wins at this moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import sympy

from socioaffective.checks import number, unknown
from socioaffective.model import Model, a_model, observable, parameter, state
from socioaffective.policies.base import COST, COSTS, Caps, lever_names, limits

# How fast levers climb, per week.
RATE, RATES = 5.0, (0.1, 50.0)


@dataclass(frozen=True)
class Climber:
    """Levers that climb the gradient of an objective; made by `climber`. `caps` are levels that they stay below."""

    objective: str
    levers: tuple[str, ...] | None
    cost: float
    rate: float
    caps: Caps = ()

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
        swap, caps = {}, limits(model, self.caps)
        for name in model.levers if self.levers is None else self.levers:
            q = model.levers[name]
            low, high = q.bounds[0], min(q.bounds[1], caps.get(name, q.bounds[1]))
            bounds = (low, high) if high > low else q.bounds
            swap[model.symbols[name]] = state(name, q.meaning, min(q.value, high), bounds, q.unit, q.symbol, q.source)
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
            low = u.quantity.bounds[0]
            # Capped at the lowest it can be, a lever has nowhere to climb.
            shut = caps.get(u.name, low + 1) <= low
            equations[u] = rate * (low - u if shut else _kept_inside(payoff.diff(u) - cost * u, u))
        shown = {}
        for name, q in model.observables.items():
            shown[name] = observable(model.expressions[name].xreplace(swap), q.meaning, q.bounds, q.unit, q.symbol)
        noise = {x: size.xreplace(swap) for x, size in model.noise.items()}
        closed = Model(f"{model.title} with a climber", equations, shown, noise, model.clock, model.source,
                       model.left_out, model.refuted_by)  # fmt: skip
        moved = {n: q.value for n, q in {**model.states, **model.settings}.items() if n in closed.quantities}
        return closed.replace(**moved | {n: min(moved[n], cap) for n, cap in caps.items()})


@lru_cache(maxsize=64)
def closed_by(policy: Climber, model: Model) -> Model:
    """Returns `policy.on(model)`, made once."""
    return policy.on(model)


def _kept_inside(slope: sympy.Expr, u: sympy.Symbol) -> sympy.Expr:
    """Returns the gradient, projected so that a lever stays inside its bounds and moves without a jump."""
    low, high = u.quantity.bounds
    return sympy.Piecewise((low - u, u + slope < low), (high - u, u + slope > high), (slope, True))


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
    chosen = None if levers is None else lever_names(levers, "name those that climb, or leave it out and all of them do.")
    return Climber(
        objective,
        chosen,
        number(cost, "cost (lever_cost in a run)", COSTS),
        number(rate, "rate (climbing_rate in a run)", RATES),
    )
