"""What the default parameters must show, and what the workbook says in words of its models."""

import itertools

import numpy as np

import socioaffective as sa

E = sa.models.ecosystem


def test_the_companion_tips_between_two_nodes_and_a_saddle():
    both = [v for v in np.linspace(0, 1, 101) if sum(e.stable for e in sa.equilibria(sa.models.companion, cues=v)) == 2]
    middle = sa.equilibria(sa.models.companion, cues=(min(both) + max(both)) / 2)
    assert [e.kind for e in middle] == ["stable node", "saddle", "stable node"]
    # One window, without a gap.
    assert len(both) == round((max(both) - min(both)) * 100) + 1


def test_turning_back_to_where_it_tipped_does_not_bring_the_person_back():
    m = sa.models.companion
    both = [v for v in np.linspace(0, 1, 101) if sum(e.stable for e in sa.equilibria(m, cues=v)) == 2]
    low, mid, high = min(both) - 0.05, (min(both) + max(both)) / 2, max(both) + 0.05
    path = sa.policies.schedule(cues={0: low, 200: mid, 400: high, 800: mid, 1200: low})
    ties = sa.simulate(m, 2000, policy=path, dt=1)["ties"]
    before, after, home = (float(ties.sel(time=t)) for t in (399, 1199, 1999))
    assert before > 0.4 and after < 0.2 and home > 0.4


def engagement_of(levers, weeks, start):
    """Mean engagement of constant levers, and the states that they lead to, one a combination."""
    run = sa.simulate(E, weeks, start, dt=0.5, **levers)
    return run["engagement"].mean("time").values, run.isel(time=-1), run.isel(time=2)


def test_a_long_horizon_is_no_cure():
    """SF3 in its coarse form: constant levers for the far-sighted, two weeks ahead re-planned weekly for the myopic."""
    grid = np.array(
        list(itertools.product([0, 0.2, 0.4, 0.6], [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1], [0.2, 0.4, 0.6, 0.8]))
    ).T
    levers = dict(zip(("accommodation", "steering", "cues"), grid, strict=True))
    cost = sa.policies.COST / 2 * (grid**2).sum(axis=0)
    starts = {n: q.start for n, q in E.states.items()}
    mean, end, _ = engagement_of(levers, 104, starts)
    best = int(np.argmax(mean - cost))
    far = {"engagement": mean[best], "autonomy": float(end["autonomy"][best]), "steering": grid[1, best]}

    state, used, steered, ahead = starts, [], [], 2
    for _ in range(26):
        mean, _, week = engagement_of(levers, ahead, state)
        choice = int(np.argmax(mean - cost))
        state = {n: float(week[n][choice]) for n in E.states}
        steered.append(grid[1, choice])
        used.append(float(week["engagement"][choice]))
    # Its levers settle within half a year; the rest of the two years is run with the last.
    last = {name: values[choice] for name, values in levers.items()}
    rest = sa.simulate(E, 78, state, dt=1, **last)
    myopic = {
        "engagement": (26 * np.mean(used) + 78 * float(rest["engagement"].mean())) / 104,
        "autonomy": float(rest["autonomy"][-1]),
        "steering": (26 * np.mean(steered) + 78 * last["steering"]) / 104,
    }
    assert far["steering"] > 0.3 and far["steering"] >= 4 * myopic["steering"]
    assert far["engagement"] > myopic["engagement"] and far["autonomy"] < myopic["autonomy"]


def test_averages_hide_among_people_drawn_by_chance_too():
    """SF6, whose claim is about evenly placed people, with three crowds of another kind."""
    for seed in range(3):
        people = sa.population(E, 300, seed, **sa.spreads.everyone())
        run = sa.simulate(E, cues=0.5, dt=1, **people)["relatedness"]
        twin = sa.simulate(E, cues=0.5, dt=1, access=0, **people)["relatedness"]
        assert float((run - twin).sel(time=4).mean()) > 0
        tenth = [float(r.isel(time=-1).quantile(0.1)) for r in (run, twin)]
        assert tenth[0] <= tenth[1] - 0.10


def test_a_climber_is_milder_than_saturation():
    run = sa.simulate(E, policy=sa.policies.climber())
    assert float(run["engagement"].max()) < 0.95
