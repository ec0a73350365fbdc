"""The class's page: every policy of a class on the plane of engagement and well-being, without names."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from socioaffective.checks import mapped, number
from socioaffective.exercises import standings
from socioaffective.exercises.answers import attempt
from socioaffective.exercises.challenge import FULL
from socioaffective.exercises.questions import Reply
from socioaffective.exercises.variants import same_student

# Points of the front that are drawn, and lines of the table.
ALONG, LISTED = 60, 10
INTRO = """# The class on the front

Each point is one policy: the engagement and the well-being of the chapter's person, on average over two years. The line is \
the front: no policy is above it. A policy's distance is the well-being that its engagement could have \
had, beyond what it had. Point at a policy to see its label; only the one who wrote it has been told whose it is.
"""


def anonymous(student: str, secret: str) -> str:
    """Returns the label under which a student's policy is shown: from the id and a word that only the instructor knows.

    Tell each student their own. Who does not know the word cannot find out whose a label is, even with a list of the class.
    Raises ValueError for an empty word.

    >>> from socioaffective.exercises.class_page import anonymous
    >>> anonymous("ada7", "a word") == anonymous(" Ada7", "a word") != anonymous("ada7", "another")
    True
    """
    if not isinstance(secret, str) or not secret.strip():
        raise ValueError("secret is empty: without a word that only you know, labels would tell who is who.")
    digest = hmac.new(secret.encode(), same_student(student).encode(), hashlib.sha256).digest()
    return b32encode(digest)[:5].decode()


def points(policies: Mapping[str, Any], secret: str) -> xr.Dataset:
    """Returns where the policies of a class stand: along `label` engagement, well-being and distance, along `along` the front.

    Inputs: `policies`, a mapping from student to a policy or to a pair (engagement, well-being); `secret`, a word that only you
    know, from which each student's label is made (`anonymous`). No student's id is in what is returned.
    Raises ValueError for an empty class, a policy that cannot be run, and two students with one label.

    >>> import socioaffective as sa
    >>> from socioaffective.exercises import class_page
    >>> of = {"ada7": sa.policies.fixed(cues=0.5, steering=0, accommodation=0), "bob": (0.75, 0.4)}
    >>> class_page.points(of, "a word")["distance"].values.round(2).tolist()
    [0.01, 0.11]
    """
    of = mapped(policies, "policies", "{'ada7': (0.75, 0.48)}")
    if not of:
        raise ValueError("The class is empty: give at least one policy.")
    where = {anonymous(student, secret): _standing(student, given) for student, given in of.items()}
    if len(where) < len(of):
        raise ValueError("Two students have got one label: choose another secret, and look for an id that is there twice.")
    labels = sorted(where)
    level, well = np.array([where[label] for label in labels]).T
    table = {
        "engagement": ("label", level, {"long_name": "engagement"}),
        "wellbeing": ("label", well, {"long_name": "well-being"}),
        "distance": ("label", [standings.distance(*pair) for pair in zip(level, well, strict=True)]),
    }
    ends = standings.front().table["engagement"].values
    # Closest where the front is steep.
    along = ends[1] - (ends[1] - ends[-1]) * np.linspace(1, 0, ALONG) ** 2
    table["front_engagement"] = ("along", along)
    table["front_wellbeing"] = ("along", [standings.best_wellbeing(e) for e in along])
    return xr.Dataset(table, {"label": labels})


def _standing(student: str, given: Any) -> tuple[float, float]:
    """Returns the engagement and the well-being of a student's policy, run where they are not known."""
    if not isinstance(given, (tuple, list, np.ndarray)):
        try:
            return attempt("this policy", standings.standing, given)
        except Reply as reply:
            raise ValueError(f"Leave '{student}' out of the class: {reply}") from None
    if len(given) != 2:
        raise ValueError(f"'{student}' needs a pair (engagement, well-being), not {len(given)} numbers.")
    level, well = (
        number(v, f"The {w} of '{student}'", (0, 1)) for v, w in zip(given, ("engagement", "well-being"), strict=True)
    )
    return level, well


def write(found: xr.Dataset, to: str | Path = "class.html", theme: str | None = None) -> Path:
    """Returns the page written: the figure `sa.figures.class_on_front` and the nearest ten, in one file that asks for nothing.

    Inputs: `found`, made by `points`; `to`, the file; `theme`, "light", "dark", or None for what the reader's system asks for.

    >>> import tempfile
    >>> from socioaffective.exercises import class_page
    >>> found = class_page.points({"ada7": (0.75, 0.49), "bob": (0.8, 0.4)}, "a word")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text = class_page.write(found, f"{folder}/class.html").read_text(encoding="utf-8")
    >>> "The class on the front" in text and "ada7" not in text
    True
    """
    from nbformat import v4

    from socioaffective.figures import class_on_front
    from socioaffective.publish import page
    from socioaffective.theme import VEGALITE, config, describe, strict

    # Whether or not sa.setup was called, the page is in the workbook's colours.
    spec = strict(class_on_front(found, width=640, height=420).to_dict() | {"config": config()})
    chart = v4.new_output("display_data", {VEGALITE: spec, "text/plain": describe(spec)})
    cells = [v4.new_markdown_cell(INTRO), v4.new_code_cell(outputs=[chart]), v4.new_markdown_cell(_table(found))]
    path = Path(to)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(v4.new_notebook(cells=cells), theme), encoding="utf-8")
    return path


def _table(found: xr.Dataset) -> str:
    """Returns how far the policies stand from the front, and the nearest of them, as Markdown."""
    far = found["distance"].values
    full, count = int((far <= FULL).sum()), len(far)
    said = f"{full or 'None'} of {count} {'stands' if full < 2 else 'stand'} within {FULL:g} of the front, "
    said += f"half of all within {np.median(far):.3f}, the farthest {far.max():.3f} away."
    near = found.sortby(["distance", "label"]).isel(label=slice(None, LISTED))
    columns = [near[name].values for name in ("label", "engagement", "wellbeing", "distance")]
    rows = [f"| {label} | {e:.3f} | {w:.3f} | {d:.4f} |" for label, e, w, d in zip(*columns, strict=True)]
    head = ["| label | engagement | well-being | distance |", "|---|---|---|---|"]
    return "\n".join(["## The nearest", "", said, "", *head, *rows])
