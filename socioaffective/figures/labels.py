"""Labels: where the words of a picture stand, so that they cover as little as can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np

from socioaffective.figures.marks import HEIGHT, INK, haloed, spaced

# How wide a letter of size 11 is, in pixels.
LETTER = 5.5

# How the label of a curve stands to its point.
SIDES: dict[str, dict[str, Any]] = {
    "by left": {"align": "right", "dx": -7},
    "by right": {"align": "left", "dx": 7},
    "over left": {"align": "right", "dy": -9},
    "over right": {"align": "left", "dy": -9},
    "under left": {"align": "right", "dy": 9},
    "under right": {"align": "left", "dy": 9},
}


def share_of(text: str, size: float = 11, across: float = HEIGHT) -> float:
    """Returns about how wide a text is, as a share of a picture so many pixels across."""
    return LETTER * size / 11 * len(text) / across


def beside_curves(labels: Sequence[dict], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Returns the layers of the labels of curves."""
    layers = []
    for side in SIDES:
        here = [{k: v for k, v in label.items() if k != "span"} for label in labels if label["side"] == side]
        layers += haloed(here, {"x": x, "y": y, "text": alt.Text("text:N")}, INK, fontSize=11, clip=True, **SIDES[side])
    return layers


def clearing(
    text: str, curves: Sequence[np.ndarray], others: Sequence[np.ndarray], taken: Sequence[np.ndarray], box: np.ndarray
) -> dict:
    """Returns the label of a curve, with several branches, where it has most room: away from other curves, from what is taken
    (shares of the box), and from the edges; beside a steep curve and above a level one."""
    keeps = [spaced(len(curve), 32) for curve in curves]
    share = np.concatenate([scaled(curve, box)[keep] for curve, keep in zip(curves, keeps, strict=True)])
    slopes = [np.gradient(scaled(curve, box), axis=0)[keep] for curve, keep in zip(curves, keeps, strict=True)]
    steep, flat = np.abs(np.concatenate(slopes)).T[::-1]
    # Each place four times: the label towards the middle or away from it, over a level curve or under it.
    inward, level = share[:, 0] > 0.5, np.tile(steep < 0.7 * flat, 4)
    right, under = np.r_[inward, inward, ~inward, ~inward], np.repeat([False, True, False, True], len(share))
    share = np.tile(share, (4, 1))
    reach = np.linspace(0, 0.02 + share_of(text), 4) * np.where(right, -1, 1)[:, None]
    heights = share[:, 1] + 0.03 * level * np.where(under, -1, 1)
    spans = np.stack([share[:, :1] + reach, heights[:, None] + 0 * reach], axis=-1)
    room = np.zeros(len(share))
    lines = [scaled(other[spaced(len(other), 64)], box) for other in others]
    for groups, most in ((lines, 0.15), (taken, 0.3)):
        near = [gaps(spans.reshape(-1, 2), points).min(axis=1, initial=most) for points in groups]
        least = np.min(near, axis=0, initial=most).reshape(-1, 4).min(axis=1) if near else np.full(len(share), most)
        # Letters on letters cannot be read, on a line they can.
        room += least - (least < 0.05) * (groups is taken)
    room -= ((share < 0.06) | (share > 0.94)).sum(axis=1) + ((spans < 0) | (spans > 1)).any(axis=(1, 2))
    # Rounded, so that places with as much room are decided by their order and not by last digits.
    best = int(np.argmax(room.round(3)))
    x, y = np.concatenate([curve[keep] for curve, keep in zip(curves, keeps, strict=True)])[best % (len(share) // 4)]
    side = ("by " if not level[best] else "under " if under[best] else "over ") + ("left" if right[best] else "right")
    return {"x": x, "y": y, "side": side, "span": spans[best], "text": text}


def placed(labels: Sequence[dict], text: str, taken: Sequence[np.ndarray], box: np.ndarray) -> list[dict]:
    """Returns labels beside their points, or above or below them, where there is most room: away from what is `taken`,
    points as shares of the box.

    `place` is the height of a label, `align` how it stands to its point, `span` what it covers, as shares of the box.
    """
    full, result = list(taken), []
    for label in labels:
        here = scaled(np.array([label["x"], label["y"]]), box)[0]
        along = np.linspace(0.04, 0.03 + share_of(label[text], 12), 4)
        ways = {"left": along, "right": -along, "center": along - along.mean()}
        places = [(align, up) for align in ways for up in (0.05, -0.05)]
        spans = [np.stack([here[0] + ways[align], np.full(4, here[1] + up)], axis=1) for align, up in places]
        k = roomiest(spans, full)
        align, up = places[k]
        height = label["y"] + up * (box[1, 1] - box[1, 0])
        result.append({**label, "align": align, "place": height, "span": spans[k]})
        full.append(spans[k])
    return result


def tags(labels: Sequence[dict], text: str, x: Any) -> list[alt.Chart]:
    """Returns the layers of labels that were placed; `x` is their axis."""
    layers = []
    for align, aside in (("left", 6), ("right", -6), ("center", 0)):
        here = [{k: label[k] for k in ("x", "place", text)} for label in labels if label["align"] == align]
        where = {"x": x, "y": alt.Y("place:Q"), "text": alt.Text(f"{text}:N")}
        layers += haloed(here, where, fontSize=12, fontWeight="bold", align=align, dx=aside)
    return layers


def scaled(points: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Returns points as shares of the box, shape (points, 2)."""
    return (points.reshape(-1, 2) - box[:, 0]) / (box[:, 1] - box[:, 0])


def gaps(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Returns the distances of points from others, shape (points, others)."""
    return np.hypot(*(points[:, None] - others[None]).transpose(2, 0, 1))


def roomiest(spans: Sequence[np.ndarray], taken: Sequence[np.ndarray]) -> int:
    """Returns which of several places for a label has most room: each is given by the points that it would cover, as shares of
    the axes, shape (points, 2), and so is what is there already. The first of equals."""
    room = [
        min((float(gaps(span, points).min(initial=1.0)) for points in taken), default=1.0)
        - float(((span < 0.02) | (span > 0.98)).any())
        for span in spans
    ]
    # Rounded, so that places with as much room are decided by their order and not by last digits.
    return int(np.argmax(np.round(room, 3)))
