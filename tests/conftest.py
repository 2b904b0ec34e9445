"""Shared by the tests of the instructor's room: one released course, copied for each test."""

import shutil
from pathlib import Path

import pytest

from autograder.grading import pool
from autograder.nbgrader_bridge import converters
from helpers.course import ASSIGNMENT, FakeGrading, edit_cells
from helpers.sandboxes import SKIPPED


@pytest.fixture
def graded(monkeypatch):
    """Grade in this process, without running code: the file names the tasks that it solves.

    Yields:
        The list of students whose code would have been run; see `FakeGrading`.
    """
    grading = FakeGrading()
    monkeypatch.setattr(pool, "LocalBackend", lambda workers=None: grading.backend())
    monkeypatch.setattr(converters, "InProcessBackend", grading.backend)
    return grading


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
