"""Feedback goes back to each platform under the names that its upload needs."""

import io
import json
import re
import zipfile
from pathlib import Path

import nbformat
import pytest

from autograder.collect.collect import collect, origins
from autograder.collect.feedback_archive import Page, pack_feedback
from autograder.collect.matching import people_of
from autograder.config import load_assignments
from autograder.export.roster import read_class_list
from helpers import downloads
from helpers.downloads import Student

GANS, FIRST_GAN = load_assignments()
PLUGIN = re.compile(
    r"(?:.*/)?[^/_]+_(?P<pid>\d+)_assignsubmission_file(?:/|_).+"
)  # as Moodle reads


@pytest.fixture
def pages(tmp_path) -> dict[str, Page]:
    """Feedback pages of three students."""
    found = {}
    for student in ("student01", "student02", "student03"):
        page = Page(tmp_path / f"{student}.html", tmp_path / f"{student}.md")
        page.html.write_text(f"<p>{student} é</p>", "utf-8")
        page.markdown.write_text(f"# {student}\n\n80 of 85 é\n", "utf-8")
        found[student] = page
    return found


def imported(tmp_path: Path, data: bytes, listing: str, key: str) -> dict[str, dict]:
    (tmp_path / "d.zip").write_bytes(data)
    (tmp_path / "list.csv").write_text(listing, "utf-8")
    people = people_of(read_class_list(tmp_path / "list.csv", (key,)))
    collect(tmp_path / "course", GANS, [FIRST_GAN], [tmp_path / "d.zip"], people)
    return origins(tmp_path / "course", GANS)


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


STUDENTS = [
    Student(1, "Zoë", "Müller", {"gans.zip": downloads.pack({"gan_pytorch.py": b"1"})}),
    Student(2, "Bo", "Li", {"gan_pytorch.py": b"2", "GANs-PyTorch.ipynb": b"{}"}),
]


@pytest.mark.parametrize("flat", [True, False])
def test_moodle_feedback_lies_in_each_participants_folder(flat, pages, tmp_path):
    """Moodle reads the participant's number out of every member's name."""
    data = downloads.moodle(STUDENTS, flat)
    packed = pack_feedback(
        "moodle", pages, imported(tmp_path, data, downloads.moodle_list(STUDENTS), "Identifier")
    )
    found = {PLUGIN.fullmatch(name)["pid"]: text for name, text in members(packed.data).items()}
    assert {pid: text.decode() for pid, text in found.items()} == {
        "501": "<p>student01 é</p>", "502": "<p>student02 é</p>",
    }  # fmt: skip
    assert packed.problems == (
        "student03: not imported with `collect`; hand this page back by hand",
    )


def test_canvas_feedback_has_name_and_type_of_an_attachment(pages, tmp_path):
    """A zip comes back as a zip, and of a notebook and a Python file the notebook."""
    data = downloads.canvas(STUDENTS)
    packed = pack_feedback(
        "canvas", pages, imported(tmp_path, data, downloads.canvas_list(STUDENTS), "ID")
    )
    found = members(packed.data)
    assert sorted(found) == [
        "libo_10002_900003_GANs-PyTorch.ipynb",
        "müllerzoë_10001_900001_gans.zip",
    ]
    assert members(found["müllerzoë_10001_900001_gans.zip"]) == {
        "feedback.html": "<p>student01 é</p>".encode()
    }
    book = nbformat.reads(found["libo_10002_900003_GANs-PyTorch.ipynb"].decode(), as_version=4)
    nbformat.validate(book)
    assert "80 of 85 é" in book.cells[0].source


def test_canvas_feedback_for_a_python_file_is_comments(pages, tmp_path):
    """A Python file with the feedback as comments still compiles."""
    student = Student(1, "Ann", "Bell", {"gan_pytorch.py": b"1"})
    found = pack_feedback(
        "canvas",
        pages,
        imported(tmp_path, downloads.canvas([student]), downloads.canvas_list([student]), "ID"),
    )
    ((name, data),) = members(found.data).items()
    assert name.endswith("gan_pytorch.py") and compile(data, name, "exec")
    assert "# 80 of 85 é" in data.decode()


def test_canvas_ignores_names_that_begin_with_link(pages, tmp_path):
    """Feedback under such a name would be dropped, so it is a line instead."""
    student = Student(1, "Ann", "Bell", {"linkedlist.py": b"1"})
    origin = imported(tmp_path, downloads.canvas([student]), downloads.canvas_list([student]), "ID")
    packed = pack_feedback("canvas", pages, origin)
    assert packed.students == () and "student01: Canvas takes feedback only" in packed.problems[0]


def test_same_pages_give_the_same_zip(pages, tmp_path):
    """Packing twice gives the same bytes."""
    origin = imported(
        tmp_path, downloads.moodle(STUDENTS), downloads.moodle_list(STUDENTS), "Identifier"
    )
    assert pack_feedback("moodle", pages, origin) == pack_feedback(
        "moodle", pages, json.loads(json.dumps(origin))
    )
