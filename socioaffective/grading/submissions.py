"""Submissions: a file that somebody sent, as cells, or a sentence on why it is no notebook."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

MOST_BYTES, MOST_CELLS, MOST_SOURCE = 20 * 2**20, 500, 100_000
KINDS = ("code", "markdown", "raw")


class Unreadable(ValueError):  # noqa: N818 - is said to a student
    """What was sent is no notebook; the message says why, to whoever sent it."""


def cells_of(path: Path) -> list[dict]:
    """Returns the cells of a notebook, each with `cell_type`, `source` and `grade_id` (empty for most), and no outputs.

    Raises Unreadable for what is missing, too large, no plain file, no JSON or no notebook.

    >>> from pathlib import Path
    >>> from socioaffective.grading.submissions import cells_of
    >>> cells_of(Path("nowhere.ipynb"))
    Traceback (most recent call last):
    socioaffective.grading.submissions.Unreadable: There is no notebook.
    """
    notebook = _json(_bytes(path))
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("The file is no notebook of the present format: it has no list of cells.")
    if len(cells) > MOST_CELLS:
        raise Unreadable(f"The notebook has {len(cells)} cells; at most {MOST_CELLS} are read.")
    return [_cell(cell, k) for k, cell in enumerate(cells, start=1)]


def _bytes(path: Path) -> bytes:
    try:
        # Neither a link, which could lead anywhere, nor a pipe, which could wait for ever.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            known = os.fstat(file.fileno())
            if not stat.S_ISREG(known.st_mode):
                raise Unreadable("What was sent is no plain file.")
            if known.st_size > MOST_BYTES:
                raise Unreadable(f"The file has {known.st_size / 2**20:.0f} MB; at most {MOST_BYTES >> 20} are read.")
            return file.read(MOST_BYTES)
    except FileNotFoundError:
        raise Unreadable("There is no notebook.") from None
    except OSError as error:
        raise Unreadable(f"The file cannot be read: {error.strerror}.") from None


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"The file is no notebook: {str(error)[:100]}.") from None


def _cell(cell: Any, number: int) -> dict:
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str) or cell.get("cell_type") not in KINDS:
        raise Unreadable(f"Cell {number} of the notebook is malformed.")
    if len(source) > MOST_SOURCE:
        raise Unreadable(f"Cell {number} has {len(source)} letters; at most {MOST_SOURCE} are read.")
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = mark.get("grade_id") if isinstance(mark, dict) else None
    # Half of a surrogate pair cannot be written to a file again.
    source = source.encode("utf-8", "replace").decode("utf-8")
    return {"cell_type": cell["cell_type"], "source": source, "grade_id": name if isinstance(name, str) else ""}
