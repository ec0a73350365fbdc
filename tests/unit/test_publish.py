"""Pages: what a notebook becomes, as far as it can be seen without a browser."""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from socioaffective import theme
from socioaffective.publish import page, publish
from socioaffective.publish.charts import both
from socioaffective.publish.widgets import STATE, VIEW

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def prose(*texts):
    return v4.new_notebook(cells=[v4.new_markdown_cell(text) for text in texts])


def showing(*model_ids, state):
    """A notebook whose cells show the models of a saved state."""
    views = [v4.new_output("display_data", {VIEW: {"model_id": key}, "text/plain": f"Explorer({key})"}) for key in model_ids]
    cells = [v4.new_code_cell("show()", outputs=[view], execution_count=k + 1) for k, view in enumerate(views)]
    return v4.new_notebook(cells=cells, metadata={"widgets": {STATE: {"state": state}}})


def entry(name="AnyModel", module="anywidget", **state):
    return {"model_name": name, "model_module": module, "model_module_version": "0.11.0", "state": state}


def kept(text):
    """The saved state inside a page."""
    return json.loads(re.search(rf'<script type="{re.escape(STATE)}">(.*?)</script>', text)[1])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_every_notebook_becomes_one_small_page_that_asks_for_nothing(path):
    text = page(path)
    assert len(text.encode()) < 5_000_000
    assert '<html lang="en-GB">' in text and "default-src 'none'" in text
    assert not re.findall(r'<(?:script|link|img|iframe)[^>]*\b(?:src|href)="(?!data:)', text)
    assert text.count("<h1") == 1
    cells = nbformat.read(path, 4).cells
    charts = sum(theme.VEGALITE in o.get("data", {}) for c in cells for o in c.get("outputs", []))
    labels = re.findall(r'<svg role="img" aria-label="([^"]+)"', text)
    assert len(labels) == charts
    assert charts or all(c.cell_type == "markdown" for c in cells)
    assert all(len(label) > 40 and not re.search(r"\[[0-9a-f]{12}\]", label) for label in labels)
    # No formula is left as it was typed.
    assert not re.search(
        r"\$\$|\\frac|\\dot|\\left|\\displaystyle", re.sub(r'<div class="code">.*?</div>', "", text, flags=re.S)
    )


def test_a_page_is_named_after_its_notebook_and_lies_where_it_is_asked(tmp_path):
    nbformat.write(prose("# Needs and *floors*"), tmp_path / "02_needs.ipynb")
    (written,) = publish([tmp_path / "02_needs.ipynb"], tmp_path / "pages")
    assert written == tmp_path / "pages" / "02_needs.html"
    assert "<title>Needs and floors</title>" in written.read_text(encoding="utf-8")


def test_a_link_to_a_heading_leads_there():
    text = page(prose("# Words\n\n### rest point\n\n### felt_relatedness", "## *A* < B & $x$\n\n### rest point\n\n# main"))
    assert '<h3 id="rest-point">rest point' in text and '<h3 id="felt_relatedness">' in text
    assert 'id="A-&lt;-B-&amp;-x"' in text
    assert text.count('id="rest-point"') == text.count('id="main"') == 1


def test_a_comment_in_code_names_no_page():
    assert "<title>Needs</title>" in page(prose("```python\n# not this\n```\n\n# Needs"))


def test_no_page_is_written_over_another(tmp_path):
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        nbformat.write(prose(f"# {folder}"), tmp_path / folder / "same.ipynb")
    with pytest.raises(ValueError, match=r"both become same\.html"):
        publish(sorted(tmp_path.glob("*/same.ipynb")), tmp_path / "pages")
    with pytest.raises(TypeError, match="notebooks must be a list"):
        publish(str(tmp_path / "one" / "same.ipynb"), tmp_path / "pages")
    assert not (tmp_path / "pages").exists()


def test_what_is_no_notebook_is_said_to_be_none(tmp_path):
    path = tmp_path / "odd.ipynb"
    for text in ("{}", '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code"}]}'):
        path.write_text(text)
        with pytest.raises(ValueError, match=r"odd\.ipynb is no notebook: "):
            page(path)


def test_a_picture_that_is_not_attached_is_named():
    with pytest.raises(ValueError, match=r"missing attachment: dot\.png"):
        page(prose("![a dot](attachment:dot.png)"))


def test_words_with_formulas_among_them_are_shown():
    latex = v4.new_output("display_data", {"text/latex": "Since $x$ falls, $y$ rises."})
    text = page(v4.new_notebook(cells=[v4.new_code_cell("show()", outputs=[latex])]))
    assert "Since <math><mi>x</mi></math> falls" in text


def test_links_lead_to_pages_and_others_stay():
    text = page(prose("[a](03_wanting.ipynb) [b](02_needs.ipynb#floors) [c](https://x.org/y.ipynb) [d](../d/e.ipynb)"))
    assert re.findall(r'<a href="([^#][^"]*)"', text) == [
        "03_wanting.html",
        "02_needs.html#floors",
        "https://x.org/y.ipynb",
        "../d/e.ipynb",
    ]


def test_formulas_are_mathml_and_one_that_cannot_be_shown_is_named():
    text = page(prose("Let $a < b$.\n\n$$\\begin{aligned}\\dot x &= \\frac{1}{2}x \\\\ y &= 3\\end{aligned}$$"))
    assert text.count("<math") == 2 and "<mo>&lt;</mo>" in text and text.count("<mtr>") == 2
    with pytest.raises(ValueError, match=r"notes.ipynb has a formula that a page cannot show, '\\\\fra\{1\}'"):
        page(prose(r"$\fra{1}$"), name="notes.ipynb")


def test_the_script_of_a_page_is_whole():
    host = (ROOT / "socioaffective" / "web" / "host.js").read_text(encoding="utf-8")
    assert host in page(prose("# A")) and "</script" not in host


def test_tables_scroll_by_themselves_and_have_no_empty_headings():
    text = page(prose("|  | b |\n|---|---|\n| 1 | 2 |"))
    assert re.search(r'<div class="table"><table>.*?<td></td>.*?</table></div>', text, flags=re.DOTALL)
    assert "<th></th>" not in text


def test_what_is_folded_stays_folded():
    text = page(prose("<details>\n<summary>open</summary>\n\n| a |\n|---|\n| 1 |\n\n</details>"))
    assert re.search(r"<details>.*<table>.*</table>.*</details>", text, flags=re.S)


def test_pictures_beside_the_notebook_come_into_the_page_and_others_are_refused(tmp_path):
    (tmp_path / "dot.png").write_bytes(DOT)
    nbformat.write(prose("![a dot](dot.png)"), tmp_path / "a.ipynb")
    assert '<img src="data:image/png;base64,' in page(tmp_path / "a.ipynb")
    with pytest.raises(ValueError, match=r"'https://x\.org/dot\.png'\. Keep it beside the notebook"):
        page(prose("![a dot](https://x.org/dot.png)"))
    with pytest.raises(ValueError, match=r"'missing\.png'"):
        page(prose('<p>\n<img alt="" src="missing.png">\n</p>'))


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_theme_is_kept_whatever_the_system_asks_for(name):
    asked, free = page(prose("# A"), theme=name), page(prose("# A"))
    assert f"color-scheme: {name};" in asked and f'<html lang="en-GB" data-theme="{name}">' in asked
    assert "color-scheme: light dark;" in free and '<html lang="en-GB">' in free
    with pytest.raises(ValueError, match=r"'drak'.*dark"):
        page(prose("# A"), theme="drak")


def test_every_colour_of_the_workbook_has_its_partner():
    for light, dark in [
        *theme.COLOURS.values(),
        *((theme.SCHEMES["light"][k], theme.SCHEMES["dark"][k]) for k in ("low", "high", "ink")),
    ]:
        assert both(light) == both(dark) == (light, dark)
    assert both("#ABCDEF") is None
    # A tint between the ends, as the phase planes mix it.
    assert theme.tint(0.5) == both(theme.tint(0.5))[0]


def test_only_what_is_shown_and_what_it_refers_to_comes_along():
    state = {
        "a1": entry(runtime="anywidget:b2", layout="IPY_MODEL_e5"),
        "b2": entry(_esm="export default {};"),
        "c3": entry(),
        "d4": entry("LinkModel", "@jupyter-widgets/controls", source=["IPY_MODEL_c3", "x"], target=["IPY_MODEL_a1", "x"]),
        "e5": entry("LayoutModel", "@jupyter-widgets/base"),
        "f6": entry(runtime="anywidget:b2"),
        "g7": entry("LinkModel", "@jupyter-widgets/controls", source=["IPY_MODEL_f6", "x"], target=["IPY_MODEL_f6", "y"]),
    }
    assert list(kept(page(showing("a1", state=state)))) == ["a1", "b2", "c3", "d4", "e5"]


def test_an_explorer_of_an_old_notebook_runs_todays_code():
    from socioaffective.explorer.widget import Runtime, runtime

    name = runtime().get_state()["_anywidget_id"]
    state = {"a1": entry(runtime="anywidget:b2", _esm="old"), "b2": entry(_esm="old", _anywidget_id=name)}
    shown = kept(page(showing("a1", state=state)))
    assert shown["a1"]["state"]["_esm"] == "old" and shown["b2"]["state"]["_esm"] == str(Runtime._esm)


def test_no_saved_text_ends_the_script_early():
    text = page(showing("a1", state={"a1": entry(label="</script><script>alert(1)</script>")}))
    assert kept(text)["a1"]["state"]["label"] == "</script><script>alert(1)</script>"
    assert text.count("</script>") == 2


def test_a_control_that_needs_a_kernel_says_so_and_brings_no_state():
    text = page(showing("a1", state={"a1": entry("FloatSliderModel", "@jupyter-widgets/controls")}))
    assert "need a running notebook" in text and "Explorer(a1)" in text
    assert f'<script type="{STATE}">' not in text


def test_widgets_that_were_not_saved_are_refused_with_the_way_out():
    with pytest.raises(ValueError, match=r"--execute --inplace notebooks/a.ipynb"):
        page(showing("a1", state={}), name="notebooks/a.ipynb")


def test_the_command_writes_pages_and_says_what_is_in_the_way(tmp_path):
    nbformat.write(prose("# A"), tmp_path / "a.ipynb")
    command = [sys.executable, "-m", "socioaffective.publish", "--to", str(tmp_path / "pages")]
    done = subprocess.run([*command, str(tmp_path / "a.ipynb"), "--theme", "dark"], capture_output=True, text=True)
    assert done.returncode == 0 and "a.html (0.0 MB)" in done.stdout
    gone = subprocess.run([*command, str(tmp_path / "b.ipynb")], capture_output=True, text=True)
    assert gone.returncode == 1 and "b.ipynb" in gone.stderr and "Traceback" not in gone.stderr
