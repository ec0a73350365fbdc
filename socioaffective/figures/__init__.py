"""Figures: results in, Altair charts out. Each says in its description what it shows."""

from socioaffective.figures.classes import class_on_front
from socioaffective.figures.course import path, time_course
from socioaffective.figures.crowds import crowd, fan, shares
from socioaffective.figures.curves import curves
from socioaffective.figures.diagram import equilibrium_diagram
from socioaffective.figures.folds import fold_map
from socioaffective.figures.influence import discount_bars, fits, influence_table, judged
from socioaffective.figures.linear import linear_portrait, trace_determinant
from socioaffective.figures.maps import cobweb, phase_line
from socioaffective.figures.needs import authorship, need_plane
from socioaffective.figures.outcomes import outcome, profiles
from socioaffective.figures.patience import now_and_later, patience_map
from socioaffective.figures.phase import (
    basin_layer,
    field_layer,
    nullcline_layer,
    path_layer,
    phase_plane,
    rest_layer,
    separatrix_layer,
)
from socioaffective.figures.plans import controls, objective_grid, pareto_front, shadow_prices
from socioaffective.figures.sensitivity import sensitivity
from socioaffective.figures.trials import beside, power_curves, profile_likelihoods, trial_arms
from socioaffective.figures.watch import measures, operating_curves, warning_signs

__all__ = [
    "authorship",
    "basin_layer",
    "beside",
    "class_on_front",
    "cobweb",
    "controls",
    "crowd",
    "curves",
    "discount_bars",
    "equilibrium_diagram",
    "fan",
    "field_layer",
    "fits",
    "fold_map",
    "influence_table",
    "judged",
    "linear_portrait",
    "measures",
    "need_plane",
    "now_and_later",
    "nullcline_layer",
    "objective_grid",
    "operating_curves",
    "outcome",
    "pareto_front",
    "path",
    "path_layer",
    "patience_map",
    "phase_line",
    "phase_plane",
    "power_curves",
    "profile_likelihoods",
    "profiles",
    "rest_layer",
    "sensitivity",
    "separatrix_layer",
    "shadow_prices",
    "shares",
    "time_course",
    "trace_determinant",
    "trial_arms",
    "warning_signs",
]
