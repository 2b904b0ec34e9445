"""The pipeline: read, grade, store, record. Every way of grading a course goes through `grade`.

`python -m autograder grade`, `nbgrader autograde` and formgrader's button call it, so two graders
never work on one course at the same time.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

import nbformat

from autograder.collect import similar_ids
from autograder.config import Assignment
from autograder.errors import CourseError, GradebookError, contain_failure
from autograder.gradebook.backups import copy_gradebook, gradebook_file, save_backup
from autograder.gradebook.bulk_writer import BATCH, GradebookWriter
from autograder.gradebook.connection import GradebookSettings
from autograder.gradebook.late_penalties import refresh_penalties
from autograder.gradebook.queries import Book, holds, read_class
from autograder.grading.fingerprints import Fingerprints
from autograder.grading.planner import (
    GradedSubmission,
    RegradeOptions,
    grade_all,
    mark_as_due,
)
from autograder.grading.pool import Backend, LocalBackend
from autograder.grading.store import Record, Store
from autograder.layout import CourseLayout
from autograder.sandbox import plain_is_allowed
from autograder.submission.reader import (
    Submission,
    describe_contents,
    find_students,
    read_submission,
    released_answers,
)

LISTED = 5  # students named in a line about many

Progress = Callable[[int, int, Record | None], None]


@dataclass(frozen=True)
class StudentSelection:
    """The students to grade, as nbgrader selects them.

    Attributes:
        pattern: a student id, or a pattern such as "*".
        excluded: student ids that are left out.
    """

    pattern: str = "*"
    excluded: tuple[str, ...] = ()

    def __contains__(self, student: str) -> bool:
        """Return whether the student is selected."""
        return student not in self.excluded and (
            student == self.pattern or fnmatchcase(student, self.pattern)
        )


@dataclass
class GradingReport:
    """The result of grading a course.

    Attributes:
        before: the marks before the run; None if there was no gradebook to read.
        gradebook: the marks as they are now; None if they cannot be read or nothing was graded.
        notes: lines about what was missing, refused or ambiguous in submissions.
        problems: lines about marks that are not in the gradebook; empty if all went well.
        failures: student -> why there are no new marks; `problems` has a line for each reason.
        unsafe: what was not guaranteed to the submissions that ran; empty if isolated.
        ran: how many submissions' code was run, or tried to.
    """

    before: Book | None = None
    gradebook: Book | None = None
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    unsafe: str = ""
    ran: int = 0

    def add(self, assignment: Assignment, graded: GradedSubmission) -> None:
        """Add what the instructor should know about one submission."""
        submission, record = graded.submission, graded.record
        where = f"submitted/{submission.student}/{assignment.name}"
        self.unsafe = self.unsafe or graded.unsafe
        self.ran += graded.ran
        if record is None:
            return
        lines = list(submission.notes)
        if record.note and record.note not in lines:
            lines.append(record.note)
        self.notes += [f"{where}: {line}" for line in lines]
        if graded.fault:
            self.problems.append(f"{where}: {graded.fault}")
        elif graded.deaths:
            line = f"{graded.deaths} grading processes ended during this one; it was tried again"
            self.notes.append(f"{where}: {line}")


def grade(
    assignment: Assignment,
    layout: CourseLayout,
    gradebook: GradebookSettings,
    students: StudentSelection = StudentSelection(),
    options: RegradeOptions = RegradeOptions(),  # noqa: B008
    start_backend: Callable[[], Backend] = LocalBackend,
    allow_plain: bool = False,
    on_progress: Progress = lambda count, total, record: None,
    batch: int = BATCH,
    dry_run: bool = False,
) -> GradingReport:
    """Grade submissions and write their marks into the gradebook meanwhile.

    Verdicts are on disk before their marks are written, so the next run continues an interrupted
    one. If the gradebook fails, all submissions are graded nevertheless.

    Args:
        assignment: the assignment to grade.
        layout: the course's paths.
        gradebook: the course's gradebook.
        students: whose submissions.
        options: what is done again although nothing has changed.
        start_backend: starts the workers; called when there is something to grade.
        allow_plain: run code without isolation where nothing isolates it.
        on_progress: called with how many of how many are graded, and the last record or None.
        batch: students per transaction of the gradebook.
        dry_run: report the marks that the run would write, and change nothing.
    Raises:
        CourseError: not a released course, no submission, or no such task; or a dry run of a
            gradebook on a server.
        StoreError: another run grades this course, or the verdicts cannot be written.
        AssignmentError: a fault that affects every submission; verdicts so far are kept.
    """
    layout.check_released(assignment)
    names = [task.name for task in assignment.tasks]
    if options.task not in (None, *names):
        raise CourseError(f"no task {options.task!r}; the tasks are {', '.join(names)}")
    if differing := points_differ(assignment, layout):
        raise CourseError(
            f"{'; '.join(differing)}; make them agree: run `python -m autograder release`"
        )
    found, problems = find_students(layout.submitted, assignment, students.__contains__)
    if not found and not problems:
        where = f"submitted/{students.pattern}/{assignment.name}"
        raise CourseError(
            f"{layout.root}: no {where} found; {describe_contents(layout.submitted)}; put each "
            f"submission into submitted/ID/{assignment.name}"
        )
    report = GradingReport(problems=problems)
    allow_plain = allow_plain or plain_is_allowed()
    store, fingerprints = Store(layout.verdicts(assignment)), Fingerprints(assignment)
    records: dict[str, Record] = {}
    with store.locked(), _target(layout, gradebook, store, dry_run) as (gradebook, store):
        report.before = _snapshot(assignment, gradebook)
        found = _known_students(found, report)
        backup = None
        if report.before is not None and not dry_run:
            backup = save_backup(layout, gradebook.db_url, assignment, f"grade {assignment.name}")
        mark_as_due(assignment, found, store, options)
        submissions = _read(assignment, layout, found, report.failures)
        with (
            start_backend() as backend,
            GradebookWriter(gradebook, layout, assignment, store, batch, dry_run) as writer,
        ):
            for graded in grade_all(
                assignment, submissions, store, backend, fingerprints, options.task, allow_plain
            ):
                student, record = graded.submission.student, graded.record
                report.add(assignment, graded)
                if record is None:
                    report.failures[student] = graded.fault
                else:
                    records[student] = record
                on_progress(len(records) + len(report.failures), len(found), record)
                if record is not None:
                    writer.add(graded.submission, record)
        if records:
            report.failures |= _check_marks(assignment, gradebook, writer, records, report)
        if backup is not None and _totals(report.before) == _totals(report.gradebook):
            backup.path.unlink(missing_ok=True)  # no mark changed, so there is nothing to undo
    report.problems += _summarize(report.failures, assignment)
    return report


@contextmanager
def _target(
    layout: CourseLayout, gradebook: GradebookSettings, store: Store, dry_run: bool
) -> Iterator[tuple[GradebookSettings, Store]]:
    """Yield the gradebook and the store to write into; for a dry run, copies that are deleted."""
    if not dry_run:
        yield gradebook, store
        return
    book = gradebook_file(gradebook.db_url)
    if book is None:
        raise CourseError("--dry-run: needs a gradebook in a file; this course has one on a server")
    layout.backups.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=layout.backups, prefix=".dry-") as folder:
        copy, verdicts = Path(folder) / "gradebook.db", Path(folder) / "verdicts"
        if book.is_file():
            copy_gradebook(book, copy)
        # Files of the store are replaced, never changed, so that links are as good as copies.
        shutil.copytree(store.folder, verdicts, copy_function=_link_or_copy,
                        ignore=shutil.ignore_patterns(".*"))  # fmt: skip
        yield replace(gradebook, db_url=f"sqlite:///{copy}"), Store(verdicts)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _snapshot(assignment: Assignment, gradebook: GradebookSettings) -> Book | None:
    """Return the marks before the run; None if the gradebook cannot be read."""
    try:
        return read_class(gradebook.db_url, assignment.name)
    except GradebookError:
        return None


def _totals(book: Book | None) -> dict[str, float]:
    return {student: entry.total for student, entry in book.entries.items()} if book else {}


def _known_students(found: list[str], report: GradingReport) -> list[str]:
    """Return the students to grade; report ids that the gradebook has in another spelling."""
    known = report.before.people if report.before else {}
    similar = similar_ids([student for student in found if student not in known], known)
    for student, others in similar.items():
        listed = " and ".join(map(repr, others))
        report.failures[student] = (
            f"the gradebook has {listed}, which differs only in case, spaces or accents; rename "
            f"submitted/{student}, or, if they are two people, run `nbgrader db student add "
            f"{student}` in the course"
        )
    described = [p for p in known.values() if p.first_name or p.last_name or p.lms_user_id]
    added = [student for student in found if student not in known and student not in similar]
    if described and added:
        more = f" and {len(added) - LISTED} more" if len(added) > LISTED else ""
        report.notes.append(
            f"not in the gradebook's class of {len(known)}, now added: "
            f"{', '.join(added[:LISTED])}{more}; check these ids"
        )
    return [student for student in found if student not in similar]


def points_differ(assignment: Assignment, layout: CourseLayout) -> list[str]:
    """Return a phrase for each cell whose points differ between table and released notebook."""
    notebook = nbformat.read(layout.released_notebook(assignment), as_version=4)
    cells = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    released = {c["grade_id"]: c.get("points") for c in cells if c.get("grade")}
    wanted = {task.name: task.points for task in assignment.tasks}
    wanted |= {question.grade_id: question.points for question in assignment.questions}
    return [
        f"{name}: {points:g} points in assignment.toml, {released[name]:g} in the release"
        for name, points in wanted.items()
        if name in released and released[name] != points
    ]


def _read(
    assignment: Assignment, layout: CourseLayout, students: list[str], failures: dict[str, str]
) -> Iterator[Submission]:
    """Yield the submissions; add the students whose folder cannot be read to `failures`."""
    blank = released_answers(layout.released_notebook(assignment), assignment)
    for student in students:
        submission = None
        with contain_failure(partial(failures.__setitem__, student)):
            submission = read_submission(layout.submitted, student, assignment, blank)
        if submission is not None:
            yield submission


def _check_marks(
    assignment: Assignment,
    gradebook: GradebookSettings,
    writer: GradebookWriter,
    records: dict[str, Record],
    report: GradingReport,
) -> dict[str, str]:
    """Read the marks back into the report.

    Returns:
        student -> why the gradebook does not hold the marks of their verdicts.
    """
    try:
        if writer.error is not None:
            raise writer.error
        refreshed = refresh_penalties(gradebook, assignment.name, writer.failures)
        report.problems += refreshed.problems(assignment.name)
        report.gradebook = read_class(gradebook.db_url, assignment.name)
    except GradebookError as error:
        report.problems.append(str(error))
        return {}
    entries, reason = report.gradebook.entries, "the gradebook does not hold them; run grade again"
    lost = {
        student: reason
        for student, record in records.items()
        if student not in entries or not holds(entries[student].marks, record)
    }
    return {**lost, **writer.failures}


def _summarize(failures: dict[str, str], assignment: Assignment) -> list[str]:
    """Return a line for each student without new marks; one line for all with the same reason."""
    groups: dict[str, list[str]] = {}
    for student, reason in failures.items():
        groups.setdefault(reason, []).append(student)
    lines = []
    for reason, students in groups.items():
        where = f"submitted/{students[0]}/{assignment.name}"
        if len(students) > 1:
            more = f" and {len(students) - LISTED} more" if len(students) > LISTED else ""
            where = f"{len(students)} submissions ({', '.join(students[:LISTED])}{more})"
        lines.append(f"{where}: no new marks: {reason}")
    return lines
