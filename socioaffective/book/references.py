"""References: every source of the workbook, read from one file, as a chapter cites it, and found again in what is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from socioaffective.book.notebooks import BIBLIOGRAPHY
from socioaffective.checks import unknown
from socioaffective.worlds import MARKS

try:
    from pybtex.database import Person, parse_file
    from pybtex.exceptions import PybtexError
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        f"Sources are read with {missing.name}, which is not installed. Install the workbook's own packages: "
        "pip install 'socioaffective[workbook]'",
        name=missing.name,
    ) from missing

BIB = Path(__file__).parents[2] / "notebooks" / "references.bib"

_INITIALS = r", [A-Z]\.(?:[ -][A-Z]\.)*"
_NAME = rf"(?:(?:[Vv]an|[Vv]on|[Dd]e|der) )*[A-ZÀ-Þ][\wÀ-ÿ'’-]+(?:{_INITIALS})?"
_CITATION = re.compile(
    rf"(?P<names>{_NAME}(?:, {_NAME})*(?:,? and {_NAME})?)(?P<others>,? and others| et al\.)?"
    r",? \(?(?P<year>1[89]\d\d|20[0-3]\d)(?![-\d])"
)
_LINK = re.compile(rf"\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]\([^()\s]*{re.escape(BIBLIOGRAPHY)}#(?P<key>[^()\s]*)\)")


@dataclass(frozen=True)
class Source:
    """One source: `key`, `surnames` and `authors` (with initials), `others` when there are more, `year`, `marks` and `fields`.

    `marks` says how far it was read; `fields` has what else is known, by BibTeX's names. Made by `sources`.
    """

    key: str
    surnames: tuple[str, ...]
    authors: tuple[str, ...]
    others: bool
    marks: tuple[str, ...]
    fields: Mapping[str, str]

    @property
    def year(self) -> str:
        return self.fields.get("year", "")

    @property
    def names(self) -> str:
        """Its authors as prose names them, or its title where it has none."""
        if short := self.fields.get("shortauthor"):
            return short
        if not self.surnames:
            return self.fields["title"]
        if self.others or len(self.surnames) > 2:
            return f"{self.surnames[0]} and others"
        return " and ".join(self.surnames)

    @property
    def label(self) -> str:
        """Its names and its year, by which it can be told from all others."""
        return self._dated(self.names)

    @property
    def everybody(self) -> str:
        """All authors that are known, with initials, and the year."""
        *first, last = [*self.authors, *(["others"] if self.others else [])] or [self.names]
        return self._dated(f"{', '.join(first)} and {last}" if first else last)

    @property
    def place(self) -> str:
        """Where it can be found: title, journal or publisher, volume and pages."""
        known = self.fields
        title = known.get("title", "") if self.authors else ""
        within = ", ".join(known[name] for name in ("journal", "booktitle", "series", "publisher") if name in known)
        edition = f", {known['edition']} edition." if "edition" in known else ""
        volume = known.get("volume", "") + (f"({known['number']})" if "number" in known else "")
        within = within if title or not within else f"*{within}*"
        said = ", ".join(filter(None, [f"{within} {volume}".strip(), known.get("pages", "").replace("--", "-")]))
        ends = "" if title.endswith(("?", "!")) else "."
        parts = [(f"*{title}*{edition}" if edition else f"*{title}{ends}*") if title else "", said and f"{said}."]
        return " ".join(filter(None, [*parts, known.get("note", "") and f"{known['note']}."]))

    @property
    def checked(self) -> str:
        """Its marks as they are printed."""
        return f"**{' '.join(f'[{mark}]' for mark in self.marks)}**"

    def fits(self, names: list[str], others: bool, year: str) -> bool:
        """Returns whether a citation may mean this source: its first authors, or all of them, and its year."""
        if year != self.year or names != list(self.surnames[: len(names)]):
            return False
        left = len(self.surnames) - len(names)
        return (self.others or left > 1) if others else not (self.others or left)

    def _dated(self, names: str) -> str:
        return f"{names} ({self.year})" if self.year else names


def sources(path: str | Path = BIB) -> dict[str, Source]:
    """Returns every source of a BibTeX file, by key, in alphabetical order.

    Its own field `checked` has marks, parted by semicolons; after a colon stands what was read. Raises ValueError for a file
    that is no BibTeX, for a source without authors and title, without a mark or with one that is not known, and for two that
    prose could not tell apart.

    >>> from socioaffective.book.references import sources
    >>> sources()["dean2022"].label
    'Dean and Morgenstern (2022)'
    """
    if not Path(path).exists():
        raise FileNotFoundError(f"There is no {path}. The book is made in a copy of the repository, not of the package alone.")
    try:
        entries = parse_file(str(path), bib_format="bibtex", encoding="utf-8").entries
    except PybtexError as trouble:
        raise ValueError(f"{path} is no BibTeX: {trouble}") from None
    found = {key: _source(key, entries[key]) for key in sorted(entries)}
    by_label: dict[str, str] = {}
    for key, source in found.items():
        if (other := by_label.setdefault(source.label, key)) != key:
            raise ValueError(f"{other} and {key} are both '{source.label}'. Give one of them a `shortauthor` that says more.")
    return found


def _source(key: str, entry: Any) -> Source:
    fields = dict(entry.fields)
    marks = tuple(mark.strip() for mark in fields.pop("checked", "").split(";") if mark.strip())
    if not marks:
        raise ValueError(f"{key} does not say how far it was checked: give it a field such as checked = {{READ: abstract}}.")
    for mark in marks:
        if kind_of(mark) not in MARKS:
            raise unknown(f"checking mark for {key},", kind_of(mark), MARKS)
    people = [person for person in entry.persons.get("author", []) if _surname(person) != "others"]
    if not people and "title" not in fields:
        raise ValueError(f"{key} has neither an author nor a title, so that nothing can name it.")
    return Source(
        key,
        tuple(map(_surname, people)),
        tuple(map(_with_initials, people)),
        len(people) < len(entry.persons.get("author", [])),
        marks,
        fields,
    )


def kind_of(mark: str) -> str:
    """Returns a mark without what was read.

    >>> from socioaffective.book.references import kind_of
    >>> kind_of("READ: abstract")
    'READ'
    """
    return mark.split(":")[0].strip()


def _surname(person: Person) -> str:
    return " ".join([*person.prelast_names, *person.last_names])


def _with_initials(person: Person) -> str:
    initials = " ".join(f"{name[0]}." for name in [*person.first_names, *person.middle_names])
    return ", ".join(filter(None, [_surname(person), initials]))


@cache
def _all() -> dict[str, Source]:
    return sources()


def reference(key: str, known: Mapping[str, Source] | None = None) -> str:
    """Returns a source as it stands in a chapter: a link to the bibliography, where it is found, and how far it was checked.

    Inputs: `key`, as in `notebooks/references.bib`; `known`, the sources to look in, those of that file unless given. Raises
    ValueError for an unknown key.

    >>> from socioaffective.book.references import reference
    >>> reference("chen2015")
    '[Chen and others (2015)](bibliography.ipynb#chen2015). *Motivation and Emotion* 39, 216. **[READ: abstract]**'
    """
    known = _all() if known is None else known
    if key not in known:
        raise unknown("source", key, known)
    source = known[key]
    arxiv = f"arXiv:{source.fields['eprint']}." if "eprint" in source.fields else ""
    parts = [f"[{source.label}]({BIBLIOGRAPHY}#{key}).", source.place, arxiv, source.checked]
    return " ".join(filter(None, parts))


def citations(text: str, known: Mapping[str, Source] | None = None) -> Iterator[tuple[str, list[str]]]:
    """Returns an iterator over what reads like "Name (year)" or "(Name, year)", each with the keys of the sources it may mean.

    >>> from socioaffective.book.references import citations
    >>> list(citations("As Dean and Morgenstern (2022) found, and Nobody and others 1999 did not."))
    [('Dean and Morgenstern (2022', ['dean2022']), ('Nobody and others 1999', [])]
    """
    known = _all() if known is None else known
    for match in _CITATION.finditer(re.sub(r"\s+", " ", text)):
        named = re.sub(_INITIALS, "", match["names"])
        names, others = re.split(r",? and |, ", named), match["others"] or ""
        fitting = [key for key, source in known.items() if source.fits(names, bool(others), match["year"])]
        # Of two whose first author and year are the same, one is known by that author alone.
        exact = [key for key in fitting if known[key].names == named + others]
        yield match[0], exact or fitting


def links(text: str) -> list[tuple[str, str]]:
    """Returns the links to the bibliography in Markdown, each as its text and its key.

    >>> from socioaffective.book.references import links
    >>> links("It is told ([Chen and others, 2015](bibliography.ipynb#chen2015)).")
    [('Chen and others, 2015', 'chen2015')]
    """
    return [(match["text"], match["key"]) for match in _LINK.finditer(text)]


def cited(text: str, known: Mapping[str, Source] | None = None) -> set[str]:
    """Returns the keys of the sources that a text cites: by a link, by names and year, or by title where no year is known.

    >>> from socioaffective.book.references import cited
    >>> sorted(cited("Source: Page 1954, and [Chen and others (2015)](bibliography.ipynb#chen2015)."))
    ['chen2015', 'page1954']
    """
    known = _all() if known is None else known
    titles = {key: source.fields.get("title") for key, source in known.items() if not source.year}
    by_title = {key for key, title in titles.items() if title and title in text}
    by_names = {key for _, keys in citations(text, known) for key in keys}
    return by_title | by_names | {key for _, key in links(text) if key in known}
