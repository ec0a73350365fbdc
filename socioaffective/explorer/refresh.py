"""Refresh: gives notebooks that were run before the runtime of the explorers as it is now.

`python -m socioaffective.explorer.refresh notebooks/*.ipynb`, after the bundle was built anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from socioaffective.explorer.widget import LOADER, RUNTIME, Runtime

STATE = "application/vnd.jupyter.widget-state+json"
NAME = f"{Runtime.__module__}.{Runtime.__qualname__}"


def present(state: dict[str, Any]) -> str | None:
    """Returns the code that a saved widget of this package should carry, or None for any other."""
    name = str(state.get("_anywidget_id", ""))
    if not name.startswith("socioaffective."):
        return None
    return RUNTIME.read_text(encoding="utf-8") if name == NAME else LOADER


def stale(notebook: Any) -> Iterator[dict[str, Any]]:
    """Yields the saved widgets of this package that carry other code than the present one."""
    for entry in notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {}).values():
        if present(entry["state"]) not in (None, entry["state"].get("_esm")):
            yield entry["state"]


def refreshed(notebook: Any) -> bool:
    """Returns whether anything had to be brought up to date, which it then is."""
    found = list(stale(notebook))
    for state in found:
        state["_esm"] = present(state)
    return bool(found)


if __name__ == "__main__":
    import nbformat

    for path in map(Path, sys.argv[1:]):
        read = nbformat.read(path, as_version=4)
        if refreshed(read):
            nbformat.write(read, path)
            print(path)
