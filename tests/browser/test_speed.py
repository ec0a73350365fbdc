"""Speed: how long from a key to its picture, of the explorer and of the other ways to move a figure. Printed, never asserted.

The time runs from the time stamp of the browser's keydown event to the first task after a frame in which the picture (the
outlines of its lines) is another one. It holds the event's way to its handlers, what is computed, the change of the document,
style, layout and paint, and for what the kernel draws also the way there and back; it does not hold the compositor and the
screen. Chromium without a graphics card, on whatever machine this runs: compare the numbers of one run with each other only.
"""

from statistics import median

KEYS = 8
PATIENCE = 5_000
LINES = ("autonomy", "competence", "relatedness", "ties")
START = "import altair, anywidget, ipywidgets, numpy, traitlets\nimport socioaffective as sa\nsa.setup()"
EXPLORER = f"sa.explore(sa.models.ecosystem, controls=['cues'], views=[sa.views.course{LINES}])"
NOTHING = '''
class Nothing(anywidget.AnyWidget):
    _esm = """
    export default { render({ model, el }) {
      const range = `<input type="range" min="0" max="1" step="0.01" value="0">`;
      el.innerHTML = `<label>cues${range}</label><output class="bare">0</output>`;
      const slider = el.querySelector("input");
      slider.setAttribute("data-lm-suppress-shortcuts", "true");
      slider.addEventListener("keydown", (event) => event.stopPropagation());
      slider.addEventListener("input", () => { el.querySelector("output").textContent = slider.value; });
    } };
    """
Nothing()
'''
# The same four lines of 1,000 points each, computed and drawn by the kernel.
DRAW = f"""
def draw(cues):
    run = sa.simulate(sa.models.ecosystem, cues=cues).interp(time=numpy.linspace(0, 104, 1000))
    weeks = run.time.values.tolist()
    rows = [{{"week": t, "level": v, "of": n}} for n in {LINES} for t, v in zip(weeks, run[n].values.tolist())]
    return altair.Chart({{"values": rows}}).mark_line().encode(
        altair.X("week:Q"), altair.Y("level:Q").scale(domain=[0, 1]), altair.Color("of:N")
    ).properties(usermeta={{"embedOptions": {{"renderer": "svg"}}}})
"""
INTERACT = "_ = ipywidgets.interact(draw, cues=(0.0, 1.0, 0.01))"
JUPYTER_CHART = """
altair.JupyterChart.enable_offline()
chart, slider = altair.JupyterChart(draw(0), embed_options={"renderer": "svg"}), ipywidgets.FloatSlider(max=1, step=0.01)
slider.observe(lambda change: setattr(chart, "chart", draw(change["new"])), "value")
ipywidgets.VBox([slider, chart])
"""
# Where the picture and its slider are found, within one output.
SVG = ("svg path[d]", '[role=slider], input[type="range"]')
WAYS = {
    "nothing drawn": (NOTHING, (".bare", SVG[1])),
    "explorer": (EXPLORER, ("svg path[data-line$=now]", ".sa-control input")),
    "interact, Altair": (INTERACT, SVG),
    "JupyterChart": (JUPYTER_CHART, SVG),
}
# Resolves with the milliseconds, or with null when nothing is painted within `patience`.
WATCH = """
([where, picture, patience]) => {
  const text = (el) => el.getAttribute("d") ?? el.textContent;
  const drawn = () => [...document.querySelectorAll(`${where} :is(${picture})`)].map(text).join();
  const before = drawn();
  window.painted = new Promise((resolve) => {
    addEventListener("keydown", (event) => {
      const afterFrame = new MessageChannel();
      afterFrame.port1.onmessage = () => {
        const now = drawn();
        const passed = performance.now() - event.timeStamp;
        if (now && now !== before) resolve(passed);
        else if (passed > patience) resolve(null);
        else requestAnimationFrame(() => afterFrame.port2.postMessage(null));
      };
      requestAnimationFrame(() => afterFrame.port2.postMessage(null));
    }, { capture: true, once: true });
  });
}
"""


def key_to_paint(page, where, found):
    """The times of several keys, in ms."""
    picture, slider = found
    page.wait_for_selector(f"{where} :is({picture})", state="attached", timeout=60_000)
    page.locator(f"{where} :is({slider})").first.focus()
    page.wait_for_timeout(1500)
    times = []
    for _ in range(KEYS + 2):
        page.evaluate(WATCH, [where, picture, PATIENCE])
        page.keyboard.press("ArrowRight")
        times.append(page.evaluate("window.painted"))
        assert times[-1] is not None, f"nothing was painted within {PATIENCE} ms of a key: {where}"
        page.wait_for_timeout(120)
    # The first two find cold code.
    return times[2:]


def report(capsys, title, measured):
    base = median(measured["explorer"])
    with capsys.disabled():
        print(f"\n{title}: key to painted, median of {KEYS}, 4 lines of the ecosystem")
        for name, times in measured.items():
            low, high = min(times), max(times)
            print(f"  {name:<18}{median(times):8.1f} ms  ({low:.1f} to {high:.1f}){median(times) / base:8.1f} of the explorer")


def test_every_change_is_painted_in_a_page(page_of, capsys):
    names = ["nothing drawn", "explorer"]
    seen = page_of(START, *(WAYS[name][0] for name in names))
    measured = {name: key_to_paint(seen.page, f".output:has({WAYS[name][1][0]})", WAYS[name][1]) for name in names}
    report(capsys, "A page", measured)
    seen.clean()


def test_every_change_is_painted_in_lab(lab, capsys):
    seen = lab(START, DRAW, *(cell for cell, _ in WAYS.values()))
    measured = {}
    for number, (name, (_, found)) in enumerate(WAYS.items(), 2):
        seen.show(number)
        measured[name] = key_to_paint(seen.page, f'.jp-Cell[data-windowed-list-index="{number}"] .jp-OutputArea', found)
    report(capsys, "JupyterLab", measured)
    assert not seen.errors, seen.errors[:3]
