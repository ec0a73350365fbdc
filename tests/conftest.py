"""What every test and every notebook kernel runs under."""

import os

import hypothesis

# SymPy's order of terms can follow the hash seed; the kernels that check the notebooks inherit this one.
os.environ["PYTHONHASHSEED"] = "0"

hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=60)
hypothesis.settings.load_profile("repeatable")
