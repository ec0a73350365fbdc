"""Notebooks: those of the book, read and written as JSON, so that what is not changed stays as it is, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

BIBLIOGRAPHY = "bibliography.ipynb"
GLOSSARY = "glossary.ipynb"


def chapters(folder: Path) -> list[Path]:
    """Returns the notebooks that are chapters: those with a number, and the toolkit after the tour, as they are read."""
    found = [*folder.glob("[0-9][0-9]_*.ipynb"), *folder.glob("toolkit.ipynb")]
    return sorted(found, key=lambda path: path.name.replace("toolkit", "00_u"))


def by_hand(folder: Path) -> list[Path]:
    """Returns the notebooks that people write: the chapters, then the appendices, without the pages that are made."""
    first = chapters(folder)
    return first + sorted({*folder.glob("*.ipynb")} - {*first, folder / BIBLIOGRAPHY, folder / GLOSSARY})


def read(path: Path) -> dict[str, Any]:
    """Returns a notebook as JSON has it."""
    return json.loads(path.read_text(encoding="utf-8"))


def texts(notebook: Mapping[str, Any], kind: str = "markdown") -> list[str]:
    """Returns what stands in the cells of a kind, "markdown" or "code"."""
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind]


def prose(notebook: Mapping[str, Any]) -> str:
    """Returns all Markdown of a notebook."""
    return "\n\n".join(texts(notebook))


def called(path: Path, text: str) -> str:
    """Returns the title of a notebook with that text, after its number where it has one."""
    title = text.splitlines()[0].removeprefix("# ")
    number = path.stem.split("_")[0]
    return f"{number} {title}" if number.isdigit() else title


def reworded(notebook: Mapping[str, Any], markdown: Iterable[str]) -> dict[str, Any]:
    """Returns a notebook with other texts in its Markdown cells, given in their order."""
    new = iter(markdown)
    cells = [
        {**cell, "source": next(new).splitlines(keepends=True)} if cell["cell_type"] == "markdown" else cell
        for cell in notebook["cells"]
    ]
    return {**notebook, "cells": cells}


def page(markdown: Mapping[str, str]) -> dict[str, Any]:
    """Returns a notebook of Markdown alone, from the texts of its cells by their ids."""
    cells = [
        {"cell_type": "markdown", "id": name, "metadata": {}, "source": text.splitlines(keepends=True)}
        for name, text in markdown.items()
    ]
    metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def written(notebooks: Mapping[Path, Mapping[str, Any]]) -> list[Path]:
    """Returns the paths of those that were not as given, once they are."""
    changed = []
    for path, notebook in notebooks.items():
        text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed
