"""Socioaffective alignment as dynamical systems: state a model, run it, see it, and take its exercises."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Each public name and where it lives. Nothing heavy is imported before a name is used.
_HOMES = {
    "aggregate": "aggregates",
    "alarm_rates": "alarms",
    "backend": "machine.backends",
    "basin_shares": "fates",
    "basins": "fates",
    "claim": "claims",
    "compose": "model",
    "continuation": "tracing",
    "counterfactual": "simulation",
    "dividing_line": "manifolds",
    "early_warning": "indicators",
    "equilibria": "equilibrium",
    "exercises": None,
    "explore": "explorer",
    "figures": None,
    "fold_curve": "fold_curves",
    "horizon_grid": "frontier",
    "input": "quantities",
    "lever": "quantities",
    "limit_cycle": "cycles",
    "linear_noise": "indicators",
    "logistic": "quantities",
    "lyapunov_exponents": "lyapunov",
    "Model": "model",
    "models": None,
    "nullclines": "plane",
    "objectives": None,
    "observable": "quantities",
    "optimise": "control",
    "oversee": "oversight",
    "oversight": None,
    "pareto": "frontier",
    "parameter": "quantities",
    "point_of_no_return": "fates",
    "policies": None,
    "population": "populations",
    "portrait": "plane",
    "power": "trials",
    "predict": "explorer",
    "quasi_steady": "timescales",
    "recover": "trials",
    "separatrices": "manifolds",
    "setup": "theme",
    "simulate": "simulation",
    "sobol_indices": "decomposition",
    "spreads": None,
    "state": "quantities",
    "summarise": "summaries",
    "sweep": "sweeps",
    "time_scales": "timescales",
    "trial": "trials",
    "trials": None,
    "welfare": "outlook",
    "views": None,
    "worlds": None,
}
__all__ = sorted(_HOMES)


@contextmanager
def _quickly() -> Iterator[None]:
    """Lets imports run without collecting garbage, and spares jsonschema a checker of web addresses, a second to load, that
    no chart uses."""
    collecting, spared = gc.isenabled(), "rfc3987_syntax" not in sys.modules
    gc.disable()
    if spared:
        sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if spared:
            del sys.modules["rfc3987_syntax"]
        if collecting:
            gc.enable()


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        import difflib

        near = difflib.get_close_matches(name, __all__, n=1)
        raise AttributeError(f"socioaffective has no '{name}'." + (f" Did you mean '{near[0]}'?" if near else ""))
    # The numeric core loads as one at the first use of any name, so that no first run waits for an import.
    home = _HOMES[name]
    with _quickly():
        import_module("socioaffective.simulation")
        module = import_module(f"socioaffective.{home or name}")
    value = module if home is None else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
