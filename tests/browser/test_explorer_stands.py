"""An explorer stands a thousand moves, every size, and models that have no run."""

import json
import random

import pytest
from explorers import Explored

import socioaffective as sa

COMPANION = sa.models.companion
VIEWS = [
    sa.views.course("wanting", "ties", twin=True),
    sa.views.phase_plane(),
    sa.views.diagram("cues", loop=True),
    sa.views.fan("ties", {"ties": 0.2}, people=20),
]
WARM, MOVES = 200, 1000
# Moves sliders, presses buttons, changes width and theme: a number of times, from a seed; one move a frame.
RANDOM = """async ({ seed, count }) => {
  let at = seed;
  const chance = () => ((at = (at * 1664525 + 1013904223) >>> 0) / 2 ** 32);
  const root = document.querySelector(".sa-root");
  const frame = () => new Promise(done => requestAnimationFrame(done));
  const sliders = [...root.querySelectorAll("input[type=range]")];
  const keys = ["ArrowRight", "ArrowLeft", "PageUp", "PageDown", "Home", "End"];
  const press = (el, key) => el.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  for (let k = 0; k < count; k += 1) {
    const draw = chance();
    if (draw < 0.6) {
      const slider = sliders[Math.floor(chance() * sliders.length)];
      slider.value = Number(slider.min) + chance() * (slider.max - slider.min);
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (draw < 0.75) {
      const handles = [...root.querySelectorAll(".sa-handle[tabindex], .sa-control input")];
      press(handles[Math.floor(chance() * handles.length)], keys[Math.floor(chance() * keys.length)]);
    } else if (draw < 0.85) root.parentElement.style.width = `${300 + Math.floor(chance() * 700)}px`;
    else if (draw < 0.92) document.documentElement.dataset.theme = chance() < 0.5 ? "dark" : "light";
    else {
      const words = ["Pin this run", "Unpin", "Reset", "Guess first", "Do without a guess", "Forget the guess", "Compare"];
      const buttons = [...root.querySelectorAll("button:enabled:not([hidden])")].filter(b => words.includes(b.textContent));
      buttons[Math.floor(chance() * buttons.length)].click();
    }
    await frame();
  }
}"""
# The state every measurement is taken in: where it began, nothing pinned or guessed, everything worked out.
REST = """() => {
  const root = document.querySelector(".sa-root");
  const button = text => [...root.querySelectorAll("button:enabled:not([hidden])")].find(b => b.textContent === text)?.click();
  root.parentElement.style.width = "900px";
  document.documentElement.dataset.theme = "light";
  return new Promise(done => {
    const steps = ["Do without a guess", "Forget the guess", "Unpin", "Reset"];
    const next = () => (steps.length ? (button(steps.shift()), setTimeout(next, 60)) : setTimeout(done, 900));
    next();
  });
}"""


def heap(devtools):
    """Bytes of the page's heap by kind, after collecting garbage, from a snapshot."""
    parts = []
    devtools.send("HeapProfiler.collectGarbage")
    devtools.on("HeapProfiler.addHeapSnapshotChunk", lambda event: parts.append(event["chunk"]))
    devtools.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    found = json.loads("".join(parts))
    fields = found["snapshot"]["meta"]["node_fields"]
    kinds = found["snapshot"]["meta"]["node_types"][0]
    sizes = dict.fromkeys(kinds, 0)
    for k in range(0, len(found["nodes"]), len(fields)):
        sizes[kinds[found["nodes"][k + fields.index("type")]]] += found["nodes"][k + fields.index("self_size")]
    return sizes


def test_a_thousand_moves_leave_no_error_no_memory_and_no_element_behind(alive):
    seen = alive(sa.explore(COMPANION, ["cues", "access", "decay", "ties", "wanting"], views=VIEWS))
    Explored(seen).settle()

    def measured(seed, count):
        seen.page.evaluate(RANDOM, {"seed": seed, "count": count})
        seen.page.evaluate(REST)
        # A session of its own: what one has been told of is kept for it.
        devtools = seen.context.new_cdp_session(seen.page)
        sizes, counters = heap(devtools), devtools.send("Memory.getDOMCounters")
        devtools.detach()
        # The machine code that the browser makes of the page's own grows as it learns, and says nothing of the page.
        everything = sum(size for kind, size in sizes.items() if kind != "code")
        own = sum(sizes[kind] for kind in ("object", "array", "closure", "string", "number", "concatenated string"))
        return everything, own, counters["nodes"], counters["jsEventListeners"]

    before, after = measured(2, WARM), measured(3, MOVES)
    assert after[0] <= 1.1 * before[0], (before, after)
    assert after[1] <= 1.01 * before[1], (before, after)
    assert after[2] <= 1.02 * before[2] and after[3] <= before[3], (before, after)
    seen.clean()


def models():
    """Models with a setting that makes an end of their runs, and where it does no harm."""
    x = sa.state("level", start=0.5, bounds=(0, 2))
    y = sa.state("other", start=0.5, bounds=(0, 2))
    k = sa.parameter("pull", 0.0, (0, 2))
    fast = sa.parameter("speed", 1.0, (1, 1e9))
    return {
        "blows up": (sa.Model("Blows up", {x: 10 * k * x**2}), "pull", "End", "Home"),
        "divides by zero": (sa.Model("Divides", {x: x / (k - 1)}), "pull", "PageUp PageUp PageUp PageUp PageUp", "Home"),
        "is stiff": (
            sa.Model("Stiff", {x: fast * (y - x**3), y: 0.1 * (1 - x) - fast * 1e-9 * y}),
            "speed",
            "End",
            "Home",
        ),
    }


@pytest.mark.parametrize("kind", ["blows up", "divides by zero", "is stiff"])
def test_what_has_no_run_says_so_within_a_second_and_recovers(alive, kind):
    model, name, bad, good = models()[kind]
    view = sa.explore(model, [name], weeks=20, views=[sa.views.course()])
    seen = alive(view)
    one = Explored(seen).settle()
    one.press(one.sliders.first, good)
    alert = one.root.get_by_role("alert")
    assert not alert.is_visible() and one.drawn()["lines"]
    spent = seen.page.evaluate(
        """async keys => {
          const [slider, alert] = [document.querySelector(".sa-control input"), document.querySelector(".sa-trouble")];
          const began = performance.now();
          for (const key of keys) slider.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
          let frames = 0;
          while (performance.now() - began < 900 || !frames) {
            await new Promise(done => requestAnimationFrame(done));
            frames += 1;
            if (!alert.hidden) break;
          }
          const said = performance.now() - began;
          for (let k = 0; k < 5; k += 1) await new Promise(done => requestAnimationFrame(done));
          return { said, hidden: alert.hidden, after: performance.now() - began - said };
        }""",
        bad.split(),
    )
    assert not spent["hidden"] and spent["said"] < 1000, spent
    # The page goes on drawing frames while the message stands.
    assert spent["after"] < 500, spent
    assert alert.inner_text().startswith("The integration failed near time")
    assert (
        "faded" in one.root.inner_text()
        and float(one.root.locator(".sa-stage").evaluate("el => getComputedStyle(el).opacity")) < 0.5
    )
    assert one.button("Play").is_disabled() and one.button("Data (CSV)").is_disabled()
    one.press(one.sliders.first, good)
    assert not alert.is_visible() and one.drawn()["lines"]["level now"]
    assert one.button("Play").is_enabled()
    setattr(view, name, one.values(view)[name])
    assert one.code == view.code
    seen.clean()


def test_a_stiff_model_that_can_be_run_in_time_is_run(alive):
    x = sa.state("level", start=0.5, bounds=(0, 2))
    fast = sa.parameter("speed", 1.0, (1, 1e4))
    view = sa.explore(sa.Model("Fast", {x: fast * (1 - x)}), ["speed"], weeks=1, views=[sa.views.course()])
    seen = alive(view)
    one = Explored(seen).settle()
    began = seen.page.evaluate("performance.now()")
    one.press(one.sliders.first, "End")
    assert seen.page.evaluate("performance.now()") - began < 1000
    assert not one.root.get_by_role("alert").is_visible()
    assert one.drawn()["lines"]["level now"][-1][1] == pytest.approx(1, abs=0.01)
    seen.clean()


def test_numbers_set_from_python_that_no_run_survives_are_shown_as_such_at_once(alive):
    model, name, _, _ = models()["blows up"]
    view = sa.explore(model, [name], weeks=20, views=[sa.views.course(), sa.views.phase_line()])
    view.pull = 2
    seen = alive(view)
    one = Explored(seen).settle()
    assert one.root.get_by_role("alert").is_visible()
    one.press(one.sliders.first, "Home")
    assert one.drawn()["lines"]
    seen.clean()


def test_every_width_fits(alive):
    seen = alive(sa.explore(COMPANION, ["cues", "access"], views=VIEWS))
    one = Explored(seen).settle()
    chance = random.Random(7)
    for width in [320, 1600, *(chance.randrange(320, 1600) for _ in range(10))]:
        seen.page.set_viewport_size({"width": width, "height": 700})
        one.settle().settle()
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width, width
        right = one.root.evaluate(
            "root => Math.max(...[...root.querySelectorAll('svg')].map(el => el.getBoundingClientRect().right)) - "
            "root.getBoundingClientRect().right"
        )
        assert right <= 0, width
    seen.clean()


LINKED = """
import ipywidgets, socioaffective as sa
level = sa.state("level", start=0.2)
def grows(low, high):
    growth = sa.parameter("growth", 0.5, (low, high))
    return sa.explore(sa.Model("Logistic", {level: growth * level * (1 - level)}), ["growth"], weeks=8, show=["level"])
wide, narrow = grows(-4, 4), grows(0, 1)
_ = ipywidgets.jslink((wide, "growth"), (narrow, "growth"))
"""


def test_a_value_from_elsewhere_never_leads_a_control_out_of_its_bounds(page_of):
    seen = page_of(LINKED, "wide", "narrow")
    wide, narrow = Explored(seen), Explored(seen, 1)
    for key, here, there in (("End", 4, 1), ("Home", -4, 0)):
        wide.press(wide.sliders.first, key)
        narrow.settle()
        assert wide.code == f"sa.simulate(model, weeks=8, growth={here})"
        assert narrow.code == f"sa.simulate(model, weeks=8, growth={there})"
        assert float(narrow.sliders.first.input_value()) == there
    seen.clean()
