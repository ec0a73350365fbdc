"""Book: the workbook as one web edition, with a page for every public name, model and claim.

`stage` lays out what Sphinx reads, `reference` writes the pages that come from the package itself, `extension` is what Sphinx
is taught about our figures, explorers and formulas; `python -m socioaffective.book` builds it all into `build/book`.
"""
