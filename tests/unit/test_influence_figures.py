"""Figures of DR-MDPs draw what was solved, and say it in words."""

import pytest

import socioaffective as sa

d = sa.worlds.drmdp


def layers(chart):
    """Each layer's mark and its rows, with those of charts side by side."""
    spec = chart.to_dict()
    sets, found = spec.get("datasets", {}), []
    for part in spec.get("hconcat", [spec]):
        for layer in part["layer"]:
            data = layer.get("data", part.get("data", {}))
            found.append((layer["mark"]["type"], sets.get(data.get("name"), data.get("values"))))
    return found


def test_each_cell_of_the_table_is_its_solution():
    chart = sa.figures.influence_table()
    rows = next(rows for mark, rows in layers(chart) if mark == "rect")
    assert len(rows) == 8 * 5
    tints = {}
    for row in rows:
        name = row["example"].split(",")[0]
        answer = d.solve(name, row["objective"], d.HORIZONS[name])
        if not answer.parts:
            assert row["plan"] == d.told(answer.policies)
            tints.setdefault(answer.verdict, set()).add(row["tint"])
            # Not by colour alone.
            assert (
                row["mark"]
                == {"always": "● influences", "sometimes": "○● may influence", "never": "○ leaves alone"}[answer.verdict]
            )
            assert f"{name} {row['plan']} (value" in chart.description
        if row["objective"] not in ("privileged", "pareto"):
            assert row["value"] == str(answer.value)
    assert [len(found) for found in tints.values()] == [1, 1, 1] and len(set.union(*tints.values())) == 3


def test_the_table_follows_the_horizon():
    two, three = (sa.figures.influence_table(h, ["real-time"], ["conspiracy"]).description for h in (2, 3))
    assert "leaves alone" in two and "influences" in three


def test_the_bars_end_where_the_thresholds_are():
    chart = sa.figures.discount_bars()
    ticks = next(rows for mark, rows in layers(chart) if mark == "tick")
    assert [(row["world"], row["text"], row["at"]) for row in ticks] == [
        ("conspiracy", "11/20", 0.55), ("clickbait", "2/3", pytest.approx(2 / 3)), ("myopia", "1/2", 0.5)]  # fmt: skip
    assert "once influenced: influence at every discount (influences)." in chart.description


def test_a_plan_is_drawn_with_its_selves_and_its_judges():
    answer = d.solve("conspiracy", "real-time", 3)
    chart = sa.figures.judged(answer)
    boxes = next(rows for mark, rows in layers(chart) if mark == "line")
    assert [row["self"] for row in boxes] == ["natural", "influenced", "influenced", "influenced"]
    judges = next(rows for mark, rows in layers(chart) if mark == "rule")
    assert {row["who"]: (row["plan"], row["nothing"]) for row in judges} == {
        "the first self": (-300, 30), "the self untouched": (-300, 30), "each self at its time": (100, 30),
        "the last self": (300, 30),
    }  # fmt: skip
    assert "One of 3 plans" in sa.figures.judged(d.solve("dehydration", "real-time", 2)).description


def test_the_fits_are_those_of_welfare():
    runs = {f"steering {v}": sa.simulate(sa.models.co_construction, 26, steering=v, anchoring=0.05) for v in (0, 1)}
    chart = sa.figures.fits(runs)
    drawn = [row for mark, rows in layers(chart) if mark == "point" for row in rows]
    assert len(drawn) == 8
    for row in drawn:
        judge = {"the first self": "initial", "the self at the time": "at the time", "the last self": "final"}.get(
            row["who"], "counterfactual"
        )
        assert row["fit"] == float(sa.welfare(runs[row["run"]])["fit"].sel(judge=judge))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: sa.figures.influence_table(3, ["realtime"]), ValueError, "Did you mean 'real-time'"),
        (lambda: sa.figures.influence_table(3, None, ["clickbate"]), ValueError, "Did you mean 'clickbait'"),
        (lambda: sa.figures.influence_table(3, []), ValueError, "at least one objective"),
        (lambda: sa.figures.influence_table(3, "final"), TypeError, "must be a list"),
        (lambda: sa.figures.influence_table(0), ValueError, "horizon must be a whole number"),
        (lambda: sa.figures.influence_table({"clickbate": 3}), ValueError, "Did you mean 'clickbait'"),
        (lambda: sa.figures.influence_table(2.5), ValueError, "whole number"),
        (lambda: sa.figures.discount_bars({}), ValueError, "at least one world"),
        (lambda: sa.figures.discount_bars(["clickbait"]), TypeError, "must be a mapping"),
        (lambda: sa.figures.judged(d.solve("conspiracy", "privileged", 3)), TypeError, "one of its parts"),
        (lambda: sa.figures.judged("conspiracy"), TypeError, "one result of"),
        (lambda: sa.figures.fits(sa.simulate(sa.models.companion, 4)), ValueError, "with a preference and an offer"),
        (lambda: sa.figures.fits({k: sa.simulate(sa.models.mirror, 1) for k in "abcd"}), ValueError, "at most three"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()
