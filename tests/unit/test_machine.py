"""Machine code: the same numbers as SciPy's, whoever else is run, and nobody poisoned by anybody."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import sympy
from own_models import EVERY, title

import socioaffective as sa
from socioaffective.compile import rates
from socioaffective.integrate import floors
from socioaffective.machine import backends, build
from socioaffective.machine.backends import using
from socioaffective.machine.lanes import WIDTH
from socioaffective.machine.running import BLOCK, run, stops_of
from socioaffective.machine.source import UnwritableError, written
from socioaffective.simulation.runs import simulate

COMPANION, LIFE = sa.models.companion, sa.models.ecosystem
SMOOTH = [m for m in EVERY if m.clock == "continuous" and not m.noise]
CLOSED = [sa.policies.climber().on(COMPANION), sa.policies.climber().on(LIFE)]
each = pytest.mark.parametrize("model", [*SMOOTH, *CLOSED], ids=title)


def everybody(model, count, seed=0):
    """States and settings anywhere in their bounds, shape (names, people)."""
    rng = np.random.default_rng(seed)
    draw = lambda table: np.array([rng.uniform(*q.bounds, count) for q in table.values()]).reshape(len(table), count)  # noqa: E731
    return draw(model.states), draw(model.settings)


def integrated(model, y, p, times, relative=1e-9, changes=None, events=()):
    function = build.built(model, events)
    tolerances = floors(model.states.values()), relative
    return run(function, y, p, times, stops_of(model, changes or {}, times[-1]), tolerances, len(events))


def rates_by_machine(model, y, p):
    """Right-hand sides as machine code computes them, for a whole number of lanes of people."""
    space = {}
    exec(compile(written(model).split("@njit\ndef measures")[0], "model", "exec"), space)
    states, settings = y.shape[0], p.shape[0] + space["CONSTANTS"]
    found = np.empty_like(y)
    for first in range(0, y.shape[1], WIDTH):
        w = np.zeros((2 * states + settings) * WIDTH)
        w[: states * WIDTH] = y[:, first : first + WIDTH].ravel()
        w[states * WIDTH : (states + len(p)) * WIDTH] = p[:, first : first + WIDTH].ravel()
        space["prepare"](w, states * WIDTH)
        space["rates"](w, 0, states * WIDTH, (states + settings) * WIDTH)
        found[:, first : first + WIDTH] = w[-states * WIDTH :].reshape(states, WIDTH)
    return found


@each
def test_rates_are_those_of_the_symbols(model):
    y, p = everybody(model, 64)
    expected = rates(model, "array")(y, p)
    assert rates_by_machine(model, y, p) == pytest.approx(expected, abs=1e-12 * max(1, np.abs(expected).max()))


@each
def test_runs_agree_with_scipy(model):
    weeks = 3 if model.title == "Lorenz" else 52
    name, q = next(iter(model.states.items()))
    start = {name: np.linspace(*q.bounds, 6)[1:-1]}
    runs = []
    for which in ("scipy", "machine"):
        with using(which):
            runs.append(simulate(model, weeks, start))
    for state in model.states:
        # Both keep to 1e-9 a step; where equations switch, as a climber's do at a bound, and in chaos, that grows.
        assert runs[0][state].values == pytest.approx(runs[1][state].values, abs=1e-5 if model.title == "Lorenz" else 1e-6)


def test_the_error_falls_with_the_tolerance():
    y, p = everybody(LIFE, 24, 3)
    times = np.array([0.0, 40.0, 104.0])
    exact = integrated(LIFE, y, p, times, 1e-12)[0]
    errors = [np.abs(integrated(LIFE, y, p, times, relative)[0] - exact).max() for relative in (1e-5, 1e-7, 1e-9)]
    assert errors[0] < 1e-3 and errors[1] < errors[0] / 10 and errors[2] < errors[1] / 10 and errors[2] < 1e-7


def test_a_person_has_the_same_bits_in_any_company():
    y, p = everybody(LIFE, 3 * BLOCK + 5)
    times = np.arange(0, 27.0)
    whole = integrated(LIFE, y, p, times)[0]
    for people in (slice(0, 1), slice(7, 20), slice(BLOCK - 3, BLOCK + 9), slice(2 * BLOCK + 1, None)):
        alone = integrated(LIFE, y[:, people], p[:, people], times)[0]
        assert alone.tobytes() == np.ascontiguousarray(whole[:, people]).tobytes() or np.array_equal(alone, whole[:, people])


def test_one_who_is_no_number_neither_hangs_nor_poisons_the_others():
    y, p = everybody(LIFE, 40)
    times = np.arange(0, 53.0)
    sound = integrated(LIFE, y, p, times)[0]
    sick = y.copy()
    sick[3, 11], p_sick = np.nan, p.copy()
    p_sick[5, 29] = np.inf
    path, failed, _ = integrated(LIFE, sick, p_sick, times)
    assert np.flatnonzero(failed).tolist() == [11, 29]
    others = np.setdiff1d(np.arange(40), [11, 29])
    assert np.array_equal(path[:, others], sound[:, others]) and not np.isfinite(path[:, [11, 29]]).all(axis=(0, 2)).any()


def test_growth_without_bound_and_poles_are_failures_and_end():
    x = sa.state("x", start=0.5, bounds=(0, 100))
    k = sa.parameter("k", 1.0, (-10, 10))
    blow_up = sa.Model("Blow-up", {x: k * x**2})
    path, failed, _ = integrated(blow_up, np.array([[0.5, 0.5]]), np.array([[1.0, -1.0]]), np.array([0.0, 1.0, 5.0]))
    assert failed[0] > 0 and failed[1] == 0 and np.isnan(path[0, 0, -1])
    assert path[0, 1, -1] == pytest.approx(0.5 / (1 + 0.5 * 5), abs=1e-8)
    with using("machine"), pytest.raises(RuntimeError, match=r"near time 1\.99"):
        simulate(blow_up, 5, {"x": [0.5, 0.01]})


def test_stiff_people_are_left_to_scipy():
    x = sa.state("x", start=1.0)
    k = sa.parameter("k", 1.0, (0, 1e7))
    model = sa.Model("Stiff", {x: k * (0.5 - x)})
    with using("machine"):
        run = simulate(model, 100, dt=50, k=np.array([1.0, 1e7]))
    assert run["x"].values[-1] == pytest.approx([0.5, 0.5], abs=1e-8)


def test_changes_and_events_are_as_scipy_has_them():
    ties, wanting = COMPANION.symbols["ties"], COMPANION.symbols["wanting"]
    options = {
        "dt": 1,
        "start": {"ties": np.linspace(0.2, 0.9, 6)},
        "policy": sa.policies.schedule(cues={0: 0.9, 30.3: 0.2, 60: 0.8}),
        "interventions": {50: {"ties": 0.7}, 20.5: {"access": 0.5}, 104: {"wanting": 0.3}},
        "events": {"low": ties - 0.3, "drawn": wanting - 0.2, "lifted": ties - 0.6},
    }
    runs = []
    for which in ("scipy", "machine"):
        with using(which):
            runs.append(simulate(COMPANION, 104, **options))
    for name in runs[0].data_vars:
        # SciPy's path finds a crossing on a cubic between two points a fifth of a week apart.
        assert runs[0][name].values == pytest.approx(runs[1][name].values, abs=1e-6, nan_ok=True), name
    assert float(runs[1]["lifted"][0]) == 50.0 and np.isnan(runs[1]["low"].values[-1])


def test_a_line_that_is_crossed_twice_within_a_long_step_is_found():
    u, pace = sa.state("u", start=0, bounds=(0, 100)), sa.parameter("pace", 1.0, (0, 2))
    model, times = sa.Model("Steady", {u: pace}), []
    for which in ("scipy", "machine"):
        with using(which):
            run = simulate(model, 100, dt=100, events={"in": (u - 50.1) * (u - 51), "out": u - 33.3}, pace=[0.01, 0.8, 1])
        times.append([run["in"].values, run["out"].values])
    assert np.array(times[0]) == pytest.approx(np.array(times[1]), abs=1e-9, nan_ok=True)
    assert times[1][0][1:] == pytest.approx([50.1 / 0.8, 50.1])


def test_policies_that_take_turns_run_in_machine_code_too():
    policy = sa.policies.cooled_off(sa.policies.climber(), at=26, weeks=4)
    event = {"low": COMPANION.symbols["ties"] - 0.3}
    runs = []
    for which in ("scipy", "machine"):
        with using(which):
            runs.append(simulate(COMPANION, 104, {"ties": [0.3, 0.6]}, policy, dt=1, events=event))
    for name in runs[0].data_vars:
        assert runs[0][name].values == pytest.approx(runs[1][name].values, abs=1e-6, nan_ok=True), name


def test_one_person_one_time_and_nobody():
    y, p = everybody(COMPANION, 1)
    path, failed, _ = integrated(COMPANION, y, p, np.array([0.0]))
    assert np.array_equal(path[..., 0], y) and not failed.any()
    path, failed, _ = integrated(COMPANION, y[:, :0], p[:, :0], np.array([0.0, 1.0]))
    assert path.shape == (2, 0, 2) and failed.shape == (0,)


FUNCTIONS = [
    *(sympy.exp, sympy.log, sympy.sin, sympy.cos, sympy.tanh, sympy.sinh, sympy.cosh, sympy.sqrt, sympy.Abs),
    *(sympy.floor, sympy.ceiling, sa.logistic, lambda u: u**3, lambda u: u**-2, lambda u: u**1.7, lambda u: sympy.pi),
    *(lambda u: sympy.Max(u, 0.5, 0.6), lambda u: sympy.Min(u, 0.5), lambda u: u + sympy.exp(2)),
    lambda u: sympy.Piecewise((u, u < 0.5), (1 - u, (u > 0.6) & (u < 0.8)), (u**2, True)),
]


def test_functions_are_computed_as_by_numpy():
    states = [sa.state(f"x{k}", start=0.5, bounds=(0.05, 3)) for k in range(len(FUNCTIONS))]
    model = sa.Model("Functions", {x: function(x) for x, function in zip(states, FUNCTIONS, strict=True)})
    y = np.repeat(np.linspace(0.05, 3, 64)[None], len(states), axis=0)
    expected = rates(model, "array")(y, np.empty((0, 64)))
    for x, found, true in zip(model.equations.values(), rates_by_machine(model, y, np.empty((0, 64))), expected, strict=True):
        assert found == pytest.approx(true, rel=1e-13, abs=1e-14), x


def test_the_exponential_is_exact_everywhere_and_passes_on_what_is_no_number():
    from numba import njit

    from socioaffective.machine.lanes import exp, load, store

    @njit
    def each_of(w):
        for k in range(0, w.size, 8):
            store(w, k, exp(load(w, k)))

    values = np.concatenate([np.linspace(-707, 709, 8000), [np.nan, np.inf, -np.inf, 1000, -1000, 0, 1, -0.0]])
    found = values.copy()
    each_of(found)
    with np.errstate(over="ignore"):
        expected = np.exp(values)
    # Two units in the last place.
    assert found == pytest.approx(expected, rel=4.5e-16, abs=1e-307, nan_ok=True)


def test_a_model_that_machine_code_cannot_write_is_left_to_scipy():
    x = sa.state("x", start=0.5)
    model = sa.Model("Gamma", {x: sympy.erf(x) - x})
    with pytest.raises(UnwritableError):
        written(model)
    assert build.built(model) is None
    with using("machine"):
        assert simulate(model, 4)["x"].values[-1] > 0


X, A = sa.state("x", start=-0.5, bounds=(-2, 2)), sa.parameter("a", 2.0, (0, 3))
ODD = {
    "whole power that is a setting": -0.1 * X**A,
    "whole power in digits": 0.1 - X ** sympy.Float(2),
    "high power": -0.1 * X - X**9,
    "power of nothing": 0.1 * (X + 0.5) ** (A - 2),
    "negation": sympy.Piecewise((0.3 - X, sympy.Not(sympy.And(X > 0.3, A > 3))), (-X, True)),
}


@pytest.mark.parametrize("rate", ODD.values(), ids=ODD)
def test_odd_formulas_are_as_scipy_has_them(rate):
    runs = []
    for which in ("scipy", "machine"):
        with using(which):
            runs.append(simulate(sa.Model("Odd", {X: rate}), 2, {"x": [-0.5, 0.4]})["x"].values)
    model = sa.Model("Odd", {X: rate})
    found = integrated(model, np.array([[-0.5, 0.4]]), np.full((len(model.settings), 2), 2.0), np.array([0.0, 2.0]))
    assert not found[1].any()
    assert runs[0] == pytest.approx(runs[1], abs=1e-8)


def test_rates_and_events_share_what_is_made_of_settings_alone():
    b = sa.parameter("b", 1.5, (0, 3))
    both, other = sympy.exp(A * b), sympy.sin(A + b)
    model = sa.Model("Shared", {X: both * (1 - X) - both * X**3})
    events = {"one": other * X + other**2 * X**2, "two": both * X - both * X**2 - 0.1 * other}
    runs = []
    for which in ("scipy", "machine"):
        with using(which):
            runs.append(simulate(model, 2, {"x": [-0.5, 0.4]}, events=events, a=0.5))
    for name in runs[0].data_vars:
        assert runs[0][name].values == pytest.approx(runs[1][name].values, abs=1e-6, nan_ok=True), name


def test_a_power_that_is_not_real_is_left_to_scipy():
    model = sa.Model("Not real", {X: X * sympy.Integer(-1) ** sympy.Rational(1, 3)})
    with using("machine"), pytest.raises(RuntimeError, match="a rate is not real"):
        simulate(model, 2)


@pytest.mark.parametrize("name", ["auto", "by size", "scipy", "machine"])
def test_back_ends_are_chosen_by_name(name):
    before = sa.backend()
    assert sa.backend(name) == name == sa.backend() and sa.backend(before) == before


def test_unknown_back_ends_are_refused(monkeypatch):
    with pytest.raises(ValueError, match="Did you mean 'machine'"):
        sa.backend("machin")
    monkeypatch.setattr(backends, "_chosen", [])
    monkeypatch.setenv("SOCIOAFFECTIVE_BACKEND", "fast")
    with pytest.raises(ValueError, match="SOCIOAFFECTIVE_BACKEND"):
        sa.backend()


def test_by_size_a_few_are_left_to_scipy():
    with using("by size"):
        assert backends.integrator(COMPANION, backends.MANY - 1) is None
        assert backends.integrator(COMPANION, backends.MANY) is build.built(COMPANION)


COLD = """
import time, numpy as np, socioaffective as sa
from socioaffective.machine import build
m = sa.models.ties
start = {"ties": np.linspace(0.1, 0.9, 50)}
began = time.time()
sa.simulate(m, 20, start)
m2, waits = sa.models.companion, []
while build.ready(m2) is None and time.time() < began + 120:
    before = time.time()
    run = sa.simulate(m2, 20, dt=1)
    waits.append(time.time() - before)
    time.sleep(0.05)
assert waits and build.ready(m2) is not None
quick = sa.simulate(m2, 20, dt=1)
assert abs(quick["ties"] - run["ties"]).max() < 1e-8
print("answered", len(waits), "times; slowest", max(waits))
assert max(waits) < 2.5
"""


@pytest.mark.parametrize("state", ["cold", "warm"])
def test_a_cold_start_never_blocks_and_code_outlives_the_process(tmp_path_factory, state):
    folder = tmp_path_factory.getbasetemp() / "machine_cache"
    surroundings = os.environ | {"SOCIOAFFECTIVE_CACHE": str(folder), "SOCIOAFFECTIVE_BACKEND": "auto"}
    outcome = subprocess.run([sys.executable, "-c", COLD], env=surroundings, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stderr
    assert list(folder.rglob("*.nbc"))


def test_a_folder_that_cannot_be_written_to_is_done_without(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    code = "import socioaffective as sa; sa.backend('machine'); print(sa.simulate(sa.models.ties, 4).sizes['time'])"
    surroundings = os.environ | {"SOCIOAFFECTIVE_CACHE": str(file)}
    outcome = subprocess.run([sys.executable, "-c", code], env=surroundings, capture_output=True, text=True)
    assert outcome.returncode == 0 and outcome.stdout.strip() == "513", outcome.stderr


@pytest.mark.parametrize("kind", ["nbi", "nbc", "py"])
def test_what_is_damaged_on_the_disk_is_made_anew(tmp_path_factory, kind):
    folder = tmp_path_factory.getbasetemp() / "damaged_cache"
    code = "import socioaffective as sa; from socioaffective.machine import build; print(build.built(sa.models.ties) is None)"
    for _ in range(2):
        surroundings = os.environ | {"SOCIOAFFECTIVE_CACHE": str(folder)}
        outcome = subprocess.run([sys.executable, "-c", code], env=surroundings, capture_output=True, text=True)
        assert outcome.stdout.strip() == "False", outcome.stderr
        for file in folder.rglob(f"*.{kind}"):
            file.write_bytes(file.read_bytes()[:40])


def test_threads_that_ask_at_once_start_one_compilation(monkeypatch):
    started, gate = [], threading.Barrier(16)

    class Slow(threading.Thread):
        def __init__(self, **options):
            time.sleep(0.05)
            super().__init__(**options)

    monkeypatch.setattr(build, "_prepare", lambda model, events: started.append(events))
    monkeypatch.setattr(build.threading, "Thread", Slow)
    monkeypatch.setattr(build, "_begun", {})
    monkeypatch.setattr(build, "_loaded", {})

    def ask(_):
        gate.wait()
        return build.ready(COMPANION)

    with ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(ask, k) for k in range(16)]
    assert [answer.result() for answer in asked] == [None] * 16
    next(iter(build._begun.values())).join()
    assert started == [()]


def test_what_would_not_fit_is_refused_with_the_way_out():
    with pytest.raises(ValueError, match=r"10,000,000 people at 5,001 times would take some .* GB; .* sa.summarise"):
        simulate(LIFE, 100, {"ties": np.broadcast_to(0.5, 10_000_000)}, dt=0.02)
