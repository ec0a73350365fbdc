"""Foresight: policies that plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from socioaffective.checks import number
from socioaffective.policies.base import COST, Stepwise, lever_names


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
    return _planner(objective, number(horizon, "horizon (weeks)"), levers, every, discount, bias, cost)


def _planner(objective: Any, horizon: float | None, levers: Sequence[str] | None, *rest: float) -> Stepwise:
    """Returns a policy that plans; made by what plans, which is built on runs and so on this module."""
    from socioaffective.control.foresight import planner

    named = None if levers is None else lever_names(levers, "name those it sets, or leave it out and all of them are.")
    return planner(objective, horizon, named, *rest)
