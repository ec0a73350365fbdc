"""Pages: the parts of the book that are made from the sources: the bibliography, and how the lines under *Sources* begin."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from socioaffective.book.references import BIBLIOGRAPHY, Source, cited, reference, sources
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
source that was checked less far than the mark here, it says so there. What nobody here knows, such as the title of a paper \
that was named without it, is left out.

## The sources, by key"""


def _json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def _markdown(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]


def chapters(folder: Path) -> dict[Path, dict[str, Any]]:
    """Returns the notebooks of a folder but for the bibliography, as JSON has them, by their paths in order."""
    return {path: _json(path) for path in sorted(folder.glob("*.ipynb")) if path.name != BIBLIOGRAPHY}


def prose(notebook: Mapping[str, Any]) -> str:
    """Returns all Markdown of a notebook."""
    return "\n\n".join("".join(cell["source"]) for cell in _markdown(notebook))


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
    read = chapters(folder)
    by_chapter = {path: cited(prose(notebook), known) for path, notebook in read.items()}
    by_module = {name: cited(text, known) for name, text in library().items()}
    rows = "\n".join(f"| **[{mark}]** | {meaning} |" for mark, meaning in MARKS.items())
    texts = {"bibliography": BEGINNING.format(rows=rows)}
    for key, source in known.items():
        users = {
            "Cited in": [f"[{_name(path, read[path])}]({path.name})" for path, keys in by_chapter.items() if key in keys],
            "In the library": [f"`{name}`" for name, keys in by_module.items() if key in keys],
        }
        said = [f"{where}: {'; '.join(names)}" for where, names in users.items() if names]
        texts[key] = "\n\n".join([f"### {key}", _in_full(source), *said])
    metadata = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
    cells = [
        {"cell_type": "markdown", "id": key, "metadata": {}, "source": text.splitlines(keepends=True)}
        for key, text in texts.items()
    ]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _name(path: Path, notebook: Mapping[str, Any]) -> str:
    title = "".join(_markdown(notebook)[0]["source"]).splitlines()[0].removeprefix("# ")
    number = path.stem.split("_")[0]
    return f"{number} {title}" if number.isdigit() else title


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
    made = dict(chapters(folder))
    for notebook in made.values():
        for cell in _markdown(notebook):
            cell["source"] = fresh("".join(cell["source"]), known).splitlines(keepends=True)
    changed = [path for path, notebook in made.items() if _written(path, notebook)]
    page = folder / BIBLIOGRAPHY
    return changed + ([page] if _written(page, bibliography(folder, known)) else [])


def _written(path: Path, notebook: Mapping[str, Any]) -> bool:
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8")
    return True
