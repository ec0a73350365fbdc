"""Explorers in JupyterLab: keys that stay inside, traits that arrive, and views that keep in step."""

from driver import until
from explorers import STOPS, Explored

PREPARED = "import socioaffective as sa, ipywidgets"
VIEW = (
    "view = sa.explore({'binding': sa.models.companion, 'bridging': sa.models.companion.replace(cues=0.1)}, ['cues', 'ties'], "
    "views=[sa.views.course('ties', 'wanting'), sa.views.diagram('cues')])\nview"
)
CELLS = "window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.sharedModel.getSource())"


def python(seen, expression):
    """The value of an expression in the notebook's kernel, as its text."""
    return seen.page.evaluate(
        """async expression => {
          const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
          const future = kernel.requestExecute({ code: "", user_expressions: { x: expression }, silent: true });
          const reply = (await future.done).content.user_expressions.x;
          return reply.status === "ok" ? reply.data["text/plain"] : reply.evalue;
        }""",
        expression,
    )


def say(seen, code):
    """Runs code in the notebook's kernel, as a cell would."""
    status = seen.page.evaluate(
        "async code => (await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
        ".requestExecute({ code }).done).content.status",
        code,
    )
    assert status == "ok", code


def opened(lab, *cells):
    seen = lab(PREPARED, *cells)
    seen.page.wait_for_selector(".sa-root path[data-line$=' now'][d]", timeout=20_000)
    return seen


def test_no_key_reaches_the_notebook_and_tab_leaves(lab):
    seen = opened(lab, VIEW, "after = 1")
    seen.show(1)
    page = seen.page
    one = Explored(seen).settle()
    before, active = page.evaluate(CELLS), page.evaluate(f"{seen.NOTEBOOK}.content.activeCellIndex")
    stops = one.root.locator(f":is({STOPS}):visible")
    kinds = set()
    for k in range(stops.count()):
        stop = stops.nth(k)
        kinds.add(stop.evaluate("el => el.type ?? el.tagName"))
        stop.focus()
        for key in ("d", "d", "b", "a", "x", "z", "m", "ArrowDown", "ArrowUp", "j", "k", "0", "0"):
            page.keyboard.press(key)
        assert stop.evaluate("el => document.activeElement === el"), stop.evaluate("el => el.outerHTML")
    assert {"range", "select-one", "button", "circle"} <= kinds
    one.settle()
    assert page.evaluate(CELLS) == before
    assert page.evaluate(f"{seen.NOTEBOOK}.content.activeCellIndex") == active
    stops.last.focus()
    page.keyboard.press("Tab")
    assert not page.evaluate("Boolean(document.activeElement.closest('.sa-root'))")

    # Where no explorer has the focus, the same keys do delete a cell.
    seen.show(2)
    page.evaluate(f"{seen.NOTEBOOK}.content.mode = 'command'; {seen.NOTEBOOK}.content.activate()")
    page.keyboard.press("d")
    page.keyboard.press("d")
    until(lambda: page.evaluate(CELLS) == before[:2], 5, "the cell to go")
    seen.clean()


def test_traits_arrive_in_python_and_come_back(lab):
    seen = opened(lab, VIEW, "told = []\nview.observe(lambda change: told.append(change.new), 'cues')")
    seen.show(1)
    one = Explored(seen).settle()
    one.press(one.slider("cues"), "PageUp")
    until(lambda: float(python(seen, "view.cues")) > 0, 5, "the slider's value to arrive")
    assert float(python(seen, "view.cues")) == float(one.slider("cues").input_value())
    assert python(seen, "view.code")[1:-1].replace("\\'", "'") == one.code

    # Twenty moves at once are told in far fewer messages, the last of which is where the control stands.
    say(seen, "told.clear()")
    one.slider("cues").evaluate(
        "async el => { for (let k = 1; k <= 20; k += 1) { el.value = 0.2 + k / 100; "
        "el.dispatchEvent(new Event('input', { bubbles: true })); await new Promise(requestAnimationFrame); } }"
    )
    until(lambda: python(seen, "view.cues") == "0.4", 5, "the last value to arrive")
    assert 1 <= int(python(seen, "len(told)")) <= 12

    say(seen, "view.cues = 0.75")
    until(lambda: one.slider("cues").input_value() == "0.75", 5, "the slider to follow Python")
    assert one.settle().code.endswith("cues=0.75)")
    seen.clean()


def test_a_guess_arrives_in_python_point_by_point(lab):
    seen = opened(lab, "view = sa.explore(sa.models.mirror, ['influence'], views=[sa.views.course()])\nview")
    seen.show(1)
    one = Explored(seen).settle()
    one.button("Guess first").click()
    one.settle()
    handle = one.handle("Your guess of preference")
    for last, key in ((0.14, "ArrowUp"), (0.54, "PageUp"), (0.5, "ArrowDown")):
        one.press(handle, key)
        until(lambda last=last: _last(seen) == round(last, 2), 5, f"a guess that ends at {last}")
    assert python(seen, "view.guess['compared'], view.guess['name'], len(view.guess['values'])") == "(False, 'preference', 9)"
    one.button("Compare").click()
    until(lambda: python(seen, "view.guess['compared']") == "True", 5, "the comparison to arrive")
    said = one.root.get_by_text("Your guess ends at 0.50").inner_text()
    assert said == python(seen, "view.guess['verdict']")[1:-1]
    one.button("Forget the guess").click()
    until(lambda: python(seen, "view.guess is None") == "True", 5, "the guess to go")
    seen.clean()


def _last(seen):
    text = python(seen, "round(view.guess['values'][-1], 2) if view.guess else None")
    return None if text == "None" else float(text)


def test_two_views_and_a_linked_slider_keep_in_step_and_outlive_each_other(lab):
    linked = (
        "slider = ipywidgets.FloatSlider(max=1, step=0.01)\n_ = ipywidgets.jslink((view, 'cues'), (slider, 'value'))\nslider"
    )
    seen = opened(lab, VIEW, "view", linked)
    seen.show(1)
    page = seen.page
    until(lambda: page.locator(".sa-root").count() == 2, 10, "both views")
    first, second = Explored(seen, 0), Explored(seen, 1)
    first.settle()
    model = "[...window.jupyterapp.shell.currentWidget.content.node.querySelectorAll('.widget-readout')]"
    first.press(first.slider("cues"), "PageUp")
    moved = first.slider("cues").input_value()
    assert float(moved) > 0
    until(lambda: second.slider("cues").input_value() == moved, 5, "the second view to follow")
    until(
        lambda: page.evaluate(f"{model}.map(el => Number(el.textContent))") == [float(moved)], 5, "the linked slider to follow"
    )
    assert second.settle().code == first.code
    readout = page.locator(".widget-readout")
    readout.fill("0.33")
    page.keyboard.press("Enter")
    until(lambda: first.slider("cues").input_value() == "0.33" == second.slider("cues").input_value(), 5, "both to follow it")

    # Where the output of one is cleared, the other lives on.
    page.evaluate(f"{seen.NOTEBOOK}.content.widgets[1].model.clearExecution()")
    until(lambda: page.locator(".sa-root").count() == 1, 5, "one view to go")
    rest = Explored(seen, 0)
    rest.press(rest.slider("cues"), "End")
    until(lambda: python(seen, "view.cues") == "1.0", 5, "the other's value to arrive")
    assert rest.drawn()["lines"]["ties now"]
    seen.clean()
