"""Summaries: what one pass over many people says is what holding all their runs would say."""

import warnings

import numpy as np
import pytest

import socioaffective as sa
from socioaffective.machine.backends import using
from socioaffective.populations import summaries
from socioaffective.populations.surveys import part_of, survey_of
from socioaffective.populations.tallies import CELLS, Tally

COMPANION = sa.models.companion
TIES = COMPANION.symbols["ties"]


def crowd(size=300, **more):
    return sa.population(COMPANION, size, seed=3, start={"ties": sa.spreads.beta(4, 4)}, sensitisation=(0.3, 0.7), **more)


def test_a_tally_is_what_numpy_says():
    values = np.random.default_rng(0).beta(2, 5, (3, 4000)) * 2 - 0.5
    tally = Tally.empty([(-1, 2)], 3)
    tally.add(0, values, np.ones(4000, dtype=bool), 0.1)
    tally.counted += 4000
    # Sums are of values rounded to a thousand-millionth of the range.
    assert tally.means()[0] == pytest.approx(values.mean(axis=1), abs=1e-8)
    assert tally.deviations()[0] == pytest.approx(values.std(axis=1), abs=1e-6)
    assert tally.shares_below()[0] == pytest.approx((values < -0.1).mean(axis=1))
    shares = [0, 0.05, 0.5, 0.9, 1]
    assert tally.quantiles(shares)[0] == pytest.approx(np.quantile(values, shares, axis=1).T, abs=3.0 / CELLS)


def test_tallies_merge_to_the_same_bits_in_any_order():
    values, parts = np.random.default_rng(1).uniform(0, 1, (2, 999)), []
    for own in (slice(0, 10), slice(10, 700), slice(700, 999)):
        part = Tally.empty([(0, 1)], 2, 1, np.int32)
        part.add(0, values[:, own], np.ones(values[:, own].shape[1], dtype=bool))
        part.counted += values[:, own].shape[1]
        parts.append(part)
    wholes = []
    for order in ((0, 1, 2), (2, 0, 1)):
        whole = Tally.empty([(0, 1)], 2, 1)
        for k in order:
            whole.merge(parts[k])
        wholes.append(whole)
    assert wholes[0].means().tobytes() == wholes[1].means().tobytes() and (wholes[0].cells == wholes[1].cells).all()


def test_where_people_lie_beyond_the_bounds_there_is_no_number():
    tally = Tally.empty([(0, 1)], 2)
    tally.add(0, np.array([[0.2, 0.4, 5.0], [0.2, 0.4, 1 + 1e-9]]), np.ones(3, dtype=bool))
    tally.counted += 3
    assert np.isnan(tally.means()[0, 0]) and tally.means()[0, 1] == pytest.approx(1.6 / 3)
    assert tally.beyond().tolist() == [1] and np.isnan(tally.quantiles([0.99])[0, 0, 0])
    assert tally.quantiles([0.1])[0, 0, 0] == pytest.approx(0.2, abs=1 / CELLS)


@pytest.mark.parametrize("which", ["scipy", "machine"])
def test_a_summary_is_that_of_the_runs(which):
    people = crowd()
    with using(which):
        found = sa.summarise(COMPANION, people, 52, cues=0.7, at=[4, 52], events={"tipped": TIES - 0.4})
        runs = sa.simulate(COMPANION, 52, dt=1, cues=0.7, events={"tipped": TIES - 0.4}, **people)
        twins = sa.counterfactual(runs)
    for name in ("ties", "engagement", "felt_relatedness"):
        own, gap = runs[name], runs[name] - twins[name]
        assert found[f"{name}_mean"].values == pytest.approx(own.mean("person").values, abs=1e-7)
        assert found[f"{name}_sd"].values == pytest.approx(own.std("person").values, abs=1e-5)
        assert found[f"{name}_gap_mean"].values == pytest.approx(gap.mean("person").values, abs=1e-7)
        assert found[f"{name}_worse"].values == pytest.approx((gap < -1e-6).mean("person").values, abs=1e-12)
        expected = own.quantile(found["quantile"].values, "person").transpose("time", "quantile").values
        # A cell, and the distance of neighbours among three hundred.
        assert found[name].values == pytest.approx(expected, abs=0.01)
        assert found[f"{name}_at"].values == pytest.approx(own.sel(time=[4, 52]).values.T, abs=1e-7)
        assert found[f"{name}_gap_at"].values == pytest.approx(gap.sel(time=[4, 52]).values.T, abs=1e-7)
    crossed = runs["tipped"].values
    assert found["tipped_share"].values == pytest.approx([(crossed <= t).mean() for t in found["time"].values])


def test_the_same_bits_whatever_the_portions_and_processors(monkeypatch):
    people = crowd(900)
    with using("machine"):
        first = sa.summarise(COMPANION, people, 26, cues=0.7, at=[26])
        for portion, together, processors in ((100, 64, 1), (250, 100, 2)):
            monkeypatch.setattr(summaries, "PORTION", portion)
            monkeypatch.setattr("socioaffective.populations.surveys.TOGETHER", together)
            monkeypatch.setattr(summaries, "processors", lambda count=processors: count)
            again = sa.summarise(COMPANION, people, 26, cues=0.7, at=[26])
            for name in first.data_vars:
                assert first[name].values.tobytes() == again[name].values.tobytes(), name


def test_noise_goes_by_person_whatever_the_portions(monkeypatch):
    w, H = COMPANION.symbols["wanting"], TIES
    noisy = sa.Model(
        "Noisy", dict(COMPANION.equations), dict(COMPANION.expressions), {H: 0.05 * H * (1 - H), w: 0.05 * w * (1 - w)}
    )
    people = sa.population(noisy, 40, start={"ties": (0.3, 0.7)})
    first = sa.summarise(noisy, people, 8, cues=0.6, seed=5, every=2)
    whole = sa.simulate(noisy, 8, cues=0.6, seed=5, dt=1 / 16, **people)
    assert first["ties_mean"].values == pytest.approx(whole["ties"].sel(time=[0, 2, 4, 6, 8]).mean("person").values, abs=1e-7)
    monkeypatch.setattr(summaries, "PORTION", 7)
    again = sa.summarise(noisy, people, 8, cues=0.6, seed=5, every=2)
    assert first["ties"].values.tobytes() == again["ties"].values.tobytes()


@pytest.mark.parametrize(
    "policy",
    [
        sa.policies.climber(),
        sa.policies.schedule(cues={0: 0.8, 10.5: 0.1}),
        sa.policies.cooled_off(sa.policies.climber(), 8, 4),
    ],
)
def test_policies_act_in_a_summary_as_in_a_run(policy):
    people = crowd(30)
    found = sa.summarise(COMPANION, people, 20, policy, quantities=["cues", "ties"], every=2)
    runs = sa.simulate(COMPANION, 20, policy=policy, dt=2, **people)
    for name in ("cues", "ties"):
        assert found[f"{name}_mean"].values == pytest.approx(runs[name].mean("person").values, abs=1e-7)
        gap = (runs[name] - sa.counterfactual(runs)[name]).mean("person").values
        assert found[f"{name}_gap_mean"].values == pytest.approx(gap, abs=1e-7)


def test_another_reference():
    people = crowd(30)
    found = sa.summarise(COMPANION, people, 20, cues=0.8, against={"cues": 0}, quantities=["ties"])
    own, other = (sa.simulate(COMPANION, 20, dt=1, cues=level, **people)["ties"] for level in (0.8, 0))
    assert found["ties_gap_mean"].values == pytest.approx((own - other).mean("person").values, abs=1e-7)
    alone = sa.summarise(COMPANION, people, 20, cues=0.8, against=None, quantities=["ties"])
    assert "ties_gap" not in alone and alone["ties_mean"].values == pytest.approx(found["ties_mean"].values)


def blow_up():
    x, k = sa.state("x", start=0.5, bounds=(0, 1)), sa.parameter("k", -1.0, (-10, 10))
    return sa.Model("Blow-up", {x: k * x**2})


@pytest.mark.parametrize("which", ["scipy", "machine"])
def test_whoever_cannot_be_integrated_is_left_out_and_named(which):
    model = blow_up()
    rates = np.full(50, -1.0)
    rates[[7, 31]] = 9.0
    with using(which), pytest.warns(UserWarning, match=r"2 of the people \(counted from 0: 7, 31\) could not"):
        found = sa.summarise(model, sa.population(model, 50, k=rates), 5, against=None, at=[5])
    assert found.attrs["lost"] == [7, 31] and found.attrs["people"] == 48
    assert found["x_mean"].values[-1] == pytest.approx(0.5 / (1 + 0.5 * 5), abs=1e-7)
    assert np.isnan(found["x_at"].values[[7, 31]]).all() and np.isfinite(np.delete(found["x_at"].values, [7, 31], 0)).all()


def test_beyond_the_bounds_there_is_a_warning_and_no_number():
    x = sa.state("x", start=0.5, bounds=(0, 1))
    model = sa.Model("Twice", {x: -x}, {"double": 3 * x})
    with pytest.warns(UserWarning, match="'double' of 4 people lies outside its bounds"):
        found = sa.summarise(model, sa.population(model, 4), 5, against=None)
    assert np.isnan(found["double_mean"].values[0]) and found["double_mean"].values[-1] == pytest.approx(
        1.5 * np.exp(-5), abs=1e-7
    )


def test_nobody_one_person_and_one_step_work():
    nobody = sa.summarise(COMPANION, crowd(0), 4, cues=0.5, at=[4])
    assert nobody.attrs["people"] == 0 and np.isnan(nobody["ties"].values).all() and nobody["ties_at"].shape == (0, 1)
    one = sa.summarise(COMPANION, crowd(1), 4, cues=0.5, every=4)
    run = sa.simulate(COMPANION, 4, cues=0.5, dt=4, **crowd(1))
    assert one["ties_mean"].values == pytest.approx(run["ties"].values[:, 0], abs=1e-7)
    assert one["ties"].values[:, 3] == pytest.approx(run["ties"].values[:, 0], abs=1 / CELLS)


def test_an_interrupt_keeps_what_was_done(monkeypatch):
    people, asked = crowd(100), []

    def interrupted(survey, first, last, original=summaries.part_of):
        asked.append(first)
        if first >= 60:
            raise KeyboardInterrupt
        return original(survey, first, last)

    monkeypatch.setattr(summaries, "PORTION", 20)
    monkeypatch.setattr(summaries, "processors", lambda: 1)
    monkeypatch.setattr(summaries, "part_of", interrupted)
    with pytest.warns(UserWarning, match="Stopped after 60 of 100 people"):
        found = sa.summarise(COMPANION, people, 8, cues=0.5)
    whole = sa.simulate(COMPANION, 8, cues=0.5, dt=1, **people.block(0, 60))
    assert found.attrs["people"] == 60
    assert found["ties_mean"].values == pytest.approx(whole["ties"].mean("person").values, abs=1e-7)


BAD = [
    (lambda: sa.summarise(COMPANION, 100), TypeError, "people must be a population"),
    (lambda: sa.summarise(COMPANION, crowd(5), quantities=["tie"]), ValueError, "Did you mean 'ties'"),
    (lambda: sa.summarise(COMPANION, crowd(5), cues=[0.1] * 5), ValueError, "'cues' differs between people"),
    (lambda: sa.summarise(COMPANION, crowd(5), sensitisation=0.4), ValueError, "Give it once"),
    (lambda: sa.summarise(COMPANION, crowd(5), cues=2.0), ValueError, "outside its bounds"),
    (lambda: sa.summarise(COMPANION, crowd(5), at=[4.5]), ValueError, "Week 4.5 is none of the times"),
    (lambda: sa.summarise(COMPANION, crowd(5), quantiles=[1.5]), ValueError, "outside its bounds"),
    (lambda: sa.summarise(COMPANION, crowd(5), against={"cue": 0}), ValueError, "Did you mean 'cues'"),
    (lambda: sa.summarise(blow_up(), sa.population(blow_up(), 5)), ValueError, "against=None"),
    (lambda: sa.summarise(sa.models.ecosystem, crowd(5)), ValueError, "drawn for 'Companion'"),
    (lambda: sa.summarise(COMPANION, crowd(10**9), at=range(105)), ValueError, "GB; .* store="),
    (lambda: sa.summarise(COMPANION, crowd(5), weeks=-1), ValueError, "weeks must be positive"),
    (lambda: sa.summarise(COMPANION, crowd(5), weeks=4, every=5), ValueError, "every must be above 0 and at most weeks = 4"),
    (lambda: sa.summarise(COMPANION, crowd(5), start={"ties": 0.3}), ValueError, "Where people begin is theirs"),
    (lambda: sa.summarise(COMPANION, crowd(5), cue=0.3), ValueError, "option of summarise 'cue'. Did you mean 'cues'"),
]


@pytest.mark.parametrize(("call", "kind", "words"), BAD, ids=[words for *_, words in BAD])
def test_bad_input_is_refused_with_the_way_out(call, kind, words):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(kind, match=words):
            call()


def test_the_last_of_a_thousand_million_people_is_run_like_the_first():
    people = crowd(10**9)
    survey = survey_of(COMPANION, people, 8, None, 1, ["ties"], None, (8,), None, None, None, {"cues": 0.7}, False)
    part = part_of(survey, 10**9 - 30, 10**9)
    runs = sa.simulate(COMPANION, 8, dt=1, cues=0.7, **people.block(10**9 - 30, 10**9))
    assert part.tally.people == 30 and not part.lost
    assert part.values[0, :, 0] == pytest.approx(runs["ties"].values[-1], abs=1e-9)


def test_a_few_people_are_not_refused_for_the_room_that_many_would_take():
    found = sa.summarise(COMPANION, crowd(3), 104, every=1 / 256, quantities=["ties"], against=None)
    assert found.sizes["time"] == 104 * 256 + 1


def test_a_seed_is_said_where_there_is_one():
    assert sa.summarise(COMPANION, crowd(2), 4, cues=0.5).attrs["seed"] == "none"
    assert sa.summarise(COMPANION, crowd(2), 4, cues=0.5, seed=7).attrs["seed"] == 7
