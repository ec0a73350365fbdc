"""Sweeps of a function: every combination, in its place."""

import numpy as np
import pytest
import xarray as xr

import socioaffective as sa

m = sa.models.companion


def run(cues, who="one", ties=0.45):
    return sa.simulate(m, 8, {"ties": ties if who == "one" else 0.9}, cues=cues)


def test_every_combination_stands_in_its_place():
    runs = sa.sweep(run, cues=[0.2, 0.9, 0.5], who=["one", "other"])
    assert dict(runs["ties"].sizes) == {"time": run(0.2).sizes["time"], "cues": 3, "who": 2}
    for cues in (0.2, 0.9, 0.5):
        for who in ("one", "other"):
            own = run(cues, who)
            picked = runs.sel(cues=cues, who=who)
            assert all(np.array_equal(picked[n].values, own[n].values) for n in own.data_vars if n != "cues")
    assert runs["ties"].attrs["units"] == "1" and runs.attrs["title"] == "run"


def test_a_sweep_can_be_explored():
    runs = sa.sweep(run, cues=[0.2, 0.9], who=["one", "other"])
    view = sa.explore(runs, show=["ties", "wanting"], lights=[sa.views.light("kept", sa.views.at("ties", 8) > 0.4)])
    view.who = "other"
    view.cues = 0.9
    assert view.run["ties"].values.tolist() == run(0.9, "other")["ties"].values.tolist()
    assert eval(view.code, {"runs": runs})["ties"].equals(view.run["ties"])


@pytest.mark.parametrize(
    ("function", "values", "kind", "said"),
    [
        (run, {}, ValueError, "at least one argument"),
        (run, {"cus": [1]}, ValueError, "Did you mean 'cues'"),
        (run, {"cues": []}, ValueError, "at least one"),
        (run, {"cues": [0.5, 0.5]}, ValueError, "different ones"),
        (run, {"cues": 0.5}, TypeError, "must be a list"),
        (run, {"cues": np.linspace(0, 1, 20_000)}, ValueError, "at most 10,000"),
        (lambda cues: 3, {"cues": [0.5]}, TypeError, "returns a run"),
        (lambda weeks: sa.simulate(m, weeks), {"weeks": [4, 8]}, ValueError, "same times"),
        (run, {"cues": [[0.5], [0.6]]}, TypeError, "all numbers or all words"),
        (run, {"who": ["one", 2]}, TypeError, "all numbers or all words"),
        (lambda model: sa.simulate(model), {"model": [m, m]}, TypeError, "all numbers or all words"),
        (lambda time: run(0.5), {"time": [1, 2]}, ValueError, "dimension of every run"),
        (lambda who: sa.simulate(m, 8, cues=[0.1, 0.9]), {"who": ["one", "other"]}, ValueError, "one person each"),
        (lambda ties: run(0.5, ties=ties), {"ties": [0.2, 0.9]}, ValueError, "changes in the runs themselves"),
    ],
)
def test_what_is_no_sweep_is_refused(function, values, kind, said):
    with pytest.raises(kind, match=said):
        sa.sweep(function, **values)


def test_the_values_may_stand_in_an_array_with_labels():
    cues = xr.DataArray([0.2, 0.9], dims="cues")
    assert sa.sweep(run, cues=cues).equals(sa.sweep(run, cues=[0.2, 0.9]))


def stopped_at(k):
    """A function of a sweep during which the reader presses stop at the k-th run."""
    calls = []

    def function(cues, who):
        calls.append(cues)
        if len(calls) == k:
            raise KeyboardInterrupt
        return run(cues, who)

    return function


def test_a_sweep_that_is_stopped_keeps_what_was_done():
    values = {"cues": [0.2, 0.9, 0.5], "who": ["one", "other"]}
    whole = sa.sweep(run, **values)
    with pytest.warns(UserWarning, match="stopped after 3 of 6 combinations"):
        part = sa.sweep(stopped_at(4), **values)
    done = [(0.2, "one"), (0.2, "other"), (0.9, "one")]
    for cues in values["cues"]:
        for who in values["who"]:
            own, same = (each["ties"].sel(cues=cues, who=who) for each in (part, whole))
            assert own.equals(same) if (cues, who) in done else bool(own.isnull().all())
    assert part["ties"].attrs == whole["ties"].attrs and "3 of 6" in part.attrs["stopped"]
    assert "stopped" not in whole.attrs


def test_a_sweep_stopped_before_its_first_run_stops():
    with pytest.raises(KeyboardInterrupt):
        sa.sweep(stopped_at(1), cues=[0.2, 0.9], who=["one", "other"])


def test_a_sweep_stopped_part_way_can_be_looked_at():
    with pytest.warns(UserWarning, match="4 of 6"):
        part = sa.sweep(stopped_at(5), cues=[0.2, 0.9, 0.5], who=["one", "other"])
    with pytest.raises(ValueError, match="explore the runs that were completed"):
        sa.explore(part, show=["ties"])
    view = sa.explore(part.dropna("cues"), show=["ties"])
    view.cues, view.who = 0.9, "other"
    assert view.run["ties"].values.tolist() == run(0.9, "other")["ties"].values.tolist()
