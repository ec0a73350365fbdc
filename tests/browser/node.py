"""What the page's modules answer outside a page, run by Node."""

import json
import subprocess
from functools import lru_cache
from pathlib import Path

import driver
import numpy as np
import pytest

import socioaffective as sa
from socioaffective.javascript import described

HELPER = Path(__file__).with_name("numbers.mjs")


@lru_cache
def cases():
    """The catalogue, and each model that a climber can close."""
    closed = [m for m in sa.models if m.clock == "continuous" and m.levers and "engagement" in m.expressions]
    return [*sa.models, *(sa.policies.climber().on(m) for m in closed)]


def each(models):
    return pytest.mark.parametrize("model", models, ids=lambda m: m.title)


def answers(model, slopes=True, **ask):
    """What the page's modules say of a model; what is no number comes as text and is read as such."""
    question = json.dumps({"model": described(model, slopes=slopes), "ask": ask})
    command = [driver.program("node"), HELPER]
    done = subprocess.run(command, input=question, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def draws(model, count, seed=0):
    """Random states and settings in their bounds, shapes (states, count) and (settings, count)."""
    rng = np.random.default_rng(seed)
    return [np.array([rng.uniform(*q.bounds, count) for q in table.values()]).reshape(len(table), count)
            for table in (model.states, model.settings)]  # fmt: skip


def as_pairs(y, p):
    return [[a, b] for a, b in zip(y.T.tolist(), p.T.tolist(), strict=True)]


def defaults(model, **given):
    return [given.get(name, q.value) for name, q in model.settings.items()]
