"""What an explorer draws, says and saves is what Python computes."""

import csv
import io
import struct
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
import xarray as xr
from explorers import Explored, decimals

import socioaffective as sa

at = sa.views.at
x = sa.state("offer", "what is shown", start=0.2, bounds=(0, 1))
r = sa.parameter("growth", 2.8, (0, 4))
LOGISTIC = sa.Model("Offers", {x: r * x * (1 - x)}, clock="discrete")
LOST = sa.views.light("Ties are lost", at("ties", 104) < 0.1)
LONELIER = sa.views.light("Fewer ties than alone", at("ties", 104) < at("ties", 104, alone=True))
BISTABLE = sa.views.light("Two ways to live", sa.views.stable_states() > 1)

EXPLORERS = {
    "companion": lambda: sa.explore(
        sa.models.companion, ["cues", "access", "ties"], views=[sa.views.course(twin=True)], lights=[LOST, LONELIER, BISTABLE]
    ),
    "climbing": lambda: sa.explore(
        sa.models.companion,
        ["cues", "ties"],
        views=[sa.views.course()],
        policy=sa.policies.climber("engagement"),
        lights=[LOST],
    ),
    "discrete": lambda: sa.explore(LOGISTIC, ["growth", "offer"], weeks=30, views=[sa.views.course()]),
}
MOVES = {
    "companion": [
        ("cues", "PageUp"),
        ("access", "PageDown"),
        ("cues", "End"),
        ("start of ties", "ArrowLeft"),
        ("access", "Home"),
    ],
    "climbing": [("start of cues", "End"), ("start of ties", "PageUp"), ("start of cues", "PageDown")],
    "discrete": [("growth", "PageUp"), ("start of offer", "ArrowUp"), ("growth", "End")],
}


def agree(shown, run, end=""):
    """Asserts that every line is where the run has it, to half a pixel (a path is written in tenths of one)."""
    across, up = shown["pixel"]
    lines = {name.rsplit(" ", 1)[0]: points for name, points in shown["lines"].items() if name.endswith(f" {end or 'now'}")}
    assert set(lines) <= set(run.data_vars) and lines
    for name, points in lines.items():
        times, values = np.array(points).T
        # The page and Python keep different times; a line is straight in between.
        there = [
            np.interp(times + tenth * across / 10, run["time"].values, run[name].values) for tenth in np.linspace(-1, 1, 9)
        ]
        assert len(points) >= 31
        assert (values - np.min(there, axis=0)).min() > -0.5 * up and (values - np.max(there, axis=0)).max() < 0.5 * up, name


@pytest.mark.parametrize("kind", EXPLORERS)
def test_lines_code_and_lights_follow_every_move_as_python_has_them(alive, kind):
    view = EXPLORERS[kind]()
    seen = alive(view)
    one = Explored(seen).settle()
    lights = {"companion": [LOST, LONELIER, BISTABLE], "climbing": [LOST], "discrete": []}[kind]
    codes = set()
    for label, key in [(None, None), *MOVES[kind]]:
        if label:
            one.press(one.slider(label), key)
        for name, value in one.values(view).items():
            setattr(view, name, value)
        run = view.run
        assert one.code == view.code
        codes.add(one.code)
        agree(one.drawn(), run)
        if kind == "companion":
            agree(one.drawn(), sa.counterfactual(run), "twin")
        assert one.held == [light.holds(run) for light in lights], one.code
    assert len(codes) == len(MOVES[kind]) + 1
    seen.clean()


def test_a_table_is_read_and_drawn_at_its_own_times_however_far_apart_they_are(alive):
    times = np.array([50.0, 51, 60, 150, 1050])
    values = np.stack([(times - 50) / 1000, 1 - (times - 50) / 1000])
    runs = xr.Dataset({"ties": (("who", "time"), values)}, {"who": ["one", "other"], "time": times})
    lights = [sa.views.light(f"week {week}", sa.views.at("ties", week) > 0.45) for week in (51, 490, 510, 1000)]
    view = sa.explore(runs, lights=lights, predict="ties")
    seen = alive(view)
    one = Explored(seen)
    one.press(one.handle("Your guess of ties"), "End", *["PageUp"] * 4)
    one.button("Compare").click()
    assert one.settle().held == [light.holds(view.run) for light in lights] == [False, False, True, True]
    line = one.drawn()["lines"]["ties now"]
    assert [a for a, _ in line] == pytest.approx(times, abs=5)
    # The guess stays at 0 to the last of eight steps and ends at 0.8: what it misses are the heights there.
    missed = np.mean([*(k / 8 for k in range(1, 8)), 0.2])
    assert f"on average they are {decimals(missed)} apart" in one.root.inner_text()
    seen.clean()


LABELS = """svg => [...svg.querySelectorAll(":scope > g > text")].map(text => {
  const { x, y, width, height } = text.getBBox();
  return { text: text.textContent, ink: text.getAttribute("fill"), top: y, bottom: y + height, right: x + width };
})"""


@pytest.mark.parametrize("model", ["companion", "needs", "ecosystem"])
def test_every_line_is_named_at_its_end_so_that_nothing_rests_on_colour_alone(alive, model):
    view = sa.explore(sa.models[model], [], views=[sa.views.course()])
    one = Explored(alive(view, viewport={"width": 1000, "height": 900})).settle()
    svg = one.root.locator("svg").first
    labels = sorted(svg.evaluate(LABELS), key=lambda label: label["top"])
    lines = svg.evaluate(
        "svg => [...svg.querySelectorAll('path[d][data-line]')].map(p => [p.dataset.line, p.getAttribute('stroke')])"
    )
    assert len(labels) == len(lines) == len([*view.model.states, *view.model.observables])
    inks = {name.removesuffix(" now").replace("_", " "): ink for name, ink in lines}
    ends = {}
    for label in labels:
        name, value = label["text"].rsplit(" ", 1)
        ends[name] = float(value.replace("−", "-"))
        assert label["ink"] == inks[name]
        assert ends[name] == pytest.approx(float(view.run[name.replace(" ", "_")][-1]), abs=0.0051)
    # From top to bottom as the lines end, none on another, none outside the picture.
    assert list(ends.values()) == pytest.approx(sorted(ends.values(), reverse=True), abs=0.011)
    for above, below in pairwise(labels):
        assert below["top"] >= above["bottom"] - 2
    assert labels[0]["top"] >= 0 and labels[-1]["bottom"] <= float(svg.get_attribute("height")) - 20
    assert max(label["right"] for label in labels) <= float(svg.get_attribute("width")) + 1


def download(one, text):
    with one.page.expect_download() as handed:
        one.button(text).click()
    with open(handed.value.path(), "rb") as file:
        return handed.value.suggested_filename, file.read()


def test_what_is_not_defined_is_said_to_be_so_and_displaces_nothing(alive):
    memory = sa.models.co_construction.replace(influence=0, anchoring=0)
    names = ("preference", "authorship")
    views = [sa.views.course(*names), sa.views.path(*names), sa.views.fan("authorship", {"preference": 0.1}, people=20)]
    view = sa.explore(memory, ["preference"], views=views)
    assert np.isnan(view.run["authorship"].values).all()
    seen = alive(view)
    one = Explored(seen).settle()
    seen.page.wait_for_timeout(600)
    labels = {label["text"]: label for label in one.root.locator("svg").first.evaluate(LABELS)}
    assert set(labels) == {"preference 0.50", "authorship –"}
    end, down = (
        labels["preference 0.50"],
        one.root.locator("svg").first.evaluate("svg => svg.querySelector('rect').y.baseVal.value"),
    )
    assert down < end["top"] < labels["authorship –"]["top"]
    said = one.root.locator(".sa-view .sa-said").all_inner_texts()
    assert "authorship is not defined" in said[0] and not [text for text in said if "NaN" in text]
    seen.clean()


def test_where_everything_is_at_rest_nobody_says_that_nothing_is(alive):
    share = sa.state("share", start=0.3)
    speed = sa.parameter("speed", 0.0, (0, 1))
    model = sa.Model("Stands", {share: speed * share * (1 - share)})
    view = sa.explore(model, ["speed"], views=[sa.views.phase_line(), sa.views.diagram("speed", loop=True)])
    one = Explored(alive(view)).settle()
    one.page.wait_for_timeout(600)
    line, along = one.root.locator(".sa-view .sa-said").all_inner_texts()
    assert "a line of rest points" in line
    assert "It starts at rest and stays there." in one.root.locator(".sa-view .sa-note").first.inner_text()
    assert "At speed = 0.00 there is no stable rest point to start from" in along
    one.press(one.slider("speed"), "End")
    one.page.wait_for_timeout(600)
    assert "In the long run: to the stable node at 1.00." in one.root.locator(".sa-view .sa-note").first.inner_text()


def test_what_is_saved_is_what_is_shown(alive):
    view = EXPLORERS["companion"]()
    one = Explored(alive(view)).settle()
    one.press(one.slider("cues"), "End")
    view.cues = 1
    run = view.run

    name, data = download(one, "Data (CSV)")
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert name == "companion.csv"
    assert list(rows[0]) == ["time", *view.model.states, *view.model.levers, *view.model.observables]
    times = np.array([float(row["time"]) for row in rows])
    reference = sa.simulate(view.model, weeks=104, cues=1, dt=0.01)
    for column in list(rows[0])[1:]:
        values = np.array([float(row[column]) for row in rows])
        there = np.interp(times, reference["time"].values, reference[column].values)
        assert np.abs(values - there).max() < 1e-6, column
    assert float(run["time"][-1]) == times[-1]

    name, data = download(one, "Picture (SVG)")
    drawing = ET.fromstring(data)
    paths = {p.get("data-line"): p.get("d") for p in drawing.iter("{http://www.w3.org/2000/svg}path") if p.get("data-line")}
    here = one.root.locator("path[data-line]").evaluate_all("all => all.map(p => [p.dataset.line, p.getAttribute('d')])")
    assert name == "companion.svg" and paths == dict(here) and any(paths.values())

    name, data = download(one, "Picture (PNG)")
    assert name == "companion.png" and data[:8] == b"\x89PNG\r\n\x1a\n"
    assert list(struct.unpack(">II", data[16:24])) == [2 * int(drawing.get(side)) for side in ("width", "height")]


def test_the_call_is_copied(alive):
    view = EXPLORERS["discrete"]()
    seen = alive(view)
    seen.context.grant_permissions(["clipboard-read", "clipboard-write"])
    one = Explored(seen).settle()
    one.press(one.slider("growth"), "ArrowRight")
    one.button("Copy as code").click()
    seen.page.get_by_text("Copied.").wait_for()
    view.growth = one.values(view)["growth"]
    assert seen.page.evaluate("navigator.clipboard.readText()") == view.code == one.code


def test_a_pinned_run_stays_and_says_what_has_moved_since(alive):
    view = EXPLORERS["companion"]()
    one = Explored(alive(view)).settle()
    before = view.run
    one.button("Pin this run").click()
    one.press(one.slider("cues"), "End")
    agree(one.drawn(), before, "pinned")
    assert one.root.get_by_text("Pinned, thin and dotted: cues 0.").is_visible()
    one.button("Unpin").click()
    one.settle()
    assert not [name for name in one.drawn()["lines"] if name.endswith("pinned")]


def test_reset_puts_everything_back(alive):
    view = EXPLORERS["companion"]()
    one = Explored(alive(view)).settle()
    first = one.values(view), one.told()
    one.press(one.slider("cues"), "End")
    assert one.told() != first[1]
    one.button("Reset").click()
    one.settle().page.wait_for_timeout(200)
    assert one.values(view) == first[0]
    assert one.drawn()["lines"]["ties now"][-1][1] == pytest.approx(float(view.run["ties"][-1]), abs=0.01)


@pytest.mark.parametrize("calm", [True, False])
def test_play_goes_through_time_and_in_few_steps_for_who_wants_little_motion(alive, calm):
    view = EXPLORERS["discrete"]()
    seen = alive(view, reduced_motion="reduce" if calm else "no-preference")
    one = Explored(seen).settle()
    time = one.root.get_by_role("slider", name="time", exact=True)
    time.evaluate(
        "el => { window.places = []; new MutationObserver(() => places.push(el.getAttribute('aria-valuetext')))"
        ".observe(el, { attributes: true, attributeFilter: ['aria-valuetext'] }); }"
    )
    began = seen.page.evaluate("performance.now()")
    one.button("Play").click()
    one.button("Pause").wait_for()
    seen.page.wait_for_timeout(2600)
    one.button("Pause").click()
    places = seen.page.evaluate("places")
    seconds = (seen.page.evaluate("performance.now()") - began) / 1000
    if calm:
        # One step a second, of an eighth of the whole.
        assert 2 <= len(places) <= seconds + 1 and places[:2] == ["step 4", "step 8"]
    else:
        # The first place is the beginning; a map of thirty steps has not more places than that.
        assert len(places) > 8
    stopped = time.input_value()
    seen.page.wait_for_timeout(1200 if calm else 200)
    assert time.input_value() == stopped and one.button("Play").is_visible()
