"""The theory's closed forms, proved in symbols where they can be and checked against the simulation."""

import numpy as np
import pytest
import sympy

import socioaffective as sa

pair = sa.models.co_construction


def at_rest(model, **settings):
    return [e for e in sa.equilibria(model, **settings) if e.stable]


def symbols(model):
    return {**model.symbols}


def test_authorship_share():
    s = symbols(pair)
    rest = sympy.solve(list(pair.equations.values()), [s["preference"], s["offer"]], dict=True)[0][s["preference"]]
    share = pair.expressions["authorship"]
    assert sympy.simplify(rest - (1 - share) * s["anchor"] - share * s["target"]) == 0
    values = {"steering": 0.5, "engagement": 0.6, "anchor": -0.2, "autonomy": 0.4}
    (point,) = at_rest(pair, **values)
    numbers = {s[n]: values.get(n, q.value) for n, q in pair.settings.items()}
    assert point.state["preference"] == pytest.approx(float(rest.subs(numbers)), abs=1e-12)
    run = sa.simulate(pair, 400, **values)
    assert float(run["preference"][-1]) == pytest.approx(float(rest.subs(numbers)), abs=1e-8)
    at_rest_share = (float(run["preference"][-1]) + 0.2) / 1.2
    assert float(run["authorship"][-1]) == pytest.approx(at_rest_share, abs=1e-8)


def test_two_that_only_attract_cannot_cycle():
    s, jacobian = symbols(pair), pair.jacobian
    discriminant = jacobian.trace() ** 2 - 4 * jacobian.det()
    pull = s["influence"] * s["engagement"]
    others = s["anchoring"] * s["autonomy"] - s["personalisation"] - s["steering_rate"] * s["steering"]
    assert sympy.expand(discriminant - (pull + others) ** 2 - 4 * pull * s["personalisation"]) == 0
    assert pull.is_nonnegative and s["personalisation"].is_nonnegative and others.is_real
    # With real roots a distance from rest changes its sign at most once.
    rng = np.random.default_rng(5)
    names = ("influence", "anchoring", "personalisation", "steering_rate", "steering", "engagement")
    for _ in range(10):
        values = {n: float(rng.uniform(0.1, 1) * pair.settings[n].bounds[1]) for n in names}
        (point,) = sa.equilibria(pair, **values)
        run = sa.simulate(pair, 60, {"preference": float(rng.uniform(-1, 1)), "offer": float(rng.uniform(-1, 1))}, **values)
        for name in pair.states:
            away = run[name].values - point.state[name]
            signs = np.sign(away[abs(away) > 1e-6])
            assert (np.diff(signs) != 0).sum() <= 1


def test_memory_where_the_pair_ends_depends_on_where_it_began():
    s = symbols(pair)
    free = {s["anchoring"]: 0, s["steering"]: 0}
    kept = s["personalisation"] * s["preference"] + s["influence"] * s["engagement"] * s["offer"]
    change = sum(sympy.diff(kept, x) * right for x, right in pair.equations.items())
    assert sympy.expand(change.subs(free)) == 0
    run = sa.simulate(pair, 200, {"preference": 0.8, "offer": -0.4}, anchoring=0, engagement=0.5)
    beta, alpha = (pair.parameters[n].default for n in ("personalisation", "influence"))
    amount = beta * run["preference"] + alpha * 0.5 * run["offer"]
    assert amount.values == pytest.approx(float(amount[0]), abs=1e-7)
    with pytest.warns(UserWarning, match="continuum"):
        points = sa.equilibria(pair, anchoring=0)
    assert all(e.kind == "degenerate" and e.state["preference"] == pytest.approx(e.state["offer"], abs=1e-6) for e in points)


def test_the_mirror_forks_where_the_theory_says():
    mirror = sa.models.mirror
    s = symbols(mirror)
    slope = mirror.jacobian[0].subs({s["preference"]: 0})
    fork = 1 + s["anchoring"] / s["influence"]
    assert sympy.simplify(slope.subs(s["exaggeration"], fork)) == 0
    alpha, kappa = (mirror.parameters[n].default for n in ("influence", "anchoring"))
    at = 1 + kappa / alpha
    assert len(sa.equilibria(mirror, exaggeration=at - 0.01)) == 1
    for beyond in (1e-2, 1e-3):
        lam = at + beyond
        height = np.sqrt(3 * (alpha * lam - alpha - kappa) / (alpha * lam**3))
        found = sa.equilibria(mirror, exaggeration=lam)
        assert [e.stable for e in found] == [True, False, True]
        upper = found[-1].state["preference"]
        # The next term of the expansion is of relative size x^2.
        assert upper == pytest.approx(height, rel=2 * height**2)


def test_an_anchor_off_zero_unfolds_the_fork_into_a_fold():
    mirror = sa.models.mirror
    s = symbols(mirror)
    x, lam = s["preference"], s["exaggeration"]
    given = {s[n]: sympy.Rational(str(q.default)) for n, q in mirror.settings.items() if s[n] != lam}
    field = mirror.equations[x].subs(given | {s["anchor"]: sympy.Rational(1, 10)})
    at = dict(zip((x, lam), sympy.nsolve([field, field.diff(x)], [x, lam], [-0.25, 1.65]), strict=True))
    # A fold: the curvature does not vanish, nor does the push across it. In the fork the first does.
    assert abs(field.diff(x, 2).subs(at)) > 0.1 and abs(field.diff(lam).subs(at)) > 0.01
    assert mirror.equations[x].subs(given | {s["anchor"]: 0}).diff(x, 2).subs(x, 0) == 0
    below, above = (sa.equilibria(mirror, anchor=0.1, exaggeration=float(at[lam]) + d) for d in (-1e-3, 1e-3))
    assert [e.stable for e in below] == [True] and [e.stable for e in above] == [True, False, True]
    born = [e.state["preference"] for e in above[:2]]
    assert born == pytest.approx([float(at[x])] * 2, abs=0.05) and below[0].state["preference"] > 0.1


def test_on_the_sphere_the_tangent_shrinks_by_the_same_factor():
    run = sa.simulate(sa.models.sphere, 20, learning=0.3)
    tangent = np.tan(run["angle"].values)
    assert tangent[1:] / tangent[:-1] == pytest.approx(1 / 1.3, rel=1e-12)
    assert [e.kind for e in sa.equilibria(sa.models.sphere)] == ["stable node", "saddle", "saddle", "stable node"]


def test_wanting_at_rest():
    block = sa.models.wanting
    s = symbols(block)
    (rest,) = sympy.solve(block.equations[s["wanting"]], s["wanting"])
    dose = s["sensitisation"] * s["engagement"] * s["cues"]
    assert sympy.simplify(rest - dose / (dose + s["decay"])) == 0
    (point,) = at_rest(block, cues=0.8)
    numbers = {s[n]: {"cues": 0.8}.get(n, q.value) for n, q in block.settings.items()}
    assert point.state["wanting"] == pytest.approx(float(rest.subs(numbers)), abs=1e-12)


def test_the_companion_is_its_blocks():
    companion = sa.models.companion
    e = sa.models.wanting.symbols["engagement"]
    for block in (sa.models.wanting, sa.models.ties):
        for x, right in block.equations.items():
            wired = right.xreplace({e: companion.expressions["engagement"]})
            assert companion.equations[x] == wired


CHECKED = {
    "sensitisation": 0.43, "decay": 0.07, "growth": 0.16, "bridging": 1.3, "loss": 0.04, "binding": 4.7, "acquaintance": 0.02,
    "baseline_appeal": -4.5, "appeal_of_wanting": 5.9, "appeal_of_cues": 3.1, "peak_of_appeal": 0.8,
}  # fmt: skip


def test_the_companion_at_the_values_worked_out_by_hand():
    found = sa.equilibria(sa.models.companion, cues=0.685, **CHECKED)
    assert [round(e.state["ties"], 2) for e in found] == [0.73, 0.60, 0.03]
    both = [v for v in np.linspace(0, 1, 101) if len(at_rest(sa.models.companion, cues=v, **CHECKED)) == 2]
    assert (min(both), max(both)) == (pytest.approx(0.56), pytest.approx(0.81, abs=0.011))


def test_rest_points_of_the_companion_by_another_route():
    """Eliminating wanting and ties by hand leaves one equation in wanting; its sign changes must be the rest points."""
    m = sa.models.companion
    v, q = 0.62, {n: x.value for n, x in m.settings.items()}
    w = np.linspace(1e-6, 1 - 1e-6, 400_001)
    e = q["decay"] * w / (q["sensitisation"] * v * (1 - w))
    w, e = w[(e > 0) & (e < 1)], e[(e > 0) & (e < 1)]
    pull = q["appeal_of_cues"] * v * (1 - v / (2 * q["peak_of_appeal"]))
    h = 1 - (np.log(e / (1 - e)) - q["baseline_appeal"] - q["appeal_of_wanting"] * w) / pull
    free = (1 - e) + e * (1 - v) * q["bridging"]
    f = q["growth"] * free * (h + q["acquaintance"]) * (1 - h) - q["loss"] * (1 + q["binding"] * e * v) * h
    cross = np.flatnonzero((np.sign(f[1:]) != np.sign(f[:-1])) & (h[1:] >= 0) & (h[1:] <= 1))
    found = sa.equilibria(m, cues=v)
    assert [x.state["wanting"] for x in found] == pytest.approx(w[cross], abs=1e-5)
    assert [x.state["ties"] for x in found] == pytest.approx(h[cross], abs=1e-3)


def test_relief_and_erosion_have_the_condition_that_theory_gives():
    """With ties free, felt relatedness at rest falls with cues exactly where -dH/dv (T + theta U) > warm d(ev)/dv T."""
    m = sa.models.companion
    q = {n: x.value for n, x in m.settings.items()}
    for v in (0.1, 0.3, 0.5, 0.95):
        low, here, high = (min(at_rest(m, cues=v + d), key=lambda e: e.state["wanting"]) for d in (-1e-4, 0, 1e-4))
        use = lambda e, c: c * float(sa.simulate(m, 1, e.state, cues=c)["engagement"][0])  # noqa: E731
        slope_h = (high.state["ties"] - low.state["ties"]) / 2e-4
        slope_use = (use(high, v + 1e-4) - use(low, v - 1e-4)) / 2e-4
        felt = [
            float(sa.simulate(m, 1, e.state, cues=c)["felt_relatedness"][0]) for e, c in ((low, v - 1e-4), (high, v + 1e-4))
        ]
        support = here.state["ties"] + q["warmth"] * use(here, v)
        thwart = q["relatedness_pressure"] + q["isolation_cost"] * (1 - here.state["ties"])
        falls = -slope_h * (thwart + q["isolation_cost"] * support) > q["warmth"] * slope_use * thwart
        assert falls == (felt[1] < felt[0])


def test_authorship_is_an_observable_and_undefined_where_nothing_anchors_or_steers():
    assert float(sa.simulate(pair, 1, steering=0.5, engagement=0.6)["authorship"][0]) == pytest.approx(
        0.4 * 0.6 * 0.4 * 0.5 / (0.6 * (0.5 + 0.2) + 0.4 * 0.6 * 0.2)
    )
    assert np.isnan(sa.simulate(pair, 1, anchoring=0, steering=0)["authorship"]).all()


def test_the_amplitude_of_the_fork_from_its_normal_form():
    s = symbols(sa.models.mirror)
    x, alpha, lam, kappa = (s[n] for n in ("preference", "influence", "exaggeration", "anchoring"))
    field = sa.models.mirror.equations[x].subs(s["anchor"], 0)
    linear, cubic = (sympy.series(field, x, 0, 5).removeO().coeff(x, k) for k in (1, 3))
    assert sympy.simplify(-linear / cubic - 3 * (alpha * lam - alpha - kappa) / (alpha * lam**3)) == 0


def test_the_law_of_the_sphere_in_symbols():
    s = symbols(sa.models.sphere)
    along, across = (sa.models.sphere.equations[s[n]] for n in ("along", "across"))
    assert sympy.simplify(across / along - s["across"] / s["along"] / (1 + s["learning"])) == 0


def test_a_need_under_constant_conditions():
    block = sa.models.need
    s = symbols(block)
    S, F, U, T = (s[n] for n in ("satisfaction", "frustration", "support", "thwarting"))
    r, d, q, p = (s[n] for n in ("gain", "loss", "strain", "relief"))
    rate = r * U + d * T
    (level,) = sympy.solve(block.equations[S], S)
    assert sympy.simplify(level - r * U / rate) == 0
    t, S0 = sympy.symbols("t S0")
    path = level + (S0 - level) * sympy.exp(-rate * t)
    assert sympy.simplify(path.diff(t) - block.equations[S].subs(S, path)) == 0
    strained = q * T / (q * T + p * U)
    hurt = strained + (S0 - strained) * sympy.exp(-(q * T + p * U) * t)
    assert sympy.simplify(hurt.diff(t) - block.equations[F].subs(F, hurt)) == 0
    # One scale: the rate of S + F - 1 is a multiple of S + F - 1 iff q/d = p/r = 1.
    together = sympy.expand((block.equations[S] + block.equations[F]).subs({q: d, p: r}))
    assert sympy.simplify(together + rate * (S + F - 1)) == 0
    drift = sympy.expand((block.equations[S] + block.equations[F]).subs(F, 1 - S))
    assert sympy.simplify(drift - (S * T * (q - d) + (1 - S) * U * (r - p))) == 0
    run = sa.simulate(block, 30, {"satisfaction": 0.2}, support=0.7, thwarting=1.5, gain=0.2, loss=0.05)
    known = {U: 0.7, T: 1.5, r: 0.2, d: 0.05, q: block.parameters["strain"].default, p: block.parameters["relief"].default}
    for name, exact, begins in (("satisfaction", path, 0.2), ("frustration", hurt, 0.3)):
        there = float(exact.subs(known | {S0: begins, t: 10}))
        assert float(run[name].sel(time=10)) == pytest.approx(there, abs=1e-9)


# Of each need that use can feed or starve: the harmful share u of use, and the symbols of the formula for break-even.
BREAK_EVEN = {
    "competence": ("accommodation", "competence_of_own_time", "competence_of_practice", "competence_pressure", "cost_of_ease"),
    "autonomy": ("steering", "autonomy_of_own_time", "autonomy_of_use", "autonomy_pressure", "cost_of_pressure_to_use"),
}


@pytest.mark.parametrize("need", BREAK_EVEN)
def test_break_even_exploitation(need):
    m = sa.models.needs
    s = symbols(m)
    u, sig, eta, phi, theta = (s[n] for n in BREAK_EVEN[need])
    e, r, d = s["engagement"], s[f"{need}_gain"], s[f"{need}_loss"]
    right = m.equations[s[need]].subs({s["wanting"]: 0, s["endorsement"]: 0})
    (level,) = sympy.solve(right, s[need])
    gap = sympy.together(level - level.subs(e, 0))
    even = phi * (eta - sig) / (eta * phi + sig * theta)
    # The gap is (even - u) times e and times something positive, so that only its size depends on e.
    factor = sympy.factor(gap / ((even - u) * (eta * phi + sig * theta) * d * r * e))
    assert not factor.has(sympy.zoo, sympy.nan)
    # Written with odds, e = 1/(1 + odds), every coefficient above and below the line has one sign.
    odds = {v: 1 / (1 + sympy.Symbol(f"odds_{v.name}", positive=True)) for v in (e, u)}
    parts = sympy.fraction(sympy.cancel(sympy.together(factor.subs(odds))))
    signs = [{sympy.sign(c) for c in sympy.Poly(part, *part.free_symbols).coeffs()} for part in parts if part.free_symbols]
    assert len(signs) == 2 and signs[0] == signs[1] and len(signs[0]) == 1


def test_for_autonomy_only_volition_counts():
    """Steering, endorsement and wanting enter through q = (1 - s (1 - z)) (1 - w) alone."""
    m = sa.models.needs
    s, u = symbols(m), sympy.Symbol("u")
    alone = {s["endorsement"]: 0, s["wanting"]: 0, s["steering"]: u}
    share = 1 - (1 - s["steering"] * (1 - s["endorsement"])) * (1 - s["wanting"])
    for name in ("autonomy_support", "autonomy_thwarting"):
        assert sympy.expand(m.expressions[name].subs(alone).subs(u, share) - m.expressions[name]) == 0


@pytest.mark.parametrize("e", [0.05, 0.3, 0.9])
def test_break_even_in_the_needs_model(e):
    m = sa.models.needs
    q = {n: x.default for n, x in m.parameters.items()}
    for need, (_, sig, eta, phi, theta) in BREAK_EVEN.items():
        even = q[phi] * (q[eta] - q[sig]) / (q[eta] * q[phi] + q[sig] * q[theta])
        for u, sign in ((even - 0.02, 1), (even + 0.02, -1)):
            # For autonomy u = 1 - q: with wanting at 0.1 part of the allowance is used up before any steering.
            levers = {"accommodation": u} if need == "competence" else {"steering": 1 - (1 - u) / 0.9, "wanting": 0.1}
            run = sa.simulate(m, 2000, engagement=e, dt=100, **levers)
            assert sign * float(run[need][-1] - sa.counterfactual(run)[need][-1]) > 0


def test_wanting_and_liking_decouple():
    block = sa.models.wanting_liking
    s = symbols(block)
    w, like, e, v = (s[n] for n in ("wanting", "liking", "engagement", "cues"))
    rest = sympy.solve(list(block.equations.values()), [w, like], dict=True)[0]
    dose, fade = s["sensitisation"] * e * v, s["decay"]
    assert sympy.simplify(rest[w].diff(e) - s["sensitisation"] * v * fade / (dose + fade) ** 2) == 0
    lost = s["recovery"] + s["habituation"] * e
    assert sympy.simplify(rest[like].diff(e) + s["recovery"] * s["habituation"] / lost**2) == 0
    assert rest[like].diff(v) == 0
    (point,) = at_rest(block, engagement=0.7, cues=0.6)
    numbers = {s[n]: {"engagement": 0.7, "cues": 0.6}.get(n, q.value) for n, q in block.settings.items()}
    for name, x in (("wanting", w), ("liking", like)):
        assert point.state[name] == pytest.approx(float(rest[x].subs(numbers)), abs=1e-12)


def test_relief_and_erosion_in_symbols():
    """dS_R*/dv < 0 exactly where -dH*/dv (T + theta U) > warm d(ev)/dv T."""
    need = sa.models.needs
    s, v = symbols(need), sympy.Symbol("nu", positive=True)
    H, use = sympy.Function("H")(v), sympy.Function("E")(v)
    U = s["ties"] + s["warmth"] * use
    T = s["relatedness_pressure"] + s["isolation_cost"] * (1 - s["ties"])
    assert sympy.expand(need.expressions["relatedness_support"] - U.subs(use, s["engagement"] * s["cues"])) == 0
    assert sympy.expand(need.expressions["relatedness_thwarting"] - T) == 0
    (level,) = sympy.solve(need.equations[s["relatedness"]], s["relatedness"])
    # The companion's felt relatedness is this level.
    c = sa.models.companion
    here = {s["ties"]: symbols(c)["ties"], s["engagement"]: c.expressions["engagement"]}
    assert sympy.simplify(c.expressions["felt_relatedness"] - level.subs(here)) == 0
    r, d = s["relatedness_gain"], s["relatedness_loss"]
    # With ties held still it rises with the product of use and cues.
    held = level.subs(s["engagement"], sympy.Symbol("dose", nonnegative=True) / s["cues"])
    rises = held.diff(sympy.Symbol("dose", nonnegative=True))
    assert (
        sympy.simplify(rises * (r * U + d * T).subs(use, sympy.Symbol("dose", nonnegative=True)) ** 2 - r * d * s["warmth"] * T)
        == 0
    )
    slope = level.subs(s["engagement"], use / s["cues"]).subs(s["ties"], H).diff(v)
    U, T = U.subs(s["ties"], H), T.subs(s["ties"], H)
    condition = s["warmth"] * use.diff(v) * T + H.diff(v) * (T + s["isolation_cost"] * U)
    assert sympy.simplify(slope * (r * U + d * T) ** 2 - r * d * condition) == 0


def patience(rho, C=0.0):
    """Returns the value of full practice and how much faster a moment of doing it for a novice pays."""
    s = symbols(sa.models.scaffold)
    lam, f, q = (s[n] for n in ("learning", "forgetting", "help_quality"))
    V = 1 / rho - (1 - s["skill"]) / (rho + lam)
    hamiltonian = sa.models.scaffold.expressions["performance"] + V.diff(s["skill"]) * sa.models.scaffold.equations[s["skill"]]
    return s, lam, f, q, V, sympy.expand(hamiltonian)


def test_the_patience_threshold_in_symbols():
    rho = sympy.Symbol("rho", positive=True)
    s, lam, f, q, V, hamiltonian = patience(rho)
    a, C = s["accommodation"], s["skill"]
    # V solves the Hamilton-Jacobi-Bellman equation with full practice ...
    assert sympy.simplify(rho * V - hamiltonian.subs(a, 0)) == 0
    # ... which is best from every C iff the Hamiltonian falls with a. Its slope is linear in C and negative at C = 1,
    # so it falls everywhere iff it falls at C = 0.
    slope = hamiltonian.diff(a)
    assert sympy.simplify(slope.diff(C) - (lam - f) / (rho + lam) + q) == 0
    assert sympy.simplify(slope.subs(C, 1) + f / (rho + lam)) == 0
    assert sympy.simplify(slope.subs(C, 0) - (q - lam / (rho + lam))) == 0
    (threshold,) = sympy.solve(slope.subs(C, 0), rho)
    assert sympy.simplify(threshold - lam * (1 - q) / q) == 0


def discounted(run, rho):
    """Value of a run under a discount rate, the last state held for ever."""
    t, y = run["time"].values, run["performance"].values
    weight = np.exp(-rho * t)
    return np.trapezoid(weight * y, t) + weight[-1] * y[-1] / rho


def test_the_patience_threshold_in_runs():
    m = sa.models.scaffold
    lam, q = m.parameters["learning"].default, m.parameters["help_quality"].default
    threshold = lam * (1 - q) / q
    rng = np.random.default_rng(0)
    rivals = [sa.policies.fixed(accommodation=a) for a in (0.1, 0.5, 1)]
    rivals += [sa.policies.schedule(accommodation={0: 1, w: 0}) for w in (1, 4, 16)]
    rivals += [sa.policies.schedule(accommodation={4.0 * k: a for k, a in enumerate(rng.uniform(0, 1, 20))}) for _ in range(4)]
    # Full practice alone has the value in closed form. A jump of the lever costs the sum at most half a step.
    for C in (0.0, 0.3, 1.0):
        practice = sa.simulate(m, 300, {"skill": C}, dt=1 / 64)
        rho = 0.8 * threshold
        assert discounted(practice, rho) == pytest.approx(1 / rho - (1 - C) / (rho + lam), rel=1e-4)
        for rival in rivals:
            assert discounted(sa.simulate(m, 300, {"skill": C}, rival, dt=1 / 64), rho) < discounted(practice, rho)
    rho, novice = 1.25 * threshold, {"skill": 0.0}
    helped = sa.simulate(m, 300, novice, sa.policies.schedule(accommodation={0: 1, 1: 0}), dt=1 / 64)
    assert discounted(helped, rho) > discounted(sa.simulate(m, 300, novice, dt=1 / 64), rho)


def test_a_naive_novice_with_present_bias_postpones_practice():
    """Now counts in full, all later beta times: today's self takes the help iff beta lam/(rho + lam) < q at C = 0."""
    rho, beta = sympy.symbols("rho beta", positive=True)
    s, lam, _, q, V, _ = patience(rho)
    change = sa.models.scaffold.equations[s["skill"]]
    now = sa.models.scaffold.expressions["performance"] + beta * V.diff(s["skill"]) * change
    gain = sympy.simplify(now.diff(s["accommodation"]).subs(s["skill"], 0))
    assert sympy.simplify(gain - (q - beta * lam / (rho + lam))) == 0
    # Without the bias the same self would practise: both hold on beta lam/(rho + lam) < q <= lam/(rho + lam).
    assert sympy.simplify(gain.subs(beta, 1) - (q - lam / (rho + lam))) == 0


def weekly(m, C, rho, beta, weeks):
    """Returns what a self with present bias chooses each week, thinking that all later weeks will be practice."""
    lam = m.parameters["learning"].default
    later = lambda skill: 1 / rho - (1 - skill) / (rho + lam)  # noqa: E731
    choices = []
    for _ in range(weeks):
        worth, skill = {}, {}
        for a in (0, 1):
            run = sa.simulate(m, 1, {"skill": C}, dt=1 / 64, accommodation=a)
            now = np.trapezoid(np.exp(-rho * run["time"].values) * run["performance"].values, run["time"].values)
            skill[a] = float(run["skill"][-1])
            worth[a] = now + beta * np.exp(-rho) * later(skill[a])
        choices.append(max(worth, key=worth.__getitem__))
        C = skill[choices[-1]]
    return choices, C


def test_a_naive_novice_postpones_practice_again_and_again():
    m = sa.models.scaffold
    lam, q = m.parameters["learning"].default, m.parameters["help_quality"].default
    rho = 0.3 * lam
    # q = 0.6 lies inside (beta lam/(rho + lam), lam/(rho + lam)] for 0.5 and below the interval for 0.95.
    assert 0.5 * lam / (rho + lam) < q < 0.95 * lam / (rho + lam)
    assert weekly(m, 0.0, rho, 0.5, 52) == ([1] * 52, 0.0)
    choices, skill = weekly(m, 0.0, rho, 0.95, 52)
    assert choices == [0] * 52 and skill > 0.9
    # Past the other end nobody practises, bias or not.
    assert weekly(m, 0.0, 2 * lam, 1.0, 4)[0] == [1] * 4


def test_contact_with_the_assistant_lowers_the_effort_to_meet_people():
    m = sa.models.set_point
    s = symbols(m)
    # At once: use with cues adds to contact, and effort falls with contact while there is a deficit.
    below = {s["contact"]: sympy.Rational(1, 4), s["set_point"]: sympy.Rational(1, 2)}
    fed = m.equations[s["contact"]].subs(below)
    assert sympy.simplify(fed.diff(s["cues"]) - sympy.Rational(3, 4) * s["artificial_contact"] * s["engagement"]) == 0
    assert m.expressions["effort"].diff(s["contact"]).subs(below) == -s["effort_gain"]
    # In the long run too, although the set point rises with the contact there is.
    run = sa.simulate(m, 520, engagement=0.5, cues=[0, 0.5, 1], dt=4).isel(time=-1)
    assert (np.diff(run["contact"]) > 0.01).all() and (np.diff(run["effort"]) < -0.01).all()
    # Who lives without an assistant stays where they are.
    alone = sa.simulate(m, 520, dt=4)
    assert float(abs(alone["contact"] - alone["contact"][0]).max()) < 0.01


def test_a_long_deficit_lowers_the_set_point_and_what_was_enough_is_a_surplus():
    m = sa.models.set_point
    usual = m.states["contact"].start
    lonely = sa.simulate(m, 208, interventions={0: {"fading": 2.0}, 104: {"fading": 0.2, "contact": usual}}, dt=1)
    before, after = float(lonely["set_point"][0]), float(lonely["set_point"].sel(time=104))
    assert after < before - 0.1 and after < usual
    assert float(lonely["effort"].sel(time=104)) == 0 < float(lonely["effort"][0])
    # It comes back, at the rate of adaptation and restoration together.
    assert float(lonely["set_point"][-1]) > after + 0.05


def test_when_an_engagement_climber_harms():
    m, climber = sa.models.ecosystem, sa.policies.climber()
    s, e = symbols(m), m.expressions["engagement"]
    logit = s["appeal_of_ease"] * e * (1 - e / s["access"])
    assert sympy.simplify(e.diff(s["accommodation"]) - logit) == 0
    closed = climber.on(m)
    q = {n: x.value for n, x in closed.settings.items()}
    even = q["competence_pressure"] * (q["competence_of_practice"] - q["competence_of_own_time"])
    even /= q["competence_of_practice"] * q["competence_pressure"] + q["competence_of_own_time"] * q["cost_of_ease"]
    for ease, access in ((-2.0, 1), (0.2, 1), (0.6, 1), (1.1, 1), (2.5, 1), (1.1, 0.7)):
        run = sa.simulate(m, 3000, policy=climber, appeal_of_ease=ease, access=access, dt=100)
        a, e = (float(run[n][-1]) for n in ("accommodation", "engagement"))
        assert a == pytest.approx(np.clip(ease * e * (1 - e / access) / q["lever_cost"], 0, 1), abs=1e-6)
        harm = float(run["competence"][-1]) < float(sa.counterfactual(run)["competence"][-1])
        assert harm == (a > even)


def test_the_ecosystem_is_its_blocks():
    whole = sa.models.ecosystem
    seen = []
    for block in (pair, sa.models.wanting_liking, sa.models.ties, sa.models.needs):
        wires = {block.symbols[n]: whole.expressions[n] if n in whole.expressions else whole.symbols[n] for n in block.inputs}
        for x, right in block.equations.items():
            assert whole.equations[x] == right.xreplace(wires)
            seen.append(x.name)
    assert seen == list(whole.states) and 10 <= len(seen) <= 12 and len(whole.levers) == 3


@pytest.mark.parametrize("block", [pair, sa.models.wanting_liking, sa.models.ties, sa.models.needs], ids=lambda m: m.title)
def test_the_ecosystem_with_the_other_blocks_frozen_runs_as_the_block(block):
    whole, levers = sa.models.ecosystem, {"steering": 0.3, "cues": 0.6, "accommodation": 0.5}
    # Without any appeal engagement is a constant: access times logistic(0).
    still = {n: 0 for n in whole.parameters if n.startswith("appeal_of") or n == "baseline_appeal"}
    use = 0.4
    frozen = sa.Model("Frozen", {x: right if x.name in block.states else 0 for x, right in whole.equations.items()})
    starts = {n: block.states[n].start if n in block.states else q.start for n, q in whole.states.items()}
    given = {**still, **levers, "access": 2 * use}
    run = sa.simulate(frozen, 52, starts, **{n: v for n, v in given.items() if n in frozen.settings})
    inputs = {n: use if n == "engagement" else starts[n] for n in block.inputs}
    own_levers = {n: v for n, v in levers.items() if n in block.levers}
    alone = sa.simulate(block, 52, {n: starts[n] for n in block.states}, **inputs, **own_levers)
    for name in block.states:
        assert run[name].values == pytest.approx(alone[name].values, abs=1e-7)
