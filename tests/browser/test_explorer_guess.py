"""Guessing first: drawn by hand, hidden until it is compared, and kept."""

import re

import numpy as np
import pytest
from explorers import Explored, decimals, numbers

import socioaffective as sa

at = sa.views.at
POINTS = 9


def guessing(**options):
    """An explorer that begins with a guess, with every view that could tell."""
    q = sa.models.companion.symbols
    views = [
        sa.views.course("ties", "wanting"),
        sa.views.diagram("decay", "ties"),
        sa.views.fan("ties", {"ties": 0.1}, people=20),
        sa.views.region("cues", "access", q["cues"] - q["access"]),
    ]
    lost = sa.views.light("Ties are lost", at("ties", 104) < 0.1)
    return sa.explore(sa.models.companion, ["cues", "access"], views=views, lights=[lost], predict="ties", **options)


def hand(one):
    """Where the guess stands, as its handle says it."""
    return numbers(one.handle("Your guess of ties").get_attribute("aria-valuetext"))[0]


def sure(one, view):
    """Asserts that the verdict's numbers are right for a guess with these values."""
    values, run = np.array(view.guess["values"]), view.run
    times = np.linspace(0, 104, POINTS)
    there = np.interp(times, run["time"].values, run["ties"].values)
    said = numbers(one.root.get_by_text("Your guess ends at").inner_text())
    wanted = [values[-1], there[-1], np.abs(values - there)[1:].mean()]
    assert said == pytest.approx(wanted, abs=0.0051)


def hidden(one):
    """Everything that is drawn or said of the run alone: time course, fan, claims, clock and notes."""
    parts = ".sa-view:nth-child(1), .sa-view:nth-child(3), .sa-claim, .sa-clock, .sa-bar, :scope > .sa-note, :scope > .sa-said"
    return one.root.evaluate("(root, parts) => [...root.querySelectorAll(parts)].map(el => el.innerHTML)", parts)


def test_nothing_tells_of_the_run_until_the_guess_is_compared(alive):
    view = guessing()
    seen = alive(view)
    one = Explored(seen).settle()
    seen.page.wait_for_timeout(600)
    before = one.told()
    assert not [name for name in one.drawn()["lines"] if name.startswith("ties")]
    # The rest of the picture is the same for two settings whose runs could not differ more.
    kept = {}
    for key in ("Home", "End"):
        one.press(one.slider("cues"), key)
        seen.page.wait_for_timeout(600)
        kept[key] = hidden(one)
    ends = []
    for cues in (0, 1):
        view.cues = cues
        ends.append(float(view.run["ties"][-1]))
    assert abs(ends[0] - ends[1]) > 0.3 and kept["Home"] == kept["End"]
    for text in (before, one.told()):
        for end in ends:
            assert decimals(end) not in text
        assert "goes from" not in text and "Holds here" not in text and "Fails here" not in text
    for name in ("Play", "Pin this run", "Data (CSV)"):
        assert one.button(name).is_disabled()

    one.button("Compare").click()
    one.settle()
    assert one.drawn()["lines"]["ties now"][-1][1] == pytest.approx(ends[1], abs=0.01)
    assert f"ties {decimals(ends[1])}" in one.told() and one.held == [ends[1] < 0.1]
    assert one.button("Play").is_enabled()
    seen.clean()


def test_neither_axis_nor_note_tells_that_a_hidden_run_leaves_its_bounds(alive):
    x = sa.state("level", start=0.5, bounds=(0, 1))
    k = sa.parameter("growth", 0.0, (0, 1))
    view = sa.explore(sa.Model("Grows", {x: k}), ["growth"], weeks=20, views=[sa.views.course()], predict="level")
    one = Explored(alive(view)).settle()
    one.press(one.slider("growth"), "Home")
    one.page.wait_for_timeout(300)
    before = hidden(one)
    one.press(one.slider("growth"), "End")
    one.page.wait_for_timeout(300)
    assert hidden(one) == before
    one.button("Compare").click()
    one.settle()
    assert one.root.get_by_text("level leaves its bounds, 0 to 1, at week").is_visible()
    assert one.drawn()["lines"]["level now"][-1][1] == pytest.approx(20.5, abs=0.1)


def test_the_views_that_follow_the_run_hide_it_too(alive):
    one = Explored(alive(guessing())).settle()
    one.page.wait_for_timeout(600)
    said = one.root.locator(".sa-view .sa-said").all_inner_texts()
    assert sum("hidden until your guess is compared" in text.lower() for text in said) >= 3, said
    one.button("Do without a guess").click()
    one.settle().page.wait_for_timeout(600)
    said = one.root.locator(".sa-view .sa-said").all_inner_texts()
    assert not [text for text in said if "hidden" in text]
    assert one.drawn()["lines"]["ties now"]
    assert not one.root.locator(".sa-draw").count()


def test_a_guess_is_drawn_by_keys(alive):
    one = Explored(alive(guessing())).settle()
    handle = one.handle("Your guess of ties")
    begun = hand(one)
    one.press(handle, "ArrowUp", "ArrowUp")
    assert hand(one) == pytest.approx(begun + 0.04, abs=0.006)
    one.press(handle, "PageDown")
    assert hand(one) == pytest.approx(begun - 0.16, abs=0.006)
    assert handle.get_attribute("aria-valuetext").startswith("week 104:")
    one.press(handle, "ArrowLeft")
    assert handle.get_attribute("aria-valuetext").startswith("week 91:") and hand(one) == pytest.approx(begun, abs=0.006)
    one.press(handle, "Home", "ArrowLeft")
    assert handle.get_attribute("aria-valuetext").startswith("week 13:")
    one.press(handle, "End", *["PageDown"] * 8)
    assert hand(one) == 0
    assert handle.get_attribute("aria-valuetext").startswith("week 104:")


def stroke(one):
    """Draws a guess from the middle of the time course to its lower right corner."""
    area = one.root.locator(".sa-draw")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    mouse = one.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.5)
    mouse.down()
    # Fast strokes skip points, which then lie on the stroke.
    mouse.move(box["x"] + box["width"] * 0.99, box["y"] + box["height"] * 0.9, steps=2)
    mouse.up()
    one.settle()


def test_a_guess_is_drawn_by_mouse_and_judged_by_its_numbers(alive):
    view = guessing()
    seen = alive(view)
    one = Explored(seen).settle()
    stroke(one)
    assert hand(one) == pytest.approx(0.1, abs=0.02)
    one.button("Compare").click()
    one.settle()
    line = one.root.locator("svg").first.locator("path[stroke-dasharray='1 5']")
    assert line.is_visible()
    # From the middle on it falls evenly, from a half to a tenth.
    points = [float(y) for y in re.findall(r",([\d.]+)", line.get_attribute("d"))]
    assert len(points) == POINTS and len(set(points[:4])) == 1
    falls = np.diff(points[4:])
    assert falls == pytest.approx(np.full(4, falls.mean()), rel=0.1) and falls.mean() > 15
    said = numbers(one.root.get_by_text("Your guess ends at").inner_text())
    assert said[0] == pytest.approx(0.1, abs=0.02)
    assert said[1] == pytest.approx(float(view.run["ties"][-1]), abs=0.0051)
    one.button("Forget the guess").click()
    one.settle()
    assert not one.root.get_by_text("Your guess ends at").is_visible() and line.count() == 0
    assert one.button("Guess first").is_visible()
    seen.clean()


def test_a_guess_in_the_making_is_still_hidden_when_it_is_opened_again(alive):
    view = guessing()
    values = [0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85]
    view.guess = {"name": "ties", "values": values, "compared": False}
    one = Explored(alive(view)).settle()
    assert not [name for name in one.drawn()["lines"] if name.startswith("ties")]
    assert hand(one) == 0.85
    one.button("Compare").click()
    one.settle()
    sure(one, view)


def test_a_compared_guess_and_what_was_said_of_it_stay(alive):
    view = guessing()
    values = [0.45, 0.4, 0.35, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05]
    view.guess = {"name": "ties", "values": values, "settings": {}, "compared": True, "verdict": "Your guess ends at 0.05."}
    one = Explored(alive(view)).settle()
    assert one.drawn()["lines"]["ties now"]
    assert one.root.get_by_text("Your guess ends at 0.05.").is_visible()
    assert one.root.locator("path[stroke-dasharray='1 5']").is_visible()
    assert "dots: your guess" in one.told().lower()


def test_guess_first_is_there_for_every_course_and_takes_the_keyboard_to_its_handle(alive):
    view = sa.explore(sa.models.mirror, ["influence"], views=[sa.views.course()])
    one = Explored(alive(view)).settle()
    one.press(one.button("Guess first"), "Enter")
    one.settle()
    assert one.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Your guess of preference"
    assert not one.drawn()["lines"]
    one.page.keyboard.press("PageUp")
    one.press(one.button("Compare"), "Enter")
    assert one.drawn()["lines"]["preference now"]
    said = one.root.get_by_text("Your guess ends at").inner_text()
    assert numbers(said)[0] == pytest.approx(0.1 + 0.4, abs=0.006)
    assert "You said it ends higher" in said or "Both say: preference ends higher" in said


def test_without_a_run_a_guess_cannot_be_compared(alive):
    x = sa.state("level", start=0.5, bounds=(0, 2))
    k = sa.parameter("pull", 0.0, (0, 2))
    view = sa.explore(sa.Model("Blows up", {x: 10 * k * x**2}), ["pull"], weeks=20, views=[sa.views.course()], predict="level")
    seen = alive(view)
    one = Explored(seen).settle()
    one.press(one.slider("pull"), "End")
    assert one.button("Compare").is_disabled()
    one.press(one.slider("pull"), "Home")
    one.button("Compare").click()
    one.settle()
    assert one.root.get_by_text("Your guess ends at 0.50, the model at 0.50").is_visible()
    seen.clean()
