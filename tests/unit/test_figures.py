"""The figure contract: what is drawn is what was computed, said in words, the same every time."""

import json
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from own_models import EVERY, lorenz, title

import socioaffective as sa
from socioaffective import theme
from socioaffective.dynamics.plane import portrait
from socioaffective.figures.marks import put_apart

m = sa.models.companion


@pytest.fixture(autouse=True)
def light():
    sa.setup("light")


def marks(chart, kind):
    """Every layer of a kind of mark in the specification, with its data."""
    found, spec = [], chart.to_dict()

    def walk(node, data):
        data = node.get("data", data)
        if isinstance(node.get("mark"), dict) and node["mark"]["type"] == kind:
            found.append((node, spec["datasets"][data["name"]] if "name" in data else data["values"]))
        for part in [*node.get("layer", []), *node.get("hconcat", [])]:
            walk(part, data)

    walk(spec, None)
    return found


def all_rows(chart):
    return [row for kind in ("line", "point", "rect", "text", "rule") for _, rows in marks(chart, kind) for row in rows]


def test_a_time_course_draws_points_of_the_run():
    run = sa.simulate(m, cues=0.8)
    chart = sa.figures.time_course(run, ["ties", "engagement"])
    ((_, rows),) = marks(chart, "line")
    for name in ("ties", "engagement"):
        drawn = [(row["x"], row["y"]) for row in rows if row["name"] == name]
        assert drawn[0][0] == 0 and drawn[-1][0] == 104 and len(drawn) > 200
        for time, value in drawn:
            assert float(run[name].sel(time=time)) == value
    ((_, labels),) = marks(chart, "text")
    assert [row["text"] for row in labels] == ["ties", "engagement"]


def test_labels_at_the_ends_never_touch():
    run = sa.simulate(m, cues=0.0)
    runs = {f"cues {c:g}": sa.simulate(m, cues=c) for c in (0, 0.05, 0.1, 0.15)}
    for chart in (sa.figures.time_course(runs, "felt_relatedness"), sa.figures.time_course(run, ["ties", "felt_relatedness"])):
        places = sorted(row["place"] for row in marks(chart, "text")[0][1])
        assert np.diff(places).min() >= 14 / 300 - 1e-9 and places[0] >= 0 and places[-1] <= 1


def test_labels_at_the_ends_stay_beside_their_lines():
    ends = [{"y": y} for y in (0.5, 0.5, 0.9)]
    put_apart(ends, (0, 1), 300)
    # Two that coincide move apart by the same distance, and one that has room stays where it is.
    assert [end["place"] for end in ends] == pytest.approx([0.5 - 7 / 300, 0.5 + 7 / 300, 0.9])


def test_people_are_drawn_one_by_one():
    run = sa.simulate(m, 20, {"ties": [0.2, 0.5, 0.8]})
    ((_, rows),) = marks(sa.figures.time_course(run, "ties"), "line")
    assert len({row["line"] for row in rows}) == 3 and len(rows) <= 2000
    with pytest.raises(ValueError, match="lines"):
        sa.figures.time_course(sa.simulate(m, 5, {"ties": np.linspace(0, 1, 200)}), "ties")


def test_a_phase_plane_draws_the_objects_that_were_computed():
    view, chart = portrait(m, cues=0.7), sa.figures.phase_plane(m, cues=0.7)
    dots = [rows for node, rows in marks(chart, "point") if "shape" not in node["mark"]]
    assert [(row["x"], row["y"], row["kind"], row["stable"]) for row in dots[0]] == [
        (e.state["wanting"], e.state["ties"], e.kind, e.stable) for e in view.equilibria
    ]
    arrows = next(rows for node, rows in marks(chart, "point") if node["mark"].get("shape") == "wedge")
    assert [(row["dx"], row["dy"]) for row in arrows] == list(map(tuple, view.field.T))
    for row in arrows:
        assert (np.sin(np.radians(row["angle"])) >= -1e-9) == (row["dx"] >= -1e-12)
        assert (np.cos(np.radians(row["angle"])) >= -1e-9) == (row["dy"] >= -1e-12)
    curves = [row for _, rows in marks(chart, "line") for row in rows]
    known = {(line.state, tuple(p)) for line in view.nullclines for curve in line.curves for p in curve}
    assert {(row["state"], (row["x"], row["y"])) for row in curves} <= known
    assert {row["curve"] for row in curves} == {f"{n.state} {k}" for n in view.nullclines for k in range(len(n.curves))}
    cells = marks(chart, "rect")[0][1]
    for i, wanting in enumerate(view.basins["wanting"].values):
        for j, ties in enumerate(view.basins["ties"].values):
            (cell,) = [c for c in cells if c["x"] < wanting < c["x2"] and c["y"] < ties < c["y2"]]
            assert cell["fate"] == int(view.basins[i, j])


def test_a_phase_plane_is_what_its_layers_are():
    view, f = sa.portrait(m, cues=0.7), sa.figures
    layers = (f.basin_layer, f.field_layer, f.nullcline_layer, f.separatrix_layer, f.rest_layer)
    whole = all_rows(f.phase_plane(m, cues=0.7))
    for layer in layers:
        rows = all_rows(layer(view))
        assert rows and all(row in whole for row in rows), layer.__name__


def test_every_figure_is_drawn_in_a_test():
    tests = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert not [name for name in sa.figures.__all__ if not re.search(rf"\b(f|figures)\.{name}\b", tests)]


def test_nullclines_are_told_apart_without_their_colours():
    pair = sa.models.co_construction
    for settings in ({"engagement": 0.5}, {"engagement": 0.5, "anchoring": 0}):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            chart = sa.figures.phase_plane(pair, **settings)
        (first, _), (second, _) = marks(chart, "line")
        assert first["mark"]["strokeDash"] != second["mark"]["strokeDash"]
        labels = {
            row["text"]: (row["x"], row["y"])
            for _, rows in marks(chart, "text")
            for row in rows
            if "rest" in row.get("text", "")
        }
        places = np.array(list(labels.values()))
        apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) + 9 * np.eye(len(places))
        assert {"preference at rest", "offer at rest"} <= set(labels) and apart.min() > 0.1
    # A line of rest points, on which the two lie, has one label.
    assert [row["kind"] for _, rows in marks(chart, "text") for row in rows if "kind" in row] == ["a line of rest points"] * 2


def test_one_fate_for_all_is_not_tinted():
    assert not marks(sa.figures.phase_plane(sa.models.co_construction, engagement=0.5), "rect")
    assert marks(sa.figures.phase_plane(m, cues=0.7), "rect")


def test_a_path_goes_from_a_square_to_a_dot():
    run = sa.simulate(sa.models.co_construction, 26, {"preference": [0.8, -0.3]}, anchoring=0)
    chart = sa.figures.path(run, "preference", "offer", diagonal=True)
    begin, end = (rows for _, rows in marks(chart, "point"))
    assert [row["offer"] for row in begin] == run["offer"].isel(time=0).values.tolist()
    assert [row["offer"] for row in end] == run["offer"].isel(time=-1).values.tolist()
    diagonal = next(rows for node, rows in marks(chart, "line") if "strokeDash" in node["mark"])
    assert [(row["preference"], row["offer"]) for row in diagonal] == [(-1, -1), (1, 1)]


def test_a_diagram_draws_every_branch_with_its_stability_and_its_folds():
    chart = sa.figures.equilibrium_diagram(m, "cues")
    rows = [row for _, rows in marks(chart, "line") for row in rows]
    assert {row["stable"] for row in rows} == {True, False}
    folds = [row["x"] for row in marks(chart, "point")[0][1]]
    for row in rows[::9]:
        near = [e for e in sa.equilibria(m, cues=row["x"]) if abs(e.state["ties"] - row["y"]) < 1e-6]
        assert near and (near[0].stable == row["stable"] or min(abs(row["x"] - fold) for fold in folds) < 1e-6)
    low, high = (float(v) for v in re.search(r"from (\S+) to (\S+)\.$", chart.description).groups())
    assert sorted(folds) == pytest.approx([low, high], abs=0.005)
    counts = [sum(e.stable for e in sa.equilibria(m, cues=v)) for v in (low - 0.01, low + 0.01, high - 0.01, high + 0.01)]
    assert counts == [1, 2, 2, 1]
    same = sa.figures.equilibrium_diagram(sa.continuation(m, "cues", (0, 1)))
    assert same.to_dict() == chart.to_dict()


def test_a_diagram_draws_the_loop_where_the_states_jump():
    found = sa.continuation(m, "cues", (0, 1))
    chart, path = sa.figures.equilibrium_diagram(found, loop=True), found.hysteresis()
    (arrows,) = [rows for _, rows in marks(chart, "line") if rows and "jump" in rows[0]]
    assert [row["x"] for row in arrows[::2]] == [row["x"] for row in arrows[1::2]]
    jumps = np.flatnonzero(path["jump"].values)
    assert [row["y"] for row in arrows[::2]] == path["ties"].values[jumps].tolist()
    assert [row["y"] for row in arrows[1::2]] == path["ties"].values[jumps + 1].tolist()
    assert "on the way up" in chart.description and "on the way down" in chart.description


def test_a_diagram_says_where_stability_is_lost_and_draws_the_cycles_born_there():
    x, y, r = sa.state("x", bounds=(-2, 2)), sa.state("y", bounds=(-2, 2)), sa.parameter("r", 0.0, (-1, 1))
    size = x**2 + y**2
    ring = sa.Model("Ring", {x: r * x - y - size * x, y: x + r * y - size * y})
    chart = sa.figures.equilibrium_diagram(ring, "r", cycles=True)
    assert "Supercritical Hopf point at r 0.00" in chart.description and "Stable cycles" in chart.description
    ring = [row for _, rows in marks(chart, "line") if rows and "side" in rows[0] for row in rows]
    # Of the 200 points kept of an orbit one comes this near to its highest.
    assert all(abs(abs(row["y"]) - row["x"] ** 0.5) < 3e-4 for row in ring) and len(ring) > 20


@pytest.mark.filterwarnings("ignore:The rest points")
@pytest.mark.parametrize("model", EVERY, ids=title)
def test_every_figure_speaks_and_stays_small(model):
    run = sa.simulate(model, 8, seed=1)
    charts = [sa.figures.time_course(run)]
    if len(model.states) == 1:
        charts.append(sa.figures.phase_line(model, run))
    if len(model.states) == 2:
        charts.append(sa.figures.phase_plane(model, run))
    names = list(run.data_vars)
    if len(names) > 1:
        charts.append(sa.figures.path(run, *names[:2]))
    if model.settings:
        charts.append(sa.figures.equilibrium_diagram(model, next(iter(model.settings))))
    for chart in charts:
        assert len(chart.description) > 30 and re.search(r"\d\.\d\d|Rest points", chart.description)
        assert len(all_rows(chart)) <= 2500
        # What is no plain number or text would not be rounded, and differ from one processor to the next.
        assert {type(value) for row in all_rows(chart) for value in row.values()} <= {float, int, bool, str, type(None)}
        data, _ = theme.bundle(chart.to_dict())
        assert data["image/png"].startswith(b"\x89PNG") and re.search(r"\[[0-9a-f]{12}\]$", data["text/plain"])
        assert "http" not in json.dumps(data[theme.VEGALITE]).replace(theme.SCHEMA, "")


def digest(chart):
    return theme.bundle(chart.to_dict())[0]["text/plain"][-13:-1]


@pytest.mark.parametrize("name", [n for n, q in m.settings.items() if q.value])
def test_one_per_cent_of_any_parameter_changes_a_figure(name):
    moved = m.replace(**{name: min(m.settings[name].value * 1.01, m.settings[name].bounds[1]) if name != "access" else 0.99})
    names = ["ties", "felt_relatedness"]
    assert digest(sa.figures.time_course(sa.simulate(moved, 26, cues=0.8, dt=0.5), names)) != digest(
        sa.figures.time_course(sa.simulate(m, 26, cues=0.8, dt=0.5), names)
    )


def test_the_last_bits_change_nothing():
    rng = np.random.default_rng(0)
    values = sa.simulate(m, cues=0.8)["ties"].values
    for _ in range(50):
        other = values * (1 + rng.uniform(-4e-16, 4e-16, values.shape)) + rng.uniform(-1e-17, 1e-17, values.shape)
        assert theme.rounded(values) == theme.rounded(other)
    assert str(theme.rounded([0.0, -1e-18, 1.0])) == "[0.0, 0.0, 1.0]"
    # 0.15 / (0.15 + 0.7 * 0.7) lies just between two roundings.
    ties = [0.0, 0.234375, 1.0]
    assert theme.rounded(ties) == theme.rounded([v + 3e-17 for v in ties]) == theme.rounded([v - 3e-17 for v in ties])
    assert theme.rounded([1.0, None, float("nan")]) == [1.0, None, None]


def test_the_same_thing_has_the_same_colour_in_every_figure_and_dark_is_darker():
    course = sa.figures.time_course(sa.simulate(m, 5), ["wanting", "ties"])
    lines = {row["name"]: row["ink"] for row in marks(course, "line")[0][1]}
    nullclines = {row["state"]: row["ink"] for _, rows in marks(sa.figures.phase_plane(m), "line") for row in rows}
    assert lines == nullclines and len(set(lines.values())) == 2
    course = course.to_dict()
    assert course["config"]["background"] == "#FFFFFF"
    sa.setup("dark")
    assert sa.figures.time_course(sa.simulate(m, 5)).to_dict()["config"]["background"] == "#14171A"


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("which", ["light", "dark"])
def test_colours_stand_out_from_their_background(which):
    k, scheme = ["light", "dark"].index(which), theme.SCHEMES[which]
    for name, pair in theme.COLOURS.items():
        assert contrast(pair[k], scheme["background"]) >= 3, name
    for tint in (scheme["background"], scheme["low"], scheme["high"]):
        assert contrast(scheme["ink"], tint) >= 4.5
    assert len(set(theme.COLOURS.values())) == len(theme.COLOURS)


def test_joined_charts_speak_too():
    run = sa.simulate(lorenz(), 3)
    joined = sa.figures.time_course(run) | sa.figures.path(run, "x", "z")
    text = theme.bundle(joined.to_dict())[0]["text/plain"]
    assert "x goes from 1.00" in text and "Path of z against x" in text


def test_an_outcome_draws_where_each_person_has_got_to():
    levels = np.linspace(0, 1, 7)
    run = sa.simulate(sa.models.needs, 52, engagement=0.5, accommodation=levels)
    chart = sa.figures.outcome({"with": run, "without": sa.counterfactual(run)}, "accommodation", "competence", week=26)
    rows = [row for _, rows in marks(chart, "line") for row in rows]
    drawn = [(row["x"], row["y"]) for row in rows if row["run"] == "with"]
    assert drawn == list(zip(levels, run["competence"].sel(time=26).values, strict=True))
    assert len({row["y"] for row in rows if row["run"] == "without"}) == 1
    assert "at week 26" in chart.description


def test_profiles_count_people_by_where_they_moved():
    run = sa.simulate(sa.models.wanting_liking, 26, engagement=[0.05, 0.6, 0.6, 0.6], cues=[0, 0.8, 0.9, 1])
    points = next(rows for node, rows in marks(sa.figures.profiles(run), "point"))
    for name, axis in (("wanting", "x"), ("liking", "y")):
        moved = run[name].isel(time=-1) - run[name].isel(time=0)
        assert [row[axis] for row in points] == pytest.approx(moved.values, abs=1e-15)
    assert [row["profile"] for row in points].count("decoupled dependency") == 3
    assert "decoupled dependency 75 %" in sa.figures.profiles(run).description


def test_the_need_plane_draws_satisfaction_against_frustration():
    run = sa.simulate(sa.models.needs, 26, engagement=0.6, accommodation=1)
    chart = sa.figures.need_plane(run)
    ends = next(rows for node, rows in marks(chart, "point") if node["mark"].get("shape") != "square")
    for row, need in zip(ends, ("autonomy", "competence", "relatedness"), strict=True):
        assert (row["x"], row["y"]) == (float(run[need][-1]), float(run[f"{need}_frustration"][-1]))
        assert row["text"] == need and row["ink"] == theme.colour(need)
    two = sa.figures.need_plane(
        {label: sa.simulate(sa.models.need, 26, support=u) for label, u in (("much", 2), ("little", 0.5))}
    )
    assert "much goes from" in two.description and "little goes from" in two.description
    assert len(all_rows(two)) <= 2_000 + 20


def test_authorship_draws_both_shares_and_says_when_there_is_none():
    run = sa.simulate(sa.models.co_construction, 4, steering=1, engagement=0.5)
    ((_, rows),) = marks(sa.figures.authorship(run), "bar")
    share = float(run["authorship"][0])
    assert [(row["from"], row["to"]) for row in rows] == [(0.0, 1 - share), (1 - share, 1.0)]
    nobody = sa.figures.authorship(sa.simulate(sa.models.co_construction, 4, steering=0, anchoring=0))
    assert "memory decides" in nobody.description
    ((_, said),) = marks(nobody, "text")
    assert said[0]["text"] == "not defined: memory decides" and said[0]["written"] == theme.scheme()["ink"]


def test_a_sensitivity_card_is_drawn_as_it_was_computed():
    claim = sa.claim("CC4")
    rows = marks(sa.figures.sensitivity(claim), "bar")[0][1]
    (low, _), q = claim.card.intervals["anchoring"], claim.parameters["anchoring"]
    row = next(row for row in rows if row["parameter"] == "anchoring")
    assert row["from"] == pytest.approx((low - q.bounds[0]) / (q.bounds[1] - q.bounds[0])) and row["to"] == pytest.approx(1)
    assert row["default"] == pytest.approx(q.default / 2) and "0.0" in row["holds"]
    proved = sa.figures.sensitivity(sa.claim("CC5"))
    assert "No parameter breaks it alone" in proved.description


def test_charts_side_by_side_keep_their_own_colours():
    pair = sa.figures.time_course(sa.simulate(m, 4), "wanting") | sa.figures.time_course(sa.simulate(m, 4), "ties")
    inks = [rows[0]["ink"] for _, rows in marks(pair, "line")]
    assert inks == [theme.colour("wanting"), theme.colour("ties")]


def test_charts_side_by_side_keep_their_own_dashes():
    """The constant of a mark, not a scale, which charts side by side would share."""
    run = sa.simulate(m, 4)
    pair = sa.figures.time_course({"a": run, "b": run}, "ties") | sa.figures.time_course({"b": run, "c": run}, "ties")
    dashes = [(rows[0]["run"], node["mark"]["strokeDash"]) for node, rows in marks(pair, "line")]
    assert dashes == [("a", [1, 0]), ("b", [7, 4]), ("b", [1, 0]), ("c", [7, 4])]
    assert "strokeDash" not in json.dumps([node["encoding"] for node, _ in marks(pair, "line")])
