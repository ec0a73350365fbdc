"""The author's commands: `python -m socioaffective.book --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def pages(args: argparse.Namespace) -> None:
    """Writes the glossary, the bibliography, how lines under Sources begin, and links to them, again."""
    from socioaffective.book import bibliography, glossary

    folder = args.root / "notebooks"
    written = [*bibliography.write(folder), *glossary.write(folder)]
    print("\n".join(dict.fromkeys(map(str, written))) or "Everything is up to date.")


def build(args: argparse.Namespace) -> None:
    """Builds the web edition in build/book/html, to open from the disk or to put on any host of static files."""
    from socioaffective.book.build import build

    print(build(args.root, args.root / "build" / "book"))


COMMANDS = {"pages": pages, "build": build}


def main(given: Sequence[str] | None = None) -> int:
    """Returns 0 when all was done, 1 when something was in the way, which it says."""
    parser = argparse.ArgumentParser(prog="python -m socioaffective.book", description="Makes what is made of the book.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, command in COMMANDS.items():
        one = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        one.add_argument("--root", type=Path, default=Path(), help="a copy of the repository (this folder)")
    args = parser.parse_args(given)
    try:
        COMMANDS[args.command](args)
    except (ValueError, OSError, RuntimeError, ImportError) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
