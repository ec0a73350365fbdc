"""Stage: what Sphinx reads, a copy of the repository's pages whose outputs are HTML that needs no kernel."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, v4

from socioaffective.book import catalogue, notebooks
from socioaffective.publish import HERE, WEB
from socioaffective.publish.cells import Writer
from socioaffective.publish.charts import recoloured
from socioaffective.publish.widgets import Saved

AFTER = ("own_model", "at_scale", "glossary", "bibliography")
CONTENTS = """
```{{toctree}}
:hidden:
:caption: {caption}

{pages}
```
"""
# A classic script: browsers refuse a page on a disk its modules in files of their own.
SCRIPT = "(async () => {{\n{code}\n}})();\n"


def stage(root: Path, to: Path) -> None:
    """Lays out in the folder `to` the pages of the repository at `root`.

    Paths in the copy are those of the repository, so that links lead where they led; the README is the first page.
    """
    shutil.rmtree(to, ignore_errors=True)
    (to / "_static").mkdir(parents=True)
    chapters = [path.stem for path in notebooks.chapters(root / "notebooks")]
    sets = [n for n in (*chapters, "challenge") if (root / "exercises" / n).is_dir()]
    parts = {
        "Chapters": [f"notebooks/{name}" for name in chapters],
        "Exercises": [f"exercises/{name}/student" for name in sets],
        "Reading on": [f"notebooks/{name}" for name in AFTER],
    }
    shown = ""
    for name in [page for pages in parts.values() for page in pages]:
        path = root / f"{name}.ipynb"
        if path.exists():
            shown += _notebook(path, to / f"{name}.ipynb")
        else:
            _copy(path.with_suffix(".md"), to / f"{name}.md")
    parts["Carrying on"] = ["exercises/README", ".github/CONTRIBUTING"]
    for name in (*(f"{page}.md" for page in parts["Carrying on"]), ".github/picture.png", "CITATION.cff"):
        _copy(root / name, to / name)
    parts["Reference"] = catalogue.write(to, notebooks.by_hand(root / "notebooks"))
    contents = "".join(
        CONTENTS.format(caption=caption, pages="\n".join(_entry(root, page) for page in pages))
        for caption, pages in parts.items()
    )
    (to / "index.md").write_text((root / "README.md").read_text(encoding="utf-8") + contents, encoding="utf-8")
    cells = (HERE / "cells.css").read_text(encoding="utf-8")
    (to / "_static" / "cells.css").write_text(cells + recoloured(shown), encoding="utf-8")
    (to / "_static" / "host.js").write_text(SCRIPT.format(code=(WEB / "host.js").read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copy(root / "notebooks" / "conf.py", to)
    shutil.copy(Path(__file__).with_name("book.css"), to / "_static" / "book.css")


def _entry(root: Path, page: str) -> str:
    """Returns a line of the contents; a chapter has its number there."""
    path = root / f"{page}.ipynb"
    if path not in notebooks.chapters(root / "notebooks"):
        return page
    return f"{notebooks.called(path, notebooks.prose(notebooks.read(path)))} <{page}>"


def _copy(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, to)


def _notebook(path: Path, to: Path) -> str:
    """Writes a notebook whose outputs are HTML, and returns that HTML."""
    notebook = nbformat.read(path, as_version=4)
    saved = Saved(notebook, str(path))
    writer = Writer(saved, path.parent, str(path))
    cells = [_cell(cell, writer) for cell in notebook.cells]
    if saved.shown:
        last = next(cell for cell in reversed(cells) if cell.cell_type == "code")
        last.outputs = [_html("".join(output.data["text/html"] for output in last.outputs) + saved.script())]
    made = v4.new_notebook(cells=cells, metadata={k: v for k, v in notebook.metadata.items() if k != "widgets"})
    to.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, to)
    return "".join(output.data["text/html"] for cell in cells for output in cell.get("outputs", []))


def _cell(cell: NotebookNode, writer: Writer) -> NotebookNode:
    if cell.cell_type == "markdown":
        return v4.new_markdown_cell(catalogue.linked(cell.source), id=cell.id)
    if cell.cell_type != "code":
        return cell
    shown = "".join(f'<div class="output">{text}</div>' for output in cell.outputs if (text := writer.output(output)))
    return v4.new_code_cell(cell.source, outputs=[_html(shown)] if shown else [], execution_count=None, id=cell.id)


def _html(text: str) -> Any:
    return v4.new_output("display_data", {"text/html": text})
