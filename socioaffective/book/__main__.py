"""Makes the web edition of the book: python -m socioaffective.book build [--to FOLDER]"""

import argparse
import sys

from socioaffective.book.build import build


def main() -> int:
    """Returns 0 when the book was built, 1 when something was in the way, which it says."""
    parser = argparse.ArgumentParser(prog="python -m socioaffective.book", description=sys.modules[__name__].__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    building = commands.add_parser("build", help="build the web edition")
    building.add_argument("--to", default="build/book", help="the folder to write to (build/book)")
    given = parser.parse_args()
    try:
        print(build(to=given.to))
    except (ValueError, OSError, RuntimeError, ImportError) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
