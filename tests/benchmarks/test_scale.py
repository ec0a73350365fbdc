"""How long one pass over many people takes, and with how much memory: `python -m pytest -o addopts= tests/benchmarks -k scale`.

`SOCIOAFFECTIVE_MOST` is how many people the largest measurement has; the page on scale was written from a run with 1000000.
"""

import json
import os
import subprocess
import sys

import pytest

MOST = int(os.environ.get("SOCIOAFFECTIVE_MOST", 100_000))
# Each in a process of its own, so that its memory is its own.
ONE_PASS = """
import json, resource, sys, time
import socioaffective as sa
size, against = int(sys.argv[1]), sys.argv[2] == "with"
life = sa.models.ecosystem
sa.backend("machine")
options = {"cues": 0.5, "against": "no assistant" if against else None}
sa.summarise(life, sa.population(life, 2000, **sa.spreads.everyone()), 4, **options)
people = sa.population(life, size, seed=1, **sa.spreads.everyone())
began, worked = time.perf_counter(), time.process_time()
found = sa.summarise(life, people, 104, **options)
seconds, processor = time.perf_counter() - began, time.process_time() - worked
# Kilobytes, but for macOS, where they are bytes.
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"seconds": seconds, "processor": processor, "memory": memory, "people": found.attrs["people"]}))
"""


def one_pass(size, against):
    command = [sys.executable, "-c", ONE_PASS, str(size), "with" if against else "without"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.parametrize("against", [True, False], ids=["against the same people without", "alone"])
def test_scale(against, capsys):
    sizes = [size for size in (10_000, 100_000, 1_000_000) if size <= MOST]
    found = {size: one_pass(size, against) for size in sizes}
    each = {size: run["seconds"] / size for size, run in found.items()}
    with capsys.disabled():
        print(f"\n{'people':>10}{'seconds':>10}{'people/s':>10}{'per CPU-s':>10}{'memory':>10}{'a person':>10}")
        for size, run in found.items():
            speeds = f"{size / run['seconds']:10,.0f}{size / run['processor']:10,.0f}"
            print(f"{size:10,}{run['seconds']:10.1f}{speeds}{run['memory'] / 1e6:7,.0f} MB{each[size] / each[sizes[0]]:9.2f}x")
    assert all(run["people"] == size and run["memory"] < 1e9 for size, run in found.items())
