"""Need: satisfaction and frustration of one basic psychological need, two states of which neither is the other's negative.

Support raises satisfaction and eases frustration; thwarting wears satisfaction and raises frustration.
"""

from typing import Any

from socioaffective.model import Model, input, parameter, state

HOW = "ours: weeks for autonomy and competence, days for relatedness; two years to days"


def rest(gain: Any, loss: Any, support: Any, thwarting: Any) -> Any:
    """Returns the level at which satisfaction rests under constant support and thwarting."""
    return gain * support / (gain * support + loss * thwarting)


def build(title: str, satisfaction: Any, frustration: Any, prefix: str, letter: str, **rates: float) -> Model:
    """Returns the model of one need; `rates` are gain, loss, strain and relief, per week."""
    mark = f"_{letter}" if letter else ""

    def rate(kind: str, letter: str, meaning: str) -> Any:
        return parameter(f"{prefix}{kind}", rates[kind], (0.01, 2), "1/week", meaning, HOW, symbol=letter + mark)

    r, d = rate("gain", "r", "how fast support satisfies"), rate("loss", "d", "how fast thwarting wears satisfaction")
    f, p = rate("strain", "f", "how fast thwarting frustrates"), rate("relief", "p", "how fast support eases frustration")
    support = input(f"{prefix}support", 1.0, (0, 4), "what feeds the need", symbol=f"U{mark}")
    thwarting = input(f"{prefix}thwarting", 1.0, (0, 8), "what hurts the need", symbol=f"T{mark}")
    S, F = satisfaction, frustration
    equations = {S: r * support * (1 - S) - d * thwarting * S, F: f * thwarting * (1 - F) - p * support * F}
    return Model(
        title,
        equations,
        source="ours; two dimensions after Vansteenkiste and Ryan 2013 [recalled, verify]",
        left_out="events, moods, needs that influence each other, and any state of rest off the one curve that support and "
        "thwarting in constant proportion allow, such as a need that is hardly met and not frustrated either",
        refuted_by="diaries in which satisfaction and frustration are one scale, or follow support and thwarting at once",
    )


need = build(
    "Need",
    state("satisfaction", "how far the need is met", start=0.5, symbol="S"),
    state("frustration", "how far the need is frustrated", start=0.3, symbol="F"),
    "",
    "",
    gain=0.1,
    loss=0.1,
    strain=0.05,
    relief=0.1,
)
