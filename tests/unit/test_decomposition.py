"""Sobol indices against closed forms, by a function and by a model."""

import numpy as np
import pytest

import socioaffective as sa

C = sa.models.companion
PI = (-np.pi, np.pi)


def ishigami(x, y, z, a=7.0, b=0.1):
    return np.sin(x) + a * np.sin(y) ** 2 + b * z**4 * np.sin(x)


def test_ishigami_in_closed_form():
    """Saltelli and others, "Global Sensitivity Analysis. The Primer", section 4.6."""
    found = sa.sobol_indices(ishigami, None, {"x": PI, "y": PI, "z": PI}, 4096)
    a, b = 7.0, 0.1
    total = a**2 / 8 + b * np.pi**4 / 5 + b**2 * np.pi**8 / 18 + 0.5
    alone = [0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8, 0]
    both = 8 * b**2 * np.pi**8 / 225
    # Quasi-random sampling with 4,096 points; the errors seen are below 0.01.
    assert found["first"].values == pytest.approx(np.array(alone) / total, abs=0.02)
    assert found["total"].values == pytest.approx(np.array([alone[0] + both, alone[1], both]) / total, abs=0.02)
    assert float(found["variance"]) == pytest.approx(total, rel=0.02) and float(found["mean"]) == pytest.approx(a / 2, rel=0.02)
    for kind in ("first", "total"):
        low, high = (found[f"{kind}_interval"].sel(side=side) for side in ("low", "high"))
        assert bool(((low <= found[kind]) & (found[kind] <= high)).all()) and float((high - low).max()) < 0.2
    assert found["first"].sizes == {"trait": 3} and found.attrs["people"] == 4096 * 5


def linear():
    """x(t) = x(0) + (a + 2 b) t."""
    x = sa.state("x", start=0, bounds=(-100, 100))
    a, b = (sa.parameter(name, 0.5, (0, 1), "1", name) for name in "ab")
    return sa.Model("Line", {x: a + 2 * b})


def test_a_linear_model_has_the_shares_of_its_variances():
    spreads = {"a": (0, 1), "b": (0, 1), "x": (0, 12)}
    found = sa.sobol_indices(linear(), {"late": ("x", 6), "early": ("x", 1), "own": lambda run: run["x"].isel(time=-1)},
                             spreads, 1024, weeks=6)  # fmt: skip
    for label, t in (("late", 6), ("early", 1), ("own", 6)):
        variances = np.array([t**2, 4 * t**2, 144])
        part = found.sel(outcome=label)
        assert part["first"].values == pytest.approx(variances / variances.sum(), abs=0.01)
        # What adds up has nothing that acts together.
        assert part["total"].values == pytest.approx(part["first"].values, abs=0.01)


def test_named_traits_and_levers_can_be_asked_for():
    spreads = {"attachment_anxiety": sa.spreads.normal(0, 1), "cues": (0.2, 0.9), "ties": (0.3, 0.7)}
    found = sa.sobol_indices(C, "ties", spreads, 32, weeks=26, binding=4)
    assert list(found["trait"]) == list(spreads) and np.isfinite(found["first"]).all()
    again = sa.sobol_indices(C, "ties", spreads, 32, weeks=26, binding=4)
    assert found.identical(again)


def test_people_are_run_in_blocks(monkeypatch):
    from socioaffective.populations import decomposition

    found = []
    whole = sa.sobol_indices(linear(), "x", {"a": (0, 1), "b": (0, 1)}, 64, weeks=2)
    monkeypatch.setattr(decomposition, "BLOCK", 24)
    monkeypatch.setattr(decomposition, "simulate", lambda *a, **k: found.append(len(k["a"])) or sa.simulate(*a, **k))
    parts = sa.sobol_indices(linear(), "x", {"a": (0, 1), "b": (0, 1)}, 64, weeks=2)
    assert found == [24] * 10 + [16]
    assert parts["first"].values == pytest.approx(whole["first"].values, abs=1e-6)


SPREADS = {"decay": (0.1, 0.3)}


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        ((C, "ties", SPREADS, 100), ValueError, "power of 2, such as 64 or 128, not 100"),
        ((C, "ties", SPREADS, 4), ValueError, "from 8"),
        ((C, "ties", {"decai": (0, 1)}), ValueError, "Did you mean 'decay'"),
        ((C, "ties", {"decay": 0.5}), TypeError, "needs a spread"),
        ((C, "ties", {"decay": (0, 1), "ties": (0, 1)}, 8, {"start": {"ties": 0.5}}), ValueError, "'ties' is given twice"),
        ((C, "ties", {"decay": (0, 1)}, 8, {"decay": 0.5}), ValueError, "'decay' is given twice"),
        ((C, "ties", {}), ValueError, "At least one spread"),
        ((C, "ties", [1]), TypeError, "mapping"),
        ((C, {}, SPREADS), ValueError, "At least one outcome"),
        ((C, "tis", SPREADS, 8), ValueError, "Did you mean 'ties'"),
        ((C, ("ties", 200), SPREADS, 8), ValueError, "outside its bounds"),
        ((C, ("ties", 3.5), SPREADS, 8), ValueError, "nearest is 3"),
        ((C, lambda run: run["ties"], SPREADS, 8), TypeError, "a number for each of the 24 people"),
        ((C, lambda run: run["ties"].isel(time=0), SPREADS, 8), ValueError, "the same for all, 0.45"),
        ((C, lambda run: run["decay"] / 0, SPREADS, 8), ValueError, "inf for somebody with decay"),
        (("C", "ties", SPREADS, 8), TypeError, "needs a Model or a function"),
        ((ishigami, "u", {"x": PI, "y": PI, "z": PI}, 8), TypeError, "outcome=None"),
    ],
)  # fmt: skip
def test_what_has_no_indices_is_refused(given, kind, said):
    with pytest.raises(kind, match=said):
        sa.sobol_indices(*given[:4], **dict(*given[4:]))
