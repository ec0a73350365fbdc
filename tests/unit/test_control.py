"""The far-sighted optimum against closed forms, against IPOPT, against dynamic programming and against itself."""

import copy

import numpy as np
import pytest
import sympy
from scipy.integrate import solve_bvp, solve_ivp
from scipy.optimize import brentq

import socioaffective as sa
from socioaffective.compile import compiled
from socioaffective.dynamics.equilibrium import settings_of
from socioaffective.objectives import an_objective
from socioaffective.quantities import in_exponentials


def tracker(clock="continuous"):
    """A linear state that is to be near 1, by a lever that stays inside its bounds."""
    x = sa.state("level", start=0.2, bounds=(-5, 5))
    u = sa.lever("push", "push")
    a = sa.parameter("keep", 0.8 if clock == "discrete" else -0.1, (-2, 2), "1", "what stays")
    b = sa.parameter("gain", 0.15, (0, 2), "1", "what a push does")
    return sa.Model("Tracker", {x: a * x + b * u}, {"nearness": -((x - 1) ** 2)}, clock=clock)


def test_a_linear_quadratic_problem_in_steps_has_the_solution_of_its_linear_equations():
    model, T, cost = tracker("discrete"), 12, 1.5
    plan = sa.optimise(model, "nearness", weeks=T, cost=cost)
    # Stationarity of the sum over the levers alone: x_t = a^t x0 + sum of a^(t-1-s) b u_s.
    a, b = 0.8, 0.15
    G = np.array([[b * a ** (t - 1 - s) if s < t else 0.0 for s in range(T)] for t in range(T)])
    free = 0.2 * a ** np.arange(T)
    u = np.linalg.solve(2 * G.T @ G + cost * np.eye(T), 2 * G.T @ (1 - free))
    assert (u[:-1] > 0).all() and (u < 1).all()
    np.testing.assert_allclose(plan.controls["push"], u, atol=1e-7)
    gap = G @ u + free - 1
    assert plan.value == pytest.approx(-(gap @ gap) - cost / 2 * u @ u, rel=1e-10)


def riccati(a, b, q, c, horizon, times):
    """The optimal push of the continuous tracker by its Riccati equation: value V = -(P x^2 + 2 r x + s)."""

    def back(t, y):
        P, r = y
        return np.array([-2 * a * P - q + 2 * b**2 / c * P**2, -a * r + q + 2 * b**2 / c * P * r])

    answer = solve_ivp(back, (horizon, 0), [0, 0], dense_output=True, rtol=1e-11, atol=1e-13)
    run = solve_ivp(
        lambda t, x: a * x + b * (-2 * b / c) * (answer.sol(t)[0] * x + answer.sol(t)[1]),
        (0, horizon), [0.2], dense_output=True, rtol=1e-11, atol=1e-13,
    )  # fmt: skip
    P, r = answer.sol(times)
    return -2 * b / c * (P * run.sol(times)[0] + r)


def test_a_linear_quadratic_problem_meets_the_riccati_solution_as_decisions_become_dense():
    # V = -(P x^2 + 2 r x + s) solves the HJB equation with payoff -(x - 1)^2 - (c/2) u^2; then u = -(2 b / c)(P x + r).
    model, errors = tracker(), []
    for every in (1.0, 0.5, 0.25):
        plan = sa.optimise(model, "nearness", weeks=10, cost=1.5, every=every)
        middles = plan.controls["time"].values + every / 2
        errors.append(np.abs(plan.controls["push"] - riccati(-0.1, 0.15, 1.0, 1.5, 10.0, middles)).max())
    # A constant in place of a curve errs by the square of the interval.
    assert errors[-1] < 3e-4 and errors[0] / errors[1] > 3 and errors[1] / errors[2] > 3


def test_the_costate_solves_the_boundary_value_problem_of_pontryagin():
    a, b, c = -0.1, 0.15, 1.5
    right = lambda t, y: np.array([a * y[0] + b * b * y[1] / c, 2 * (y[0] - 1) - a * y[1]])  # noqa: E731
    answer = solve_bvp(right, lambda s, e: np.array([s[0] - 0.2, e[1]]), np.linspace(0, 10, 50), np.zeros((2, 50)), tol=1e-8)
    plan = sa.optimise(tracker(), "nearness", weeks=10, cost=c, every=0.25)
    np.testing.assert_allclose(plan.costates["level"], answer.sol(plan.costates["time"])[1], atol=2e-3)


def in_casadi(model, objective, weeks, discount, cost, steps, **settings):
    """The same problem handed to IPOPT, with CasADi's derivatives and finer steps."""
    ca = pytest.importorskip("casadi")
    formulas = [*model.equations.values(), an_objective(objective).formula(model)]
    values = dict(zip(model.settings, settings_of(model, settings), strict=True))
    y, u = ca.SX.sym("y", len(model.states)), ca.SX.sym("u", len(model.levers))
    names = {model.symbols[n]: float(v) for n, v in values.items() if n not in model.levers}
    symbols = [model.symbols[n] for n in (*model.states, *model.levers)]
    table = {"exp": ca.exp, "log": ca.log, "tanh": ca.tanh, "sqrt": ca.sqrt}
    written = [in_exponentials(f).subs(names) for f in formulas]
    out = sympy.lambdify(symbols, written, modules=[table])(
        *(y[k] for k in range(y.numel())), *(u[k] for k in range(u.numel()))
    )
    t = ca.SX.sym("t")
    rates = ca.vertcat(*out[:-1], ca.exp(-discount * t) * (out[-1] - cost / 2 * ca.sumsqr(u)), 1)
    move = ca.Function("move", [ca.vertcat(y, ca.SX.sym("J"), t), u], [rates], {"allow_free": True})
    state, h = ca.SX.sym("z", y.numel() + 2), 1 / steps
    z = state
    for _ in range(steps):
        k1 = move(z, u)
        k2 = move(z + h / 2 * k1, u)
        k3 = move(z + h / 2 * k2, u)
        k4 = move(z + h * k3, u)
        z = z + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    week = ca.Function("week", [state, u], [z])
    U = ca.MX.sym("U", u.numel(), weeks)
    at = ca.vertcat(*(q.start for q in model.states.values()), 0, 0)
    for k in range(weeks):
        at = week(at, U[:, k])
    gained = at[y.numel()]
    quiet = {"ipopt.print_level": 0, "print_time": 0}
    options = {**quiet, "ipopt.tol": 1e-10, "ipopt.hessian_approximation": "limited-memory"}
    solver = ca.nlpsol("s", "ipopt", {"x": ca.vec(U), "f": -gained}, options)
    answer = solver(x0=0.5, lbx=0, ubx=1)
    return -float(answer["f"]), np.array(answer["x"]).reshape(weeks, -1)


@pytest.mark.parametrize(
    ("name", "objective", "weeks", "discount", "cost"),
    [
        ("companion", "engagement", 52, 0.0, 0.2),
        ("ecosystem", "approval", 26, 0.02, 0.2),
        ("scaffold", "performance", 60, 0.03, 0.3),
    ],
)
def test_value_and_controls_are_those_of_ipopt(name, objective, weeks, discount, cost):
    model = getattr(sa.models, name)
    value, levers = in_casadi(model, objective, weeks, discount, cost, steps=6)
    plan = sa.optimise(model, objective, weeks, discount, cost=cost)
    # The steps leave 1e-7 of the value; around the optimum levers are known to the square root of what the search leaves of it.
    assert plan.converged and plan.value == pytest.approx(value, rel=1e-7)
    np.testing.assert_allclose(np.stack([plan.controls[n] for n in model.levers], axis=1), levers, atol=1e-5)


def test_value_and_first_lever_are_those_of_dynamic_programming_on_a_grid():
    model, weeks, discount, cost, values = sa.models.scaffold, 40, 0.03, 0.3, None
    p = list(settings_of(model, {}))
    slot = list(model.settings).index("accommodation")
    f = compiled(model, tuple(model.equations.values()), "array")
    g = compiled(model, tuple(model.expressions.values()), "array")
    C, A = np.linspace(0, 1, 401), np.linspace(0, 1, 201)
    y, steps = np.repeat(C[:, None], len(A), axis=1), 4
    p[slot] = np.broadcast_to(A, y.shape)
    h, gained, now = 1 / steps, np.zeros(y.shape), y
    for k in range(steps):
        k1 = f(now[None], p)[0]
        mid = now + h / 2 * k1
        k2 = f(mid[None], p)[0]
        mid2 = now + h / 2 * k2
        end = now + h * f(mid2[None], p)[0]
        pay = [
            (g(part[None], p)[0] - cost / 2 * A**2) * np.exp(-discount * (k + s) * h)
            for part, s in ((now, 0), (mid2, 0.5), (end, 1))
        ]
        gained += h / 6 * (pay[0] + 4 * pay[1] + pay[2])
        now = now + h / 6 * (k1 + 2 * k2 + 2 * f(mid2[None], p)[0] + f(end[None], p)[0])
    values = np.zeros(len(C))
    for _ in range(weeks):
        total = gained + np.exp(-discount) * np.interp(now, C, values)
        values, best = total.max(axis=1), A[total.argmax(axis=1)]
    plan = sa.optimise(model, "performance", weeks, discount, cost=cost)
    start = model.states["skill"].start
    # Linear interpolation over 400 cells and levers in steps of 0.005.
    assert plan.value == pytest.approx(np.interp(start, C, values), rel=2e-4)
    assert float(plan.controls["accommodation"][0]) == pytest.approx(np.interp(start, C, best), abs=0.01)


@pytest.mark.parametrize(
    ("name", "objective"), [("companion", "engagement"), ("ecosystem", "needs"), ("scaffold", "performance")]
)
def test_a_costate_is_the_slope_of_the_value(name, objective):
    model, step = getattr(sa.models, name), 1e-4
    plan = sa.optimise(model, objective, weeks=26, discount=0.02, every=2, starts=1)
    for state, q in list(model.states.items())[:4]:
        begin = max(q.start, q.bounds[0] + 2 * step)
        best = lambda where, name=state: sa.optimise(model, objective, 26, 0.02, every=2, starts=1, start={name: where})  # noqa: E731
        slope = (best(begin + step).value - best(begin - step).value) / (2 * step)
        middle = plan if begin == q.start else best(begin)
        # A central difference errs by the square of the step, and by the last digits of two values over it.
        assert float(middle.costates[state][0]) == pytest.approx(slope, rel=1e-4, abs=1e-5)


def test_a_later_costate_is_what_a_unit_more_would_be_worth_then():
    plan = sa.optimise(sa.models.companion, "engagement", weeks=20, discount=0.05, starts=1)
    run = sa.simulate(sa.models.companion, 20, policy=plan.policy, dt=1)
    there = {n: float(run[n].sel(time=8)) for n in ("wanting", "ties")}
    starts = [{**there, "ties": there["ties"] + step} for step in (-1e-4, 1e-4)]
    values = [sa.optimise(sa.models.companion, "engagement", 12, 0.05, starts=1, start=start).value for start in starts]
    assert float(plan.costates["ties"].sel(time=8)) == pytest.approx((values[1] - values[0]) / 2e-4, rel=1e-4)


def test_an_impatient_optimum_is_the_lever_that_pays_at_once():
    model, cost = sa.models.companion, 0.2
    e, v = model.expressions["engagement"], model.symbols["cues"]
    values = {model.symbols[n]: q.value for n, q in {**model.states, **model.settings}.items() if n != "cues"}
    slope = sympy.lambdify(v, in_exponentials(e.diff(v)).subs(values))
    instant = brentq(lambda u: slope(u) - cost * u, 0, 1)
    off = [abs(float(sa.optimise(model, "engagement", 52, rho, every=1 / 8, cost=cost).controls["cues"][0]) - instant)
           for rho in (0.1, 1, 10, 100)]  # fmt: skip
    assert np.all(np.diff(off) < 0) and off[-1] < 2e-3


@pytest.mark.parametrize("q", [0.5, 0.7])
def test_full_practice_is_optimal_exactly_up_to_the_patience_threshold(q):
    learning = sa.models.scaffold.parameters["learning"].default
    threshold = learning * (1 - q) / q
    for share, skill in ((0.97, 0.0), (0.97, 0.9), (1.03, 0.0)):
        plan = sa.optimise(
            sa.models.scaffold, "performance", 1500, share * threshold, every=5, cost=0, help_quality=q, start={"skill": skill}
        )
        helped = plan.controls["accommodation"].where(plan.controls["determined"], drop=True)
        rho = share * threshold
        if share < 1:
            assert float(helped.max()) < 1e-6
            # What is left out after the weight of 1e-8 is as small; the closed form of the theory.
            assert plan.value == pytest.approx(1 / rho - (1 - skill) / (rho + learning), rel=1e-6)
        else:
            assert float(helped[0]) > 0.9


def test_a_plan_played_by_simulate_scores_what_it_promised():
    plan = sa.optimise(sa.models.ecosystem, sa.objectives.approval, weeks=40, cost=0.2)
    run = sa.simulate(sa.models.ecosystem, 40, policy=plan.policy, dt=1 / 64)
    cost = sum((plan.controls[n] ** 2).sum() for n in plan.levers) * 0.1
    # The trapezoid rule jumps with the levers, once a week.
    assert float(sa.objectives.approval.score(run)) * 40 - float(cost) == pytest.approx(plan.value, rel=2e-4)


def test_a_floor_is_kept_and_costs_nothing_where_it_does_not_bind():
    model, free = sa.models.ecosystem, sa.optimise(sa.models.ecosystem, weeks=52, every=2, starts=1)
    low = float(free.run["autonomy"].min())
    slack = sa.optimise(model, sa.objectives.engagement.with_floor(autonomy=low - 0.02), weeks=52, every=2, starts=1)
    assert slack.value == pytest.approx(free.value, rel=1e-8) and not slack.prices["autonomy"].any()
    bound = sa.optimise(model, sa.objectives.engagement.with_floor(autonomy=0.55), weeks=52, every=2, starts=1)
    assert low < 0.5 and bound.converged and float(bound.run["autonomy"].min()) > 0.55 - 2e-3
    assert bound.value < free.value and float(bound.prices["autonomy"].max()) > 0.1
    raised = sa.optimise(model, sa.objectives.engagement.with_floor(autonomy=0.56), weeks=52, every=2, starts=1)
    # The price of the floor is the slope of the value by its level; to the tolerance of the floor over the step.
    assert (bound.value - raised.value) / 0.01 == pytest.approx(2 * float(bound.prices["autonomy"].sum()), rel=0.25)


def test_an_impact_penalty_keeps_the_person_near_who_they_would_have_been():
    model = sa.models.ecosystem.replace(anchor=0.3, preference=-0.2)
    apart = []
    for weight in (0.0, 0.3, 3.0):
        plan = sa.optimise(model, sa.objectives.engagement.minus_impact(weight), weeks=52, every=2, starts=1)
        twin = sa.counterfactual(plan.run)
        apart.append(float(((plan.run["preference"] - twin["preference"]) ** 2).mean()))
    assert apart[0] > 2 * apart[1] > 4 * apart[2]


def test_a_lever_after_which_nothing_counts_is_not_determined():
    plan = sa.optimise(sa.models.companion, weeks=104, discount=1.0)
    assert plan.determined == 10 and "undetermined from week 10" in repr(plan)
    assert plan.controls["cues"].isnull().equals(~plan.controls["determined"])
    assert np.isfinite(plan.costates["ties"].sel(time=slice(0, 9))).all() and np.isnan(plan.costates["ties"][-1])


def test_the_same_seed_gives_the_same_bits():
    first, second = (sa.optimise(sa.models.companion, weeks=12, starts=5, seed=4) for _ in range(2))
    assert first.controls.identical(second.controls) and first.value == second.value


def test_levers_that_are_not_planned_are_held():
    plan = sa.optimise(sa.models.ecosystem, weeks=8, levers=["cues"], steering=0.7)
    assert plan.levers == ("cues",) and float(plan.run["steering"].min()) == 0.7


WRONG = [
    ({"weeks": 0}, "horizon"),
    ({"weeks": -3}, "horizon"),
    ({"weeks": np.nan}, "finite"),
    ({"every": 0}, "every"),
    ({"weeks": 1e9}, "at most 5000"),
    ({"discount": -0.1}, "discount"),
    ({"cost": -1}, "cost"),
    ({"bias": 0}, "bias"),
    ({"bias": 1.2}, "bias"),
    ({"starts": 0}, "starts"),
    ({"starts": 2.5}, "whole"),
    ({"levers": []}, "levers is empty"),
    ({"levers": [["cues"]]}, "names in quotes"),
    ({"weeks": 1e6, "every": 1e3}, "at most 100,000"),
    ({"levers": ["cue"]}, "Did you mean 'cues'"),
    ({"levers": "cues"}, "list"),
    ({"levers": ["cues"], "cues": 0.4}, "cannot also be held"),
    ({"objective": "engagment"}, "Did you mean 'engagement'"),
    ({"objective": "needs"}, "illbeing"),
    ({"objective": 3}, "name of a quantity"),
    ({"start": {"ties": 2}}, "outside its bounds"),
    ({"warmth": "high"}, "plain number"),
    ({"warmt": 0.3}, "Did you mean 'warmth'"),
    ({"objective": sa.objectives.engagement.with_floor(ties=0.9)}, "below its floor"),
    ({"objective": sa.objectives.engagement.with_floor(autonomy=0.3)}, "no state"),
]


@pytest.mark.parametrize(("given", "said"), WRONG, ids=lambda v: str(v)[:40])
def test_what_makes_no_sense_is_refused_with_a_sentence(given, said):
    with pytest.raises((ValueError, TypeError), match=said):
        sa.optimise(sa.models.companion, **given)


def test_steps_that_run_away_in_mid_search_are_shortened():
    x = sa.state("tension", start=0.9, bounds=(0, 1))
    u = sa.lever("ease", "how fast it is let go")
    fast = sa.Model("Fast", {x: -300 * u * sympy.sinh(x)}, {"calm": 1 - x**2})
    # The lever at 0 moves nothing, so that long steps look good enough to set out from there.
    plan = sa.optimise(fast, "calm", weeks=8, starts=1)
    assert plan.converged and plan.value == pytest.approx(sa.optimise(fast, "calm", weeks=8).value, abs=1e-4)
    run = sa.simulate(fast, 8, policy=plan.policy, dt=1 / 256)
    gained = float((1 - run["tension"] ** 2).integrate("time")) - 0.1 * float((plan.controls["ease"] ** 2).sum())
    assert plan.value == pytest.approx(gained, abs=1e-3)


x, u = sa.state("x", start=0.3), sa.lever("u")


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (sympy.floor(4 * u) * x, "jumps"),
        (sympy.Mod(u, 0.3), "jumps"),
        (sympy.log(u) - u, "no number with u = 0"),
        (-sympy.sqrt((u - 0.25) ** 2 - 0.01), "no number"),
    ],
)
def test_formulas_without_a_slope_or_a_number_are_refused(formula, said):
    with pytest.raises(ValueError, match=said):
        sa.optimise(sa.Model("Odd", {x: u * (1 - x) - x / 5}, {"e": formula}), "e", 8)


def test_a_start_at_which_slopes_are_infinite_is_as_good_as_one_beside_it():
    at, beside = (sa.optimise(sa.models.needs, "needs", 8, every=2, engagement=0.5, start={"autonomy": a}) for a in (0, 1e-12))
    assert at.converged and at.value == pytest.approx(beside.value, rel=1e-6)
    assert all(np.isfinite(price).all() for price in at.costates.values())


def test_the_order_of_floors_and_the_unit_of_an_objective_do_not_matter():
    aim, given = sa.objectives.of("autonomy_thwarting"), {"every": 2, "starts": 1, "engagement": 0.8}
    one = sa.optimise(sa.models.needs, aim.with_floor(autonomy=0.6, competence=0.1), 8, **given)
    other = sa.optimise(sa.models.needs, aim.with_floor(competence=0.1, autonomy=0.6), 8, **given)
    assert one.prices.identical(other.prices) and float(one.prices["autonomy"].max()) > 1 > float(
        one.prices["competence"].max()
    )
    values = [sa.optimise(sa.models.companion, s * sa.objectives.engagement, 26, every=2, cost=0.2 * s).value / s
              for s in (1, 1e-8)]  # fmt: skip
    assert values[1] == pytest.approx(values[0], rel=1e-9)


def test_a_floor_is_kept_between_decisions_too():
    y, z = sa.state("y", start=0.9), sa.state("z", start=1)
    model = sa.Model("Dips", {y: 0.2 * (0.9 - y) - 0.6 * u * z * y, z: -0.2 * z}, {"e": u})
    plan = sa.optimise(model, sa.objectives.of("e").with_floor(y=0.5), 40, every=20)
    lowest = plan.run["y"].min()
    assert plan.converged and lowest > 0.5 - 1.1e-3 and lowest < plan.run["y"].sel(time=[20, 40]).min() - 0.1


def test_noise_is_left_out_whatever_is_asked_of_a_plan():
    access = sa.parameter("access", 1, (0, 1), "1", "access")
    drift = {x: access * u * (1 - x) - x / 5}
    aim = sa.objectives.of("e").minus_impact(2, on="x")
    noisy, quiet = (sa.Model("Noisy", drift, {"e": x * u}, noise=noise) for noise in ({x: 0.05 * x}, {}))
    plans = [sa.optimise(model, aim, 8, every=0.3) for model in (noisy, noisy, quiet)]
    assert plans[0].value == plans[1].value == plans[2].value
    assert (plans[0].run["x"] == plans[2].run["x"]).all()


def test_whoever_is_left_alone_is_at_no_distance_from_the_twin():
    access = sa.parameter("access", 1, (0, 1), "1", "access")
    model = sa.Model("Fades", {x: -2 * x + access * u}, {"e": 0 * u})
    plan = sa.optimise(model, sa.objectives.of("e").minus_impact(10, on="x"), 200, every=20, start={"x": 1}, starts=1)
    assert plan.value == 0 and (plan.controls["u"] == 0).all()


def test_plans_are_equal_when_they_say_the_same():
    one, other = (sa.optimise(sa.models.companion, weeks=8, every=4, discount=d) for d in (0, 0.1))
    assert one == copy.deepcopy(one) and one != other and one != 3
