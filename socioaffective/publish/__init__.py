"""Publish: a notebook as one page that opens from a disk, without a kernel and without a network, its explorers alive."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from socioaffective.checks import listed, unknown
from socioaffective.theme import SCHEMES

WEB = Path(__file__).parents[1] / "web"
HERE = Path(__file__).parent
# The browser itself sees to it that a page asks for nothing: neither a picture, a script, a style nor data.
NOTHING_FROM_OUTSIDE = (
    "default-src 'none'; img-src data: blob:; font-src data:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:; base-uri 'none'; form-action 'none'"
)
PAGE = """<!DOCTYPE html>
<html lang="en-GB"{theme}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the text</a>
<main id="main" tabindex="-1">
{body}
</main>
{widgets}<script type="module">
{script}</script>
</body>
</html>
"""


def page(notebook: str | Path | Any, theme: str | None = None, name: str | None = None) -> str:
    """Returns a notebook as the text of one HTML page that needs no kernel and asks for nothing.

    Inputs: `notebook`, a path, or a notebook that `nbformat` has read; `theme`, "light", "dark", or None for what the
    reader's system asks for; `name`, what errors call the notebook. Raises ValueError for an unknown theme, for a
    notebook whose widgets were not saved, for a picture that is elsewhere and for a formula that cannot be shown.

    >>> import nbformat.v4 as v4
    >>> from socioaffective.publish import page
    >>> text = page(v4.new_notebook(cells=[v4.new_markdown_cell("# Needs")]))
    >>> "<title>Needs</title>" in text
    True
    """
    import nbformat

    from socioaffective.publish.cells import Writer
    from socioaffective.publish.charts import recoloured
    from socioaffective.publish.widgets import Saved

    if theme is not None and theme not in SCHEMES:
        raise unknown("theme", theme, SCHEMES)
    folder = Path()
    if isinstance(notebook, (str, Path)):
        folder, name = Path(notebook).parent, name or str(notebook)
        try:
            notebook = nbformat.read(notebook, as_version=4)
        except nbformat.ValidationError as trouble:
            raise ValueError(f"{name} is no notebook: {trouble.message}") from None
    name = name or "the notebook"
    saved = Saved(notebook, name)
    body = Writer(saved, folder, name).body(notebook)
    style = "".join((HERE / name).read_text(encoding="utf-8") for name in ("cells.css", "page.css")) + recoloured(body)
    return PAGE.format(
        theme=f' data-theme="{theme}"' if theme else "",
        policy=NOTHING_FROM_OUTSIDE,
        title=html.escape(title(notebook, name)),
        style=style.replace("color-scheme: light dark", f"color-scheme: {theme}") if theme else style,
        body=body,
        widgets=saved.script(),
        script=(WEB / "host.js").read_text(encoding="utf-8"),
    )


def title(notebook: Any, otherwise: str) -> str:
    """Returns the first heading of a notebook, or a name for one without."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    # A comment in a block of code looks like a heading.
    prose = re.sub(r"^(```|~~~).*?(^\1|\Z)", "", text, flags=re.MULTILINE | re.DOTALL)
    found = re.search(r"^#\s+(.+?)\s*$", prose, flags=re.MULTILINE)
    return re.sub(r"[*_`$]", "", found[1]) if found else Path(otherwise).stem


def anchor(heading: str) -> str:
    """Returns what stands after # in a link to a heading, in a page as in JupyterLab.

    MyST writes the same where a heading is in lower case and has letters, hyphens, underscores and spaces alone.

    >>> from socioaffective.publish import anchor
    >>> anchor("rest point"), anchor("felt_relatedness")
    ('rest-point', 'felt_relatedness')
    """
    return heading.replace(" ", "-")


def publish(notebooks: Iterable[str | Path], to: str | Path = "build/pages", theme: str | None = None) -> list[Path]:
    """Returns the pages written, one for each notebook: `NN_name.ipynb` becomes `NN_name.html` in the folder `to`.

    Inputs: `notebooks`, paths of notebooks that have been run; `to`, a folder, made when it is missing; `theme` as in
    `page`, which says what can go wrong. Raises ValueError for two notebooks that would become one page.
    """
    paths = [Path(path) for path in listed(notebooks, "notebooks", "['notebooks/00_tour.ipynb']")]
    for k, path in enumerate(paths):
        if path.stem in (stems := [other.stem for other in paths[:k]]):
            raise ValueError(
                f"{paths[stems.index(path.stem)]} and {path} would both become {path.stem}.html: publish one to another folder."
            )
    texts = {path.stem: page(path, theme) for path in paths}
    folder = Path(to)
    folder.mkdir(parents=True, exist_ok=True)
    for stem, text in texts.items():
        (folder / f"{stem}.html").write_text(text, encoding="utf-8")
    return [folder / f"{stem}.html" for stem in texts]
