"""Compiles a module that was written from a model: `python -m socioaffective.machine FILE`."""

import sys
from pathlib import Path

from socioaffective.machine.build import compile_file

compile_file(Path(sys.argv[1]))
