"""Grade a whole course: submissions are judged and their marks written side by side."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from autograder.config import Assignment
from autograder.errors import CourseError, GradebookError, NbgraderError
from autograder.gradebook import queries as gradebook
from autograder.gradebook.bulk_writer import Pair
from autograder.grading import pool
from autograder.grading.fingerprints import Keys
from autograder.grading.planner import Judged, Wish, forget, judge_class
from autograder.grading.pool import Crew
from autograder.grading.store import Record, lines_about, store_of
from autograder.nbgrader_bridge.apps import database, write_marks
from autograder.release.course import MARK
from autograder.submission.reader import (
    Submission,
    find_students,
    read_submission,
    released_answers,
)

NAMED = 5  # students named in a line about many


@dataclass
class Outcome:
    """What came of grading a course.

    Attributes:
        marks: student -> cell -> mark, as the gradebook has them now.
        notes: lines about what was missing, refused or ambiguous in submissions.
        problems: lines about marks that are not in the gradebook; empty if all went well.
        unsafe: what was not guaranteed to the submissions that ran; empty if isolated.
        ran: how many submissions' code was run, or tried to.
    """

    marks: dict[str, dict[str, gradebook.Mark]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unsafe: str = ""
    ran: int = 0


@dataclass(frozen=True)
class Crews:
    """Who does the work: so many processes here, or the workers of a Dask scheduler.

    Attributes:
        workers: processes of this machine; None for the cores that may be used.
        scheduler: address of a Dask scheduler, or None.
    """

    workers: int | None = None
    scheduler: str | None = None

    def gather(self) -> Crew:
        """Start them.

        Raises:
            ClusterError: the cluster cannot be used.
        """
        if self.scheduler is None:
            return pool.local(self.workers)
        from autograder.grading.dask_pool import connect

        return connect(self.scheduler)


def grade_course(
    assignment: Assignment,
    course: Path,
    student: str | None = None,
    wish: Wish | None = None,
    crews: Crews | None = None,
    done: Callable[[int, int, Record | None], None] = lambda count, total, record: None,
) -> Outcome:
    """Judge every submission in `submitted`, and put the marks into the gradebook meanwhile.

    Verdicts are on disk before their marks are written, so an interrupted run goes on where it was.

    Args:
        student: only this one.
        wish: what is to be done again although nothing changed.
        crews: who does the work.
        done: told how many of how many are judged, and the record of the last, or None.
    Raises:
        CourseError: not a released course, nobody to grade, or no such task.
        AssignmentError: nothing can be judged or stored; verdicts so far are kept.
    """
    if not (course / MARK).is_file():
        raise CourseError(f"{course}: not a course; make one with `python -m autograder release`")
    wish, names = wish or Wish(), [task.name for task in assignment.tasks]
    if wish.task not in (None, *names):
        raise CourseError(f"no task {wish.task!r}; the tasks are {', '.join(names)}")
    students, problems = find_students(
        course / "submitted", assignment, lambda name: student in (None, name)
    )
    if not students and not problems:
        whom = f"submitted/{student or '*'}/{assignment.name}"
        raise CourseError(f"{course}: no {whom} found; put the submissions there")
    course = course.resolve()  # nbgrader changes the directory
    outcome, failed, store = Outcome(problems=problems), {}, store_of(course, assignment)
    crews = crews or Crews()
    results = _judge_all(assignment, course, store, students, wish.task, crews, failed)

    def judged() -> Iterator[Pair]:
        for count, each in enumerate(results, 1):
            _note(assignment, each, outcome)
            done(count + len(failed), len(students), each.record)
            yield each.submission, each.record

    with store.alone(), closing(results):
        forget(assignment, students, store, wish)
        _write(assignment, course, students, judged(), failed, outcome)
    outcome.problems += _lines_of(failed, assignment)
    return outcome


def _judge_all(assignment, course, store, students, task, crews, failed) -> Iterator[Judged]:
    """Yield what came of each submission, its verdict on disk; `failed` gets student -> reason."""
    blank = released_answers(course / "release" / assignment.name / assignment.notebook, assignment)

    def read() -> Iterator[Submission]:
        for name in students:
            try:
                yield read_submission(course / "submitted", name, assignment, blank)
            except (OSError, ValueError) as error:
                failed[name] = str(error)

    keys = Keys(assignment)
    with crews.gather() as crew:
        for judged in judge_class(assignment, read(), store, crew, keys, task):
            if judged.record is None:
                failed[judged.submission.student] = judged.fault
            else:
                yield judged


def _note(assignment: Assignment, judged: Judged, outcome: Outcome) -> None:
    """Keep what the instructor should know of one submission."""
    name = judged.submission.student
    outcome.unsafe = outcome.unsafe or judged.unsafe
    outcome.ran += judged.ran
    outcome.notes += lines_about(judged.submission, judged.record, assignment)
    if judged.fault:
        outcome.problems.append(f"submitted/{name}/{assignment.name}: {judged.fault}")
    elif judged.deaths:
        line = f"{judged.deaths} grading processes ended while they had it; it was tried again"
        outcome.notes.append(f"submitted/{name}/{assignment.name}: {line}")


def _write(assignment, course, students, judged: Iterator[Pair], failed, outcome: Outcome) -> None:
    """Put the marks into the gradebook as they come; if that fails, all are judged nevertheless."""
    try:
        unwritten = write_marks(course, assignment.name, judged)
        if set(students) <= set(failed):
            return
        outcome.marks = gradebook.read_marks(database(course), assignment.name)
    except (NbgraderError, GradebookError) as error:
        outcome.problems.append(str(error))
        for _ in judged:
            pass
    else:
        failed |= unwritten
        written = [name for name in students if name not in failed]
        failed |= _unwritten(assignment, course, written, outcome.marks)


def _lines_of(failed: dict[str, str], assignment: Assignment) -> list[str]:
    """A line for each student without new marks; one for all of those with the same reason."""
    groups: dict[str, list[str]] = {}
    for name, why in failed.items():
        groups.setdefault(why, []).append(name)
    lines = []
    for why, names in groups.items():
        whom = f"submitted/{names[0]}/{assignment.name}"
        if len(names) > 1:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            whom = f"{len(names)} submissions ({', '.join(names[:NAMED])}{more})"
        lines.append(f"{whom}: no new marks: {why}")
    return lines


def _unwritten(assignment, course: Path, students: list[str], marks: dict) -> dict[str, str]:
    """Students whose marks in the gradebook are not those of their verdicts."""
    store = store_of(course, assignment)
    records = {name: store.load(name) for name in students}
    return {
        name: "the gradebook does not hold them; see .autograder/nbgrader.log"
        for name, record in records.items()
        if record is None
        or record.recorded is None
        or not gradebook.holds(marks.get(name, {}), record)
    }
