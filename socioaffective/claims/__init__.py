"""Claims: each statement of the workbook about a model, with the condition that decides it and a card of how far it holds."""

from __future__ import annotations

import hashlib
import inspect
import json
import types
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from socioaffective.checks import number, unknown
from socioaffective.model import Model
from socioaffective.quantities import Quantity

# The modules that state claims, each with a list CLAIMS; the claims of a chapter are together.
MODULES = (
    "facts", "tour", "co_construction", "needs", "wanting_and_liking", "social_reward_hacking", "now_or_later",
    "whose_preferences", "companionship", "ecosystem", "populations", "measuring_it", "oversight", "toolkit",
)  # fmt: skip

# Values of parameters by name, which go on as keywords.
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Claim:
    """A statement about a model that can be tested for any values of its parameters; found by `sa.claim`.

    `id` as it stands in the text, `sentence`, `model`; `test`, a function from settings by name to whether it holds;
    `given`, the parameters that the sentence itself sets; `slow`, whether the test takes so long that its card is computed on a
    coarser grid.
    """

    id: str
    sentence: str
    model: Model
    test: Callable[[Settings], bool]
    given: tuple[str, ...] = ()
    slow: bool = False

    def holds(self, **settings: float) -> bool:
        """Returns whether the claim holds with these parameters, the others at their defaults.

        Raises ValueError for a name that is not a parameter of the claim, or a value outside its bounds.

        >>> import socioaffective as sa
        >>> sa.claim("SF4").holds(), sa.claim("SF4").holds(binding=0)
        (True, False)
        """
        for name, value in settings.items():
            if name not in self.parameters:
                raise unknown(f"parameter of claim {self.id}", name, self.parameters)
            number(value, f"'{name}'", self.parameters[name].bounds)
        with warnings.catch_warnings():
            # At the edge of the box rest points may form a continuum; a test then sees more than one.
            warnings.simplefilter("ignore", UserWarning)
            return bool(self.test(settings))

    @property
    def parameters(self) -> Mapping[str, Quantity]:
        """The parameters that the card moves: all but those given by the sentence."""
        return {name: q for name, q in self.model.parameters.items() if name not in self.given}

    @property
    def card(self) -> Card:
        """The sensitivity card, as last computed."""
        stored = _stored()
        if self.id not in stored:
            raise ValueError(f"Claim {self.id} has no card yet: run python -m socioaffective.claims.cards {self.id}.")
        return Card(self, **stored[self.id])

    @property
    def digest(self) -> str:
        """Text that changes when the test or the model does."""
        settings = [(q.name, q.value, q.bounds) for q in {**self.model.states, **self.model.settings}.values()]
        parts = [_sources(self.test), settings, list(map(str, self.model.equations.values()))]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]

    def _repr_markdown_(self) -> str:
        return f"**{self.id}.** {self.sentence}"

    def __repr__(self) -> str:
        return f"{self.id}: {self.sentence}"


@dataclass(frozen=True)
class Card:
    """How far each parameter can move, alone, before a claim fails, and how much of the whole box it holds in.

    `intervals` maps each parameter to the interval around its default in which the claim holds; `held` says of each point
    drawn from the whole box whether it holds there ("1") or not ("0").
    """

    claim: Claim
    intervals: Mapping[str, tuple[float, float]]
    held: str
    digest: str

    @property
    def share(self) -> float:
        """Share of the box in which the claim holds, as estimated."""
        return self.held.count("1") / len(self.held)

    @property
    def confidence(self) -> tuple[float, float]:
        """The 95 % confidence interval of the share, for what sampling leaves open (Wilson's, which also serves at 0 and 1)."""
        from scipy.stats import binomtest

        low, high = binomtest(self.held.count("1"), len(self.held)).proportion_ci(method="wilson")
        return float(low), float(high)

    @property
    def spread(self) -> str:
        """In how much of the box the claim holds, in words."""
        low, high = self.confidence
        count = f"in {self.held.count('1')} of {len(self.held)} draws from the whole box"
        return f"{count} ({self.share:.1%}; 95 % confidence {low:.1%} to {high:.1%})"

    @property
    def breaking(self) -> dict[str, tuple[float, float]]:
        """The intervals of the parameters that can break the claim within their bounds, the narrowest first."""
        known = self.claim.parameters
        width = {n: (b - a) / (known[n].bounds[1] - known[n].bounds[0]) for n, (a, b) in self.intervals.items()}
        return {n: self.intervals[n] for n in sorted(width, key=width.__getitem__) if width[n] < 1}

    def __repr__(self) -> str:
        rows = [f"  {name}: {low:.3g} to {high:.3g}" for name, (low, high) in self.breaking.items()]
        free = len(self.intervals) - len(rows)
        head = f"{self.claim.id} holds {self.spread}."
        alone = f"Alone, each of {free} parameters may move over its whole range" + (
            ", and the others so far:" if rows else "."
        )
        return "\n".join([head, alone, *rows])


def _sources(test: Callable) -> list[str]:
    """Returns the source of a function and of those of its module that it calls, directly or not."""
    found: dict[str, str] = {}
    waiting: list[Any] = [test]
    while waiting:
        function = waiting.pop()
        found[function.__name__] = inspect.getsource(function)
        named = (function.__globals__.get(name) for name in _names(function.__code__))
        same = (f for f in named if isinstance(f, types.FunctionType) and f.__module__ == test.__module__)
        waiting += [f for f in same if f.__name__ not in found]
    return [found[name] for name in sorted(found)]


def _names(code: types.CodeType) -> list[str]:
    """Returns the names that code uses, those inside its comprehensions and lambdas with them."""
    inner = [name for part in code.co_consts if isinstance(part, types.CodeType) for name in _names(part)]
    return [*code.co_names, *inner]


@lru_cache(maxsize=1)
def _stored() -> dict[str, dict]:
    path = files(__name__) / "cards.json"
    return json.loads(path.read_text()) if path.is_file() else {}


@lru_cache(maxsize=1)
def every() -> dict[str, Claim]:
    """Returns all claims by id."""
    found: dict[str, Claim] = {}
    for name in MODULES:
        for entry in import_module(f"{__name__}.{name}").CLAIMS:
            if entry.id in found:
                raise ValueError(f"Two claims are called {entry.id}.")
            found[entry.id] = entry
    return found


def claim(name: str) -> Claim:
    """Returns a claim of the workbook by its id, such as "SF1".

    A claim says its `.sentence`, whether it `.holds(...)` for given parameters, and how far by its `.card`.
    Raises ValueError for an id that does not exist.

    >>> import socioaffective as sa
    >>> sa.claim("SF4")
    SF4: The companion has two stable states in a window of attachment cues at least 0.1 wide, inside 0.1 to 0.9.
    """
    if not isinstance(name, str) or name not in every():
        raise unknown("claim", name, every())
    return every()[name]


def gap(run: Any, twin: Any, name: str, week: float) -> float:
    """Returns how far a quantity of a run lies above that of another at a week."""
    return float(run[name].sel(time=week) - twin[name].sel(time=week))
