"""Need: satisfaction and frustration of one basic psychological need, two states of which neither is the other's negative.

Support raises satisfaction and eases frustration; thwarting wears satisfaction and raises frustration.
"""

from typing import Any

from socioaffective.model import Model, input, parameter, state

# How the rates were chosen: the time that satisfaction takes under usual conditions is said by each need.
RATES = {
    "gain": "ours: together with loss a time constant of {time}; two years to days",
    "loss": "ours: together with gain a time constant of {time}; two years to days",
    "strain": "ours: half of loss, so that frustration builds up more slowly than satisfaction is lost; two years to days",
    "relief": "ours: the same as gain; two years to days",
}


def rest(gain: Any, loss: Any, support: Any, thwarting: Any) -> Any:
    """Returns the level at which satisfaction rests under constant support and thwarting."""
    return gain * support / (gain * support + loss * thwarting)


def build(title: str, satisfaction: Any, frustration: Any, prefix: str, letter: str, time: str, **rates: float) -> Model:
    """Returns the model of one need; `time` says how long it takes to settle, `rates` are gain, loss, strain and relief."""
    mark = f"_{letter}" if letter else ""

    def rate(kind: str, letter: str, meaning: str) -> Any:
        return parameter(f"{prefix}{kind}", rates[kind], (0.01, 2), "1/week", meaning, RATES[kind].format(time=time),
                         symbol=letter + mark)  # fmt: skip

    need = prefix.rstrip("_") or "the need"
    r = rate("gain", "r", f"how fast support raises satisfaction of {need}")
    d = rate("loss", "d", f"how fast thwarting wears satisfaction of {need}")
    f = rate("strain", "f", f"how fast thwarting raises frustration of {need}")
    p = rate("relief", "p", f"how fast support eases frustration of {need}")
    support = input(f"{prefix}support", 1.0, (0, 4), f"what feeds {need}", symbol=f"U{mark}")
    thwarting = input(f"{prefix}thwarting", 1.0, (0, 8), f"what hurts {need}", symbol=f"T{mark}")
    S, F = satisfaction, frustration
    equations = {S: r * support * (1 - S) - d * thwarting * S, F: f * thwarting * (1 - F) - p * support * F}
    return Model(
        title,
        equations,
        source="ours; two dimensions after Vansteenkiste and Ryan 2013 [recalled, verify]",
        left_out="events, moods, needs that influence each other, and any state of rest off the one curve that support and "
        "thwarting in constant proportion allow, such as a need that is neither met nor frustrated at all",
        refuted_by="diaries in which satisfaction and frustration are one scale, or follow support and thwarting at once",
    )


need = build(
    "Need",
    state("satisfaction", "how far the need is met", start=0.5, symbol="S"),
    state("frustration", "how far the need is frustrated", start=0.3, symbol="F"),
    "",
    "",
    "five weeks",
    gain=0.1,
    loss=0.1,
    strain=0.05,
    relief=0.1,
)
