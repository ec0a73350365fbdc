"""The explorer of a function: the kernel draws, and what fails is said."""

import zlib

import altair as alt
import numpy as np
import pytest

import socioaffective as sa

LENGTH = sa.parameter("weeks_ahead", 26, (4, 104), "weeks", "how long")


def figure_of(weeks, variable):
    return sa.figures.time_course(sa.simulate(sa.models.companion, weeks), variable)


def dot(n):
    return alt.Chart(alt.InlineData([{"x": n}]), description=f"n is {n:.6f}").mark_point().encode(x="x:Q")


def test_a_function_is_explored_by_its_arguments():
    view = sa.explore(lambda weeks_ahead, what: figure_of(weeks_ahead, what), [LENGTH, {"what": ["ties", "wanting"]}])
    assert view.settings == {"weeks_ahead": 26, "what": "ties"} and view.alternative.startswith("ties goes from 0.45")
    first, drawn = view.picture, view.drawn
    view.what = "wanting"
    view.weeks_ahead = 52
    assert view.alternative.startswith("wanting goes from 0.05") and "52 weeks" in view.alternative
    assert "<svg" in view.picture and view.picture != first and view.drawn == drawn + 2
    assert "weeks_ahead=52, what='wanting'" in view.code and repr(view).startswith("Explorer(")
    view.reset()
    assert view.settings == {"weeks_ahead": 26, "what": "ties"} and "26 weeks" in view.alternative
    assert view.drawn == drawn + 3


@pytest.mark.parametrize("name", ["name", "figure", "self", "drawn", "_known", "settings"])
def test_an_argument_may_have_any_name(name):
    seen = []
    call = {name: ["ties", "wanting"]}

    def figure_of_any(**given):
        seen.append(given)
        return figure_of(20, "ties")

    view = sa.explore(figure_of_any, [call])
    setattr(view, view.spec["traits"][name], "wanting")
    assert seen == [{name: "ties"}, {name: "wanting"}] and not view.trouble
    assert view.code == f"figure_of_any({name}='wanting')"


def test_a_function_that_fails_says_why_and_recovers():
    def picky(n):
        if n > 1:
            raise ValueError("too <much>")
        return dot(n).properties(description="all is well")

    view = sa.explore(picky, [sa.parameter("n", 0, (0, 2))])
    assert view.alternative == "all is well" and not view.trouble
    view.n = 2
    assert view.alternative == "too <much>" and view.trouble and view.picture == "" and view.code == "picky(n=2)"
    view.reset()
    assert view.alternative == "all is well" and not view.trouble and view.code == "picky(n=0)"


def test_an_error_of_any_kind_is_shown():
    def brittle(weeks_ahead):
        return figure_of(weeks_ahead, {26: "ties"}[weeks_ahead])

    view = sa.explore(brittle, [LENGTH])
    view.weeks_ahead = 52
    assert view.trouble and "brittle raised KeyError: 52.0" in view.alternative
    assert "must return a figure" in sa.explore(lambda weeks_ahead: 3, [LENGTH]).alternative

    def misdrawn(n):
        chart = dot(n)
        chart.mark = "nonsense"
        return chart

    assert "nonsense" in sa.explore(misdrawn, [sa.parameter("n", 0, (0, 2))]).alternative


def test_what_a_figure_warns_of_is_noted():
    def bar(anchoring):
        return sa.figures.authorship(sa.simulate(sa.models.co_construction, anchoring=anchoring)) | sa.figures.phase_plane(
            sa.models.co_construction, anchoring=anchoring
        )

    view = sa.explore(bar, [sa.models.co_construction.symbols["anchoring"]])
    assert view.notes == []
    view.anchoring = 0
    assert any("continuum" in note for note in view.notes)


def test_figures_of_menus_can_be_drawn_ahead():
    def both(variable, length):
        if length == "52" and variable == "wanting":
            raise ValueError("not this one")
        return figure_of(float(length), variable)

    menus = [{"variable": ["ties", "wanting"]}, {"length": ["26", "52"]}]
    view = sa.explore(both, menus, ahead=True)
    parts = [part.split("\x1f") for part in zlib.decompress(view.pictures).decode().split("\x1e")]
    assert len(parts) == 4 and [part[2] for part in parts] == ["0", "0", "0", "1"]
    assert "52 weeks" in parts[1][1] and parts[2][1].startswith("wanting") and parts[3][1] == "not this one"
    assert all("<svg" in part[0] for part in parts[:3])
    with pytest.raises(ValueError, match="all controls are menus"):
        sa.explore(lambda weeks_ahead: dot(1), [LENGTH], ahead=True)
    with pytest.raises(ValueError, match="at most 400"):
        sa.explore(lambda a, b: dot(1), [{n: [str(k) for k in range(21)]} for n in "ab"], ahead=True)


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
    for option in ({"weeks": 12}, {"show": "ties"}, {"views": [sa.views.course("ties")]}, {"predict": "ties"}):
        with pytest.raises(ValueError, match="for exploring a model"):
            sa.explore(lambda weeks_ahead: figure_of(weeks_ahead, "ties"), [LENGTH], **option)
    with pytest.raises(TypeError, match="A Model is needed"):
        sa.explore(dict, [LENGTH])
    with pytest.raises(TypeError, match="weeks must be a plain number"):
        sa.explore(dot, [LENGTH], weeks=np.array([1, 2]))


@pytest.mark.parametrize(
    ("begun", "bounds", "moved", "said"),
    [
        (1234567.0, (0, 2e6), None, "1234567"),
        (1234567.0, (0, 2e6), 1234567.8, "1234567.8"),
        (1 / 3, (0, 1), None, "0.3333333333333333"),
        (0.1, (0, 1), 0.5000000000000001, "0.5"),
    ],
)
def test_the_code_gives_a_number_as_exactly_as_its_control_does(begun, bounds, moved, said):
    view = sa.explore(dot, [sa.parameter("n", begun, bounds)])
    if moved is not None:
        view.n = moved
    assert view.code == f"dot(n={said})"
    assert eval(view.code, {"dot": lambda n: n}) == pytest.approx(view.settings["n"], rel=1e-15)
