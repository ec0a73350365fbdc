"""Bundles: what the page runs is what its sources say."""

import subprocess

import driver
import pytest


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with the bundles as they come out of the sources now."""
    npm = driver.program("npm")
    if not (driver.WEB / "node_modules").exists():
        driver.lacking("socioaffective/web/node_modules (npm ci there)")
    folder = tmp_path_factory.mktemp("bundles")
    subprocess.run([npm, "run", "--silent", "build", "--", f"--outdir={folder}"], cwd=driver.WEB, check=True)
    return folder


@pytest.mark.parametrize("name", ["runtime.js", "host.js"])
def test_a_bundle_is_fresh(built, name):
    stale = f"{name} is not what its sources give: run npm ci and npm run build in socioaffective/web"
    assert (built / name).read_bytes() == (driver.WEB / name).read_bytes(), stale


def test_a_bundle_asks_for_nothing_by_itself(built):
    for path in built.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not any(word in text for word in ("fetch(", "XMLHttpRequest", "WebSocket", "sendBeacon", "</script")), path.name
