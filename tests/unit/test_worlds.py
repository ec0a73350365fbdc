"""Worlds of others: closed forms against other routes to them, pages, and what is refused."""

import numpy as np
import pytest

import socioaffective as sa
from socioaffective.worlds import MARKS, NAMES

w = sa.worlds


def test_every_world_has_a_page_with_its_mark_and_a_report():
    assert len(w) == len(NAMES) == len(list(w))
    for world in w:
        text = world.page._repr_markdown_()
        assert world.page.mark and all(f"[{mark}]" in text and MARKS[mark] in text for mark in world.page.mark)
        assert "$$" in text and "Source" in text and world.__doc__.splitlines()[0].endswith(".")
        lines = world.report()
        assert lines and all(isinstance(line, str) and line for line in lines)


def test_a_world_that_does_not_exist_is_named_with_the_nearest():
    with pytest.raises(AttributeError, match="Did you mean 'choc_kale'"):
        w.chock_kale  # noqa: B018
    with pytest.raises(ValueError, match="checking mark"):
        w.Page("X", (), {}, "ours", ("SEEN",))


def test_the_proxy_rises_while_the_truth_first_rises_and_then_falls():
    path = w.proxy.run()
    assert (path["proxy"].diff("pressure") > 0).all()
    kink = (path.attrs["kink"] - 0.5) / ((4 - 2 * 0.1) / 2 - 0.5)
    k = int(path["utility"].values.argmax())
    assert float(path["pressure"][k]) == pytest.approx(kink, abs=1 / 200)
    assert (path["utility"][: k + 1].diff("pressure") > 0).all() and (path["utility"][k + 1 :].diff("pressure") < 0).all()


def test_the_proxy_optimum_is_that_of_a_numerical_search():
    from scipy.optimize import minimize

    rules = [{"type": "ineq", "fun": lambda s: 4 - s.sum()}]
    best = minimize(lambda s: -np.log(s[:2]).sum(), np.ones(4), bounds=[(0.1, 4)] * 4, constraints=rules, method="SLSQP")
    assert float(w.proxy.run()["proxy"][-1]) == pytest.approx(-best.fun, rel=1e-6)


def test_choc_and_kale_as_a_model_rests_where_its_closed_form_says():
    for c in (0.0, 0.3, 1.0):
        run = sa.simulate(w.choc_kale.model, 200, seed=0, clickability=c, spread=0, sensitivity=0.1)
        found = w.choc_kale.run(0.1, points=11).sel(clickability=c, method="nearest")
        assert float(run["log_engagement"][-1]) == pytest.approx(float(found["log_engagement"]), rel=1e-9)


def test_an_optimiser_with_a_long_horizon_serves_kale_above_the_threshold():
    """The far-sighted optimum of the model, not only constant levers."""
    for share, served in ((0.5, 1.0), (2.0, 0.0)):
        model = w.choc_kale.model.replace(sensitivity=share * w.choc_kale.threshold())
        plan = sa.optimise(model, "log_engagement", weeks=200, cost=0)
        assert float(plan.controls["clickability"].sel(time=slice(50, 100)).mean()) == pytest.approx(served, abs=1e-6)
        near = sa.optimise(model, "log_engagement", weeks=1, cost=0)
        assert float(near.controls["clickability"][0]) == 1


def test_selecting_by_a_noisy_proxy_is_what_sampling_shows():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(40_000, 16))
    proxy = truth + rng.normal(size=truth.shape)
    best = proxy.argmax(axis=1)
    found = [proxy.max(axis=1).mean(), truth[np.arange(len(truth)), best].mean()]
    # Three standard errors of 40,000 samples.
    assert w.best_of_n.selected(16) == pytest.approx(found, abs=0.02)


def test_present_bias_at_one_is_the_planner_without_it():
    """Value iteration over a grid, without the linear form."""
    t, keep, g, p = w.present_bias.TASTES, 0.6, 0.95, 0.3
    S, A = np.linspace(0, 3, 301), np.linspace(0, 2, 401)
    pay = (
        t["a"] * A + t["S"] * S[:, None] + t["aa"] * A**2 / 2 + t["SS"] * S[:, None] ** 2 / 2 + t["aS"] * A * S[:, None] - p * A
    )
    value = np.zeros(len(S))
    for _ in range(400):
        total = pay + g * np.interp(keep * (S[:, None] + A), S, value)
        value = total.max(axis=1)
    use, found = A[total.argmax(axis=1)], w.present_bias.run()
    # The grid of use has steps of 0.005.
    np.testing.assert_allclose(use[::50], (found.level + found.slope * S)[::50], atol=0.01)


def test_the_unit_of_the_tastes_does_not_matter():
    usual, tastes = w.present_bias.run(0.7), w.present_bias.TASTES
    for k in (1e-12, 1e-100, 1e12):
        found = w.present_bias.run(0.7, price=0.3 * k, tastes={name: k * value for name, value in tastes.items()})
        assert (found.level, found.slope, found.use) == pytest.approx((usual.level, usual.slope, usual.use), rel=1e-12)
    assert w.present_bias.run(0.7, tastes=None) == usual


@pytest.mark.parametrize("far", [5e-4, 1e4, 1e-200])
def test_large_exponents_neither_lose_a_drive_nor_let_it_overflow(far):
    assert w.drive.of([far], [0], n=100, m=100) == pytest.approx(far, rel=1e-12)
    assert w.drive.of([far, 0.0], [0, -far], n=100, m=100) == pytest.approx(far * 2**0.01, rel=1e-12)


def test_use_is_addictive_exactly_above_its_threshold():
    for given in ((1e6, 1e-9, -1, -1e-9), (0.05, 0.5, -1, -0.3), (1e-6, 1e3, -1e3, -1e-3)):
        at = w.addiction.run(0, *given).addictive_above
        kinds = [w.addiction.run(at * k, *given).kind for k in (0, 0.999, 1.001)]
        assert kinds == ["not addictive", "not addictive", "addictive, stable"]


def test_a_naive_novice_postpones_as_the_model_of_scaffold_does():
    for bias, late in ((0.80, True), (0.90, False)):
        assert w.present_bias.postpones(bias, 0.6, discount=0.02) == late
        policy = sa.policies.receding("performance", 400, 0.02, every=1, cost=0, bias=bias)
        run = sa.simulate(sa.models.scaffold, 3, {"skill": 0}, policy, help_quality=0.6)
        assert bool(run["accommodation"].min() > 0.5) == late


def test_opinions_shown_one_side_end_at_the_closed_form():
    x = 0.2
    for _ in range(300):
        x = 0.1 * 0.2 + 0.8 * x + 0.1
    assert w.opinion.rest(0.2) == pytest.approx(x, rel=1e-12)


def test_interest_escapes_along_its_mean_drift():
    found = w.degenerate.run(3000, start=1.0, interests=2000)
    np.testing.assert_allclose(found["size"][::500], found["drift"][::500], rtol=0.08)
    slope = float(found["drift"].diff("exposure")[-1])
    assert slope == pytest.approx(0.01, rel=1e-6)


SEEDED = [
    lambda: w.degenerate.run(50, seed=2),
    lambda: w.tampering.run(samples=50, seed=2),
    lambda: w.opinion.run(users=5, steps=20, seed=2),
]


@pytest.mark.parametrize("call", SEEDED)
def test_the_same_seed_gives_the_same_bits(call):
    assert call().identical(call())


WRONG = [
    (lambda: w.proxy.run(seen=4), "fewer attributes"),
    (lambda: w.proxy.run(floor=0), "floor"),
    (lambda: w.proxy.run(start=2), "start must lie"),
    (lambda: w.proxy.run(3, 1, budget=0.3, floor=0.1, start=0.1), "budget, 0.3, leaves no slack"),
    (lambda: w.proxy.run(points=1.5), "whole"),
    (lambda: w.choc_kale.run(sensitivity=-1), "outside its bounds"),
    (lambda: w.choc_kale.threshold(memory=1), "memory"),
    (lambda: w.best_of_n.divergence(0), "whole number"),
    (lambda: w.best_of_n.run(beta=0), "beta"),
    (lambda: w.best_of_n.selected(2, error=float("nan")), "finite"),
    (lambda: w.tampering.run([0.4, 0.1]), "three chances"),
    (lambda: w.tampering.run([0.4, 0.1, 1.2]), "outside its bounds"),
    (lambda: w.tampering.run(horizon=0), "horizon"),
    (lambda: w.degenerate.run(step=0), "step"),
    (lambda: w.opinion.run(1.5), "exploration"),
    (lambda: w.opinion.rest(0.2, 0.8, 0.5), "add up"),
    (lambda: w.performative.run(1), "no rest point"),
    (lambda: w.performative.run("much"), "plain number"),
    (lambda: w.performative.run(10, rounds=1000), "runs away.*at most 151 rounds"),
    (lambda: w.performative.risk(1e300, 0.3), "theta is 1e.300, outside its bounds"),
    (lambda: w.addiction.run(own_curvature=1), "below 0"),
    (lambda: w.addiction.run(-0.5), "outside its bounds"),
    (lambda: w.present_bias.run(0), "bias"),
    (lambda: w.present_bias.run(tastes={"b": 1}), "There is no taste"),
    (lambda: w.present_bias.run(tastes={"aa": 1}), "below 0"),
    (lambda: w.present_bias.run(tastes={"aS": 3}), "linear equilibrium|no best use|no stable"),
    (lambda: w.present_bias.run(tastes=[1]), "must be a mapping"),
    (lambda: w.present_bias.bias_of_use(0.9, bias=0.5), "while the bias is sought, 'bias'. Allowed: discount"),
    (lambda: w.present_bias.bias_of_use(0.9, prise=0.5), "Did you mean 'price'"),
    (lambda: w.drive.of([1e4], [0], n=100, m=1e-3), "too large a number"),
    (lambda: w.drive.run([], [0], [1]), "empty"),
    (lambda: w.drive.run([[0, 1]], [0], [1]), "needs 1 levels"),
    (lambda: w.drive.of([0], [1, 2]), "as many levels"),
    (lambda: w.myopia.world(0.5), "must be exact"),
    *((lambda beta=beta: w.myopia.run(beta), "too many digits") for beta in ("-1e-40000000", "-1e-400", "9" * 5000, 10**5000)),
]


@pytest.mark.parametrize(("call", "said"), WRONG)
def test_what_makes_no_sense_is_refused_with_a_sentence(call, said):
    with pytest.raises((ValueError, TypeError), match=said):
        call()
