"""Sandbox: a process without network, with files of its own and little of anything, on Linux by bubblewrap."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import socioaffective
from socioaffective.grading.calls import call_filter
from socioaffective.grading.worker import CLOCK

SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime")
DISK, MEMORY_LEFT, POLL = 64 * 2**20, 512 * 2**20, 0.1
# What the kernel calls it.
PDEATHSIG = 1
LONGEST_LINE = 4 * 2**20


@dataclass(frozen=True)
class Limits:
    """What a worker may use: processor `seconds` in all and in a `cell`, `memory` of all its processes in bytes, processes."""

    seconds: float = 120
    cell: float = 60
    memory: int = 3 * 2**30
    processes: int = 32


class Unfit(RuntimeError):  # noqa: N818 - says what to do
    """This machine cannot shut a worker in."""


class Stopped(RuntimeError):  # noqa: N818 - says why
    """The worker ended, or was ended; the message says why."""


def ready() -> None:
    """Returns nothing; raises Unfit, with the way out, where a worker cannot be shut in.

    >>> from socioaffective.grading import sandbox
    >>> try:
    ...     sandbox.ready()
    ... except sandbox.Unfit as unfit:
    ...     print("Students' code" in str(unfit))
    ... else:
    ...     print(True)
    True
    """
    refused = "Students' code is run shut in, or not at all. "
    if sys.platform != "linux":
        raise Unfit(refused + "That needs Linux: use a virtual machine with it (WSL 2 on Windows, Lima or Multipass on a Mac).")
    if shutil.which("bwrap") is None:
        raise Unfit(refused + "Install bubblewrap: 'apt install bubblewrap' or 'dnf install bubblewrap'.")
    tried = subprocess.run([*_walls(()), "/usr/bin/true"], capture_output=True, text=True, env={})
    if tried.returncode:
        raise Unfit(
            refused + "bubblewrap cannot make namespaces here. Allow unprivileged user namespaces, or use a virtual machine: "
            f"most containers forbid them. It said: {tried.stderr.strip()[:300]}"
        )


def _walls(shown: tuple[str, ...]) -> list[str]:
    """Returns the command that shuts the one after it in, with these folders to be read."""
    root = os.geteuid() == 0
    # Root becomes nobody inside; anybody else gets a user namespace, in which they are nobody in particular.
    user = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if root else ["--unshare-user"]
    walls = ["bwrap", "--die-with-parent", "--new-session", "--unshare-ipc", "--unshare-pid", "--unshare-net"]
    walls += ["--unshare-uts", "--unshare-cgroup-try", *user]
    walls += ["--proc", "/proc", "--dev", "/dev", "--size", "4096", "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    walls += ["--perms", "1777", "--size", str(DISK), "--tmpfs", "/tmp"]
    for folder in dict.fromkeys(str(parent) for path in shown for parent in reversed(Path(path).parents)):
        # Made here, since bubblewrap would make them for its own user alone.
        walls += [] if folder in ("/", "/tmp", "/usr") else ["--perms", "0755", "--dir", folder]
    for path in dict.fromkeys((*SYSTEM, *shown)):
        walls += ["--ro-bind-try", path, path]
    return [*walls, "--remount-ro", "/", "--chdir", "/tmp"]


def _shown(cache: Path) -> tuple[str, ...]:
    """Returns the folders that a worker needs: Python, its packages, the library without what lies beside it, machine code."""
    package = Path(socioaffective.__file__).resolve().parent
    paths = [sys.prefix, sys.base_prefix, sysconfig.get_paths()["purelib"], str(package), str(cache)]
    return (*(str(Path(path).resolve()) for path in paths), sys.prefix)


def die_first() -> None:
    """Returns nothing; where memory runs out, the kernel ends this process before any other."""
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def die_with_parent() -> None:
    """Returns nothing; when the process that began this one ends, however it ends, this one does."""
    ctypes.CDLL(None).prctl(PDEATHSIG, signal.SIGKILL)


class Worker:
    """A process that runs a student's notebook, to be spoken to by lines of JSON; a context manager that leaves nothing behind.

    `ask(message)` sends one, `lines()` yields what comes back; both raise Stopped when the worker has ended or used up what it
    may, and so does `watch`, for whoever waits for something else meanwhile.
    """

    def __init__(self, limits: Limits, cache: Path) -> None:
        self.limits, self._rest, self._began = limits, b"", time.monotonic()
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", "IPYTHONDIR": "/tmp/ipython",
            "PYTHONPATH": str(Path(socioaffective.__file__).resolve().parent.parent),
            "SOCIOAFFECTIVE_CACHE": str(cache.resolve()), "SOCIOAFFECTIVE_BACKEND": "by size",
        }  # fmt: skip
        walls = [*_walls(_shown(cache)), "--clearenv"]
        for name, value in environment.items():
            walls += ["--setenv", name, value]
        with tempfile.TemporaryFile() as calls:
            calls.write(call_filter())
            calls.seek(0)
            walls += ["--seccomp", str(calls.fileno())] if call_filter() else []
            self._process = subprocess.Popen(
                [*walls, sys.executable, "-P", "-m", "socioaffective.grading.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.environ["PATH"]},
                preexec_fn=die_first,
                pass_fds=[calls.fileno()],
            )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("A worker has no pipes to speak through.")
        self._to, self._from = self._process.stdin, self._process.stdout
        os.set_blocking(self._to.fileno(), False)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exc: Any) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the worker and all that it started."""
        # One by one, since what is shut in could have unlearned to die with its parent.
        for pid in _family(self._process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self._to.close()
        self._from.close()

    def watch(self) -> None:
        """Raises Stopped once the worker has ended or uses more than it may."""
        if time.monotonic() - self._began > CLOCK * self.limits.seconds:
            raise Stopped("it took too long")
        used = sum(resident(pid) for pid in _family(self._process.pid))
        # Where memory runs out, those that use little of it are not to blame.
        if used > self.limits.memory or (used > MEMORY_LEFT and _available() < MEMORY_LEFT):
            raise Stopped("it used too much memory")

    def ask(self, message: Any) -> None:
        """Sends a message, as one line."""
        left, pipe = json.dumps(message).encode() + b"\n", self._to.fileno()
        while left:
            if select.select([], [pipe], [], POLL)[1]:
                try:
                    left = left[os.write(pipe, left[:65536]) :]
                except BrokenPipeError:
                    raise Stopped("it ended its own session") from None
            else:
                self.watch()

    def lines(self) -> Iterator[Any]:
        """Yields messages as they come."""
        pipe, looked = self._from.fileno(), time.monotonic()
        while True:
            while b"\n" in self._rest:
                line, self._rest = self._rest.split(b"\n", 1)
                try:
                    yield json.loads(line)
                except (ValueError, RecursionError):
                    raise Stopped("it wrote what is no answer") from None
            if time.monotonic() - looked > POLL:
                self.watch()
                looked = time.monotonic()
            if select.select([pipe], [], [], POLL)[0]:
                part = os.read(pipe, 65536)
                if not part:
                    raise Stopped("it ended its own session, or used more time than it may")
                self._rest += part
                if len(self._rest) > LONGEST_LINE:
                    raise Stopped("its answers are too large")


def _family(root: int) -> list[int]:
    """Returns a process and all below it."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parent = int(Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            children.setdefault(parent, []).append(int(entry))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def resident(pid: int) -> int:
    """Returns how many bytes of memory a process has, and 0 for one that has ended.

    >>> import os
    >>> from socioaffective.grading.sandbox import resident
    >>> resident(os.getpid()) > 10**6
    True
    """
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def _available() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable"):
            return int(line.split()[1]) * 1024
    return 2**62
