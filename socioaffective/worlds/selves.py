"""Selves: a small world, in exact numbers, in which a person may become another self (a DR-MDP)."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from functools import cached_property
from numbers import Integral, Rational
from types import MappingProxyType
from typing import Any

from socioaffective.checks import mapped, unknown

Pair = tuple[Hashable, Hashable]
# The largest numerator or denominator, and the longest text or power of ten to be looked at.
LARGEST, LONGEST_TEXT = 10**100, 1000


def exact(value: Any, what: str) -> Fraction:
    """Returns a number as a fraction once it is exact: a whole number, a Fraction, or a text such as "1/3" or "0.1".

    Its numerator and denominator may be as large as 10**100.

    >>> from socioaffective.worlds.selves import exact
    >>> exact("1/3", "A chance"), exact("0.1", "A chance")
    (Fraction(1, 3), Fraction(1, 10))
    """
    if hasattr(value, "ndim") and value.ndim == 0 and hasattr(value, "item"):
        value = value.item()
    found = None if isinstance(value, str) and _endless(value) else _fraction(value, what)
    if found is None or max(abs(found.numerator), found.denominator) > LARGEST:
        raise ValueError(f"{what} has too many digits: numerator and denominator may be at most 10**100, as in '1/3'.")
    return found


def _endless(text: str) -> bool:
    """Returns whether a text is too long, or has too large a power of ten, to be turned into a number at all."""
    power = re.search(r"e[-+]?([\d_]+)\s*$", text[:LONGEST_TEXT], re.IGNORECASE)
    return len(text) > LONGEST_TEXT or (power is not None and len(power[1].lstrip("0_")) >= len(str(LONGEST_TEXT)))


def _fraction(value: Any, what: str) -> Fraction:
    if isinstance(value, bool):
        raise TypeError(f"{what} must be a number, not {value}.")
    if isinstance(value, Integral):
        return Fraction(int(value))
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, float):
        advice = f": write '{Fraction(repr(value))}', not {value!r}" if math.isfinite(value) else f", not {value!r}"
        raise TypeError(f"{what} must be exact{advice}.")
    if isinstance(value, str):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError):
            raise ValueError(f"{what} is {value!r}, which is no number. Write it like '1/3'.") from None
    raise TypeError(f"{what} must be a whole number, a Fraction or a text such as '1/3', not {value!r}.")


@dataclass(frozen=True)
class Portable:
    """A dataclass that can be pickled and copied although some of its fields are read-only views of a mapping."""

    def __reduce__(self) -> tuple:
        return type(self), tuple(_thawed(getattr(self, part.name)) for part in fields(self))


def _thawed(value: Any) -> Any:
    return {k: _thawed(v) for k, v in value.items()} if isinstance(value, MappingProxyType) else value


@dataclass(frozen=True)
class DRMDP(Portable):
    """A world in which what a person rewards is part of what moves: a dynamic-reward Markov decision process.

    Inputs: `title`; `start`, the (state, self) in which it begins; `noop`, the action that counts as doing nothing; `moves`,
    which maps each (state, self, action) to the next (state, self), or to several with their chances,
    `{("s", "N"): "1/3", ("s", "I"): "2/3"}`; `rewards`, which maps each (self, state, action) to what that self gives for
    the step, or each (self, state, action, next state) where the next state matters. Every self must be able to judge every
    step, whoever takes it. Numbers are whole numbers, Fractions or texts such as "1/3"; all that follows is exact.

    Attributes: `states`, `selves`, `actions` (with `noop` first) and `deterministic`. `.replace(...)` and `.relabelled(...)`
    return another world; two are equal when everything but the title is.
    Raises ValueError or TypeError, with the place at fault, for chances that do not add up to one, a move or reward that is
    missing, a start or noop that is unknown, and numbers that are not exact.

    >>> import socioaffective as sa
    >>> world = sa.worlds.drmdp.DRMDP(
    ...     "Tea", ("home", "tired"), "wait",
    ...     moves={("home", self, act): ("home", "awake" if act == "tea" else "tired")
    ...            for self in ("tired", "awake") for act in ("wait", "tea")},
    ...     rewards={("tired", "home", "wait"): 1, ("tired", "home", "tea"): 0,
    ...              ("awake", "home", "wait"): "1/2", ("awake", "home", "tea"): 2})
    >>> world
    DRMDP('Tea': 1 state, 2 selves, actions wait, tea)
    """

    title: str = field(compare=False)
    start: Pair
    noop: Hashable
    moves: Mapping[tuple, Any]
    rewards: Mapping[tuple, Any]

    def __post_init__(self) -> None:
        if not isinstance(self.title, str) or not self.title.strip():
            raise TypeError(f"A DRMDP needs a title in letters, not {self.title!r}.")
        moves = mapped(self.moves, f"The moves of '{self.title}'", "{('s', 'N', 'noop'): ('s', 'N')}")
        if not moves:
            raise ValueError(f"'{self.title}' has no moves.")
        set_ = lambda name, value: object.__setattr__(self, name, value)  # noqa: E731
        set_(
            "moves", MappingProxyType({_key(k, 3, "move", "(state, self, action)"): _outcomes(k, v) for k, v in moves.items()})
        )
        left = dict.fromkeys(key[:2] for key in self.moves)
        self._check_ends(list(left))
        for pair, action in ((p, a) for p in left for a in self.actions):
            if (*pair, action) not in self.moves:
                raise ValueError(f"In '{self.title}' the move from {pair} under '{action}' is missing: every action needs one.")
        for key, chances in self.moves.items():
            for pair in chances:
                if pair not in left:
                    raise ValueError(f"In '{self.title}' {key} leads to {pair}, and no move says how it goes on from there.")
        rewards = mapped(self.rewards, f"The rewards of '{self.title}'", "{('N', 's', 'noop'): 10}")
        set_("rewards", MappingProxyType(self._exact_rewards(rewards)))

    def _check_ends(self, left: list[Pair]) -> None:
        if self.start not in left:
            raise unknown(f"(state, self) of '{self.title}' to start in", self.start, map(str, left))
        if self.noop not in (acts := list(dict.fromkeys(key[2] for key in self.moves))):
            raise unknown(f"action of '{self.title}' that could be its noop", self.noop, map(str, acts))

    def _exact_rewards(self, given: Mapping) -> dict:
        known = {"self": self.selves, "state": self.states, "action": self.actions, "next state": self.states}
        found = {}
        for key, value in given.items():
            size = len(key) if isinstance(key, tuple) and len(key) == 4 else 3
            _key(key, size, "reward", "(self, state, action) or (self, state, action, next state)")
            for (kind, names), name in zip(known.items(), key, strict=False):
                if name not in names:
                    raise unknown(f"{kind} of '{self.title}', in the reward of {key},", name, map(str, names))
            found[key] = exact(value, f"The reward of {key}")
        for (state, _, action), chances in self.moves.items():
            for who in self.selves:
                for then, _ in chances:
                    if (who, state, action) not in found and (who, state, action, then) not in found:
                        raise ValueError(
                            f"In '{self.title}' the reward of self '{who}' for '{action}' in state '{state}' is missing: "
                            "every self must be able to judge every step."
                        )
        return found

    @cached_property
    def states(self) -> tuple:
        """The states, in the order of the moves."""
        return tuple(dict.fromkeys(key[0] for key in self.moves))

    @cached_property
    def selves(self) -> tuple:
        """The selves that the person may be, in the order of the moves."""
        return tuple(dict.fromkeys(key[1] for key in self.moves))

    @cached_property
    def actions(self) -> tuple:
        """The actions, doing nothing first."""
        return tuple(dict.fromkeys([self.noop, *(key[2] for key in self.moves)]))

    @cached_property
    def deterministic(self) -> bool:
        """Whether each move has one outcome."""
        return all(len(chances) == 1 for chances in self.moves.values())

    @cached_property
    def _ways(self) -> dict[tuple, tuple]:
        return {key: tuple(chances.items()) for key, chances in self.moves.items()}

    def outcomes(self, pair: Pair, action: Hashable) -> tuple[tuple[Pair, Fraction], ...]:
        """Returns what an action may lead to, each (state, self) with its chance."""
        return self._ways[*pair, action]

    def reward(self, who: Hashable, state: Hashable, action: Hashable, then: Hashable) -> Fraction:
        """Returns what a self gives for a step, whoever takes it."""
        found = self.rewards.get((who, state, action, then))
        return self.rewards[who, state, action] if found is None else found

    def replace(self, **fields: Any) -> DRMDP:
        """Returns a copy with another title, start, noop, moves or rewards."""
        return replace(self, **fields)

    def relabelled(self, names: Mapping[Hashable, Hashable]) -> DRMDP:
        """Returns the same world in other words: `names` maps old ones of states, selves and actions to new ones.

        Raises ValueError for a name that the world does not have, or new names that are not all different.

        >>> import socioaffective as sa
        >>> conspiracy, trainer = (sa.worlds.drmdp.examples[name] for name in ("conspiracy", "trainer"))
        >>> conspiracy.relabelled({"natural": "tired", "influenced": "energised", "influence": "nudge"}) == trainer
        True
        """
        names = mapped(names, "names", "{'N': 'tired'}")
        groups = [self.states, self.selves, self.actions]
        for name in names:
            if not any(name in group for group in groups):
                raise unknown(f"name in '{self.title}'", name, [str(n) for group in groups for n in group])
            _hashed(names[name], f"The new name of '{name}'")
        for group in groups:
            if len({names.get(name, name) for name in group}) < len(group):
                raise ValueError(f"These names would make two of {', '.join(map(str, group))} one.")

        def new(key: Iterable) -> tuple:
            return tuple(names.get(part, part) for part in key)

        moves = {new(key): {new(pair): p for pair, p in chances.items()} for key, chances in self.moves.items()}
        rewards = {new(key): value for key, value in self.rewards.items()}
        return replace(self, start=new(self.start), noop=names.get(self.noop, self.noop), moves=moves, rewards=rewards)

    def __hash__(self) -> int:
        return hash((self.start, self.noop, frozenset(self._ways.items()), frozenset(self.rewards.items())))

    def __repr__(self) -> str:
        counts = [f"{len(part)} {word if len(part) == 1 else plural}" for part, word, plural in (
            (self.states, "state", "states"), (self.selves, "self", "selves"))]  # fmt: skip
        return f"DRMDP('{self.title}': {', '.join(counts)}, actions {', '.join(map(str, self.actions))})"


def _key(key: Any, size: int, what: str, form: str) -> tuple:
    if not isinstance(key, tuple) or len(key) != size:
        raise TypeError(f"The key of a {what} is {form}, not {key!r}.")
    return key


def _hashed(name: Any, what: str) -> Any:
    try:
        hash(name)
    except TypeError:
        raise TypeError(f"{what} must be made of texts, numbers or tuples of them, not {name!r}.") from None
    return name


def _outcomes(key: tuple, given: Any) -> Mapping[Pair, Fraction]:
    """Returns the chance of each (state, self) that a move leads to."""
    if isinstance(given, tuple):
        given = {_hashed(given, f"The place that the move from {key} leads to"): 1}
    chances = mapped(given, f"The move from {key}", "('s', 'N') or {('s', 'N'): '1/3', ('s', 'I'): '2/3'}")
    found = {}
    for pair, chance in chances.items():
        _key(pair, 2, "next place", "(state, self)")
        found[pair] = exact(chance, f"The chance of {pair} after {key}")
        if found[pair] < 0:
            raise ValueError(f"The chance of {pair} after {key} is {found[pair]}, below 0.")
    if sum(found.values()) != 1:
        raise ValueError(f"The chances after {key} add up to {sum(found.values())}, not to 1.")
    # In one order, so that worlds that say the same do the same.
    return MappingProxyType(dict(sorted(((pair, p) for pair, p in found.items() if p), key=repr)))
