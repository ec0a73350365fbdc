"""Prints the numbers of the worlds that their sources leave out or that were computed for this workbook."""

from socioaffective import worlds

for world in worlds:
    print(world.page.title, world.page.marks)
    for line in world.report():
        print(f"  {line}")
