"""Shared by the tests of the instructor's room: one released course, copied for each test."""

import shutil
from pathlib import Path

import pytest

from autograder.grading import fingerprints, pool
from autograder.grading import grade_submission as grading
from autograder.grading import planner as classroom
from helpers.course import ASSIGNMENT, edit_cells, fake_grade_source
from helpers.sandboxes import SKIPPED


@pytest.fixture
def graded(monkeypatch):
    """The student's code is not run: `fake_grade_source` reads the marks out of the file, here.

    Yields:
        The list of students whose code would have been run.
    """
    run = []

    def grade_source(assignment, source, key, refused=None, worker=None):
        run.append(key)
        return fake_grade_source(assignment, source, key, refused)

    monkeypatch.setattr(pool, "local", lambda workers=None: classroom.here())
    monkeypatch.setattr(grading, "grade_source", grade_source)
    monkeypatch.setattr(fingerprints, "judging_code", lambda assignment: "fingerprint")
    return run


@pytest.fixture(scope="session")
def assignment():
    """The real assignment."""
    return ASSIGNMENT


@pytest.fixture(scope="session")
def released(assignment, tmp_path_factory) -> Path:
    """A course directory made by `release`, to be copied and not written to."""
    from autograder.release.course import release

    course = tmp_path_factory.mktemp("course") / "course"
    release(assignment, course)
    return course


@pytest.fixture
def course(released, tmp_path) -> Path:
    """A fresh copy of the released course."""
    return shutil.copytree(released, tmp_path / "course")


@pytest.fixture
def hand_in(course):
    """A function that puts a submission into the course: hand_in("alice", b"source", {...})."""

    def put(student: str, source: bytes | None = b"all", answers: dict | None = None) -> Path:
        folder = course / "submitted" / student / "gans"
        shutil.copytree(course / "release" / "gans", folder, dirs_exist_ok=True)
        module = folder / "cs231n" / "gan_pytorch.py"
        module.unlink() if source is None else module.write_bytes(source)
        edit_cells(folder, answers or {})
        return folder

    return put


def pytest_terminal_summary(terminalreporter):
    """Print a prominent line if security tests were skipped."""
    reports = terminalreporter.stats.get("skipped", [])
    count = sum(SKIPPED in str(report.longrepr) for report in reports)
    if count:
        line = (
            f"WARNING: {count} security tests did not run: this machine has no working bubblewrap"
        )
        terminalreporter.write_sep("!", line, red=True, bold=True)
