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
    "alarm_rates": "dynamics.alarm_rates",
    "backend": "machine.backends",
    "basin_shares": "dynamics.fates",
    "basins": "dynamics.fates",
    "claim": "claims",
    "compose": "composition",
    "continuation": "dynamics.tracing",
    "counterfactual": "simulation.runs",
    "dividing_line": "dynamics.manifolds",
    "early_warning": "dynamics.indicators",
    "equilibria": "dynamics.equilibrium",
    "exercises": None,
    "explore": "explorer",
    "figures": None,
    "fold_curve": "dynamics.fold_curves",
    "horizon_grid": "control.frontier",
    "input": "quantities",
    "lever": "quantities",
    "limit_cycle": "dynamics.cycles",
    "linear_noise": "dynamics.indicators",
    "logistic": "quantities",
    "lyapunov_exponents": "dynamics.lyapunov",
    "Model": "model",
    "models": None,
    "nullclines": "dynamics.plane",
    "objectives": None,
    "observable": "quantities",
    "optimise": "control.optimum",
    "oversee": "oversight",
    "oversight": None,
    "pareto": "control.frontier",
    "parameter": "quantities",
    "point_of_no_return": "dynamics.fates",
    "policies": None,
    "population": "populations.people",
    "portrait": "dynamics.plane",
    "power": "trials",
    "predict": "explorer",
    "quasi_steady": "dynamics.timescales",
    "recover": "trials",
    "separatrices": "dynamics.manifolds",
    "setup": "theme",
    "simulate": "simulation.runs",
    "sobol_indices": "populations.decomposition",
    "spreads": None,
    "state": "quantities",
    "summarise": "populations.summaries",
    "sweep": "simulation.sweeps",
    "time_scales": "dynamics.timescales",
    "trial": "trials",
    "trials": None,
    "welfare": "control.outlook",
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
        import_module("socioaffective.simulation.runs")
        module = import_module(f"socioaffective.{home or name}")
    value = module if home is None else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
