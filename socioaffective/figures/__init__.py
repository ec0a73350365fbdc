"""Figures: results in, Altair charts out. Each says in its description what it shows."""

from socioaffective.figures.course import path, time_course
from socioaffective.figures.diagram import equilibrium_diagram
from socioaffective.figures.phase import (
    basin_layer,
    field_layer,
    nullcline_layer,
    path_layer,
    phase_line,
    phase_plane,
    rest_layer,
)

__all__ = [
    "basin_layer",
    "equilibrium_diagram",
    "field_layer",
    "nullcline_layer",
    "path",
    "path_layer",
    "phase_line",
    "phase_plane",
    "rest_layer",
    "time_course",
]
