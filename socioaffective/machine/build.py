"""Build: modules written from models, compiled once for each kind of processor and kept on the disk."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import ModuleType

from socioaffective.machine.source import UnwritableError, written
from socioaffective.model import Model

_HOME = "SOCIOAFFECTIVE_CACHE"
_lock, _starting = threading.RLock(), threading.Lock()
# What is there, by what it was made of; None for a model that has no form in machine code.
_loaded: dict[tuple, Callable | None] = {}
_begun: dict[tuple, threading.Thread] = {}


@lru_cache(maxsize=1)
def _folder() -> Path:
    """Returns where modules are kept: the user's cache, or a folder of this process where that cannot be written to."""
    from platformdirs import user_cache_path

    home = Path(os.environ[_HOME]) if os.environ.get(_HOME) else user_cache_path("socioaffective", False)
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not os.access(home, os.W_OK):
            raise PermissionError
    except OSError:
        return Path(tempfile.mkdtemp(prefix="socioaffective-"))
    return home


@lru_cache(maxsize=1)
def _surroundings() -> str:
    """Returns what compiled code depends on beside its own text."""
    return files("socioaffective.machine").joinpath("lanes.py").read_text(encoding="utf-8") + sys.version


def _module(text: str) -> Path:
    """Returns the file of a module with this text, written where there is none yet."""
    name = "model_" + hashlib.sha256((text + _surroundings()).encode()).hexdigest()[:24]
    path = _folder() / name / f"{name}.py"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    return path


def compile_file(path: Path) -> Callable:
    """Returns `integrate` of a module on the disk, compiled, or read from beside it where it was compiled before."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module: ModuleType = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    # What Numba reads back from the disk looks for its module there.
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    from numba import float64, int64

    row, table, cube = float64[::1], float64[:, :], float64[:, :, ::1]
    places = int64[::1]
    module.integrate.compile((table, table, row, row, places, places, row, row, float64, int64, cube, places, float64[:, :]))
    return module.integrate


def _elsewhere(path: Path) -> None:
    """Compiles a module in a process of its own, so that this one goes on meanwhile."""
    if not sys.executable or any(path.parent.rglob("*.nbc")):
        return
    root = str(files("socioaffective").joinpath(".."))
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "socioaffective.machine", str(path)]
    quiet = subprocess.DEVNULL
    subprocess.run(command, env=os.environ | {"PYTHONPATH": paths}, stdin=quiet, stdout=quiet, stderr=quiet, check=False)


def built(model: Model, events: tuple = ()) -> Callable | None:
    """Returns `integrate` of a model, once it is compiled; None for a model that has no form in machine code."""
    with _lock:
        key = key_of(model, events)
        if key not in _loaded:
            _loaded[key] = _made(model, events)
        return _loaded[key]


def ready(model: Model, events: tuple = ()) -> Callable | None:
    """Returns `integrate` of a model if it is there, and otherwise None at once; it is then made ready meanwhile."""
    key = key_of(model, events)
    with _starting:
        if key not in _loaded and key not in _begun:
            _begun[key] = threading.Thread(target=_prepare, args=(model, events), daemon=True, name="socioaffective-compiles")
            _begun[key].start()
    return _loaded.get(key)


def begun(model: Model, events: tuple = ()) -> bool:
    """Returns whether the code of a model is there or being made."""
    key = key_of(model, events)
    return key in _loaded or key in _begun


def key_of(model: Model, events: tuple = ()) -> tuple:
    """Returns what tells the code of a model from that of others: defaults and bounds are no part of it."""
    return _smooth(model), tuple(model.equations.items()), tuple(model.settings), events


def _smooth(model: Model) -> bool:
    """Returns whether a model moves in continuous time without noise, as all that is compiled does."""
    return model.clock == "continuous" and not model.noise


def _made(model: Model, events: tuple, before: Callable[[Path], None] = lambda path: None) -> Callable | None:
    """Returns `integrate` of a model, read or compiled; `before` is called with its file first."""
    if not _smooth(model):
        return None
    try:
        text = written(model, events)
        path = _module(text)
        before(path)
        try:
            return compile_file(path)
        except Exception:
            # What lies there may be damaged; it is made anew, once.
            shutil.rmtree(path.parent, ignore_errors=True)
            return compile_file(_module(text))
    except (UnwritableError, ImportError):
        return None


def _prepare(model: Model, events: tuple) -> None:
    function = _made(model, events, _elsewhere)
    with _lock:
        _loaded.setdefault(key_of(model, events), function)
