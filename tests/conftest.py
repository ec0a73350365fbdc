"""What every test and every notebook kernel runs under."""

import os
import re

import hypothesis
import pytest

# SymPy's order of terms can follow the hash seed; the kernels that check the notebooks inherit this one.
os.environ["PYTHONHASHSEED"] = "0"
# Which back end answers is then not a matter of what has been compiled meanwhile.
os.environ.setdefault("SOCIOAFFECTIVE_BACKEND", "by size")

hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=60)
hypothesis.settings.load_profile("repeatable")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Keeps together, on one processor, what shares work: a notebook's cells, a file's tests, those on one set of exercises."""
    for item in items:
        file, _, name = item.nodeid.partition("::")
        own = re.search(r"\[([\w-]+)\]$", name) if file.endswith("test_exercises.py") else None
        item.add_marker(pytest.mark.xdist_group(f"{file} {own[1].split('-')[0]}" if own else file))
