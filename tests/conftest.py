"""Shared by the tests of the instructor's room: one released course, copied for each test."""

import json
import shutil
import threading
from pathlib import Path

import pytest

from autograder import classroom, grading, pool
from autograder.assignment import Assignment, load_assignment
from autograder.grading import Graded
from autograder.matrix import judge_entry, touched
from cs231n.engine.records import Finding, Verdict

ASSIGNMENT = load_assignment()


def verdicts_for(
    marks: dict[str, float], otherwise: float = 0.0, assignment: Assignment = ASSIGNMENT
) -> Graded:
    """Verdicts with these fractions; every other task gets `otherwise`."""
    verdicts = []
    for task in assignment.tasks:
        part = marks.get(task.name, otherwise)
        status = "passed" if part == 1 else "partial" if part else "failed"
        finding = Finding("test", f"{task.name} got {part} <b>&amp;")
        verdicts.append(Verdict(task.name, status, part, () if part == 1 else (finding,)))
    return Graded(tuple(verdicts), None)


def public_verdicts(assignment: Assignment, entry, public) -> dict[str, Verdict]:
    """Verdicts of a catalogue's entry on the public cases of every task that it can change."""
    names = [task.name for task in assignment.tasks]
    tasks = touched(entry.source, assignment.solution.read_bytes(), names)
    return judge_entry(assignment, entry, tasks, public)


def points_lost(assignment: Assignment, verdicts: dict[str, Verdict]) -> dict[str, float]:
    """Task -> points, of the tasks on which a verdict costs any."""
    points = {task.name: task.points for task in assignment.tasks}
    lost = {name: points[name] - v.points(points[name]) for name, v in verdicts.items()}
    return {name: count for name, count in lost.items() if count}


def gone(pid: int) -> bool:
    """Whether a process ends within some seconds."""
    for _ in range(500):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
        except OSError:
            return True
        if state == "Z":
            return True
        threading.Event().wait(0.01)
    return False


def fake_grade_source(assignment, source, key, refused=None):
    """A source names the tasks that it solves: b"all", b"none" or b"discriminator generator"."""
    words = (source or b"").decode().split()
    otherwise = 1.0 if "all" in words else 0.0
    return verdicts_for({word: 1.0 for word in words}, otherwise, assignment)


@pytest.fixture
def graded(monkeypatch):
    """The student's code is not run: `fake_grade_source` reads the marks out of the file, here.

    Yields:
        The list of students whose code would have been run.
    """
    run = []

    def grade_source(assignment, source, key, refused=None):
        run.append(key)
        return fake_grade_source(assignment, source, key, refused)

    monkeypatch.setattr(pool, "local", lambda workers=None: classroom.here())
    monkeypatch.setattr(grading, "grade_source", grade_source)
    monkeypatch.setattr(grading, "fingerprint", lambda assignment: "fingerprint")
    return run


@pytest.fixture(scope="session")
def assignment():
    """The real assignment."""
    return ASSIGNMENT


@pytest.fixture(scope="session")
def released(assignment, tmp_path_factory) -> Path:
    """A course directory made by `release`, to be copied and not written to."""
    from autograder.release import release

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


def edit_cells(folder: Path, sources: dict[str, str]) -> None:
    """Write into cells of a student's notebook, by grade_id."""
    path = folder / ASSIGNMENT.notebook
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in sources:
            cell["source"] = sources[name]
    path.write_text(json.dumps(notebook))


def autograde(course: Path, name: str) -> dict[str, str]:
    """What `nbgrader autograde NAME` does; student -> why there are no new marks."""
    from autograder.nbgrader_apps import AutogradeApp, JudgeAndWrite, course_app

    with course_app(AutogradeApp, course) as app:
        app.coursedir.assignment_id = name
        converter = JudgeAndWrite(coursedir=app.coursedir, parent=app)
        converter.grade()
        return converter.failures
