"""Traits: what people are like, in one score each, and which quantities of the models it moves.

A score of 0 is the person of the defaults, 1 a standard deviation above. That traits work in these places and by these amounts
is ours; no study gives any of the numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from socioaffective.model import Model
from socioaffective.models import CATALOGUE
from socioaffective.models.engagement import bv
from socioaffective.models.needs import relatedness, theta_R
from socioaffective.models.set_point import first, target, y
from socioaffective.models.ties import H, eps, growth
from socioaffective.models.wanting import sens

# Beyond four standard deviations nobody is drawn.
SCORES = (-4.0, 4.0)


@dataclass(frozen=True)
class Effect:
    """What a score does to one quantity: multiplies it by exp(`size` * score) ("times"), or adds `size` * score ("plus")."""

    on: Any
    way: str
    size: float

    def applied(self, values: np.ndarray, score: np.ndarray) -> np.ndarray:
        return values * np.exp(self.size * score) if self.way == "times" else values + self.size * score

    def __str__(self) -> str:
        if self.way == "times":
            return f"{self.on.quantity.label} times exp({self.size:g} z)"
        return f"{self.on.quantity.label} {'+' if self.size > 0 else '-'} {abs(self.size):g} z"


def times(on: Any, size: float) -> Effect:
    return Effect(on, "times", size)


def plus(on: Any, size: float) -> Effect:
    return Effect(on, "plus", size)


@dataclass(frozen=True)
class Trait:
    """A trait of people: its `meaning`, what it moves, why there, and who names it."""

    name: str
    meaning: str
    effects: tuple[Effect, ...]
    why: str
    source: str
    bounds: tuple[float, float] = SCORES

    def moves(self, model: Model) -> list[Effect]:
        """Returns the effects on quantities of a model; a quantity of the same name that means something else is not meant."""
        return [effect for effect in self.effects if model.symbols.get(effect.on.name) == effect.on]


def _table(*traits: Trait) -> Mapping[str, Trait]:
    return {trait.name: trait for trait in traits}


TRAITS = _table(
    Trait(
        "attachment_anxiety",
        "fear of being left, and a strong wish for closeness",
        (plus(bv, 1.5), times(sens, 0.3)),
        "closeness that never leaves should draw most whoever fears being left, and build wanting fastest",
        "ours; the style: Hazan and Shaver 1987 [recalled, verify]; that it decides who is harmed by assistants: none read",
    ),
    Trait(
        "need_strength",
        "how much it hurts to be without people",
        (times(theta_R, 0.3), plus(first, 0.06), plus(target, 0.06)),
        "whoever needs company more suffers more from being without, and seeks more of it",
        "ours; individual differences in the need to belong: Baumeister and Leary 1995 [recalled, verify]",
    ),
    Trait(
        "loneliness",
        "how far contact falls short of what is wanted, at the beginning",
        (plus(H, -0.1), plus(relatedness.symbols["ties"], -0.1), plus(relatedness.symbols["relatedness"], -0.08),
         plus(relatedness.symbols["relatedness_frustration"], 0.08), plus(y, -0.08)),
        "it is where somebody begins, not what they are: only start values move, and ties where they are held",
        "ours; loneliness as a gap between contact and set point: Matthews and Tye 2019 [READ: abstract]",
    ),
    Trait(
        "social_skill",
        "ease in making and keeping contact",
        (times(growth, 0.25), times(eps, 0.3)),
        "who is at ease with people makes more of the same free time, and finds first contacts sooner",
        "ours; poor social skills as a vulnerability: Segrin and Flora 2000 [recalled, verify]",
    ),
    Trait(
        "available_ties",
        "how many people are there to be met",
        (plus(H, 0.1), plus(relatedness.symbols["ties"], 0.1), times(eps, 0.5)),
        "a town or a family full of people gives ties to begin with, and new ones that start from nothing",
        "ours; social networks as a resource: Berkman and Syme 1979 [recalled, verify]",
    ),
)  # fmt: skip


def refusal(trait: Trait, model: Model) -> ValueError:
    """Returns the error for a trait that moves nothing in a model, with the models in which it does."""
    found = {name: trait.moves(each) for name, each in CATALOGUE.items()}
    said = "; ".join(f"{name} ({', '.join(e.on.name for e in effects)})" for name, effects in found.items() if effects)
    return ValueError(f"'{trait.name}' moves nothing in '{model.title}'. Models that have it: {said}.")


def combined(effects: Iterable[tuple[Effect, np.ndarray]], values: np.ndarray, bounds: tuple[float, float]) -> np.ndarray:
    """Returns values that traits have acted on: first what multiplies, then what adds, whatever the order they are given in;
    at the end what left the bounds is put on them."""
    for effect, score in sorted(effects, key=lambda pair: pair[0].way == "plus"):
        values = effect.applied(values, score)
    return np.clip(values, *bounds)
