"""Prints the numbers of the worlds that their sources leave out or that were computed for this workbook."""

from importlib import import_module

from socioaffective.worlds import NAMES

for name in NAMES:
    world = import_module(f"socioaffective.worlds.{name}")
    print(world.page.title, world.page.marks)
    for line in world.report():
        print(f"  {line}")
