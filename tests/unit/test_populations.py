"""Populations: lazily drawn, the same in any pieces, with the moments, bounds and correlations that were asked for."""

import pickle

import numpy as np
import pytest
from scipy import stats

import socioaffective as sa
from socioaffective.populations.traits import TRAITS

E, C = sa.models.ecosystem, sa.models.companion
s = sa.spreads
MANY = {
    "start": {"ties": s.beta(4, 4), "wanting": (0, 0.2)},
    "growth": s.lognormal(0.05, 0.3),
    "decay": s.normal(0.26, 0.05),
    "access": s.groups({0: 0.3, 1: 0.7}),
    "appeal_of_cues": s.lognormal(8.5, 0.25),
    "binding": stats.gamma(4, scale=1.2),
    "loneliness": True,
    "social_skill": s.normal(0.5, 1),
}


def flat(people):
    """All arrays of people by name, start values with the others."""
    return {**people.get("start", {}), **{name: values for name, values in people.items() if name != "start"}}


@pytest.mark.parametrize("design", ["random", "latin", "sobol"])
@pytest.mark.parametrize("correlation", [None, {("ties", "decay"): 0.5, ("loneliness", "ties"): -0.4}])
def test_a_block_is_that_part_of_the_whole_to_the_last_bit(design, correlation):
    size = 5003
    people = sa.population(E, size, seed=3, design=design, correlation=correlation, **MANY)
    whole = flat(people)
    assert set(whole) == {"ties", "wanting", "growth", "decay", "access", "appeal_of_cues", "binding", "relatedness",
                          "relatedness_frustration", "acquaintance"}  # fmt: skip
    for first, last in [(0, 0), (0, 1), (1, 2), (6, 4099), (4097, 4100), (size - 1, size), (size, size)]:
        part = flat(people.block(first, last))
        assert all(np.array_equal(part[name], whole[name][first:last]) for name in whole)
    again = pickle.loads(pickle.dumps(people))
    assert all(np.array_equal(values, whole[name]) for name, values in flat(again).items())


def test_a_person_depends_on_the_seed_and_the_index_alone():
    few, more = (sa.population(E, size, seed=1, **MANY) for size in (10, 1000))
    assert np.array_equal(few["growth"], more["growth"][:10])
    fewer = sa.population(E, 10, seed=1, growth=s.lognormal(0.05, 0.3))
    assert np.array_equal(
        fewer["growth"], flat(sa.population(E, 10, seed=1, **{k: v for k, v in MANY.items() if k != "social_skill"}))["growth"]
    )
    assert not np.array_equal(sa.population(E, 10, seed=2, **MANY)["decay"], few["decay"])
    # Two names are drawn apart from each other.
    apart = sa.population(E, 4000, bridging=(0, 1), warmth=(0, 1))
    assert abs(np.corrcoef(apart["bridging"], apart["warmth"])[0, 1]) < 4 / np.sqrt(4000)


@pytest.mark.parametrize("design", ["random", "latin", "sobol"])
def test_what_is_drawn_has_the_distribution_that_was_asked_for(design):
    people = sa.population(E, 4096, seed=5, design=design, **{k: v for k, v in MANY.items() if k not in TRAITS})
    drawn = flat(people)
    # A sample of 4,096 is this far from its distribution once in a thousand times.
    limit = stats.kstwo.ppf(0.999, 4096)
    cases = {"ties": stats.beta(4, 4), "wanting": stats.uniform(0, 0.2), "growth": stats.lognorm(0.3, scale=0.05),
             "decay": stats.norm(0.26, 0.05), "binding": stats.gamma(4, scale=1.2)}  # fmt: skip
    for name, law in cases.items():
        low, high = E.quantities[name].bounds
        cut = lambda x, law=law, low=low, high=high: (law.cdf(x) - law.cdf(low)) / (law.cdf(high) - law.cdf(low))  # noqa: E731
        assert stats.kstest(drawn[name], cut).statistic < limit, name
    assert abs(np.mean(drawn["access"]) - 0.7) < 4 * np.sqrt(0.21 / 4096)


def test_what_is_drawn_is_cut_to_the_bounds_not_piled_up_on_them():
    people = sa.population(C, 20_000, decay=s.normal(0.9, 0.2), start={"ties": s.normal(0, 0.3)})
    decay, ties = people["decay"], people["start"]["ties"]
    assert decay.min() >= 0 and decay.max() <= 1 and ties.min() >= 0 and ties.max() <= 1
    assert np.mean(decay == 1) == 0 and np.mean(ties == 0) == 0
    # Half of a normal distribution: its mean is sd sqrt(2/pi).
    assert ties.mean() == pytest.approx(0.3 * np.sqrt(2 / np.pi), abs=4 * 0.2 / np.sqrt(20_000))
    assert "cut to 0 to 1" in repr(people.traits)


@pytest.mark.parametrize("design", ["random", "latin", "sobol"])
def test_correlations_are_reached(design):
    asked = {("ties", "sensitisation"): -0.4, ("sensitisation", "loneliness"): 0.6}
    people = sa.population(C, 8192, seed=2, design=design, correlation=asked, loneliness=True,
                           start={"ties": s.beta(4, 4)}, sensitisation=(0.3, 0.7), decay=(0.1, 0.3))  # fmt: skip
    alone = sa.population(C, 8192, seed=2, design=design, correlation={("ties", "sensitisation"): -0.4},
                          start={"ties": s.beta(4, 4)}, sensitisation=(0.3, 0.7), decay=(0.1, 0.3))  # fmt: skip
    rank = lambda a, b: stats.spearmanr(a, b).statistic  # noqa: E731
    # The rank correlation of a Gaussian copula.
    expected = lambda r: 6 / np.pi * np.arcsin(r / 2)  # noqa: E731
    table = people.to_xarray()
    error = 4 / np.sqrt(8192)
    assert rank(table["loneliness"], table["sensitisation"]) == pytest.approx(expected(0.6), abs=error)
    assert rank(alone["start"]["ties"], alone["sensitisation"]) == pytest.approx(expected(-0.4), abs=error)
    assert rank(table["decay"], table["sensitisation"]) == pytest.approx(0, abs=error)


def test_designs_fill_the_range_more_evenly_than_chance():
    def discrepancy(design, seed):
        people = sa.population(C, 256, seed, design=design, decay=(0, 1), access=(0, 1), warmth=(0, 1))
        return stats.qmc.discrepancy(np.column_stack([people[name] for name in ("decay", "access", "warmth")]))

    mean = {design: np.mean([discrepancy(design, seed) for seed in range(5)]) for design in ("random", "latin", "sobol")}
    assert mean["sobol"] < mean["latin"] < mean["random"] / 2
    # A Latin hypercube has one person in each of 256 slices.
    people = sa.population(C, 256, design="latin", decay=(0, 1))
    assert sorted(np.floor(people["decay"] * 256).astype(int)) == list(range(256))


def test_named_traits_move_what_they_say():
    z = np.array([-1.0, 0.0, 2.0])
    people = flat(sa.population(C, 3, attachment_anxiety=z))
    assert people["appeal_of_cues"] == pytest.approx(8.5 + 1.5 * z)
    assert people["sensitisation"] == pytest.approx(0.5 * np.exp(0.3 * z))
    # A trait acts on what is drawn; what multiplies comes before what adds; bounds hold at the end.
    both = sa.population(C, 3, start={"ties": [0.5, 0.6, 0.95]}, available_ties=z, loneliness=[0, 0, -3])
    assert both["start"]["ties"] == pytest.approx([0.4, 0.6, 1.0])
    assert both["acquaintance"] == pytest.approx(0.012 * np.exp(0.5 * z))
    assert "ties" in repr(both.traits) and "exp(0.5 z)" in both.traits._repr_markdown_()


@pytest.mark.parametrize("name", TRAITS)
def test_every_trait_moves_something_in_the_ecosystem_or_says_where_and_how(name):
    trait = TRAITS[name]
    movable = [model for model in sa.models if trait.moves(model)]
    assert E in movable and trait.meaning and trait.why
    assert "ours" in trait.source and "[" in trait.source
    for effect in trait.effects:
        low, high = effect.on.quantity.bounds
        moved = effect.applied(np.array([effect.on.quantity.value]), np.array([1.0]))[0]
        assert low <= moved <= high and moved != effect.on.quantity.value


def test_the_rate_of_another_model_with_the_same_name_is_not_meant():
    z = sa.parameter("growth", 0.5, (0, 1), "1", "growth of something else")
    x = sa.state("leaf", start=0.1)
    with pytest.raises(ValueError, match=r"'social_skill' moves nothing in 'Plant'\. Models that have it: ties"):
        sa.population(sa.Model("Plant", {x: z * (1 - x)}), 5, social_skill=True)


def test_people_run():
    people = sa.population(C, 40, seed=1, start={"ties": (0.3, 0.7)}, sensitisation=(0.3, 0.7))
    run = sa.simulate(C, 26, dt=1, cues=0.6, **people)
    one = sa.simulate(C, 26, {"ties": people["start"]["ties"][7]}, dt=1, cues=0.6, sensitisation=people["sensitisation"][7])
    # Steps of one person are chosen apart from those of many; each is exact to 1e-9 of a step.
    assert run["ties"].isel(person=7).values == pytest.approx(one["ties"].values, abs=1e-7)
    assert people.to_xarray()["sensitisation"].attrs["units"] == "1/week"


@pytest.mark.parametrize("design", ["random", "latin", "sobol"])
def test_nobody_and_one(design):
    nobody, one = (sa.population(E, size, design=design, **MANY) for size in (0, 1))
    assert {len(values) for values in flat(nobody).values()} == {0} and nobody.to_xarray().sizes["person"] == 0
    assert {len(values) for values in flat(one).values()} == {1}
    assert np.isfinite(sa.simulate(E, 1, dt=1, **one)["ties"]).all()
    assert repr(nobody) and nobody.traits._repr_markdown_()
    with pytest.raises(ValueError, match="nobody to run"):
        sa.simulate(E, 1, **nobody)


def test_people_who_do_not_differ_are_as_many():
    alike = sa.population(C, 4)
    assert sa.simulate(C, 1, dt=1, **alike).sizes["person"] == 4 and "all alike" in repr(alike)
    assert sa.population(C, 4, decay=0.3)["decay"].tolist() == [0.3] * 4


def test_people_stay_who_they_are():
    own = np.array([0.1, 0.2])
    people = sa.population(C, 2, decay=own)
    own[:] = 0.9
    people["decay"]
    people.block(0, 2)["decay"][:] = 0.5
    assert people.block(0, 2)["decay"].tolist() == [0.1, 0.2]
    assert people == people and people != sa.population(C, 2, decay=[0.1, 0.2])


def test_a_distribution_of_one_number_serves():
    counts = sa.population(sa.models.ties, 3000, binding=stats.binom(10, 0.5))["binding"]
    assert set(counts) <= set(range(11)) and counts.mean() == pytest.approx(5, abs=0.12)
    assert "binom(10, 0.5)" in repr(sa.population(sa.models.ties, 3, binding=stats.binom(10, 0.5)))


def pair(**correlation):
    return lambda: sa.population(C, 5, correlation=correlation["of"], decay=(0, 1), access=(0, 1), warmth=(0, 1), growth=0.1)


@pytest.mark.parametrize(
    ("made", "kind", "said"),
    [
        (lambda: sa.population("C", 5), TypeError, "A Model is needed"),
        (lambda: sa.population(C, -1), ValueError, "size .* must be a whole number"),
        (lambda: sa.population(C, 2.5), ValueError, "size"),
        (lambda: sa.population(C, 5, seed=-1), ValueError, "seed"),
        (lambda: sa.population(C, 5, design="sobel"), ValueError, "Did you mean 'sobol'"),
        (lambda: sa.population(C, 5, lonelines=True), ValueError, "Did you mean 'loneliness'"),
        (lambda: sa.population(C, 5, ties=(0, 1)), ValueError, "start={'ties'"),
        (lambda: sa.population(C, 5, start={"decay": (0, 1)}), ValueError, "as a keyword: decay"),
        (lambda: sa.population(C, 5, start={"tis": (0, 1)}), ValueError, "Did you mean 'ties'"),
        (lambda: sa.population(C, 5, start=0.5), TypeError, "mapping"),
        (lambda: sa.population(sa.models.mirror, 5, loneliness=True), ValueError, r"needs \(ties, relatedness"),
        (lambda: sa.population(C, 5, decay=True), TypeError, "plain number"),
        (lambda: sa.population(C, 5, decay="0.5"), TypeError, "must be a spread"),
        (lambda: sa.population(C, 5, decay=None), TypeError, "must be a spread"),
        (lambda: sa.population(C, 5, decay=2), ValueError, "'decay' is 2, outside its bounds"),
        (lambda: sa.population(C, 5, decay=float("nan")), ValueError, "finite"),
        (lambda: sa.population(C, 5, decay=[0.1, 0.2]), ValueError, "round brackets"),
        (lambda: sa.population(C, 5, decay=np.zeros((5, 2))), ValueError, "5 entries in one row"),
        (lambda: sa.population(C, 20, decay=[0.1] * 17 + [np.nan] + [0.1] * 2), ValueError, r"person 17 \(counted from 0\)"),
        (lambda: sa.population(C, 20, decay=[0.1] * 19 + [3]), ValueError, r"person 19 \(counted from 0\) is 3, outside"),
        (lambda: sa.population(C, 3, decay=[0.1, "x", 0.2]), TypeError, "person 1|person 0"),
        (lambda: sa.population(C, 3, decay=[0.1, None, 0.2]), TypeError, "person 1"),
        (lambda: sa.population(C, 5, decay=(0.5, 0.2)), ValueError, "low before high"),
        (lambda: sa.population(C, 5, decay=s.normal(5, 1)), ValueError, "of normal.5, 1. lies within the bounds of 'decay'"),
        (lambda: sa.population(C, 5, decay=s.groups({0.5: 0.5, 2: 0.5})), ValueError, "A group of 'decay' is 2, outside"),
        (lambda: sa.population(C, 5, decay=stats.norm([0, 1], 1)), ValueError, "of one number"),
        (lambda: sa.population(C, 5, decay=stats.gamma), ValueError, "parameters given"),
        (lambda: s.normal(0, 0), ValueError, "above 0"),
        (lambda: s.lognormal(-1, 1), ValueError, "above 0"),
        (lambda: s.beta(0, 1), ValueError, "above 0"),
        (lambda: s.groups({0: 0.5, 1: 0.6}), ValueError, "add up to 1, not 1.1"),
        (lambda: s.groups({0: 1.5, 1: -0.5}), ValueError, "outside its bounds"),
        (lambda: s.groups({}), ValueError, "add up to 1"),
        (lambda: s.groups([1, 2]), TypeError, "mapping"),
        (lambda: sa.population(C, 10**9, design="latin", decay=(0, 1)), ValueError, "8.0 gigabytes"),
        (lambda: sa.population(C, 2**31, design="sobol", decay=(0, 1)), ValueError, "design='random'"),
        (lambda: sa.population(C, 5).block(3, 2), ValueError, "first"),
        (lambda: sa.population(C, 5).block(0, 6), ValueError, "from 0 to 5"),
        (lambda: sa.population(C, 5)["decay"], KeyError, "quantity in which these people differ"),
        (pair(of={("decay", "acces"): 0.1}), ValueError, "Did you mean 'access'"),
        (pair(of={("decay", "growth"): 0.1}), ValueError, "given, not drawn"),
        (pair(of={("decay", "decay"): 0.1}), ValueError, "with itself"),
        (pair(of={("decay", "access"): 0.1, ("access", "decay"): 0.1}), ValueError, "given twice"),
        (pair(of={("decay", "access"): 1.1}), ValueError, "outside its bounds"),
        (pair(of={("decay", "access"): 1}), ValueError, "'decay' and 'access', 1, must lie strictly between -1.00 and 1.00"),
        (pair(of={"decay": 0.1}), TypeError, "is no pair"),
        (pair(of=0.5), TypeError, "mapping"),
        (
            pair(of={("decay", "access"): 0.9, ("access", "warmth"): 0.9, ("decay", "warmth"): -0.95}),
            ValueError,
            "'decay' and 'warmth', -0.95, must lie strictly between 0.62 and 1.00",
        ),
    ],
)  # fmt: skip
def test_what_is_no_population_is_refused(made, kind, said):
    with pytest.raises(kind, match=said):
        made()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"decay": [0.1, 0.2, np.nan]}, r"'decay' of person 2 \(counted from 0\) must be a finite number"),
        ({"decay": [0.1, 7, 0.2]}, r"'decay' of person 1 \(counted from 0\) is 7, outside its bounds"),
        ({"start": {"ties": [0.1, -0.5]}}, r"'ties' of person 1 \(counted from 0\) is -0.5, outside"),
        ({"decay": 7}, "'decay' is 7, outside"),
    ],
)
def test_a_run_says_whose_value_it_cannot_use(given, said):
    with pytest.raises(ValueError, match=said):
        sa.simulate(C, 4, **given)
