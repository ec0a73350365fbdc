"""Fold curves and cusps against closed forms."""

import numpy as np
import pytest
from forms import form, h, r, x, y

import socioaffective as sa

m = sa.models.companion


def test_the_cusp_has_its_textbook_shape():
    curve = sa.fold_curve(form(h + r * x - x**3), "h", "r")
    (points,), (cusp,) = curve.curves, curve.cusps
    assert 4 * points["r"] ** 3 == pytest.approx(27 * points["h"] ** 2, abs=1e-8)
    assert list(cusp.values.values()) == pytest.approx([0, 0], abs=1e-8) and cusp.state["x"] == pytest.approx(0, abs=1e-8)
    assert np.ptp(points["h"]) > 1.5 and curve.to_xarray().sizes["point"] == len(points["h"])
    # A cusp that lies neither at the origin nor along an axis.
    moved = sa.fold_curve(form((h - 0.3) + (r - 0.2) * (x - 0.4) - (x - 0.4) ** 3), "h", "r").cusps
    assert list(moved[0].values.values()) == pytest.approx([0.3, 0.2], abs=1e-8)


def test_fold_curves_of_the_companion_pass_through_folds_found_one_by_one():
    curve = sa.fold_curve(m, "cues", "binding")
    for level in (4.0, 7.0):
        for fold in sa.continuation(m, "cues", (0, 1), binding=level).folds:
            gaps = []
            for points in curve.curves:
                side = points["binding"] - level
                for k in np.flatnonzero(side[:-1] * side[1:] < 0):
                    share = side[k] / (side[k] - side[k + 1])
                    gaps.append(abs(points["cues"][k] + share * (points["cues"][k + 1] - points["cues"][k]) - fold.value))
            # Between two points of the curve a chord stands in for it.
            assert min(gaps) < 1e-4


def test_cusps_are_found_whichever_settings_turn_and_not_where_two_folds_merely_meet():
    wide = sa.parameter("wide", 1.0, (-200, 200))
    (cusp,) = sa.fold_curve(form(h + wide * x - x**3), "h", "wide").cusps
    assert list(cusp.values.values()) == pytest.approx([0, 0], abs=1e-6)
    side_by_side = sa.Model("Two", {x: h + x - x**3, y: r + y - y**3 - 0.02 * x})
    assert not sa.fold_curve(side_by_side, "h", "r").cusps
