"""Responses: what an alarm does to the levers of the person for whom it rings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from socioaffective.checks import number, unknown
from socioaffective.model import Model
from socioaffective.policies import lever_names

EVERY_LEVER = ("accommodation", "steering", "cues")


@dataclass(frozen=True)
class Response:
    """What is done for a person from when their alarm rings; made by `cap`, `cool_off`, `support`, `rest_until` and `charge`.

    `caps` are levels that levers stay below, `resting` levers that are held at their lowest, `costs` what pulling a lever costs
    the assistant on top; all for `weeks`, or `until` reports of a quantity lie above a level.
    """

    text: str
    caps: Mapping[str, float] = field(default_factory=dict)
    resting: tuple[str, ...] = ()
    costs: Mapping[str, float] = field(default_factory=dict)
    weeks: float = np.inf
    until: tuple[str, float] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The quantities that it needs reports of."""
        return () if self.until is None else (self.until[0],)

    def on(self, model: Model) -> tuple[dict[str, float], dict[str, float]]:
        """Returns for a model the levels that levers stay below, and what pulling them costs on top."""
        for name in (*self.caps, *self.costs):
            if name not in model.levers:
                raise unknown(f"lever of '{model.title}'", name, model.levers)
        lowest = {name: model.levers[name].bounds[0] for name in self.resting if name in model.levers}
        if self.resting and not lowest:
            raise unknown(f"lever of '{model.title}'", ", ".join(self.resting), model.levers)
        caps = {name: number(cap, f"The cap of '{name}'", model.levers[name].bounds) for name, cap in self.caps.items()}
        return caps | lowest, dict(self.costs)

    def __repr__(self) -> str:
        return self.text


def a_response(given: Any) -> Response:
    """Returns what was given once it is a response."""
    if not isinstance(given, Response):
        makers = "cap, cool_off, support, rest_until or charge"
        raise TypeError(f"A response is made by sa.oversight.{makers}, not {given!r}.")
    return given


def cap(**caps: float) -> Response:
    """Returns the response that keeps levers below their caps, from when the alarm rings on.

    >>> import socioaffective as sa
    >>> sa.oversight.cap(cues=0.4)
    cap cues 0.4
    """
    if not caps:
        raise ValueError("Give at least one cap, such as cap(cues=0.4).")
    levels = {name: number(level, f"The cap of '{name}'") for name, level in caps.items()}
    return Response("cap " + ", ".join(f"{name} {level:g}" for name, level in levels.items()), caps=levels)


def cool_off(weeks: float = 8, levers: Sequence[str] = EVERY_LEVER) -> Response:
    """Returns the response that lets levers rest for some weeks; after that the alarm can ring again.

    Inputs: `weeks`; `levers`, which a model need not all have. They are held at their lowest. Weeks are rounded up to whole
    decisions of the assistant.

    >>> import socioaffective as sa
    >>> sa.oversight.cool_off(8)
    rest for 8 weeks
    """
    length = number(weeks, "weeks (how long levers rest)")
    if length <= 0:
        raise ValueError(f"weeks must be positive, not {length:g}: it is how long levers rest.")
    return Response(f"rest for {length:g} weeks", resting=lever_names(levers, "name those that rest."), weeks=length)


def support(levers: Sequence[str] = EVERY_LEVER) -> Response:
    """Returns the response that switches to support for good: levers are held at their lowest from when the alarm rings on.

    >>> import socioaffective as sa
    >>> sa.oversight.support()
    support from then on
    """
    return Response("support from then on", resting=lever_names(levers, "name those that are let go."))


def rest_until(name: str, above: float, levers: Sequence[str] = EVERY_LEVER) -> Response:
    """Returns the response that lets levers rest until a report of a quantity lies above a level; the alarm can then ring
    again.

    Inputs: `name`, a state or observable; `above`, the level; `levers`. With an alarm `level(name, below=...)` somewhat lower
    this is a floor with hysteresis: levers are forced down below the one and let go above the other.

    >>> import socioaffective as sa
    >>> sa.oversight.rest_until("relatedness", above=0.4)
    rest until relatedness above 0.4
    """
    if not isinstance(name, str):
        raise TypeError(f"A rest ends by a quantity, by its name, such as 'relatedness', not {name!r}.")
    end = (name, number(above, "above (the level at which levers are let go)"))
    return Response(f"rest until {name} above {end[1]:g}", resting=lever_names(levers, "name those that rest."), until=end)


def charge(**costs: float) -> Response:
    """Returns the response that charges the assistant for pulling levers, from when the alarm rings on.

    Inputs: costs by lever, at least 0, on top of what the lever costs already: (cost/2) lever^2, in units of the objective. It
    takes an assistant that minds what a lever costs, such as `sa.policies.climber()`.

    >>> import socioaffective as sa
    >>> sa.oversight.charge(cues=2)
    charge cues 2
    """
    if not costs:
        raise ValueError("Give at least one cost, such as charge(cues=2).")
    prices = {name: number(cost, f"The cost of '{name}'", (0, 1e6)) for name, cost in costs.items()}
    return Response("charge " + ", ".join(f"{name} {cost:g}" for name, cost in prices.items()), costs=prices)
