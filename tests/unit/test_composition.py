"""Compositions are their blocks: the companion and the ecosystem, in symbols and in runs."""

import pytest

import socioaffective as sa

pair = sa.models.co_construction


def test_the_companion_is_its_blocks():
    companion = sa.models.companion
    e = sa.models.wanting.symbols["engagement"]
    for block in (sa.models.wanting, sa.models.ties):
        for x, right in block.equations.items():
            wired = right.xreplace({e: companion.expressions["engagement"]})
            assert companion.equations[x] == wired


def test_the_ecosystem_is_its_blocks():
    whole = sa.models.ecosystem
    seen = []
    for block in (pair, sa.models.wanting_liking, sa.models.ties, sa.models.needs):
        wires = {block.symbols[n]: whole.expressions[n] if n in whole.expressions else whole.symbols[n] for n in block.inputs}
        for x, right in block.equations.items():
            assert whole.equations[x] == right.xreplace(wires)
            seen.append(x.name)
    assert seen == list(whole.states) and 10 <= len(seen) <= 12 and len(whole.levers) == 3


@pytest.mark.parametrize("block", [pair, sa.models.wanting_liking, sa.models.ties, sa.models.needs], ids=lambda m: m.title)
def test_the_ecosystem_with_the_other_blocks_frozen_runs_as_the_block(block):
    whole, levers = sa.models.ecosystem, {"steering": 0.3, "cues": 0.6, "accommodation": 0.5}
    # Without any appeal engagement is a constant: access times logistic(0).
    still = {n: 0 for n in whole.parameters if n.startswith("appeal_of") or n == "baseline_appeal"}
    use = 0.4
    frozen = sa.Model("Frozen", {x: right if x.name in block.states else 0 for x, right in whole.equations.items()})
    starts = {n: block.states[n].start if n in block.states else q.start for n, q in whole.states.items()}
    given = {**still, **levers, "access": 2 * use}
    run = sa.simulate(frozen, 52, starts, **{n: v for n, v in given.items() if n in frozen.settings})
    inputs = {n: use if n == "engagement" else starts[n] for n in block.inputs}
    own_levers = {n: v for n, v in levers.items() if n in block.levers}
    alone = sa.simulate(block, 52, {n: starts[n] for n in block.states}, **inputs, **own_levers)
    for name in block.states:
        assert run[name].values == pytest.approx(alone[name].values, abs=1e-7)
