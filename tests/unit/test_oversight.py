"""Oversight: responses to alarms, the lives of those who are watched, and what is made of them."""

import numpy as np
import pytest
import xarray as xr
from refusals import refuses

import socioaffective as sa
from socioaffective.compile import compiled
from socioaffective.oversight.curves import rings
from socioaffective.oversight.guard import Guard
from socioaffective.policies import Together

ov = sa.oversight
companion = sa.models.companion.with_noise(ties=0.04, wanting=0.03)
TIES = ov.loss("ties", by=0.1)
LOW = ov.level("ties", below=0.45)
# What sits near the divide, so that chance decides.
NEAR = {"cues": 0.8, "start": {"ties": 0.62}, "weeks": 104, "decline": TIES}


def test_a_response_that_is_never_triggered_changes_nothing_to_the_last_bit():
    never = ov.level("ties", below=-1)
    for response in (ov.support(), ov.cool_off(4), ov.cap(cues=0.1), ov.rest_until("ties", above=0.9)):
        watch = sa.oversee(companion, 6, never, response, seed=4, **NEAR)
        assert watch["rang"].isnull().all()
        for name in ("engagement", "ties", "lost"):
            np.testing.assert_array_equal(watch[name].sel(life="watched"), watch[name].sel(life="unwatched"))
    guard = Guard(never, ov.support(), None, {"cues": np.array(0.8)}, 4, 0.05, 1)
    start = {"ties": np.full(6, 0.62)}
    run = sa.simulate(companion, 52, start, guard, seed=4, dt=0.25)
    plain = sa.simulate(companion, 52, start, seed=4, dt=0.25, cues=0.8)
    for name in companion.states:
        np.testing.assert_array_equal(run[name], plain[name])


def test_lives_are_the_same_until_the_alarm_rings_and_the_response_acts_from_then_on():
    start = {"ties": np.full(20, 0.62)}
    runs = {}
    for label, response in {"none": None, "rest": ov.cool_off(8)}.items():
        guard = Guard(ov.level("ties", below=0.55), response, None, {"cues": np.array(0.8)}, 4, 0.05, 1)
        runs[label] = sa.simulate(companion, 104, start, guard, seed=4, dt=0.25), guard.rang
    np.testing.assert_array_equal(runs["none"][1], runs["rest"][1])
    rang, run, other = runs["rest"][1], runs["rest"][0], runs["none"][0]
    assert np.isfinite(rang).sum() > 5 and np.isnan(rang).any()
    for person in range(20):
        until = slice(None, rang[person]) if np.isfinite(rang[person]) else slice(None)
        for name in companion.states:
            np.testing.assert_array_equal(run[name].sel(time=until)[..., person], other[name].sel(time=until)[..., person])
        if np.isfinite(rang[person]) and rang[person] < 96:
            cues = run["cues"].isel(person=person)
            assert (cues.sel(time=slice(rang[person], rang[person] + 7.9)) == 0).all()
            assert (cues.sel(time=slice(None, rang[person] - 0.25)) == 0.8).all()


def of_people(watch):
    return [name for name, values in watch.data_vars.items() if "person" in values.dims]


def test_a_persons_results_do_not_depend_on_how_many_others_there_are():
    many, few = (sa.oversee(companion, n, LOW | ov.trend("ties", 0.15), ov.cool_off(6), seed=9, **NEAR) for n in (12, 5))
    for name in of_people(many):
        np.testing.assert_array_equal(many[name].isel(person=slice(5)), few[name])
    climbing = {"policy": sa.policies.climber(), "decline": TIES, "weeks": 52, "seed": 2}
    many, few = (sa.oversee(companion, n, LOW, ov.charge(cues=1), **climbing) for n in (7, 3))
    for name in of_people(many):
        np.testing.assert_array_equal(many[name].isel(person=slice(3)), few[name])
    other = sa.oversee(companion, 5, LOW, seed=10, **NEAR)
    assert (other["reports"] != few["reports"].isel(report=0).values.mean()).any()


def test_deciding_for_all_is_deciding_for_each():
    class Alone(sa.policies.Stepwise):
        """The same policy, asked person by person."""

        def __init__(self, guard):
            self.guard, self.every = guard, guard.every

        def begin(self, model, weeks, rng):
            return self.guard.begin(model, weeks, rng)

    def guard():
        return Guard(LOW | ov.trend("ties", 0.1), ov.cool_off(6), sa.policies.climber(), {}, 4, 0.05, 1)

    start = {"ties": np.array([0.5, 0.62, 0.7]), "wanting": np.array([0.05, 0.1, 0.3])}
    together, alone = (sa.simulate(companion, 40, start, p, seed=3, dt=0.25) for p in (guard(), Alone(guard())))
    assert isinstance(guard(), Together)
    for name in (*companion.states, "cues"):
        np.testing.assert_array_equal(together[name], alone[name])


def test_the_weekly_climber_comes_to_where_the_climber_is():
    quiet = sa.models.companion.with_noise(ties=1e-9)
    guard = Guard(ov.level("ties", below=-1), None, sa.policies.climber(), {}, 4, 0.0, 1)
    run = sa.simulate(quiet, 52, {"ties": np.array([0.45])}, guard, seed=1, dt=0.0625)
    exact = sa.simulate(sa.models.companion, 52, policy=sa.policies.climber(), dt=0.0625)
    # Each week it is where a climber comes to rest with the states of that week, to what is left of five weeks' climbing.
    slope = compiled(quiet, (quiet.expressions["engagement"].diff(quiet.symbols["cues"]),), "array")
    weeks = run.isel(time=slice(None, None, 16), person=0)
    settings = np.array([weeks[n].values if n == "cues" else np.full(53, q.value) for n, q in quiet.settings.items()])
    left = slope(np.array([weeks[n].values for n in quiet.states]), settings)[0] - sa.policies.COST * weeks["cues"].values
    assert abs(left[1:]).max() < 2e-3 and abs(left[2:]).max() < 2e-4
    # What leads by half a week moves ties a little faster, near a divide too.
    assert float(abs(run["ties"].isel(person=0) - exact["ties"]).max()) < 0.02


def test_charging_and_capping_keep_the_climber_lower_and_caps_hold():
    lives = {"policy": sa.policies.climber(), "decline": TIES, "weeks": 52, "seed": 2}
    engaged = [
        float(sa.oversee(companion, 5, ov.always(), ov.charge(cues=cost), **lives)["engagement"].sel(life="watched").mean())
        for cost in (0, 1, 10)
    ]
    assert engaged[0] > engaged[1] > engaged[2]
    guard = Guard(ov.always(), ov.cap(cues=0.3), sa.policies.climber(), {}, 4, 0.0, 1)
    run = sa.simulate(companion, 20, {"ties": np.full(2, 0.45)}, guard, seed=1, dt=0.25)
    assert float(run["cues"].max()) == 0.3
    low = Guard(ov.always(), ov.cap(cues=0.3), sa.policies.schedule(cues={0: 0.1, 8: 0.9, 12: 0.2}), {}, 4, 0.0, 1)
    steps = sa.simulate(companion, 20, {"ties": np.full(2, 0.45)}, low, seed=1, dt=0.25)["cues"]
    np.testing.assert_allclose(steps.sel(time=[4, 10, 16]), [[0.1] * 2, [0.3] * 2, [0.2] * 2])


def test_a_floor_has_hysteresis():
    floor = ov.level("ties", below=0.5), ov.rest_until("ties", above=0.6)
    guard = Guard(*floor, None, {"cues": np.array(0.8)}, 4, 0.0, 1)
    run = sa.simulate(companion, 208, {"ties": np.array([0.55, 0.62])}, guard, seed=1, dt=0.25)
    ties, cues = run["ties"].sel(time=np.arange(0, 208, 4.0)).values, run["cues"].sel(time=np.arange(0, 208, 4.0)).values
    resting = np.zeros(2, bool)
    for k in range(len(ties)):
        resting = (resting & (ties[k] <= 0.6)) | (ties[k] < 0.5)
        np.testing.assert_array_equal(cues[k] == 0, resting)
    assert (cues == 0).any() and (cues[-5:] > 0).any()


def test_a_decline_is_a_stretch_and_true_to_its_definition():
    watch = sa.oversee(companion, 30, LOW, seed=4, **NEAR)
    guard = Guard(LOW, None, None, {"cues": np.array(0.8)}, 4, 0.05, 1)
    run = sa.simulate(companion, 104, {"ties": np.full(30, 0.62)}, guard, seed=4, dt=0.25)
    low = run["ties"].values <= sa.counterfactual(run)["ties"].values - 0.1
    for person, week in enumerate(watch["declined"].values):
        begins = [k for k in range(len(low) - 32) if low[k : k + 33, person].all()]
        assert (np.isnan(week) and not begins) or run["time"].values[begins[0]] == week
    falls = watch["declined"].notnull()
    assert falls.any() and not falls.all()
    np.testing.assert_array_equal(watch["missed"], falls & watch["rang"].isnull())
    np.testing.assert_array_equal(watch["false_alarm"], ~falls & watch["rang"].notnull())
    deep = sa.oversee(companion, 30, LOW, seed=4, **{**NEAR, "decline": ov.loss("ties", below=0.3, weeks=0)})
    first = np.where((run["ties"] < 0.3).any("time"), run["time"].values[(run["ties"] < 0.3).values.argmax(axis=0)], np.nan)
    np.testing.assert_array_equal(deep["declined"], first)


def test_reports_are_the_truth_with_the_error_that_was_asked_for():
    watch = sa.oversee(companion, 200, LOW, seed=4, error=0.07, **NEAR)
    exact = sa.oversee(companion, 200, LOW, seed=4, error=0.0, **NEAR)
    gap = (watch["reports"] - exact["reports"]).values
    assert gap.std() == pytest.approx(0.07, rel=0.02) and abs(gap.mean()) < 0.002
    # Both lives of a person are heard with the same errors, so that only what they lived differs.
    np.testing.assert_allclose(gap[0], gap[1], atol=1e-12)
    assert abs(np.corrcoef(gap[1, 0, :-1].ravel(), gap[1, 0, 1:].ravel())[0, 1]) < 0.04
    np.testing.assert_array_equal(rings(watch, LOW), watch["rang"])
    with_more = sa.oversee(companion, 4, LOW, ov.rest_until("wanting", above=2), seed=4, error=0.07, **NEAR)
    np.testing.assert_array_equal(with_more["rang"], watch["rang"][:4])


def test_an_operating_curve_counts_what_it_says():
    watch = sa.oversee(companion, 60, LOW, seed=4, **NEAR)
    curve = ov.operating_curve(watch, lambda low: ov.level("ties", below=low), [0.2, 0.45, 0.6], late=8)
    falls = watch["declined"].notnull()
    assert float(curve["false_alarms"].sel(threshold=0.45)) == float(watch["false_alarm"].sum() / (~falls).sum())
    assert float(curve["caught"].sel(threshold=0.45)) == 1 - float(watch["missed"].sum() / falls.sum())
    assert float(curve["in_time"].sel(threshold=0.45)) == float((watch["delay"] <= 8).sum() / falls.sum())
    assert float(curve["delay"].sel(threshold=0.45)) == float(watch["delay"].median())
    for name in ("false_alarms", "in_time", "caught"):
        assert (np.diff(curve[name]) >= 0).all()
        assert ((curve[f"{name}_low"] <= curve[name]) & (curve[name] <= curve[f"{name}_high"])).all()
    calm = ov.operating_curve(watch, lambda low: ov.level("ties", below=low), [0.45], calm="without assistant")
    rang = np.isfinite(rings(watch, LOW, "without assistant"))
    assert calm.attrs["calm"] == 60 and float(calm["false_alarms"][0]) == rang.mean()


def test_measures_are_compared_by_the_same_people_and_chance():
    measures = {"support": (LOW, ov.support()), "never": (ov.level("ties", below=-1), ov.support())}
    table = ov.compare(companion, 12, measures, seed=4, **NEAR)
    watch = sa.oversee(companion, 12, LOW, ov.support(), seed=4, **NEAR)
    assert list(table["measure"].values) == ["without assistant", "unwatched", "support", "never"]
    for label, life in {"without assistant": "without assistant", "unwatched": "unwatched", "support": "watched"}.items():
        for name in ("engagement", "ties", "lost"):
            assert float(table[name].sel(measure=label)) == pytest.approx(float(watch[name].sel(life=life).mean()))
    assert float(table["ties_gain"].sel(measure="never")) == 0 == float(table["ties_error"].sel(measure="never"))
    gains = watch["ties"].sel(life="watched") - watch["ties"].sel(life="unwatched")
    assert float(table["ties_error"].sel(measure="support")) == pytest.approx(float(gains.std(ddof=1) / 12**0.5))


def test_people_may_differ_and_come_as_a_mapping():
    people = {"start": {"ties": [0.5, 0.62, 0.75]}, "binding": [5, 5.3, 0.1], "cues": [0.8, 0.8, 0.2]}
    watch = sa.oversee(companion, people, LOW, ov.support(), decline=TIES, weeks=104, seed=4)
    assert watch.sizes["person"] == 3
    assert np.isfinite(watch["rang"][0]) and np.isnan(watch["rang"][2])


WRONG = {
    "no noise": (lambda: sa.oversee(sa.models.companion, 5, LOW, decline=TIES), ValueError, ["no noise"]),
    "no model": (lambda: sa.oversee("companion", 5, LOW, decline=TIES), TypeError, ["Model"]),
    "no alarm": (lambda: sa.oversee(companion, 5, "low", decline=TIES), TypeError, ["sa.oversight.level", "low"]),
    "no response": (lambda: sa.oversee(companion, 5, LOW, "rest", decline=TIES), TypeError, ["cool_off", "rest"]),
    "no decline": (lambda: sa.oversee(companion, 5, LOW, decline=0.1), TypeError, ["sa.oversight.loss"]),
    "nobody": (lambda: sa.oversee(companion, 0, LOW, decline=TIES), ValueError, ["people", "0"]),
    "unknown report": (
        lambda: sa.oversee(companion, 5, ov.level("tyes", below=0.2), decline=TIES), ValueError, ["Did you mean 'ties'"],
    ),
    "unknown decline": (lambda: sa.oversee(companion, 5, LOW, decline=ov.loss("tie", by=0.1)), ValueError, ["'ties'"]),
    "unknown lever": (lambda: sa.oversee(companion, 5, LOW, ov.cap(cue=0.2), decline=TIES), ValueError, ["'cues'"]),
    "unknown setting": (lambda: sa.oversee(companion, 5, LOW, decline=TIES, cuse=0.2), ValueError, ["'cues'"]),
    "lever out of bounds": (lambda: sa.oversee(companion, 5, LOW, decline=TIES, cues=2), ValueError, ["cues", "[0, 1]"]),
    "cap out of bounds": (lambda: sa.oversee(companion, 5, LOW, ov.cap(cues=2), decline=TIES), ValueError, ["[0, 1]"]),
    "lever twice": (
        lambda: sa.oversee(companion, 5, LOW, decline=TIES, policy=sa.policies.fixed(cues=0.2), cues=0.3), ValueError, ["cues"],
    ),
    "policy": (lambda: sa.oversee(companion, 5, LOW, decline=TIES, policy=sa.policies.ab_test()), TypeError, ["climber"]),
    "charge": (lambda: sa.oversee(companion, 5, LOW, ov.charge(cues=1), decline=TIES, cues=0.8), ValueError, ["climber"]),
    "spacing": (lambda: sa.oversee(companion, 5, LOW, decline=TIES, every=1.5), ValueError, ["every", "multiple"]),
    "step": (lambda: sa.oversee(companion, 5, LOW, decline=TIES, dt=0.3), ValueError, ["decision", "0.3"]),
    "sizes": (
        lambda: sa.oversee(companion, {"start": {"ties": [0.1, 0.2]}, "cues": [0.1, 0.2, 0.3]}, LOW, decline=TIES),
        ValueError, ["2 and 3"],
    ),
    "dimension": (
        lambda: sa.oversee(companion, {"binding": xr.DataArray([3.0, 4.0], dims="bind")}, LOW, decline=TIES),
        ValueError, ["'person'", "bind"],
    ),
    "table": (lambda: sa.oversee(companion, {"binding": [[3.0, 4.0]]}, LOW, decline=TIES), ValueError, ["shape (1, 2)"]),
    "words": (lambda: sa.oversee(companion, 2, LOW, decline=TIES, cues="high"), TypeError, ["'cues'", "high"]),
    "climbs nothing": (
        lambda: sa.oversee(companion, 2, LOW, decline=TIES, policy=sa.policies.climber("use")), ValueError, ["engagement"],
    ),
    "schedules nothing": (
        lambda: sa.oversee(companion, 2, LOW, decline=TIES, policy=sa.policies.fixed(cue=0.2)), ValueError, ["'cues'"],
    ),
    "relay": (
        lambda: sa.oversee(companion, 2, LOW, decline=TIES, policy=sa.policies.switched(None, None, at=4)),
        TypeError, ["climber"],
    ),
    "score": (lambda: sa.oversee(companion, 5, LOW, decline=TIES, scores=["needs"]), ValueError, ["wellbeing"]),
    "too short": (lambda: sa.oversee(companion, 5, LOW, decline=TIES, weeks=4), ValueError, ["longer run"]),
    "too many": (lambda: sa.oversee(companion, 99_999, LOW, decline=TIES, dt=0.01), ValueError, ["GB"]),
    "seed": (lambda: sa.oversee(companion, 5, LOW, decline=TIES, seed=-1), ValueError, ["seed"]),
    "level": (lambda: ov.level("ties"), ValueError, ["below and above"]),
    "level by text": (lambda: ov.level(0.3, below=0.2), TypeError, ["by its name"]),
    "trend": (lambda: ov.trend("ties", 0.1, reports=1), ValueError, ["reports", "from 2"]),
    "cusum": (lambda: ov.cusum("ties", sd=0.1), ValueError, ["expected"]),
    "cusum sd": (lambda: ov.cusum("ties", expected=0.1), ValueError, ["sd", "both"]),
    "slowing": (lambda: ov.slowing("ties", indicator="skew"), ValueError, ["variance"]),
    "window": (lambda: ov.slowing("ties", window=4), ValueError, ["window"]),
    "or": (lambda: LOW | 3, TypeError, ["alarm"]),
    "rest": (lambda: ov.cool_off(0), ValueError, ["positive"]),
    "cap": (lambda: ov.cap(), ValueError, ["cap(cues=0.4)"]),
    "cost": (lambda: ov.charge(cues=-1), ValueError, ["-1"]),
    "loss": (lambda: ov.loss("ties"), ValueError, ["by and below"]),
    "loss of nothing": (lambda: ov.loss("ties", by=0), ValueError, ["above 0"]),
    "measures": (lambda: ov.compare(companion, 5, {}, decline=TIES), ValueError, ["measures is empty"]),
    "no pair": (lambda: ov.compare(companion, 5, {"a": LOW}, decline=TIES), TypeError, ["pair"]),
    "label": (lambda: ov.compare(companion, 5, {"unwatched": (LOW, ov.support())}, decline=TIES), ValueError, ["label"]),
    "run length": (lambda: ov.run_length(-1), ValueError, ["threshold"]),
    "curve of a run": (lambda: ov.operating_curve(sa.simulate(companion, 4), ov.level, [0.1]), TypeError, ["sa.oversee"]),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_is_refused(case):
    refuses(*WRONG[case])


def test_an_operating_curve_refuses_what_it_cannot_judge():
    watch = sa.oversee(companion, 4, LOW, seed=4, **{**NEAR, "cues": 0.0})
    low = lambda level: ov.level("ties", below=level)  # noqa: E731
    refuses(lambda: ov.operating_curve(watch, low, [0.2]), ValueError, ["nobody declines"])
    refuses(lambda: ov.operating_curve(watch, LOW, [0.2]), TypeError, ["function from a threshold"])
    refuses(lambda: ov.operating_curve(watch, low, []), ValueError, ["thresholds"])
    refuses(lambda: ov.operating_curve(watch, low, [0.1], calm="quiet"), ValueError, ["spared"])
    lost = sa.oversee(companion, 6, LOW, seed=4, **{**NEAR, "cues": 0.9, "start": {"ties": 0.3}})
    refuses(lambda: ov.operating_curve(lost, low, [0.2]), ValueError, ["spared", "without assistant"])
    want = lambda level: ov.level("wanting", above=level)  # noqa: E731
    refuses(lambda: ov.operating_curve(lost, want, [0.2], calm="without assistant"), ValueError, ["reported", "ties"])


def test_courses_over_time_are_those_of_the_people():
    watch = sa.oversee(companion, 20, ov.level("ties", below=0.55), ov.cool_off(8), seed=4, **NEAR)
    guard = Guard(ov.level("ties", below=0.55), ov.cool_off(8), None, {"cues": np.array(0.8)}, 4, 0.05, 1)
    run = sa.simulate(companion, 104, {"ties": np.full(20, 0.62)}, guard, seed=4, dt=0.25)
    weekly = run.sel(time=watch["time"])
    for name in ("ties", "engagement"):
        np.testing.assert_allclose(watch[f"{name}_mean"].sel(life="watched"), weekly[name].mean("person"), rtol=1e-12)
    alone = sa.counterfactual(run)["ties"].sel(time=watch["time"])
    np.testing.assert_allclose(watch["low_share"].sel(life="watched"), (weekly["ties"] <= alone - 0.1).mean("person"))
    assert float(watch["rang_share"][-1]) == watch["rang"].notnull().mean()
    # How often the cues were let go, counted in the levers themselves.
    resting = (run["cues"] == 0).astype(int)
    began = (resting.diff("time") == 1).sum("time") + resting.isel(time=0)
    back_to_back = watch["rings"].values - began.values
    assert (back_to_back >= 0).all() and watch["rings"].max() > 1
    assert float((resting.sum("time") * 0.25 <= 8 * watch["rings"] + 0.25).mean()) == 1


def test_an_alarm_after_the_point_of_no_return_is_too_late():
    start, quiet = {"ties": 0.5}, sa.models.companion.with_noise(ties=1e-9)
    sinking = sa.simulate(sa.models.companion, 104, start, cues=0.8)
    edge = sa.point_of_no_return(sa.models.companion, sinking, {"cues": 0.7}).time
    ties = sinking["ties"].sel(time=np.arange(0, 104, 4.0)).values
    ends = {}
    # A month or so before and after, since the steps of a run with noise are Euler's.
    for week in (4 * int(edge // 4) - 4, 4 * int(edge // 4) + 8):
        alarm = ov.level("ties", below=float(ties[week // 4 - 1] + ties[week // 4]) / 2)
        asked = {"decline": ov.loss("ties", by=0.1), "cues": 0.8, "weeks": 728, "error": 0.0, "seed": 1}
        watch = sa.oversee(quiet, 1, alarm, ov.cap(cues=0.7), start=start, **asked)
        assert float(watch["rang"][0]) == week
        ends[week] = float(watch["ties_mean"].sel(life="watched")[-1])
    before, after = ends.values()
    assert before > 0.6 and after < 0.1
