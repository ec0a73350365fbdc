"""Figures of crowds draw what was computed and say it."""

import numpy as np
import pytest
import xarray as xr

import socioaffective as sa

m = sa.models.companion
people = sa.population(m, 200, seed=1, start={"ties": (0.2, 0.8)}, sensitisation=(0.3, 0.7))
run = sa.simulate(m, 260, dt=10, cues=0.7, **people)
table = people.to_xarray()


def rows_of_marks(chart):
    """The rows of each layer with its mark, as the chart holds them."""
    spec = chart.to_dict()
    sets = spec.get("datasets", {})
    found = []
    for layer in spec["layer"]:
        data = layer.get("data", {})
        mark = layer["mark"]
        kind = mark["type"] if isinstance(mark, dict) else mark
        found.append((kind, mark, list(data.get("values", sets.get(data.get("name"), [])))))
    return found


def test_a_fan_draws_the_quantiles():
    chart = sa.figures.fan(run, "ties")
    marks = rows_of_marks(chart)
    bands = [rows for kind, _, rows in marks if kind == "area"]
    lines = [rows for kind, _, rows in marks if kind == "line"]
    values = run["ties"].values
    for rows, (low, high) in zip(bands, [(0.1, 0.9), (0.25, 0.75)], strict=True):
        assert [row["y"] for row in rows] == pytest.approx(np.quantile(values, low, axis=1))
        assert [row["y2"] for row in rows] == pytest.approx(np.quantile(values, high, axis=1))
    assert [row["y"] for row in lines[0]] == pytest.approx(np.median(values, axis=1))
    assert [row["y"] for row in lines[1]] == pytest.approx(values.mean(axis=1))
    assert f"10% lie below {np.quantile(values[-1], 0.1):.2f}" in chart.description


def test_a_fan_of_a_table_of_quantiles_is_the_same_as_of_the_people():
    shares = [0.1, 0.25, 0.5, 0.75, 0.9]
    levels = run["ties"].quantile(shares, "person").transpose("time", "quantile")
    short = xr.Dataset({"ties": levels.assign_attrs(run["ties"].attrs), "ties_mean": run["ties"].mean("person")})
    short["time"].attrs = run["time"].attrs
    assert sa.figures.fan(short, "ties").description == sa.figures.fan(run, "ties").description
    with pytest.raises(ValueError, match=r"no quantile 0\.05; it has 0\.1"):
        sa.figures.fan(short, "ties", [0.05, 0.5, 0.95])
    with pytest.raises(ValueError, match="ties_mean"):
        sa.figures.fan(short.drop_vars("ties_mean"), "ties")


def test_two_fans_are_told_apart_and_keep_within_the_rows():
    twin = sa.counterfactual(run)
    chart = sa.figures.fan({"with": run, "without": twin}, "ties")
    marks = rows_of_marks(chart)
    assert sum(len(rows) for _, _, rows in marks) <= 2000
    texts = [row["text"] for kind, _, rows in marks if kind == "text" for row in rows]
    assert "median, with" in texts and "mean, without" in texts and len(set(texts)) == 8
    assert len({mark["color"] for kind, mark, _ in marks if kind == "line"}) == 2


def test_a_crowd_is_drawn_person_by_person_and_counted():
    isolated = run["ties"].isel(time=-1) < 0.3
    line = sa.dividing_line(m, "ties", "sensitisation", np.linspace(0.3, 0.7, 9), cues=0.7)
    chart = sa.figures.crowd(table["ties"], table["sensitisation"], isolated, ("isolated", "connected"), line)
    points = {mark["shape"]: rows for kind, mark, rows in rows_of_marks(chart) if kind == "point"}
    lost = isolated.values
    assert sorted(row["x"] for row in points["triangle-down"]) == pytest.approx(np.sort(table["ties"].values[lost]))
    assert sorted(row["y"] for row in points["circle"]) == pytest.approx(np.sort(table["sensitisation"].values[~lost]))
    drawn = next(rows for kind, _, rows in rows_of_marks(chart) if kind == "line")
    assert [row["x"] for row in drawn] == pytest.approx(line.values)
    assert f"200 people by ties and sensitisation: {lost.mean() * 100:.0f} % isolated" in chart.description
    assert "with 0 of 200 people on the other side" in chart.description
    named = {row["text"] for kind, _, rows in rows_of_marks(chart) if kind == "text" for row in rows}
    assert named == {f"isolated: {lost.mean() * 100:.0f} %", f"connected: {(~lost).mean() * 100:.0f} %"}
    # Fates that do not follow the line are seen not to.
    shuffled = sa.figures.crowd(table["ties"], table["sensitisation"], isolated[::-1].values, line=line)
    assert "with 0 of 200 people on the other side" not in shuffled.description


def test_of_a_large_crowd_some_are_drawn_and_all_are_counted():
    many = sa.population(m, 50_000, start={"ties": (0, 1)}, decay=(0, 1)).to_xarray()
    chart = sa.figures.crowd(many["ties"], many["decay"], many["ties"] < 0.25)
    assert sum(len(rows) for _, _, rows in rows_of_marks(chart)) <= 2000
    assert chart.description.startswith("50,000 people by ties and decay: 25 % tipped, 75 % not tipped")
    alone = sa.figures.crowd(many["ties"][:1], many["decay"][:1], [True])
    assert "1 people" in alone.description and "100 % tipped" in alone.description


def test_shares_are_those_that_were_found():
    found = sa.sobol_indices(lambda a, b, c: a + 2 * b + 0 * c, None, {"a": (0, 1), "b": (0, 1), "c": (0, 1)}, 256)
    chart = sa.figures.shares(found)
    dots = [rows for kind, _, rows in rows_of_marks(chart) if kind == "point"]
    assert dots[0][0]["trait"] == "b"
    for rows, kind in zip(dots, ("first", "total"), strict=True):
        own = dict(zip("abc", found[kind].values.tolist(), strict=True))
        assert {row["trait"]: row["x"] for row in rows} == pytest.approx(own)
    assert "-0 %" not in chart.description and "c accounts for 0 %" in chart.description


@pytest.mark.parametrize(
    ("drawn", "kind", "said"),
    [
        (lambda: sa.figures.fan(run.isel(person=[0]), "ties"), ValueError, "several people"),
        (lambda: sa.figures.fan(run, "tis"), ValueError, "Did you mean 'ties'"),
        (lambda: sa.figures.fan({"a": run, "b": run, "c": run}, "ties"), ValueError, "one or two runs, not 3"),
        (lambda: sa.figures.fan(run, "ties", [0.1, 0.9]), ValueError, "in the middle"),
        (lambda: sa.figures.fan(run, "ties", [0.9, 0.5, 0.1]), ValueError, "rise"),
        (lambda: sa.figures.fan(run, "ties", [0.1, 0.5, 1.9]), ValueError, "outside its bounds"),
        (lambda: sa.figures.fan(3, "ties"), TypeError, "results of sa.simulate"),
        (lambda: sa.figures.crowd(run["ties"], table["ties"]), TypeError, "a number for each person"),
        (lambda: sa.figures.crowd(table["ties"], table["ties"][:3]), ValueError, "200, 3 and 200 people"),
        (lambda: sa.figures.crowd(table["ties"][:0], table["ties"][:0]), ValueError, "nobody to draw"),
        (lambda: sa.figures.crowd(table["ties"] * np.nan, table["ties"]), ValueError, "x of person 0"),
        (lambda: sa.figures.crowd(table["ties"], table["sensitisation"], line=table["ties"]), ValueError, "dividing_line"),
        (lambda: sa.figures.shares(run), TypeError, "result of sa.sobol_indices"),
        (
            lambda: sa.figures.shares(sa.sobol_indices(lambda a: {"y": a, "z": 2 * a}, {"y": "y", "z": "z"}, {"a": (0, 1)}, 8)),
            ValueError,
            "choose one",
        ),
    ],
)
def test_what_is_no_crowd_is_refused(drawn, kind, said):
    with pytest.raises(kind, match=said):
        drawn()
