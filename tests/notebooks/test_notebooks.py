"""Every notebook has been run, and every student's copy is what its source makes it."""

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import socioaffective as sa
from socioaffective.exercises.release import student_copy
from socioaffective.explorer.refresh import stale

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("exercises/*/*.ipynb")])
SETS = sorted(path.parent for path in ROOT.glob("exercises/*/source.ipynb"))
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: str(p.relative_to(ROOT)))
every_set = pytest.mark.parametrize("folder", SETS, ids=lambda p: p.name)


def code_cells(path):
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def bank(folder):
    spec = importlib.util.spec_from_file_location(f"bank_{folder.name}", folder / "bank.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def questions():
    return [(folder.name, number) for folder in SETS for number in range(1, sa.exercises.count(folder.name) + 1)]


@every_notebook
def test_every_code_cell_was_run_in_order(path):
    """nbval skips a cell that was never run, so such a cell would hide."""
    cells = code_cells(path)
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))


@every_notebook
def test_a_code_cell_is_short_and_imports_only_what_the_lesson_is_about(path):
    for cell in code_cells(path):
        assert len(cell.source.replace("### BEGIN SOLUTION\n", "").replace("### END SOLUTION", "").splitlines()) <= 10
        for node in ast.walk(ast.parse(cell.source)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            assert {n.split(".")[0] for n in names} <= {"socioaffective", "numpy", "sympy", "altair", "xarray"}


@every_notebook
def test_no_cell_ended_in_an_error_or_a_warning(path):
    for cell in code_cells(path):
        assert all(o.output_type != "error" and o.get("name") != "stderr" for o in cell.outputs)


@every_notebook
def test_saved_explorers_carry_the_present_code(path):
    """Otherwise: python -m socioaffective.explorer.refresh notebooks/*.ipynb exercises/*/*.ipynb."""
    assert not list(stale(nbformat.read(path, as_version=4)))


@every_notebook
def test_explorers_add_little_to_a_notebook(path):
    """All that is saved of them, the code that they share included."""
    assert len(json.dumps(nbformat.read(path, as_version=4).metadata.get("widgets", {}))) < 300_000


@every_notebook
def test_every_figure_says_what_it_shows(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            data = output.get("data", {})
            if "application/vnd.vegalite.v5+json" in data:
                assert "image/png" in data and len(data["text/plain"]) > 60
                assert "without a description" not in data["text/plain"]


def test_the_chapters_have_what_the_readme_says():
    readme = (ROOT / "README.md").read_text()
    for path in ROOT.glob("notebooks/*.ipynb"):
        assert f"notebooks/{path.name}" in readme


@every_notebook
def test_links_lead_somewhere(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", cell.source):
                assert (path.parent / target).exists(), target


@every_set
def test_the_student_copy_is_fresh_and_holds_no_solution(folder):
    source = nbformat.read(folder / "source.ipynb", as_version=4)
    student = nbformat.read(folder / "student.ipynb", as_version=4)
    made = student_copy(source)
    assert [(c.cell_type, c.source) for c in student.cells] == [(c.cell_type, c.source) for c in made.cells]
    text = "\n".join(c.source for c in student.cells)
    assert "SOLUTION" not in text and "Solution" not in text
    assert text.count("= ...") == sa.exercises.count(folder.name)


@every_set
def test_solutions_get_full_marks_and_unsolved_copies_none(folder):
    for name, expected in (("source", "all visible checks passed"), ("student", "not answered yet")):
        verdicts = [
            c.outputs[0].data["text/plain"] for c in code_cells(folder / f"{name}.ipynb") if "exercises.check(" in c.source
        ]
        assert len(verdicts) == sa.exercises.count(folder.name)
        assert all(expected in v for v in verdicts)


@pytest.mark.parametrize(("name", "number"), questions())
def test_wrong_answers_fail_each_with_its_own_message(name, number):
    answers = bank(ROOT / "exercises" / name).WRONG[number]
    assert len(answers) >= 3
    for answer, words in answers:
        verdict = sa.exercises.check(name, number, answer)
        assert verdict.answered and not verdict.passed and words in verdict.message, verdict
    assert len({words for _, words in answers}) == len(answers)


@pytest.mark.parametrize(("name", "number"), questions())
def test_unusual_right_answers_pass(name, number):
    answers = bank(ROOT / "exercises" / name).RIGHT[number]
    assert answers
    for answer in answers:
        assert sa.exercises.check(name, number, answer).passed, answer


def run_nbval(path):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-o",
        "addopts=",
        "-p",
        "no:cacheprovider",
        "--nbval",
        "--nbval-current-env",
        str(path),
    ]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONHASHSEED": "0"}, cwd=path.parent)


def test_a_number_moved_by_one_per_cent_fails_the_figures(tmp_path):
    """Takes the tour's own figures, moves one parameter by 1 %, and leaves the stored outputs as they were."""
    tour = nbformat.read(ROOT / "notebooks" / "00_tour.ipynb", as_version=4)
    figures = [
        c
        for c in tour.cells
        if c.cell_type == "code"
        and ("figures." in c.source or "import socioaffective" in c.source)
        # Sensitivity cards are read, not computed.
        and "sensitivity" not in c.source
    ]
    for cell in figures:
        cell.source = re.sub(r"= (sa\.models\.\w+)$", r"= \1.replace(decay=0.26 * 1.01)", cell.source, flags=re.MULTILINE)
    assert sum("1.01" in cell.source for cell in figures) == 2
    changed = nbformat.v4.new_notebook(cells=figures, metadata=tour.metadata)
    nbformat.write(changed, tmp_path / "changed.ipynb")
    outcome = run_nbval(tmp_path / "changed.ipynb")
    assert outcome.returncode == 1
    assert f"{len(figures) - 1} failed, 1 passed" in outcome.stdout, outcome.stdout[-2000:]
