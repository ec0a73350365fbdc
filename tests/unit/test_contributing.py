"""What contributors are told exists: tests, files, commands, and the Pythons that the checks run on; who made what."""

import ast
import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml

import socioaffective as sa

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOWS = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob(".github/workflows/*.yml"))
}
SPANS = re.findall(r"```bash\n(.+?)```|`([^`]+)`", GUIDE, re.DOTALL)
CODE = [line for pair in SPANS for span in pair for line in span.splitlines()]
# What a command makes, and what a reader names.
MADE = re.compile(r"^\.venv/|^build/|NAME|NN_name")
PATH = re.compile(r"(?=.*\w\w/|.*\.(md|toml|txt|yml)$)[\w.*][\w./*-]*")


def words(line):
    """Returns the words of a command, without the quotes and brackets around them."""
    return [part for word in re.split(r"[\s|;&<>()]+", line) for part in [word.strip("'\"`,")] if part]


def paths(lines):
    return {word for line in lines for word in words(line) if PATH.fullmatch(word) and not MADE.search(word)}


def modules(lines):
    return {name for line in lines for name in re.findall(r"-m ([\w.]+)", line)}


def missing(lines):
    """Returns the files and the modules that some commands name and that are not there."""
    files = {path for path in paths(lines) if not list(ROOT.glob(path.rstrip("/")))}
    return files | {name for name in modules(lines) if not runs(name)}


def runs(module):
    """Returns whether `python -m` finds a module, or in a package what it runs."""
    try:
        spec = importlib.util.find_spec(module)
        return bool(spec) and (spec.submodule_search_locations is None or bool(importlib.util.find_spec(f"{module}.__main__")))
    except ModuleNotFoundError:
        return False


def steps(name):
    return [step for job in WORKFLOWS[name]["jobs"].values() for step in job["steps"]]


def version(text):
    return tuple(map(int, text.split(".")))


def test_every_test_that_is_named_exists():
    named = set(re.findall(r"(tests/[\w/]+\.py)::(\w+)", GUIDE))
    assert len(named) > 10
    for path, name in named:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{path}::{name}"


def test_every_file_and_command_that_is_named_exists():
    assert {"tests/browser", "socioaffective/claims/needs.py", "requirements.txt", ".ci/run"} <= paths(CODE)
    assert {"pytest", "socioaffective.claims.cards"} <= modules(CODE)
    assert not missing(CODE)
    for target in re.findall(r"\]\(([^)#]+)", re.sub(r"`+[^`]+`+", "", GUIDE)):
        assert (ROOT / ".github" / target).exists(), target


def test_what_is_missing_would_be_found():
    lines = [
        "python -m socioaffective.nowhere notebooks/*.ipynb",
        "bash .ci/walk",
        "python -m socioaffective.claims",
        "see gone.md",
    ]
    assert missing(lines) == {"socioaffective.nowhere", ".ci/walk", "socioaffective.claims", "gone.md"}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_names_only_what_exists(name):
    lines = [line for step in steps(name) for line in step.get("run", "").splitlines()]
    assert lines and not missing(lines)
    for step in steps(name):
        assert re.fullmatch(r"actions/[\w-]+@v\d+", step.get("uses", "actions/none@v1")), step
    # Whatever writes says so in its own job.
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}


def test_the_checks_run_on_every_python_that_is_promised():
    promised = [c.split(" :: ")[-1] for c in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", c)]
    matrix = WORKFLOWS["checks"]["jobs"]["commands"]["strategy"]["matrix"]
    assert matrix["python"] == promised == sorted(promised, key=version)
    assert PROJECT["requires-python"] == f">={promised[0]}"
    first, last = version(promised[0]), version(promised[-1])
    assert len(promised) == last[1] - first[1] + 1
    assert f"Python {promised[0]} to {promised[-1]}" in README
    assert {system.partition("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}
    # Where nothing may be skipped, and where the book opens in a browser.
    assert steps("checks")[-1]["run"] == "bash .ci/run"
    strict = next(step["with"] for step in WORKFLOWS["checks"]["jobs"]["everything"]["steps"] if "with" in step)
    assert strict["python-version"] == promised[0]
    assert (ROOT / ".binder" / "runtime.txt").read_text(encoding="utf-8").strip() in {f"python-{v}" for v in promised}


def test_the_readme_has_the_two_commands_that_the_checks_run():
    lines = [
        line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("python3 -m venv ")
    ]
    assert len(lines) == 2 and " --ServerApp" in lines[0] and lines[0].endswith(".ipynb") and lines[1].endswith("pytest")


def test_all_say_the_same_of_who_made_what():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (cited["version"], cited["license"]) == (sa.__version__, PROJECT["license"])
    assert (cited["abstract"], cited["keywords"]) == (PROJECT["description"], PROJECT["keywords"])
    assert [{"name": author["name"]} for author in cited["authors"]] == PROJECT["authors"]
    terms = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert terms.startswith("BSD 3-Clause License") and PROJECT["license"] == "BSD-3-Clause"
    assert all(author["name"].removeprefix("The ") in terms for author in PROJECT["authors"])
