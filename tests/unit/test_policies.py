"""The climbing policy and the counterfactual self."""

import numpy as np
import pytest
import sympy
import xarray as xr
from own_models import restless

import socioaffective as sa
from socioaffective.compile import rates

E, C = sa.models.ecosystem, sa.models.companion
climb = sa.policies.climber()


def test_a_climber_climbs_and_comes_to_rest_where_the_gradient_is_nought():
    run = sa.simulate(E, 3000, policy=climb, dt=50)
    closed = climb.on(E)
    numbers = {closed.symbols[n]: float(run[n][-1]) for n in closed.states}
    numbers |= {closed.symbols[n]: q.value for n, q in closed.settings.items()}
    for name in E.levers:
        u = closed.symbols[name]
        slope = closed.expressions["engagement"].diff(u) - closed.symbols["lever_cost"] * u
        assert float(slope.subs(numbers)) == pytest.approx(0, abs=1e-6)
        assert run[name].attrs["kind"] == "lever"
    assert float(run["steering"][-1]) == 0, "steering brings nothing at the moment, so it does not climb"


@pytest.mark.parametrize("settings", [{"appeal_of_cues": -8.0}, {"appeal_of_ease": 5.0, "lever_cost": 0.01}])
def test_a_climbing_lever_stays_inside_its_bounds(settings):
    run = sa.simulate(E, 60, {"cues": 0.9}, climb, **settings)
    for name in E.levers:
        assert float(run[name].min()) >= 0 and float(run[name].max()) <= 1
    assert run.attrs["left_bounds"] == ""


def test_the_box_of_the_closed_model_is_invariant():
    closed = climb.on(E)
    rng = np.random.default_rng(0)
    p = np.array([rng.uniform(*q.bounds, 400) for q in closed.settings.values()])
    for k, q in enumerate(closed.states.values()):
        for end, sign in zip(q.bounds, (1, -1), strict=True):
            y = np.array([rng.uniform(*other.bounds, 400) for other in closed.states.values()])
            y[k] = end
            assert (sign * rates(closed, "array")(y, p)[k] >= -1e-12).all()


def test_some_levers_can_climb_and_others_be_held():
    run = sa.simulate(E, 20, policy=sa.policies.climber(levers=["cues"]), accommodation=0.3)
    assert float(run["cues"][-1]) > 0.1 and np.unique(run["accommodation"]) == 0.3
    assert "lever_cost" in run.attrs["settings"]


def test_people_climb_each_on_their_own():
    costs = [0.1, 0.4]
    together = sa.simulate(E, 12, policy=climb, lever_cost=costs)
    for person, cost in enumerate(costs):
        alone = sa.simulate(E, 12, policy=climb, lever_cost=cost)
        assert together["cues"].sel(person=person).values == pytest.approx(alone["cues"].values, abs=1e-5)


def test_another_objective_can_be_climbed():
    run = sa.simulate(E, 52, policy=sa.policies.climber("wellbeing", rate=20), start={"accommodation": 0.5})
    assert float(run["accommodation"][-1]) < 0.01


def test_events_and_interventions_know_a_climbing_lever():
    cues = C.symbols["cues"]
    run = sa.simulate(C, 30, policy=climb, events={"strong": cues - 0.3}, interventions={20: {"cues": 0}})
    assert 0 < float(run["strong"]) < 20 and float(run["cues"].sel(time=20)) < 1e-9 < float(run["cues"][-1])


def test_the_counterfactual_is_the_same_person_without_the_assistant():
    run = sa.simulate(C, 52, {"ties": [0.3, 0.6]}, cues=0.8, warmth=0.5)
    twin = sa.counterfactual(run)
    same = sa.simulate(C, 52, {"ties": [0.3, 0.6]}, cues=0.8, warmth=0.5, access=0)
    for name in run.data_vars:
        assert twin[name].values.tobytes() == same[name].values.tobytes()
    assert float(twin["engagement"].max()) == 0 and twin["ties"].dims == run["ties"].dims


def test_the_counterfactual_keeps_the_draws_of_noise_even_without_a_seed():
    x = restless().symbols["mood"]
    access = sa.parameter("access", 1.0, (0, 1), meaning="use")
    noisy = sa.Model("Noisy", {x: -x + access}, noise={x: sympy.Rational(1, 2)})
    run = sa.simulate(noisy, 10)
    twin = sa.counterfactual(run)
    # The equation is linear, so with the same draws the two differ by a path without noise.
    gap = (run["mood"] - twin["mood"]).values
    step = float(run["time"][1])
    assert gap == pytest.approx(1 - (1 - step) ** np.arange(len(gap)), abs=1e-9)


def test_the_counterfactual_of_a_block_and_of_a_climbed_run():
    run = sa.simulate(sa.models.needs, 52, engagement=0.6, accommodation=1)
    assert float(sa.counterfactual(run)["competence"][-1]) > float(run["competence"][-1])
    climbed = sa.simulate(E, 20, policy=climb, interventions={10: {"access": 0.5}})
    twin = sa.counterfactual(climbed)
    assert float(twin["engagement"].max()) == 0 and float(twin["cues"].max()) == 0


def test_a_run_read_from_a_file_says_that_it_no_longer_knows_its_model():
    run = sa.simulate(C, 4)
    text = str(run.attrs["call"])
    assert "weeks=4" in text and "Companion" in text
    read = run.copy()
    read.attrs = {**run.attrs, "call": text}
    with pytest.raises(ValueError, match="read from a file"):
        sa.counterfactual(read)


def test_the_counterfactual_of_people_who_differ_in_access_has_their_noise():
    x, access = sa.state("mood", bounds=(-9, 9)), sa.parameter("access", 1.0, (0, 1))
    noisy = sa.Model("Lifted", {x: access - x}, noise={x: 0.5})
    for given in ([0.2, 0.5, 1.0], xr.DataArray([0.2, 0.5, 1.0], dims="access")):
        run = sa.simulate(noisy, 4, seed=3, access=given)
        twin = sa.counterfactual(run)
        assert twin.sizes == run.sizes
        gap = (run - twin)["mood"].isel(time=-1).values
        # The model is linear, so that the same noise leaves a gap in proportion to access.
        assert gap / gap[0] == pytest.approx([1, 2.5, 5], abs=1e-9)


def test_the_counterfactual_is_of_the_run_as_it_came():
    run = sa.simulate(C, 8, cues=[0.2, 0.8])
    for other in (run.sel(person=1), run.isel(person=[1]), run.mean("person", keep_attrs=True)):
        with pytest.raises(ValueError, match="as it came"):
            sa.counterfactual(other)


def test_a_lever_that_climbs_under_noise_stays_inside_or_is_refused():
    x, u = sa.state("x", start=0.5), sa.lever("push", default=0.2)
    noisy = sa.Model("Noisy", {x: (u - x) / 4}, {"engagement": u * (1 - x)}, noise={x: x * (1 - x) / 4})
    run = sa.simulate(noisy, 8, seed=1, policy=climb, lever_cost=0.01)
    assert float(run["push"].min()) >= 0 and float(run["push"].max()) <= 1
    assert run["engagement"].values == pytest.approx((run["push"] * (1 - run["x"])).values, abs=1e-12)
    with pytest.raises(ValueError, match="smaller dt"):
        sa.simulate(noisy, 8, seed=1, policy=climb, dt=0.5)
