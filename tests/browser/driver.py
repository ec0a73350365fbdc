"""Driver: a browser that opens pages and notebooks and remembers what went wrong and what was asked of the network."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import nbformat
import pytest
from nbformat import v4

from socioaffective import publish

WEB = Path(publish.__file__).parents[1] / "web"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCAL = ("file", "data", "blob", "about")
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def lacking(what):
    """Skips the test because something is not on this machine, or fails it where everything has to be."""
    if os.environ.get("SOCIOAFFECTIVE_REQUIRE_BROWSER") == "1":
        pytest.fail(f"SOCIOAFFECTIVE_REQUIRE_BROWSER=1, but there is no {what}")
    pytest.skip(f"there is no {what} on this machine")


def program(*names):
    """The first of these programs that this machine has; without any, the test is skipped."""
    return next(filter(None, map(shutil.which, names)), None) or lacking(names[0])


def axe():
    """The source of axe-core, the checker of accessibility."""
    path = WEB / "node_modules" / "axe-core" / "axe.min.js"
    return path.read_text(encoding="utf-8") if path.exists() else lacking("axe-core (npm ci in socioaffective/web)")


def notebook_of(*sources):
    """A notebook of these cells of code, not run."""
    return v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources], metadata=KERNEL)


def run(notebook):
    """The same notebook, run, with its outputs and the state of its widgets."""
    from nbclient import NotebookClient

    client = NotebookClient(notebook, timeout=120, kernel_name="python3")
    # The browser's own loop is alive in this thread.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(client.execute).result()
    return notebook


def showing(*widgets):
    """A notebook that shows these widgets, their state saved with it, as if a kernel had made them."""
    from ipywidgets import Widget

    from socioaffective.publish.widgets import STATE, VIEW

    made = {one.model_id: one for widget in widgets for one in (widget, widget.layout, widget.runtime, widget.runtime.layout)}
    state = Widget.get_manager_state(widgets=made.values())
    cells = [v4.new_markdown_cell("# A page")]
    for widget in widgets:
        shown = v4.new_output("display_data", {VIEW: {"model_id": widget.model_id, "version_major": 2, "version_minor": 0}})
        cells.append(v4.new_code_cell("view", outputs=[shown]))
    return v4.new_notebook(cells=cells, metadata=KERNEL | {"widgets": {STATE: state}})


class Visit:
    """One page in the browser; `.errors`, `.asked` and `.refused` collect what a reader would not see."""

    def __init__(self, browser, offline=False, own=None, **options):
        self.context = browser.new_context(offline=offline, **options)
        self.page = self.context.new_page()
        self.errors, self.asked, self.refused = [], [], {}
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("requestfailed", lambda request: self.refused.update({request.url: request.failure}))
        self.page.on("request", lambda request: self._note(request.url, own))

    def _note(self, address, own):
        parts = urlsplit(address)
        if parts.scheme not in LOCAL and parts.netloc != own:
            self.asked.append(address)

    def open(self, path):
        """Opens a page from the disk and waits until its widgets are drawn."""
        self.page.goto(Path(path).as_uri())
        self.page.wait_for_selector("html[data-page=ready]", timeout=20_000)
        return self

    def complaints(self, within=None, **options):
        """What axe-core has to say against the page as it is now, or against what these selectors find in it."""
        self.page.evaluate(axe())
        # A page on a disk may not fetch its own styles.
        given = [within, options | {"preload": False}]
        found = self.page.evaluate("([within, options]) => axe.run(within ?? document, options)", given)
        return [
            f"{v['id']}: {v['help']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
            for v in found["violations"]
            for node in v["nodes"]
        ]

    def clean(self):
        """Asserts that nothing went wrong and nothing was asked of the network."""
        assert not self.errors, self.errors[:3]
        assert not self.asked, self.asked[:3]


class Lab:
    """A JupyterLab server of its own, with nothing in it but what the tests write."""

    def __init__(self, folder):
        self.notebooks = folder / "notebooks"
        settings = folder / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
        for path in (self.notebooks, settings):
            path.mkdir(parents=True)
        quiet = {"fetchNews": "false", "checkForUpdates": False}
        (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.own = f"127.0.0.1:{free.getsockname()[1]}"
        options = [
            "--no-browser",
            "--allow-root",
            "--ip=127.0.0.1",
            f"--port={self.own.split(':')[1]}",
            "--ServerApp.port_retries=0",
            "--IdentityProvider.token=",
            "--ServerApp.password=",
            "--LabApp.expose_app_in_browser=True",
            f"--ServerApp.root_dir={self.notebooks}",
        ]
        env = os.environ | {"JUPYTER_CONFIG_DIR": str(folder / "config"), "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}
        self.log = (folder / "lab.log").open("w")
        self.server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options], env=env, stdout=self.log, stderr=self.log
        )
        until(self._answers, 60, f"JupyterLab to start, see {self.log.name}")

    def _answers(self):
        assert self.server.poll() is None, Path(self.log.name).read_text()[-2000:]
        try:
            return urlopen(f"http://{self.own}/api").status == 200
        except OSError:
            return False

    def stop(self):
        self.server.terminate()
        self.server.wait(20)
        self.log.close()

    def open(self, browser, name, notebook, **options):
        """Opens a notebook, not run, once its kernel is idle."""
        nbformat.write(notebook, self.notebooks / f"{name}.ipynb")
        visit = LabVisit(browser, own=self.own, viewport={"width": 1300, "height": 1000}, **options)
        visit.page.goto(f"http://{self.own}/lab/tree/{name}.ipynb?reset")
        until(lambda: visit.status() == "idle", 90, "the kernel to be idle")
        return visit


class LabVisit(Visit):
    """One notebook in JupyterLab."""

    NOTEBOOK = "window.jupyterapp.shell.currentWidget"

    def status(self):
        return self.page.evaluate("window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status")

    def waiting(self):
        """How many cells of code have not been run to their end."""
        return self.page.evaluate(
            f"{self.NOTEBOOK}.content.widgets.filter(c => c.model.type === 'code' && !c.model.executionCount).length"
        )

    def run(self):
        """Runs all cells to their end."""
        self.page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        until(lambda: self.status() == "idle" and not self.waiting(), 180, "all cells to be run")
        return self

    def show(self, number):
        """Scrolls a cell into view, where Lab draws it."""
        content = f"{self.NOTEBOOK}.content"
        self.page.evaluate(f"{content}.activeCellIndex = {number}; {content}.scrollToItem({number}, 'start')")
        return self


def until(done, seconds, what):
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.2)
