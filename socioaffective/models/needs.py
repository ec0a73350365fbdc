"""Needs: autonomy, competence and relatedness, each fed and hurt by how time is spent and what the assistant does."""

from typing import Any

from socioaffective.aggregates import ces
from socioaffective.composition import compose
from socioaffective.model import Model, input, observable, parameter, state
from socioaffective.models.levers import accommodation, cues, engagement, steering
from socioaffective.models.need import build

e, a, s, v = engagement, accommodation, steering, cues
H = input("ties", 0.6, (0, 1), "ties with people", symbol="H")
w = input("wanting", 0.1, (0, 1), "pull towards the assistant", symbol="w")
q = input("volition", 1.0, (0, 1), "share of use that the user stands behind", symbol="q")
z = parameter("endorsement", 0.0, (0, 1), "1", "share of steering that the user would stand behind",
              "ours: none, the cautious case; any", symbol="z")  # fmt: skip


def strength(name: str, default: float, bounds: tuple[float, float], meaning: str, how: str, symbol: str) -> Any:
    return parameter(name, default, bounds, "1", meaning, f"ours: {how}", symbol)


EVERYDAY = "the unit in which thwarting is counted; a tenth to three"
SERVED = "found so that the wrong kind of use harms; none to five times everyday pressure"
sig_A = strength("autonomy_of_own_time", 1.2, (0.1, 3), "support of autonomy by time without the assistant",
                 "sets autonomy without the assistant at 0.63; weak to more than twice", "sigma_A")  # fmt: skip
eta_A = strength("autonomy_of_use", 2.8, (0, 3), "support of autonomy by use that is chosen",
                 "2.3 times own time, so that support works; none to about that", "eta_A")  # fmt: skip
phi_A = strength("autonomy_pressure", 1.0, (0.1, 3), "thwarting of autonomy that is always there", EVERYDAY, "phi_A")
theta_A = strength("cost_of_pressure_to_use", 3.2, (0, 5), "thwarting of autonomy by use that is not chosen", SERVED, "theta_A")
sig_C = strength("competence_of_own_time", 0.92, (0.1, 3), "support of competence by time without the assistant",
                 "sets competence without the assistant at one half; weak to more than three times", "sigma_C")  # fmt: skip
eta_C = strength("competence_of_practice", 2.4, (0, 3), "support of competence by use that makes the user practise",
                 "2.6 times own time, so that support works; none to about that", "eta_C")  # fmt: skip
phi_C = strength("competence_pressure", 1.0, (0.1, 3), "thwarting of competence that is always there", EVERYDAY, "phi_C")
theta_C = strength("cost_of_ease", 3.8, (0, 5), "thwarting of competence by use that does it for the user", SERVED, "theta_C")
warm = strength("warmth", 0.75, (0, 1), "relatedness from cue-rich use, per time with people",
                "found so that relief shows; none to as much as people give", "c")  # fmt: skip
phi_R = strength("relatedness_pressure", 0.72, (0.1, 3), "thwarting of relatedness that is always there",
                 "found so that people rest between lonely and close; from little to four times", "phi_R")  # fmt: skip
theta_R = strength("isolation_cost", 1.5, (0, 5), "thwarting of relatedness by being without ties",
                   "twice the everyday pressure, for somebody without any; none to seven times", "theta_R")  # fmt: skip


def one(
    name: str, letter: str, start: float, strain_start: float, support: Any, thwarting: Any, time: str, **rates: float
) -> Model:
    satisfaction = state(name, f"satisfaction of {name}", start, symbol=f"S_{letter}")
    frustration = state(f"{name}_frustration", f"frustration of {name}", strain_start, symbol=f"F_{letter}")
    block = build(name.capitalize(), satisfaction, frustration, f"{name}_", letter, time, **rates)
    return block.wire(**{f"{name}_support": support, f"{name}_thwarting": thwarting})


autonomy = one("autonomy", "A", 0.63, 0.23, (1 - e) * sig_A + e * q * eta_A, phi_A + e * theta_A * (1 - q), "three weeks",
               gain=0.17, loss=0.12, strain=0.06, relief=0.17).wire(volition=(1 - s * (1 - z)) * (1 - w))  # fmt: skip
competence = one("competence", "C", 0.5, 0.33, (1 - e) * sig_C + e * (1 - a) * eta_C, phi_C + e * theta_C * a, "seven weeks",
                 gain=0.075, loss=0.069, strain=0.035, relief=0.075)  # fmt: skip
relatedness = one("relatedness", "R", 0.35, 0.48, H + warm * e * v, phi_R + theta_R * (1 - H), "a week",
                  gain=0.7, loss=0.38, strain=0.19, relief=0.7)  # fmt: skip

NAMES = {"autonomy": autonomy, "competence": competence, "relatedness": relatedness}
satisfactions = [block.symbols[name] for name, block in NAMES.items()]
frustrations = [block.symbols[f"{name}_frustration"] for name, block in NAMES.items()]
said = {n: f"weight of {n} in well-being and ill-being" for n in NAMES}
weights = [strength(f"weight_of_{n}", 1.0, (0.01, 1), said[n], "equal; any but none", f"omega_{n[0].upper()}") for n in NAMES]
u = parameter("substitutability", 0.3, (0, 1), "1", "how far one need can stand in for another",
              "ours: a little; from not at all (0) to fully (1)", symbol="mu")  # fmt: skip
together, apart = ces(u, *weights, *satisfactions), 1 - ces(u, *weights, *(1 - F for F in frustrations))

needs = compose(
    "Needs",
    list(NAMES.values()),
    observables={
        "wellbeing": observable(together, "the satisfactions taken together", symbol="W"),
        "illbeing": observable(apart, "the frustrations taken together", symbol="I"),
    },
    source="ours",
    left_out="needs that help or hinder each other, people who need more of one or the other, culture, everything but use, "
    "and wanting that the person stands behind: all wanting counts as compulsion here, and being served and being without ties "
    "as thwarting, where either may be no more than a lack of support",
    refuted_by="users whose competence is higher although everything is done for them, or whose autonomy is higher "
    "although their use is not chosen",
)
