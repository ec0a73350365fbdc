"""Cards: how far each claim holds, computed and kept. Run as `python -m socioaffective.claims.cards [id ...]`."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from socioaffective.claims import Claim, claim, every
from socioaffective.machine.backends import using

FILE = Path(__file__).with_name("cards.json")


@dataclass(frozen=True)
class Grain:
    """How finely a card is computed: points drawn from the box, steps from the default to a bound, and how often the bracket
    that is found is halved then."""

    draws: int
    steps: int
    halvings: int


FINE, COARSE = Grain(400, 10, 7), Grain(100, 4, 6)


def grain(claimed: Claim) -> Grain:
    """Returns how finely the card of a claim is computed."""
    return COARSE if claimed.slow else FINE


def edge(claimed: Claim, name: str, end: int) -> float:
    """Returns how far a parameter can move, alone, towards its lower (0) or upper (1) bound before the claim fails."""
    q = claimed.parameters[name]
    good, steps = q.default, grain(claimed).steps
    for share in np.arange(1, steps + 1) / steps:
        bad = float(np.clip(q.default + share * (q.bounds[end] - q.default), *q.bounds))
        if not claimed.holds(**{name: bad}):
            break
        good = bad
    else:
        return q.bounds[end]
    for _ in range(grain(claimed).halvings):
        middle = (good + bad) / 2
        good, bad = (middle, bad) if claimed.holds(**{name: middle}) else (good, middle)
    return float(good)


def draw(claimed: Claim, k: int) -> dict[str, float]:
    """Returns the k-th point drawn from the whole box, the same in any order."""
    stream = np.random.default_rng([k, len(claimed.parameters)])
    return {name: float(stream.uniform(*q.bounds)) for name, q in claimed.parameters.items()}


def compute(name: str) -> dict:
    """Returns the card of a claim as it is kept."""
    claimed = claim(name)
    # Thousands of runs are worth the seconds that machine code takes to be made.
    with using("machine"):
        if not claimed.holds():
            raise ValueError(f"Claim {name} does not hold at the defaults, so it has no card: {claimed.sentence}")
        intervals = {n: [float(f"{edge(claimed, n, end):.6g}") for end in (0, 1)] for n in claimed.parameters}
        held = "".join("1" if claimed.holds(**draw(claimed, k)) else "0" for k in range(grain(claimed).draws))
    return {"intervals": intervals, "held": held, "digest": claimed.digest}


def main(*names: str) -> None:
    """Computes the cards of the claims named, or of all whose digest has changed, and keeps them."""
    kept = json.loads(FILE.read_text()) if FILE.exists() else {}
    kept = {n: card for n, card in kept.items() if n in every()}
    wanted = names or [n for n, c in every().items() if kept.get(n, {}).get("digest") != c.digest]
    with ProcessPoolExecutor() as pool:
        for name, card in zip(wanted, pool.map(compute, wanted), strict=True):
            kept[name] = card
            print(name, f"{card['held'].count('1')} of {len(card['held'])}", flush=True)
            FILE.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
