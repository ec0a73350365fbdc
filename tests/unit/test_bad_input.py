"""Bad input is refused with a sentence that says what was given, what is allowed, and the nearest valid name."""

import numpy as np
import pytest
import sympy
import xarray as xr
from own_models import lorenz
from refusals import refuses

import socioaffective as sa

m = sa.models.companion
x = sa.state("mood", bounds=(-1, 1))
k = sa.parameter("recovery", 0.5, (0, 2), "1/week")
good = sa.Model("Mood", {x: -k * x})
run = sa.simulate(m, 4)
climber = sa.policies.climber
needs = sa.models.needs.symbols

CASES = {
    "unknown parameter": (lambda: sa.simulate(m, bindng=1), ValueError, ["bindng", "Did you mean 'binding'"]),
    "unknown state": (lambda: sa.simulate(m, start={"tie": 0.5}), ValueError, ["'tie'", "Did you mean 'ties'"]),
    "unknown lever": (lambda: sa.simulate(m, policy=sa.policies.fixed(cue=0.5)), ValueError, ["Did you mean 'cues'"]),
    "unknown option": (lambda: sa.simulate(m, week=5), ValueError, ["Did you mean 'weeks'"]),
    "unknown in equilibria": (lambda: sa.equilibria(m, cuse=0.5), ValueError, ["Did you mean 'cues'"]),
    "unknown in nullclines": (lambda: sa.nullclines(m, cuse=0.5), ValueError, ["Did you mean 'cues'"]),
    "unknown in replace": (lambda: m.replace(acess=0), ValueError, ["Did you mean 'access'"]),
    "unknown model": (lambda: sa.models.compagnon, AttributeError, ["Did you mean 'companion'"]),
    "unknown model by name": (lambda: sa.models["mirrror"], ValueError, ["Did you mean 'mirror'"]),
    "unknown public name": (lambda: sa.simulat, AttributeError, ["Did you mean 'simulate'"]),
    "unknown variable": (lambda: sa.figures.time_course(sa.simulate(m, 4), "tie"), ValueError, ["Did you mean 'ties'"]),
    "unknown control": (lambda: sa.explore(m, controls=["cue"]), ValueError, ["Did you mean 'cues'"]),
    "unknown theme": (lambda: sa.setup("drak"), ValueError, ["Did you mean 'dark'"]),
    "unknown exercise": (lambda: sa.exercises.check("00_tor", 1, 0), ValueError, ["Did you mean '00_tour'"]),
    "unknown question": (lambda: sa.exercises.check("00_tour", 9, 0), ValueError, ["1, 2, 3"]),
    "outside bounds": (lambda: sa.simulate(m, cues=1.5), ValueError, ["1.5", "[0, 1]"]),
    "start outside": (lambda: sa.simulate(m, start={"ties": -0.1}), ValueError, ["-0.1", "[0, 1]"]),
    "one of many outside": (lambda: sa.simulate(m, cues=[0.1, 2]), ValueError, ["2", "[0, 1]"]),
    "not a number": (lambda: sa.simulate(m, cues=float("nan")), ValueError, ["finite", "nan"]),
    "nan in array": (lambda: sa.simulate(m, cues=np.array([0.1, np.nan])), ValueError, ["finite"]),
    "infinite": (lambda: sa.simulate(m, start={"ties": np.inf}), ValueError, ["finite", "inf"]),
    "text for a number": (lambda: sa.simulate(m, cues="0.5"), TypeError, ["plain number", "'0.5'"]),
    "text for weeks": (lambda: sa.simulate(m, "two years"), TypeError, ["weeks", "'two years'"]),
    "none": (lambda: sa.simulate(m, cues=None), TypeError, ["None"]),
    "true": (lambda: sa.simulate(m, cues=True), TypeError, ["True"]),
    "matrix": (lambda: sa.simulate(m, cues=np.full((2, 2), 0.1)), ValueError, ["shape (2, 2)", "DataArray"]),
    "lengths differ": (lambda: sa.simulate(m, cues=[0.1, 0.2], start={"ties": [0.1] * 3}), ValueError, ["2", "3", "person"]),
    "empty": (lambda: sa.simulate(m, cues=[]), ValueError, ["empty"]),
    "sweep over time": (lambda: sa.simulate(m, cues=xr.DataArray([0.1], dims="time")), ValueError, ["schedule"]),
    "negative time": (lambda: sa.simulate(m, -3), ValueError, ["positive", "-3"]),
    "no time": (lambda: sa.simulate(m, 0), ValueError, ["positive"]),
    "negative step": (lambda: sa.simulate(m, 10, dt=-1), ValueError, ["dt", "-1"]),
    "too many points": (lambda: sa.simulate(m, 1e6, dt=1e-6), ValueError, ["points"]),
    "half a step": (lambda: sa.simulate(sa.models.sphere, 2.5), ValueError, ["whole", "2.5"]),
    "start not a mapping": (lambda: sa.simulate(m, start=0.5), TypeError, ["start", "0.5"]),
    "seed": (lambda: sa.simulate(m, seed=-1), ValueError, ["seed", "-1"]),
    "policy": (lambda: sa.simulate(m, policy=0.5), TypeError, ["policy", "0.5"]),
    "policy outside": (lambda: sa.simulate(m, policy=lambda s: {"cues": 2}), ValueError, ["cues", "2", "[0, 1]"]),
    "policy returns a number": (lambda: sa.simulate(m, policy=lambda s: 0.5), TypeError, ["0.5", "mapping"]),
    "policy unknown lever": (lambda: sa.simulate(m, policy=lambda s: {"cue": 0}), ValueError, ["Did you mean 'cues'"]),
    "schedule before 0": (lambda: sa.policies.schedule(cues={-1: 0.5}), ValueError, ["-1"]),
    "schedule not a mapping": (lambda: sa.policies.schedule(cues=0.5), TypeError, ["0.5"]),
    "intervention late": (lambda: sa.simulate(m, 10, interventions={20: {"ties": 0}}), ValueError, ["20", "0 to 10"]),
    "intervention name": (lambda: sa.simulate(m, 10, interventions={2: {"tie": 0}}), ValueError, ["Did you mean 'ties'"]),
    "event name": (lambda: sa.simulate(m, 10, events={"ties": m.symbols["ties"]}), ValueError, ["'ties'"]),
    "event symbol": (lambda: sa.simulate(m, 10, events={"e": x}), ValueError, ["mood"]),
    "event that compares": (lambda: sa.simulate(m, 4, events={"e": m.symbols["ties"] < 0.2}), TypeError, ["'e'", "ties - 0.2"]),
    "events in a list": (lambda: sa.simulate(m, 4, events=[k]), TypeError, ["events", "mapping"]),
    "start of a lever": (lambda: sa.simulate(m, 4, {"cues": 0.5}), ValueError, ["lever", "cues=..."]),
    "state as a keyword": (lambda: sa.simulate(m, 4, ties=0.5), ValueError, ["state", "start={'ties'"]),
    "symbol for a name": (lambda: sa.simulate(m, 4, {m.symbols["ties"]: 0.3}), ValueError, ["in quotes, 'ties'"]),
    "name in capitals": (lambda: sa.claim("sf1"), ValueError, ["Did you mean 'SF1'"]),
    "claim in a list": (lambda: sa.claim(["SF1"]), ValueError, ["no claim"]),
    "number beyond all": (lambda: sa.simulate(m, 10**400), ValueError, ["too large"]),
    "too many steps": (lambda: sa.simulate(sa.models.sphere, 10**9), ValueError, ["too many", "1e+07"]),
    "hardly any time": (lambda: sa.simulate(m, 1e-300), ValueError, ["positive"]),
    "lists of lists": (lambda: sa.simulate(m, 4, {"ties": [[0.1], [0.2, 0.3]]}), ValueError, ["one entry a person"]),
    "policy that raises": (lambda: sa.simulate(m, 4, policy=lambda s: s["tie"]), RuntimeError, ["KeyError", "ties = 0.45"]),
    "policy not yet called": (lambda: sa.simulate(m, 4, policy=sa.policies.fixed), RuntimeError, ["sa.policies.fixed(...)"]),
    "no lever to climb": (lambda: climber(levers=[]), ValueError, ["empty"]),
    "levers as a word": (lambda: climber(levers="cues"), TypeError, ["['cues']"]),
    "objective in a list": (lambda: climber(["engagement"]), TypeError, ["name of an observable"]),
    "climber on a word": (lambda: climber().on("companion"), TypeError, ["Model"]),
    "climber in steps": (
        lambda: climber().on(sa.Model("D", {x: x / 2}, {"engagement": sa.lever("push")}, clock="discrete")),
        ValueError, ["continuous time", "moves in steps"],
    ),
    "noise of nobody": (
        lambda: sa.Model("M", {x: -x}, noise={sa.state("energy"): 0.1}), ValueError, ["energy", "no equation"],
    ),
    "observables in a list": (lambda: sa.Model("M", {x: -x}, observables=[x]), TypeError, ["observables", "mapping"]),
    "observable as a text": (lambda: sa.observable("__import__('os')"), TypeError, ["not in quotes"]),
    "compose a model": (lambda: sa.compose("C", m), TypeError, ["list", "Model"]),
    "wiring in a list": (lambda: sa.compose("C", [m], ["cues"]), TypeError, ["wiring", "mapping"]),
    "wire out of bounds": (lambda: sa.models.needs.wire(ties=5), ValueError, ["'ties'", "[0, 1]"]),
    "wire of a state": (
        lambda: sa.compose("C", [sa.models.ties, sa.models.needs], {"ties": 0.3}), ValueError, ["'ties' is a state"],
    ),
    "wires that swap": (
        lambda: sa.models.needs.wire(ties=needs["wanting"], wanting=needs["ties"]), ValueError, ["loop", "ties"],
    ),
    "wire to itself": (lambda: sa.models.needs.wire(ties=needs["ties"]), ValueError, ["loop"]),
    "plane of a word": (lambda: sa.portrait("companion"), TypeError, ["Model"]),
    "too many arrows": (lambda: sa.portrait(m, arrows=3000), ValueError, ["arrows", "[1, 60]"]),
    "controls as a word": (lambda: sa.explore(m, "cues"), TypeError, ["['cues', 'ties']"]),
    "one option": (lambda: sa.predict("Up?", ["up"], "up"), ValueError, ["two options"]),
    "option twice": (lambda: sa.predict("Up?", ["up", "up"], "up"), ValueError, ["different ones"]),
    "options in numbers": (lambda: sa.predict("How many?", [1, 2], 1), ValueError, ["in words"]),
    "run of another model": (
        lambda: sa.figures.phase_plane(m, sa.simulate(sa.models.mirror, 4)), ValueError, ["'wanting'", "preference"],
    ),
    "layer of another model's run": (
        lambda: sa.figures.path_layer(m, sa.simulate(sa.models.mirror, 4)), ValueError, ["'wanting'", "preference"],
    ),
    "path of nothing": (lambda: sa.figures.path(None, "ties", "wanting"), TypeError, ["sa.simulate"]),
    "no time points": (lambda: sa.figures.time_course(run.isel(time=[])), ValueError, ["without any time"]),
    "card of a word": (lambda: sa.figures.sensitivity("SF4"), TypeError, ["sa.claim"]),
    "nothing to draw": (lambda: sa.figures.outcome(run, "cues", []), ValueError, ["at least one"]),
    "same for everybody": (lambda: sa.figures.outcome(run, "decay", "ties"), ValueError, ["for everybody", "list"]),
    "a week too late": (
        lambda: sa.figures.outcome(sa.simulate(m, 4, cues=[0, 1]), "cues", "ties", week=9), ValueError, ["week", "[0, 4]"],
    ),
    "levels in a mapping": (lambda: sa.aggregate({0.2: 0.5}), TypeError, ["list"]),
    "levels as texts": (lambda: sa.aggregate(["0.2", "0.4"]), TypeError, ["number", "'0.2'"]),
    "levels of two shapes": (lambda: sa.aggregate([[0.2, 0.3], [0.4, 0.5, 0.6]]), ValueError, ["one shape"]),
    "weights as a number": (lambda: sa.aggregate([0.2, 0.3], 0.5), TypeError, ["weights", "list"]),
    "formula without a slope": (
        lambda: sa.equilibria(sa.Model("M", {x: sympy.floor(3 * x) - x})), ValueError, ["slope", "floor"],
    ),
    "formula that cannot be computed": (
        lambda: sa.simulate(sa.Model("M", {x: sympy.mathieus(1, 2, x)}), 1),
        ValueError, ["mathieus", "another formula"],
    ),
    "not a model": (lambda: sa.simulate("companion"), TypeError, ["Model", "companion"]),
    "equilibria of a word": (lambda: sa.equilibria("companion"), TypeError, ["Model"]),
    "explore a word": (lambda: sa.explore("companion"), TypeError, ["Model"]),
    "plane of three": (lambda: sa.nullclines(lorenz()), ValueError, ["two states", "3"]),
    "basins of one": (lambda: sa.basins(sa.models.mirror), ValueError, ["two states", "1"]),
    "undeclared symbol": (
        lambda: sa.Model("M", {x: -sympy.Symbol("recovry") * x + k}), ValueError, ["recovry", "Did you mean 'recovery'"],
    ),
    "state without equation": (lambda: sa.Model("M", {x: -k * sa.state("energy")}), ValueError, ["energy", "no equation"]),
    "equation of a parameter": (lambda: sa.Model("M", {k: -x}), TypeError, ["recovery", "parameter"]),
    "equation of a word": (lambda: sa.Model("M", {"mood": -x}), TypeError, ["mood", "sa.state"]),
    "equation in quotes": (lambda: sa.Model("M", {x: "-k*x"}), TypeError, ["-k*x", "not in quotes"]),
    "no equations": (lambda: sa.Model("M", {}), TypeError, ["equations"]),
    "complex equation": (lambda: sa.Model("M", {x: sympy.I * x}), ValueError, ["real"]),
    "infinite equation": (lambda: sa.Model("M", {x: sympy.oo}), ValueError, ["finite"]),
    "unknown function": (lambda: sa.Model("M", {x: sympy.Function("f")(x)}), ValueError, ["f(mood)", "without a formula"]),
    "unknown clock": (lambda: sa.Model("M", {x: -x}, clock="discret"), ValueError, ["Did you mean 'discrete'"]),
    "one name twice": (
        lambda: sa.Model("M", {x: -k * x + sa.parameter("recovery", 1, (0, 9))}), ValueError, ["recovery", "twice"],
    ),
    "observable named as a state": (lambda: sa.Model("M", {x: -x}, {"mood": x}), ValueError, ["mood", "both"]),
    "keyword as a name": (lambda: sa.state("lambda"), ValueError, ["lambda", "symbol="]),
    "two words as a name": (lambda: sa.state("free time"), ValueError, ["free time"]),
    "reserved name": (lambda: sa.parameter("seed", 0, (0, 1)), ValueError, ["seed", "use that word themselves"]),
    "bounds that fall": (lambda: sa.state("s", bounds=(1, 0)), ValueError, ["(1, 0)"]),
    "bounds that are no pair": (lambda: sa.state("s", bounds=1), TypeError, ["pair"]),
    "default outside": (lambda: sa.parameter("p", 3, (0, 1)), ValueError, ["3", "[0, 1]"]),
    "unit that is no text": (lambda: sa.parameter("p", 0, (0, 1), 7), TypeError, ["unit", "7"]),
    "wire a stranger": (lambda: sa.models.ties.wire(engagment=x), ValueError, ["Did you mean 'engagement'"]),
    "wire to no state": (lambda: sa.models.ties.wire(engagement="tis"), ValueError, ["Did you mean 'ties'"]),
    "wire in a loop": (
        lambda: sa.models.ties.wire(engagement=1 - sa.models.ties.symbols["engagement"]), ValueError, ["loop", "engagement"],
    ),
    "blocks own one state": (lambda: sa.compose("C", [good, good]), ValueError, ["mood", "Two blocks"]),
    "blocks disagree": (
        lambda: sa.compose("C", [sa.models.wanting, sa.models.ties.replace(cues=0.5)]), ValueError, ["cues", "agree"],
    ),
    "wiring a loop": (
        lambda: sa.models.needs.wire(ties=needs["wanting"] / 2, wanting=needs["ties"] / 2),
        ValueError,
        ["loop", "Break it with a state"],
    ),
    "wiring what is no input": (
        lambda: sa.compose("C", [sa.models.needs], {"tie": 0.5}),
        ValueError,
        ["tie", "Did you mean 'ties'"],
    ),
    "wiring to nothing": (lambda: sa.models.needs.wire(ties="friends"), ValueError, ["friends", "'ties'"]),
    "two blocks, one observable": (
        lambda: sa.compose("C", [sa.models.scaffold, sa.Model("P", {x: -k * x}, {"performance": x})]),
        ValueError,
        ["performance", "Leave one out"],
    ),
    "elasticity below 0": (lambda: sa.aggregate([0.2, 0.4], elasticity=-1), ValueError, ["elasticity", "-1"]),
    "elasticity not a number": (lambda: sa.aggregate([0.2], elasticity=float("nan")), ValueError, ["elasticity", "nan"]),
    "elasticity a word": (lambda: sa.aggregate([0.2], elasticity="linear"), ValueError, ["elasticity", "'linear'"]),
    "weights not one": (lambda: sa.aggregate([0.2, 0.4], [0.5, 0.6]), ValueError, ["1.1", "Divide each by their sum"]),
    "weights too few": (lambda: sa.aggregate([0.2, 0.4], [1]), ValueError, ["2 levels", "1 weights"]),
    "weight below 0": (lambda: sa.aggregate([0.2, 0.4], [1.5, -0.5]), ValueError, ["outside its bounds"]),
    "level below 0": (lambda: sa.aggregate([-0.2, 0.4]), ValueError, ["at least 0", "-0.2"]),
    "levels none": (lambda: sa.aggregate([]), ValueError, ["at least one level"]),
    "substitutability beyond linear": (lambda: sa.simulate(sa.models.needs, substitutability=1.2), ValueError, ["[0, 1]"]),
    "unknown claim": (lambda: sa.claim("SF9"), ValueError, ["'SF9'", "SF1"]),
    "unknown parameter of a claim": (lambda: sa.claim("SF4").holds(bindng=0), ValueError, ["Did you mean 'binding'"]),
    "claim outside": (lambda: sa.claim("SF4").holds(binding=99), ValueError, ["99", "[0, 10]"]),
    "climb what is not seen": (
        lambda: sa.simulate(m, policy=climber("engagment")),
        ValueError,
        ["Did you mean 'engagement'"],
    ),
    "climb with no lever": (lambda: sa.simulate(m, policy=climber(levers=["cue"])), ValueError, ["Did you mean 'cues'"]),
    "climb a model without levers": (
        lambda: sa.simulate(sa.Model("M", {x: -k * x}, {"engagement": x}), policy=climber()),
        ValueError,
        ["no lever"],
    ),
    "climb what is held": (lambda: sa.simulate(m, policy=climber(), cues=0.5), ValueError, ["start={'cues': ...}"]),
    "cost below the bounds": (lambda: sa.simulate(m, policy=climber(cost=-1)), ValueError, ["lever_cost", "-1"]),
    "twin of a model": (lambda: sa.counterfactual(m), TypeError, ["result of sa.simulate", "Model"]),
    "twin of a run without use": (lambda: sa.counterfactual(sa.simulate(good, 4)), ValueError, ["'access'", "'engagement'"]),
    "outcome of what was not varied": (
        lambda: sa.figures.outcome(run, "cues", "ties"),
        ValueError,
        ["for everybody", "list of values"],
    ),
    "outcome of what is not there": (lambda: sa.figures.outcome(run, "cue", "ties"), ValueError, ["Did you mean 'cues'"]),
    "needs of a model without": (lambda: sa.figures.need_plane(run), ValueError, ["satisfaction", "ties"]),
    "authorship of another model": (lambda: sa.figures.authorship(run), ValueError, ["co_construction", "Companion"]),
    "clocks differ": (lambda: sa.compose("C", [good, sa.models.sphere]), ValueError, ["clock"]),
    "no blocks": (lambda: sa.compose("C", []), TypeError, ["at least one"]),
    "compose a word": (lambda: sa.compose("C", "companion"), TypeError, ["Model"]),
    "follow a word": (lambda: sa.continuation("companion", "cues", (0, 1)), TypeError, ["Model"]),
    "follow in what is not there": (lambda: sa.continuation(m, "cue", (0, 1)), ValueError, ["Did you mean 'cues'"]),
    "follow in a state": (lambda: sa.continuation(m, "ties", (0, 1)), ValueError, ["'ties'", "Allowed"]),
    "follow in what is held": (lambda: sa.continuation(m, "cues", (0, 1), cues=0.5), ValueError, ["'cues' is varied"]),
    "follow backwards": (lambda: sa.continuation(m, "cues", (1, 0)), ValueError, ["(1, 0)", "rise"]),
    "follow too far": (lambda: sa.continuation(m, "cues", (0, 2)), ValueError, ["2", "[0, 1]"]),
    "follow to nowhere": (lambda: sa.continuation(m, "cues", (0, float("nan"))), ValueError, ["finite"]),
    "follow to a number": (lambda: sa.continuation(m, "cues", 1), TypeError, ["pair"]),
    "at a value outside": (lambda: sa.continuation(m, "cues", (0, 0.5)).at(0.7), ValueError, ["0.7", "[0, 0.5]"]),
    "fold in one setting": (lambda: sa.fold_curve(m, "cues", "cues"), ValueError, ["two settings"]),
    "fold in what is held": (lambda: sa.fold_curve(m, "cues", "access", access=1), ValueError, ["'access' is varied"]),
    "fold within another": (
        lambda: sa.fold_curve(m, "cues", "access", within={"growth": (0, 1)}), ValueError, ["'growth'", "cues, access"]
    ),
    "fold within a list": (lambda: sa.fold_curve(m, "cues", "access", within=[0, 1]), TypeError, ["mapping"]),
    "cycle from an unknown state": (lambda: sa.limit_cycle(m, {"tie": 1}), ValueError, ["Did you mean 'ties'"]),
    "cycle after no time": (lambda: sa.limit_cycle(m, settle=0), ValueError, ["settle", "0"]),
    "map of a diagram": (lambda: sa.figures.fold_map(sa.continuation(m, "cues", (0, 1))), TypeError, ["sa.fold_curve"]),
    "diagram of a diagram": (
        lambda: sa.figures.equilibrium_diagram(sa.continuation(m, "cues", (0, 1)), "cues"), ValueError, ["has its setting"]
    ),
    "diagram of a run with more": (
        lambda: sa.figures.equilibrium_diagram(run, "cues", binding=2), ValueError, ["its own settings", "'binding'"]
    ),
    "change a model": (lambda: setattr(good, "title", "other"), AttributeError, ["replace"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_with_a_sentence(case):
    refuses(*CASES[case])


def growing(rate=1.0):
    y = sa.state("y", start=1.0, bounds=(0, 100))
    return sa.Model("Growing", {y: rate * y**2})


@pytest.mark.parametrize("people", [1.0, [1.0, 0.5]])
def test_an_integration_that_fails_raises_and_says_where(people):
    with pytest.raises(RuntimeError, match=r"near time (0\.99|1|1\.0).*no partial run"):
        sa.simulate(growing(), 10, {"y": people})


def test_a_map_that_grows_without_bound_raises():
    y = sa.state("y", start=2.0, bounds=(0, 100))
    with pytest.raises(RuntimeError, match="no longer a number"):
        sa.simulate(sa.Model("Squares", {y: y**2}, clock="discrete"), 50)


def test_a_map_that_is_not_defined_raises():
    with pytest.raises(RuntimeError, match="no partial run"):
        sa.simulate(sa.models.sphere, 5, {"along": 0, "across": 0})


def test_a_policy_that_chatters_ends_with_a_sentence(monkeypatch):
    from socioaffective import integrate

    monkeypatch.setattr(integrate, "MOST_EVALUATIONS", 2_000)
    y = sa.state("y", start=0.5)
    u = sa.lever("push")
    with pytest.raises(RuntimeError, match="evaluations"):
        sa.simulate(sa.Model("Switch", {y: u - 0.5}), 1e5, policy=lambda s: {"push": 1.0 if s["y"] < 0.5 else 0.0})


def root_of_a_negative():
    y = sa.state("y", start=-0.5, bounds=(-1, 1))
    return sa.Model("Root", {y: -(y ** sympy.Rational(1, 3))})


def test_a_rate_that_is_no_number_is_said_at_once_and_whose_it_is():
    with pytest.raises(RuntimeError, match=r"person 1, counted from 0.*no number"):
        sa.simulate(root_of_a_negative(), 1, {"y": np.linspace(0.5, -0.5, 2)})
    with pytest.raises(RuntimeError, match="not real"):
        sa.simulate(root_of_a_negative(), 1)


def test_a_name_is_what_python_makes_of_it_as_a_keyword():
    mu = sa.parameter("\u00b5", 0.5, (0, 2), "1/week")
    assert sa.equilibria(sa.Model("M", {x: -mu * x}), µ=0.3)[0].eigenvalues.real.tolist() == [-0.3]


def test_a_model_cannot_be_taken_apart():
    with pytest.raises(AttributeError, match="cannot be changed"):
        del m.title
    own = sa.parameter("self", 1.0, (0, 2))
    assert sa.Model("M", {x: -own * x}).replace(self=0.5).parameters["self"].default == 0.5


def test_leaving_the_bounds_is_said_not_hidden():
    y = sa.state("y", start=0.5)
    with pytest.warns(UserWarning, match=r"'y' left its bounds \[0, 1\] at week 0.5"):
        run = sa.simulate(sa.Model("Out", {y: sympy.Integer(1)}), 2)
    assert "left its bounds" in run.attrs["left_bounds"]


def test_a_dimension_cannot_hide_a_variable_and_a_lever_is_set_once():
    starts = xr.DataArray([0.1, 0.2], dims="ties")
    with pytest.raises(ValueError, match="start_of_ties"):
        sa.simulate(m, 5, {"ties": starts})
    with pytest.raises(ValueError, match="both as a constant and by the policy"):
        sa.simulate(m, 5, policy=sa.policies.fixed(cues=0.5), cues=0.2)
    with pytest.raises(ValueError, match="swept"):
        sa.simulate(m, 5, cues=xr.DataArray([0.1, 0.2], dims="cues"), interventions={2: {"cues": 0.5}})


def test_the_limits_of_the_elasticity_are_exact():
    levels, weights = [0.9, 0.6, 0.2], [0.5, 0.3, 0.2]
    assert sa.aggregate(levels, weights, 0) == 0.2
    assert sa.aggregate(levels, weights, 1) == pytest.approx(0.9**0.5 * 0.6**0.3 * 0.2**0.2, rel=1e-15)
    assert sa.aggregate(levels, weights, np.inf) == pytest.approx(0.67, rel=1e-15)
    for limit, beside in ((1, 1 + 1e-9), (0, 1e-6), (np.inf, 1e9)):
        # The slope of the aggregate in the elasticity is below 1 here, in its inverse near infinity.
        assert sa.aggregate(levels, weights, beside) == pytest.approx(sa.aggregate(levels, weights, limit), abs=2e-6)
    grid = [sa.aggregate(levels, weights, x) for x in np.geomspace(1e-3, 1e3, 60)]
    assert (np.diff(grid) > 0).all()
    assert sa.aggregate([0, 0.5], elasticity=0.5) == 0 and sa.aggregate([0, 0.5], elasticity=np.inf) == 0.25
    assert sa.aggregate([0.3, 0.8], [1, 0], 0) == pytest.approx(0.3)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.7, 1.0])
def test_the_aggregate_of_a_run_is_the_aggregate_of_its_needs(share):
    run = sa.simulate(sa.models.needs, 20, engagement=0.5, substitutability=share, weight_of_autonomy=0.5)
    elasticity = np.inf if share == 1 else share / (1 - share)
    levels = [run[n].values for n in ("autonomy", "competence", "relatedness")]
    exact = sa.aggregate(levels, [0.2, 0.4, 0.4], elasticity)
    assert run["wellbeing"].values == pytest.approx(exact, rel=1e-12)
    if share == 0:
        assert run["illbeing"].values == pytest.approx(
            np.max([run[f"{n}_frustration"].values for n in NEEDS], axis=0), rel=1e-12
        )


NEEDS = ("autonomy", "competence", "relatedness")


def test_an_input_left_unwired_stays_an_input_and_one_named_as_a_state_is_that_state():
    pair = sa.compose("Pair", [sa.models.ties, sa.models.needs])
    assert "ties" in pair.states and set(pair.inputs) == {"engagement", "wanting"}
    # A value given to the input is not that of the state which takes its place.
    replaced = sa.compose("Pair", [sa.models.ties.replace(ties=0.2), sa.models.needs.replace(ties=0.9)])
    assert list(replaced.states) == list(pair.states) and replaced.states["ties"].start == 0.2
    assert pair.equations[needs["relatedness"]].has(sa.models.ties.symbols["ties"])


def test_a_chain_of_wires_is_followed_to_its_end():
    chain = sa.models.needs.wire(ties=needs["wanting"], wanting=needs["engagement"])
    assert list(chain.inputs) == ["engagement"]
    other = sa.models.needs.wire(ties=needs["engagement"], wanting=needs["engagement"])
    assert list(chain.equations.values()) == list(other.equations.values())
