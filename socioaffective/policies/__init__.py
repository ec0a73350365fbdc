"""Policies: what the assistant does. Any `f(state) -> {lever: value}` is one."""

from socioaffective.policies.base import COST as COST
from socioaffective.policies.base import Relay as Relay
from socioaffective.policies.base import Steps as Steps
from socioaffective.policies.base import Stepwise, fixed, schedule
from socioaffective.policies.base import Together as Together
from socioaffective.policies.base import lever_names as lever_names
from socioaffective.policies.base import limits as limits
from socioaffective.policies.base import said as said
from socioaffective.policies.climbing import RATE as RATE
from socioaffective.policies.climbing import Climber as Climber
from socioaffective.policies.climbing import climber
from socioaffective.policies.climbing import closed_by as closed_by
from socioaffective.policies.foresight import far_sighted, receding
from socioaffective.policies.learning import ab_test, bandit
from socioaffective.policies.turns import Capped as Capped
from socioaffective.policies.turns import Policy as Policy
from socioaffective.policies.turns import Resting as Resting
from socioaffective.policies.turns import a_policy as a_policy
from socioaffective.policies.turns import capped, cooled_off, switched
from socioaffective.policies.turns import caps_of as caps_of

__all__ = [
    "Stepwise",
    "ab_test",
    "bandit",
    "capped",
    "climber",
    "cooled_off",
    "far_sighted",
    "fixed",
    "receding",
    "schedule",
    "switched",
]
