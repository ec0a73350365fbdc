"""Release: a student's copy of a set, made from its source notebook. Run as `python -m socioaffective.exercises.release`."""

from __future__ import annotations

import copy
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat

SOLUTION = re.compile(r"^### BEGIN SOLUTION\n.*?^### END SOLUTION\n?", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^## (\d+)\. (.+?) \*\((\d+) minutes, (.+?)\)\*$", re.MULTILINE)
RUBRIC = re.compile(r"\*Rubric, (\d+) points\.\*")
BLANK = "*Write your answer here.*"
# For what is seen when an answer is checked, and for what only a hidden check sees.
POINTS, FOR_HIDDEN = 5, 2


@dataclass(frozen=True)
class Item:
    """A question as its notebook has it: `number`, `title`, `minutes`, `objectives` served, `points`, the code of its `hidden`
    checks, and the `rubric` of one that a person marks."""

    number: int
    title: str
    minutes: int
    objectives: tuple[str, ...]
    points: int
    hidden: str = ""
    rubric: str = ""

    @property
    def cell(self) -> str:
        """Returns the id of the cell that carries the mark."""
        return f"argue_{self.number}" if self.rubric else f"check_{self.number}"


def outline(source: nbformat.NotebookNode) -> list[Item]:
    """Returns the questions of a source notebook, in order.

    Raises ValueError for a heading that does not say its minutes and objectives, and for a question with neither a check nor
    a rubric that says its points.

    >>> import nbformat
    >>> from socioaffective.exercises.release import outline
    >>> cells = [nbformat.v4.new_markdown_cell("## 1. Half *(5 minutes, objective 0.1)*"),
    ...          nbformat.v4.new_code_cell("sa.exercises.check('00_tour', 1, answer_1, student)")]
    >>> outline(nbformat.v4.new_notebook(cells=cells))
    [Item(number=1, title='Half', minutes=5, objectives=('0.1',), points=5, hidden='', rubric='')]
    """
    parts: list[list[nbformat.NotebookNode]] = []
    for cell in source.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            parts.append([])
        if parts:
            parts[-1].append(cell)
    return [_item(cells) for cells in parts]


def _item(cells: list[nbformat.NotebookNode]) -> Item:
    head = cells[0].source.splitlines()[0]
    found = HEADING.match(head)
    objectives = tuple(re.findall(r"\b(?:\d+|[A-Z])\.\d\b", found[4])) if found else ()
    if not found or not objectives:
        raise ValueError(f"A heading is written '## 3. Title *(8 minutes, objective 2.1)*', not '{head}'.")
    number = int(found[1])
    rubric = next((m for c in cells if (m := RUBRIC.search(c.source))), None)
    checked = any(f"{number}, answer_{number}" in c.source for c in cells if "exercises.check(" in c.source)
    if checked == bool(rubric):
        raise ValueError(f"Question {number} needs either a check of answer_{number} or a rubric, '*Rubric, 6 points.* ...'.")
    hidden = "\n".join(c.source for c in cells if "hidden" in c.metadata.get("tags", []))
    points, text = (int(rubric[1]), rubric.string) if rubric else (POINTS, "")
    return Item(number, found[2], int(found[3]), objectives, points, hidden, text)


def student_copy(source: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Returns the notebook without solutions, hidden checks and outputs, its cells marked as nbgrader knows them.

    >>> import nbformat
    >>> from socioaffective.exercises.release import student_copy
    >>> cell = nbformat.v4.new_code_cell("answer_1 = ...\\n### BEGIN SOLUTION\\nanswer_1 = 42\\n### END SOLUTION")
    >>> made = student_copy(nbformat.v4.new_notebook(cells=[cell])).cells[0]
    >>> made.source, made.metadata["nbgrader"]["grade_id"]
    ('answer_1 = ...', 'answer_1')
    """
    notebook = copy.deepcopy(source)
    notebook.cells = [c for c in notebook.cells if not {"solution", "hidden"} & set(c.metadata.get("tags", []))]
    points = {item.cell: item.points for item in outline(source)}
    question = 0
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if found := HEADING.match(cell.source):
            question = int(found[1])
        if cell.cell_type == "code":
            if found := re.search(r"^answer_(\d+) = \.\.\.", cell.source, re.MULTILINE):
                cell.metadata["nbgrader"] = _mark(f"answer_{found[1]}", solution=True)
            elif "exercises.check(" in cell.source:
                cell.metadata["nbgrader"] = _mark(f"check_{question}", points=points[f"check_{question}"], locked=True)
            cell.source = SOLUTION.sub("", cell.source).rstrip()
            cell.outputs, cell.execution_count = [], None
        elif cell.source.strip() == BLANK:
            cell.metadata["nbgrader"] = _mark(f"argue_{question}", points=points[f"argue_{question}"], solution=True)
    notebook.metadata.pop("widgets", None)
    return notebook


def _mark(name: str, points: int | None = None, solution: bool = False, locked: bool = False) -> dict:
    mark = {"grade_id": name, "grade": points is not None, "solution": solution, "locked": locked, "task": False}
    return mark | {"schema_version": 3} | ({} if points is None else {"points": points})


def same(one: nbformat.NotebookNode, other: nbformat.NotebookNode) -> bool:
    """Returns whether two notebooks ask the same, whatever they have computed.

    >>> import nbformat
    >>> from socioaffective.exercises.release import same
    >>> same(nbformat.v4.new_notebook(), nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]))
    False
    """
    asked = [[(c.cell_type, c.source, c.metadata.get("nbgrader")) for c in notebook.cells] for notebook in (one, other)]
    return asked[0] == asked[1]


def main(*names: str) -> None:
    """Writes `student.ipynb` beside `source.ipynb` in the sets that are named, or in all, and the tables of the guide."""
    from socioaffective.exercises.guide import refreshed

    folder = Path("exercises")
    for path in sorted(folder.glob("*/source.ipynb")):
        made, target = student_copy(nbformat.read(path, as_version=4)), path.with_name("student.ipynb")
        # One that is as it should be keeps its outputs.
        if (not names or path.parent.name in names) and not (target.exists() and same(nbformat.read(target, 4), made)):
            nbformat.write(made, target)
            print(f"{path} -> {target.name}")
    guide = folder / "README.md"
    guide.write_text(refreshed(guide.read_text(encoding="utf-8"), folder, Path("notebooks")), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
