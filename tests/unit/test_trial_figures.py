"""Figures of trials draw what was computed, and say so."""

import numpy as np
import pytest
from test_trials import study

import socioaffective as sa


def rows(chart, *fields):
    """The rows of every data set that has all these fields."""
    sets = chart.to_dict()["datasets"].values()
    return [row for rows in sets for row in rows if set(fields) <= set(row)]


def test_an_arm_keeps_its_colour_whatever_other_arms_there_are():
    ask = {"people": {"start": {"ties": np.linspace(0.1, 0.8, 20)}}, "weeks": 2, "seed": 1}
    arms = {"none": {"access": 0}, "strong": {"cues": 1}, "bridging": {"cues": 0}, "binding": {"cues": 0.7}}
    few = {name: arms[name] for name in ("none", "binding")}
    drawn = [
        {row["arm"]: row["ink"] for row in rows(sa.figures.trial_arms(one), "mean", "arm")}
        for one in (sa.trial(sa.models.companion, some, "felt_relatedness", **ask) for some in (arms, few))
    ]
    assert len(set(drawn[0].values())) == 4
    assert drawn[1] == {name: drawn[0][name] for name in few}


def test_the_arms_are_drawn_as_estimated_and_as_they_are():
    one = study(80, dropout=0.1, scale=sa.trials.Scale())
    chart = sa.figures.trial_arms(one)
    last = [row for row in rows(chart, "mean", "low", "high") if row["week"] == 4 and "arm" not in row]
    found = one.difference()["binding"]
    assert [last[0][k] for k in ("mean", "low", "high")] == pytest.approx([found.value, found.low, found.high])
    truth = {row["week"]: row["gap"] for row in rows(chart, "gap", "arm")}
    assert truth[52] == pytest.approx(one.true_difference()["binding"])
    arms = one.data["arm"].values
    for arm in one.arms:
        values = one.data["felt_relatedness"].values[arms == arm, -1]
        drawn = [row for row in rows(chart, "mean", "arm") if row["arm"] == arm and row["week"] == 4]
        assert drawn[0]["mean"] == pytest.approx(np.nanmean(values))
    assert len(rows(chart)) < 2000


def test_power_is_drawn_as_found():
    found = sa.power(study(80), [20, 50], trials=100)
    drawn = sorted(rows(sa.figures.power_curves({"week 4": found}), "power", "low"), key=lambda row: row["size"])
    assert [row["power"] for row in drawn] == pytest.approx(found["power"].values)
    assert [10 ** row["size"] for row in drawn] == pytest.approx([20, 50])


def test_profiles_are_drawn_as_computed():
    person = sa.simulate(sa.models.need, 20, dt=1)[["satisfaction"]]
    found = sa.recover(sa.models.need, person, {"gain": (0.02, 1)}, error=0.02, points=5)
    drawn = {row["value"]: row["rise"] for row in rows(sa.figures.profile_likelihoods(found), "value", "rise")}
    for value, rise in zip(found.profiles["value"].values[0], found.profiles["deviance"].values[0], strict=True):
        assert drawn[value] == pytest.approx(rise, abs=1e-9)


def test_published_numbers_are_drawn_over_the_models():
    table = sa.trials.beside()
    drawn = {row["name"]: row for row in rows(sa.figures.beside(table), "ratio", "used")}
    for name in table["finding"].values:
        one = table.sel(finding=name)
        assert 10 ** drawn[name]["ratio"] == pytest.approx(float(one["modelled"] / one["published"]))
        assert drawn[name]["used"] == bool(one["used"])
