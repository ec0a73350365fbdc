"""The explorer and the guess: what stands in the controls is what is computed."""

import ipywidgets as widgets
import pytest
import sympy
import traitlets
from own_models import logistic_map, lorenz, title

import socioaffective as sa
from socioaffective.explorer.widget import LOADER, step_of

m = sa.models.companion


def control(view, name):
    return next(c for c in view.spec["controls"] if c["name"] == name)


def test_controls_come_from_the_model():
    view = sa.explore(m)
    assert set(view.values) == {*m.settings, *m.states}
    for name, value in view.values.items():
        q, made = {**m.settings, **m.states}[name], control(view, name)
        assert (made["low"], made["high"], made["value"], value) == (*q.bounds, q.value, q.value)
        assert q.label in made["label"] and made["meaning"] == q.meaning and made["unit"] == q.unit
        assert made["folded"] == (q.kind == "parameter")
    assert control(view, "ties")["label"] == "start of ties"
    assert not any(c["folded"] for c in sa.explore(m, ["cues", "decay"]).spec["controls"])


def test_a_control_links_and_observes_like_any_widgets():
    view, other, seen = sa.explore(m, ["cues", "ties"]), widgets.FloatSlider(min=0, max=1), []
    view.observe(lambda change: seen.append(change["new"]), names="cues")
    widgets.link((view, "cues"), (other, "value"))
    other.value = 0.9
    assert view.cues == 0.9 and seen == [0.9] and view.settings == {"cues": 0.9} and view.start == {"ties": 0.45}
    view.cues = 0.2
    assert other.value == pytest.approx(0.2)
    view.reset()
    assert view.cues == m.levers["cues"].default
    with pytest.raises(Exception, match="cues"):
        view.cues = 1.5


def test_a_control_whose_name_a_widget_needs_gets_a_longer_one():
    layout = sa.parameter("layout", 0.5, (0, 1))
    x = sa.state("x", start=0.5)
    view = sa.explore(sa.Model("Own", {x: -layout * x}), ["layout"])
    view.layout_ = 0.7
    assert view.values == {"layout": 0.7} and view.code == "sa.simulate(model, weeks=104, layout=0.7)"


@pytest.mark.parametrize(
    "names", [("layout", "layout_"), ("_closed", "_choices"), ("_traits_of", "_controls"), ("self", "values")]
)
def test_controls_never_take_what_a_widget_needs_nor_each_others_place(names):
    one, other = (sa.parameter(name, value, (0, 1)) for name, value in zip(names, (0.3, 0.6), strict=True))
    mood = sa.state("mood")
    model = sa.Model("Mood", {mood: one - other * mood})
    explored = sa.explore(model)
    assert explored.values == {"mood": 0, names[0]: 0.3, names[1]: 0.6}
    setattr(explored, explored.spec["traits"][names[0]], 0.4)
    assert explored.values[names[0]] == 0.4 and f"{names[0]}=0.4" in explored.code
    assert explored.run["mood"].equals(sa.simulate(model, **{names[0]: 0.4})["mood"])


def test_what_is_no_number_is_no_value_of_a_control():
    explored = sa.explore(sa.models.companion, ["cues"])
    with pytest.raises(traitlets.TraitError, match="must be a number"):
        explored.cues = float("nan")
    assert explored.cues == 0


def test_all_explorers_share_one_runtime_and_carry_little_code():
    one, other = sa.explore(m, ["cues"]), sa.predict("Up?", ["yes", "no"], "no")
    assert one.runtime is other.runtime and one._esm == LOADER and len(LOADER) < 300
    assert len(one.runtime._esm) > 20_000
    one.runtime.close()
    assert sa.explore(m, ["cues"]).runtime.comm is not None


def test_the_code_repeats_the_run():
    view = sa.explore(m, ["cues", "ties", "binding"], show="ties", weeks=52)
    view.cues, view.ties, view.binding = 0.9, 0.3, 2.0
    assert view.code == "sa.simulate(sa.models.companion, weeks=52, start={'ties': 0.3}, cues=0.9, binding=2)"
    again = eval(view.code, {"sa": sa})
    assert again.equals(view.run)
    assert again.equals(sa.simulate(m, 52, {"ties": 0.3}, cues=0.9, binding=2))


def test_the_code_of_a_model_that_climbs_names_its_policy():
    policy = sa.policies.climber(cost=0.5)
    view = sa.explore(m, ["lever_cost", "cues", "ties"], policy=policy, weeks=26)
    assert view.code == "sa.simulate(sa.models.companion, weeks=26, policy=sa.policies.climber('engagement', cost=0.5))"
    view.lever_cost, view.cues = 0.1, 0.4
    assert eval(view.code, {"sa": sa}).equals(view.run)
    assert view.run.equals(sa.simulate(m, 26, {"cues": 0.4}, policy, lever_cost=0.1))


def test_a_model_can_be_chosen():
    calm = m.replace(cues=0.2)
    view = sa.explore({"calm": calm, "bound": m.replace(cues=0.9)}, ["ties"], views=[sa.views.multiples("model", "ties")])
    assert view.values == {"model": "calm", "ties": 0.45} and view.code.endswith("weeks=104, cues=0.2)")
    view.model_ = "bound"
    assert view.code.endswith("cues=0.9)") and eval(view.code, {"sa": sa}).equals(view.run)
    named = sa.explore({"calm": lorenz(), "wild": lorenz().replace(rho=20)}, ["x"], weeks=3, choice="kind", called="two")
    named.kind = "wild"
    assert (
        named.code == "sa.simulate(two['wild'], weeks=3)" and sa.explore(lorenz(), ["rho"], called="own").code[12:16] == "own,"
    )
    with pytest.raises(ValueError, match="over a menu"):
        sa.explore(m, ["ties"], views=[sa.views.multiples("model", "ties")])


def test_noise_is_left_out_and_the_code_says_so():
    x = sa.state("x", start=0.5, bounds=(0, 10))
    view = sa.explore(sa.Model("Noisy", {x: -x}, noise={x: 0.1}), weeks=4)
    assert ".without_noise()" in view.code and view.run.equals(eval(view.code, {"sa": sa, "model": view.model}))


def test_views_and_lights_are_those_of_the_model():
    kinds = lambda view: [v["kind"] for v in view.spec["views"]]  # noqa: E731
    assert kinds(sa.explore(m, ["cues"])) == ["course", "phase_plane"]
    assert kinds(sa.explore(m, ["cues"], show=[])) == ["phase_plane"]
    assert kinds(sa.explore(sa.models.mirror, weeks=5)) == ["course", "phase_line"]
    assert kinds(sa.explore(logistic_map(), ["rate"], weeks=20)) == ["course", "cobweb"]
    assert kinds(sa.explore(lorenz(), ["rho"], weeks=3)) == ["course", "path"]
    assert sa.explore(logistic_map(), ["rate"], weeks=20).spec["points"] == 21
    assert sa.explore(m, ["cues"], show="ties").spec["views"][0]["names"] == ["ties"]


def test_a_light_holds_in_python_where_it_should():
    at = sa.views.at
    lost = sa.views.light("lost", (at("ties", 104) < 0.1) & (at("ties", 104, alone=True) > 0.5))
    for cues in (0.1, 0.9):
        run = sa.simulate(m, cues=cues)
        assert lost.holds(run) == (float(run["ties"][-1]) < 0.1) == (cues == 0.9)
    assert sa.views.light("two", sympy.Eq(sa.views.stable_states(), 2)).holds(sa.simulate(m, cues=0.7))


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (lambda: 5, "the run of one person"),
        (lambda: sa.simulate(m, cues=[0.1, 0.9]), "the run of one person"),
        (lambda: sa.simulate(m, weeks=50), "outside its bounds"),
        (lambda: sa.simulate(sa.models.mirror), "no variable of the run"),
    ],
)
def test_a_light_says_which_run_it_cannot_read(run, said):
    with pytest.raises(ValueError, match=said):
        view.light("Ties are lost", at("ties", 104) < 0.1).holds(run())


def test_repr_is_stable():
    assert repr(sa.explore(m, ["cues"])) == "Explorer('Companion': cues)"


def test_a_guess_is_committed_once():
    ask = sa.predict("Up or down?", ["up", "down"], "down", "Look below.")
    assert ask.choice is None and ask.spec["answer"] == "down" and ask.spec["because"] == "Look below."
    with pytest.raises(ValueError, match="Did you mean 'down'"):
        ask.commit("dwn")
    ask.commit("up")
    ask.commit("down")
    assert ask.choice == "up" and repr(ask) == "Prediction('Up or down?')"
    with pytest.raises(ValueError, match="Did you mean 'down'"):
        sa.predict("Up or down?", ["up", "down"], "dwn")


def test_the_code_of_a_model_of_the_catalogue_runs_as_it_is():
    changed = sa.models.co_construction.replace(steering=0.5, preference=0.2)
    view = sa.explore(changed, ["influence", "offer"], weeks=26)
    view.influence, view.offer = 0.8, -0.5
    again = eval(view.code, {"sa": sa})
    exact = sa.simulate(changed, 26, {"offer": -0.5}, influence=0.8)
    assert again["preference"].values.tolist() == exact["preference"].values.tolist()
    view.influence = changed.parameters["influence"].default * (1 + 1e-15)
    assert "influence" not in view.code
    assert sa.explore(lorenz(), ["rho"], weeks=3).code == "sa.simulate(model, weeks=3)"


@pytest.mark.parametrize("model", list(sa.models), ids=title)
def test_a_control_can_stand_where_the_model_has_its_default(model):
    for q in {**model.settings, **model.states}.values():
        step = step_of(q)
        steps = (q.value - q.bounds[0]) / step
        assert step <= (q.bounds[1] - q.bounds[0]) / 100 + 1e-12
        # The one irrational start, of the sphere, is met to within a thousandth.
        assert abs(steps - round(steps)) < (0.5 if q.name == "across" else 1e-6)


@pytest.mark.parametrize(
    ("begun", "bounds", "moved", "said"),
    [
        (1234567.0, (0, 2e6), None, ""),
        (1234567.0, (0, 2e6), 1234567.8, ", n=1234567.8"),
        (0.1, (0, 1), 0.5000000000000001, ", n=0.5"),
        (1e15, (1e15, 1e15 + 100), 1e15 + 7, ", n=1000000000000007"),
        (0.0, (0, 1e-13), 2.5e-14, ", n=2.5e-14"),
    ],
)
def test_the_code_gives_a_number_as_exactly_as_its_control_does(begun, bounds, moved, said):
    n = sa.parameter("n", begun, bounds)
    y = sa.state("y", start=0.5, bounds=(0, 1))
    view = sa.explore(sa.Model("Still", {y: 1e-20 * n * y}), ["n"], weeks=4)
    if moved is not None:
        view.n = moved
    assert view.code == f"sa.simulate(model, weeks=4{said})"


def test_the_code_keeps_every_digit_of_a_default_that_was_changed():
    changed = m.replace(binding=1 + 1e-9, ties=1 / 3)
    assert eval(sa.explore(changed, ["cues"], weeks=1 / 3).code, {"sa": sa}).equals(
        sa.simulate(m, 1 / 3, {"ties": 1 / 3}, binding=1 + 1e-9)
    )


at, view = sa.views.at, sa.views


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        ({"show": 3}, TypeError, "show must be a list"),
        ({"show": [["ties"]]}, ValueError, "Did you mean 'ties'"),
        ({"controls": [["cues"]]}, ValueError, "Did you mean 'cues'"),
        ({"controls": ["cues", "cues"]}, ValueError, "'cues' is given twice"),
        ({"weeks": [1, 2]}, TypeError, "weeks .* must be a plain number"),
        ({"weeks": 0}, ValueError, "weeks must be above 0"),
        ({"views": []}, ValueError, "at least one view"),
        ({"views": [3]}, TypeError, "made by sa.views"),
        ({"views": view.course("ties")}, TypeError, "views must be a list"),
        ({"views": [view.course("tis")]}, ValueError, "Did you mean 'ties'"),
        ({"views": [view.cobweb()]}, ValueError, "discrete model of one state"),
        ({"views": [view.phase_line()]}, ValueError, "continuous model of one state"),
        ({"views": [view.diagram("cus")]}, ValueError, "Did you mean 'cues'"),
        ({"views": [view.diagram("cues", "tie")]}, ValueError, "Did you mean 'ties'"),
        ({"views": [view.needs()]}, ValueError, "has none"),
        ({"views": [view.authorship()]}, ValueError, "authorship"),
        ({"views": [view.fan("ties", {})]}, ValueError, "people differ"),
        ({"views": [view.fan("ties", {"ties": 2})]}, ValueError, "The spread of 'ties'"),
        ({"views": [view.fan("ties", {"ties": 0.1}, people=3)]}, ValueError, "from 10 to 400"),
        ({"views": [view.region("cues", "tie", m.symbols["cues"])]}, ValueError, "Did you mean 'ties'"),
        ({"views": [view.region("cues", "ties", m.symbols["cues"], "ab c")]}, ValueError, "words are two"),
        ({"views": [view.diagram(["cues"])]}, ValueError, "no parameter, lever or input for a diagram"),
        ({"views": [view.diagram("cues", ["ties"])]}, ValueError, "no state for a diagram"),
        ({"views": [view.fan("ties", ["ties"])]}, TypeError, "spread must be a mapping"),
        ({"views": [view.region(["cues"], "ties", m.symbols["cues"])]}, ValueError, "for a region"),
        ({"views": [view.region("cues", "cues", m.symbols["cues"])]}, ValueError, "two different quantities"),
        ({"views": [view.region("cues", "ties", None)]}, TypeError, "margin of a region"),
        ({"views": [view.region("cues", "ties", "cues - ties")]}, TypeError, "margin of a region"),
        ({"views": [view.region("cues", "ties", m.symbols["cues"], 5)]}, ValueError, "words are two"),
        ({"policy": sa.policies.fixed(cues=0.5)}, TypeError, "sa.policies.climber"),
        ({"lights": [3]}, TypeError, "made by sa.views.light"),
        ({"lights": [view.light("late", at("ties", 200) < 1)]}, ValueError, "The week of the light 'late'"),
        ({"lights": [view.light("odd", at("tie", 2) < 1)]}, ValueError, "Did you mean 'ties'"),
        ({"predict": "tie"}, ValueError, "Did you mean 'ties'"),
        ({"predict": "ties", "show": "wanting"}, ValueError, "drawn over a time course"),
        ({"predict": "ties", "views": [view.phase_plane()]}, ValueError, "drawn over a time course"),
        ({"ahead": True}, ValueError, "exploring a function"),
        ({"called": "my model"}, ValueError, "names, such as"),
        ({"choice": 3}, ValueError, "names, such as"),
    ],
)
def test_what_cannot_be_explored_is_refused(given, kind, said):
    with pytest.raises(kind, match=said):
        sa.explore(m, **given)


@pytest.mark.parametrize("condition", [3, True, m.symbols["ties"] < 0.1, at("ties", 4) + 1, at("ties", 4) < m.symbols["ties"],
                                       at("ties", 4), ~at("ties", 4), at("ties", 4) | (at("ties", 8) < 1)])  # fmt: skip
def test_a_light_reads_runs_and_nothing_else(condition):
    with pytest.raises(TypeError, match="compares what"):
        view.light("odd", condition)


def test_a_line_is_drawn_once_however_often_it_is_named():
    assert view.course("ties", "wanting", "ties").described(m)["names"] == ["ties", "wanting"]


@pytest.mark.parametrize("given", [(None, 4), (["ties"], 4), ("ties", "soon"), ("ties", [4])])
def test_a_reading_has_a_name_and_a_week(given):
    with pytest.raises(TypeError, match=r"by its name|week must be a plain number"):
        at(*given)


def test_models_to_choose_from_have_the_same_quantities():
    with pytest.raises(ValueError, match="share no controls"):
        sa.explore({"one": m, "other": sa.models.mirror})
    with pytest.raises(ValueError, match="at least two"):
        sa.explore({"one": m})
    with pytest.raises(TypeError, match="A Model is needed"):
        sa.explore({"one": m, "other": 3})
    with pytest.raises(TypeError, match="A Model is needed"):
        sa.explore(dict)


def test_a_model_that_javascript_cannot_compute_is_refused_with_the_way_out():
    x = sa.state("x", start=0.5)
    with pytest.raises(ValueError, match="cannot be computed in JavaScript"):
        sa.explore(sa.Model("Odd", {x: sympy.besselj(0, x) - x}), weeks=4)
