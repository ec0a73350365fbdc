"""The web edition, from the disk and offline: every page, its figures and explorers, search, both themes, print."""

import re
import warnings
from pathlib import Path

import pytest

from socioaffective.book.build import build
from socioaffective.book.catalogue import public
from socioaffective.models import CATALOGUE

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted(path.stem for path in ROOT.glob("notebooks/*.ipynb"))
# What is ours on a page; the rest is the theme's.
OURS = [".output", ".cell_input", "article section p", "article section ul", "article table"]
FIRST_PICTURE = """
const look = () => {
  const seen = [...document.querySelectorAll("figure.chart svg, .widget svg")].some((el) => el.getBoundingClientRect().height);
  if (seen) window.firstPicture = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    """The folder of the pages; Sphinx refuses a link that leads nowhere."""
    with warnings.catch_warnings():
        # What Sphinx says to the authors of its extensions.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        return build(ROOT, tmp_path_factory.mktemp("book")).parent


def pages_of(book):
    return [path for path in sorted(book.rglob("*.html")) if "_static" not in path.parts]


@pytest.fixture
def read(visit, book):
    """Opens a page of the book."""
    return lambda page, **options: visit(book / f"{page}.html", **options)


def test_there_is_a_page_for_every_chapter_set_name_and_model(book):
    pages = [f"notebooks/{name}" for name in CHAPTERS]
    pages += [str(path.relative_to(ROOT).with_suffix("")) for path in ROOT.glob("exercises/*/student.ipynb")]
    pages += [f"reference/names/{name}" for name, _ in public()] + [f"reference/models/{name}" for name in CATALOGUE]
    assert not [page for page in pages if not (book / f"{page}.html").exists()]


def test_no_page_is_large_and_none_refers_to_anything_elsewhere(book):
    for path in pages_of(book):
        text = path.read_text(encoding="utf-8")
        assert len(text) < 5_000_000, path
        assert not re.findall(r"<(?:script|img|iframe|source)[^>]*\bsrc=\"(?:https?:)?//[^>]*>", text), path
        assert not re.findall(r"<link[^>]*\bhref=\"(?:https?:)?//[^>]*>", text), path


def test_no_page_fails_or_asks_for_anything(book, visit):
    seen = visit(book / "index.html")
    for path in pages_of(book):
        seen.open(path)
    seen.clean()


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_can_be_read_by_everybody(read, name):
    seen = read(f"notebooks/{name}")
    seen.page.evaluate("document.querySelectorAll('details').forEach(el => { el.open = true; })")
    assert seen.complaints(within=OURS) == []
    pictures = seen.page.locator("figure.chart svg")
    assert all(len(text or "") > 60 for text in pictures.evaluate_all("all => all.map(el => el.getAttribute('aria-label'))"))
    seen.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert seen.complaints(within=OURS, runOnly=["color-contrast"]) == []


def test_an_explorer_is_alive(read):
    seen = read("notebooks/07_companionship")
    explorer = seen.page.locator(".sa-root").filter(has=seen.page.locator(".sa-view")).first
    line = explorer.locator("path[data-line$=now]").first
    before = line.get_attribute("d")
    explorer.locator("input[type=range]").first.focus()
    seen.page.keyboard.press("PageUp")
    seen.page.wait_for_function("([el, d]) => el.getAttribute('d') !== d", arg=[line.element_handle(), before])
    seen.clean()


def test_the_theme_of_the_page_is_that_of_its_figures(read):
    seen = read("notebooks/00_tour", color_scheme="light")
    ink = "document.querySelector('figure.chart text') && getComputedStyle(document.querySelector('figure.chart text')).fill"
    explorer = "document.querySelector('.sa-root').dataset.theme"
    light = seen.page.evaluate(ink)
    assert seen.page.evaluate(explorer) == "light"
    seen.page.locator("button.theme-switch-button").first.click()
    seen.page.locator("button.theme-change-button[data-mode=dark]").first.click()
    assert seen.page.evaluate(explorer) == "dark" and seen.page.evaluate(ink) != light


def test_search_finds_a_word_without_a_server(visit, book):
    seen = visit(book / "index.html")
    seen.page.goto((book / "search.html").as_uri() + "?q=hysteresis")
    seen.page.wait_for_selector("#search-results li a")
    assert any("07_companionship" in (a.get_attribute("href") or "") for a in seen.page.locator("#search-results li a").all())
    seen.clean()


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_prints(read, name):
    seen = read(f"notebooks/{name}")
    printed = seen.page.pdf()
    assert printed.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", printed)) >= 2


def test_the_first_picture_is_soon_there(book, browser):
    context = browser.new_context(offline=True)
    context.add_init_script(FIRST_PICTURE)
    page = context.new_page()
    for name in ("00_tour", "07_companionship", "09_populations"):
        page.goto((book / "notebooks" / f"{name}.html").as_uri())
        page.wait_for_function("window.firstPicture")
        assert page.evaluate("window.firstPicture") < 2_000, name
    context.close()
