"""Now and later: the scaffold's best plans are all or nothing, their border, its pictures, and moreish content."""

import numpy as np
import pytest
import sympy

import socioaffective as sa

m = sa.models.scaffold
C, lam, f, q, a = (m.symbols[n] for n in ("skill", "learning", "forgetting", "help_quality", "accommodation"))
rho = sympy.Symbol("rho", nonnegative=True)


def test_what_lies_between_is_never_best():
    """With the lever written as the change of skill the payoff is M(C) - cost(C) C'. By parts the discounted sum is one of
    W(C) with W' = M' - rho cost; W' rises, so W has no top inside and whoever starts there goes all the way."""
    change = sympy.Symbol("change")
    (lever,) = sympy.solve(sympy.Eq(m.equations[C], change), a)
    payoff = m.expressions["performance"].subs(a, lever)
    cost = -payoff.diff(change)
    assert sympy.simplify(cost.diff(change)) == 0
    net = payoff.subs(change, 0).diff(C) - rho * cost
    moved = lam * (1 - C) + f * C
    assert sympy.simplify(net.diff(C) - q * f * (2 * f * lam + rho * moved) / moved**3) == 0
    # Without forgetting it is the same for every skill: all practise or none.
    assert sympy.simplify(net.subs(f, 0).diff(C)) == 0


def test_help_for_good_and_practice_for_good_have_these_values():
    """Both solve the equation of value along their own path."""
    done, practice = q / rho + C * (1 - q) / (rho + f), 1 / rho - (1 - C) / (rho + lam)
    for value, lever in ((done, 1), (practice, 0)):
        now = (m.expressions["performance"] + value.diff(C) * m.equations[C]).subs(a, lever)
        assert sympy.simplify(rho * value - now) == 0


def test_the_search_finds_the_border_where_the_map_has_it():
    rng = np.random.default_rng(3)
    for _ in range(4):
        person = {"learning": rng.uniform(0.03, 0.15), "forgetting": rng.uniform(0.01, 0.08)}
        rate, skill = float(rng.uniform(0.03, 0.12)), float(rng.uniform(0.1, 0.8))
        rows = points(sa.figures.patience_map("help_quality", rate, skill, most=rate, **person))
        edge = rows[-1]["x"]
        for quality, helped in ((edge - 0.02, False), (edge + 0.02, True)):
            # After 300 weeks less than a ten-thousandth of the weight is left.
            plan = sa.optimise(
                m, "performance", 300, rate, cost=0, every=30, starts=2, start={"skill": skill}, help_quality=quality, **person
            )
            assert bool(plan.controls["accommodation"][0] > 0.5) == helped
            chart = sa.figures.patience_map("skill", rate, skill, help_quality=quality, **person)
            assert chart.description.endswith("the work is done for them." if helped else "they practise.")


def points(chart, mark="line"):
    """The rows of the first layer with this mark."""
    spec = chart.to_dict()
    for layer in spec["layer"]:
        if layer["mark"]["type"] == mark:
            return layer["data"].get("values") or spec["datasets"][layer["data"]["name"]]
    raise AssertionError(mark)


def test_the_map_of_patience_is_the_closed_form():
    rows = points(sa.figures.patience_map("help_quality", learning=0.08))
    assert len(rows) == 150
    for row in rows:
        # For a novice rho = lam (1 - q)/q, to round-off.
        assert row["x"] == pytest.approx(0.08 / (0.08 + row["y"]), rel=1e-12)
    rows = points(sa.figures.patience_map("skill"))
    for row in rows:
        if row["y"] <= 0.05 * 0.4 / 0.6:
            assert row["x"] == 0
        else:
            r, c = row["y"], row["x"]
            assert 0.6 / r + c * 0.4 / (r + 0.02) == pytest.approx(1 / r - (1 - c) / (r + 0.05), rel=1e-12)
    assert "practise." in sa.figures.patience_map(discount=0.02).description
    # Without forgetting there is no border: all or none.
    edges = {row["x"] for row in points(sa.figures.patience_map("skill", forgetting=0))}
    assert edges == {0.0, 1.0}
    # What is off the top of the map is said and not drawn.
    far = sa.figures.patience_map(discount=0.2)
    assert "0.200" in far.description and "point" not in {layer["mark"]["type"] for layer in far.to_dict()["layer"]}


@pytest.mark.parametrize("edge", [{"learning": 0}, {"forgetting": 0}, {"help_quality": 0}, {"help_quality": 1}, {"skill": 1}])
@pytest.mark.parametrize("against", ["help_quality", "skill"])
def test_the_map_of_patience_holds_at_the_edges_of_the_box(against, edge):
    for row in points(sa.figures.patience_map(against, **edge)):
        assert 0 <= row["x"] <= 1


def test_the_picture_of_now_and_later_is_what_the_runs_are():
    runs = sa.simulate(m, 26, accommodation=np.linspace(0, 1, 5), dt=0.5)
    one = [sa.simulate(m, 26, accommodation=level, dt=0.5) for level in (0.2, 0.4)]
    spec = sa.figures.now_and_later({"constant": runs, "two": one}).to_dict()
    drawn = [row for rows in spec["datasets"].values() for row in rows if "run" in row]
    for k, level in enumerate(runs["accommodation"][0].values):
        mean = float(runs["performance"].sel(time=slice(0, 4)).isel(person=k).mean())
        row = [r for r in drawn if r["run"] == "constant"][k]
        assert (row["x"], row["y"]) == pytest.approx((mean, float(runs["skill"][-1, k])), rel=1e-12), level
    assert [r["y"] for r in drawn if r["run"] == "two"] == pytest.approx([float(run["skill"][-1]) for run in one])


def test_moreish_content_holds_more_and_more_until_it_holds_nobody():
    found = sa.worlds.moreish.run(np.linspace(0, 0.95, 96))
    assert (found["engagement"].diff("moreishness") > 0).all() and (found["utility"].diff("moreishness") < 0).all()
    stays = found["moreishness"] < found.attrs["quits_at"]
    assert (found["used"].where(stays, drop=True) == found["engagement"].where(stays, drop=True)).all()
    assert float(found["used"].where(~stays, drop=True).max()) == 0
    # A session drawn step by step: three standard errors of 40,000 sessions.
    rng = np.random.default_rng(0)
    worth, more = rng.geometric(1 - 0.8, 40_000), rng.geometric(1 - 0.5, 40_000) - 1
    here = found.sel(moreishness=0.5, method="nearest")
    assert float(here["engagement"]) == pytest.approx((worth + more).mean(), abs=0.08)
    assert float(here["utility"]) == pytest.approx((0.7 * worth - 0.3 * more).mean(), abs=0.06)
    assert sa.worlds.moreish.run([0, 0.5], value=0.2).attrs["quits_at"] == 0


WRONG = [
    (lambda: sa.figures.patience_map("quality"), "There is no axis"),
    (lambda: sa.figures.patience_map(skill=1.2), "outside its bounds"),
    (lambda: sa.figures.patience_map(discount=0), "outside its bounds"),
    (lambda: sa.figures.patience_map(most=float("nan")), "finite"),
    (lambda: sa.figures.patience_map(patience=1), "There is no parameter"),
    (lambda: sa.figures.now_and_later({}), "at least one kind"),
    (lambda: sa.figures.now_and_later({"one": sa.simulate(m, 26)}), "at least two"),
    (lambda: sa.figures.now_and_later({"none": []}), "at least two"),
    (lambda: sa.figures.now_and_later({"short": [sa.simulate(m, 2), sa.simulate(m, 2)]}), "before the first 4 weeks"),
    (lambda: sa.figures.now_and_later({"other": [sa.simulate(sa.models.companion, 5)] * 2}), "performance"),
    (lambda: sa.figures.now_and_later(sa.simulate(m, 26)), "takes a mapping"),
    (lambda: sa.worlds.moreish.run([]), "empty"),
    (lambda: sa.worlds.moreish.run([1.0]), "moreishness"),
    (lambda: sa.worlds.moreish.run("0.5"), "must be a list"),
    (lambda: sa.worlds.moreish.run(worthwhile=1), "worthwhile"),
    (lambda: sa.worlds.moreish.run(elsewhere=0), "elsewhere"),
]


@pytest.mark.parametrize(("call", "said"), WRONG)
def test_what_makes_no_sense_is_refused_with_a_sentence(call, said):
    with pytest.raises((ValueError, TypeError), match=said):
        call()
