"""The questions of chapter 10, with the answers computed by the library and a sentence for each usual mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from socioaffective.exercises.answers import alike, attempt, formula
from socioaffective.exercises.questions import Number, Question, Reply, quantity
from socioaffective.models import ecosystem, needs
from socioaffective.simulation.runs import simulate
from socioaffective.trials import Study, bpnsfs, confounding_bias, power, recover, sample_size, trial
from socioaffective.trials.power import closed_form

SPREAD, SCATTER = 0.2, 0.1
WITHIN, ALPHA, WANTED = 0.6, 0.05, 0.8
ENOUGH, PEOPLE, LAST = 0.75, 200, 104
TRUTH: dict[str, Any] = {"warmth": 0.6, "engagement": 0.4, "cues": 0.7}


@lru_cache(maxsize=8)
def _study(cues: float) -> Study:
    ties = np.random.default_rng(0).uniform(0.1, 0.8, PEOPLE)
    before = simulate(ecosystem, 12, {"ties": ties}, access=0)
    people = {"start": {name: before[name].values[-1] for name in ecosystem.states}}
    arms = {"no assistant": {"access": 0}, "binding": {"cues": cues}}
    return trial(ecosystem, arms, "relatedness", people, weeks=4, scale="BPNSFS", seed=7)


@lru_cache(maxsize=512)
def _found(week: int, cues: float, asked: float) -> tuple[float, float]:
    """Returns the power of a trial that ends in a week, in closed form, and the effect that is there then."""
    found = power(_study(cues), [int(asked)], week=week, trials=1)
    return float(found["closed_form"][0]), float(found.attrs["effect"])


@lru_cache(maxsize=32)
def first_week_that_warns(binding_cues: float, asked: float) -> int:
    """Returns the first week in which so many people would find erosion with a power of at least 0.75.

    >>> from socioaffective.exercises.measuring_it import first_week_that_warns
    >>> first_week_that_warns(0.6, 200)
    24
    """
    for week in range(1, LAST + 1):
        share, effect = _found(week, binding_cues, asked)
        if share >= ENOUGH and effect < 0:
            return week
    raise ValueError("No week of this trial warns so surely.")


def warns_late_and_surely(binding_cues: float, asked: float) -> bool:
    """Returns whether relief is found early, and erosion first found in a week that is no close call.

    >>> from socioaffective.exercises.measuring_it import warns_late_and_surely
    >>> warns_late_and_surely(0.6, 200)
    True
    """
    week = first_week_that_warns(binding_cues, asked)
    (early, relief), before, now, later = (_found(w, binding_cues, asked) for w in (4, week - 1, week, LAST))
    return early > ENOUGH and relief > 0 and before[0] < ENOUGH - 0.02 and now[0] > ENOUGH + 0.02 and later[1] < now[1] < 0


def _another_week(binding_cues: float, asked: float) -> list[tuple[float, str]]:
    truth = _study(binding_cues).in_points("relatedness").mean("person")
    gap = (truth.sel(arm="binding") - truth.sel(arm="no assistant")).values
    nothing = float(truth["time"][1:][gap[1:] < 0][0])
    return [
        (nothing, "There the line crosses zero: a trial that ends then finds nothing, most surely. Let it run on."),
        (float(truth["time"][np.argmax(gap)]), "There the relief is greatest. Look for a difference below zero."),
        (LAST, "By then it has long been sure. Find the first such week."),
    ]


def _power_then(week: float, binding_cues: float, asked: float) -> str:
    if week != int(week):
        return f"Give a whole week, not {week:g}."
    share, effect = _found(int(week), binding_cues, asked)
    if share >= ENOUGH and effect > 0:
        return f"In week {week:g} the trial surely finds something, and it is relief. Look for a difference below zero."
    if share < ENOUGH:
        return f"A trial that ends in week {week:g} has a power of {share:.2f}. Let it run for longer."
    return f"In week {week:g} the power is {share:.2f}, but it is enough a week before too. Find the first such week."


def people_to_enrol(gap: float, leave: float) -> int:
    """Returns how many people to enrol, in both arms together, when such a share of them will leave.

    >>> from socioaffective.exercises.measuring_it import people_to_enrol
    >>> people_to_enrol(0.25, 0.25)
    244
    """
    return sample_size(gap, WITHIN, WANTED, ALPHA, staying=1 - leave)


def just_enough(gap: float, leave: float) -> bool:
    """Returns whether those who stay have the power that is asked, and with a tenth fewer would not.

    >>> from socioaffective.exercises.measuring_it import just_enough
    >>> just_enough(0.25, 0.25)
    True
    """

    def reached(enrolled: float) -> float:
        each = enrolled / 2 * (1 - leave)
        return closed_form((0, gap), (WITHIN**2, WITHIN**2), (each, each), ALPHA)

    count = people_to_enrol(gap, leave)
    return reached(count) >= WANTED > reached(0.9 * count)


def _another_number(gap: float, leave: float) -> list[tuple[float, str]]:
    key, whole = people_to_enrol(gap, leave), sample_size(gap, WITHIN, WANTED, ALPHA)
    return [
        (key / 2, "That is for one arm. Enrol both."),
        (whole, f"That is how many must be there at the end. By then a share of {leave:g} will have left."),
        (whole * (1 + leave), f"Of so many people too few stay: divide by {1 - leave:g}, the share that stays."),
        (whole / leave, "That divides by the share that leaves. Divide by the share that stays."),
        (sample_size(gap, 1.0, staying=1 - leave), "The standard deviation within an arm is 0.6 points, not 1."),
        (sample_size(gap, WITHIN**2, staying=1 - leave), "Give the standard deviation, not the variance."),
    ]


def slope_of_users(takes: float, adds: float) -> float:
    """Returns the slope of closeness on use where use does nothing, and loneliness takes from closeness and adds to use.

    >>> from socioaffective.exercises.measuring_it import slope_of_users
    >>> round(slope_of_users(0.6, 0.8), 2)
    -0.54
    """
    return confounding_bias(-takes, adds, SPREAD, SCATTER)


def all_of_it_is_bias(takes: float, adds: float) -> bool:
    """Returns whether the slope is clearly negative, and nothing is left of it once loneliness itself is adjusted for.

    >>> from socioaffective.exercises.measuring_it import all_of_it_is_bias
    >>> all_of_it_is_bias(0.6, 0.8)
    True
    """
    return slope_of_users(takes, adds) < -0.3 and confounding_bias(-takes, adds, SPREAD, SCATTER, reliability=1) == 0


def _another_slope(takes: float, adds: float) -> list[tuple[float, str]]:
    return [
        (0.0, "That is the true effect. Loneliness moves both use and closeness, so the slope is not 0."),
        (-slope_of_users(takes, adds), "The sign: the lonely use more and feel less close, so the slope is negative."),
        (-takes / adds, "That would be so if nothing but loneliness moved use. Something else does: the scatter."),
        (
            -takes * adds * SPREAD / (adds**2 * SPREAD + SCATTER),
            "The formula has variances in it. Square the standard deviations.",
        ),
        (-takes * adds, "That is how closeness goes with loneliness through use, g a. Divide by the variance of use."),
    ]


# Whether loneliness matters, g, may stand in an answer, though it drops out.
SYMBOLS = {name: sympy.Symbol(name, positive=True) for name in ("g", "a", "V", "N")}


def _reliability(left: float) -> sympy.Expr:
    _, a, V, N = SYMBOLS.values()
    return 1 - left * N / (a**2 * V * (1 - left) + N)


def leaves_so_much(left: float) -> bool:
    """Returns whether a score with the reliability of the key leaves that share of the bias, in worlds of several kinds.

    >>> from socioaffective.exercises.measuring_it import leaves_so_much
    >>> leaves_so_much(0.25)
    True
    """
    _, a, V, N = SYMBOLS.values()
    for choice, spread, scatter in ((0.8, 0.2, 0.1), (0.5, 0.3, 0.2), (1.5, 0.1, 0.4)):
        reliability = float(_reliability(left).subs({a: choice, V: spread**2, N: scatter**2}))
        adjusted, raw = (confounding_bias(-0.6, choice, spread, scatter, known) for known in (reliability, 0))
        if not 0 < reliability < 1 or abs(adjusted - left * raw) > 1e-12:
            return False
    return True


def reliability_needed(answer: Any, left: float) -> str:
    found, key = formula(answer, SYMBOLS), _reliability(left)
    _, a, V, N = SYMBOLS.values()
    if attempt("This formula", alike, found, key):
        return "How much loneliness matters drops out. And where little else moves use, only a nearly perfect score will do."
    for wrong, sentence in (
        (
            sympy.Float(1 - left),
            "That would be so if the bias were proportional to what is left of V. V stands below the line, too.",
        ),
        (1 - key, "That is the share of the variance that the score may leave unknown. The reliability is one minus it."),
        (_reliability(1 - left), f"That takes away a share of {left:g}. A share of {left:g} is to be left."),
        (key.subs({V: sympy.sqrt(V), N: sympy.sqrt(N)}), "V and N are variances already. Take no roots."),
        (key.subs({V: V**2, N: N**2}), "V and N are variances already. Do not square them."),
        (key.subs(a, sympy.sqrt(a)), "The variance of use is a^2 V + N, with a squared."),
    ):
        if alike(found, wrong):
            raise Reply(sentence)
    raise Reply(f"Not yet. Put V (1 - rho) in the place of V, set the bias to {left:g} times that without a score, and solve.")


@lru_cache(maxsize=1)
def _diaries() -> Any:
    return trial(needs, {"all": {}}, list(needs.states), n=30, weeks=12, long=12, scale="BPNSFS", seed=2, **TRUTH).data


@lru_cache(maxsize=32)
def _told(names: tuple[str, ...]) -> tuple[bool, bool]:
    free = {"warmth": (0.05, 1), "engagement": (0.05, 1)}
    fit = recover(needs, _diaries()[list(names)], free, "BPNSFS", cues=TRUTH["cues"], starts=1, points=3)
    return fit.identified["warmth"], fit.identified["engagement"]


def fewest_subscales(answer: Any) -> str:
    if isinstance(answer, str) or not isinstance(answer, (list, tuple, set)) or not all(isinstance(n, str) for n in answer):
        raise Reply("Give a list of names of subscales, such as ['relatedness', 'autonomy'].")
    names = tuple(name for name in bpnsfs() if name in set(answer))
    if other := sorted(set(answer) - set(names)):
        raise Reply(f"'{other[0]}' is no subscale. They are {', '.join(bpnsfs())}.")
    if not names:
        raise Reply("Without any subscale there is nothing to fit to.")
    if len(names) > 2:
        raise Reply(f"{len(names)} subscales are more than you need: two will do, if they are the right ones.")
    if not any(name.startswith("relatedness") for name in names):
        raise Reply("Warmth acts on relatedness alone, so without a subscale of relatedness its profile is flat.")
    if all(name.startswith("relatedness") for name in names):
        raise Reply("Relatedness knows warmth and use by their product only. Add a need that use moves by itself.")
    warmth, use = _told(names)
    if warmth and use:
        return "One subscale knows the product, the other knows the use: together they know both."
    raise Reply(
        "A right idea, but with these two a profile stays open: that one is nearly at the end of its scale. Try another."
    )


QUESTIONS = {
    1: quantity(
        "The week",
        first_week_that_warns,
        0.4,
        "It takes months. A trial of four weeks has that power too, and would have reported relief.",
        _power_then,
        mistakes=_another_week,
        bounds=(1, LAST),
        numbers={
            "binding_cues": Number(0.6, "cues in the second arm", [0.5, 0.55, 0.6]),
            "asked": Number(200, "people who are asked", [160, 200, 240, 320]),
        },
        regime=warns_late_and_surely,
        promise="relief early, erosion later, and a first week that is no close call",
    ),
    2: quantity(
        "The number of people",
        people_to_enrol,
        0.02,
        "More than must be there at the end, by as much as will leave. This repairs the width, not a bias.",
        lambda count, **numbers: (
            f"{count:g} is not it. Use sa.trials.sample_size with the effect, the spread and the share that stays."
        ),
        mistakes=_another_number,
        relative=True,
        bounds=(0, 1e9),
        numbers={
            "gap": Number(0.25, "difference to be found, in points", [0.2, 0.22, 0.25, 0.28]),
            "leave": Number(0.25, "share of the people who leave", [0.25, 0.3, 0.35, 0.4]),
        },
        regime=just_enough,
        promise="enough people for a power of 0.8, and a tenth fewer too few",
    ),
    3: quantity(
        "The slope",
        slope_of_users,
        0.01,
        "Use does nothing here, and still users look worse off, by as much as this. A million users would too.",
        lambda slope, **numbers: f"{slope:.3g} is not it. The bias is g a V / (a^2 V + N), and the true effect is 0.",
        mistakes=_another_slope,
        bounds=(-1e3, 1e3),
        numbers={
            "takes": Number(0.6, "what loneliness takes off closeness", [0.5, 0.6, 0.7]),
            "adds": Number(0.8, "what loneliness adds to use", [0.7, 0.8, 0.9]),
        },
        regime=all_of_it_is_bias,
        promise="a clearly negative slope, all of it bias",
    ),
    4: Question(
        reliability_needed,
        {"left": Number(0.25, "share of the bias that may be left", [0.1, 0.2, 0.25, 0.3, 0.4])},
        leaves_so_much,
        "a reliability between 0 and 1 that leaves just this share",
    ),
    5: Question(fewest_subscales),
}
