"""The battery: what must hold for every model, the catalogue's and a reader's own."""

import copy
import pickle

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from own_models import EVERY, title
from scipy.integrate import solve_ivp

import socioaffective as sa
from socioaffective.aggregates import ces
from socioaffective.compile import compiled, jacobian, rates
from socioaffective.dynamics.equilibrium import classify, velocity

each = pytest.mark.parametrize("model", EVERY, ids=title)
each_of_ours = pytest.mark.parametrize("model", list(sa.models), ids=title)


def points(model, count=20):
    """Random states and settings inside their bounds."""
    rng = np.random.default_rng(0)
    draw = lambda table: np.array([rng.uniform(*q.bounds, count) for q in table.values()]).reshape(len(table), count)  # noqa: E731
    return draw(model.states), draw(model.settings)


def inside(model, data):
    """Settings anywhere in their bounds, by name."""
    return {n: data.draw(st.floats(*q.bounds), n) for n, q in model.settings.items()}


@each_of_ours
@given(data=st.data())
def test_the_box_is_invariant_over_the_whole_parameter_box(model, data):
    given = np.array(list(inside(model, data).values()))
    state = np.array([data.draw(st.floats(*q.bounds), n) for n, q in model.states.items()])
    bounds = [q.bounds for q in model.states.values()]
    if model.clock == "discrete":
        # The only map, the sphere, has no direction at the origin.
        assume(np.abs(state).max() > 1e-6)
        following = rates(model, "array")(state, given)
        for value, (low, high) in zip(following, bounds, strict=True):
            assert low - 1e-12 <= value <= high + 1e-12
        return
    face = data.draw(st.integers(0, len(state) - 1))
    for end, sign in zip(bounds[face], (1, -1), strict=True):
        state[face] = end
        assert sign * rates(model, "array")(state, given)[face] >= -1e-12


@each
def test_every_back_end_gives_what_the_symbols_say(model):
    y, p = points(model)
    names = [*model.states, *model.settings]
    scalar, array = rates(model, "scalar"), rates(model, "array")(y, p)
    for k in range(y.shape[1]):
        values = dict(zip(names, [*y[:, k], *p[:, k]], strict=True))
        exact = {model.symbols[n]: sympy.Float(v, 30) for n, v in values.items()}
        single = scalar(y[:, k].tolist(), p[:, k].tolist())
        for i, right in enumerate(model.equations.values()):
            terms = [abs(float(term.xreplace(exact).evalf(25))) for term in sympy.Add.make_args(right)]
            true, scale = float(right.xreplace(exact).evalf(25)), max(1.0, *terms)
            assert single[i] == pytest.approx(true, abs=1e-12 * scale)
            assert array[i, k] == pytest.approx(true, abs=1e-12 * scale)


@each
def test_the_jacobian_is_the_slope_of_the_equations(model):
    y, p = points(model)
    field, slopes = rates(model, "array"), jacobian(model)(y, p)
    for j, q in enumerate(model.states.values()):
        step = 1e-6 * (q.bounds[1] - q.bounds[0])
        shift = np.zeros_like(y)
        shift[j] = step
        # Central differences are exact to step^2 times the third derivative; large slopes are compared relatively.
        numeric = (field(y + shift, p) - field(y - shift, p)) / (2 * step)
        assert slopes[:, j] == pytest.approx(numeric, rel=1e-5, abs=1e-6 * max(1, np.abs(slopes).max()))


@each_of_ours
@settings(max_examples=6)
@given(data=st.data())
@pytest.mark.filterwarnings("ignore:.*continuum")
def test_rest_points_rest_anywhere_in_the_parameter_box(model, data):
    given = inside(model, data)
    p = np.array(list(given.values()))
    for point in sa.equilibria(model, **given):
        y = np.array(list(point.state.values()))
        assert np.abs(velocity(model, p)(y[:, None])).max() < 1e-10
        assert classify(np.array(point.eigenvalues), model.clock) == point.kind


@each_of_ours
@settings(max_examples=6)
@given(data=st.data())
def test_runs_stay_inside_and_agree_with_a_tight_reference_anywhere_in_the_box(model, data):
    given = inside(model, data)
    start = {n: data.draw(st.floats(*q.bounds), f"start of {n}") for n, q in model.states.items()}
    if model.clock == "discrete":
        return
    run = sa.simulate(model, 40, start, dt=1, **given)
    assert run.attrs["left_bounds"] == ""
    field, p = rates(model, "scalar"), list(given.values())
    reference = solve_ivp(lambda t, y: field(y, p), (0, 40), list(start.values()), "Radau", [40], rtol=1e-10, atol=1e-13)
    # Near a saddle a run stretches its own error.
    assert [float(run[n][-1]) for n in model.states] == pytest.approx(reference.y[:, -1], abs=1e-5)


@each
def test_rest_points_rest_and_are_what_they_are_called(model):
    found = sa.equilibria(model)
    assert found
    p = np.array([q.value for q in model.settings.values()])
    for point in found:
        y = np.array(list(point.state.values()))
        assert np.abs(velocity(model, p)(y[:, None])).max() < 1e-10 * max(1, np.abs(y).max())
        for value, q in zip(y, model.states.values(), strict=True):
            assert q.bounds[0] <= value <= q.bounds[1]
        again = np.linalg.eigvals(jacobian(model)(y, p))
        assert np.sort_complex(again) == pytest.approx(np.sort_complex(point.eigenvalues), abs=1e-9)
        assert classify(again, model.clock) == point.kind
        growth = np.abs(again) - 1 if model.clock == "discrete" else again.real
        assert point.stable == bool((growth < 0).all())


@each
def test_what_starts_beside_a_stable_point_ends_there(model):
    for point in [
        e for e in sa.equilibria(model.replace(disturbance=0) if "disturbance" in model.settings else model) if e.stable
    ]:
        start = {}
        for name, value in point.state.items():
            low, high = model.states[name].bounds
            start[name] = value + 1e-3 * (high - low) * (1 if value < (low + high) / 2 else -1)
        quiet = {"disturbance": 0} if "disturbance" in model.settings else {}
        run = sa.simulate(model, 400, start, **quiet)
        for name, value in point.state.items():
            assert float(run[name][-1]) == pytest.approx(value, abs=1e-5)


@each
def test_a_run_agrees_with_a_tight_reference(model):
    if model.noise:
        pytest.skip("a random path has no reference")
    weeks = 5 if model.title == "Lorenz" else 40
    run = sa.simulate(model, weeks)
    y0 = [q.start for q in model.states.values()]
    p = [q.value for q in model.settings.values()]
    field = rates(model, "scalar")
    if model.clock == "discrete":
        for _ in range(weeks):
            y0 = field(y0, p)
        assert [float(run[n][-1]) for n in model.states] == pytest.approx(y0, abs=1e-12)
        return
    reference = solve_ivp(lambda t, y: field(y, p), (0, weeks), y0, "DOP853", [weeks], rtol=1e-12, atol=1e-14).y[:, -1]
    # Lorenz stretches errors about ninety-fold in a time of 5; the run itself is exact to 1e-8.
    assert [float(run[n][-1]) for n in model.states] == pytest.approx(reference, abs=1e-4 if weeks == 5 else 1e-6)


@each
def test_people_together_run_as_each_alone(model):
    if model.noise:
        pytest.skip("people of a noisy model differ by their noise")
    weeks = 3 if model.title == "Lorenz" else 30
    name, q = next(iter(model.states.items()))
    starts = np.linspace(*q.bounds, 5)[1:-1] + 0.01
    together = sa.simulate(model, weeks, {name: starts})
    for person, value in enumerate(starts):
        alone = sa.simulate(model, weeks, {name: value})
        for other in model.states:
            assert together[other].sel(person=person).values == pytest.approx(alone[other].values, abs=1e-5)


@each
def test_the_same_seed_gives_the_same_bits(model):
    weeks = 10
    a, b, c = (sa.simulate(model, weeks, seed=s) for s in (1, 1, 2))
    for name in model.states:
        assert a[name].values.tobytes() == b[name].values.tobytes()
        assert (a[name].values.tobytes() == c[name].values.tobytes()) == (not model.noise)


@each
def test_nothing_changes_before_an_intervention(model):
    weeks, name = 12, next(iter(model.states))
    low, high = model.states[name].bounds
    free = sa.simulate(model, weeks, seed=3)
    held = sa.simulate(model, weeks, seed=3, interventions={6: {name: low + 0.3 * (high - low)}})
    before = free["time"] < 6
    # An adaptive step ends at the intervention, so the last digits of what was in that step may move.
    assert held[name].where(before, drop=True).values == pytest.approx(
        free[name].where(before, drop=True).values, abs=1e-6 * (high - low)
    )
    assert float(held[name].sel(time=6)) == pytest.approx(low + 0.3 * (high - low))


@each
def test_the_printed_equation_parses_back(model):
    for expression in [*model.equations.values(), *model.expressions.values()]:
        words = {**model.symbols, "logistic": sa.logistic, "ces": ces}
        parsed = sympy.sympify(str(expression), locals=words)
        # A minus sign may come back on the other side of a bracket.
        assert parsed == expression or sympy.expand(parsed - expression) == 0


@each_of_ours
def test_every_symbol_is_explained(model):
    assert model.source and model.left_out and model.refuted_by
    shown = model.card._repr_markdown_()
    assert model.left_out[1:] in shown and model.refuted_by[1:] in shown
    for q in model.quantities.values():
        assert q.meaning and q.unit and q.symbol, q.name
        # How the value and the range were chosen, not only whose they are.
        assert q.kind != "parameter" or (len(q.source) > len("ours: ") and q.source in shown), q.name
    letters = [q.symbol for q in model.quantities.values()]
    assert len(set(letters)) == len(letters)


@each
def test_a_notebook_shows_equations_and_symbols(model):
    shown = model._repr_markdown_()
    for q in model.quantities.values():
        assert f"| {q.label} |" in shown
    assert shown.count(r"\\") >= len(model.states) - 1 and "$$" in shown


@each
def test_every_model_can_be_explored_and_copied(model):
    view = sa.explore(model, weeks=8)
    assert set(view.values) == {*model.states, *model.settings} and len(view.spec["views"]) == 2
    again = eval(view.code, {"sa": sa, "model": model})
    assert all(np.array_equal(again[name], view.run[name]) for name in model.states)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert list(twin.equations.values()) == list(model.equations.values())
        assert twin.quantities == model.quantities and set(twin.quantities.values()) == set(model.quantities.values())


@each
def test_observables_are_what_their_expressions_say(model):
    run = sa.simulate(model, 8, seed=0)
    y = np.stack([run[n].values for n in model.states])
    p = np.array([q.value for q in model.settings.values()])[:, None] * np.ones(y.shape[1])
    for name, expression in model.expressions.items():
        assert run[name].values == pytest.approx(compiled(model, (expression,), "array")(y, p)[0], abs=1e-12)
