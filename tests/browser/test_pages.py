"""Pages in a browser: widgets alive without a kernel, nothing asked of the network, readable for everybody."""

from pathlib import Path
from urllib.parse import unquote

import pytest
from nbformat import v4

from socioaffective.publish import page

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))

# Two widgets of the shape of ours: they share a runtime, hold numbers and raw bytes, and can be linked.
WIDGETS = '''
import anywidget, numpy, ipywidgets, traitlets

class Runtime(anywidget.AnyWidget):
    _esm = """
    let times = 0;
    export default { initialize() { times += 1; return { line: (model, el) => {
      const sum = new Float64Array(model.get("bytes").buffer).reduce((a, b) => a + b, 0);
      el.innerHTML = `<label>level<input type="range" min="0" max="10"></label><output></output>`;
      const slider = el.querySelector("input");
      const draw = () => {
        slider.value = model.get("value");
        el.querySelector("output").textContent = `value ${model.get("value")} sum ${sum} started ${times}`;
      };
      slider.addEventListener("input", () => { model.set("value", Number(slider.value)); model.save_changes(); });
      model.on("change:value", draw);
      draw();
    } }; } };
    """

class Line(anywidget.AnyWidget):
    _esm = """
    export default { async render({ model, el, host }) {
      const { exports } = await host.getWidget(model.get("runtime"));
      exports.line(model, el);
    } };
    """
    _css = "output { font-weight: bold; }"
    runtime = anywidget.WidgetTrait().tag(sync=True)
    value = traitlets.Int(3).tag(sync=True)
    bytes = traitlets.Bytes().tag(sync=True)

shared = Runtime()
line = lambda value: Line(runtime=shared, value=value, bytes=numpy.arange(value + 1.0).tobytes())
'''
BROKEN = """
class Broken(anywidget.AnyWidget):
    _esm = "export default { render() { throw new Error('no such state'); } };"
Broken()
"""


def outputs(visit):
    return visit.page.locator("output").all_inner_texts()


def press(visit, number, key="ArrowRight"):
    visit.page.locator("input[type=range]").nth(number).focus()
    visit.page.keyboard.press(key)


def test_widgets_are_alive_in_a_page_and_share_one_runtime(page_of):
    seen = page_of(WIDGETS, "line(3)", "line(4)")
    assert outputs(seen) == ["value 3 sum 6 started 1", "value 4 sum 10 started 1"]
    press(seen, 1)
    assert outputs(seen) == ["value 3 sum 6 started 1", "value 5 sum 10 started 1"]
    assert seen.page.locator("output").first.evaluate("el => getComputedStyle(el).fontWeight") == "700"
    seen.clean()


def test_the_same_widgets_draw_the_same_in_lab(lab):
    seen = lab(WIDGETS, "line(3)")
    seen.show(1).page.wait_for_selector("output")
    assert outputs(seen) == ["value 3 sum 6 started 1"]
    seen.clean()


def test_one_widget_shown_twice_keeps_its_views_together(page_of):
    seen = page_of(WIDGETS, "one = line(3)\none", "one")
    press(seen, 0)
    assert outputs(seen) == ["value 4 sum 6 started 1"] * 2


@pytest.mark.parametrize(("link", "back"), [("jslink", 6), ("jsdlink", 5)])
def test_links_hold_without_a_kernel(page_of, link, back):
    seen = page_of(
        WIDGETS,
        f"a, b, c = line(3), line(4), line(1)\n_ = ipywidgets.{link}((a, 'value'), (c, 'value'))\n"
        f"_ = ipywidgets.{link}((c, 'value'), (b, 'value'))\na",
        "b",
    )
    # The two that are shown are linked through one that is not.
    assert [text[:7] for text in outputs(seen)] == ["value 3", "value 3"]
    press(seen, 0)
    press(seen, 0)
    assert [text[:7] for text in outputs(seen)] == ["value 5", "value 5"]
    press(seen, 1)
    assert [text[:7] for text in outputs(seen)] == [f"value {back}", "value 6"]
    seen.clean()


def test_boxes_lay_out_what_is_in_them_and_say_what_needs_a_kernel(page_of):
    seen = page_of(
        WIDGETS,
        "wide = ipywidgets.Layout(width='1000px')\n"
        "row = ipywidgets.HBox([line(3), line(4)])\n"
        "ipywidgets.VBox([ipywidgets.HTML('<b>both</b>'), row, ipywidgets.FloatSlider(description='warmth')], layout=wide)",
    )
    first, second = (seen.page.locator("output").nth(k).bounding_box() for k in (0, 1))
    assert abs(first["y"] - second["y"]) < 40 and second["x"] > first["x"]
    box = seen.page.locator(".widget")
    assert box.bounding_box()["width"] == 1000
    assert box.locator("b").inner_text() == "both"
    assert "The control “warmth” needs a running notebook." in box.inner_text()
    seen.clean()


def test_a_widget_that_fails_says_so_in_its_place_and_leaves_the_others_alone(page_of):
    seen = page_of(WIDGETS, BROKEN, "line(3)")
    assert "This part of the page failed: no such state" in seen.page.locator("[role=alert]").inner_text()
    assert outputs(seen) == ["value 3 sum 6 started 1"]
    assert len(seen.errors) == 1 and not seen.asked


def test_the_browser_lets_nothing_out_of_a_page(visit, tmp_path):
    """An image, a script, a fetch and a style that a cell might have smuggled in."""
    smuggled = (
        '<img src="https://example.org/a.png" alt=""><script src="https://example.org/a.js"></script>'
        '<link rel="stylesheet" href="https://example.org/a.css"><script>fetch("https://example.org/data")</script>'
    )
    output = v4.new_output("display_data", {"text/html": smuggled})
    path = tmp_path / "page.html"
    path.write_text(page(v4.new_notebook(cells=[v4.new_code_cell("1", outputs=[output])])), encoding="utf-8")
    seen = visit(path)
    assert {seen.refused[address] for address in seen.asked} == {"csp"}
    for kind in ("a.png", "a.js", "a.css", "data"):
        assert any("Content Security Policy" in error and f"example.org/{kind}" in error for error in seen.errors), kind


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for path in NOTEBOOKS:
        (folder / f"{path.stem}.html").write_text(page(path), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_every_notebook_is_a_page_that_everybody_can_read(visit, pages, name):
    seen = visit(pages / f"{name}.html", color_scheme="light")
    seen.page.evaluate("document.querySelectorAll('details').forEach(el => { el.open = true; })")
    seen.page.wait_for_timeout(100)
    # What the other pages are made of is looked at in the web edition too.
    if name in ("00_tour", "06_whose_preferences", "glossary"):
        assert seen.complaints() == []
        # The rest of what axe looks at is the same in both colours.
        seen.page.emulate_media(color_scheme="dark")
        assert seen.complaints(runOnly=["color-contrast"]) == []
    # Nothing sticks out of a small screen, and no link leads nowhere.
    seen.page.set_viewport_size({"width": 360, "height": 700})
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360
    here = seen.page.eval_on_selector_all(
        "a[href]", "links => links.map(a => a.href).filter(h => h.startsWith('file:') && h.includes('pages'))"
    )
    for target, _, place in (unquote(link.removeprefix("file://")).partition("#") for link in here):
        assert Path(target).exists(), target
        assert not place or f'id="{place}"' in Path(target).read_text(encoding="utf-8"), place
    seen.clean()


def test_the_notation_card_prints_on_one_sheet(visit, pages):
    seen = visit(pages / "glossary.html")
    seen.page.emulate_media(media="print")
    # A4 with margins of 15 mm, in pixels of 1/96 inch.
    width, height = (round((side - 30) / 25.4 * 96) for side in (210, 297))
    seen.page.set_viewport_size({"width": width, "height": height})
    assert 400 < seen.page.evaluate("document.querySelector('.table').getBoundingClientRect().bottom") < height


def test_a_word_of_a_chapter_leads_to_its_entry(visit, pages):
    seen = visit(pages / "00_tour.html")
    seen.page.click("a[href='glossary.html#felt_relatedness']")
    seen.page.wait_for_url("**/glossary.html#felt_relatedness")
    top = seen.page.evaluate("document.getElementById('felt_relatedness').getBoundingClientRect().top")
    # A page scrolls by whole pixels.
    assert -1 < top < seen.page.viewport_size["height"] / 2
