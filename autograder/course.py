"""Grade a whole course: judge every submission, then let nbgrader write the marks."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import gradebook
from .assignment import Assignment
from .converter import VERDICTS
from .nbgrader_apps import NbGraderFailed, autograde, database
from .release import MARK
from .store import Store, judge, lines_about
from .submission import find_students, read_submission, released_answers


class CourseError(Exception):
    """The directory cannot be graded; the message says where and what to do."""


@dataclass(frozen=True)
class Outcome:
    """What came of grading a course.

    Attributes:
        marks: student -> cell -> mark, as the gradebook has them now.
        notes: lines about what was missing, refused or ambiguous in submissions.
        problems: lines about marks that are not in the gradebook; empty if all went well.
    """

    marks: dict[str, dict[str, gradebook.Mark]]
    notes: tuple[str, ...]
    problems: tuple[str, ...]


def grade_course(
    assignment: Assignment,
    course: Path,
    student: str | None = None,
    anew: bool = False,
    done: Callable[[int, int, str], None] = lambda count, total, student: None,
) -> Outcome:
    """Judge every submission in `submitted`, then put the marks into the gradebook.

    Verdicts are on disk before the gradebook is opened, so an interrupted run goes on where it was.

    Args:
        student: only this one.
        anew: run all code again, also where nothing changed.
        done: told how many of how many are judged, and whose turn was the last.
    Raises:
        CourseError: not a released course, or nobody to grade.
    """
    if not (course / MARK).is_file():
        raise CourseError(f"{course}: not a course; make one with `python -m autograder release`")
    students, problems = find_students(
        course / "submitted", assignment, lambda name: student in (None, name)
    )
    if not students and not problems:
        whom = f"submitted/{student or '*'}/{assignment.name}"
        raise CourseError(f"{course}: no {whom} found; put the submissions there")
    failed, notes = _judge_all(assignment, course, students, anew, done)
    marks: dict = {}
    try:
        failed = autograde(course, assignment.name, student or "*") | failed
        marks = gradebook.read_marks(database(course), assignment.name)
    except (NbGraderFailed, gradebook.GradebookError) as error:
        problems.append(str(error))
    else:
        failed = _unwritten(course, students, marks) | failed
    problems += [
        f"submitted/{name}/{assignment.name}: no new marks: {why}" for name, why in failed.items()
    ]
    return Outcome(marks, tuple(notes), tuple(problems))


def _judge_all(assignment, course, students, anew, done) -> tuple[dict[str, str], list[str]]:
    """Put a verdict on disk for every student; student -> reason where that failed, and notes."""
    store, failed, notes = Store(course / VERDICTS), {}, []
    blank = released_answers(course / "release" / assignment.name / assignment.notebook, assignment)
    for count, name in enumerate(students, 1):
        try:
            handed_in = read_submission(course / "submitted", name, assignment, blank)
            record = judge(assignment, handed_in, store, anew)
            notes += lines_about(handed_in, record, assignment)
        except (OSError, ValueError) as error:
            failed[name] = str(error)
        done(count, len(students), name)
    return failed, notes


def _unwritten(course: Path, students: list[str], marks: dict) -> dict[str, str]:
    """Students whose marks in the gradebook are not those of their verdicts."""
    store = Store(course / VERDICTS)
    records = {name: store.load(name) for name in students}
    return {
        name: "the gradebook does not hold them; see .autograder/nbgrader.log"
        for name, record in records.items()
        if record is None or record.recorded is None or not gradebook.holds(marks, record)
    }
