"""Two assignments in one course directory: each keeps its own files, verdicts and marks."""

import shutil

import pytest

from autograder.cli import main as cli
from autograder.cli.parser import parse, selected_assignments
from autograder.config import find_assignment, load_assignments
from autograder.gradebook.queries import read_marks
from autograder.grading.store import Store
from autograder.layout import CourseLayout
from autograder.nbgrader_bridge.apps import database
from autograder.release.course import collect_files, released_names
from helpers.course import autograde

GANS, FIRST = load_assignments()


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A course with both assignments released by one command, and a submission to each."""
    course = tmp_path_factory.mktemp("both") / "course"
    assert cli.main(["release", str(course)]) == 0
    for assignment, text in ((GANS, "all"), (FIRST, "get_noise")):
        folder = course / "submitted" / "alice" / assignment.name
        shutil.copytree(course / "release" / assignment.name, folder)
        (folder / assignment.package / f"{assignment.module}.py").write_text(text)
    return course


@pytest.fixture
def course(both, tmp_path):
    """A fresh copy of that course."""
    return shutil.copytree(both, tmp_path / "course")


def test_release_makes_a_folder_and_a_zip_for_each(both):
    """One command releases all assignments; neither carries the other's stub."""
    assert released_names(both) == sorted([GANS.name, FIRST.name])
    for one, other in ((GANS, FIRST), (FIRST, GANS)):
        assert (both / f"{one.name}-student.zip").is_file()
        files = collect_files(one)
        assert f"{one.package}/{one.module}.py" in files
        assert f"{other.package}/{other.module}.py" not in files
        assert {one.notebook, one.public_checks.name} <= {*files}
        assert not {other.notebook, other.public_checks.name} & {*files}


def test_one_command_grades_both_and_one_alone_stays_alone(course, graded, capsys):
    """Verdicts of two assignments on one student lie apart, and so do their marks."""
    assert cli.main(["grade", str(course), "--assignment", FIRST.name]) == 0
    assert Store(CourseLayout(course).verdicts(GANS)).load("alice") is None
    assert cli.main(["grade", str(course)]) == 0
    assert graded == ["alice", "alice"]  # the first assignment's verdict was there already
    for assignment, tasks in ((GANS, len(GANS.tasks)), (FIRST, 1)):
        record = Store(CourseLayout(course).verdicts(assignment)).load("alice")
        assert sum(verdict.fraction for verdict in record.verdicts) == tasks
        marks = read_marks(database(course), assignment.name)["alice"]
        assert sum(mark.score > 0 for mark in marks.values()) == tasks
    assert autograde(course, FIRST.name) == {}  # nbgrader's own command finds the same
    assert cli.main(["feedback", str(course)]) == 0
    assert cli.main(["report", str(course)]) == 0
    for assignment in (GANS, FIRST):
        page = course / "feedback" / "alice" / assignment.name / assignment.notebook
        assert page.with_suffix(".html").is_file()
        assert assignment.title in (course / f"report-{assignment.name}.html").read_text("utf-8")
    capsys.readouterr()


def test_marks_of_both_are_exported_side_by_side(course, graded, capsys):
    """`export` writes a file for each assignment, so that none overwrites another's marks."""
    assert cli.main(["grade", str(course)]) == 0
    assert cli.main(["export", str(course), "--to", "nbgrader"]) == 0
    for assignment in (GANS, FIRST):
        rows = (course / f"nbgrader-{assignment.name}.csv").read_text().splitlines()
        assert [row.split(",")[0] for row in rows[1:]] == [assignment.name]
    capsys.readouterr()


def test_an_option_for_one_assignment_asks_which(course, capsys):
    """With two in the course, what is about one of them needs to be told which is meant."""
    for option in ("--class-list", "--column", "--output"):
        assert cli.main(["export", str(course), "--to", "canvas", option, "x"]) == 2
        line = f"{option} applies to one assignment; add --assignment, one of gans, first-gan"
        assert line in capsys.readouterr().err
    assert cli.main(["grade", str(course), "--task", "get_nois"]) == 2
    assert "no task 'get_nois'; the tasks are gans: sample_noise" in capsys.readouterr().err


def test_task_selects_its_assignment(course):
    """A task name that belongs to one assignment needs no --assignment."""
    options = parse(["grade", str(course), "--task", "get_noise"])
    assert selected_assignments(options) == [FIRST]


def test_student_selects_the_assignments_that_they_submitted(course, graded, capsys):
    """grade and feedback of one student pass over an assignment that the student did not submit."""
    shutil.rmtree(course / "submitted" / "alice" / FIRST.name)
    for command in ("grade", "feedback"):
        assert cli.main([command, str(course), "--student", "alice"]) == 0
        assert "error" not in capsys.readouterr().err


def test_unknown_assignment_is_one_line(capsys):
    """A name that no assignment has gives the names there are."""
    assert cli.main(["matrix", "--assignment", "gan"]) == 1
    assert "no assignment 'gan'; there are gans, first-gan" in capsys.readouterr().err
    assert find_assignment(FIRST.name) == FIRST
