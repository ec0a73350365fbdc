"""Engagement: the share of free time spent with the assistant, shared by every model in which it is not held fixed."""

from typing import Any

from socioaffective.model import logistic, parameter
from socioaffective.models.levers import cues

access = parameter("access", 1.0, (0, 1), "1", "share of the wish for use that can be met; 0 is life without it",
    "ours: all; none to all", symbol="chi")  # fmt: skip
b0 = parameter("baseline_appeal", -3.9, (-8, 2), "1", "log-odds of use by somebody whom nothing draws",
    "ours: one in fifty; rare to mostly", symbol="b_0")  # fmt: skip
bw = parameter("appeal_of_wanting", 4.0, (0, 10), "1", "what wanting adds to the log-odds of use",
    "ours: found so that cues can tip; a pull cannot repel", symbol="b_w")  # fmt: skip
bl = parameter("appeal_of_liking", 2.2, (0, 5), "1", "what liking adds to the log-odds of use",
    "ours: found so that support is used; enjoyment cannot repel", symbol="b_l")  # fmt: skip
bf = parameter("appeal_of_fit", 1.0, (0, 5), "1", "what an offer that fits the preference adds to the log-odds of use",
    "ours: about a third of the odds without it; fit cannot repel", symbol="b_f")  # fmt: skip
bg = parameter("appeal_of_leaning", 3.0, (-5, 5), "1", "what leaning to the upper end adds to the log-odds of use",
    "ours: found so that steering there pays; both signs", symbol="b_g")  # fmt: skip
ba = parameter("appeal_of_ease", 1.1, (-5, 5), "1", "what doing it for the user adds to the log-odds of use",
    "ours: threefold odds; both signs, as challenge may draw", symbol="b_a")  # fmt: skip
bv = parameter("appeal_of_cues", 8.5, (-12, 12), "1", "how steeply cues begin to draw somebody without closeness",
    "ours: found so that cues can tip, adding 3.6 at their peak; both signs, as clinging may repel", symbol="b_v")  # fmt: skip
peak = parameter("peak_of_appeal", 0.84, (0.5, 1.5), "1", "cues beyond which appeal falls",
    "an inverted U: Kirk, Davidson and others 2025, arXiv:2512.01991 [READ: abstract]; its place is ours",
    symbol="v_p")  # fmt: skip


def engaged(wanting: Any, closeness: Any, liking: Any = 0, fit: Any = 0, leaning: Any = 0, ease: Any = 0) -> Any:
    """Returns engagement as an expression; what is left out does not draw."""
    draw = b0 + bw * wanting + bl * liking + bf * fit + bg * leaning + ba * ease
    return access * logistic(draw + bv * cues * (1 - cues / (2 * peak)) * (1 - closeness))
