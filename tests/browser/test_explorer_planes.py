"""Planes and lines of states: what they say is what Python's figures say, and what is dragged in them comes where it is put."""

import numpy as np
import pytest
from explorers import Explored
from scipy.optimize import minimize

import socioaffective as sa

COMPANION = sa.models.companion.replace(cues=0.7)
u, v = sa.state("u", start=0.1, bounds=(-1, 1)), sa.state("v", bounds=(-1, 1))
a, b, c, d = (sa.parameter(name, value, (-1, 1)) for name, value in zip("abcd", (-0.5, 0.6, -0.7, 0.1), strict=True))
LINEAR = sa.Model("Two feelings", {u: a * u + b * v, v: c * u + d * v})
x, r = sa.state("offer", start=0.2, bounds=(0, 1)), sa.parameter("growth", 2.8, (0, 4))
LOGISTIC = sa.Model("Offers", {x: r * x * (1 - x)}, clock="discrete")
PLANE, CORNERS = sa.views.phase_plane(), sa.views.trace_determinant()


def said(one, view=0):
    """The alternative text of a picture, as Python writes numbers."""
    return one.root.locator(".sa-view .sa-said").nth(view).inner_text().replace("−", "-")


def note(one, view=0):
    return one.root.locator(".sa-view .sa-note").nth(view)


def whole(entries):
    """Trace and determinant of the matrix that the controls of the linear model make."""
    a, b, c, d = (entries[name] for name in "abcd")
    return np.array([a + d, a * d - b * c])


def centre(handle):
    box = handle.bounding_box()
    return np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])


def by(place, across, down):
    """The place that lies so many pixels to the right and below."""
    return place[0] + across, place[1] + down


@pytest.mark.parametrize(
    ("model", "view", "figure"),
    [
        (COMPANION, PLANE, sa.figures.phase_plane),
        (COMPANION, CORNERS, sa.figures.trace_determinant),
        (LINEAR, PLANE, sa.figures.phase_plane),
        (LINEAR, CORNERS, sa.figures.trace_determinant),
        (sa.models.mirror, sa.views.phase_line(), sa.figures.phase_line),
        (LOGISTIC, sa.views.cobweb(), sa.figures.cobweb),
    ],
)
def test_rest_points_are_said_as_in_the_figures_of_python(alive, model, view, figure):
    one = Explored(alive(sa.explore(model, [next(iter(model.settings))], views=[view]))).settle()
    count = len(sa.equilibria(model))
    there = figure(model).description.rstrip(".").split(". ")[: 1 + count]
    assert all(any(kind in part for kind in ("node", "focus", "saddle")) for part in there[1:])
    assert said(one).startswith(f"{'. '.join(there)}.")


def test_a_start_is_dragged_and_goes_to_the_rest_point_that_is_said(alive):
    view = sa.explore(COMPANION, ["wanting", "ties"], views=[PLANE, sa.views.course()])
    seen = alive(view)
    one = Explored(seen).settle()
    start, ends = one.handle("Start of wanting and ties"), set()
    for dx, dy in [(30, -60), (0, 120)]:
        at = centre(start)
        seen.page.mouse.move(*at)
        seen.page.mouse.down()
        seen.page.mouse.move(*by(at, dx, dy), steps=6)
        seen.page.mouse.up()
        one.settle()
        assert np.abs(centre(start) - by(at, dx, dy)).max() < 2.5
        for name, value in one.values(view).items():
            setattr(view, name, value)
        assert one.code == view.code
        last = sa.simulate(COMPANION, 3000, start=view.start).isel(time=-1)
        end = f"In the long run: to the stable node at wanting {float(last.wanting):.2f}, ties {float(last.ties):.2f}."
        note(one).filter(has_text=end).wait_for(timeout=5000)
        ends.add(end)
    assert len(ends) == 2
    seen.clean()


@pytest.mark.parametrize(
    ("entries", "start", "words"),
    [
        ((1, 0.3, 0.3, 1), 0.5, "It leaves the picture."),
        ((1, 0.3, 0.3, 1), 0.0, "It starts at rest and stays there."),
        ((0, 1, -1, 0), 0.5, "It still moves at week 100."),
        ((-1, 0, 0, 0), 0.5, "In the long run: to the line of rest points."),
        ((-1, 0.5, -0.5, -1), 0.5, "In the long run: to the stable focus at u 0.00, v 0.00."),
    ],
)
def test_every_fate_has_its_words(alive, entries, start, words):
    values = dict(zip("abcd", entries, strict=True))
    seen = alive(sa.explore(LINEAR.replace(**values, u=start), ["u", "v"], weeks=100, views=[PLANE]))
    one = Explored(seen).settle()
    note(one).filter(has_text=words).wait_for(timeout=5000)
    one.press(one.handle("Start of u and v"), "ArrowUp", "PageUp")
    seen.clean()


def test_the_dot_follows_the_mouse_and_brings_the_controls_back(alive):
    view = sa.explore(LINEAR, list("abcd"), weeks=30, views=[CORNERS])
    seen = alive(view)
    one = Explored(seen).settle()
    dot, before = one.handle("Trace and determinant"), one.values(view)
    at, mouse = centre(dot), seen.page.mouse
    mouse.move(*at)
    mouse.down()
    for way in [(40, -20), (90, 30), (-40, 10), (-20, 90)]:
        mouse.move(*by(at, *way), steps=5)
        one.settle()
        assert np.abs(centre(dot) - by(at, *way)).max() < 1, way
        trace, determinant = whole(one.values(view))
        kind = sa.equilibria(LINEAR, **one.values(view))[0].kind
        told = dot.get_attribute("aria-valuetext").replace("−", "-")
        assert told == f"{kind}: trace {trace:.3g}, determinant {determinant:.3g}"
    mouse.move(*at, steps=5)
    one.settle()
    assert one.values(view) == pytest.approx(before, abs=0.01)
    mouse.up()
    seen.clean()


@pytest.mark.parametrize("key", ["ArrowRight", "PageUp", "PageDown"])
def test_the_controls_move_by_the_least_that_does_it(alive, key):
    view = sa.explore(LINEAR, list("abcd"), weeks=30, views=[CORNERS])
    one = Explored(alive(view)).settle()
    before = np.array(list(one.values(view).values()))
    one.press(one.handle("Trace and determinant"), key)
    after = np.array(list(one.values(view).values()))
    wanted = whole(one.values(view))
    assert np.abs(wanted - whole(dict(zip("abcd", before, strict=True)))).max() > 0.02
    least = minimize(
        lambda m: ((m - before) ** 2).sum(), after, bounds=[(-1, 1)] * 4,
        constraints={"type": "eq", "fun": lambda m: whole(dict(zip("abcd", m, strict=True))) - wanted},
    )  # fmt: skip
    assert least.success
    # Steps of Gauss and Newton are each the shortest; their sum is a little longer where the way bends.
    assert np.linalg.norm(after - before) < 1.05 * np.linalg.norm(least.x - before) + 0.001


def test_a_dot_out_of_reach_comes_as_near_as_it_can(alive):
    view = sa.explore(LINEAR, ["a"], weeks=30, views=[CORNERS])
    one = Explored(alive(view)).settle()
    # Along the trace alone, which `a` can; the determinant then follows.
    one.press(one.handle("Trace and determinant"), "End", "End")
    assert one.values(view)["a"] == pytest.approx(1, abs=0.02)
    assert "trace 1.1" in said(one)


def test_pointing_at_a_path_reads_its_time_and_dragging_does_not(alive):
    view = sa.explore(COMPANION, ["wanting", "ties"], views=[PLANE])
    seen = alive(view)
    one = Explored(seen).settle()
    start, time = one.handle("Start of wanting and ties"), one.root.get_by_role("slider", name="time", exact=True)
    at = centre(start)
    seen.page.mouse.move(*by(at, 18, 0))
    one.settle()
    assert time.get_attribute("aria-valuetext") != "week 104"
    seen.page.mouse.move(*at)
    seen.page.mouse.down()
    seen.page.mouse.move(*by(at, 6, 6), steps=3)
    one.settle()
    dragged = time.get_attribute("aria-valuetext")
    seen.page.mouse.move(*by(at, 40, 6), steps=3)
    one.settle()
    assert time.get_attribute("aria-valuetext") == dragged
    seen.page.mouse.up()


def test_handles_have_24_pixels(alive):
    plane = sa.explore(LINEAR, ["a", "u"], views=[PLANE, CORNERS])
    line = sa.explore(sa.models.mirror, ["preference"], views=[sa.views.phase_line()])
    stairs = sa.explore(LOGISTIC, ["offer"], views=[sa.views.cobweb()])
    handles = Explored(alive(plane, line, stairs)).settle().page.locator("svg [role=slider]").all()
    boxes = [handle.bounding_box() for handle in handles]
    assert len(boxes) == 4
    assert min(min(box["width"], box["height"]) for box in boxes) >= 24


def test_which_dot_is_the_large_one_does_not_tell_where_a_hidden_run_ends(alive):
    view = sa.explore(COMPANION, ["cues", "ties"], views=[sa.views.course(), CORNERS], predict="ties")
    one = Explored(alive(view)).settle()
    hidden = note(one, 1).inner_text()
    assert "saddle" in hidden
    one.button("Do without a guess").click()
    note(one, 1).filter(has_text="stable node").wait_for(timeout=5000)
