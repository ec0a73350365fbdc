"""What a page computes is what Python computes: the models as JavaScript, their runs and formulas."""

import json

import numpy as np
import pytest
import sympy
from node import answers, as_pairs, cases, defaults, draws, each
from scipy.integrate import solve_ivp

import socioaffective as sa
from socioaffective.aggregates import evaluate, evaluate_slope
from socioaffective.compile import compiled, jacobian, rates
from socioaffective.javascript import described, expression_body


def starts(model):
    return [q.start for q in model.states.values()]


def largest_terms(model, expressions, y, p):
    """The size of the largest term of each sum, at least of 1: what rounding is measured by."""
    result = []
    for expression in expressions:
        terms = compiled(model, sympy.Add.make_args(expression), "array")(y, p)
        result.append(np.maximum(1.0, np.abs(terms).max(axis=0)))
    return np.array(result).reshape(len(expressions), y.shape[1])


@each(cases())
def test_rates_observables_and_slopes_are_those_of_python(model):
    y, p = draws(model, 200)
    found = answers(model, valuesAt={"points": as_pairs(y, p)})["valuesAt"]
    n = len(model.states)
    for name, expressions in (("f", model.equations.values()), ("g", model.expressions.values()), ("J", list(model.jacobian))):
        expressions = tuple(expressions)
        if expressions:
            ours = np.array(found[name], dtype=float).T
            true = jacobian(model)(y, p).reshape(n * n, -1) if name == "J" else compiled(model, expressions, "array")(y, p)
            assert (np.abs(ours - true) <= 1e-12 * largest_terms(model, expressions, y, p)).all()


@each([m for m in cases() if m.clock == "continuous"])
def test_runs_are_those_of_python_over_the_whole_box(model):
    y, p = draws(model, 100, seed=1)
    times = np.linspace(0, 104, 27)
    options = {"rtol": 1e-10, "atol": 1e-12}
    found = answers(model, runs={"draws": as_pairs(y, p), "times": times.tolist(), "options": options})["runs"]
    field = rates(model)
    for k, run in enumerate(found):
        assert isinstance(run, list), run
        settings = p[:, k].tolist()
        # LSODA is as exact between its steps as at them, and stiff or not. Ten times tighter than what it is to judge.
        right = lambda t, s, settings=settings: field(s.tolist(), settings)  # noqa: E731
        true = solve_ivp(right, (0, 104), y[:, k], "LSODA", times, rtol=1e-11, atol=1e-13)
        assert true.success
        assert np.abs(np.reshape(run, (len(y), -1)) - true.y).max() < 1e-8


@pytest.mark.parametrize("width", [1e-9, 1e-3, 1.0, 1e9])
def test_a_run_is_as_exact_whatever_the_unit_of_its_state(width):
    amount = sa.state("amount", start=width / 10, bounds=(0, width))
    growth = sa.parameter("growth", 0.5, (0, 2), "1/week", "how fast it grows")
    model = sa.Model("Logistic", {amount: growth * amount * (1 - amount / width)})
    (found,) = answers(model, shownAt={"values": {}, "weeks": 20, "points": 101, "names": ["amount"]})["shownAt"]
    true = width / (1 + 9 * np.exp(-0.5 * np.linspace(0, 20, 101)))
    # The page's relative tolerance is 1e-6 a step.
    assert np.abs(np.array(found, dtype=float) - true).max() < 1e-5 * width


def test_a_quantity_may_have_a_name_that_every_javascript_object_has():
    amount = sa.state("constructor", start=0.2)
    growth = sa.parameter("toString", 0.5, (0, 2), "1/week", "how fast it grows")
    model = sa.Model("Logistic", {amount: growth * amount * (1 - amount)})
    (found,) = answers(model, shownAt={"values": {}, "weeks": 2, "points": 3, "names": ["constructor"]})["shownAt"]
    assert found == pytest.approx(sa.simulate(model, weeks=2, dt=1)["constructor"].values, abs=1e-6)


@each([m for m in cases() if m.clock == "discrete"])
def test_the_steps_of_a_map_are_those_of_python(model):
    y, p = draws(model, 100, seed=2)
    found = np.array(answers(model, runs={"draws": as_pairs(y, p), "steps": 104})["runs"]).reshape(100, len(y), -1)
    step, now = rates(model, "array"), y
    for k in range(105):
        assert np.abs(found[:, :, k].T - now).max() < 1e-12
        now = step(now, p)


def test_changes_on_the_way_are_those_of_a_run_with_interventions():
    model = sa.models.companion
    settings, states = list(model.settings), list(model.states)
    changes = [
        {"time": 20, "set": [[settings.index("cues"), 0.9]], "kind": "setting"},
        {"time": 52, "set": [[states.index("ties"), 0.1]], "kind": "state"},
        {"time": 52, "set": [[settings.index("access"), 0.5]], "kind": "setting"},
        {"time": 33.3, "set": [[settings.index("binding"), 2.0]], "kind": "setting"},
        {"time": 104, "set": [[states.index("wanting"), 0.5]], "kind": "state"},
    ]
    run = sa.simulate(model, cues=0.4, interventions={20: {"cues": 0.9}, 52: {"ties": 0.1, "access": 0.5},
                                                      33.3: {"binding": 2.0}, 104: {"wanting": 0.5}})  # fmt: skip
    times = run["time"].values
    ask = {"draws": [[starts(model), defaults(model, cues=0.4)]], "times": times.tolist(),
           "options": {"rtol": 1e-10, "atol": 1e-12, "changes": changes}}  # fmt: skip
    (found,) = answers(model, runs=ask)["runs"]
    for name, values in zip(states, np.reshape(found, (2, -1)), strict=True):
        # `simulate` itself holds 1e-9 a step.
        assert np.abs(values - run[name].values).max() < 1e-7


def test_a_map_changes_on_the_way_too():
    x, rate = sa.state("x", start=0.2), sa.parameter("rate", 2.5, (0, 4))
    model = sa.Model("Logistic map", {x: rate * x * (1 - x)}, clock="discrete")
    changes = [{"time": 4, "set": [[0, 3.2]], "kind": "setting"}, {"time": 7, "set": [[0, 0.9]], "kind": "state"}]
    (found,) = answers(model, runs={"draws": [[[0.2], [2.5]]], "steps": 12, "options": {"changes": changes}})["runs"]
    run = sa.simulate(model, weeks=12, interventions={4: {"rate": 3.2}, 7: {"x": 0.9}})
    assert found == pytest.approx(run["x"].values.tolist(), abs=1e-12)


def test_a_step_that_is_tolerated_more_is_less_exact_and_less_is_more():
    model = sa.models.ecosystem
    times = np.linspace(0, 104, 14).tolist()
    point = [[starts(model), defaults(model, cues=0.8, steering=0.5)]]
    true, *rest = (
        np.array(answers(model, runs={"draws": point, "times": times, "options": {"rtol": r, "atol": r / 100}})["runs"][0])
        for r in (1e-12, 1e-10, 1e-8, 1e-6, 1e-4)
    )
    errors = [np.abs(run - true).max() for run in rest]
    assert errors == sorted(errors)
    assert errors[0] < 1e-9
    assert errors[2] < 1e-5


x = sa.state("x", start=1.0, bounds=(0, 2))


@pytest.mark.parametrize(
    ("rate", "start", "why"),
    [
        (x**2, 1.0, "the step became too small."),
        (-sympy.sqrt(x) - 1, 1.0, "a rate is no number."),
        (1 / x, 0.0, "a rate is no number to begin with."),
        (-1e7 * (x - 1), 0.5, "still not done after 20,000 evaluations."),
        (100 * x, 1.0, "a rate is no number."),
        (-sympy.sign(x - sympy.Rational(1, 3)), 1.0, "still not done after 20,000 evaluations."),
    ],
    ids=["blows up", "root of a negative number", "divides by zero", "stiff", "overflows", "switches"],
)
def test_what_cannot_be_integrated_ends_with_words_and_a_place(rate, start, why):
    ask = {"draws": [[[start], []]], "times": [0, 104], "options": {"most": 20_000}}
    (found,) = answers(sa.Model("Edge", {x: rate}), runs=ask)["runs"]
    assert found["why"] == why
    assert found["message"].startswith("The integration failed near time ")
    assert found["message"].endswith(why)
    assert 0 <= found["time"] < 104
    assert len(found["values"]) == 1


def test_a_map_that_runs_off_ends_with_words():
    model = sa.Model("Runs off", {x: 1e200 * (1 + x) ** 2}, clock="discrete")
    (found,) = answers(model, runs={"draws": [[[1.0], []]], "steps": 10})["runs"]
    assert found["why"] == "a value is no longer a number."
    assert found["time"] == 2


def test_the_aggregate_is_that_of_python_also_in_its_limits():
    rng = np.random.default_rng(6)
    rows = []
    for u in (0, 1e-9, 1e-3, 0.3, 0.4999999, 0.5, 0.5000001, 0.7, 0.999999, 1):
        for _ in range(60):
            n = int(rng.integers(1, 4))
            weights = rng.choice([0, 1e-3, 0.3, 1, 5], n) + (0.1 if rng.random() < 0.7 else 0)
            values = rng.choice([0, 1e-120, 1e-16, 1e-3, 0.2, 0.2000000001, 0.6, 1, 1e30], n)
            if weights.sum():
                rows.append([float(u), *weights.tolist(), *values.tolist()])
    found = answers(sa.models.mirror, aggregates={"rows": rows})["aggregates"]
    for row, (value, slope) in zip(rows, found, strict=True):
        assert float(value) == pytest.approx(evaluate(*row), rel=1e-12, abs=0)
        # In the linear limit Python's slope by a value of 0 is no number, where the page's is the weight.
        if row[0] < 1 or row[1 + len(row) // 2] > 0:
            assert float(slope) == pytest.approx(evaluate_slope(0, *row), rel=1e-10, abs=0, nan_ok=True)


a = sa.parameter("a", 1.0, (0.2, 2))
u, v = sa.state("u", start=1.0, bounds=(0, 4)), sa.state("v", start=1.0, bounds=(0, 6))
FORMULAS = [
    sympy.Heaviside(u - v), sympy.Min(u, v, a), sympy.Max(u, v) ** 5, sympy.sign(u - v), sympy.Abs(u - v), sympy.cosh(u - v),
    sympy.Mod(v, a) * 2, sympy.floor(v) + sympy.ceiling(u), sympy.pi * sympy.exp(-u) + sympy.E, 2**u, sympy.atan2(u, v),
    -((u - v) ** 2) / (a * (1 + u)), u ** sympy.Rational(1, 3), (1 + u) ** sympy.Rational(-3, 2), (u - v) ** -3,
    sympy.cot(1 + a), sympy.asinh(u) - sympy.tanh(v),
    sympy.Piecewise((u, (u < v) & ~sympy.Eq(a, 1)), (v, u > 3), (a, True)), sa.logistic(3 * (u - v)), sympy.log(1 + u, 2),
    sympy.ITE(u < v, a < 1, a > 1), (u < v) | sympy.Ne(u, a), sympy.Xor(u < v, a < 1), sympy.true,
]  # fmt: skip


def test_formulas_of_every_kind_come_out_as_sympy_says():
    model = sa.Model("Formulas", {u: a - u, v: a - v})
    points = as_pairs(*draws(model, 40, seed=7))
    ask = {"body": expression_body(FORMULAS, model), "size": len(FORMULAS), "points": points}
    for (y, p), found in zip(points, answers(model, bodyAt=ask)["bodyAt"], strict=True):
        exact = {u: y[0], v: y[1], a: p[0]}
        for formula, value in zip(FORMULAS, found, strict=True):
            true = formula.subs(exact)
            wanted = float(bool(true)) if true in (True, False) else float(true.doit().evalf(25))
            assert value == pytest.approx(wanted, rel=1e-12, abs=1e-12)


def test_what_javascript_lacks_is_named_with_the_way_out():
    with pytest.raises(ValueError, match="The function 'erf' cannot be computed in JavaScript; explore a function"):
        described(sa.Model("Bell", {u: sympy.erf(u)}))
    with pytest.raises(ValueError, match="no symbol of 'Mirror' 'u'"):
        expression_body([u < 1], sa.models.mirror)


def test_a_described_model_is_plain_data_with_all_that_a_page_shows():
    for model in cases():
        data = described(model)
        assert json.loads(json.dumps(data, allow_nan=False)) == data
        assert [q["name"] for q in data["states"]] == list(model.states)
        assert [q["name"] for q in data["settings"]] == list(model.settings)
        assert [q["name"] for q in data["observables"]] == list(model.observables)
        assert all(q["value"] is None for q in data["observables"])
        assert all(q["low"] <= q["value"] <= q["high"] for q in [*data["states"], *data["settings"]])
        assert (data["slopes"] is not None) == (len(model.states) <= 3)


def test_the_times_it_takes_are_told(capsys):
    eco, companion = sa.models.ecosystem, sa.models.companion
    times = np.linspace(0, 104, 1000).tolist()
    run = answers(eco, timeOfRun={"y": starts(eco), "p": defaults(eco), "times": times})["timeOfRun"]
    sweep = {"p": defaults(companion), "index": list(companion.settings).index("cues"), "range": [0, 1]}
    found = answers(companion, timeOfPlane={"p": defaults(companion, cues=0.7)}, timeOfBranches=sweep)
    with capsys.disabled():
        print(f"\nThe page takes {run:.2f} ms for 104 weeks of the ecosystem at 1,000 times, {found['timeOfPlane']:.2f} ms "
              f"for the phase plane of the companion, {found['timeOfBranches']:.1f} ms for its branches.")  # fmt: skip
    assert min(run, *found.values()) > 0
