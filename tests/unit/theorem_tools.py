"""What several tests of theorems use."""

import socioaffective as sa


def at_rest(model, **settings):
    return [e for e in sa.equilibria(model, **settings) if e.stable]
