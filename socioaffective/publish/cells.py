"""Cells of a page: prose with its formulas, code, and what the code showed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from socioaffective.publish import anchor
from socioaffective.publish.charts import alternative, described, figure
from socioaffective.publish.widgets import VIEW, Saved
from socioaffective.theme import VEGALITE

try:
    from math_core import LatexError, LatexToMathML
    from nbconvert.filters import Highlight2HTML, ansi2html
    from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        f"Pages are made with {missing.name}, which is not installed. Install the workbook's own packages: "
        "pip install 'socioaffective[workbook]'",
        name=missing.name,
    ) from missing

FORMULA = re.compile(r"^\s*(\$\$?)(.+?)\1\s*$", flags=re.DOTALL)
PICTURES = ("image/png", "image/jpeg")
_highlight = Highlight2HTML(pygments_lexer="ipython3")
_formulas = LatexToMathML(fancy_error=False)


class Prose(IPythonRenderer):
    """Markdown as it is in a notebook, with formulas as MathML, links to the other pages and pictures in the page."""

    def __init__(self, folder: Path, name: str, attachments: dict[str, Any], taken: set[str]) -> None:
        super().__init__(escape=False, exclude_anchor_links=True, path=str(folder), attachments=attachments)
        self.name, self.taken = name, taken

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        # As in JupyterLab, a link leads to the first of several headings with one text.
        if (key := anchor(html.unescape(re.sub(r"<[^>]+>", "", text)))) not in self.taken:
            self.taken.add(key)
            attributes["id"] = key
        return super().heading(text, level, **attributes)

    def inline_math(self, body: str) -> str:
        return formula(body, self.name)

    def block_math(self, body: str) -> str:
        return formula(body, self.name, block=True)

    def latex_environment(self, name: str, body: str) -> str:
        return formula(rf"\begin{{{name}}}{body}\end{{{name}}}", self.name, block=True)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, published(url), title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        # The renderer's own way of embedding would close every open tag of the HTML around.
        return super().image(text, self._src_to_base64(url) or url, title)


def published(url: str) -> str:
    """Returns where a link of a notebook leads to in its page: to the page of a notebook beside it.

    >>> from socioaffective.publish.cells import published
    >>> published("02_needs.ipynb#floors"), published("https://example.org/a.ipynb")
    ('02_needs.html#floors', 'https://example.org/a.ipynb')
    """
    parts = urlsplit(url)
    if parts.scheme or parts.netloc or "/" in parts.path or not parts.path.endswith(".ipynb"):
        return url
    return parts._replace(path=parts.path.removesuffix(".ipynb") + ".html").geturl()


def formula(text: str, name: str, block: bool = False) -> str:
    """Returns a formula in LaTeX as MathML, which browsers draw and read out by themselves."""
    try:
        return _formulas.convert_with_local_state(text.strip(), displaystyle=block)
    except LatexError as trouble:
        raise ValueError(f"{name} has a formula that a page cannot show, {text.strip()!r}: {trouble}") from None


def tables(text: str) -> str:
    """Returns HTML whose tables can be scrolled by themselves, and whose empty corners do not pose as headings."""
    return re.sub(r"(<table\b.*?</table>)", r'<div class="table">\1</div>', without_empty_heads(text), flags=re.DOTALL)


def without_empty_heads(text: str) -> str:
    """Returns HTML in which the empty corner of a table does not pose as a heading.

    >>> from socioaffective.publish.cells import without_empty_heads
    >>> without_empty_heads('<tr><th class="head"><p></p></th><th>kind</th></tr>')
    '<tr><td></td><th>kind</th></tr>'
    """
    return re.sub(r"<th\b[^>]*>\s*(?:<p>\s*</p>\s*)?</th>", "<td></td>", text)


class Writer:
    """Writes the cells of one notebook as HTML."""

    def __init__(self, saved: Saved, folder: Path, name: str) -> None:
        self.saved, self.folder, self.name = saved, folder, name
        self.figures = 0
        self.taken = {"main"}
        # The first kind that an output has is the one that is shown.
        self.kinds: dict[str, Callable[[Any], str]] = {
            VIEW: self._widget,
            VEGALITE: self._chart,
            "text/html": lambda data: tables(data["text/html"]),
            "text/markdown": lambda data: self.prose(data["text/markdown"]),
            "image/svg+xml": lambda data: described(data["image/svg+xml"]),
            "text/latex": lambda data: self._latex(data["text/latex"]),
            **dict.fromkeys(PICTURES, self._picture),
            "text/plain": lambda data: self._text(data["text/plain"]),
        }

    def body(self, notebook: Any) -> str:
        """Returns all cells, one after the other."""
        return "\n".join(filter(None, map(self.cell, notebook.cells)))

    def cell(self, cell: Any) -> str:
        """Returns one cell: prose, or code and what it showed."""
        if cell.cell_type == "markdown":
            return f'<div class="prose">\n{self.prose(cell.source, cell.get("attachments", {}))}</div>'
        if cell.cell_type != "code":
            return ""
        code = f'<div class="code">{_highlight(cell.source)}</div>' if cell.source.strip() else ""
        return code + "".join(f'\n<div class="output">{self.output(output)}</div>' for output in cell.outputs)

    def prose(self, source: str, attachments: dict[str, Any] | None = None) -> str:
        """Returns Markdown as HTML."""
        try:
            made = MarkdownWithMath(renderer=Prose(self.folder, self.name, attachments or {}, self.taken)).render(source)
        except InvalidNotebook as trouble:
            raise ValueError(f"{self.name} cannot be shown: {trouble}.") from None
        if elsewhere := re.search(r'<img[^>]*\bsrc="(?!data:)([^"]*)"', made):
            raise ValueError(
                f"{self.name} shows a picture that a page cannot hold, {elsewhere[1]!r}. "
                "Keep it beside the notebook and write ![what it shows](its name)."
            )
        return tables(made)

    def output(self, output: Any) -> str:
        """Returns what a cell printed, showed or failed with."""
        if output.output_type == "stream":
            return self._text(output.text)
        if output.output_type == "error":
            return self._text("\n".join(output.traceback))
        kind = next((kind for kind in self.kinds if kind in output.data), None)
        return self.kinds[kind](output.data) if kind else ""

    def _text(self, text: str) -> str:
        return f"<pre>{ansi2html(text)}</pre>"

    def _latex(self, text: str) -> str:
        found = FORMULA.match(text)
        if found and "$" not in found[2]:
            return formula(found[2], self.name, block=True)
        # Words with formulas among them are shown as prose with formulas is.
        return self.prose(text) if "$" in text else formula(text, self.name, block=True)

    def _chart(self, data: Any) -> str:
        self.figures += 1
        return figure(data[VEGALITE], alternative(data.get("text/plain", "")), self.figures)

    def _picture(self, data: Any) -> str:
        kind = next(kind for kind in PICTURES if kind in data)
        text = html.escape(alternative(data.get("text/plain", "")))
        return described(f'<img alt="{text}" src="data:{kind};base64,{"".join(data[kind].split())}">')

    def _widget(self, data: Any) -> str:
        key, text = data[VIEW]["model_id"], self._text(data.get("text/plain", ""))
        if self.saved.show(key):
            return f'<div class="widget" data-model="{key}">{text}</div>'
        return f'<p role="note">The controls of this part need a running notebook.</p>{text}'
