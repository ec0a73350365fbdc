"""Instances: the five examples of DR-MDPs, in the order of their source."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from socioaffective.checks import unknown
from socioaffective.worlds.selves import DRMDP


def _two_selves(title: str, low: str, high: str, act: str) -> DRMDP:
    selves, rewards = (low, high), {(low, "noop"): 10, (low, act): -100, (high, "noop"): -100, (high, act): 100}
    return DRMDP(
        title,
        ("here", low),
        "noop",
        {("here", who, a): ("here", high if a == act else low) for who in selves for a in ("noop", act)},
        {(who, "here", a): value for (who, a), value in rewards.items()},
    )


def _writer() -> DRMDP:
    states, selves = ("no poetry", "poetry"), ("ambitious", "unhappy")
    then = {"noop": ("no poetry", "ambitious"), "influence": ("poetry", "unhappy")}
    rewards = {("ambitious", "poetry"): 1, ("unhappy", "poetry"): -10}
    return DRMDP(
        "Writer's curse",
        ("no poetry", "ambitious"),
        "noop",
        {(s, who, a): then[a] for s in states for who in selves for a in then},
        {(who, s, a): rewards.get((who, s), "1/2") for who in selves for s in states for a in then},
    )


def _clickbait() -> DRMDP:
    rewards = {
        ("normal", "news"): 1,
        ("normal", "clickbait"): 2,
        ("disillusioned", "news"): "1/2",
        ("disillusioned", "clickbait"): 0,
    }
    return DRMDP(
        "Clickbait",
        ("here", "normal"),
        "news",
        {("here", who, a): ("here", "normal" if (who, a) == ("normal", "news") else "disillusioned") for who, a in rewards},
        {(who, "here", a): value for (who, a), value in rewards.items()},
    )


def _dehydration() -> DRMDP:
    acts = {"noop": (1, 2), "a3": (2, 3), "a4": (3, 4)}
    pairs = [(s, who) for s in (1, 2, 3) for who in (2, 3, 4)]
    return DRMDP(
        "Dehydration",
        (1, 2),
        "noop",
        {(*pair, a): to if pair == (1, 2) else pair for pair in pairs for a, to in acts.items()},
        {(who, s, a): -abs(who - s) - (who - 2) ** 2 for who in (2, 3, 4) for s in (1, 2, 3) for a in acts},
    )


examples: Mapping[str, DRMDP] = MappingProxyType(
    {
        "conspiracy": _two_selves("Conspiracy influence", "natural", "influenced", "influence"),
        "trainer": _two_selves("AI personal trainer", "tired", "energised", "nudge"),
        "writer": _writer(),
        "clickbait": _clickbait(),
        "dehydration": _dehydration(),
    }
)
# The horizons at which the table is stated, in steps.
HORIZONS = MappingProxyType({"conspiracy": 3, "trainer": 3, "writer": 3, "clickbait": 2, "dehydration": 2})


def world_of(example: Any) -> DRMDP:
    """Returns a world given by its name or as itself.

    >>> from socioaffective.worlds.instances import world_of
    >>> world_of("clickbait").title
    'Clickbait'
    """
    if isinstance(example, DRMDP):
        return example
    if not isinstance(example, str):
        raise TypeError(f"A world is a DRMDP or the name of an example, such as 'conspiracy', not {example!r}.")
    if example not in examples:
        raise unknown("example", example, examples)
    return examples[example]
