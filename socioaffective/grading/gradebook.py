"""Gradebook: what is released, marked, returned and exported, through nbgrader, which only instructors have."""

from __future__ import annotations

import logging
import os
import sys
import textwrap
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat

from socioaffective.exercises import variant
from socioaffective.exercises.class_page import anonymous
from socioaffective.exercises.release import BLANK, Item, outline, student_copy
from socioaffective.grading.collecting import sent_at
from socioaffective.grading.course import Course
from socioaffective.grading.scoring import Marked


@contextmanager
def opened(course: Course) -> Iterator[Any]:
    """Opens the course's gradebook."""
    try:
        from nbgrader.api import Gradebook
    except ImportError:
        raise ImportError("This needs nbgrader: python -m pip install -r exercises/requirements.txt") from None
    # nbgrader runs alembic by its bare name.
    here, path = str(Path(sys.executable).parent), os.environ.get("PATH", "").split(os.pathsep)
    if path[0] != here:
        os.environ["PATH"] = os.pathsep.join([here, *path])
    with warnings.catch_warnings(), Gradebook(_database(course), course_id=course.root.name) as gradebook:
        # SQLAlchemy's, on how nbgrader uses it.
        warnings.simplefilter("ignore")
        yield gradebook


def _database(course: Course) -> str:
    return f"sqlite:///{course.root / 'gradebook.db'}"


def release(course: Course, name: str, source: Path) -> Path:
    """Returns the student's copy that a class is given; the gradebook knows its questions and points from now on."""
    notebook = nbformat.read(source, as_version=4)
    copy = student_copy(notebook)
    target = course.root / "release" / name / f"{name}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(copy, target)
    with opened(course) as gradebook:
        for student in course.roster.values():
            known = asdict(student)
            gradebook.update_or_create_student(known.pop("id"), **known)
        due = course.due[name].replace(tzinfo=None) if name in course.due else None
        gradebook.update_or_create_assignment(name, duedate=due)
        gradebook.update_or_create_notebook(name, name)
        for cell in copy.cells:
            mark = cell.metadata.get("nbgrader")
            if not mark:
                continue
            if mark["grade"]:
                given = {"max_score": mark["points"], "cell_type": cell.cell_type}
                gradebook.update_or_create_grade_cell(mark["grade_id"], name, name, **given)
            if mark["solution"]:
                gradebook.update_or_create_solution_cell(mark["grade_id"], name, name)
            source_of = {"source": cell.source, "cell_type": cell.cell_type, "locked": mark["locked"]}
            gradebook.update_or_create_source_cell(mark["grade_id"], name, name, **source_of)
    return target


def enter(gradebook: Any, course: Course, name: str, items: list[Item], marked: Marked) -> None:
    """Writes the marks of one submission into an open gradebook, and the notebook that whoever marks by hand will read."""
    if marked.reports:
        marked.notes.append(f"On the page of the class you are {anonymous(marked.student, course.secret)}.")
    released = nbformat.read(course.root / "release" / name / f"{name}.ipynb", as_version=4)
    copy = autograded_copy(name, released, marked)
    folder = course.folder("autograded", marked.student, name)
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(copy, folder / f"{name}.ipynb")
    written = {c.metadata["nbgrader"]["grade_id"]: c.source.strip() for c in copy.cells if "nbgrader" in c.metadata}
    sent = sent_at(course, name, marked.student)
    known = {"timestamp": sent.replace(tzinfo=None) if sent else None}
    gradebook.update_or_create_submission(name, marked.student, **known)
    for item in items:
        grade = gradebook.find_grade(item.cell, name, name, marked.student)
        if item.rubric:
            empty = written.get(item.cell, BLANK) in (BLANK, "")
            grade.auto_score, grade.needs_manual_grade = (0.0, False) if empty else (None, grade.manual_score is None)
        else:
            grade.auto_score, grade.needs_manual_grade = marked.marks.get(item.cell, 0.0), False
    gradebook.db.commit()


def autograded_copy(name: str, released: nbformat.NotebookNode, marked: Marked) -> nbformat.NotebookNode:
    """Returns the student's notebook as it is marked: its own cells, the released ones that carry marks, and verdicts.

    Whoever marks reads it in a browser that may do much: so what a student's cells have drawn or printed is left out, and what
    they have written has no tags and links.
    """
    ours = {c.metadata["nbgrader"]["grade_id"]: c for c in released.cells if "nbgrader" in c.metadata}
    left, cells = dict(ours), []
    if marked.notes:
        cells.append(nbformat.v4.new_markdown_cell("\n\n".join(f"**Note.** {harmless(note)}" for note in marked.notes)))
    for k, theirs in enumerate(marked.cells):
        known = left.pop(theirs["grade_id"], None) if theirs["grade_id"] else None
        if theirs["grade_id"] in ours and known is None:
            continue
        cell = nbformat.from_dict(known) if known else _cell(theirs["cell_type"], theirs["source"])
        if known and known.metadata["nbgrader"]["solution"]:
            cell.source = harmless(theirs["source"]) if cell.cell_type == "markdown" else theirs["source"]
        if k in marked.errors and cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("stream", name="stderr", text=marked.errors[k])]
        cells.append(cell)
    cells += left.values()
    for number, cell in enumerate(cells, start=1):
        mark = cell.metadata.get("nbgrader", {}).get("grade_id")
        if mark in marked.messages:
            cell.outputs = [_said(marked.messages[mark])]
        elif cell.cell_type == "code" and "exercises.variant(" in cell.source:
            cell.outputs = [_said(repr(variant(name, marked.student)))]
        cell.id = f"cell-{number}"
    return nbformat.v4.new_notebook(cells=cells, metadata=released.metadata)


def _said(text: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("stream", name="stdout", text=textwrap.fill(text, 92))


def _cell(kind: str, source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source) if kind == "code" else nbformat.v4.new_markdown_cell(harmless(source))


def harmless(markdown: str) -> str:
    """Returns a text in which nothing is a tag, a link or a picture any more; all of it can still be read.

    nbgrader's pages do not use nbconvert's own way of cleaning.

    >>> from socioaffective.grading.gradebook import harmless
    >>> harmless("*So* <b>there</b> [see](javascript:run) $a<b$")
    '*So* < b>there< /b> [see] (javascript:run) $a< b$'
    """
    return markdown.replace("<", "< ").replace("](", "] (").replace("]:", "] :")


def settle(course: Course, name: str) -> list[dict[str, Any]]:
    """Returns a row for each student with what they have for a set, penalties for being late taken off."""
    rows = []
    with opened(course) as gradebook:
        points = gradebook.find_assignment(name).max_score
        sent = {s.student.id: s for s in gradebook.assignment_submissions(name)}
        for student in course.roster.values():
            mine = sent.get(student.id)
            raw = mine.score if mine else 0.0
            penalty = course.penalty(name, sent_at(course, name, student.id), raw) if mine else 0.0
            if mine:
                mine.notebooks[0].late_submission_penalty = penalty or None
            got = {"set": name, "points": points, "raw": raw, "penalty": penalty, "score": round(raw - penalty, 4)}
            rows.append(asdict(student) | got | {"waiting": "yes" if mine and mine.needs_manual_grade else ""})
        gradebook.db.commit()
    return rows


def feedback(course: Course, name: str) -> list[Path]:
    """Returns the pages that go back, one for each student, and beside them an archive of all of them."""
    from nbgrader.converters import GenerateFeedback
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    rows = {row["id"]: row for row in settle(course, name)}
    options = Config()
    options.CourseDirectory.root, options.CourseDirectory.assignment_id = str(course.root), name
    options.CourseDirectory.submitted_directory, options.CourseDirectory.course_id = "collected", course.root.name
    options.CourseDirectory.db_url = _database(course)
    with opened(course):
        converter = GenerateFeedback(coursedir=CourseDirectory(config=options), config=options)
        converter.log = logging.getLogger("nbgrader")
        converter.log.setLevel(logging.ERROR)
        converter.force = True
        converter.start()
    pages = [p for student in rows if (p := course.folder("feedback", student, name) / f"{name}.html").exists()]
    with zipfile.ZipFile(course.root / f"feedback-{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for page in pages:
            archive.write(page, f"{page.parent.parent.name}/{name}.html")
    return pages


def items_of(source: Path) -> list[Item]:
    """Returns the questions of a source notebook."""
    return outline(nbformat.read(source, as_version=4))
