"""Bibliography: what is made from the sources: the page of them all, and how the lines under *Sources* begin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from socioaffective.book.notebooks import BIBLIOGRAPHY, by_hand, called, page, prose, read, reworded, texts, written
from socioaffective.book.references import Source, cited, reference, sources
from socioaffective.worlds import MARKS

PACKAGE = Path(__file__).parents[1]
HEADING = "## Sources\n"
# What `reference` has made, now or from an older entry: it ends with the first group of marks.
_MADE = re.compile(rf"\[[^\]]*\]\({re.escape(BIBLIOGRAPHY)}#(?P<key>[^)\s]+)\)\..*?\*\*\[[^*]*\]\*\*")

BEGINNING = """# Bibliography

Every source that the chapters and the library name, and how far we have read it. A mark is about us, not about the source:

| mark | what it means |
|---|---|
{rows}

After a colon stands what was read: `[READ: abstract]` is the abstract and no more. Where a chapter takes something from a \
source that was checked less far than the mark here, it says so there. What we do not know, such as some titles and \
initials, is left out.

## The sources, by key"""


def under_sources(text: str) -> tuple[str, list[str]]:
    """Returns what stands in Markdown before the list of sources, and the lines of the list; none where there is no list.

    >>> from socioaffective.book.bibliography import under_sources
    >>> under_sources("Text.\\n\\n## Sources\\n\\n* One.\\n* Two.")
    ('Text.\\n\\n## Sources\\n\\n', ['* One.', '* Two.'])
    """
    before, heading, after = text.partition(HEADING)
    lines = after.strip("\n").splitlines()
    return (before + heading + "\n", lines) if heading else (text, [])


def begins_with(line: str) -> list[str]:
    """Returns the keys of the references that a line under *Sources* begins with.

    >>> from socioaffective.book.bibliography import begins_with
    >>> begins_with("* [Page (1954)](bibliography.ipynb#page1954). **[READ]** What it is for: **[DERIVED]**.")
    ['page1954']
    """
    return [match["key"] for match in _beginning(line)]


def _beginning(line: str) -> Iterator[re.Match[str]]:
    at = 2 if line.startswith("* ") else len(line)
    while match := _MADE.match(line, at):
        yield match
        at = match.end() + 1


def fresh(text: str, known: Mapping[str, Source]) -> str:
    """Returns Markdown with the references at the beginning of each line under *Sources* made again.

    Raises ValueError for a reference to a source that is not known.
    """
    before, lines = under_sources(text)
    return before + "\n".join(_fresh_line(line, known) for line in lines)


def _fresh_line(line: str, known: Mapping[str, Source]) -> str:
    made = list(_beginning(line))
    if not made:
        return line
    return f"* {' '.join(reference(match['key'], known) for match in made)}{line[made[-1].end() :]}"


def library() -> dict[str, str]:
    """Returns the text of each module of the package, strings over several lines joined, by the module's name."""
    texts = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parent != Path(__file__).parent:
            name = ".".join([PACKAGE.name, *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")
            texts[name] = re.sub(r'"\s*\n\s*f?"', "", path.read_text(encoding="utf-8"))
    return texts


def bibliography(folder: Path, known: Mapping[str, Source]) -> dict[str, Any]:
    """Returns the bibliography as a notebook: what the marks mean, then each source with a heading that links lead to."""
    chapters = {path: prose(read(path)) for path in by_hand(folder)}
    by_chapter = {f"[{called(path, text)}]({path.name})": cited(text, known) for path, text in chapters.items()}
    by_module = {f"`{name}`": cited(text, known) for name, text in library().items()}
    rows = "\n".join(f"| **[{mark}]** | {meaning} |" for mark, meaning in MARKS.items())
    cells = {"bibliography": BEGINNING.format(rows=rows)}
    for key, source in known.items():
        citing = {"Cited in": by_chapter, "In the library": by_module}
        users = {where: [name for name, keys in found.items() if key in keys] for where, found in citing.items()}
        said = [f"{where}: {'; '.join(names)}" for where, names in users.items() if names]
        cells[key] = "\n\n".join([f"### {key}", _in_full(source), *said])
    return page(cells)


def _in_full(source: Source) -> str:
    known = source.fields
    addresses = {
        f"doi:{known.get('doi')}": "doi" in known and f"https://doi.org/{known['doi']}",
        f"arXiv:{known.get('eprint')}": "eprint" in known and f"https://arxiv.org/abs/{known['eprint']}",
        known.get("url", "").removeprefix("https://").rstrip("/"): known.get("url"),
    }
    found = [f"[{shown}]({address})" for shown, address in addresses.items() if address]
    return " ".join(filter(None, [f"{source.everybody}.".replace("..", "."), source.place, ", ".join(found), source.checked]))


def write(folder: Path) -> list[Path]:
    """Returns the notebooks that were out of date and are written again: chapters first, then the bibliography."""
    known = sources(folder / "references.bib")
    made = {path: read(path) for path in by_hand(folder)}
    changed = written({path: reworded(one, [fresh(text, known) for text in texts(one)]) for path, one in made.items()})
    return changed + written({folder / BIBLIOGRAPHY: bibliography(folder, known)})
