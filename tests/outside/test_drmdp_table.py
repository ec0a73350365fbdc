"""Carroll and others (2024), arXiv:2405.17713, and Krueger and others (2020), arXiv:2009.09153: what is said of their worlds.

All numbers are fractions: the tolerance is none. The examples [CODE] and the displayed policies [READ-2] are those of an
independent transcription; values and thresholds are [DERIVED].
"""

from fractions import Fraction

import pytest
import sympy

import socioaffective as sa

d = sa.worlds.drmdp

# Objective, example: a policy that the source displays, which is one of the best.
TABLE = {
    "real-time": {"conspiracy": "influence x3", "trainer": "nudge x3", "writer": "noop x3", "clickbait": "news, clickbait",
                  "dehydration": "noop x2"},
    "final": {"conspiracy": "influence x3", "trainer": "nudge x3", "writer": "influence, influence, noop",
              "clickbait": "news x2", "dehydration": "noop x2"},
    "initial": {"conspiracy": "noop x3", "trainer": "noop x3", "writer": "influence x3", "clickbait": "clickbait x2",
                "dehydration": "a3 x2"},
    "natural shifts": {"conspiracy": "noop x3", "trainer": "noop x3", "writer": "influence x3", "clickbait": "clickbait x2",
                       "dehydration": "a3 x2"},
    "constrained": {"conspiracy": "noop x3", "trainer": "noop x3", "writer": "noop x3", "clickbait": "news x2",
                    "dehydration": "noop x2"},
    "myopic": {"conspiracy": "noop x3", "trainer": "noop x3", "writer": "influence x3", "clickbait": "clickbait, news",
               "dehydration": "a4 x2"},
    "pareto": {"conspiracy": "noop x3", "trainer": "noop x3", "writer": "noop x3", "clickbait": "news x2",
               "dehydration": "a3 x2"},
}  # fmt: skip
PRIVILEGED = {
    "conspiracy": {"natural": "noop x3", "influenced": "influence x3"},
    "trainer": {"tired": "noop x3", "energised": "nudge x3"},
    "writer": {"ambitious": "influence x3", "unhappy": "noop x3"},
    "clickbait": {"normal": "clickbait x2", "disillusioned": "news x2"},
    "dehydration": {2: "a3 x2", 3: "a4 x2", 4: "a4 x2"},
}
# Of these every plan is as good, so that the agreement says nothing.
EMPTY = {("myopic", "writer"), ("myopic", "dehydration")}


def policy(text):
    if " x" in text:
        act, times = text.split(" x")
        return (act,) * int(times)
    return tuple(text.split(", "))


@pytest.mark.parametrize(("objective", "example"), [(o, e) for o, row in TABLE.items() for e in row])
def test_the_displayed_policy_is_among_the_best(objective, example):
    answer = d.solve(example, objective, d.HORIZONS[example])
    assert policy(TABLE[objective][example]) in answer.policies
    plans = len(d.examples[example].actions) ** answer.horizon
    assert (len(answer.policies) == plans) == ((objective, example) in EMPTY)


@pytest.mark.parametrize("example", PRIVILEGED)
def test_the_displayed_policy_is_best_for_the_self_that_is_privileged(example):
    answer = d.solve(example, "privileged", d.HORIZONS[example])
    for who, text in PRIVILEGED[example].items():
        assert policy(text) in answer.policies[who]


def test_the_columns_of_conspiracy_and_clickbait():
    """Values [DERIVED], and unique policies."""
    said = {"real-time": (100, 3), "final": (300, 2), "initial": (30, 4), "natural shifts": (30, 4), "constrained": (30, 2)}
    for objective, values in said.items():
        for example, value in zip(("conspiracy", "clickbait"), values, strict=True):
            answer = d.solve(example, objective, d.HORIZONS[example])
            assert answer.value == value and len(answer.policies) == 1
    assert d.solve("conspiracy", "privileged", 3).value == {"natural": 30, "influenced": 300}
    assert d.solve("clickbait", "privileged", 2).value == {"normal": 4, "disillusioned": 1}
    assert d.judge("conspiracy", "noop", 3).to["real-time"] == 30 and d.judge("clickbait", "news", 2).to["real-time"] == 2


def test_the_horizon_threshold():
    """Horizons "> 2" [READ-2]; 100 (H - 1) - 100 > 10 H exactly where H > 20/9 [DERIVED]."""
    assert d.solve("conspiracy", "real-time", 2).value == 20 and d.solve("conspiracy", "real-time", 2).verdict == "never"
    assert d.solve("conspiracy", "real-time", 3).value == 100 and d.horizon_threshold("conspiracy").value == 3


def test_three_discount_thresholds():
    """0.55, 2/3 and 1/2 [DERIVED]: influence above, below, above; and once influenced, influence at every discount."""
    assert d.discount_threshold("conspiracy") == sympy.Rational(11, 20)
    assert d.discount_threshold("clickbait") == sympy.Rational(2, 3)
    assert sa.worlds.myopia.run() == sympy.Rational(1, 2)
    for world, verdicts in (("conspiracy", ["never", "always"]), ("clickbait", ["always", "never"]),
                            (sa.worlds.myopia.world(), ["never", "always"])):  # fmt: skip
        assert [region.verdict for region in d.discount_regions(world)] == verdicts
    assert [region.verdict for region in d.discount_regions("conspiracy", ("here", "influenced"))] == ["always"]


def test_cooperating_pays_above_minus_beta():
    """[DERIVED]; in the long run it brings 0 a step, defecting -1/2."""
    for beta in (Fraction(-1, 2), Fraction(-1, 7), Fraction(-9, 10)):
        assert sa.worlds.myopia.run(beta) == -sympy.Rational(beta.numerator, beta.denominator)
    world = sa.worlds.myopia.world()
    for act, worth in (("cooperate", 0), ("defect", Fraction(-1, 2))):
        twice = [d.judge(world, act, horizon).to["real-time"] for horizon in (10, 11)]
        assert twice[1] - twice[0] == worth


def test_the_departures():
    """Recorded with the transcription [CODE]: the other self of the initial row, and the value of an appendix."""
    for example in ("writer", "clickbait"):
        world, horizon = d.examples[example], d.HORIZONS[example]
        other = world.replace(start=(world.start[0], world.selves[1]))
        shown = policy(TABLE["initial"][example])
        assert shown in d.solve(world, "initial", horizon).policies and shown not in d.solve(other, "initial", horizon).policies
    # From a self of Dehydration that cannot be moved every plan is as good: two more empty agreements, four in all.
    for who, state in ((3, 1), (4, 1)):
        stuck = d.examples["dehydration"].replace(start=(state, who))
        assert len(d.solve(stuck, "initial", 2).policies) == 9
    assert d.examples["dehydration"].rewards[3, 2, "noop"] == -2
