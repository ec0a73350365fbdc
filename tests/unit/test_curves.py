"""Figures of plain curves, of plans, and of fronts: what is drawn is what was computed."""

import numpy as np
import pytest
import xarray as xr

import socioaffective as sa


def parts(chart):
    spec = chart.to_dict()
    tables = spec.get("datasets", {})

    def walk(node):
        for inner in node.get("layer", []) + node.get("hconcat", []) + node.get("vconcat", []):
            yield from walk({**{k: node[k] for k in ("data",) if k in node}, **inner})
        if "mark" in node:
            yield node["mark"]["type"], tables.get(node["data"].get("name"), node["data"].get("values"))

    return list(walk(spec))


def drawn(chart, kind):
    return [row for mark, rows in parts(chart) if mark == kind for row in rows]


x = np.linspace(0, 4, 81)
hill = xr.Dataset({"value": ("pressure", x * (2 - x))}, {"pressure": ("pressure", x, {"units": "1/week"})})


@pytest.mark.parametrize("marks", [None, {"peak": 1.0, "outside": 9.0}])
def test_a_curve_is_drawn_with_and_without_marks(marks):
    chart = sa.figures.curves(hill, marks=marks)
    rows = drawn(chart, "line")
    np.testing.assert_allclose([[row["x"], row["y"]] for row in rows], np.stack([x, x * (2 - x)], axis=1))
    assert len(drawn(chart, "rule")) == (1 if marks else 0)
    assert "peak of 1.00 at 1.00" in chart.description


def test_long_names_and_labels_are_what_is_written():
    named = hill.assign(value=hill["value"].assign_attrs(long_name="true value"))
    assert {row["text"] for row in drawn(sa.figures.curves(named), "text")} == {"true value"}
    both = sa.figures.curves({"one": hill, "other": named}, "value")
    assert {row["text"] for row in drawn(both, "text")} == {"one", "other"}
    assert "pressure (1/week)" in str(both.to_dict())


def test_a_gap_is_no_line():
    holes = hill.assign(value=hill["value"].where(hill["pressure"] > 1))
    assert min(row["x"] for row in drawn(sa.figures.curves(holes), "line")) > 1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sa.figures.curves({}), "at least one"),
        (lambda: sa.figures.curves(hill, "worth"), "There is no variable"),
        (lambda: sa.figures.curves(hill, []), "at least one"),
        (lambda: sa.figures.curves(hill["value"]), "one dimension"),
        (lambda: sa.figures.curves(xr.Dataset({"a": (("i", "j"), np.eye(2))})), "dimensions i, j"),
        (lambda: sa.figures.curves(hill.drop_vars("pressure")), "no coordinate"),
        (lambda: sa.figures.curves(hill * np.nan), "no finite value"),
        (lambda: sa.figures.curves(hill, marks={"peak": "one"}), "plain number"),
        (lambda: sa.figures.controls(hill), "results of sa.optimise"),
        (lambda: sa.figures.objective_grid(hill), "results of sa.horizon_grid"),
        (lambda: sa.figures.pareto_front(hill), "results of sa.pareto"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, said):
    with pytest.raises((ValueError, TypeError), match=said):
        call()


@pytest.fixture(scope="module")
def plan():
    return sa.optimise(sa.models.companion, weeks=40, discount=0.4, every=2)


def test_what_is_not_determined_is_not_drawn(plan):
    chart = sa.figures.controls(plan)
    rows = drawn(chart, "line")
    known = plan.controls["determined"].values
    assert not known.all() and max(row["x"] for row in rows) == plan.determined
    levels = {round(float(v), 9) for v in plan.controls["cues"].values[known]}
    assert {round(row["y"], 9) for row in rows} == levels
    assert f"after week {plan.determined:g} is not determined" in chart.description


def test_prices_are_those_of_the_plan(plan):
    chart = sa.figures.shadow_prices(plan, "ties")
    rows = {row["x"]: row["y"] for row in drawn(chart, "line")}
    prices = plan.costates["ties"].dropna("time")
    np.testing.assert_allclose([rows[t] for t in prices["time"].values], prices)


def test_a_front_shows_its_points_and_the_runs_beside_it():
    front = sa.pareto(sa.models.companion, "engagement", "felt_relatedness", points=3, weeks=20, every=4, progress=False)
    chart = sa.figures.pareto_front(front, {"no cues": sa.simulate(sa.models.companion, 20, cues=0)})
    # Drawn to four digits.
    np.testing.assert_array_equal([row["x"] for row in drawn(chart, "line")], np.round(front.table["engagement"], 4))
    assert "no cues at" in chart.description


def test_a_grid_has_a_panel_for_each_life():
    grid = sa.horizon_grid(sa.models.companion, ["engagement", "felt_relatedness"], weeks=12, every=2)
    chart = sa.figures.objective_grid(grid, "ties")
    assert len(chart.vconcat) == 2 and all(len(row.hconcat) == 2 for row in chart.vconcat)
    assert chart.description.count("at week 12") == 4
    with pytest.raises(ValueError, match="no well-being"):
        _ = grid.price_of_myopia


def test_a_pareto_front_refuses_what_makes_no_sense():
    for given, said in (({"points": 1}, "points"), ({"second": "need"}, "There is no quantity"), ({"every": 0}, "every")):
        with pytest.raises((ValueError, KeyError), match=said):
            sa.pareto(sa.models.companion, progress=False, **{"second": "ties", **given})
