"""What the tests in a browser stand on; without a browser they are skipped, unless SOCIOAFFECTIVE_REQUIRE_BROWSER is 1."""

from importlib.util import find_spec

import driver
import pytest

from socioaffective.publish import page


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        driver.lacking("playwright")
    found = driver.program(*driver.BROWSERS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=driver.FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser):
    """Opens a page of the disk, offline; every page is closed at the end of the test."""
    opened = []

    def go(path, **options):
        opened.append(driver.Visit(browser, offline=True, **options))
        return opened[-1].open(path)

    yield go
    for one in opened:
        one.context.close()


@pytest.fixture
def page_of(visit, tmp_path):
    """Runs cells of code as a notebook, publishes it and opens the page from the disk, offline."""

    def go(*sources, theme=None, **options):
        path = tmp_path / "page.html"
        path.write_text(page(driver.run(driver.notebook_of(*sources)), theme), encoding="utf-8")
        return visit(path, **options)

    return go


@pytest.fixture
def alive(visit, tmp_path):
    """Opens a page that shows widgets of this process; what they hold is what the page begins with."""

    def go(*widgets, theme=None, **options):
        path = tmp_path / "page.html"
        path.write_text(page(driver.showing(*widgets), theme), encoding="utf-8")
        return visit(path, **options)

    return go


@pytest.fixture(scope="session")
def lab_server(browser, tmp_path_factory):
    """One JupyterLab for all tests."""
    if find_spec("jupyterlab") is None:
        driver.lacking("jupyterlab")
    server = driver.Lab(tmp_path_factory.mktemp("lab"))
    yield server
    server.stop()


@pytest.fixture
def lab(lab_server, browser, request):
    """Opens cells of code as a notebook in JupyterLab, and runs them."""
    opened = []

    def go(*sources, **options):
        name = f"{request.node.name.replace('/', '_')}_{len(opened)}"
        opened.append(lab_server.open(browser, name, driver.notebook_of(*sources), **options))
        return opened[-1].run()

    yield go
    for one in opened:
        one.context.close()
