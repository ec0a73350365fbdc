"""Figures of planar systems and maps: what is drawn is what was computed."""

import itertools
import json
import time

import numpy as np
import pytest
from own_models import logistic_map, lorenz
from refusals import refuses

import socioaffective as sa
from socioaffective import theme
from socioaffective.compile import jacobian
from socioaffective.dynamics.equilibrium import settings_of

m = sa.models.companion
x, y = sa.state("x", bounds=(-2, 2)), sa.state("y", bounds=(-2, 2))
a, b, c, d = (sa.parameter(name, value, (-2, 2)) for name, value in zip("abcd", (-1, 0, 0, -1), strict=True))
linear = sa.Model("Linear", {x: a * x + b * y, y: c * x + d * y})
duffing = sa.Model("Duffing", {x: y, y: x - x**3 - y / 4})


@pytest.fixture(autouse=True)
def light():
    sa.setup("light")


def marks(chart, kind):
    """Every layer of a kind of mark in the specification, with its data."""
    found, spec = [], chart.to_dict()

    def walk(node, data=None):
        data = node.get("data", data)
        if isinstance(node.get("mark"), dict) and node["mark"]["type"] == kind:
            found.append((node, spec["datasets"][data["name"]] if "name" in data else data["values"]))
        for part in node.get("layer", []):
            walk(part, data)

    walk(spec)
    return found


def every_row(chart):
    kinds = ("line", "point", "rect", "text", "rule", "trail")
    return [row for kind in kinds for _, rows in marks(chart, kind) for row in rows]


def texts(chart):
    return [value for _, rows in marks(chart, "text") for row in rows for value in row.values() if isinstance(value, str)]


@pytest.mark.parametrize(("model", "settings"), [(m, {"cues": 0.7}), (duffing, {})])
def test_the_separatrix_of_a_phase_plane_is_the_one_that_was_computed(model, settings):
    (line,) = sa.separatrices(model, **settings)
    chart = sa.figures.phase_plane(model, **settings)
    ((node, rows),) = marks(chart, "trail")
    drawn = [(row["x"], row["y"]) for row in rows]
    assert set(drawn) <= set(map(tuple, line.curve.tolist())) and len(drawn) == min(len(line.curve), 600)
    assert drawn[0] == tuple(line.curve[0]) and drawn[-1] == tuple(line.curve[-1])
    assert [row["order"] for row in rows] == sorted(row["order"] for row in rows)
    assert node["mark"]["color"] == theme.scheme()["ink"] and "separatrix" in texts(chart)
    ends = [", ".join(f"{n} {v + 0.0:.2f}" for n, v in zip(model.states, line.curve[k], strict=True)) for k in (0, -1)]
    said = f"the separatrix runs from {ends[0]} through the saddle to {ends[1]}"
    assert said.replace("-0.00", "0.00") in chart.description


def test_one_stable_state_or_steps_have_no_separatrix():
    for chart in (sa.figures.phase_plane(m, cues=0.2), sa.figures.phase_plane(sa.models.sphere)):
        assert not marks(chart, "trail") and "separatrix" not in chart.description
    empty = sa.figures.separatrix_layer(sa.portrait(m, cues=0.2))
    assert [row["x"] for _, rows in marks(empty, "trail") for row in rows] == [None]


@pytest.mark.parametrize(
    ("matrix", "kind"),
    [
        ([[-1, 0], [0, -2]], "stable node"),
        ([[1, 0], [0, 2]], "unstable node"),
        ([[1, 0], [0, -2]], "saddle"),
        ([[-1, 2], [-2, -1]], "stable focus"),
        ([[1, 2], [-2, 1]], "unstable focus"),
        ([[0, 1], [-4, 0]], "centre"),
        ([[-1, 0], [0, 0]], "degenerate"),
    ],
)
@pytest.mark.filterwarnings("ignore:The rest points")
def test_a_linear_system_lies_where_its_trace_and_determinant_say(matrix, kind):
    values = np.linalg.eigvals(matrix)
    trace, determinant = values.sum().real, np.prod(values).real
    settings = dict(zip("abcd", np.ravel(matrix).tolist(), strict=True)) if np.abs(matrix).max() <= 2 else None
    charts = [sa.figures.trace_determinant(matrix)]
    charts += [sa.figures.trace_determinant(linear, **settings)] if settings else []
    for chart in charts:
        (row,) = next(rows for _, rows in marks(chart, "point"))
        assert (row["x"], row["y"]) == pytest.approx((trace, determinant), abs=1e-12)
        assert row["kind"] == kind and row["stable"] == kind.startswith("stable")
        assert f"{kind}" in chart.description.split(". ")[1] and f"trace {trace:.3g}" in chart.description
        (x_low, x_high), (y_low, y_high) = (chart.to_dict()["layer"][0]["encoding"][k]["scale"]["domain"] for k in "xy")
        assert x_low < row["x"] < x_high and y_low < row["y"] < y_high
        # The parabola that is drawn is the one on which the eigenvalues are equal.
        (lines,) = (rows for _, rows in marks(chart, "line"))
        bend = np.array([(r["x"], r["y"]) for r in lines if r["line"] == "parabola"])
        assert bend[:, 0] ** 2 == pytest.approx(4 * bend[:, 1])
        (shade,) = next(rows for _, rows in marks(chart, "rect"))
        assert (shade["x2"], shade["y"]) == (0, 0) and shade["x"] == x_low and shade["y2"] == pytest.approx(y_high)
    portrait = sa.figures.linear_portrait(matrix)
    assert "Phase portrait" in portrait.description


def test_each_rest_point_of_a_model_has_a_dot_with_its_name():
    chart = sa.figures.trace_determinant(m, cues=0.7)
    rest, rows = sa.equilibria(m, cues=0.7), next(rows for _, rows in marks(chart, "point"))
    slope, p = jacobian(m), settings_of(m, {"cues": 0.7})
    for point, row in zip(rest, rows, strict=True):
        matrix = slope(np.array(list(point.state.values())), p)
        assert (row["x"], row["y"]) == pytest.approx((np.trace(matrix), np.linalg.det(matrix)), rel=1e-9)
        assert f"({', '.join(f'{v:.2f}' for v in point.state.values())})" in texts(chart)
    here = sa.figures.trace_determinant(m, at={"ties": 0.2}, cues=0.7)
    matrix = slope(np.array([m.states["wanting"].start, 0.2]), p)
    assert next(rows for _, rows in marks(here, "point"))[0]["x"] == pytest.approx(np.trace(matrix))
    assert "at wanting 0.05, ties 0.20" in here.description


@pytest.mark.parametrize("settings", [{"a": 0, "d": 0}, {"a": -1, "d": 0}])
def test_where_every_point_of_a_line_rests_there_is_one_dot(settings):
    with pytest.warns(UserWarning, match="continuum"):
        chart = sa.figures.trace_determinant(linear, **settings)
    (row,) = next(rows for _, rows in marks(chart, "point"))
    assert (row["x"], row["y"], row["kind"]) == (settings["a"], 0, "degenerate")
    assert chart.description.count("degenerate at every rest point") == 1


def test_no_rest_point_is_said():
    assert "No rest point" in sa.figures.trace_determinant(sa.Model("Drift", {x: 1 + x**2, y: -y})).description


def test_eigenvectors_are_drawn_where_they_are_real():
    matrix = np.array([[1.0, 1.0], [4.0, -2.0]])
    chart = sa.figures.linear_portrait(matrix)
    rays = [rows for _, rows in marks(chart, "line") if rows and "line" in rows[0]]
    assert len(rays) == 1 and len(rays[0]) == 4
    for row in rays[0]:
        vector = np.array([row["x"], row["y"]])
        moved = matrix @ vector
        assert moved[0] * vector[1] == pytest.approx(moved[1] * vector[0]) and np.abs(vector).max() == pytest.approx(1)
    # Arrows point out along the eigenvalue 2 and in along -3.
    heads = next(rows for node, rows in marks(chart, "point") if rows and set(rows[0]) == {"x", "y", "angle"})
    for row in heads:
        out = np.degrees(np.arctan2(row["x"], row["y"])) % 360
        ahead = abs((row["angle"] - out + 180) % 360 - 180) < 1e-6
        assert ahead == (row["x"] * row["y"] > 0)
    assert {"eigenvalue 2.00", "eigenvalue -3.00"} <= set(texts(chart))
    turning = sa.figures.linear_portrait([[0, 1], [-1, -0.5]])
    assert "no eigenvector is real" in turning.description and not any("eigenvalue" in t for t in texts(turning))
    assert "every direction" in sa.figures.linear_portrait([[2, 0], [0, 2]]).description
    assert sa.figures.linear_portrait([[-1, 1], [0, -1]]).description.count("along") == 1
    with pytest.warns(UserWarning, match="continuum"):
        assert "a line of rest points" in sa.figures.linear_portrait([[-1, 2], [2, -4]]).description


def test_a_portrait_does_not_depend_on_the_unit_of_time():
    fast, slow = (sa.figures.linear_portrait(np.array([[-1, 2], [-2, -1]]) * k) for k in (1e4, 1e-4))
    for kind in ("point", "line"):
        assert [rows for _, rows in marks(fast, kind)] == [rows for _, rows in marks(slow, kind)]


def test_a_cobweb_climbs_between_the_map_and_the_diagonal():
    model = logistic_map()
    run = sa.simulate(model, 30, rate=3.3)
    chart = sa.figures.cobweb(model, run, steps=20, rate=3.3)
    lines = [rows for _, rows in marks(chart, "line")]
    diagonal, curve, stairs = lines
    assert [(r["x"], r["y"]) for r in diagonal] == [(0, 0), (1, 1)]
    assert all(r["y"] == pytest.approx(3.3 * r["x"] * (1 - r["x"])) for r in curve)
    values = run["population"].values[:21].tolist()
    corners = [(values[0], 0)] + [corner for p, q in itertools.pairwise(values) for corner in ((p, q), (q, q))]
    assert [(r["x"], r["y"]) for r in stairs] == corners
    dots = next(rows for node, rows in marks(chart, "point") if node["mark"].get("shape") != "square")
    assert [(r["x"], r["y"]) for r in dots] == [pytest.approx((v, v)) for v in (0, 1 - 1 / 3.3)]
    assert not any(r["stable"] for r in dots) and "in 20 steps" in chart.description
    alone = sa.figures.cobweb(model, steps=20, rate=3.3)
    assert [rows for _, rows in marks(alone, "line")] == lines
    people = sa.figures.cobweb(model, sa.simulate(model, 500, {"population": [0.1, 0.6]}), steps=250)
    assert len(every_row(people)) <= 2_000 and {r["person"] for r in marks(people, "line")[2][1]} == {0, 1}


def test_the_arrows_of_a_phase_line_point_where_it_moves():
    model = sa.models.mirror
    chart = sa.figures.phase_line(model)
    arrows = [(node["mark"]["shape"], row) for node, rows in marks(chart, "point") for row in rows if "speed" in row]
    places = sorted(row["x"] for _, row in arrows)
    rest = [e.state["preference"] for e in sa.equilibria(model)]
    assert places == pytest.approx(np.convolve([-1, *rest, 1], [0.5, 0.5], "valid"))
    right = model.equations[model.symbols["preference"]]
    for shape, row in arrows:
        values = {model.symbols[n]: q.default for n, q in model.parameters.items()} | {model.symbols["preference"]: row["x"]}
        assert float(right.subs(values)) == pytest.approx(row["speed"]) and (shape == "triangle-right") == (row["speed"] > 0)
    # Short enough for any height, whatever the state is called.
    long = sa.state("mood_of_the_whole_household", bounds=(-3, 3), unit="points")
    axes = [part["encoding"]["y"] for part in sa.figures.phase_line(sa.Model("Long", {long: -long})).to_dict()["layer"]]
    assert {axis["title"] for axis in axes if "title" in axis} == {"change per week (points)"}


def charts():
    return {
        "separatrix": sa.figures.phase_plane(m, cues=0.7),
        "duffing": sa.figures.phase_plane(duffing),
        "plane of a model": sa.figures.trace_determinant(m, cues=0.7),
        "plane of a matrix": sa.figures.trace_determinant([[1, 2], [3, 4]]),
        "portrait": sa.figures.linear_portrait([[1, 2], [3, 4]]),
        "cobweb": sa.figures.cobweb(logistic_map(), rate=3.9, steps=500),
        "phase line": sa.figures.phase_line(sa.models.mirror),
    }


@pytest.mark.parametrize("which", ["light", "dark"])
def test_every_figure_speaks_is_small_and_plain_in_both_themes(which):
    sa.setup(which)
    again = charts()
    for name, chart in charts().items():
        rows = every_row(chart)
        assert len(chart.description) > 40 and len(rows) <= 2_000, name
        assert {type(value) for row in rows for value in row.values()} <= {float, int, bool, str}
        spec = chart.to_dict()
        assert spec["config"]["background"] == theme.SCHEMES[which]["background"]
        svg, said = theme.picture(chart)
        assert svg.startswith("<svg") and said == chart.description
        exact = theme.strict(spec)
        assert "http" not in json.dumps(exact).replace(theme.SCHEMA, "") and theme.strict(again[name].to_dict()) == exact


def covered(row, text, size, align, box, width=300):
    """What a label covers, in pixels: left, right and middle of its height."""
    (x_low, x_high), (y_low, y_high) = box
    across, up = (
        (row["x"] - x_low) / (x_high - x_low) * width,
        (row.get("place", row.get("y")) - y_low) / (y_high - y_low) * width,
    )
    length = size * 0.5 * len(text)
    left = across - {"left": 0, "right": length, "center": length / 2}[align]
    return left, left + length, up


@pytest.mark.parametrize(("model", "settings"), [(m, {"cues": 0.7}), (duffing, {}), (m, {"cues": 0.75})])
def test_labels_of_a_phase_plane_do_not_lie_on_each_other(model, settings):
    chart = sa.figures.phase_plane(model, **settings)
    box = [q.bounds for q in model.states.values()]
    labels = []
    for node, rows in marks(chart, "text"):
        style = node["mark"]
        if "stroke" not in style:
            for row in rows:
                text = row.get("kind") or row["text"]
                left, right, up = covered(row, text, style["fontSize"], style["align"], box)
                labels.append((left + style.get("dx", 0), right + style.get("dx", 0), up - style.get("dy", 0), text))
    assert len(labels) == len(sa.equilibria(model, **settings)) + 3
    for k, (left, right, up, text) in enumerate(labels):
        assert left > 0 and right < 310, text
        for other_left, other_right, other_up, other in labels[:k]:
            assert right < other_left or other_right < left or abs(up - other_up) > 9, (text, other)


def test_the_figures_that_stand_beside_sliders_are_fast():
    beside = {
        "trace_determinant": lambda: sa.figures.trace_determinant(linear, a=0.5, b=-1.0),
        "cobweb": lambda: sa.figures.cobweb(logistic_map()),
    }
    for name, draw in beside.items():
        draw()
        times = []
        for _ in range(5):
            start = time.perf_counter()
            draw()
            times.append(time.perf_counter() - start)
        # 20 ms on one core that is free; the rest is room for one that is not.
        assert min(times) < 0.2, name


CASES = {
    "word": (lambda: sa.figures.trace_determinant("companion"), ValueError, ["two rows"]),
    "number": (lambda: sa.figures.trace_determinant(3), TypeError, ["matrix such as [[0, 1]", "3"]),
    "one row": (lambda: sa.figures.trace_determinant([[1, 2]]), ValueError, ["two rows of two", "[2]"]),
    "three by three": (lambda: sa.figures.linear_portrait(np.eye(3)), ValueError, ["two rows of two", "[3, 3, 3]"]),
    "nan": (lambda: sa.figures.linear_portrait([[1, np.nan], [0, 1]]), ValueError, ["entry", "finite"]),
    "text in it": (lambda: sa.figures.linear_portrait([[1, "b"], [0, 1]]), TypeError, ["entry", "'b'"]),
    "zeros": (lambda: sa.figures.linear_portrait([[0, 0], [0, 0]]), ValueError, ["nothing moves"]),
    "settings of a matrix": (lambda: sa.figures.trace_determinant([[1, 0], [0, 1]], cues=0.5), ValueError, ["model"]),
    "three states": (lambda: sa.figures.trace_determinant(lorenz()), ValueError, ["two states", "3"]),
    "steps": (lambda: sa.figures.trace_determinant(sa.models.sphere), ValueError, ["moves in steps", "triangle"]),
    "unknown setting": (lambda: sa.figures.trace_determinant(m, cuse=1), ValueError, ["Did you mean 'cues'"]),
    "unknown state": (lambda: sa.figures.trace_determinant(m, at={"tie": 1}), ValueError, ["Did you mean 'ties'"]),
    "state outside": (lambda: sa.figures.trace_determinant(m, at={"ties": 9}), ValueError, ["9", "[0, 1]"]),
    "at a number": (lambda: sa.figures.trace_determinant(m, at=0.5), TypeError, ["mapping"]),
    "cobweb of a flow": (lambda: sa.figures.cobweb(sa.models.mirror), ValueError, ["moves in steps", "continuous"]),
    "cobweb of two": (lambda: sa.figures.cobweb(sa.models.sphere), ValueError, ["one state", "2"]),
    "no steps": (lambda: sa.figures.cobweb(logistic_map(), steps=0), ValueError, ["steps", "0"]),
    "too many steps": (lambda: sa.figures.cobweb(logistic_map(), steps=10**6), ValueError, ["steps", "500"]),
    "other settings": (
        lambda: sa.figures.cobweb(logistic_map(), sa.simulate(logistic_map(), 9, rate=3.5)), ValueError, ["rate = 3.5"],
    ),
    "run of another": (lambda: sa.figures.cobweb(logistic_map(), sa.simulate(m, 4)), ValueError, ["population"]),
    "run a number": (lambda: sa.figures.cobweb(logistic_map(), 3), TypeError, ["results of sa.simulate"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_with_a_sentence(case):
    refuses(*CASES[case])
