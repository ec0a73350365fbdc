"""The patience threshold of the scaffold, and who postpones practice."""

import numpy as np
import pytest
import sympy

import socioaffective as sa


def patience(rho, C=0.0):
    """Returns the value of full practice and how much faster a moment of doing it for a novice pays."""
    s = sa.models.scaffold.symbols
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


def test_the_weeks_that_the_chapter_names():
    scaffold = sa.models.scaffold

    def fading(state):
        return {"accommodation": float(np.clip((0.5 - state["skill"]) / 0.6 / (1 - state["skill"] + 1e-9), 0, 1))}

    done, practised = (sa.simulate(scaffold, 104, accommodation=a, dt=0.25) for a in (1, 0))
    helped = sa.simulate(scaffold, 104, policy=fading, dt=0.25)
    lead = (practised["performance"] - done["performance"]).values
    assert float(done["time"][np.argmax(lead > 0)]) == 17
    for run, (before, after) in ((practised, (40, 41)), (helped, (47, 48))):
        in_all = (run["performance"] - done["performance"]).cumulative_integrate("time")
        assert float(in_all.sel(time=before)) < 0 < float(in_all.sel(time=after))
    assert float(helped["accommodation"][0]) == pytest.approx(0.625, abs=1e-6)
    # From a skill of 0.2 skill grows at first up to this standard.
    standard = 0.2 + 0.6 * 0.8 * (0.05 * 0.8) / (0.05 * 0.8 + 0.02 * 0.2)
    assert standard == pytest.approx(0.636, abs=5e-4)
    for level, grows in ((standard - 0.001, True), (standard + 0.001, False)):
        help_ = (level - 0.2) / 0.6 / 0.8
        run = sa.simulate(scaffold, 1, accommodation=help_)
        assert (float(run["skill"][-1]) > 0.2) == grows
