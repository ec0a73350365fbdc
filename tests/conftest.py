"""What every test and every notebook kernel runs under."""

import os

import hypothesis

# SymPy's order of terms can follow the hash seed; the kernels that check the notebooks inherit this one.
os.environ["PYTHONHASHSEED"] = "0"
# Which back end answers is then not a matter of what has been compiled meanwhile.
os.environ.setdefault("SOCIOAFFECTIVE_BACKEND", "by size")
# Tests share the processors already.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=60)
hypothesis.settings.load_profile("repeatable")
