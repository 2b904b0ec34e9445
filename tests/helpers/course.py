"""What many test modules use: the real assignment, invented verdicts, and nbgrader's commands."""

import json
import threading
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from autograder.authoring.matrix import judge_known_solution, touched
from autograder.config import Assignment, find_assignment
from autograder.course.grade import GradingReport, grade
from autograder.grading.grade_submission import GradingResult
from autograder.grading.job import JobResult
from autograder.grading.pool import InProcessBackend
from autograder.nbgrader_bridge.apps import AutogradeApp, course_app, database, open_course
from autograder.nbgrader_bridge.converters import AutogradeConverter
from autograder.reporting.load import load_class_results
from autograder.reporting.models import ClassResults
from cs231n.engine.schema import Finding, Verdict

ASSIGNMENT = find_assignment("gans")


def verdicts_for(
    marks: dict[str, float], otherwise: float = 0.0, assignment: Assignment = ASSIGNMENT
) -> GradingResult:
    """Verdicts with these fractions; every other task gets `otherwise`."""
    verdicts = []
    for task in assignment.tasks:
        part = marks.get(task.name, otherwise)
        status = "passed" if part == 1 else "partial" if part else "failed"
        finding = Finding("test", f"{task.name} got {part} <b>&amp;")
        verdicts.append(Verdict(task.name, status, part, () if part == 1 else (finding,)))
    return GradingResult(tuple(verdicts), None)


def public_verdicts(assignment: Assignment, entry, public) -> dict[str, Verdict]:
    """Verdicts of a catalogue's entry on the public cases of every task that it can change."""
    names = [task.name for task in assignment.tasks]
    tasks = touched(entry.source, assignment.solution.read_bytes(), names)
    return judge_known_solution(assignment, entry, tasks, public)


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


def fake_grade_source(assignment, source, key, refused=None, *_):
    """A source names the tasks that it solves: b"all", b"none" or b"discriminator generator"."""
    words = (source or b"").decode("utf-8", "replace").split()
    otherwise = 1.0 if "all" in words else 0.0
    return verdicts_for({word: 1.0 for word in words}, otherwise, assignment)


def edit_cells(folder: Path, sources: dict[str, str]) -> None:
    """Write into cells of a student's notebook, by grade_id."""
    path = folder / ASSIGNMENT.notebook
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in sources:
            cell["source"] = sources[name]
    path.write_text(json.dumps(notebook))


class FakeGrading(list):
    """The students whose code would have been run, in order.

    Attributes:
        grade: invents the verdicts.
        unsafe: what was not guaranteed to the code, as a sandbox would say.
    """

    def __init__(self):
        super().__init__()
        self.grade, self.unsafe = fake_grade_source, ""

    def __call__(self, assignment, source, key, refused=None, *_):
        """Stand in for `grade_source`."""
        result = self.grade(assignment, source, key, refused)
        self.append(key)
        return result

    def backend(self) -> InProcessBackend:
        """Return a backend that grades with this."""
        return _FakeBackend(self)


class _FakeBackend(InProcessBackend):
    def __init__(self, grading: FakeGrading):
        super().__init__(grading)
        self._grading = grading

    def submit(self, job: bytes) -> Future:
        result = JobResult.unpack(super().submit(job).result())
        future: Future = Future()
        future.set_result(replace(result, unsafe=self._grading.unsafe).pack())
        return future


def grade_course(
    course: Path, grading: FakeGrading, assignment: Assignment = ASSIGNMENT, **options
) -> GradingReport:
    """Grade a course as the command does, with invented verdicts."""
    with open_course(course) as (layout, gradebook):
        return grade(assignment, layout, gradebook, start_backend=grading.backend, **options)


def read_results(course: Path, assignment: Assignment = ASSIGNMENT) -> ClassResults:
    """Return the graded class of a course."""
    return load_class_results(assignment, course, database(course))


def autograde_report(course: Path, name: str) -> GradingReport:
    """Return the report of `nbgrader autograde NAME`."""
    with course_app(AutogradeApp, course) as app:
        app.coursedir.assignment_id = name
        return AutogradeConverter(coursedir=app.coursedir, parent=app).grade()


def autograde(course: Path, name: str) -> dict[str, str]:
    """Run `nbgrader autograde NAME`; return student -> why there are no new marks."""
    return autograde_report(course, name).failures
