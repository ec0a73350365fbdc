"""The package explains itself: imports go downwards, no file and no function is longer than one can keep in mind."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "socioaffective"
# From the ground up: each may import what stands before it, and itself.
LAYERS = """
checks aggregates quantities expressions typeset model_card model composition compile integrate shares objectives spreads
models policies machine theme javascript simulation dynamics control views populations worlds oversight trials claims figures
explorer publish exercises grading book
""".split()  # noqa: SIM905
# A policy that plans is made when one asks for it.
UPWARDS = {("policies", "control")}
TREES = {
    path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8"))
    for path in [*PACKAGE.rglob("*.py"), *ROOT.glob("tests/**/*.py")]
    if "node_modules" not in path.parts
}


def imported(tree):
    """Returns the parts of the package that a file imports, wherever in the file that happens."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "socioaffective":
            parts = node.module.split(".")
            yield from parts[1:2] or [alias.name for alias in node.names]


def test_every_part_has_its_layer():
    parts = {p.stem for p in PACKAGE.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert parts - {"__init__"} == set(LAYERS)


def test_imports_go_downwards():
    upwards = {
        (layer, other, str(path))
        for path, tree in TREES.items()
        if path.parts[0] == "socioaffective" and (layer := path.parts[1].removesuffix(".py")) in LAYERS
        for other in set(imported(tree)) & set(LAYERS[LAYERS.index(layer) + 1 :])
        if (layer, other) not in UPWARDS
    }
    assert not upwards


def test_no_file_is_long():
    assert not {str(path) for path in TREES if len((ROOT / path).read_text(encoding="utf-8").splitlines()) > 400}


def test_every_function_fits_on_a_screen():
    """Docstrings do not count: they are read elsewhere too."""
    long = {}
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                said = ast.get_docstring(node, clean=False) or ""
                if (length := node.end_lineno - node.lineno + 1 - len(said.splitlines())) > 60:
                    long[f"{path}: {node.name}"] = length
    assert not long
