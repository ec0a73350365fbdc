"""How Sphinx makes the web edition: run it with python -m socioaffective.book build."""

import socioaffective

project = "Socioaffective alignment"
author = project_copyright = "The socioaffective developers"
version = release = socioaffective.__version__
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "socioaffective.book.extension"]
nb_execution_mode = "off"
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 4
default_role = "code"
autodoc_typehints = "none"
add_module_names = False

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_context = {"default_mode": "auto"}
html_math_renderer = "mathml"
html_copy_source = False
# A page on a disk may not fetch the others to quote them.
html_show_search_summary = False
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "navbar_persistent": [],
    "logo": {"text": project},
}
