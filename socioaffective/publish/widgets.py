"""Widgets of a page: of the state that a notebook has saved, what is shown and what that refers to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from socioaffective.explorer.refresh import STATE, present

VIEW = "application/vnd.jupyter.widget-view+json"
LINKS = ("LinkModel", "DirectionalLinkModel")
REFERENCE = re.compile(r"(?:IPY_MODEL_|anywidget:)(\w+)$")


class Saved:
    """The saved widgets of a notebook; `.shown` are the identifiers of those that a page shows alive."""

    def __init__(self, notebook: Any, name: str) -> None:
        self.state: dict[str, Any] = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
        self.name = name
        self.shown: list[str] = []

    def show(self, model_id: str) -> bool:
        """Returns whether a page can show this widget alive, which it can when there is an anywidget in it."""
        if model_id not in self.state:
            raise ValueError(
                f"{self.name} shows a widget whose state was not saved with it. Run it again and save it: "
                f"jupyter nbconvert --to notebook --execute --inplace {self.name}"
            )
        alive = any(self.state[key]["model_module"] == "anywidget" for key in self._reached([model_id]))
        if alive:
            self.shown.append(model_id)
        return alive

    def _reached(self, begin: list[str]) -> list[str]:
        """Returns the identifiers of these models and of all that they refer to."""
        found, waiting = dict.fromkeys(begin), list(begin)
        while waiting:
            for key in references(self.state[waiting.pop()]["state"]):
                if key in self.state and key not in found:
                    found[key] = None
                    waiting.append(key)
        return list(found)

    def needed(self) -> dict[str, Any]:
        """Returns the part of the state that the page needs: what is shown, and what is linked to it."""
        links = {k: list(references(e["state"])) for k, e in self.state.items() if e["model_name"] in LINKS}
        kept = self._reached(self.shown)
        # What is linked to something shown is needed too, and that may be linked to more.
        while more := [k for k, ends in links.items() if k not in kept and set(ends) & set(kept)]:
            kept = self._reached(kept + more)
        return {key: renewed(entry) for key, entry in self.state.items() if key in kept}

    def script(self) -> str:
        """Returns the saved state that the page needs, if any, in the form in which the page's own script reads it."""
        if not self.shown:
            return ""
        # Inside a script, only "<" could end it too early.
        text = json.dumps(self.needed(), separators=(",", ":")).replace("<", "\\u003c")
        return f'<script type="{STATE}">{text}</script>\n'


def renewed(entry: dict[str, Any]) -> dict[str, Any]:
    """Returns a saved model; explorers run on the code of this version, however old the notebook is."""
    code = present(entry["state"])
    return entry if code is None else {**entry, "state": {**entry["state"], "_esm": code}}


def references(value: Any) -> Iterator[str]:
    """Yields the identifiers of the models that a value refers to.

    >>> from socioaffective.publish.widgets import references
    >>> list(references({"children": ["IPY_MODEL_a1", "IPY_MODEL_b2"], "runtime": "anywidget:c3", "label": "IPY"}))
    ['a1', 'b2', 'c3']
    """
    if isinstance(value, str):
        if found := REFERENCE.match(value):
            yield found[1]
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from references(part)
