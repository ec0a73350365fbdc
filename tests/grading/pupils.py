"""Pupils: notebooks of students that there are not, right, wrong, unfinished, clumsy and hostile ones."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import nbformat

from socioaffective.exercises.release import BLANK, student_copy

ROOT = Path(__file__).parents[2]


def source_of(name):
    return ROOT / "exercises" / name / "source.ipynb"


def solved(name, student, only=None, essay="I would look at who is harmed, and for how long."):
    """Returns the student's copy with the solutions of all questions, or of some."""
    source = nbformat.read(source_of(name), as_version=4)
    made = student_copy(source)
    by_id = {cell.id: cell for cell in source.cells}
    for cell in made.cells:
        mark = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if mark.startswith("answer_") and (only is None or int(mark[7:]) in only):
            cell.source = re.sub(r"^### (BEGIN|END) SOLUTION\n?", "", by_id[cell.id].source, flags=re.MULTILINE)
        elif cell.source == BLANK:
            cell.source = essay
    return named(made, student)


def named(notebook, student):
    """Returns the notebook with this id in it."""
    for cell in notebook.cells:
        cell.source = cell.source.replace('student = "example"', f'student = "{student}"')
    return notebook


def empty(name, student="example"):
    """Returns the student's copy as it was handed out, with an id in it."""
    return named(student_copy(nbformat.read(source_of(name), as_version=4)), student)


def answering(name, number, code, student="example"):
    """Returns the copy in which one answer cell holds this code."""
    notebook = empty(name, student)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == f"answer_{number}":
            cell.source = code
    return notebook


def first(notebook, code):
    """Returns the notebook with one more cell, before all others."""
    notebook = copy.deepcopy(notebook)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(code))
    return notebook


def written(notebook, path):
    """Writes a notebook, or a text that is none, and returns where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(notebook if isinstance(notebook, str) else json.dumps(notebook))
    return path
