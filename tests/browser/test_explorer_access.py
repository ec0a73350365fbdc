"""Everybody can read and move an explorer: by keyboard, by ear, in both colours and on a small screen."""

from itertools import pairwise

import pytest
from explorers import CONTRASTS, STOPS, Explored

import socioaffective as sa

at = sa.views.at
COMPANION = sa.models.companion
SHARED = COMPANION.replace(cues=0.4)
STOP_OF = """el => {
  const box = el.getBoundingClientRect();
  const style = getComputedStyle(el);
  return {
    text: el.getAttribute("aria-label") ?? el.labels?.[0]?.childNodes[0].textContent ?? el.textContent,
    inside: Boolean(el.closest(".sa-root")), safe: el.dataset.lmSuppressShortcuts === "true",
    top: box.top + scrollY, left: box.left, height: box.height, view: el.closest("svg") !== null,
    mark: [style.outlineStyle, style.outlineWidth, style.stroke, style.strokeWidth].join(),
    ring: el.closest("svg") ? style.stroke : style.outlineColor,
  };
}"""


def full():
    """An explorer with everything that can be reached."""
    lost = sa.views.light("Ties are lost", at("ties", 104) < 0.1)
    q = COMPANION.symbols
    views = [
        sa.views.course("wanting", "ties", twin=True),
        sa.views.region("cues", "access", q["cues"] - q["access"], ("more cues", "more access")),
        sa.views.diagram("cues", loop=True),
    ]
    names = ["cues", "access", "ties", "decay"]
    choice = {"binding": COMPANION, "shared": SHARED}
    return sa.explore(choice, names, views=views, lights=[lost])


def folded():
    """One with parameters folded away and a guess to begin with."""
    return sa.explore(sa.models.mirror, views=[sa.views.course()], predict="preference")


def walk(page):
    """Everything that Tab reaches, in its order."""
    page.locator("a.skip").focus()
    stops = []
    while True:
        page.keyboard.press("Tab")
        handle = page.evaluate_handle("document.activeElement")
        if page.evaluate("document.activeElement === document.body"):
            return stops
        stops.append(handle.evaluate(STOP_OF))
        assert len(stops) < 200


def test_tab_reaches_everything_in_reading_order_and_leaves(alive):
    seen = alive(full(), folded())
    one = Explored(seen, 1).settle()
    one.root.locator("summary").click()
    stops = [stop for stop in walk(seen.page) if stop["inside"]]
    there = seen.page.locator(f".sa-root :is({STOPS})").evaluate_all(
        f"all => all.filter(el => el.checkVisibility({{ visibilityProperty: true }})).map({STOP_OF})"
    )
    assert [stop["text"] for stop in stops] == [stop["text"] for stop in there]
    for stop in stops:
        assert stop["safe"], stop
    for before, after in pairwise(stops):
        below = after["top"] >= before["top"] + before["height"] - 2
        beside = after["left"] > before["left"]
        assert below or beside or (before["view"] and after["view"]), (before, after)
    texts = [stop["text"] for stop in stops]
    for text in ["model", "cues", "start of ties", "Reset", "cues and access", "Play", "time", "Copy as code",
                 "parameters", "Your guess of preference", "Compare", "Picture (PNG)"]:  # fmt: skip
        assert text in texts, texts
    seen.clean()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_focus_is_visible_on_everything(alive, colours):
    seen = alive(full(), folded(), color_scheme=colours)
    Explored(seen, 1).settle().root.locator("summary").click()
    page = seen.page
    marks = {stop["text"]: stop for stop in walk(page) if stop["inside"]}
    page.evaluate("document.activeElement.blur()")
    resting = page.locator(f".sa-root :is({STOPS})").evaluate_all(f"all => all.map({STOP_OF})")
    ground = page.locator(".sa-root").first.evaluate("el => getComputedStyle(el).backgroundColor")
    for stop in resting:
        if stop["text"] in marks:
            focused = marks[stop["text"]]
            assert focused["mark"] != stop["mark"], stop
            assert contrast(focused["ring"], ground) >= 3, focused


def contrast(*colours):
    """The contrast of two colours as the browser writes them (WCAG 2)."""
    lights = []
    for colour in colours:
        parts = [float(c) / 255 for c in colour.strip("rgba()").split(",")[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        lights.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_everything_has_a_name_and_says_its_value(alive):
    seen = alive(full(), folded())
    Explored(seen, 1).settle().root.locator("summary").click()
    devtools = seen.context.new_cdp_session(seen.page)
    nodes = devtools.send("Accessibility.getFullAXTree")["nodes"]
    reached = {}
    for node in nodes:
        focusable = any(p["name"] == "focusable" and p["value"]["value"] for p in node.get("properties", []))
        if focusable and not node["ignored"] and node["role"]["value"] not in ("RootWebArea", "main"):
            reached.setdefault(node["role"]["value"], []).append(node["name"]["value"])
    assert all(all(names) for names in reached.values()), reached
    assert reached["combobox"] == ["model"]
    # What a slider says of its value is not in the browser's own tree.
    one, other = Explored(seen), Explored(seen, 1)
    texts = {
        one.slider("start of ties"): "0.45",
        one.handle("cues"): "0",
        one.handle("cues and access"): "At cues 0 and access 1: more access.",
        one.root.get_by_role("slider", name="time", exact=True): "week 104",
        other.slider("anchoring (1/week)"): "0.2 1/week",
        other.handle("Your guess of preference"): "week 104: 0.10",
    }
    for slider, text in texts.items():
        assert slider.get_attribute("aria-valuetext") == text
    assert len(reached["slider"]) == seen.page.get_by_role("slider").count()
    assert seen.page.locator(".sa-root :is(input[type=range], [role=slider]):not([aria-valuetext])").count() == 0
    # A picture says in sentences what it shows; its ticks are passed over.
    pictures = {n["name"]["value"]: n for n in nodes if n.get("role", {}).get("value") in ("image", "img")}
    assert "wanting goes from" in pictures["Time course"]["description"]["value"]
    texts = [n["name"]["value"] for n in nodes if n.get("role", {}).get("value") == "StaticText" and not n["ignored"]]
    assert "−0.5" not in texts and "time (weeks)" not in texts


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("ArrowRight", 0.46), ("ArrowUp", 0.46), ("ArrowLeft", 0.44), ("ArrowDown", 0.44),
        ("PageUp", 0.55), ("PageDown", 0.35), ("Home", 0), ("End", 1),
    ],
)  # fmt: skip
def test_all_eight_keys_move_a_slider(alive, key, expected):
    view = sa.explore(COMPANION, ["ties"], views=[sa.views.course("ties")])
    one = Explored(alive(view)).settle()
    step = view.spec["controls"][0]["step"]
    wanted = {"Home": 0, "End": 1}.get(key, 0.45 + (expected - 0.45) / 0.01 * step)
    one.press(one.sliders.first, key)
    assert one.values(view)["ties"] == pytest.approx(wanted, abs=1e-12)
    assert one.sliders.first.get_attribute("aria-valuetext") == one.root.locator(".sa-control output").inner_text()


def test_handles_in_pictures_move_by_keys_and_stay_in_their_bounds(alive):
    view = full()
    one = Explored(alive(view)).settle()
    point = one.handle("cues and access")
    steps = {c["name"]: c["step"] for c in view.spec["controls"] if "step" in c}
    start = one.values(view)
    moved = {
        "ArrowRight": ("cues", 1), "ArrowDown": ("access", -1), "PageDown": ("access", -10), "ArrowLeft": ("cues", -1),
        "ArrowUp": ("access", 1), "PageUp": ("access", 10),
    }  # fmt: skip
    wanted = dict(start)
    for key, (name, steps_on) in moved.items():
        one.press(point, key)
        wanted[name] = min(max(wanted[name] + steps_on * steps[name], 0), 1)
        assert one.values(view) == pytest.approx(wanted), key
    one.press(point, "End", "ArrowRight", "ArrowRight")
    assert one.values(view)["cues"] == 1
    assert one.values(view)["access"] == 1
    one.press(point, "Home", "ArrowLeft")
    assert one.values(view)["cues"] == 0

    rule = one.handle("cues")
    for key, value in {"ArrowUp": steps["cues"], "PageUp": 11 * steps["cues"], "End": 1, "ArrowLeft": 1 - steps["cues"],
                       "PageDown": 1 - 11 * steps["cues"], "Home": 0}.items():  # fmt: skip
        one.press(rule, key)
        assert one.values(view)["cues"] == pytest.approx(value), key
        assert float(rule.get_attribute("aria-valuenow")) == pytest.approx(value)


def test_handles_follow_the_mouse(alive):
    view = full()
    one = Explored(alive(view)).settle()
    for handle, name in (
        (one.handle("cues and access"), "cues"),
        (one.handle("cues"), "cues"),
    ):
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        before = one.values(view)[name]
        mouse = one.page.mouse
        mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        mouse.down()
        mouse.move(box["x"] + 60, box["y"] + 20, steps=4)
        one.settle()
        assert one.values(view)[name] > before + 0.05
        mouse.up()
        dropped = one.values(view)[name]
        mouse.move(box["x"] + 150, box["y"], steps=4)
        one.settle()
        assert one.values(view)[name] == dropped


def test_menus_details_and_buttons_answer_to_keys(alive):
    view = full()
    seen = alive(view, folded())
    one, other = Explored(seen), Explored(seen, 1)
    one.settle().press(one.root.get_by_role("combobox"), "ArrowDown")
    assert one.values(view)["model"] == "shared"
    view.model_ = "shared"
    assert one.code == view.code
    other.press(other.root.locator("summary"), "Enter")
    assert other.slider("anchoring (1/week)").is_visible()
    other.press(other.button("Do without a guess"), "Space")
    assert seen.page.evaluate("document.activeElement.textContent") == "Guess first"
    one.press(one.button("Pin this run"), "Enter")
    assert one.button("Unpin").get_attribute("aria-pressed") == "true"
    one.press(one.button("Play"), "Enter")
    assert one.button("Pause").is_visible()
    time = one.root.get_by_role("slider", name="time", exact=True)
    one.press(time, "Home")
    assert time.get_attribute("aria-valuetext") == "week 0"
    assert one.button("Play").is_visible()
    one.press(time, "ArrowRight", "End")
    assert time.get_attribute("aria-valuetext") == "week 104"
    seen.clean()


def trouble():
    """One whose rates soon are no numbers, with the message in its place."""
    x = sa.state("level", start=0.5, bounds=(0, 2))
    k = sa.parameter("pull", 1.0, (0, 2))
    return sa.explore(sa.Model("Blows up", {x: k * x**2 * 10}), ["pull"], weeks=20, views=[sa.views.course()])


@pytest.mark.parametrize("width", [900, 380])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_and_every_text_of_the_pictures_agree(alive, colours, width):
    seen = alive(full(), folded(), trouble(), color_scheme=colours, viewport={"width": width, "height": 800})
    one, guessing = Explored(seen), Explored(seen, 1)
    one.press(one.slider("cues"), "PageUp", "PageUp")
    one.button("Pin this run").click()
    one.press(one.slider("access"), "ArrowLeft")
    guessing.root.locator("summary").click()
    assert seen.page.locator(".sa-trouble:visible").count() == 1
    seen.page.wait_for_timeout(400)
    assert seen.complaints() == []
    found = seen.page.evaluate(CONTRASTS)
    assert len(found) > 40
    assert [(text, round(ratio, 2)) for text, ratio in found if ratio < 4.5] == []
    guessing.button("Compare").click()
    guessing.settle()
    assert seen.complaints() == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    seen.clean()
