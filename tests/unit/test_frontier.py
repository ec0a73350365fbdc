"""Six lives of one person: what each objective does at each horizon, the front between two, and the welfare triad."""

import numpy as np
import pytest
import xarray as xr

import socioaffective as sa

life, aims = sa.models.ecosystem, sa.objectives


@pytest.fixture(scope="module")
def grid():
    return sa.horizon_grid(life, every=2)


def score(run):
    return float(aims.needs.score(run))


def test_the_price_of_engagement_is_higher_than_that_of_myopia(grid):
    best = score(grid.runs["needs", "far-sighted"])
    assert grid.price_of_myopia == pytest.approx(best - score(grid.runs["needs", "myopic"]), abs=1e-12)
    assert grid.price_of_engagement == pytest.approx(best - score(grid.runs["engagement", "far-sighted"]), abs=1e-12)
    assert grid.price_of_engagement > 2 * grid.price_of_myopia > 0.2


def test_approval_over_two_years_serves_the_needs_better_than_the_needs_two_weeks_at_a_time(grid):
    assert score(grid.runs["approval", "far-sighted"]) > score(grid.runs["needs", "myopic"])


def test_each_far_sighted_plan_is_the_best_of_the_six_by_its_own_objective(grid):
    for label, aim in (("engagement", aims.engagement), ("approval", aims.approval), ("needs", aims.needs)):
        net = {key: float(aim.score(run)) - 0.1 * sum(float((run[n] ** 2).mean()) for n in life.levers)
               for key, run in grid.runs.items()}  # fmt: skip
        assert max(net, key=net.__getitem__) == (label, "far-sighted")


def test_a_table_says_what_its_runs_say(grid):
    for objective in grid.table["objective"].values:
        for foresight in ("myopic", "far-sighted"):
            run, row = grid.runs[objective, foresight], grid.table.sel(objective=objective, foresight=foresight)
            assert float(row["engagement"]) == pytest.approx(float(aims.engagement.score(run)))
            assert float(row["needs_score"]) == pytest.approx(score(run))
            assert float(row["steering"]) == pytest.approx(float(run["steering"].integrate("time")) / 104)


def test_equal_weights_keep_most_of_the_engagement_and_buy_back_most_of_its_price():
    front = sa.pareto(life, points=3, every=4, starts=1, progress=False).table
    used, served = front["engagement"].values, front["needs"].values
    assert used[1] > 0.8 * used[0] and served[1] - served[0] > (served[2] - served[0]) / 2


def test_along_a_front_one_objective_rises_as_the_other_falls():
    front = sa.pareto(life, points=6, every=8, starts=1, progress=False).table
    assert (np.diff(front["engagement"]) < 0).all() and (np.diff(front["needs"]) > 0).all()
    assert not front["dominated"].values[:-1].any()


def test_a_progress_bar_counts_the_points(capsys):
    sa.pareto(sa.models.companion, "engagement", "ties", points=3, weeks=8, every=4)
    assert "weights:   0%" in (said := capsys.readouterr().err) and "0/3" in said


def test_the_triad_by_hand():
    run = sa.simulate(life, 30, steering=[0.0, 0.8], dt=0.5)
    twin, found = sa.counterfactual(run), sa.welfare(run)
    used = run["engagement"]
    for judge, taste in (("initial", run["preference"].isel(time=0)), ("at the time", run["preference"]),
                         ("final", run["preference"].isel(time=-1)), ("counterfactual", twin["preference"])):  # fmt: skip
        fit = (used * (1 - (taste - run["offer"]) ** 2)).integrate("time") / used.integrate("time")
        np.testing.assert_allclose(found["fit"].sel(judge=judge), fit, rtol=1e-12)
    gap = (run["autonomy"] - twin["autonomy"]).isel(time=-1)
    np.testing.assert_allclose(found["needs_at_the_end"].sel(need="autonomy"), gap, rtol=1e-12)
    assert found["wellbeing"].dims == ("person",)


def test_a_triad_has_what_the_model_has():
    assert set(sa.welfare(sa.simulate(sa.models.companion, 8))) == {"engagement"}
    assert set(sa.welfare(sa.simulate(sa.models.co_construction, 8, engagement=0.5))) == {"fit"}
    with pytest.raises(ValueError, match="part of the triad"):
        sa.welfare(sa.simulate(sa.models.ties, 8, engagement=0.5))
    run = sa.simulate(life, 8)
    with pytest.raises(ValueError, match="other times"):
        sa.welfare(run, sa.simulate(life, 9))
    with pytest.raises(TypeError, match="reference"):
        sa.welfare(run, 3)


@pytest.mark.parametrize("steering", [0.9, [0.2, 0.9]])
def test_the_fit_is_over_the_time_with_the_assistant_where_engagement_is_a_setting(steering):
    run = sa.simulate(sa.models.co_construction, 20, steering=steering, engagement=0.8, interventions={4: {"engagement": 0}})
    first = run.sel(time=slice(0, 4))
    exact = (1 - (first["preference"] - first["offer"]) ** 2).integrate("time") / 4
    np.testing.assert_allclose(sa.welfare(run)["fit"].sel(judge="at the time"), exact, atol=1e-3)


def test_people_may_differ_in_the_settings_that_the_triad_asks_for():
    model, each = sa.models.co_construction, [0.0, 0.2, 0.8]
    swept = xr.DataArray(each, coords={"engagement": each})
    late = {10: {"engagement": 0.5}}
    for own, given in (("person", each), ("engagement", swept)):
        for changes in (None, late):
            fit = sa.welfare(sa.simulate(model, 20, engagement=given, interventions=changes))["fit"]
            for k, value in enumerate(each):
                alone = sa.welfare(sa.simulate(model, 20, engagement=value, interventions=changes))["fit"]
                np.testing.assert_allclose(fit.isel({own: k}), alone, rtol=1e-9)
    assert np.isnan(sa.welfare(sa.simulate(model, 20, engagement=0))["fit"]).all()
    assert sa.welfare(sa.simulate(model, 8, autonomy=[0.2, 0.5]))["fit"].dims == ("judge", "person")
    other = sa.welfare(sa.simulate(model, 8, anchor=[0.0, 0.2]), sa.simulate(model, 8, anchor=[0.0, 0.3]))
    assert other["anchor"].values.tolist() == [0.0, 0.2]


def begun(dim, values=(0.2, 0.4)):
    return sa.simulate(life, 4, {"preference": xr.DataArray(list(values), dims=dim)})


@pytest.mark.parametrize(
    ("make", "kind", "said"),
    [
        (lambda: sa.welfare(begun("x"), sa.simulate(sa.models.companion, 4)), ValueError, "no 'preference'"),
        (lambda: sa.welfare(None, begun("x")), TypeError, "run must be a result of sa.simulate, not NoneType"),
        (lambda: sa.welfare(begun("x").isel(time=0), begun("x")), TypeError, "all its times"),
        (lambda: sa.welfare(begun("need")), ValueError, "dimension 'need'"),
        (lambda: sa.welfare(begun("judge")), ValueError, "dimension 'judge'"),
        (
            lambda: sa.welfare(begun("person"), begun("person", (0.2, 0.4, 0.6))),
            ValueError,
            "differs from the run along 'person'",
        ),
        (lambda: aims.engagement.score(None), TypeError, "run must be a result of sa.simulate"),
        (lambda: aims.engagement.score(begun("x").mean("time")), TypeError, "all its times"),
    ],
)
def test_runs_that_cannot_be_judged_are_refused(make, kind, said):
    with pytest.raises(kind, match=said):
        make()


def test_objectives_add_up():
    mix = 0.25 * aims.engagement + aims.needs * 0.5 - aims.of("autonomy")
    run = sa.simulate(life, 20, dt=0.25)
    by_hand = 0.25 * aims.engagement.score(run) + 0.5 * aims.needs.score(run) - aims.of("autonomy").score(run)
    assert float(mix.score(run)) == pytest.approx(float(by_hand), rel=1e-12)
    assert mix == aims.needs * 0.5 + 0.25 * aims.engagement - aims.of("autonomy") and hash(mix) == hash(mix)
    assert repr(-aims.engagement) == "- engagement"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: aims.engagement + 1, "Only an objective"),
        (lambda: aims.engagement * "much", "plain number"),
        (lambda: aims.engagement.with_floor(), "one level"),
        (lambda: aims.engagement.with_floor(0.5, autonomy=0.4), "one level"),
        (lambda: 2 * aims.engagement.with_floor(0.5), "scale it first"),
        (lambda: aims.engagement.with_floor(0.5) + aims.needs, "add them first"),
        (lambda: aims.engagement.minus_impact(-1), "at least 0"),
        (lambda: aims.engagement.with_floor(autonomy=3).formula(life), "outside its bounds"),
        (lambda: aims.engagement.minus_impact(1, on="taste").formula(life), "There is no state"),
        (lambda: aims.engagement.minus_impact(1, on=["x"]), "by its name"),
        (lambda: aims.Objective(None), "at least one part"),
        (lambda: aims.Objective({}), "at least one part"),
        (lambda: aims.Objective("engagement"), "must be a mapping"),
        (lambda: aims.Objective({3: 1.0}), "names of quantities"),
        (lambda: aims.Objective({"needs": "much"}), "'needs' in the parts .* plain number"),
        (lambda: aims.Objective({"needs": 1}, floors=3), "floors of an objective must be a mapping"),
        (lambda: sa.horizon_grid(life, []), "objectives is empty"),
        (lambda: sa.horizon_grid(life, {1: "engagement", "1": "needs"}), "must be a word"),
        (lambda: sa.horizon_grid(life, ["needs", aims.needs]), "given twice"),
        (lambda: sa.horizon_grid(life, ["needs"], policy=sa.policies.climber()), "policies of a grid are its own"),
        (lambda: sa.horizon_grid(life, ["needs"], 4, start={"autonomy": [0.4, 0.5]}).price_of_myopia, "that of one person"),
        (lambda: sa.pareto(life, "needs", aims.needs), "two that differ"),
        (lambda: sa.pareto(life, objective="needs"), "mixes its own two"),
        (lambda: sa.horizon_grid(life, "needs"), "must be a list"),
    ],
)
def test_objectives_that_make_no_sense_are_refused(make, said):
    with pytest.raises((ValueError, TypeError), match=said):
        make()


def test_the_best_plan_for_the_needs_is_not_abstinence(grid):
    run = grid.runs["needs", "far-sighted"]
    assert float(aims.engagement.score(run)) > 0.1 and score(run) > score(sa.counterfactual(run)) + 0.03


def test_a_penalty_on_impact_guards_what_it_measures(grid):
    free = grid.runs["engagement", "far-sighted"]
    guarded = sa.optimise(life, aims.engagement.minus_impact(1), every=2, starts=1).run
    assert float(guarded["steering"].mean()) < float(free["steering"].mean()) / 3
    assert abs(float(guarded["relatedness"][-1] - free["relatedness"][-1])) < 0.05


def test_a_longer_horizon_is_no_cure():
    """SF3 with optimal control on both sides: more engagement, less autonomy, and at least four times the steering."""
    far = sa.optimise(life, aims.engagement).run
    near = sa.simulate(life, policy=sa.policies.receding(aims.engagement, 2))
    mean = lambda run, name: float(run[name].integrate("time")) / 104  # noqa: E731
    assert mean(far, "engagement") > mean(near, "engagement")
    assert mean(far, "steering") > 0.3 and mean(far, "steering") > 4 * mean(near, "steering")
    assert mean(far, "autonomy") < mean(near, "autonomy") - 0.1


def test_autonomy_has_a_negative_price_and_competence_none():
    prices = sa.optimise(life, aims.engagement, every=4, starts=1).costates.sel(time=slice(8, 96))
    assert float(prices["autonomy"].max()) < 0 and float(abs(prices["competence"]).max()) < 1e-9
