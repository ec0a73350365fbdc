"""The palette: what stands in one chart is told apart by those who see few colours, or by more than its colour."""

from itertools import combinations

import numpy as np
import pytest

import socioaffective as sa
from socioaffective import theme

# Machado, Oliveira and Fernandes (2009), severity 1: what each sees, in linear RGB.
SIGHT = {
    "all cones": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# In CIE L*a*b* (1976) 2.3 can just be seen side by side; lines a little way apart need twice as much.
APART = 5
# Pairs of one model whose colours some take for one another: twelve colours are more than a dichromat can keep apart. Every
# line bears its name at its end, as the tests in a browser check; no other pair may come to need it.
NEAR = {
    ("light", "protanopia"): {("competence", "cues"), ("cues", "wanting")},
    ("light", "deuteranopia"): {("competence", "wanting"), ("offer", "steering")},
    ("dark", "protanopia"): {("autonomy", "offer")},
    ("dark", "deuteranopia"): {("autonomy", "ties"), ("offer", "preference"), ("offer", "steering")},
}


def linear(colour):
    """The linear RGB of a colour written as #RRGGBB."""
    parts = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIE L*a*b* of a linear RGB, under D65."""
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    x, y, z = np.array(to_xyz) @ rgb / [0.95047, 1, 1.08883]
    x, y, z = (np.cbrt(v) if v > (6 / 29) ** 3 else v / (3 * (6 / 29) ** 2) + 4 / 29 for v in (x, y, z))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def apart(one, other, sight):
    seen = [lab(np.clip(np.array(SIGHT[sight]) @ linear(colour), 0, 1)) for colour in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def contrast(*colours):
    lights = [float(np.dot([0.2126, 0.7152, 0.0722], linear(colour))) for colour in colours]
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def together():
    """Pairs of names with a colour of their own that some model of the catalogue draws in one chart."""
    for model in sa.models:
        named = {theme.SAME_AS.get(n, n) for n in (*model.states, *model.levers, *model.observables)} & set(theme.COLOURS)
        yield from combinations(sorted(named), 2)


def test_the_measure_of_difference_is_that_of_the_cie():
    # Known values: sRGB red in L*a*b*, and no distance from a colour to itself for anybody.
    assert lab(linear("#FF0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    assert all(apart("#0072B2", "#0072B2", sight) == 0 for sight in SIGHT)
    # Pure red and green of one lightness are what dichromats of the first two kinds confuse.
    assert apart("#C00000", "#606000", "protanopia") < 0.3 * apart("#C00000", "#606000", "all cones")


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("shade", ["light", "dark"])
def test_colours_of_one_chart_are_told_apart_but_for_known_pairs(shade, sight):
    k = ("light", "dark").index(shade)
    near = {pair for pair in together() if apart(*(theme.COLOURS[name][k] for name in pair), sight) < APART}
    assert near == NEAR.get((shade, sight), set())


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_names_of_lines_can_be_read_in_the_colours_of_the_lines(shade):
    k = ("light", "dark").index(shade)
    ground = theme.SCHEMES[shade]["background"]
    for name, pair in theme.COLOURS.items():
        assert contrast(pair[k], ground) >= 4.5, name
    for word in ("ink", "quiet"):
        for tint in ("background", "low", "high") if word == "ink" else ("background",):
            assert contrast(theme.SCHEMES[shade][word], theme.SCHEMES[shade][tint]) >= 4.5, (word, tint)
