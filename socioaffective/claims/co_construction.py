"""What chapter 01 says of a preference and an offer that shape each other."""

from __future__ import annotations

import numpy as np

from socioaffective.claims import Claim, Settings
from socioaffective.compile import jacobian
from socioaffective.dynamics.equilibrium import equilibria
from socioaffective.models import co_construction, mirror
from socioaffective.simulation.runs import counterfactual, simulate

# An assistant that steers with half its might and takes half of the free time.
HALF = {"engagement": 0.5, "steering": 0.5}
TOPS = {name: q.bounds[1] for name, q in co_construction.settings.items()}


def _share(settings: Settings) -> float:
    return float(simulate(co_construction, 1, dt=1, **settings)["authorship"][0])


def own_taste_wins(settings: Settings) -> bool:
    points = equilibria(co_construction, engagement=0.5, steering=0, **settings)
    own = settings.get("anchor", co_construction.parameters["anchor"].default)
    return len(points) == 1 and points[0].stable and abs(points[0].state["preference"] - own) < 1e-6


def something_is_kept(settings: Settings) -> bool:
    q = {n: x.default for n, x in co_construction.parameters.items()} | dict(settings)
    starts = {"preference": [0.8, -0.3], "offer": [-0.4, 0.6]}
    run = simulate(co_construction, 104, starts, dt=1, engagement=0.5, steering=0, **{**settings, "anchoring": 0})
    kept = q["personalisation"] * run["preference"] + q["influence"] * 0.5 * run["offer"]
    same = float(abs(kept - kept.isel(time=0)).max()) < 1e-6
    # Two people alike who meet different assistants end apart, wherever there is any influence and the pair can move.
    starts = {"preference": [-0.3, -0.3], "offer": [-0.4, 0.9]}
    ends = simulate(co_construction, 520, starts, dt=520, engagement=0.5, steering=0, **{**settings, "anchoring": 0})
    return same and float(np.ptp(ends["preference"].isel(time=-1).values)) > 1e-3


def what_moves_the_share(settings: Settings) -> bool:
    q = {**{n: x.default for n, x in co_construction.parameters.items()}, **HALF, **settings}
    more = lambda name: _share({**q, name: q[name] * 1.01 if q[name] * 1.01 <= TOPS[name] else q[name]})  # noqa: E731
    less = lambda name: _share({**q, name: q[name] * 0.99})  # noqa: E731
    up = [more(name) > less(name) for name in ("engagement", "steering", "influence", "steering_rate")]
    down = [more(name) < less(name) for name in ("anchoring", "personalisation")]
    return all(up + down)


def keeps_the_larger_share(settings: Settings) -> bool:
    return _share({"engagement": 0.5, "steering": 1.0, **settings}) < 0.5


def never_cycles(settings: Settings) -> bool:
    known = co_construction.settings
    for steering in (0.0, 0.5, 1.0):
        values = {**{n: q.value for n, q in known.items()}, "steering": steering, "engagement": 0.5, **settings}
        roots = np.linalg.eigvals(jacobian(co_construction)(np.zeros(2), np.array([values[n] for n in known])))
        if np.abs(np.imag(roots)).max() > 1e-9:
            return False
    return True


def forks_where_echo_beats_anchor(settings: Settings) -> bool:
    q = {n: x.default for n, x in mirror.parameters.items()} | dict(settings) | {"anchor": 0.0}
    if q["influence"] == 0:
        return False
    fork = 1 + q["anchoring"] / q["influence"]
    beside = [{**q, "exaggeration": fork + d} for d in (-1e-3, 1e-3)]
    below, beyond = (float(jacobian(mirror)(np.zeros(1), np.array([v[n] for n in mirror.settings]))[0, 0]) for v in beside)
    return below < 0 < beyond


def a_lean_fades_or_grows(settings: Settings) -> bool:
    ends = [float(simulate(mirror, 52, {"preference": 0.1}, dt=1, **{**settings, "exaggeration": lam})["preference"][-1])
            for lam in (1.2, 2.0)]  # fmt: skip
    return abs(ends[0]) < 0.05 and ends[1] > 0.5


def taste_off_the_middle_unfolds(settings: Settings) -> bool:
    def rests(lam: float) -> list[float]:
        return [e.state["preference"] for e in equilibria(mirror, **{**settings, "anchor": 0.1, "exaggeration": lam})]

    low, high = 1.4, 2.5
    if len(rests(low)) != 1 or len(rests(high)) != 3 or rests(low)[0] <= 0.1:
        return False
    for _ in range(10):
        middle = (low + high) / 2
        low, high = (low, middle) if len(rests(middle)) > 1 else (middle, high)
    far, between, near = rests(high)
    # Where the two are born they are next to each other, and away from the third.
    return between - far < 0.1 < near - between


def no_push_takes_more_than_its_pull(settings: Settings) -> bool:
    q = {n: x.default for n, x in co_construction.settings.items()} | {"engagement": 0.5, **settings}
    pull = q["influence"] * q["engagement"]
    if pull + q["anchoring"] * q["autonomy"] == 0:
        return False
    most = pull / (pull + q["anchoring"] * q["autonomy"])
    hardest = _share({**q, "steering": 1.0, "steering_rate": TOPS["steering_rate"]})
    weak = {**q, "steering": 1.0, "anchoring": 0.1}
    return hardest <= most + 1e-12 and _share({**weak, "autonomy": 0.3}) > _share(weak)


def they_meet_at_a_weighted_mean(settings: Settings) -> bool:
    q = {n: x.default for n, x in co_construction.parameters.items()} | dict(settings)
    weights = q["personalisation"], q["influence"] * 0.5
    if sum(weights) < 0.05:
        return False
    free = {"engagement": 0.5, "steering": 0, **settings, "anchoring": 0}
    end = simulate(co_construction, 520, {"preference": 0.8, "offer": -0.4}, dt=520, **free).isel(time=-1)
    mean = (weights[0] * 0.8 - weights[1] * 0.4) / sum(weights)
    return all(abs(float(end[name]) - mean) < 1e-6 for name in ("preference", "offer"))


def it_takes_both_to_take_over(settings: Settings) -> bool:
    full = {"engagement": 0.5, "steering": 1.0, **settings}
    faster, stronger = ({name: TOPS[name]} for name in ("steering_rate", "influence"))
    alone = max(_share({**full, **faster}), _share({**full, **stronger}))
    return alone < 0.5 < _share({**full, **faster, **stronger})


def a_weak_anchor_gives_way(settings: Settings) -> bool:
    return _share({"engagement": 0.5, "steering": 1.0, **settings, "anchoring": 0.04}) > 2 / 3


def first_it_hurries_home(settings: Settings) -> bool:
    run = simulate(co_construction, 12, dt=0.125, engagement=0.5, **settings)
    lead = (run["preference"] - counterfactual(run)["preference"]).values[1:]
    turns = run["time"].values[1:][:-1][np.diff(np.sign(lead)) != 0]
    return len(turns) == 1 and 3 <= turns[0] < 4 and lead[0] < 0 < lead[-1]


CLAIMS = [
    Claim(
        "CC1",
        "Without steering the preference of a person with an anchor and with autonomy comes to rest at their own taste, "
        "wherever it began.",
        co_construction,
        own_taste_wins,
    ),
    Claim(
        "CC2",
        "With neither anchor nor steering, personalisation times preference plus influence times engagement times offer never "
        "changes, and two alike who meet different assistants end apart.",
        co_construction,
        something_is_kept,
        given=("anchoring",),
    ),
    Claim(
        "CC3",
        "Where something steers and something anchors, the assistant's share rises with engagement, influence and "
        "steering, and falls with anchoring and personalisation.",
        co_construction,
        what_moves_the_share,
    ),
    Claim(
        "CC4",
        "Steered with full force for half of their free time, a person still has the larger share in their preference.",
        co_construction,
        keeps_the_larger_share,
    ),
    Claim(
        "CC5",
        "A preference and an offer that only attract each other, at once, never cycle: both eigenvalues are real.",
        co_construction,
        never_cycles,
    ),
    Claim(
        "CC6",
        "For an own taste in the middle, the middle of the mirror loses its stability where exaggeration passes "
        "1 + anchoring/influence.",
        mirror,
        forks_where_echo_beats_anchor,
        given=("anchor", "exaggeration"),
    ),
    Claim(
        "CC7",
        "Within a year a lean of 0.1 fades below 0.05 under an exaggeration of 1.2 and grows beyond 0.5 under one of 2.",
        mirror,
        a_lean_fades_or_grows,
        given=("exaggeration",),
    ),
    Claim(
        "CC8",
        "With an own taste of 0.1 the mirror has one place of rest at an exaggeration of 1.4 and three at 2.5, and the far one "
        "is born in a fold, away from the near one.",
        mirror,
        taste_off_the_middle_unfolds,
        given=("anchor", "exaggeration"),
    ),
    Claim(
        "CC9",
        "However hard it steers, the assistant's share is at most the pull of what it offers, compared with that and the pull "
        "of the anchor; and with an anchoring of 0.1 an autonomy of 0.3 gives it a larger share than full autonomy.",
        co_construction,
        no_push_takes_more_than_its_pull,
    ),
    Claim(
        "CC10",
        "With neither anchor nor steering, preference and offer both end at the average of their beginnings, weighted with "
        "personalisation and with influence times engagement.",
        co_construction,
        they_meet_at_a_weighted_mean,
        given=("anchoring",),
    ),
    Claim(
        "CC11",
        "Under full steering, half of the time, the largest influence in its range or the largest steering rate in its range "
        "leave the person the larger share, and both together do not.",
        co_construction,
        it_takes_both_to_take_over,
        given=("influence", "steering_rate"),
    ),
    Claim(
        "CC12",
        "With an anchoring of 0.04 full steering for half of the time gives the assistant more than two thirds.",
        co_construction,
        a_weak_anchor_gives_way,
        given=("anchoring",),
    ),
    Claim(
        "CC13",
        "An offer that begins at 0 hurries the person home from 0.5 until week 3, and holds them back from week 4 on.",
        co_construction,
        first_it_hurries_home,
    ),
]
