"""Lists of rest points are proved complete where they are, and never where they are not."""

import copy
import pickle

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from own_models import OWN, lorenz, title

import socioaffective as sa
from socioaffective.compile import jacobian
from socioaffective.dynamics import equilibrium, proof
from socioaffective.dynamics.equilibrium import settings_of
from socioaffective.dynamics.intervals import BeyondIntervalsError, Enclosure, Evaluator, Interval, point

x, y, z = (sa.state(name, bounds=(-6, 6)) for name in "xyz")
r = sa.parameter("r", 1.0, (-2, 2))
PROVABLE = [*(m for m in sa.models if m is not sa.models.sphere), *(make() for make in OWN.values())]


def array(points, model):
    return np.array([list(p.state.values()) for p in points]).reshape(-1, len(model.states)).T


def left_out(model, k, **given):
    """Whether the list without its k-th point is called complete."""
    points = array(sa.equilibria(model, **given), model)
    return proof.judged(model, settings_of(model, given), np.delete(points, k, axis=1)).complete


u, v, a = sympy.symbols("u v a", real=True)
LEAVES = st.one_of(st.sampled_from([u, v, a]), st.integers(-3, 3).map(sympy.Integer), st.just(sympy.Rational(1, 3)))
ONE_ARGUMENT = [
    sympy.exp, sympy.log, sympy.tanh, sympy.sinh, sympy.cosh, sympy.sin, sympy.cos, sympy.atan, sympy.sqrt, sympy.Abs,
    sa.logistic, sympy.Heaviside, lambda e: e**2, lambda e: e**3, lambda e: 1 / e, lambda e: e ** sympy.Rational(5, 2),
]  # fmt: skip
TWO_ARGUMENTS = [
    sympy.Add, sympy.Mul, sympy.Min, sympy.Max, lambda e, f: e - f, lambda e, f: sympy.exp(e) ** f,
    lambda e, f: sympy.Piecewise((e, e < f), (e * f, True)),
    lambda e, f: sympy.Piecewise((f, sympy.And(e > 0, f <= 1)), (e, sympy.Or(e <= -1, sympy.Ne(f, 0))), (f**2, True)),
]  # fmt: skip


def made(function, *parts):
    """The function of the parts, or the first of them where SymPy finds that it has no finite real value."""
    try:
        result = function(*parts)
    except (TypeError, ValueError):
        return parts[0]
    return parts[0] if result.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo, sympy.I) else result


def larger(parts):
    return st.builds(made, st.sampled_from(ONE_ARGUMENT), parts) | st.builds(made, st.sampled_from(TWO_ARGUMENTS), parts, parts)


def value_at(expression, where):
    """The value to 40 digits, or None where it or a part of it is not real: what is computed with is real throughout."""
    numbers = {s: sympy.Rational(t) for s, t in where.items()}
    for part in (expression, *expression.atoms(sympy.log, sympy.Pow)):
        try:
            number = part.xreplace(numbers).evalf(40)
        except (TypeError, ValueError, ZeroDivisionError, OverflowError):
            return None
        if not (number.is_real and number.is_finite):
            return None
    return expression.xreplace(numbers).evalf(40)


def side(ends):
    return Interval(np.array([ends[0]]), np.array([ends[1]]))


ENDS = st.tuples(st.floats(-3, 3), st.floats(-3, 3)).map(sorted)


@settings(max_examples=150)
@given(
    st.recursive(LEAVES, larger, max_leaves=5), ENDS, ENDS, st.floats(-2, 2), st.lists(st.floats(0, 1), min_size=4, max_size=4)
)
def test_values_and_slopes_lie_in_their_enclosures(expression, first, second, constant, shares):
    unit = np.eye(2)[:, :, None]
    box = {u: Enclosure(side(first), point(unit[0])), v: Enclosure(side(second), point(unit[1]))}
    with np.errstate(all="ignore"):
        try:
            enclosed = Evaluator({a: constant}).over(box)(expression)
        except BeyondIntervalsError as unknown:
            # What SymPy makes of cases within a condition.
            assert str(unknown) == "ITE"
            return
    value, slope = enclosed.value, enclosed.slope or point(np.zeros((2, 1)))
    low, high = np.broadcast_to(slope.low, (2, 1)), np.broadcast_to(slope.high, (2, 1))
    # As fractions, so that the points are inside the box without rounding.
    ends = [[sympy.Rational(float(e)) for e in pair] for pair in (first, second)]
    inside = [[p + (q - p) * sympy.Rational(s) for s in shares[2 * k : 2 * k + 2]] for k, (p, q) in enumerate(ends)]
    here = {u: inside[0][0], v: inside[1][0], a: constant}
    at = value_at(expression, here)
    if at is None:
        return
    assert value.low.item() <= at <= value.high.item()
    for k, s in enumerate((u, v)):
        there = value_at(expression, here | {s: inside[k][1]})
        run = inside[k][1] - inside[k][0]
        # Below this difference the secant loses the digits that 40 give.
        if there is not None and abs(run) > 1e-6:
            secant = (there - at) / run
            assert low[k, 0] - 1e-25 * (1 + abs(at)) <= secant <= high[k, 0] + 1e-25 * (1 + abs(at))


@pytest.mark.parametrize("model", PROVABLE, ids=title)
def test_right_hand_sides_lie_in_their_enclosures(model):
    rng = np.random.default_rng(0)
    given = {model.symbols[n]: float(rng.uniform(*q.bounds)) for n, q in model.settings.items()}
    corners = {s: np.sort(rng.uniform(*model.states[s.name].bounds, 2)) for s in model.equations}
    where = {s: float(rng.uniform(*ends)) for s, ends in corners.items()}
    enclosed = Evaluator(given).over({s: Enclosure(side(ends)) for s, ends in corners.items()})
    for right in model.equations.values():
        exact = value_at(right, given | where)
        assert enclosed(right).value.low.item() <= exact <= enclosed(right).value.high.item()


def test_enclosures_are_tight():
    with np.errstate(all="ignore"):
        third = Evaluator({}).over({})(sympy.exp(sympy.Rational(1, 3)) - sympy.sin(1)).value
        steep = Evaluator({}).over({u: Enclosure(side((-1, 2)), point([[1.0]]))})(sa.logistic(u)).slope
    # A few units in the last place of numbers near 1.
    assert 0 < third.high - third.low < 1e-14
    # The slope of the logistic is greatest, 1/4, at 0, and least at the end that is farther away.
    assert steep.high.item() == pytest.approx(0.25, abs=1e-14)
    assert steep.low.item() == pytest.approx(np.exp(-2) / (1 + np.exp(-2)) ** 2, abs=1e-14)


@pytest.mark.parametrize(
    ("expression", "low", "high"),
    [
        (sympy.Max(u, 0), 0, 1),
        (sympy.Min(u, 0), 0, 1),
        (sympy.Max(-u, 2 * u), -1, 2),
        (sympy.Abs(u), -1, 1),
        (sympy.Heaviside(u), -np.inf, np.inf),
        (sympy.log(u), -np.inf, np.inf),
        (u ** sympy.Rational(3, 2), -np.inf, np.inf),
        (u ** (a + sympy.Rational(1, 3)), -np.inf, np.inf),
        (1 / u, -np.inf, np.inf),
        (sympy.Piecewise((u, u < 0), (u + 1, True)), -np.inf, np.inf),
        (sympy.Piecewise((u, u < 0), (2 * u, u >= 0)), -np.inf, np.inf),
    ],
    ids=str,
)
def test_slopes_where_there_is_a_kink_a_jump_or_no_value(expression, low, high):
    with np.errstate(all="ignore"):
        slope = Evaluator({a: 0.5}).over({u: Enclosure(side((-1, 2)), point([[1.0]]))})(expression).slope
    assert (slope.low.item(), slope.high.item()) == pytest.approx((low, high))


@pytest.mark.parametrize("model", PROVABLE, ids=title)
def test_completeness_is_proved_at_the_defaults_and_elsewhere(model):
    assert sa.equilibria(model).complete
    rng = np.random.default_rng(7)
    for _ in range(3):
        given = {n: float(rng.uniform(*q.bounds)) for n, q in model.settings.items()}
        points = sa.equilibria(model, **given)
        assert points.complete and "proved by interval arithmetic" in points.search, points.search


@pytest.mark.parametrize("given", [{"access": 0}, {"cues": 0.5}, {"cues": 1}, {"steering": 1, "accommodation": 1}], ids=str)
def test_eleven_states_are_proved_at_the_ends_of_the_levers(given):
    assert sa.equilibria(sa.models.ecosystem, **given).complete


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (sa.models.companion, {"cues": 0.7}),
        (sa.models.mirror, {}),
        (sa.models.needs, {}),
        (sa.models.ecosystem, {}),
        (sa.models.wanting, {"cues": 0}),
        (lorenz(), {}),
        (OWN["logistic_map"](), {}),
    ],
    ids=lambda part: getattr(part, "title", ""),
)
def test_a_list_with_a_point_left_out_or_made_up_is_not_proved(model, given):
    points = sa.equilibria(model, **given)
    for k in range(len(points)):
        assert not left_out(model, k, **given)
    made_up = np.append(array(points, model), [[q.start] for q in model.states.values()], axis=1)
    made_up[:, -1] = made_up[:, :-1].mean(axis=1) + 0.01
    assert not proof.judged(model, settings_of(model, given), made_up).complete


def test_the_roots_of_a_chebyshev_polynomial_are_all_there_are():
    t = sa.state("t", bounds=(-1, 1))
    model = sa.Model("Chebyshev", {t: sympy.chebyshevt(7, t)})
    points = sa.equilibria(model)
    assert [p.state["t"] for p in points] == pytest.approx(sorted(np.cos((2 * np.arange(7) + 1) * np.pi / 14)), abs=1e-12)
    assert points.complete
    assert not any(left_out(model, k) for k in range(7))


def gradient(height, title):
    return sa.Model(title, {x: -sympy.diff(height, x), y: -sympy.diff(height, y)})


def test_the_nine_critical_points_of_himmelblau_are_all_there_are():
    model = gradient((x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2, "Himmelblau")
    points = sa.equilibria(model)
    # Four minima, four saddles and one maximum, Himmelblau 1972; the minimum at (3, 2) is exact.
    kinds = [p.kind for p in points]
    assert (kinds.count("stable node"), kinds.count("saddle"), kinds.count("unstable node")) == (4, 4, 1)
    assert any(p.state == pytest.approx({"x": 3, "y": 2}, abs=1e-12) for p in points)
    assert points.complete
    assert not any(left_out(model, k) for k in range(9))


def test_the_valley_of_rosenbrock_has_one_lowest_point():
    points = sa.equilibria(gradient((1 - x) ** 2 + 100 * (y - x**2) ** 2, "Rosenbrock"))
    assert [p.state for p in points] == [pytest.approx({"x": 1, "y": 1})] and points.complete


@pytest.mark.parametrize(("at", "count"), [(1e-6, 2), (-1e-6, 0)])
def test_beside_a_fold_two_or_none_are_proved(at, count):
    points = sa.equilibria(sa.Model("Fold", {x: r - x**2, y: -y}), r=at)
    assert len(points) == count and points.complete


def test_rest_points_on_the_edge_of_the_box_are_counted():
    share = sa.state("share", bounds=(0, 1))
    edge = sa.Model("Edge", {share: share * (1 - share)})
    assert len(sa.equilibria(edge)) == 2 and sa.equilibria(edge).complete
    assert not left_out(edge, 0) and not left_out(edge, 1)


def test_cases_are_followed_and_a_jump_is_no_rest_point():
    up = sa.equilibria(sa.Model("Up", {x: sympy.Piecewise((x + 1, x < 0), (2 - x, True))}))
    assert [p.state["x"] for p in up] == pytest.approx([-1, 2]) and up.complete


def test_what_only_looks_linear_is_not_eliminated():
    model = sa.Model("Torn", {x: sympy.Piecewise((x + 1, x < 0), (x - 1, True)), y: -y})
    assert len(sa.equilibria(model)) == 2
    assert not left_out(model, 0) and not left_out(model, 1)


def test_a_state_that_nothing_moves_is_not_taken_for_a_rest_point_of_its_own():
    still = sa.Model("Still", {x: -r * x, y: -y})
    for points in (np.zeros((2, 1)), np.zeros((2, 0))):
        assert proof.judged(still, np.array([1.0]), points).complete == bool(points.size)
        assert not proof.judged(still, np.array([0.0]), points).complete
    # Without x there is nothing for y to rest at, and with x at rest anywhere there is.
    lifted = sa.Model("Lifted", {x: -r * x, y: x - y**2 - 1})
    assert proof.judged(lifted, np.array([1.0]), np.zeros((2, 0))).complete
    assert not proof.judged(lifted, np.array([0.0]), np.zeros((2, 0))).complete


def test_numbers_are_taken_as_the_fractions_that_they_are():
    system = proof.reduced(((x, 0.1 * y - 0.7 * x), (y, 0.3 - y * (1.1 + x))), "continuous")
    assert system.steps
    written = [e for _, numerators, denominator in system.steps for e in (*numerators, denominator)]
    assert not any(e.has(sympy.Float) for e in (*written, *system.rest))


def test_a_step_of_the_elimination_that_fails_hides_nothing():
    c = sympy.Rational(1, 5)
    model = sa.Model("Vanishing", {x: (y - sympy.Rational(1, 2)) * (z - x), y: x - 2 * y + c, z: x + y - 2 * z})
    points = sa.equilibria(model)
    # By hand: either y = 1/2 or x = z.
    known = np.array([[0.2, 0.2, 0.2], [0.8, 0.5, 0.65]])
    assert np.abs(array(points, model).T - known).max() < 1e-9
    assert points.complete
    assert not left_out(model, 0) and not left_out(model, 1)


def test_a_numerator_that_vanishes_with_its_denominator_hides_nothing():
    half, quarter = sympy.Rational(1, 2), sympy.Rational(1, 4)
    model = sa.Model("Empty", {x: r - x * (y - half), y: x - sympy.tanh(y - quarter)})
    points = sa.equilibria(model, r=0)
    # By hand: either x = 0 or y = 1/2.
    known = np.array([[0, 0.25], [np.tanh(0.25), 0.5]])
    assert np.abs(array(points, model).T - known).max() < 1e-9
    assert points.complete
    assert not left_out(model, 0, r=0) and not left_out(model, 1, r=0)


def test_species_that_eat_each_other_have_every_rest_point_of_the_textbook():
    model = sa.Model("Prey", {x: x * (1 - x - y), y: y * (2 * x - 1) + 0 * z, z: z * (3 - z)})
    points = sa.equilibria(model)
    planar = [(0, 0), (1, 0), (0.5, 0.5)]
    known = np.array(sorted((*p, q) for p in planar for q in (0, 3)))
    assert np.abs(array(points, model).T - known).max() < 1e-9
    assert points.complete


def test_a_missed_rest_point_is_said_and_where(monkeypatch):
    model, real = sa.models.mirror, equilibrium._starts
    monkeypatch.setattr(equilibrium, "_starts", lambda box, move: (np.array([[0.6]]), real(box, move)[1]))
    points = sa.equilibria(model)
    assert len(points) == 1 and not points.complete
    assert "it missed one at preference = " in points.search
    assert points.search.endswith(("-0.5919.", "0.0000."))


@pytest.mark.filterwarnings("ignore:The rest points")
@pytest.mark.parametrize(
    ("right", "words"),
    [
        (r - x**2 - 1, "the one at x = 0.0000 is degenerate"),
        (sympy.Max(x, 0), "form a continuum"),
        (sympy.erf(x), "cannot evaluate erf"),
        (x**2 - sympy.Rational(1, 10**30), "is degenerate"),
        (sympy.Piecewise((x + 1, x < 0), (x - 1, True)), "cannot be ruled out"),
    ],
)
def test_what_is_not_proved_says_why(right, words):
    points = sa.equilibria(sa.Model("Doubtful", {x: right}))
    assert not points.complete
    assert words in points.search


def test_a_map_that_is_not_defined_somewhere_is_not_proved_and_says_where():
    points = sa.equilibria(sa.models.sphere)
    assert len(points) == 4 and not points.complete
    assert "boxes around along = 0.0000, across = 0.0000 cannot be ruled out" in points.search


def test_the_budget_ends_a_proof_and_says_so(monkeypatch):
    monkeypatch.setattr(proof, "MOST_BOXES", 100)
    points = sa.equilibria(sa.models.companion, cues=0.7)
    assert not points.complete and "100 boxes do not settle it" in points.search


def test_functions_beyond_intervals_are_named():
    with pytest.raises(BeyondIntervalsError, match="gamma"):
        Evaluator({}).over({u: Enclosure(side((1, 2)))})(sympy.gamma(u))


def test_the_proof_waits_until_it_is_asked_for_and_runs_once(monkeypatch):
    calls, real = [], proof.judged
    monkeypatch.setattr(proof, "judged", lambda *given: calls.append(given) or real(*given))
    points = sa.equilibria(sa.models.mirror)
    assert not calls
    assert points.complete and points.search and points.complete
    assert len(calls) == 1


def test_rest_points_are_a_list():
    points = sa.equilibria(sa.models.mirror)
    assert isinstance(points, list) and len(points) == 3 and repr(points) == repr(list(points))
    for twin in (pickle.loads(pickle.dumps(points)), copy.deepcopy(points), copy.copy(points)):
        assert [p.state for p in twin] == [p.state for p in points] and twin.search == points.search


@pytest.mark.parametrize("model", list(sa.models), ids=title)
def test_eigenvectors_belong_to_their_eigenvalues(model):
    for p in sa.equilibria(model):
        slope = jacobian(model)(np.array(list(p.state.values())), settings_of(model, {}))
        left, right = slope @ p.eigenvectors, p.eigenvectors * p.eigenvalues
        assert np.abs(left - right).max() < 1e-12 * max(1, np.abs(slope).max())
        assert np.linalg.norm(p.eigenvectors, axis=0) == pytest.approx(1)
        size = np.abs(p.eigenvectors)
        # Of entries of one size the first is real and positive.
        largest = p.eigenvectors[(size > size.max(axis=0) * (1 - 1e-6)).argmax(axis=0), np.arange(len(slope))]
        assert (largest.imag == 0).all() and (largest.real > 0).all()
        assert not p.degenerate


def test_the_direction_of_an_eigenvector_is_fixed():
    (focus,) = sa.equilibria(sa.Model("Focus", {x: -x - 2 * y, y: 2 * x - y}))
    assert focus.eigenvalues == pytest.approx([-1 - 2j, -1 + 2j])
    # Both entries have one size; the first is real and positive.
    assert focus.eigenvectors == pytest.approx(np.array([[1, 1], [1j, -1j]]) / 2**0.5)
    (pair,) = sa.equilibria(sa.Model("Node", {x: -x - y, y: -3 * y}))
    assert pair.eigenvectors == pytest.approx(np.array([[1, 1], [2, 0]]) / np.array([5**0.5, 1]))
