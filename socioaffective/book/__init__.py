"""Book: what serves all chapters at once, and the web edition of them all.

`glossary` (with the sentences of `terms`) and `bibliography` (from `notebooks/references.bib`, read by `references`) are pages
made from the models and the chapters, and link the chapters to them; `notebooks` reads and writes both. `stage` lays out what
Sphinx reads, with the pages of `catalogue` on every public name, model and claim; `extension` is what Sphinx is taught; `build`
runs it. The author's commands are `python -m socioaffective.book pages` and `python -m socioaffective.book build`.
"""
