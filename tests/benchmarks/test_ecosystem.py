"""Benchmarks, run on demand: two years of many people in the ecosystem by the library and by its yardsticks.

`python -m pytest -o addopts= tests/benchmarks` measures each program and prints a table of ratios. Every program gets the
same people and tolerances, and writes all states at whole weeks into an array that is there already.
"""

import os
import statistics
import time
from functools import partial

import library
import numpy as np
import pytest
import yardsticks
from yardsticks import InC, Task, blocked, looped

import socioaffective as sa
from socioaffective.compile import rates

# Steps a week with which Runge and Kutta's method is right to 1e-6, as tested below.
SUBSTEPS = 8
ROUNDS = 7
SIZES = {"library": library.SIZE, "C": 16384, "NumPy": 8192, "solve_ivp": 64}


@pytest.fixture(scope="module")
def in_c(tmp_path_factory):
    try:
        return InC(tmp_path_factory.mktemp("c"))
    except FileNotFoundError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def few():
    """Thirty-two people and their runs to about eleven digits."""
    task = Task(32)
    return task, looped(task, task.room(), "DOP853", 1e-12, 1e-13)


def error(few, program, *more):
    task, exact = few
    return np.abs(program(task, task.room(), *more) - exact).max()


def test_rates_by_hand_are_the_librarys():
    model, draw = sa.models.ecosystem, np.random.default_rng(0)
    compiled = rates(model)
    for _ in range(100):
        y = [draw.uniform(*quantity.bounds) for quantity in model.states.values()]
        p = {name: draw.uniform(*quantity.bounds) for name, quantity in model.settings.items()}
        np.testing.assert_allclose(yardsticks.rates_of(p)(0.0, y), compiled(y, list(p.values())), rtol=0, atol=1e-12)


# A local error of 1e-6 a step adds up over a run; five to eight times as much was seen.
@pytest.mark.parametrize("method", ["RK45", "LSODA"])
def test_loop_is_right(few, method):
    assert error(few, looped, method) < 2e-5


def test_library_is_right(few):
    assert error(few, library.simulated) < 2e-5


def test_numpy_is_right_with_the_longest_step_that_will_do(few):
    assert error(few, blocked, SUBSTEPS) < 1e-6 < error(few, blocked, SUBSTEPS - 2)


def test_c_is_right_whatever_the_threads(few, in_c):
    assert error(few, in_c) < 2e-5
    # Levers that rest in the benchmark, and more people than one thread takes at a time.
    task = Task(200, seed=2)
    task.settings.update(steering=0.4, accommodation=0.3, endorsement=0.2, anchor=-0.3)
    task.start.update(preference=0.2, offer=-0.1)
    one, two = (in_c(task, task.room(), threads) for threads in (1, 2))
    assert np.array_equal(one, two)
    assert np.abs(one - looped(task, task.room(), "DOP853", 1e-10, 1e-11)).max() < 2e-5


HERE = {("library", threads): partial(library.simulated, threads=threads) for threads in library.THREADS} | {
    ("NumPy", 1): partial(blocked, substeps=SUBSTEPS),
    ("solve_ivp", 1): partial(looped, method="LSODA"),
}


@pytest.fixture(scope="module")
def everybody():
    return {name: (task := Task(size), task.room()) for name, size in SIZES.items()}


def measured(benchmark, program, task, out):
    benchmark.pedantic(program, (task, out), rounds=5, warmup_rounds=1)
    benchmark.extra_info["people a second"] = round(task.size / benchmark.stats.stats.median)
    assert np.isfinite(out).all()


@pytest.mark.parametrize("which", HERE, ids=lambda which: f"{which[0]}-{which[1]}")
def test_speed(benchmark, everybody, which):
    measured(benchmark, HERE[which], *everybody[which[0]])


@pytest.mark.parametrize("threads", [1, 2])
def test_speed_of_c(benchmark, everybody, in_c, threads):
    measured(benchmark, partial(in_c, threads=threads), *everybody["C"])


def test_ratios(everybody, in_c, capsys):
    """Prints how the programs compare. They take turns, so that what else runs here slows all of them alike."""
    programs = {**HERE, **{("C", threads): partial(in_c, threads=threads) for threads in (1, 2)}}
    wall, own = ({key: [] for key in programs} for _ in range(2))
    for turn in range(ROUNDS + 1):
        for key, program in programs.items():
            task, out = everybody[key[0]]
            began, worked = time.perf_counter(), time.process_time()
            program(task, out)
            if turn:
                wall[key].append(task.size / (time.perf_counter() - began))
                own[key].append(task.size / (time.process_time() - worked))
    over = lambda speeds, a, b: statistics.median(x / y for x, y in zip(speeds[a], speeds[b], strict=True))  # noqa: E731
    against = [("C", 2), ("C", 1), ("solve_ivp", 1)]
    heads = ["people/s", "per CPU-s", *(f"{name}, {threads}" for name, threads in against), "CPU: C, 1"]
    lines = [f"{'program':10}{'threads':>8}" + "".join(f"{head:>14}" for head in heads)]
    for key in programs:
        cells = [statistics.median(wall[key]), statistics.median(own[key])]
        cells += [over(wall, key, other) for other in against] + [over(own, key, ("C", 1))]
        lines.append(f"{key[0]:10}{key[1]:8}" + "".join(f"{cell:14,.4g}" if cell < 1e3 else f"{cell:14,.0f}" for cell in cells))
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors" if hasattr(os, "getloadavg") else ""
    with capsys.disabled():
        print("", f"Medians of {ROUNDS} turns, {load}; columns with a name are ratios to that program.", *lines, sep="\n")
        print(f"C: {in_c.steps[0] / SIZES['C']:.1f} steps a person kept, {in_c.steps[1] / SIZES['C']:.1f} repeated.")
    # An opponent that is no faster than this would not be worth beating.
    assert over(own, ("C", 1), ("solve_ivp", 1)) > 100 and over(own, ("C", 1), ("NumPy", 1)) > 10
