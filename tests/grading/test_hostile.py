"""Hostile notebooks get no marks, harm nothing, and do not stop a batch."""

import json
import os
import socket
import sys
import time
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pupils
import pytest
import sympy

import socioaffective as sa
from socioaffective.exercises import answers
from socioaffective.exercises.questions import Reply
from socioaffective.exercises.release import Item
from socioaffective.grading import sandbox, scoring
from socioaffective.grading.collecting import collect
from socioaffective.grading.course import begin_course, open_course
from socioaffective.grading.submissions import Unreadable, cells_of
from socioaffective.grading.wire import Refused, error_of, unpack

RIGHT = 'answer_4 = {"growth": 0.02, "loss": 0.02}'


@pytest.fixture
def cache(tmp_path):
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


@pytest.fixture
def mark(shut_in, tmp_path, cache, monkeypatch):
    """Returns a function that marks a notebook made of this code."""
    monkeypatch.setattr(scoring, "SCORING_SECONDS", 3)

    def marked(*code):
        limits = sandbox.Limits(seconds=12, cell=4, memory=2**30)
        scorer = scoring.Scorer("00_tour", pupils.source_of("00_tour"), limits, cache)
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in code])
        return scorer.mark("example", pupils.written(notebook, tmp_path / "sent" / "00_tour.ipynb"))

    return marked


FORGE = """
import json, os
def forge(message):
    for fd in range(30):
        try:
            os.write(fd, (message if isinstance(message, str) else json.dumps(message)).encode() + b"\\n")
        except OSError:
            pass
"""
# What SymPy would run, were it given as a part of a formula.
RUN = "open('PLACE/ran', 'w').close() or 1"
FORGED = [
    {"answers": {"answer_1": ["head", "sin", [RUN]], "answer_2": ["apply", "f", [RUN]], "answer_3": ["head", "Tuple", [RUN]],
                 "answer_4": ["matrix", "1", "1", [RUN]]}},
    {"answers": {"answer_1": ["head", "Symbol", [RUN]], "answer_2": ["head", "Function", [RUN]],
                 "answer_3": ["dict", [[RUN, ["tuple", [RUN]]]]], "answer_4": ["dict", [["growth", RUN], ["loss", RUN]]]}},
    {"answers": {"answer_1": ["_class__", 1], "answer_2": ["_setattr__", "left", 1e99]}},
    {"answers": {"answer_1": 5.0, "check_1": 5.0}, "marks": {"check_1": 5.0}, "student": "\ud800"},
    {"answers": 3}, {"error": "x"}, {"error": "x", "cell": 99}, [5.0, "passed"], "[" * 10**5, "9" * 5000, "x" * (5 * 2**20),
]  # fmt: skip
ATTACKS = {
    "patches": """
import socioaffective as sa
from socioaffective.exercises import questions
from socioaffective.grading import scoring, wire
verdict = questions.Verdict(1, True, True, "", 1.0)
sa.exercises.check = lambda *_: verdict
scoring.Scorer._score = lambda *_: (5.0, "")
wire.pack = lambda *_: ["score", 5.0]
questions.Question.__init__ = lambda *_, **__: None
answer_1 = 0""",
    "prints": "print('check_1 5.0'); import os; os.write(1, b'5.0'); os.write(2, b'5.0'); answer_1 = verdict = '5.0'",
    "says yes": """
class Yes(float):
    def __eq__(self, other): return True
    __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __eq__
    __sub__ = __rsub__ = __abs__ = __float__ = lambda self, *_: 0.0
    __hash__ = float.__hash__
class Life(dict):
    def __contains__(self, name): return True
    def __getitem__(self, name): return Yes(0.02)
answer_1, answer_2, answer_3, answer_4 = Yes(1), Yes(1), Yes(1), Life()""",
    "poses": """
import numpy as np
class Steps: levers = {"cues": None}
class DataArray:
    __module__ = "xarray.core"; dims = (); dtype = float
    def __array__(self, *_, **__): raise SystemExit
answer_1, answer_2, answer_3 = np.float64("nan"), DataArray(), Steps()""",
    "leaves": "import os; os._exit(0)",
    "leaves as wanted": "raise SystemExit(0)",
    "kills": "import os, signal\nfor pid in (os.getppid(), 1, -1):\n    os.kill(pid, signal.SIGKILL)",
    "kills its group": "import os; os.killpg(0, 9)",
    "forks": "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
    "fills memory": "kept = []\nwhile True:\n    kept.append(bytearray(b'x' * 2**24))",
    "fills memory by many": """
import os
for _ in range(4):
    os.fork()
kept = [bytearray(b"x" * 2**24) for _ in range(20)]
while True: pass""",
    "maps memory": "import mmap\nkept = []\nwhile True:\n    kept.append(mmap.mmap(-1, 2**24)); kept[-1].write(b'x' * 2**24)",
    "fills the disk": """
for folder in ("/tmp", "/dev/shm", "/var/tmp", "/"):
    for k in range(100):
        try:
            open(f"{folder}/{k}", "wb").write(b"x" * 2**24)
        except OSError:
            pass""",
    "loops": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "sleeps": """
import signal, time
for ring in (signal.SIGALRM, signal.SIGPROF):
    signal.signal(ring, lambda *_: None)
time.sleep(999)""",
    "loops when looked at": """
class Slow:
    def __init__(self): self.x = 1
    def loop(self, *_):
        while True: pass
    __repr__ = __eq__ = __len__ = __iter__ = __del__ = __getattr__ = loop
answer_1 = answer_2 = [Slow()]""",
    "writes for ever": FORGE + "while True:\n    forge({})",
    "deep": "answer_1 = 1.0\nfor _ in range(10**5):\n    answer_1 = [answer_1]",
    "goes round": "answer_1 = []; answer_1.append(answer_1)",
    "towers": """
import sympy
nine = sympy.Integer(9)
answer_1 = sympy.Pow(nine, sympy.Pow(nine, nine, evaluate=False), evaluate=False)
answer_2 = sympy.factorial(sympy.Integer(10**9), evaluate=False)
answer_4 = {"growth": answer_2, "loss": sympy.Piecewise(*[(k, sympy.Symbol("x") > k) for k in range(900)])}""",
    "long schedules": """
import socioaffective as sa
answer_3 = sa.policies.schedule(cues={0: 0.9, **{260 + k * 1e-9: 0.1 for k in range(20_000)}})""",
}  # fmt: skip
# These take no processor time, or do not end by that.
SLOW = ("sleeps", "writes for ever")


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gets_nothing(mark, monkeypatch, name):
    if name in SLOW:
        monkeypatch.setattr(sandbox, "CLOCK", 2)
    marked = mark("raise ValueError('begun')", ATTACKS[name])
    assert not any(marked.marks.values()), marked
    assert marked.errors[0] == "ValueError: begun"


@pytest.mark.parametrize("message", FORGED, ids=range(len(FORGED)))
def test_a_forged_message_gets_nothing(mark, tmp_path, message):
    message = json.loads(json.dumps(message).replace("PLACE", str(tmp_path)))
    marked = mark(FORGE + f"forge({message!r})\nos._exit(0)")
    assert not any(marked.marks.values()), marked
    assert not (tmp_path / "ran").exists()
    json.dumps(marked.as_data(), ensure_ascii=False).encode()


def test_nothing_is_read_or_written_outside(mark, tmp_path):
    (tmp_path / "key").write_text("21.6")
    (tmp_path / "cache" / "theirs").write_text("")
    package = Path(sa.__file__).parent
    # The package and Python have to be seen, wherever they are.
    hidden = {"home", "srv", "sys", "var"} - {path.parts[1] for path in (package, Path(sys.prefix), Path(sys.base_prefix))}
    places = [str(tmp_path), str(tmp_path / "cache"), str(package), str(Path.home()), "/usr/lib", "/etc", "/dev"]
    marked = mark(f"""
import os
for place in {places}:
    try:
        open(place + "/mine", "w").close()
    except OSError:
        pass
seen = [name for name in os.environ if "SECRET" in name] + [p for p in os.listdir("/") if p in {sorted(hidden)}]
answer_4 = {RIGHT.partition("=")[2]}
if seen or os.path.exists({str(pupils.source_of("00_tour"))!r}) or os.path.exists({str(tmp_path / "sent")!r}):
    answer_4 = None
answer_1 = float(open({str(tmp_path / "key")!r}).read())""")
    assert marked.marks["check_1"] == 0 and marked.marks["check_4"] == 5, marked
    assert "FileNotFoundError" in marked.errors[0]
    assert not [place for place in places if (Path(place) / "mine").exists()]


def test_what_no_notebook_needs_is_refused(mark):
    marked = mark(f"""
import ctypes, os, socket
def refused(call, *given):
    try:
        call(*given)
    except OSError:
        return True
libc = ctypes.CDLL(None, use_errno=True)
tried = [refused(os.memfd_create, "x"), refused(socket.socket), refused(socket.socket, 40), refused(socket.socket, 1),
         libc.shmget(0, 4096, 0o1600) < 0, libc.unshare(0x10000000) < 0, libc.ptrace(16, 1, 0, 0) < 0, refused(os.setuid, 0)]
{RIGHT if sandbox.call_filter() else "answer_4 = 0"} if all(tried) else tried""")
    assert marked.marks["check_4"] == (5 if sandbox.call_filter() else 0), marked


def test_nobody_is_reached(mark, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as net, socket.socket(socket.AF_UNIX) as near:
        near.bind("\0socioaffective-" + tmp_path.name)
        near.listen()
        mark(f"""
import socket
for kind, where in ((socket.AF_INET, {net.getsockname()!r}), (socket.AF_UNIX, {near.getsockname()!r})):
    try:
        socket.socket(kind).connect(where)
    except OSError:
        pass""")
        for server in (net, near):
            server.settimeout(0.1)
            with pytest.raises(TimeoutError):
                server.accept()


def test_those_before_change_nothing(mark):
    alone = mark(RIGHT)
    mark(FORGE + "forge({'answers': 3}); open('/tmp/machine/x', 'w').close(); open('/tmp/x', 'w').close()")
    after = mark("import os\n" + RIGHT + " if not os.path.exists('/tmp/x') and not os.path.exists('/tmp/machine/x') else 0")
    assert alone.marks == after.marks and alone.marks["check_4"] == 5


def test_a_worker_leaves_nothing_behind(shut_in, cache):
    with sandbox.Worker(sandbox.Limits(seconds=10), cache) as worker:
        code = "import os, ctypes, time\nctypes.CDLL(None).prctl(1, 0)\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(99)"
        worker.ask({"limits": {"seconds": 10, "cell": 5, "processes": 32, "lane": 0}, "cells": [code], "names": []})
        next(line for line in worker.lines() if "answers" in line)
        family = sandbox._family(worker._process.pid)
        assert len(family) >= 4
    time.sleep(0.5)
    assert not any(sandbox.resident(pid) for pid in family)


def test_a_function_that_loops_is_given_up_and_the_next_one_answers(shut_in, cache):
    code = "def answer_1(x):\n    while x: pass\n    return x"
    with sandbox.Worker(sandbox.Limits(seconds=15), cache) as worker:
        limits = {"seconds": 15, "cell": 1, "processes": 32, "lane": 0}
        worker.ask({"limits": limits, "cells": [code], "names": ["answer_1"]})
        data = next(line for line in worker.lines() if "answers" in line)["answers"]["answer_1"]
        function = unpack(data, scoring._caller(worker))
        with pytest.raises(RuntimeError, match="OutOfTime"):
            function(1.0)
        assert function(0.0) == 0.0


def raising(error):
    def function(*_):
        raise error_of(type(error).__name__, str(error))

    return function


@pytest.mark.parametrize("error", [AssertionError(), StopIteration(), KeyError(), SystemExit()], ids=repr)
@pytest.mark.parametrize("hidden", ["assert answer_1(1) > 0", "assert all(map(answer_1, [1, 2])), 'no'"])
def test_an_error_passes_no_hidden_check(error, hidden):
    scorer = scoring.Scorer("00_tour", pupils.source_of("00_tour"), sandbox.Limits(), Path())
    assert scorer._hidden(Item(1, "", 5, (), 5, hidden), raising(error), "example") is not None


@pytest.mark.parametrize("wrap", [tuple, list, set, lambda items: dict.fromkeys(items), np.array, lambda items: items[0]])
def test_a_text_is_never_run(tmp_path, wrap):
    answer = wrap([RUN.replace("PLACE", str(tmp_path)), "1"])
    with pytest.raises(Reply):
        answers.formula(answer, {"n": sympy.Symbol("n")})
    assert not (tmp_path / "ran").exists()


def test_what_a_text_would_do_in_a_formula_is_undone_where_marks_are_given(mark, tmp_path):
    scorer = scoring.Scorer("00_tour", pupils.source_of("00_tour"), sandbox.Limits(), tmp_path)
    run = RUN.replace("PLACE", str(tmp_path))

    class Quiet:
        def watch(self):
            pass

    assert scorer._apart(Quiet(), lambda: (1.0, str(sympy.sympify(run)), {}))[0] == 0
    assert not (tmp_path / "ran").exists()
    assert scorer._apart(Quiet(), lambda: (1.0, "x" * 10**7, {})) == (1.0, "x" * scoring.MOST_SAID, {})


def test_what_a_student_says_steers_nothing():
    assert scoring.readable("\x1b]52;c;eA\x07\ud800") == "?]52;c;eA??"
    assert scoring.bare("[x](javascript:y) <b>") == "x javascript y b"
    gradebook = pytest.importorskip("socioaffective.grading.gradebook")
    for text in ("<script>", "[x](y)", "![x](y)", "[x][y]\n\n[y]: z", "<!--", "</div>"):
        found = gradebook.harmless(text)
        assert "](" not in found and "]:" not in found and all(after[:1] == " " for after in found.split("<")[1:])


@pytest.mark.parametrize("text", ["[" * 10**6, "9" * 10**5, '{"cells": 3}', '{"cells": [[]]}', "", "\0", '{"cells": [{}]}'])
def test_a_file_that_is_no_notebook_is_refused(tmp_path, text):
    with pytest.raises(Unreadable):
        cells_of(pupils.written(text, tmp_path / "a.ipynb"))


def test_links_and_pipes_are_not_followed(tmp_path):
    (tmp_path / "link.ipynb").symlink_to(pupils.source_of("00_tour"))
    os.mkfifo(tmp_path / "pipe.ipynb")
    for name in ("link", "pipe"):
        with pytest.raises(Unreadable):
            cells_of(tmp_path / f"{name}.ipynb")


def test_a_hostile_archive_writes_nowhere_else(tmp_path):
    begin_course(tmp_path / "course")
    (tmp_path / "course" / "roster.csv").write_text("id\nada7\nbob\ncleo\n")
    download = tmp_path / "all.zip"
    with zipfile.ZipFile(download, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../ada7.ipynb", "{}")
        archive.writestr("/ada7.ipynb", "{}")
        archive.writestr("ada7/../../../x.ipynb", "0" * (200 * 2**20))
        archive.writestr("cleo.ipynb", "{}" * 50)
        archive.writestr("bob.ipynb", "{}")
    # The content of one is damaged.
    data = download.read_bytes()
    start = data.index(b"cleo.ipynb") + len("cleo.ipynb")
    download.write_bytes(data[:start] + b"\xff\xff" + data[start + 2 :])
    said = collect(open_course(tmp_path / "course"), "00_tour", [download])
    assert any("cannot be read" in line for line in said) and "Collected 3 of 3" in said[-1], said
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.ipynb"))
    assert found == [f"course/collected/{student}/00_tour/00_tour.ipynb" for student in ("ada7", "bob")]
    assert (tmp_path / found[0]).stat().st_size <= 20 * 2**20 + 1


def test_a_forged_expression_is_refused():
    for data in (
        ["head", "sin", ["x"]],
        ["head", "Tuple", [["list", []]]],
        ["matrix", "1", "1", ["x"]],
        ["Rational", "1.5", "2"],
    ):
        with pytest.raises(Refused):
            unpack(data, print)
