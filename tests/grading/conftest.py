"""Where students' code cannot be shut in, or nbgrader is missing, a test says so; where it must be there, it fails."""

import importlib.util
import os

import pytest

from socioaffective.grading import sandbox

REQUIRED = "SOCIOAFFECTIVE_REQUIRE_SANDBOX"


def _lacking(reason):
    if os.environ.get(REQUIRED):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shut_in():
    try:
        sandbox.ready()
    except sandbox.Unfit as unfit:
        _lacking(str(unfit))


@pytest.fixture(scope="session")
def nbgrader():
    if importlib.util.find_spec("nbgrader") is None:
        _lacking("nbgrader is not installed: python -m pip install -r exercises/requirements.txt")
