"""Policies: what the assistant does. Any `f(state) -> {lever: value}` is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from socioaffective.checks import number


@dataclass(frozen=True)
class Steps:
    """Levers that are constant between given weeks: for each lever a mapping from week to the value from then on."""

    levers: Mapping[str, Mapping[float, float]]

    def __post_init__(self) -> None:
        for name, steps in self.levers.items():
            if not isinstance(steps, Mapping) or not steps:
                raise TypeError(
                    f"The schedule of '{name}' must map weeks to values, such as {{0: 0.2, 52: 0.8}}, not be {steps!r}."
                )
            for week, value in steps.items():
                if number(week, f"A week in the schedule of '{name}'") < 0:
                    raise ValueError(f"The schedule of '{name}' has week {week}, before the run begins at week 0.")
                number(value, f"The value of '{name}' from week {week}")


Policy = Steps | Callable[[Mapping[str, float]], Mapping[str, float]]


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
