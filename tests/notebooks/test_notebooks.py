"""Every notebook has been run, and shows what it should."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from socioaffective.explorer.refresh import stale

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("exercises/*/*.ipynb")])
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: str(p.relative_to(ROOT)))


def code_cells(path):
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


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
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in ROOT.glob("notebooks/*.ipynb"):
        assert f"notebooks/{path.name}" in readme


@every_notebook
def test_links_lead_somewhere(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", cell.source):
                assert (path.parent / target).exists(), target


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
