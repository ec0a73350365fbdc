"""Glossary: one entry for every quantity and every taught word of the book, and one card of all its symbols.

It is `notebooks/glossary.ipynb`, and chapters link to it where they first say a word in bold.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import sympy

from socioaffective.book.notebooks import GLOSSARY, chapters, page, read, reworded, texts, written
from socioaffective.book.terms import FORMS, TERMS
from socioaffective.models import CATALOGUE
from socioaffective.publish import anchor
from socioaffective.quantities import Quantity

HEAD = """# Glossary and notation

Every quantity of the models and every word that the book teaches, once. Where a chapter first says one of them in bold, it \
links to here.

## Notation card

Each line has a model, the chapters that use it, and its symbols, but for those that a line above has already."""
ENTRIES = """## Entries

For each quantity: what it is, and in each model its value or where it starts, its range, and its unit, if it has one. What \
models agree on is said once. The page is made from the models, the chapters and `socioaffective/book/terms.py` by \
`python -m socioaffective.book pages`."""
# What a line of an entry and a line of the card call each kind.
KINDS = {
    "state": ("a state of", "states"),
    "parameter": ("a parameter of", "parameters"),
    "lever": ("a lever of", "levers"),
    "input": ("an input of", "inputs"),
    "observable": ("computed in", "computed"),
}
BOLD = re.compile(r"\[\*\*([^*\n]+)\*\*\]\(" + re.escape(GLOSSARY) + r"#[^)]*\)|\*\*([^*\n]+)\*\*")


@dataclass(frozen=True)
class Entry:
    """One name of the glossary: what the models say of it, as pairs of model and metadata, and what a chapter teaches."""

    name: str
    uses: tuple[tuple[str, Quantity], ...] = ()
    sentence: str = ""
    chapter: str = ""

    def text(self) -> str:
        """Returns the entry as Markdown, under a heading that can be linked to."""
        parts = [f"### {self.name}"]
        if self.sentence:
            parts.append(f"{self.sentence} *Taught in {titled(self.chapter)}.*")
        if self.uses:
            parts += [self._meaning(), "\n".join(self._lines())]
        return "\n\n".join(parts)

    def _meaning(self) -> str:
        models = _by(self.uses, lambda q: q.meaning)
        said = "; ".join(models) if len(models) == 1 else "; ".join(f"{m} ({_listed(names)})" for m, names in models.items())
        return said[:1].upper() + said[1:] + "."

    def _lines(self) -> Iterator[str]:
        for said, models in _by(self.uses, _measured).items():
            symbol, kind, numbers = said
            yield f"* {symbol}, {KINDS[kind][0]} {_listed(models)}: {numbers}"


def _by(uses: Iterable[tuple[str, Quantity]], key: Any) -> dict[Any, list[str]]:
    """Returns the models of an entry, by what they say."""
    found = defaultdict(list)
    for model, quantity in uses:
        found[key(quantity)].append(model)
    return found


def _measured(q: Quantity) -> tuple[str, str, str]:
    value = "" if q.kind == "observable" else f"{'starts at ' * (q.kind == 'state')}{q.value:.4g}, "
    unit = "" if q.unit == "1" else " " + q.unit.replace("1/", "per ")
    return letter(q), q.kind, f"{value}from {q.bounds[0]:.4g} to {q.bounds[1]:.4g}{unit}"


def _listed(models: list[str]) -> str:
    names = [f"`{model}`" for model in models]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def letter(quantity: Quantity) -> str:
    """Returns the symbol of a quantity as it is printed in an equation."""
    return f"${sympy.latex(sympy.Symbol(quantity.symbol))}$"


def titled(chapter: str) -> str:
    """Returns a link to a chapter, by what the book calls it.

    >>> from socioaffective.book.glossary import titled
    >>> titled("02_needs"), titled("toolkit")
    ('[chapter 02](02_needs.ipynb)', '[the toolkit](toolkit.ipynb)')
    """
    number, _, name = chapter.partition("_")
    called = f"the {name or number}" if number == "00" or not name else f"chapter {number}"
    return f"[{called}]({chapter}.ipynb)"


def entries() -> dict[str, Entry]:
    """Returns all entries by name, in the order of the alphabet.

    >>> from socioaffective.book.glossary import entries
    >>> print(entries()["warmth"].text())
    ### warmth
    <BLANKLINE>
    Relatedness from cue-rich use, per time with people.
    <BLANKLINE>
    * $c$, a parameter of `needs`, `companion` and `ecosystem`: 0.75, from 0 to 1
    """
    uses = defaultdict(list)
    for model, known in CATALOGUE.items():
        for quantity in known.quantities.values():
            uses[quantity.name].append((model, quantity))
    taught = {name: (sentence, chapter) for chapter, terms in TERMS.items() for name, sentence in terms.items()}
    return {name: Entry(name, tuple(uses.get(name, ())), *taught.get(name, ())) for name in sorted({*uses, *taught})}


def card(notebooks: Mapping[str, Mapping[str, Any]]) -> str:
    """Returns the notation card: a line for each model, with the chapters that use it and the symbols that are new in it."""
    seen: set[tuple[str, str]] = set()
    rows = ["| model | symbols |", "|---|---|"]
    for name, model in CATALOGUE.items():
        new = [q for q in model.quantities.values() if (q.name, q.symbol) not in seen]
        seen |= {(q.name, q.symbol) for q in new}
        used = [
            f"[{chapter.partition('_')[0]}]({chapter}.ipynb)"
            for chapter, notebook in notebooks.items()
            if re.search(rf"sa\.models\.{name}\b", "\n".join(texts(notebook, "code")))
        ]
        kinds = {kind: [f"{letter(q)} [{q.label}](#{anchor(q.name)})" for q in new if q.kind == kind] for kind in KINDS}
        said = "; ".join(f"*{KINDS[kind][1]}* {', '.join(symbols)}" for kind, symbols in kinds.items() if symbols)
        rows.append(f"| `{name}` {', '.join(used)} | {said} |")
    return "\n".join(rows)


def named(text: str, known: Iterable[str]) -> str | None:
    """Returns the name of the entry for a word as a chapter writes it, or None where there is none.

    >>> from socioaffective.book.glossary import entries, named
    >>> [named(word, entries()) for word in ("Felt relatedness", "nullclines", "well-being", "not advice")]
    ['felt_relatedness', 'nullcline', 'wellbeing', None]
    """
    word = text.rstrip(".").lower()
    word = FORMS.get(word, word)
    return next((name for name in (word, word.replace(" ", "_"), word.removesuffix("s")) if name in known), None)


def by_line(source: str) -> Iterator[tuple[str, bool]]:
    """Yields the lines of a Markdown cell, and whether each is prose: no heading, no question set apart, no code."""
    fenced = False
    for line in source.splitlines(keepends=True):
        fence = line.lstrip().startswith(("```", "~~~"))
        yield line, not (fenced or fence or line.startswith(("#", ">")))
        fenced ^= fence


def bold(cells: Iterable[str]) -> Iterator[str]:
    """Yields what stands in bold in the prose of some cells, in order."""
    for line, is_prose in (pair for source in cells for pair in by_line(source)):
        if is_prose:
            yield from (found[1] or found[2] for found in BOLD.finditer(line))


def linked(cells: Iterable[str], known: Iterable[str]) -> list[str]:
    """Returns the Markdown cells of a chapter with the first bold mention of each entry, and no other, as a link to it.

    >>> from socioaffective.book.glossary import linked
    >>> linked(["**Ties** wear. Not all **ties**."], ["ties"])
    ['[**Ties**](glossary.ipynb#ties) wear. Not all **ties**.']
    """
    seen: set[str] = set()

    def link(found: re.Match) -> str:
        name = named(text := found[1] or found[2], known)
        if name is None or name in seen:
            return f"**{text}**"
        seen.add(name)
        return f"[**{text}**]({GLOSSARY}#{anchor(name)})"

    return ["".join(BOLD.sub(link, line) if is_prose else line for line, is_prose in by_line(source)) for source in cells]


def _cells(notebooks: Mapping[str, Mapping[str, Any]], known: Mapping[str, Entry]) -> Iterator[tuple[str, str]]:
    """Yields the cells of the page: an id and the text; the entries of one letter share a cell."""
    yield "gl-card", f"{HEAD}\n\n{card(notebooks)}"
    yield "gl-entries", ENTRIES
    for initial, group in groupby(known.values(), key=lambda entry: entry.name[0]):
        yield f"gl-{initial}", "\n\n".join(entry.text() for entry in group)


def wanted(folder: Path) -> dict[Path, dict[str, Any]]:
    """Returns what should stand in each chapter of a folder and in the page, by path."""
    known = entries()
    notebooks = {path.stem: read(path) for path in chapters(folder)}
    linked_up = {folder / f"{stem}.ipynb": reworded(one, linked(texts(one), known)) for stem, one in notebooks.items()}
    return {**linked_up, folder / GLOSSARY: page(dict(_cells(notebooks, known)))}


def write(folder: Path) -> list[Path]:
    """Returns the notebooks of a folder that were not as they should be, once they are: chapters first, then the page."""
    return written(wanted(folder))
