"""A course's settings, whose notebook a file is, what is late, and the columns of each system."""

import os
import zipfile
from datetime import UTC, datetime

import pytest
from pupils import empty, written

from socioaffective.grading.__main__ import main
from socioaffective.grading.collecting import collect, sent_at
from socioaffective.grading.course import COLUMNS, begin_course, columns_for, open_course
from socioaffective.grading.submissions import Unreadable, cells_of

ROSTER = "id,first_name,last_name,email\nada7,Ada,Lovelace,a.lovelace@example.org\nbob_2,Bob,O'Hara,bob@example.org\n"


@pytest.fixture
def course(tmp_path):
    begun = begin_course(tmp_path / "course")
    (begun.root / "roster.csv").write_text(ROSTER)
    return begun


def test_what_is_there_is_left_as_it_is(course):
    begin_course(course.root)
    assert (course.root / "roster.csv").read_text() == ROSTER and list(course.roster) == ["ada7", "bob_2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[due]\n07_companion = 2027-01-01T00:00:00Z", "Did you mean '07_companionship'"),
        ('[due]\n07_companionship = "soon"', "written 2027"),
        ("[late]\nper_dy = 0.1", "Did you mean 'per_day'"),
        ("[late]\nper_day = -1", "must be a number"),
        ("[grade]\nlanes = 2", "no table"),
        ("[late", "cannot be read"),
    ],
)
def test_a_wrong_setting_is_told(course, text, words):
    (course.root / "course.toml").write_text(text)
    with pytest.raises(ValueError, match=words):
        open_course(course.root)


@pytest.mark.parametrize(
    "line", ["../up,A,B,c", ".hidden,A,B,c", "a/b,A,B,c", "example,A,B,c", "ada7,A,B,c\nada7,A,B,c", ",A,B,c"]
)
def test_an_id_that_cannot_be_a_folder_is_refused(course, line):
    (course.root / "roster.csv").write_text(f"id,first_name,last_name,email\n{line}\n")
    with pytest.raises(ValueError):
        _ = course.roster


def test_notebooks_are_taken_from_folders_and_archives(course, tmp_path):
    downloads = tmp_path / "downloads"
    old = written(empty("00_tour", "ada7"), downloads / "Ada Lovelace_77_assignsubmission_file" / "tour.ipynb")
    os.utime(old, (0, datetime(2027, 3, 1, tzinfo=UTC).timestamp()))
    written(empty("00_tour"), downloads / "eve.ipynb")
    (downloads / "ada7.ipynb").symlink_to("/etc/passwd")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("oharabob_LATE_12_34_00_tour.ipynb", (2027, 3, 2, 10, 0, 0)), "{}")
        archive.writestr(zipfile.ZipInfo("../../bob_2.ipynb", (2020, 1, 1, 0, 0, 0)), "old")
        archive.writestr(zipfile.ZipInfo("bob_2/again.ipynb", (2027, 3, 3, 10, 0, 0)), "[]")
    said = collect(course, "00_tour", [downloads, tmp_path / "more.zip"])
    assert said == [
        "eve.ipynb: from nobody in the roster",
        "../../bob_2.ipynb: from nobody in the roster",
        "Collected 2 of 2 notebooks.",
    ]
    assert sent_at(course, "00_tour", "ada7") == datetime(2027, 3, 1, tzinfo=UTC)
    assert (course.folder("collected", "bob_2", "00_tour") / "00_tour.ipynb").read_text() == "[]"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no notebook"),
        ("[]", "list of cells"),
        ('{"cells": 3}', "list of cells"),
        ('{"cells": [{"cell_type": "code"}]}', "Cell 1 of the notebook is malformed"),
        ('{"cells": [{"cell_type": "spell", "source": ""}]}', "malformed"),
        ('{"cells": [{"cell_type": "code", "source": [1]}]}', "malformed"),
        ("[" * 100_000, "no notebook"),
        ('{"cells": [{"cell_type": "code", "source": "%s"}]}' % ("a" * 200_000), "letters"),
        ('{{"cells": [{}]}}'.format(",".join(['{"cell_type": "code", "source": ""}'] * 600)), "600 cells"),
        ("a" * (21 * 2**20), "MB"),
    ],
    ids=range(10),
)
def test_what_is_no_notebook_is_told(tmp_path, text, words):
    with pytest.raises(Unreadable, match=words):
        cells_of(written(text, tmp_path / "sent.ipynb"))


def test_links_and_pipes_are_no_notebooks(tmp_path):
    (tmp_path / "link.ipynb").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe.ipynb")
    for name in ("link", "pipe"):
        with pytest.raises(Unreadable):
            cells_of(tmp_path / f"{name}.ipynb")


def test_every_system_gets_its_columns(course):
    row = {"set": "00_tour", "points": 30, "id": "ada7", "first_name": "Ada", "last_name": "=1+1", "email": "a@example.org"}
    row |= {"score": 20.5, "raw": 22, "penalty": 1.5, "waiting": ""}
    for to in COLUMNS:
        heading, line = columns_for(course, to, iter([row]))
        assert len(heading) == len(line) and "20.5" in line
        # In a spreadsheet nothing is a formula.
        assert not any(cell.startswith("=") for cell in line)
    with pytest.raises(ValueError, match="moodle"):
        list(columns_for(course, "mudle", iter([row])))


def test_the_commands_say_what_is_wrong(tmp_path, capsys):
    assert main(["collect", "00_tour", str(tmp_path), "--course", str(tmp_path / "none")]) == 1
    assert "grading begin" in capsys.readouterr().err
    assert main(["begin", "--course", str(tmp_path / "course")]) == 0
    assert main(["collect", "00_tur", str(tmp_path), "--course", str(tmp_path / "course")]) == 1
    assert "Did you mean '00_tour'" in capsys.readouterr().err
    assert main(["collect", "00_tour", str(tmp_path / "nothing.zip"), "--course", str(tmp_path / "course")]) == 1
    assert "neither a folder nor a zip" in capsys.readouterr().err
