"""Six lives of one person: what each objective does at each horizon, the front between two, and the welfare triad."""

import numpy as np
import pytest

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
        (lambda: sa.horizon_grid(life, []), "objectives is empty"),
        (lambda: sa.horizon_grid(life, "needs"), "must be a list"),
        (lambda: sa.horizon_grid(life, ["needs", aims.needs]), "one twice"),
        (lambda: sa.horizon_grid(life, {1: "needs", "1": "engagement"}), "labelled in words"),
        (lambda: sa.horizon_grid(life, ["needs"], policy=sa.policies.climber()), "makes its policies"),
        (lambda: aims.engagement.score(None), "result of sa.simulate"),
        (lambda: aims.Objective(None), "at least one part"),
        (lambda: aims.Objective({1: 1}), "named in words"),
        (lambda: aims.Objective({"engagement": "much"}), "plain number"),
        (lambda: aims.engagement.minus_impact(1, on=["preference"]), "name of a state"),
        (lambda: sa.welfare(None), "result of sa.simulate"),
        (lambda: sa.welfare(sa.simulate(life, 8).isel(time=0)), "with its time"),
        (lambda: sa.welfare(sa.simulate(life, 8), sa.simulate(sa.models.companion, 8)), "no 'autonomy'"),
        (lambda: sa.welfare(sa.simulate(life, 8).expand_dims(need=2)), "called 'need'"),
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
