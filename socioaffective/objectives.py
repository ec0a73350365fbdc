"""Objectives: what an assistant is scored by. They can be added and scaled, given floors, and charged for their impact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
import xarray as xr

from socioaffective.checks import mapped, number, unknown
from socioaffective.model import Model, a_model
from socioaffective.quantities import input as input_

NEEDS = ("autonomy", "competence", "relatedness")
# Objectives that are made of several quantities: how, and which ones.
MADE_OF = {
    "approval": (lambda part: part["engagement"] * part["liking"], ("engagement", "liking")),
    "needs": (lambda part: part["wellbeing"] - part["illbeing"], ("wellbeing", "illbeing")),
}


@dataclass(frozen=True)
class Objective:
    """A sum of quantities of a model, each with a weight, that an assistant is scored by at every moment.

    `parts` maps names to weights: "engagement", "approval" (engagement times liking), "needs" (well-being minus ill-being),
    or any state or observable of the model. `floors` maps states to levels that they may not fall below; `impact` maps states
    to what the squared distance from the counterfactual self costs. Made by `of`, and by adding and scaling.

    >>> import socioaffective as sa
    >>> 0.5 * sa.objectives.engagement + 0.5 * sa.objectives.needs
    0.5 engagement + 0.5 needs
    >>> sa.objectives.engagement.with_floor(autonomy=0.4).minus_impact(2)
    engagement - 2 (preference - preference without the assistant)^2, with autonomy >= 0.4
    """

    parts: Mapping[str, float]
    floors: Mapping[str, float] = field(default_factory=dict)
    impact: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for what, given in (("parts", self.parts), ("floors", self.floors), ("impact", self.impact)):
            for name, value in mapped(given, f"The {what} of an objective", "{'autonomy': 0.5}").items():
                _a_name(name, f"The {what} of an objective go by names of quantities, such as 'autonomy'")
                number(value, f"'{name}' in the {what} of an objective")
        if not self.parts:
            raise ValueError("An objective needs at least one part: {'engagement': 1}, or sa.objectives.of('engagement').")

    def __hash__(self) -> int:
        return hash(tuple(tuple(sorted(given.items())) for given in (self.parts, self.floors, self.impact)))

    def __mul__(self, weight: float) -> Objective:
        weight = number(weight, "The weight of an objective")
        if self.floors:
            raise ValueError("An objective with a floor cannot be scaled: scale it first, then set the floor.")
        parts = {name: weight * own for name, own in self.parts.items()}
        return Objective(parts, impact={name: weight * own for name, own in self.impact.items()})

    __rmul__ = __mul__

    def __neg__(self) -> Objective:
        return self * -1

    def __add__(self, other: Objective) -> Objective:
        if not isinstance(other, Objective):
            raise TypeError(f"Only an objective can be added to an objective, not {other!r}.")
        if self.floors or other.floors:
            raise ValueError("Objectives with a floor cannot be added: add them first, then set the floor.")
        return Objective(_summed(self.parts, other.parts), impact=_summed(self.impact, other.impact))

    def __sub__(self, other: Objective) -> Objective:
        return self + -other if isinstance(other, Objective) else self + other

    def with_floor(self, level: float | None = None, **levels: float) -> Objective:
        """Returns the objective under the condition that states never fall below a level: `level` for each need, or by name.

        >>> import socioaffective as sa
        >>> sa.objectives.engagement.with_floor(0.5).floors
        {'autonomy': 0.5, 'competence': 0.5, 'relatedness': 0.5}
        """
        if (level is None) == (not levels):
            raise ValueError("Give one level for each need, or levels by name: with_floor(0.5) or with_floor(autonomy=0.5).")
        named = dict.fromkeys(NEEDS, level) if level is not None else levels
        return replace(self, floors={**self.floors, **{n: number(v, f"The floor of '{n}'") for n, v in named.items()}})

    def minus_impact(self, weight: float, on: str = "preference") -> Objective:
        """Returns the objective minus `weight` times the squared distance of a state from where it would be without the
        assistant: the natural shifts of Carroll and others (2024), arXiv:2405.17713 [READ: abstract].

        >>> import socioaffective as sa
        >>> sa.objectives.engagement.minus_impact(2).impact
        {'preference': 2.0}
        """
        _a_name(on, "An impact is on a state, by its name, such as 'preference'")
        if (weight := number(weight, "The weight of an impact")) < 0:
            raise ValueError(f"The weight of an impact must be at least 0, not {weight:g}: it is a penalty.")
        return replace(self, impact=_summed(self.impact, {on: weight}))

    def formula(self, model: Model) -> sympy.Expr:
        """Returns the objective in the symbols of a model, without its floors; `natural_...` are the inputs that stand for the
        counterfactual self. Raises ValueError for a model that lacks what it is made of."""
        a_model(model)
        known = {**{name: model.symbols[name] for name in model.states}, **model.expressions}
        total = sympy.Add(*(sympy.Float(w) * _part(name, known, model.title) for name, w in self.parts.items()))
        for name in (*self.floors, *self.impact):
            if name not in model.states:
                raise unknown(f"state of '{model.title}'", name, model.states)
        for name, level in self.floors.items():
            number(level, f"The floor of '{name}'", model.states[name].bounds)
        for name, weight in self.impact.items():
            total -= sympy.Float(weight) * (model.symbols[name] - _natural(model, name)) ** 2
        return total

    def score(self, run: xr.Dataset) -> xr.DataArray:
        """Returns the mean over time of the objective in a run, without its floors, its impact and the cost of levers.

        >>> import socioaffective as sa
        >>> run = sa.simulate(sa.models.companion, weeks=52, cues=0.5)
        >>> bool(sa.objectives.engagement.score(run) == sa.objectives.of("engagement").score(run))
        True
        """
        known = over_time(run, "run")
        total = sum(w * _part(name, known, run.attrs.get("title", "this run")) for name, w in self.parts.items())
        return mean_over_time(total)

    def __repr__(self) -> str:
        terms = [(w, name) for name, w in self.parts.items()]
        terms += [(-w, f"({name} - {name} without the assistant)^2") for name, w in self.impact.items()]
        text = "".join(f" {'-' if w < 0 else '+'} {'' if abs(w) == 1 else f'{abs(w):g} '}{name}" for w, name in terms)
        text = text[3:] if text.startswith(" + ") else text[1:]
        floors = " and ".join(f"{name} >= {level:g}" for name, level in self.floors.items())
        return f"{text}, with {floors}" if floors else text


def over_time(run: Any, what: str) -> dict[str, xr.DataArray]:
    """Returns the variables of a run that have its time; TypeError, with `what` it was given as, for what is no run.

    >>> import socioaffective as sa
    >>> from socioaffective.objectives import over_time
    >>> list(over_time(sa.simulate(sa.models.ties, weeks=8), "run"))
    ['ties', 'cues']
    """
    if not isinstance(run, xr.Dataset):
        raise TypeError(f"{what} must be a result of sa.simulate, not {type(run).__name__}.")
    if "time" not in run.dims:
        raise TypeError(f"{what} must be a result of sa.simulate with all its times; this one has no dimension 'time'.")
    return {str(name): values for name, values in run.data_vars.items() if "time" in values.dims}


def mean_over_time(values: xr.DataArray) -> xr.DataArray:
    """Returns the mean of a variable of a run over its time, by the trapezoid rule.

    >>> import socioaffective as sa
    >>> from socioaffective.objectives import mean_over_time
    >>> float(mean_over_time(sa.simulate(sa.models.companion, weeks=8, cues=0.5)["cues"]))
    0.5
    """
    times = values["time"].values
    if len(times) < 2:
        return values.isel(time=-1)
    return values.integrate("time") / float(times[-1] - times[0])


def _a_name(given: Any, rule: str) -> None:
    if not isinstance(given, str):
        raise TypeError(f"{rule}, not {given!r}.")


def _natural(model: Model, name: str) -> sympy.Symbol:
    """Returns the input that stands for a state of the same person without the assistant."""
    q = model.states[name]
    return input_(f"natural_{name}", q.value, q.bounds, f"{q.meaning}, without the assistant", symbol=rf"\tilde {{{q.symbol}}}")


def _summed(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    """Returns weights by name, those of both added up."""
    return {name: first.get(name, 0.0) + second.get(name, 0.0) for name in {**first, **second}}


def _part(name: str, known: Mapping, title: str) -> Any:
    """Returns a quantity by its name, or what it is made of put together."""
    if name in known:
        return known[name]
    if name not in MADE_OF:
        raise unknown(f"quantity of '{title}' to score by", name, [*MADE_OF, *map(str, known)])
    made, needed = MADE_OF[name]
    if missing := [n for n in needed if n not in known]:
        raise ValueError(f"'{name}' is made of {' and '.join(needed)}; '{title}' has no {' and no '.join(missing)}.")
    return made(known)


def of(name: str) -> Objective:
    """Returns the objective that is one quantity of a model: an observable, a state, "engagement", "approval" or "needs".

    >>> import socioaffective as sa
    >>> sa.objectives.of("performance")
    performance
    """
    _a_name(name, "An objective is made from the name of a quantity, such as 'engagement'")
    return Objective({name: 1.0})


def an_objective(given: Objective | str) -> Objective:
    """Returns what was given as an objective, made from its name where it is one.

    >>> from socioaffective.objectives import an_objective
    >>> an_objective("engagement")
    engagement
    """
    return given if isinstance(given, Objective) else of(given)


engagement = of("engagement")
approval = of("approval")
needs = of("needs")
