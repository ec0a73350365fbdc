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
    pull = s["influence"] * s["engagement"] * s["steering_rate"] * s["steering"]
    share = pull / (s["anchoring"] * s["autonomy"] * (s["personalisation"] + s["steering_rate"] * s["steering"]) + pull)
    assert sympy.simplify(rest - (1 - share) * s["anchor"] - share * s["target"]) == 0
    values = {"steering": 0.5, "engagement": 0.6, "anchor": -0.2}
    (point,) = at_rest(pair, **values)
    numbers = {s[n]: values.get(n, q.value) for n, q in pair.settings.items()}
    assert point.state["preference"] == pytest.approx(float(rest.subs(numbers)), abs=1e-12)


def test_two_that_only_attract_cannot_cycle():
    s, jacobian = symbols(pair), pair.jacobian
    discriminant = jacobian.trace() ** 2 - 4 * jacobian.det()
    pull = s["influence"] * s["engagement"]
    others = s["anchoring"] * s["autonomy"] - s["personalisation"] - s["steering_rate"] * s["steering"]
    assert sympy.expand(discriminant - (pull + others) ** 2 - 4 * pull * s["personalisation"]) == 0


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
        upper = sa.equilibria(mirror, exaggeration=lam)[-1].state["preference"]
        # The next term of the expansion is of relative size x^2.
        assert upper == pytest.approx(height, rel=2 * height**2)


def test_an_anchor_off_zero_unfolds_the_fork_into_a_fold():
    counts = [len(sa.equilibria(sa.models.mirror, anchor=0.3, exaggeration=lam)) for lam in (1.4, 2.0, 4.0)]
    assert counts[0] == 1 and counts[-1] == 3


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


def test_the_companion_tips_in_a_window_of_cues():
    """SF4: two stable states for a window of attachment cues inside (0.1, 0.9) at least 0.1 wide."""
    both = [v for v in np.linspace(0, 1, 101) if len(at_rest(sa.models.companion, cues=v)) == 2]
    assert min(both) > 0.1 and max(both) < 0.9 and max(both) - min(both) >= 0.1
    middle = sa.equilibria(sa.models.companion, cues=(min(both) + max(both)) / 2)
    assert [e.kind for e in middle] == ["stable node", "saddle", "stable node"]
    assert len(both) == round((max(both) - min(both)) * 100) + 1


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


def test_relief_then_erosion():
    """Felt relatedness under strong cues is above that without the assistant at first, and below it in the end."""
    with_it = sa.simulate(sa.models.companion, cues=0.8)["felt_relatedness"]
    without = sa.simulate(sa.models.companion, cues=0.8, access=0)["felt_relatedness"]
    assert float((with_it - without).sel(time=4)) >= 0.03
    assert float((with_it - without).sel(time=104)) <= -0.15


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
        thwart = q["thwarting"] + q["isolation_cost"] * (1 - here.state["ties"])
        falls = -slope_h * (thwart + q["isolation_cost"] * support) > q["warmth"] * slope_use * thwart
        assert falls == (felt[1] < felt[0])


def test_turning_back_to_where_it_tipped_does_not_bring_the_person_back():
    m = sa.models.companion
    both = [v for v in np.linspace(0, 1, 101) if len(at_rest(m, cues=v)) == 2]
    low, mid, high = min(both) - 0.05, (min(both) + max(both)) / 2, max(both) + 0.05
    path = sa.policies.schedule(cues={0: low, 200: mid, 400: high, 800: mid, 1200: low})
    ties = sa.simulate(m, 2000, policy=path, dt=1)["ties"]
    before, after, home = (float(ties.sel(time=t)) for t in (399, 1199, 1999))
    assert before > 0.4 and after < 0.2 and home > 0.4


def test_what_the_tour_says_in_words():
    m = sa.models.companion
    none, some, strong = (sa.simulate(m, cues=c)["felt_relatedness"] for c in (0, 0.4, 0.8))
    gap = strong - none
    turn = float(gap["time"].where(gap < 0).min())
    assert 15 <= turn <= 20, "about four months"
    assert float(gap[0]) > 0.03 and float(-gap[-1]) > 3 * float(gap.max()), "several times as wide"
    assert (some.diff("time") > 0).all() and (none.diff("time") > 0).all(), "nothing tips"
    ties = sa.simulate(m, cues=0.8)["ties"]
    assert float(abs(ties.sel(time=slice(0, 8)) - ties[0]).max()) < 0.02, "ties barely move in two months"
    two = sa.simulate(m, 520, {"ties": [0.45, 0.3]}, cues=0.7)["ties"].isel(time=-1)
    assert float(two[0]) > 0.6 and float(two[1]) < 0.1, "two people, two fates"
    back = sa.simulate(m, 520, {"ties": 0.7}, sa.policies.schedule(cues={0: 0.7, 52: 0.9, 260: 0.7}))["ties"]
    assert float(back.sel(time=52)) > 0.69 and float(back[-1]) < 0.05, "the ties do not come back"
    for binding in (2, 0):
        assert float(sa.simulate(m, cues=0.8, binding=binding)["felt_relatedness"].diff("time").min()) > 0, "nothing erodes"
