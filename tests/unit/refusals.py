"""How bad input must be refused."""

import pytest


def refuses(call, kind, words):
    """Checks that a call raises this kind of error, with a message that has each of the words."""
    with pytest.raises(kind) as caught:
        call()
    for word in words:
        assert word in str(caught.value), str(caught.value)
