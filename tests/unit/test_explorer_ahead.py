"""The explorer of a function: what is drawn ahead is what the function draws, and nothing is drawn twice."""

import itertools
import zlib

import socioaffective as sa

WAYS = {"way": ["low", "never"], "variable": ["ties", "wanting"]}


def counted():
    """A function that draws, and the list of what it was asked for."""
    asked = []

    def companion(way, variable):
        asked.append((way, variable))
        if way == "never":
            raise ValueError(f"There is no {variable} for never.")
        return sa.figures.time_course(sa.simulate(sa.models.companion, 8, cues=0.2), variable)

    return companion, asked


def test_pictures_are_drawn_ahead_in_order_and_once():
    companion, asked = counted()
    view = sa.explore(companion, [WAYS], ahead=True)
    choices = list(itertools.product(*WAYS.values()))
    records = [record.split("\x1f") for record in zlib.decompress(view.pictures).decode().split("\x1e")]
    assert len(records) == len(choices)
    for (way, variable), (picture, alternative, trouble, *_) in zip(choices, records, strict=True):
        view.way, view.variable = way, variable
        assert (alternative, bool(int(trouble))) == (view.alternative, view.trouble) and bool(picture) == bool(view.picture)
        assert (f"no {variable}" if way == "never" else f"{variable} goes from") in alternative
    assert asked == choices


def test_controls_that_move_at_once_draw_once():
    companion, asked = counted()
    view = sa.explore(companion, [WAYS])
    before = view.drawn
    # As a page does that sends several controls in one message.
    view.set_state({"way": "never", "variable": "wanting"})
    assert asked[1:] == [("never", "wanting")] and view.drawn == before + 1 and view.trouble
