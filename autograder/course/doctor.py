"""Examine a course before marks go out: one line for each thing that can make them wrong."""

import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from autograder.collect import similar_ids
from autograder.config import Assignment, load_assignments
from autograder.errors import AutograderError
from autograder.gradebook.connection import GradebookSettings
from autograder.gradebook.late_penalties import refresh_penalties
from autograder.gradebook.queries import Book, read_class
from autograder.grading.reference_data import reference_data_of
from autograder.layout import CourseLayout
from autograder.reporting.load import load_class_results
from autograder.reporting.models import ClassResults
from autograder.sandbox import Level, Outcome, Sandbox
from autograder.submission.reader import find_students

from .grade import points_differ

PACKAGES = ("torch", "nbgrader", "numpy")
PYTHONS = ("3.11", "3.12", "3.13")
SHOWN = 5  # names in a line
FULL_BYTES, LOW_BYTES = 200 * 2**20, 2 * 2**30


class State(StrEnum):
    """What a line asks for."""

    OK = "ok"
    LOOK = "look"  # a person should look before marks go out
    FIRST = "first"  # something must be done before marks go out


@dataclass(frozen=True)
class Check:
    """One line of the examination.

    Attributes:
        topic: what was examined, in a word.
        state: what the line asks for.
        text: what was found, and what to do.
    """

    topic: str
    state: State
    text: str


def examine(
    assignment: Assignment,
    layout: CourseLayout,
    gradebook: GradebookSettings,
    start_sandbox: Callable[[], Sandbox] = Sandbox,
) -> list[Check]:
    """Examine a course and one of its assignments; nothing is changed.

    Args:
        assignment: the assignment.
        layout: the course's paths.
        gradebook: the course's gradebook.
        start_sandbox: creates the sandbox whose self-test runs.
    Raises:
        CourseError: not a released course.
        GradebookError: the gradebook cannot be read.
    """
    layout.check_released(assignment)
    book = read_class(gradebook.db_url, assignment.name)
    results = load_class_results(assignment, layout.root, gradebook.db_url)
    return [
        check_versions(),
        check_sandbox(start_sandbox),
        check_references(assignment, layout),
        *check_submissions(assignment, layout, book),
        check_marks(results),
        check_questions(assignment, book),
        check_hand_marks(assignment, book),
        check_penalties(assignment, gradebook, book),
        check_notes(results),
        check_disk(layout.root),
    ]


def check_after_grading(
    assignment: Assignment, layout: CourseLayout, gradebook: GradebookSettings, book: Book
) -> list[Check]:
    """Return the lines that matter right after grading and that grading did not print itself."""
    checks = [
        check_folders(assignment, layout),
        check_hand_marks(assignment, book),
        check_penalties(assignment, gradebook, book),
    ]
    return sorted((c for c in checks if c.state != State.OK), key=lambda c: c.state)[:3]


def check_versions() -> Check:
    """Say which versions grade."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"no {name}")
    python = platform.python_version()
    supported = python.startswith(tuple(f"{minor}." for minor in PYTHONS))
    text = f"Python {python}, {', '.join(found)}"
    if not supported:
        text += f"; use Python {PYTHONS[0]} to {PYTHONS[-1]}"
    return Check("versions", State.OK if supported else State.FIRST, text)


def check_sandbox(start_sandbox: Callable[[], Sandbox]) -> Check:
    """Run the self-test of the sandbox."""
    with start_sandbox() as sandbox:
        reason = sandbox.failure(Level.FRESH)
    if reason:
        text = f"students' code cannot be isolated here ({reason}); install bubblewrap"
        return Check("sandbox", State.FIRST, text)
    return Check("sandbox", State.OK, "isolates students' code (self-test passed)")


def check_references(assignment: Assignment, layout: CourseLayout) -> Check:
    """Compare reference data, table and released notebook."""
    try:
        reference_data_of(assignment)
    except AutograderError as error:
        return Check("references", State.FIRST, str(error).splitlines()[0])
    differing = points_differ(assignment, layout)
    if differing:
        return Check("references", State.FIRST, f"{'; '.join(differing)}; run release again")
    return Check("references", State.OK, "reference data, assignment.toml and release agree")


def check_submissions(assignment: Assignment, layout: CourseLayout, book: Book) -> list[Check]:
    """Compare the folders in `submitted` with the names of assignments and with the class."""
    students, problems = find_students(layout.submitted, assignment)
    checks = [Check("submissions", State.FIRST, line) for line in problems]
    folders = check_folders(assignment, layout)
    checks += [folders] if folders.state != State.OK else []
    unknown = [student for student in students if student not in book.people]
    for student, others in similar_ids(unknown, book.people).items():
        text = f"{student}: the class has {' and '.join(map(repr, others))}; rename the folder"
        checks.append(Check("submissions", State.FIRST, text))
    missing = sorted({*book.people} - {*students} - {*book.entries})
    if not checks:
        text = f"{len(students)} of a class of {len({*book.people, *students})}"
        if missing:
            text += f"; without a submission: {_some(missing)}"
        checks.append(Check("submissions", State.OK, text))
    return checks


def check_folders(assignment: Assignment, layout: CourseLayout) -> Check:
    """Name what looks like a submission but is not graded because of its place."""
    wrong = wrong_folders(layout.submitted, assignment)
    if not wrong:
        return Check("submissions", State.OK, "every folder has the name of an assignment")
    text = f"not graded, because of the name of the folder: {_some(wrong)}; expected "
    return Check("submissions", State.FIRST, f"{text}submitted/ID/{assignment.name}")


def wrong_folders(submitted: Path, assignment: Assignment) -> list[str]:
    """Return the paths in `submitted` that look like a submission in the wrong place."""
    known = {each.name for each in load_assignments()}
    plain = {_plain(name) for name in (assignment.name, Path(assignment.notebook).stem)}
    files = {f"{assignment.module}.py", assignment.notebook, assignment.package}
    found = []
    for student in sorted(submitted.iterdir()) if submitted.is_dir() else ():
        if student.name.startswith("."):
            continue
        if not student.is_dir():
            found.append(student.name)
            continue
        for entry in sorted(student.iterdir()):
            name = entry.name
            if name not in known and (_plain(name) in plain or name in files):
                found.append(f"{student.name}/{name}")
    return found


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def check_marks(results: ClassResults) -> Check:
    """Say whether the gradebook holds the marks of the files that are there."""
    if results.problems:
        more = f" (and {len(results.problems) - 1} more)" if len(results.problems) > 1 else ""
        return Check("marks", State.FIRST, f"{results.problems[0]}{more}")
    return Check("marks", State.OK, f"of {len(results.results)} submissions, all up to date")


def check_questions(assignment: Assignment, book: Book) -> Check:
    """Count the answers that wait for a mark."""
    names = {question.grade_id for question in assignment.questions}
    waiting = sum(
        mark.by_hand for e in book.entries.values() for name, mark in e.marks.items()
        if name in names
    )  # fmt: skip
    if waiting:
        answers = "1 answer waits" if waiting == 1 else f"{waiting:,} answers wait"
        return Check("questions", State.FIRST, f"{answers} for a mark by hand")
    return Check("questions", State.OK, "all answers are marked")


def check_hand_marks(assignment: Assignment, book: Book) -> Check:
    """Name the marks of tasks that a person set before the automatic mark changed."""
    tasks = {task.name for task in assignment.tasks}
    found = [
        f"{student} ({name}: {mark.score:g} by hand, now {mark.auto or 0:g} automatically)"
        for student, entry in sorted(book.entries.items())
        for name, mark in entry.marks.items()
        if name in tasks and mark.by_hand
    ]
    if found:
        text = f"the automatic mark changed under a mark set by hand: {_some(found)}"
        return Check("hand marks", State.LOOK, f"{text}; look at them in formgrader")
    return Check("hand marks", State.OK, "no automatic mark changed under one set by hand")


def check_penalties(assignment: Assignment, gradebook: GradebookSettings, book: Book) -> Check:
    """Say what lateness costs, and whether every penalty can be computed."""
    refreshed = refresh_penalties(gradebook, assignment.name, write=False)
    if refreshed.failures:
        return Check("late", State.FIRST, refreshed.problems(assignment.name)[0])
    if book.duedate is None:
        return Check("late", State.OK, "no due date is set, so nothing is late")
    late = sum(entry.late_s > 0 for entry in book.entries.values())
    unknown = [student for student, entry in book.entries.items() if entry.submitted is None]
    text = (
        f"{late} of {len(book.entries)} after {book.duedate:%Y-%m-%d %H:%M} UTC; penalty: "
        f"{gradebook.penalty_text}"
    )
    if refreshed.changed:
        text += f"; {len(refreshed.changed)} penalties change with the next command"
    if unknown:
        text += f"; without a time of submission, so not late: {_some(sorted(unknown))}"
        return Check("late", State.LOOK, text)
    return Check("late", State.OK, text)


def check_notes(results: ClassResults) -> Check:
    """Name the submissions whose run or files a person should look at."""
    found = [
        result.student for result in results.results
        if result.notes or result.ended != Outcome.DONE or not result.isolated
    ]  # fmt: skip
    if found:
        text = f"{len(found)} with notes or an unusual end: {_some(found)}; see the report"
        return Check("notes", State.LOOK, text)
    return Check("notes", State.OK, "no submission has a note")


def check_disk(course: Path) -> Check:
    """Say how much room is left for the course."""
    free = shutil.disk_usage(course).free
    state = State.FIRST if free < FULL_BYTES else State.LOOK if free < LOW_BYTES else State.OK
    text = f"{free / 2**30:.1f} GiB free"
    return Check("disk", state, text if state == State.OK else f"{text}; make room")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
