"""What is drawn of oversight is what was computed."""

import pytest
from refusals import refuses

import socioaffective as sa

ov = sa.oversight
companion = sa.models.companion.with_noise(ties=0.04, wanting=0.03)
NEAR = {"cues": 0.8, "start": {"ties": 0.62}, "weeks": 104, "decline": ov.loss("ties", by=0.1), "seed": 4}


def rows(chart, wanted):
    """Returns all rows of a chart's data that have each of the wanted keys."""
    data = chart.to_dict()["datasets"].values()
    return [row for part in data for row in part if set(wanted) <= set(row)]


@pytest.fixture(scope="module")
def watch():
    return sa.oversee(companion, 60, ov.level("ties", below=0.45), **NEAR)


def test_operating_curves_draw_their_shares_and_intervals(watch):
    low = lambda level: ov.level("ties", below=level)  # noqa: E731
    curve = ov.operating_curve(watch, low, [0.2, 0.45, 0.6], late=8)
    for show in ("in_time", "caught", "delay"):
        drawn = rows(sa.figures.operating_curves({"level": curve}, show), ["threshold", "low", "high"])
        by_threshold = {row["threshold"]: row for row in drawn}
        assert set(by_threshold) == {0.2, 0.45, 0.6}
        for threshold, row in by_threshold.items():
            at = curve.sel(threshold=threshold)
            assert row["x"] == float(at["false_alarms"]) and row["y"] == float(at[show])
            assert row["low"] == float(at[f"{show}_low"]) and row["high"] == float(at[f"{show}_high"])
    assert "level: delay" in sa.figures.operating_curves({"level": curve}, "delay").description
    refuses(lambda: sa.figures.operating_curves(curve, "late"), ValueError, ["in_time"])
    refuses(lambda: sa.figures.operating_curves({}), ValueError, ["at least one"])
    refuses(lambda: sa.figures.operating_curves({"level": watch}), TypeError, ["operating_curve", "level"])


def test_measures_stand_where_they_cost_and_save():
    low = ov.level("ties", below=0.45)
    tried = {f"cap {cap}": (low, ov.cap(cues=cap)) for cap in (0.0, 0.6)}
    scores = ["engagement", "felt_relatedness"]
    table = ov.compare(companion, 12, tried, scores=scores, **NEAR)
    front = sa.pareto(sa.models.companion, *scores, points=3, weeks=26, every=2, progress=False)
    chart = sa.figures.measures(table, {"cap": list(tried)}, front)
    drawn = {row["text"]: row for row in rows(chart, ["text", "low", "high"])}
    assert set(drawn) == set(table["measure"].values)
    for label, row in drawn.items():
        at = table.sel(measure=label)
        assert row["x"] == float(at["engagement"]) and row["y"] == float(at["felt_relatedness"])
        assert row["high"] - row["y"] == pytest.approx(2 * float(at["felt_relatedness_error"]))
    assert drawn["cap 0.0"]["ink"] == drawn["cap 0.6"]["ink"] != drawn["unwatched"]["ink"]
    assert "best mixtures" in chart.description
    refuses(lambda: sa.figures.measures(table, {"cap": ["cap 0.5"]}), ValueError, ["cap 0.5", "cap 0.6"])
    other = sa.pareto(sa.models.companion, "felt_relatedness", "engagement", points=2, weeks=26, every=2, progress=False)
    refuses(lambda: sa.figures.measures(table, front=other), ValueError, ["felt_relatedness and engagement"])
    refuses(lambda: sa.figures.measures(table.drop_vars("engagement_gain")), ValueError, ["two scores"])
    refuses(lambda: sa.figures.measures(front), TypeError, ["compare"])


def test_warning_signs_are_those_of_the_record():
    x = sa.state("mood", bounds=(-3, 3))
    run = sa.simulate(sa.Model("Mood", {x: -x / 2}, noise={x: 0.4}), weeks=200, dt=0.5, seed=1)
    signs = sa.early_warning(run, "mood", window=100)
    chart = sa.figures.warning_signs(run, signs, {"fold": 220})
    drawn = [row for row in rows(chart, ["x", "y", "name"]) if row["name"] == "variance"]
    for row in drawn:
        assert row["y"] == float(signs["variance"].sel(time=row["x"]))
    assert len(drawn) > 50 and "fold at week 220.00" in chart.description
    assert f"{float(signs['variance_trend']):.2f}" in chart.description
    refuses(lambda: sa.figures.warning_signs(run, run), TypeError, ["sa.early_warning"])
    two = sa.simulate(companion, 100, {"ties": [0.6, 0.7]}, seed=1)
    refuses(lambda: sa.figures.warning_signs(two, sa.early_warning(two, "ties")), ValueError, ["one person"])
