"""Extension: what Sphinx is taught about this book: formulas that browsers draw by themselves, its styles and its script."""

from __future__ import annotations

from typing import Any

from docutils import nodes

from socioaffective.publish.cells import formula, without_empty_heads


def setup(app: Any) -> dict[str, Any]:
    """Registers the parts with Sphinx, which calls this."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.add_css_file("cells.css")
    app.add_css_file("book.css")
    app.add_js_file("host.js", loading_method="defer")
    app.connect("html-page-context", _mended)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(writer: Any, node: Any) -> None:
    writer.body.append(formula(node.astext(), writer.builder.current_docname))
    raise nodes.SkipNode


def _block(writer: Any, node: Any) -> None:
    writer.body.append(f'<div class="math">{formula(node.astext(), writer.builder.current_docname, block=True)}</div>')
    raise nodes.SkipNode


def _mended(app: Any, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    if "body" in context:
        context["body"] = without_empty_heads(context["body"])
