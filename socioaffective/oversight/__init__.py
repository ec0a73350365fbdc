"""Oversight: alarms from noisy reports, what they do to the assistant, and what that costs and saves."""

from socioaffective.oversight.alarms import always, cusum, level, run_length, slowing, trend
from socioaffective.oversight.curves import operating_curve
from socioaffective.oversight.losses import loss
from socioaffective.oversight.responses import cap, charge, cool_off, rest_until, support
from socioaffective.oversight.watching import compare, oversee

__all__ = [
    "always",
    "cap",
    "charge",
    "compare",
    "cool_off",
    "cusum",
    "level",
    "loss",
    "operating_curve",
    "oversee",
    "rest_until",
    "run_length",
    "slowing",
    "support",
    "trend",
]
