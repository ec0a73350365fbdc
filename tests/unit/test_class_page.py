"""The class's page: what is drawn is where policies stand, and nobody can be told by it."""

import re

import numpy as np
import pytest
from test_figures import marks

import socioaffective as sa
from socioaffective import theme
from socioaffective.exercises import class_page, standings

ALIKE = sa.policies.fixed(cues=0.5, steering=0, accommodation=0)


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(3)
    levels = rng.uniform(0.3, 0.95, 200)
    pairs = {f"student-{k}": (e, standings.best_wellbeing(e) - rng.gamma(2, 0.01)) for k, e in enumerate(levels)}
    return class_page.points({**pairs, "runs": ALIKE}, "a word")


@pytest.fixture(autouse=True)
def light():
    sa.setup("light")


def test_points_are_where_policies_stand(found):
    own = found.sel(label=class_page.anonymous("runs", "a word"))
    assert (float(own["engagement"]), float(own["wellbeing"])) == standings.standing(ALIKE)
    below = [standings.best_wellbeing(e) for e in found["engagement"].values] - found["wellbeing"]
    np.testing.assert_allclose(found["distance"], below, atol=1e-12)
    assert found["distance"].min() >= 0


def test_no_plan_is_beyond_the_front():
    for weight in (0.3, 0.55, 0.7, 0.8, 0.95):
        run = sa.optimise(sa.models.ecosystem, standings.mixture(weight), **standings.PLANNED).run
        pair = float(sa.objectives.engagement.score(run)), float(standings.wellbeing.score(run))
        assert standings.best_wellbeing(pair[0]) == pytest.approx(pair[1], abs=1e-3)
        assert standings.weight_at(pair[0]) == pytest.approx(weight, abs=0.02)


def test_what_is_drawn_is_what_was_computed(found):
    chart = sa.figures.class_on_front(found)
    many, near = (rows for _, rows in marks(chart, "point"))
    assert len(many) + len(near) == found.sizes["label"] and len(near) == 3
    for row in [*many, *near]:
        own = found.sel(label=row["told"].split(":")[0])
        assert (row["x"], row["y"]) == (round(float(own["engagement"]), 4), round(float(own["wellbeing"]), 4))
    assert max(float(found["distance"].sel(label=row["told"][:5])) for row in near) <= np.sort(found["distance"])[3]
    ((_, line),) = marks(chart, "line")
    np.testing.assert_array_equal([row["y"] for row in line], found["front_wellbeing"].values.round(4))
    # Each label twice: once as the halo of itself.
    texts = [row["text"] for _, rows in marks(chart, "text") for row in rows]
    assert sorted(texts) == sorted(2 * [row["told"][:5] for row in near])
    assert all(row["told"][:5] in chart.description for row in near)
    assert f"Of 201 policies half stand within {float(found['distance'].median()):.3f}" in chart.description


@pytest.mark.parametrize(("count", "best", "said"), [(1, 3, "One policy stands"), (2, 1, "the nearest is"), (2, 0, "farthest")])
def test_small_classes_are_said_and_drawn(count, best, said):
    pairs = dict(list({"ada7": (0.75, 0.49), "bob": (0.8, 0.4)}.items())[:count])
    chart = sa.figures.class_on_front(class_page.points(pairs, "a word"), best)
    assert said in chart.description and sum(len(rows) for _, rows in marks(chart, "point")) == count


def test_labels_tell_nobody_without_the_word(found):
    assert class_page.anonymous("ada7", "a word") != class_page.anonymous("ada7", "another word")
    assert "student" not in str(found) + str(found["label"].values.tolist())
    assert "student" not in str(sa.figures.class_on_front(found).to_dict())


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_the_page_is_one_file_that_says_each_label_under_the_pointer(found, tmp_path, shade):
    sa.setup(shade)
    text = class_page.write(found, tmp_path / "new" / "class.html").read_text(encoding="utf-8")
    assert "student" not in text and len(text.encode()) < 300_000
    assert not re.findall(r'<(?:script|link|img|iframe)[^>]*\b(?:src|href)="(?!data:)', text)
    titles = re.findall(r"<path[^>]*><title>(.*?)</title></path>", text)
    assert sorted(title[:5] for title in titles) == sorted(found["label"].values.tolist())
    assert text.count("<tr>") == 1 + class_page.LISTED and theme.TOLD not in text
    # In either theme, as all pages.
    assert all("light-dark" in line for line in re.findall(r"\.chart \[fill=.*", text))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: class_page.anonymous("ada7", " "), "secret is empty"),
        (lambda: class_page.points({}, "a word"), "class is empty"),
        (lambda: class_page.points({"ada7": (0.5, 0.4), "ADA7": (0.5, 0.4)}, "a word"), "one label"),
        (lambda: class_page.points({"ada7": (0.5, 0.4, 0.3)}, "a word"), "not 3 numbers"),
        (lambda: class_page.points({"ada7": (50, 0.4)}, "a word"), "outside its bounds"),
        (lambda: class_page.points({"ada7": lambda state: 1 / 0}, "a word"), "Leave 'ada7' out"),
        (lambda: class_page.points([0.5], "a word"), "policies"),
        (lambda: sa.figures.class_on_front({}), "class_page.points"),
        (lambda: sa.figures.class_on_front(sa.simulate(sa.models.ties, 8)), "variable of these points"),
    ],
)
def test_what_makes_no_sense_is_refused(call, said):
    with pytest.raises((ValueError, TypeError), match=said):
        call()
