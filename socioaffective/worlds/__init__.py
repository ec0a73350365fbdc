"""Worlds: models of other people, small enough to solve exactly. Each is a module with a `page` and a function that runs it."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module

from socioaffective.checks import unknown

NAMES = ("drmdp", "myopia", "proxy", "choc_kale", "best_of_n", "performative", "addiction", "present_bias", "drive",
         "tampering", "degenerate", "opinion", "moreish")  # fmt: skip
# How far a statement of a source was checked.
MARKS = {
    "READ": "read in a copy of the source",
    "READ-2": "read in a second source",
    "CODE": "read in source code",
    "DERIVED": "derived and computed for this workbook",
    "recalled, verify": "from memory, to be checked against the source",
}


@dataclass(frozen=True)
class Page:
    """A page on a world: `title`, `equations` in LaTeX, `symbols` with their meaning, `source`, its `mark` and `notes`.

    In a notebook it shows itself. `mark` says how far the equations were checked; a key of `MARKS`, or several.

    >>> import socioaffective as sa
    >>> page = sa.worlds.Page("Drift", (r"x_{t+1} = a x_t",), {"a": "how much stays"}, "ours", ("DERIVED",))
    >>> page
    Page('Drift' [DERIVED])
    """

    title: str
    equations: tuple[str, ...]
    symbols: Mapping[str, str]
    source: str
    mark: tuple[str, ...]
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for mark in self.mark:
            if mark not in MARKS:
                raise unknown("checking mark", mark, MARKS)

    @property
    def marks(self) -> str:
        """The checking marks as they are printed."""
        return " ".join(f"[{mark}]" for mark in self.mark)

    def __repr__(self) -> str:
        return f"Page('{self.title}' {self.marks})"

    def _repr_markdown_(self) -> str:
        parts = [f"**{self.title}**", *(f"$$\n{line}\n$$" for line in self.equations)]
        if self.symbols:
            rows = [f"| ${symbol}$ | {meaning} |" for symbol, meaning in self.symbols.items()]
            parts.append("\n".join(["| symbol | meaning |", "|---|---|", *rows]))
        meanings = "; ".join(f"[{mark}]: {MARKS[mark]}" for mark in self.mark)
        parts.append(f"*Source:* {self.source} **{self.marks}** ({meanings})")
        parts += [f"*Note {k}.* {note}" for k, note in enumerate(self.notes, 1)]
        return "\n\n".join(parts)


class Worlds(types.ModuleType):
    """A module that loads a world when it is named, and can be iterated over."""

    def __iter__(self) -> Iterator[types.ModuleType]:
        return (import_module(f"{__name__}.{name}") for name in NAMES)

    def __len__(self) -> int:
        return len(NAMES)

    def __getattr__(self, name: str) -> types.ModuleType:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in NAMES:
            raise AttributeError(str(unknown("world", name, NAMES)))
        return import_module(f"{__name__}.{name}")

    def __dir__(self) -> list[str]:
        return sorted([*NAMES, "Page", "MARKS", "NAMES"])


sys.modules[__name__].__class__ = Worlds
