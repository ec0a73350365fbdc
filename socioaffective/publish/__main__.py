"""Writes notebooks as pages: python -m socioaffective.publish notebooks/00_tour.ipynb [...] [--to FOLDER] [--theme dark]"""

import argparse
import sys

from socioaffective.publish import publish
from socioaffective.theme import SCHEMES


def main() -> int:
    """Returns 0 when every page was written, 1 when something was in the way, which it says."""
    parser = argparse.ArgumentParser(prog="python -m socioaffective.publish", description=sys.modules[__name__].__doc__)
    parser.add_argument("notebooks", nargs="+", help="notebooks that have been run")
    parser.add_argument("--to", default="build/pages", help="the folder to write to (build/pages)")
    parser.add_argument("--theme", choices=list(SCHEMES), help="light or dark; without it, what the reader's system asks for")
    given = parser.parse_args()
    try:
        pages = publish(given.notebooks, given.to, given.theme)
    except (ValueError, OSError, ModuleNotFoundError) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    for path in pages:
        print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
