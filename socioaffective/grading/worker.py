"""Worker: runs the cells of one notebook, sends its answers as data, and then calls its functions for whoever asks.

It trusts nobody and nobody trusts it: it gives up its rights before the first cell, and whatever it sends is only data.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from typing import Any

NOBODY, FILES, FILE_SIZE, ADDRESSES = 60_000, 128, 16 * 2**20, 6 * 2**30
MOST_SAID = 4_000
# Waiting costs no processor time, so there are limits in seconds by the clock too: so many times as long.
CLOCK = 4


class NoPictures:
    """Stands for the drawing of pictures, which wants more memory than there is, and which nobody looks at here."""

    vegalite_to_svg = staticmethod(lambda *_, **__: "")
    vegalite_to_png = staticmethod(lambda *_, **__: b"")


class OutOfTime(BaseException):
    """A cell has run for longer than it may; no `except Exception` catches it."""


def give_up_rights(limits: dict[str, float]) -> None:
    """Becomes nobody, and takes limits on time, memory, files and processes that cannot be raised again."""
    if os.geteuid() == 0:
        os.setgroups([])
        # A user of its own, since processes are counted by user.
        own = NOBODY + int(limits["lane"])
        os.setresgid(own, own, own)
        os.setresuid(own, own, own)
    seconds = int(limits["seconds"])
    for what, most in (
        (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, ADDRESSES), (resource.RLIMIT_NPROC, int(limits["processes"])),
        (resource.RLIMIT_NOFILE, FILES), (resource.RLIMIT_FSIZE, FILE_SIZE), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))


def main() -> None:
    """Serves one notebook over standard input and output."""
    inlet, outlet = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open("/dev/null", os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)

    def send(message: Any) -> None:
        outlet.write(json.dumps(message).encode() + b"\n")
        outlet.flush()

    request = json.loads(inlet.readline())
    give_up_rights(request["limits"])
    # Compiled code is read from files that can be written beside.
    shutil.copytree(os.environ["SOCIOAFFECTIVE_CACHE"], "/tmp/machine")
    os.environ["SOCIOAFFECTIVE_CACHE"] = "/tmp/machine"
    from socioaffective.grading.wire import Refused, pack

    space = run_cells(request["cells"], request["limits"]["cell"], send)
    calls: list[Callable] = []
    answers = {}
    for name in request["names"]:
        try:
            answers[name] = pack(space.get(name, ...), calls)
        except Exception as error:  # An object of the student's may do anything when it is looked at.
            said = str(error)[:200] if isinstance(error, Refused) else f"it cannot be sent ({type(error).__name__})"
            answers[name] = ["opaque", said]
    student = space.get("student")
    send({"answers": answers, "student": student[:100] if type(student) is str else None})
    for line in inlet:
        with at_most(request["limits"]["cell"]):
            answer = reply(json.loads(line), calls)
        send(answer)


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Returns a context that ends with OutOfTime after so much processor time, or CLOCK times as long by the clock.

    By processor time first, so that a mark does not hang on what else the machine has to do.
    """

    def ring(*_: Any) -> None:
        raise OutOfTime(f"This ran for longer than {seconds:g} seconds.")

    timers = {signal.ITIMER_PROF: (signal.SIGPROF, seconds), signal.ITIMER_REAL: (signal.SIGALRM, CLOCK * seconds)}
    try:
        for timer, (ringing, after) in timers.items():
            signal.signal(ringing, ring)
            signal.setitimer(timer, after)
        yield
    finally:
        for timer in timers:
            signal.setitimer(timer, 0)


def run_cells(cells: list[str], seconds: float, send: Callable[[Any], None]) -> dict[str, Any]:
    """Returns the names that are left when all cells have run, each for so many seconds at most; says what each raised."""
    import numpy as np
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    from socioaffective import theme

    theme.vl_convert = NoPictures  # type: ignore[assignment]
    options = Config()
    options.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=options)
    # What is drawn without a seed is drawn with one here: the same notebook has to give the same answers.
    random.seed(0)
    np.random.seed(0)
    unseeded = np.random.default_rng
    np.random.default_rng = lambda seed=None: unseeded(0 if seed is None else seed)

    for number, source in enumerate(cells):
        said, failed = io.StringIO(), None
        try:
            with at_most(seconds), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                outcome = shell.run_cell(source, silent=True)
            failed = outcome.error_before_exec or outcome.error_in_exec
        except BaseException as error:
            failed = error
        send({"cell": number, "error": _told(failed) if failed else ""})
    return shell.user_ns


def _told(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:MOST_SAID]
    except BaseException:
        return type(error).__name__[:100]


def reply(asked: dict[str, Any], calls: list[Callable]) -> dict[str, Any]:
    """Returns what a function of the notebook answers, as data, or what it raised.

    >>> from socioaffective.grading.worker import reply
    >>> reply({"id": 1, "call": 0, "args": ["list", []], "keywords": ["dict", []]}, [lambda: 0.5])
    {'id': 1, 'value': 0.5}
    """
    from socioaffective.grading.wire import pack, unpack

    def never(*_: Any) -> None:
        raise TypeError("a check gives values, not functions")

    try:
        value = calls[asked["call"]](*unpack(asked["args"], never), **unpack(asked["keywords"], never))
        return {"id": asked["id"], "value": pack(value, [])}
    except BaseException as error:
        return {"id": asked["id"], "error": [type(error).__name__, _told(error).partition(": ")[2]]}


if __name__ == "__main__":
    main()
