"""What simulate promises: labels, people, sweeps, policies, interventions, events and noise."""

import numpy as np
import pytest
import sympy
import xarray as xr
from own_models import logistic_map, lorenz, restless

import socioaffective as sa

m = sa.models.companion
H = m.symbols["ties"]


def test_a_run_has_every_state_lever_and_observable_with_its_metadata():
    run = sa.simulate(m)
    assert list(run.data_vars) == ["wanting", "ties", "cues", "engagement", "felt_relatedness"]
    assert run["ties"].attrs["meaning"] == "ties with people" and run["time"].attrs["units"] == "weeks"
    assert run.attrs["settings"]["decay"] == m.parameters["decay"].default


@pytest.mark.parametrize("weeks", [1, 4, 10.3, 104, 520, 5000])
def test_the_grid_has_whole_weeks_and_the_end(weeks):
    times = sa.simulate(sa.models.mirror, weeks)["time"].values
    assert times[0] == 0 and times[-1] == weeks and 500 <= len(times) <= 1002
    assert (np.diff(times) > 0).all()
    if weeks <= 520:
        assert np.isin(np.arange(int(weeks) + 1), times).all()


def test_dt_sets_the_grid():
    assert sa.simulate(m, 104, dt=0.104).sizes["time"] == 1001


def test_values_of_each_person_run_along_person():
    run = sa.simulate(m, 20, {"ties": [0.2, 0.8]}, cues=np.array([0.3, 0.9]))
    assert run["ties"].dims == ("time", "person")
    assert run["cues"].isel(time=0).values.tolist() == [0.3, 0.9]
    alone = sa.simulate(m, 20, {"ties": 0.8}, cues=0.9)
    assert run["ties"].sel(person=1).values == pytest.approx(alone["ties"].values, abs=1e-7)


def test_labelled_arrays_become_sweeps():
    cues = xr.DataArray([0.0, 0.5, 1.0], dims="cues")
    start = xr.DataArray([0.2, 0.8], dims="start_of_ties", coords={"start_of_ties": [0.2, 0.8]})
    run = sa.simulate(m, 10, {"ties": start}, cues=cues)
    assert dict(run["engagement"].sizes) == {"time": run.sizes["time"], "start_of_ties": 2, "cues": 3}
    one = sa.simulate(m, 10, {"ties": 0.8}, cues=0.5)
    picked = run["engagement"].sel(start_of_ties=0.8).isel(cues=1)
    assert picked.values == pytest.approx(one["engagement"].values, abs=1e-7)


def test_a_function_of_the_state_is_a_policy_for_one_and_for_many():
    gentle = lambda state: {"cues": 0.9 * state["ties"]}  # noqa: E731
    run = sa.simulate(m, 30, policy=gentle)
    assert run["cues"].values == pytest.approx(0.9 * run["ties"].values)
    people = sa.simulate(m, 30, {"ties": [0.45, 0.8]}, policy=gentle)
    assert people["ties"].sel(person=0).values == pytest.approx(run["ties"].values, abs=1e-9)
    closed = sa.Model("Closed", {x: e.xreplace({m.symbols["cues"]: 0.9 * H}) for x, e in m.equations.items()})
    assert run["ties"].values == pytest.approx(sa.simulate(closed, 30)["ties"].values, abs=1e-7)


def test_a_schedule_is_the_same_as_running_the_pieces():
    whole = sa.simulate(m, 80, policy=sa.policies.schedule(cues={0: 0.2, 30: 0.9}))
    first = sa.simulate(m, 30, cues=0.2)
    second = sa.simulate(m, 50, {n: float(first[n][-1]) for n in m.states}, cues=0.9)
    assert float(whole["ties"].sel(time=80)) == pytest.approx(float(second["ties"][-1]), abs=1e-8)
    assert whole["cues"].sel(time=[29, 30]).values.tolist() == [0.2, 0.9]


def test_a_change_between_two_points_of_the_grid_happens_when_it_should():
    a = sa.simulate(m, 20, dt=1, policy=sa.policies.schedule(cues={0: 0.1, 7.3: 0.9}))
    b = sa.simulate(m, 20, dt=0.1, policy=sa.policies.schedule(cues={0: 0.1, 7.3: 0.9}))
    assert float(a["wanting"][-1]) == pytest.approx(float(b["wanting"][-1]), abs=1e-8)


def test_interventions_set_parameters_and_states_from_then_on():
    run = sa.simulate(m, 40, cues=0.8, interventions={10: {"access": 0}, 20: {"ties": 0.9}, 40: {"wanting": 0}})
    assert float(run["engagement"].sel(time=9)) > 0.1 and float(run["engagement"].sel(time=[10, 30]).max()) == 0
    assert float(run["ties"].sel(time=20)) == 0.9 and float(run["wanting"][-1]) == 0


def test_events_are_found_between_the_points():
    decay = sa.simulate(sa.models.wanting, 40, {"wanting": 0.8}, events={"half": sa.models.wanting.symbols["wanting"] - 0.4})
    rate = sa.models.wanting.parameters["decay"].default
    # The run is exact to 1e-8 or so; at the crossing a slope of 0.1 turns that into 1e-7 of time.
    assert float(decay["half"]) == pytest.approx(np.log(2) / rate, abs=1e-6)
    runs = sa.simulate(m, 104, cues=[0.0, 0.9], events={"alone": H - 0.2})
    assert np.isnan(float(runs["alone"][0])) and 20 < float(runs["alone"][1]) < 80
    engaged = sa.simulate(m, 104, cues=0.9, events={"half": m.expressions["engagement"] - 0.5})["half"]
    assert float(engaged) > 1


def test_a_map_takes_steps():
    run = sa.simulate(logistic_map(), 3, rate=4.0, start={"population": 0.3})
    values = [0.3]
    for _ in range(3):
        values.append(4 * values[-1] * (1 - values[-1]))
    assert run["population"].values == pytest.approx(values) and run["time"].attrs["units"] == "steps"
    first = sa.simulate(logistic_map(), 9, events={"over": logistic_map().symbols["population"] - 0.5})["over"]
    assert float(first) == 2


def test_changes_between_steps_are_refused_where_there_are_steps():
    with pytest.raises(ValueError, match=r"between two steps.*move it to 2"):
        sa.simulate(logistic_map(), 5, interventions={2.4: {"population": 0.5}})
    with pytest.raises(ValueError, match="between two steps"):
        sa.simulate(restless(), 5, interventions={2.01: {"mood": 0.5}})


def test_noise_has_the_spread_that_the_linear_theory_gives():
    run = sa.simulate(restless(), 40, {"mood": np.zeros(4000)}, seed=1)
    last = run["mood"].isel(time=-1).values
    k, s, h = 0.5, 0.4, 1 / 16
    # Euler-Maruyama of step h has this variance exactly; 4,000 people leave a standard error of 2.2 %.
    assert last.var() == pytest.approx(s**2 / (k * (2 - k * h)), rel=0.08)
    assert last.mean() == pytest.approx(0, abs=4 * 0.4 / 4000**0.5)


def test_the_noise_of_a_person_does_not_depend_on_who_else_is_there():
    few = sa.simulate(restless(), 10, {"mood": [0.0, 0.0]}, seed=5)["mood"]
    many = sa.simulate(restless(), 10, {"mood": np.zeros(50)}, seed=5)["mood"]
    assert few.sel(person=1).values.tobytes() == many.sel(person=1).values.tobytes()
    assert (few.sel(person=0) != few.sel(person=1)).any()


def test_a_run_without_a_seed_can_be_repeated():
    run = sa.simulate(restless(), 5)
    again = sa.simulate(restless(), 5, seed=run.attrs["seed"])
    assert run["mood"].values.tobytes() == again["mood"].values.tobytes()


def test_the_step_of_euler_maruyama_is_of_first_order():
    def error(dt):
        run = sa.simulate(restless(), 8, {"mood": 1.0}, dt=dt, seed=0, disturbance=0.0)
        return abs(float(run["mood"][-1]) - np.exp(-0.5 * 8))

    assert error(1 / 16) / error(1 / 32) == pytest.approx(2, rel=0.1)


def test_noise_before_an_intervention_is_the_same_to_the_bit():
    free = sa.simulate(restless(), 10, seed=2)["mood"]
    pushed = sa.simulate(restless(), 10, seed=2, interventions={5: {"mood": 2.0}})["mood"]
    before = slice(0, 5 - 1 / 16)
    assert free.sel(time=before).values.tobytes() == pushed.sel(time=before).values.tobytes()


def test_a_model_that_blends_slow_and_fast_is_integrated():
    y, z = sa.state("fast", start=1.0), sa.state("slow", start=1.0)
    stiff = sa.Model("Stiff", {y: -5000 * (y - z), z: -0.1 * z})
    run = sa.simulate(stiff, 20)
    assert float(run["slow"][-1]) == pytest.approx(np.exp(-2), abs=1e-7)
    assert float(run["fast"][-1]) == pytest.approx(np.exp(-2) / (1 - 0.1 / 5000), abs=1e-7)


def test_names_of_functions_can_name_states():
    y = sa.state("exp", start=0.5)
    k = sa.parameter("tanh", 0.3, (0, 1))
    import sympy

    run = sa.simulate(sa.Model("Names", {y: -k * sympy.exp(y) * y}), 5)
    z = sa.state("z", start=0.5)
    same = sa.simulate(sa.Model("Plain", {z: -0.3 * sympy.exp(z) * z}), 5)
    assert run["exp"].values == pytest.approx(same["z"].values, abs=1e-12)


def test_lorenz_keeps_its_symmetry_and_rest_points():
    found = sa.equilibria(lorenz())
    wing = (8 / 3 * 27) ** 0.5
    assert [e.kind for e in found] == ["saddle", "saddle", "saddle"]
    assert sorted(e.state["x"] for e in found) == pytest.approx([-wing, 0, wing])
    # With rho below 24.74 (Lorenz 1963) the wings are stable foci.
    assert [e.kind for e in sa.equilibria(lorenz(), rho=20)] == ["stable focus", "saddle", "stable focus"]


def test_people_are_matched_by_their_labels():
    together = sa.simulate(m, 10, {"ties": [0.1, 0.5, 0.9]}, cues=[0.1, 0.2, 0.3], dt=5)
    ends, cues = together["ties"][-1], together["cues"][0]
    turned = sa.simulate(m, 10, {"ties": ends[::-1]}, cues=cues, dt=5)
    for person in range(3):
        assert float(turned["cues"].sel(person=person)[0]) == float(cues.sel(person=person))
        assert float(turned["ties"].sel(person=person)[0]) == float(ends.sel(person=person))
    a, b = (xr.DataArray([0.1, 0.2], dims="who", coords={"who": labels}) for labels in ([0, 1], [1, 2]))
    with pytest.raises(ValueError, match="different labels along 'who'"):
        sa.simulate(m, 4, {"ties": a}, cues=b)
    with pytest.raises(ValueError, match="twice"):
        sa.simulate(m, 4, {"ties": a.assign_coords(who=[3, 3])})


def test_a_run_can_begin_where_another_ended():
    first = sa.simulate(m, 10, cues=xr.DataArray([0.5, 0.9], dims="cues"), dt=5)
    ended = first.sel(cues=0.5).isel(time=-1)
    after = sa.simulate(m, 10, {n: ended[n] for n in m.states}, cues=0.9)
    assert float(after["ties"][0]) == float(ended["ties"]) and set(np.unique(after["cues"])) == {0.9}


def test_a_run_stays_what_was_asked():
    start, plan = {"ties": 0.3}, {0: 0.2, 4: 0.8}
    policy = sa.policies.schedule(cues=plan)
    run = sa.simulate(m, 8, start, policy)
    start["ties"], plan[4] = 0.9, 0.1
    assert float(sa.counterfactual(run)["ties"][0]) == 0.3
    assert float(sa.simulate(m, 8, policy=policy)["cues"][-1]) == 0.8


def test_settings_that_differ_stay_with_the_people_who_have_them():
    run = sa.simulate(m, 10, {"ties": [0.1, 0.2, 0.3]}, decay=[0.2, 0.3, 0.4])
    some = run.isel(person=[2, 0])
    assert some["decay"].values.tolist() == [0.4, 0.2]
    assert "from 0.30 at" not in sa.figures.outcome(some, "decay", "ties").description
    chart = sa.figures.outcome(some, "decay", "ties").to_dict()
    rows = next(iter(chart["datasets"].values()), None) or chart["layer"][0]["data"]["values"]
    ends = {0.2: float(run["ties"][-1, 0]), 0.4: float(run["ties"][-1, 2])}
    assert {row["x"]: row["y"] for row in rows} == pytest.approx(ends)


def test_events_do_not_depend_on_the_points_that_are_kept():
    found = [float(sa.simulate(m, 104, cues=0.9, dt=dt, events={"e": H - 0.2})["e"]) for dt in (104, 13, 0.125)]
    # The cubic between 500 points is exact to about 1e-8 here.
    assert found == pytest.approx([found[-1]] * 3, abs=1e-7)
    a, b = sa.state("a", start=1.0, bounds=(-2, 2)), sa.state("b", bounds=(-2, 2))
    around = sa.simulate(sa.Model("Oscillator", {a: b, b: -a}), 20, dt=7, events={"e": a})
    assert float(around["e"]) == pytest.approx(np.pi / 2, abs=1e-7)


def test_what_is_jumped_over_is_crossed_at_the_jump():
    cues, access = m.symbols["cues"], m.symbols["access"]
    jump = sa.policies.schedule(cues={0: 0.2, 10: 0.8})
    assert float(sa.simulate(m, 20, policy=jump, events={"e": cues - 0.5})["e"]) == 10
    moved = {10: {"ties": 0.1, "access": 0.1}}
    run = sa.simulate(m, 20, dt=1, interventions=moved, events={"ties_gone": H - 0.2, "access_gone": access - 0.5})
    assert float(run["ties_gone"]) == float(run["access_gone"]) == 10
    eager = lambda state: {"cues": min(1, 5 * state["wanting"] + 0.2)}  # noqa: E731
    run = sa.simulate(m, 20, policy=eager, events={"e": cues - 0.5})
    there = float(sa.simulate(m, 20, policy=eager, events={"e": m.symbols["wanting"] - 0.06})["e"])
    # Between two of 500 points what a policy sets is taken on a straight line.
    assert float(run["e"]) == pytest.approx(there, abs=1e-4)


def test_people_together_are_as_exact_as_each_alone_between_steps_too():
    """The closed form of a need whose frustration settles in hours, for people who are stepped together."""
    t, fast = np.linspace(0, 52, 417), {"strain": 2, "thwarting": 8}
    run = sa.simulate(sa.models.need, 52, {"satisfaction": [0.5, 0.5]}, dt=0.125, **fast)
    exact = 16 / 16.1 + (0.3 - 16 / 16.1) * np.exp(-16.1 * t)
    # The tolerance of a step is 1e-9; a few of them add up.
    assert np.abs(run["frustration"].values - exact[:, None]).max() < 1e-8


def test_stiff_people_are_done_one_by_one():
    x, y = sa.state("x", start=0.5), sa.state("y", start=0.5)
    pull = sa.parameter("pull", 1.0, (0, 1e6), "1/week")
    stiff = sa.Model("Stiff", {x: -pull * (x - y), y: -y / 10})
    together = sa.simulate(stiff, 20, pull=[1e5, 1e4], dt=1)
    assert together["y"].values == pytest.approx(0.5 * np.exp(-together["time"].values / 10)[:, None] * [1, 1], abs=1e-7)


def test_only_some_states_may_be_noisy():
    x, y = sa.state("x", start=0.5), sa.state("y", start=0.5)
    run = sa.simulate(sa.Model("Half", {x: -x, y: -y}, noise={x: 0.01}), 2, seed=1)
    assert run["y"].values == pytest.approx(0.5 * (1 - 1 / 256) ** np.arange(513), abs=1e-12)


def test_a_formula_by_cases_takes_settings_that_are_the_same_for_all():
    x, k = sa.state("x", start=0.5), sa.parameter("k", 0.5, (0, 2))
    cases = sympy.Piecewise((-x, sympy.And(x > 0.1, k > 0.2)), (-2 * x, True))
    for rate in (cases, 0.05 - sympy.Min(x, k, 0.2), sympy.erf(x + k) - 2 * x):
        model = sa.Model("Cases", {x: rate})
        assert sa.equilibria(model)
        both, one = sa.simulate(model, 2, {"x": [0.5, 0.3]}), sa.simulate(model, 2)
        assert both["x"].sel(person=0).values == pytest.approx(one["x"].values, abs=1e-6)


def test_a_policy_that_is_a_function_leaves_the_other_levers_as_given():
    run = sa.simulate(sa.models.ecosystem, 4, policy=lambda state: {"cues": 0.5}, accommodation=0.3)
    assert set(np.unique(run["accommodation"])) == {0.3} and set(np.unique(run["cues"])) == {0.5}


def test_a_run_can_be_taken_up_where_another_ended_though_round_off_left_it_outside_its_bounds():
    companion = sa.models.companion
    for low in (-1.5e-14, 0.0):
        run = sa.simulate(companion, 1, {"wanting": low}, dt=1)
        assert float(run["wanting"][0]) == 0
    with pytest.raises(ValueError, match="outside its bounds"):
        sa.simulate(companion, 1, {"wanting": -1e-6})
