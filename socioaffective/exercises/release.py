"""Release: a student's copy of a set, made from its source notebook. Run as `python -m socioaffective.exercises.release`."""

from __future__ import annotations

import copy
import re
import sys
from pathlib import Path

import nbformat

SOLUTION = re.compile(r"^### BEGIN SOLUTION\n.*?^### END SOLUTION\n?", re.MULTILINE | re.DOTALL)


def student_copy(source: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Returns the notebook without solutions and outputs.

    >>> import nbformat
    >>> from socioaffective.exercises.release import student_copy
    >>> cell = nbformat.v4.new_code_cell("answer = ...\\n### BEGIN SOLUTION\\nanswer = 42\\n### END SOLUTION")
    >>> student_copy(nbformat.v4.new_notebook(cells=[cell])).cells[0].source
    'answer = ...'
    """
    notebook = copy.deepcopy(source)
    notebook.cells = [cell for cell in notebook.cells if "solution" not in cell.metadata.get("tags", [])]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = SOLUTION.sub("", cell.source).rstrip()
            cell.outputs, cell.execution_count = [], None
    notebook.metadata.pop("widgets", None)
    return notebook


def main(folder: str = "exercises") -> None:
    """Writes `student.ipynb` beside every `source.ipynb` below a folder."""
    for path in sorted(Path(folder).glob("*/source.ipynb")):
        target = path.with_name("student.ipynb")
        nbformat.write(student_copy(nbformat.read(path, as_version=4)), target)
        print(f"{path} -> {target.name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
