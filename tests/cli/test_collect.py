"""`collect` imports a download into a course, and `feedback --to` packs what goes back."""

import csv
import io
import subprocess
import sys
import zipfile

from nbgrader.api import Gradebook

from autograder.cli.main import main
from helpers import downloads
from helpers.downloads import Student

STUDENTS = [
    Student(1, "Ann", "Bell", {"gan_pytorch.py": b"all"}),
    Student(2, "Zoë", "Müller", {"cs231n/gan_pytorch.py": b"discriminator"}, late=True),
    Student(3, "Stranger", "Here", {"gan_pytorch.py": b"all"}, listed=False),
]


def files(course, platform):
    (course / "d.zip").write_bytes(getattr(downloads, platform)(STUDENTS))
    (course / "list.csv").write_text(getattr(downloads, f"{platform}_list")(STUDENTS), "utf-8")
    return [str(course / "d.zip"), "--class-list", str(course / "list.csv")]


def test_collect_prints_the_format_a_table_and_each_problem(course, capsys):
    """The stranger is one line on stderr and the status is 1; the others are imported."""
    assert main(["collect", str(course), *files(course, "canvas")]) == 1
    printed = capsys.readouterr()
    assert "d.zip: canvas" in printed.out and "imported 3 submissions" in printed.out
    assert "student01" in printed.out and "late by the platform" in printed.out
    assert printed.err.count("error:") == 1 and "10003" in printed.err
    assert (course / "submitted/student01/gans/gan_pytorch.py").read_bytes() == b"all"


def test_dry_run_changes_nothing(course, capsys):
    """The same table is printed, and neither folders nor students are made."""
    main(["collect", str(course), *files(course, "moodle"), "--dry-run"])
    assert "would import 3 submissions" in capsys.readouterr().out
    assert not (course / "submitted").exists()


def test_names_of_the_class_list_reach_the_gradebook(course):
    """Names, e-mail and the platform's id are filled in; what is there already stays."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        book.add_student("student01", first_name="Anna")
    main(["collect", str(course), *files(course, "canvas")])
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        ann, zoe = book.find_student("student01"), book.find_student("student02")
        assert (ann.first_name, ann.last_name, ann.lms_user_id) == ("Anna", "Bell", "10001")
        assert (zoe.first_name, zoe.last_name) == ("Zoë", "Müller")


def test_class_list_without_an_id_is_one_line(course, capsys):
    """The line says which columns would do."""
    arguments = files(course, "canvas")
    (course / "list.csv").write_text("Name,Age\nAnn,3\n")
    assert main(["collect", str(course), *arguments]) == 1
    assert "expected one of the columns SIS Login ID" in capsys.readouterr().err


def test_feedback_is_packed_for_moodle(course, graded, capsys):
    """The zip holds a page for each student under the name of their folder in the download."""
    main(["collect", str(course), *files(course, "moodle")])
    main(["grade", str(course)])
    assert main(["feedback", str(course), "--to", "moodle"]) == 0
    with zipfile.ZipFile(course / "feedback-gans-moodle.zip") as archive:
        names = archive.namelist()
    assert [name.split("/")[0] for name in names] == [
        "Ann Bell_501_assignsubmission_file", "Zoë Müller_502_assignsubmission_file",
    ]  # fmt: skip
    assert main(["feedback", str(course), "--to", "folder"]) == 0
    assert sorted(p.name for p in (course / "feedback-gans").iterdir()) == [
        "student01.html", "student02.html",
    ]  # fmt: skip


def test_marks_go_back_into_the_list_that_was_collected_with(course, graded):
    """Collect, grade and export with one class list: every row has its own student's mark."""
    main(["collect", str(course), *files(course, "canvas")])
    main(["grade", str(course)])
    main(["export", str(course), "--assignment", "gans", "--to", "canvas", "--class-list",
          str(course / "list.csv"), "--column", "GANs"])  # fmt: skip
    rows = list(csv.reader(io.StringIO((course / "canvas-gans.csv").read_text("utf-8-sig"))))
    marks = {row[0]: row[-1] for row in rows[1:]}
    assert (marks["Bell, Ann"], marks["Müller, Zoë"]) == ("85", "10")


def test_zip_collect_of_nbgrader_imports_as_collect_does(course):
    """`nbgrader zip_collect gans` places whole submissions, and ends with 1 for a stranger."""
    archive = course / "downloaded" / "gans" / "archive"
    archive.mkdir(parents=True)
    (archive / "d.zip").write_bytes(downloads.canvas(STUDENTS))
    (archive / "list.csv").write_text(downloads.canvas_list(STUDENTS), "utf-8")
    command = [sys.executable, "-m", "nbgrader", "zip_collect", "gans"]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1 and "not in the class list" in done.stderr, done.stderr
    assert (course / "submitted/student01/gans/gan_pytorch.py").read_bytes() == b"all"
    assert "imported 3 submissions of gans" in done.stderr
