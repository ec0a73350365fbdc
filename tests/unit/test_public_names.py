"""Every public name says what it returns and shows it in an example, which the doctests run."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import socioaffective as sa
from socioaffective.book.catalogue import public
from socioaffective.models import CATALOGUE


@pytest.mark.parametrize(("name", "thing"), list(public()), ids=lambda v: v if isinstance(v, str) else "")
def test_a_public_name_has_a_docstring_with_an_example(name, thing):
    text = inspect.getdoc(thing)
    assert text and ">>>" in text, name
    assert text.splitlines()[0].endswith((".", ".)")) or len(text.splitlines()[0]) > 60


def test_models_can_be_had_by_name_and_in_turn():
    titles = [model.title for model in sa.models]
    assert len(titles) == len(sa.models) and sa.models.companion is sa.models["companion"]
    assert {"Mirror", "Co-construction", "Sphere", "Companion"} <= set(titles)


def test_every_file_that_makes_a_model_is_in_the_catalogue():
    files = Path(sa.models.__file__).parent.glob("*.py")
    made = {p.stem for p in files if re.search(r"^\w+ = (Model|compose)\(", p.read_text(encoding="utf-8"), re.MULTILINE)}
    assert len(made) > 5 and made <= set(CATALOGUE)


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, socioaffective; print([m for m in ('numpy', 'sympy', 'scipy', 'altair', 'pandas') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
