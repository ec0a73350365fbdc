"""The explorer and the guess: what a reader moves is what is computed."""

import re

import altair as alt
import numpy as np
import pytest
from own_models import logistic_map, lorenz, title

import socioaffective as sa
from socioaffective.explorer import step_of

m = sa.models.companion


def test_sliders_come_from_the_model():
    view = sa.explore(m)
    assert set(view.sliders) == {*m.settings, *m.states}
    for name, slider in view.sliders.items():
        q = {**m.settings, **m.states}[name]
        assert (slider.min, slider.max, slider.value) == (*q.bounds, q.value)
        assert q.label in slider.description and q.meaning in slider.tooltip
    assert "start of ties" in view.sliders["ties"].description
    assert "(1/week)" in view.sliders["decay"].description


def test_every_slider_moves_the_view_and_reset_puts_it_back():
    view = sa.explore(m.replace(cues=0.5))
    picture = lambda: re.sub(r"clip\d+", "", view.view.value)  # noqa: E731 - the drawing counts its clips
    first = picture()
    for slider in view.sliders.values():
        rest = slider.value
        slider.value = slider.max if slider.value < slider.max else slider.min
        assert picture() != first, slider.description
        assert "<svg" in view.view.value and "role='alert'" not in view.view.value
        slider.value = rest
        assert picture() == first
    for slider in view.sliders.values():
        slider.value = (slider.min + slider.max) / 2
    view.reset()
    assert picture() == first


def test_the_code_repeats_what_is_shown():
    view = sa.explore(m, ["cues", "ties", "binding"], show="ties", weeks=52)
    view.sliders["cues"].value, view.sliders["ties"].value, view.sliders["binding"].value = 0.9, 0.3, 2.0
    run = eval(view.code, {"sa": sa, "model": m})
    assert float(run["ties"][-1]) == pytest.approx(float(sa.simulate(m, 52, {"ties": 0.3}, cues=0.9, binding=2)["ties"][-1]))
    assert f"ties goes from 0.30 to {float(run['ties'][-1]):.2f} over 52 weeks" in view.alternative


def test_what_is_shown_is_said():
    view = sa.explore(m, ["cues"])
    assert view.alternative.split(".")[0] in re.search(r"aria-label='([^']*)'", view.view.value).group(1)


def test_a_run_that_fails_says_so_in_the_view():
    y = sa.state("y", start=0.5, bounds=(0, 10))
    k = sa.parameter("k", -1, (-1, 5))
    view = sa.explore(sa.Model("Growing", {y: k * y**2}), weeks=10)
    view.sliders["k"].value = 5
    assert "role='alert'" in view.view.value and "integration failed" in view.view.value


def test_three_states_are_explored_as_a_path():
    view = sa.explore(lorenz(), ["rho"], weeks=3)
    assert "Path of y against x" in view.alternative
    view.sliders["rho"].value = 14
    assert "Path of y against x" in view.alternative


def test_repr_is_stable():
    assert repr(sa.explore(m, ["cues"])) == "Explorer('Companion': cues)"


def test_a_guess_is_committed_before_the_answer_is_shown():
    ask = sa.predict("Up or down?", ["up", "down"], "down", "Look below.")
    assert ask.button.disabled and ask.verdict.value == ""
    ask.commit()
    assert ask.choice is None
    ask.options.value = "up"
    assert not ask.button.disabled and ask.verdict.value == ""
    ask.button.click()
    assert "down" in ask.verdict.value and "Look below." in ask.verdict.value and ask.options.disabled
    with pytest.raises(ValueError, match="Did you mean 'down'"):
        sa.predict("Up or down?", ["up", "down"], "dwn")


def test_what_a_run_warns_of_is_said_below_the_picture():
    view = sa.explore(sa.models.co_construction, ["anchoring"], below=sa.figures.authorship)
    assert "role='status'" not in view.view.value
    view.sliders["anchoring"].value = 0
    assert "continuum" in view.view.value and "memory decides" in view.alternative


def test_other_figures_can_stand_beside_and_below():
    view = sa.explore(sa.models.needs, ["engagement"], show="wellbeing", beside=sa.figures.need_plane)
    assert "frustration (up)" in view.alternative
    view.sliders["engagement"].value = 0.9
    assert view.code == "sa.simulate(sa.models.needs, weeks=104, engagement=0.9)"


def test_the_code_of_a_model_of_the_catalogue_runs_as_it_is():
    changed = sa.models.co_construction.replace(steering=0.5, preference=0.2)
    view = sa.explore(changed, ["influence", "offer"], weeks=26)
    view.sliders["influence"].value, view.sliders["offer"].value = 0.8, -0.5
    again = eval(view.code, {"sa": sa})
    exact = sa.simulate(changed, 26, {"offer": -0.5}, influence=0.8)
    assert again["preference"].values.tolist() == exact["preference"].values.tolist()
    view.sliders["influence"].value = changed.parameters["influence"].default * (1 + 1e-15)
    assert "influence" not in view.code
    assert sa.explore(lorenz(), ["rho"], weeks=3).code == "sa.simulate(model, weeks=3)"


@pytest.mark.parametrize("model", list(sa.models), ids=title)
def test_a_slider_can_stand_where_the_model_has_its_default(model):
    for q in {**model.settings, **model.states}.values():
        step = step_of(q)
        steps = (q.value - q.bounds[0]) / step
        assert step <= (q.bounds[1] - q.bounds[0]) / 100 + 1e-12
        # The one irrational start, of the sphere, is met to within a thousandth.
        assert abs(steps - round(steps)) < (0.5 if q.name == "across" else 1e-6)


def test_an_explorer_can_do_without_a_time_course_and_shows_the_cobweb_of_a_map():
    alone = sa.explore(sa.models.companion, controls=["cues"], show=[])
    assert "weeks" not in alone.alternative and alone.alternative.startswith("Phase plane of Companion")
    assert "Cobweb of Logistic map" in sa.explore(logistic_map(), controls=["rate"], weeks=20).alternative


def figure_of(weeks, variable):
    return sa.figures.time_course(sa.simulate(sa.models.companion, weeks), variable)


LENGTH = sa.parameter("weeks_ahead", 26, (4, 104), "weeks", "how long")


def test_a_function_is_explored_by_its_arguments():
    view = sa.explore(lambda weeks_ahead, what: figure_of(weeks_ahead, what), [LENGTH, {"what": ["ties", "wanting"]}])
    assert view.settings == {"weeks_ahead": 26, "what": "ties"} and view.alternative.startswith("ties goes from 0.45")
    view.sliders["what"].value = "wanting"
    view.sliders["weeks_ahead"].value = 52
    assert view.alternative.startswith("wanting goes from 0.05") and "52 weeks" in view.alternative
    assert "weeks_ahead=52, what='wanting'" in view.code and repr(view).startswith("Explorer(")
    view.reset()
    assert view.settings == {"weeks_ahead": 26, "what": "ties"} and "26 weeks" in view.alternative


def test_a_function_that_fails_says_why_in_the_view():
    def broken(weeks_ahead):
        raise ValueError("no <such> thing")

    assert (
        "role='alert'" in sa.explore(broken, [LENGTH]).view.value and "&lt;such&gt;" in sa.explore(broken, [LENGTH]).view.value
    )
    assert "must return a figure" in sa.explore(lambda weeks_ahead: 3, [LENGTH]).view.value


@pytest.mark.parametrize(
    ("controls", "kind", "said"),
    [
        (None, ValueError, "at least one control"),
        ([], ValueError, "at least one control"),
        ("weeks", TypeError, "must be a list"),
        (["weeks"], TypeError, "made by sa.parameter"),
        ([LENGTH, LENGTH], ValueError, "given twice"),
        ([{"what": ["ties"]}], ValueError, "at least two words"),
        ([{"what": "ties"}], TypeError, "must be a list"),
        ([{"what": [1, 2]}], ValueError, "at least two words"),
        ([{"variable": ["ties", "ties"]}], ValueError, "twice"),
        ([{3: ["ties", "wanting"]}], TypeError, "named by the argument"),
        ([LENGTH, {"varable": ["ties", "wanting"]}], ValueError, "no argument of figure_of 'weeks_ahead'"),
        ([{"variable": ["ties", "wanting"]}], ValueError, "figure_of needs 'weeks' too"),
    ],
)
def test_controls_of_a_function_that_are_none_are_refused(controls, kind, said):
    with pytest.raises(kind, match=said):
        sa.explore(figure_of, controls)


def test_a_function_is_told_what_only_a_model_has():
    for option in ({"weeks": 12}, {"show": "ties"}, {"beside": figure_of}):
        with pytest.raises(ValueError, match="for exploring a model"):
            sa.explore(lambda weeks_ahead: figure_of(weeks_ahead, "ties"), [LENGTH], **option)
    with pytest.raises(TypeError, match="A Model is needed"):
        sa.explore(dict, [LENGTH])


def test_an_error_of_any_kind_is_shown_and_gone_once_it_is_mended():
    def brittle(weeks_ahead):
        return figure_of(weeks_ahead, {26: "ties"}[weeks_ahead])

    view = sa.explore(brittle, [LENGTH])
    view.sliders["weeks_ahead"].value = 52
    assert "role='alert'" in view.view.value and "brittle raised KeyError: 52.0" in view.view.value
    view.reset()
    assert (
        "<svg" in view.view.value and view.code == "brittle(weeks_ahead=26)" and repr(view) == "Explorer(brittle: weeks_ahead)"
    )


def dot(n):
    return alt.Chart(alt.InlineData([{"x": n}]), description=f"n is {n:.6f}").mark_point().encode(x="x:Q")


@pytest.mark.parametrize(
    ("begun", "bounds", "moved", "said"),
    [
        (1234567.0, (0, 2e6), None, "1234567"),
        (1234567.0, (0, 2e6), 1234567.8, "1234567.8"),
        (1 / 3, (0, 1), None, "0.3333333333333333"),
        (0.1, (0, 1), 0.5000000000000001, "0.5"),
        (1e15, (1e15, 1e15 + 100), 1e15 + 7, "1000000000000007"),
        (0.0, (0, 1e-13), 2.5e-14, "2.5e-14"),
    ],
)
def test_the_code_gives_a_number_as_exactly_as_its_slider_does(begun, bounds, moved, said):
    n = sa.parameter("n", begun, bounds)
    y = sa.state("y", start=0.5, bounds=(0, 1))
    own = sa.explore(sa.Model("Still", {y: 1e-20 * n * y}), ["n"], weeks=4)
    view = sa.explore(dot, [n])
    if moved is not None:
        own.sliders["n"].value = view.sliders["n"].value = moved
        assert f", n={said})" in own.code
    assert view.code == f"dot(n={said})"
    assert eval(view.code, {"dot": lambda n: n}) == pytest.approx(view.settings["n"], rel=1e-15)


def test_the_code_keeps_every_digit_of_a_default_that_was_changed():
    changed = m.replace(binding=1 + 1e-9, ties=1 / 3)
    assert eval(sa.explore(changed, ["cues"], weeks=1 / 3).code, {"sa": sa}).identical(
        sa.simulate(m, 1 / 3, {"ties": 1 / 3}, binding=1 + 1e-9)
    )


def test_after_an_error_the_board_tells_the_error_and_the_present_call():
    def picky(n):
        if n > 1:
            raise ValueError("too <much>")
        return dot(n).properties(description="all is well")

    view = sa.explore(picky, [sa.parameter("n", 0, (0, 2))])
    assert view.alternative == "all is well"
    view.sliders["n"].value = 2
    assert view.alternative == "too <much>" and "picky(n=2)" in view.call.value
    view.reset()
    assert view.alternative == "all is well" and "picky(n=0)" in view.call.value


def misdrawn(run):
    chart = dot(1)
    chart.mark = "nonsense"
    return chart


@pytest.mark.parametrize("place", ["beside", "below"])
@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (lambda run: 1 / 0, " raised ZeroDivisionError"),
        (lambda run: 3, " must return a figure"),
        (misdrawn, "nonsense"),
    ],
)
def test_a_figure_beside_or_below_that_fails_says_why_in_the_view(place, figure, said):
    view = sa.explore(m, ["cues"], weeks=4, **{place: figure})
    assert "role='alert'" in view.view.value and said in view.alternative


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        ({"beside": 3}, TypeError, "beside must be a function"),
        ({"below": dot(1)}, TypeError, "below must be a function"),
        ({"show": 3}, TypeError, "show must be a list"),
        ({"show": [["ties"]]}, ValueError, "Did you mean 'ties'"),
        ({"controls": [["cues"]]}, ValueError, "Did you mean 'cues'"),
        ({"weeks": np.array([1, 2])}, TypeError, "weeks .* must be a plain number"),
    ],
)
def test_what_cannot_be_explored_is_refused(given, kind, said):
    with pytest.raises(kind, match=said):
        sa.explore(m, **given)
    with pytest.raises(TypeError, match="weeks must be a plain number"):
        sa.explore(dot, [LENGTH], weeks=np.array([1, 2]))
