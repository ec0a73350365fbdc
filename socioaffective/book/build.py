"""Build: the web edition, from the repository to a folder that any static host can serve, or a reader open from the disk."""

from __future__ import annotations

from pathlib import Path

from socioaffective.book.stage import stage
from socioaffective.checks import needed


def build(root: str | Path = ".", to: str | Path = "build/book") -> Path:
    """Returns the first page of the web edition, built below the folder `to` from the repository at `root`.

    Raises ValueError where `root` is no such repository, and RuntimeError when Sphinx has something to complain about: a link
    that leads nowhere is such a thing.
    """
    root, to = Path(root).resolve(), Path(to).resolve()
    if not (root / "notebooks" / "conf.py").is_file():
        raise ValueError(f"{root} has no notebooks/conf.py: build the book in a copy of the repository.")
    main = needed("sphinx.cmd.build", "web").main
    stage(root, to / "source")
    if main(["-q", "-W", "--keep-going", "-n", "-j", "2", "-b", "html", str(to / "source"), str(to / "html")]):
        raise RuntimeError("Sphinx complained; what about stands above.")
    return to / "html" / "index.html"
