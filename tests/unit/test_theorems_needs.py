"""Theorems on needs, wanting, ties and the set point: proved in symbols of the models' own equations, and checked in runs."""

import numpy as np
import pytest
import sympy
from theorem_tools import at_rest

import socioaffective as sa


def test_wanting_at_rest():
    block = sa.models.wanting
    s = block.symbols
    (rest,) = sympy.solve(block.equations[s["wanting"]], s["wanting"])
    dose = s["sensitisation"] * s["engagement"] * s["cues"]
    assert sympy.simplify(rest - dose / (dose + s["decay"])) == 0
    (point,) = at_rest(block, cues=0.8)
    numbers = {s[n]: {"cues": 0.8}.get(n, q.value) for n, q in block.settings.items()}
    assert point.state["wanting"] == pytest.approx(float(rest.subs(numbers)), abs=1e-12)


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


def test_a_need_under_constant_conditions():
    block = sa.models.need
    s = block.symbols
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
    s = m.symbols
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
    s, u = m.symbols, sympy.Symbol("u")
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
    s = block.symbols
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
    s, v = need.symbols, sympy.Symbol("nu", positive=True)
    H, use = sympy.Function("H")(v), sympy.Function("E")(v)
    U = s["ties"] + s["warmth"] * use
    T = s["relatedness_pressure"] + s["isolation_cost"] * (1 - s["ties"])
    assert sympy.expand(need.expressions["relatedness_support"] - U.subs(use, s["engagement"] * s["cues"])) == 0
    assert sympy.expand(need.expressions["relatedness_thwarting"] - T) == 0
    (level,) = sympy.solve(need.equations[s["relatedness"]], s["relatedness"])
    # The companion's felt relatedness is this level.
    c = sa.models.companion
    here = {s["ties"]: c.symbols["ties"], s["engagement"]: c.expressions["engagement"]}
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


def test_contact_with_the_assistant_lowers_the_effort_to_meet_people():
    m = sa.models.set_point
    s = m.symbols
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
    s, e = m.symbols, m.expressions["engagement"]
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
