"""Base: the kinds of policies that there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from socioaffective.checks import listed, number, unknown
from socioaffective.model import Model

# What pulling a lever costs the assistant, in engagement.
COST, COSTS = 0.2, (0.01, 2.0)

# Levels that levers stay below, in order of their names.
Caps = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Steps:
    """Levers that are constant between given weeks: for each lever a mapping from week to the value from then on. `caps` are
    levels that they stay below."""

    levers: Mapping[str, Mapping[float, float]]
    caps: Caps = ()

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

    `every` is the time between two decisions in weeks (steps, for a discrete model).
    `begin(model, weeks, rng)` is called once for each person of a run; it returns `decide(time, state, settings)`, which is
    called at 0, `every`, 2 `every` ... with the person's states and the settings in force, and returns levers by name. `weeks`
    is the length of the run, `rng` a NumPy generator of the person's own: same seed, same decisions, however many people there
    are. What `begin` sets up is the person's alone; what is kept on `self` is shared by all people and runs.

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

    def __repr__(self) -> str:
        own = {"every": getattr(self, "every", None), **vars(self)}
        shown = [f"{n}={v!r}" for n, v in own.items() if isinstance(v, (int, float, str)) and not n.startswith("_")]
        return f"{type(self).__name__}({', '.join(shown)})"

    def begin(self, model: Model, weeks: float, rng: Any) -> Callable[[float, Mapping, Mapping], Mapping[str, float]]:
        """Returns the decisions of one run of one person: a function of time, states and settings."""
        raise NotImplementedError(f"{type(self).__name__} must define begin(model, weeks, rng), which returns a function.")


class Together(Stepwise):
    """A stepwise policy that decides for all people of a run at once, and for each as it would for them alone.

    `begin_together(model, weeks, streams)` is given a generator for each person and returns `decide(time, state, settings)`,
    which takes and returns arrays with an entry a person.
    """

    def begin_together(self, model: Model, weeks: float, streams: list) -> Callable[[float, Mapping, Mapping], Mapping]:
        """Returns the decisions of one run of several people."""
        raise NotImplementedError

    def begin(self, model: Model, weeks: float, rng: Any) -> Callable[[float, Mapping, Mapping], Mapping[str, float]]:
        """Returns the decisions of one run of one person."""
        decide = self.begin_together(model, weeks, [rng])

        def alone(time: float, state: Mapping, settings: Mapping) -> dict[str, float]:
            one = [{name: np.array([value]) for name, value in given.items()} for given in (state, settings)]
            return {name: float(values[0]) for name, values in decide(time, *one).items()}

        return alone


@dataclass(frozen=True)
class Relay:
    """Policies that take turns: a tuple of (week, policy), in order of time; made by `switched`, `capped` and `cooled_off`."""

    turns: tuple[tuple[float, Any], ...]

    def __repr__(self) -> str:
        first, *later = self.turns
        return said(first[1]) + "".join(f", from week {week:g} {said(policy)}" for week, policy in later)


def said(policy: Any) -> str:
    """Returns a policy in words that are the same in every session, which the address of a function is not."""
    if policy is None:
        return "none"
    if isinstance(policy, (Steps, Stepwise, Relay)) or not callable(policy):
        return repr(policy)
    own = getattr(policy, "__name__", None) or getattr(getattr(policy, "func", None), "__name__", type(policy).__name__)
    return str(own)


def limits(model: Model, caps: Caps) -> dict[str, float]:
    """Returns caps by lever, once the model has the levers and they can be held there: one misspelt would cap nothing."""
    for name, _ in caps:
        if name not in model.levers:
            raise unknown(f"lever of '{model.title}' to cap", name, model.levers)
    return {name: number(cap, f"The cap of '{name}'", model.levers[name].bounds) for name, cap in caps}


def lever_names(given: Any, why: str) -> tuple[str, ...]:
    """Returns names of levers, at least one and none twice."""
    names = tuple(listed(given, "levers", "['cues']"))
    if not names:
        raise ValueError(f"levers is empty: {why}")
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"levers must be names in quotes, such as ['cues'], not {name!r}.")
        if names.count(name) > 1:
            raise ValueError(f"levers names '{name}' twice. Name each once.")
    return names


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
