"""Trials: what a study would see of a model's people: arms, doses, drop-out, questionnaires, and what can be fitted to them."""

from socioaffective.trials.bias import attenuated, confounding_bias
from socioaffective.trials.estimates import Estimate, Estimates
from socioaffective.trials.power import power, sample_size
from socioaffective.trials.published import Finding, beside, published
from socioaffective.trials.recovery import Recovery, recover
from socioaffective.trials.scales import Scale, bpnsfs
from socioaffective.trials.study import Study, trial

__all__ = [
    "Estimate",
    "Estimates",
    "Finding",
    "Recovery",
    "Scale",
    "Study",
    "attenuated",
    "beside",
    "bpnsfs",
    "confounding_bias",
    "power",
    "published",
    "recover",
    "sample_size",
    "trial",
]
