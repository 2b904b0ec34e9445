"""Load a graded class from the gradebook, the stored verdicts and the graded notebooks."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from autograder.config import Assignment
from autograder.errors import contain_failure
from autograder.gradebook.queries import Book, Entry, holds, read_class
from autograder.grading.store import Record, Store
from autograder.layout import CourseLayout
from autograder.submission.inline_answers import NotebookError, read_cells, read_notes
from autograder.submission.reader import find_students, read_submission, released_answers

from .models import ClassResults, QuestionResult, StudentResult, TaskResult


def load_class_results(assignment: Assignment, course: Path, db_url: str) -> ClassResults:
    """Read a graded class: stored verdicts, the gradebook, and the graded notebooks.

    Answers and notes come from `autograded`, which the grader sees. Nothing is written.

    Args:
        assignment: the assignment.
        course: the course directory.
        db_url: address of the gradebook.
    Raises:
        GradebookError: there is no gradebook, or it cannot be read.
    """
    book = read_class(db_url, assignment.name)
    store, problems = Store(CourseLayout(course).verdicts(assignment)), []
    blank = released_answers(course / "release" / assignment.name / assignment.notebook, assignment)
    results = []
    for student, entry in sorted(book.entries.items()):
        with contain_failure(_report_to(problems, student, assignment, "its marks")):
            record = store.load(student)
            folder = course / "autograded" / student / assignment.name
            answers, notes, unreadable = _graded_notebook(folder / assignment.notebook, blank)
            problems += unreadable + _inconsistencies(student, entry, record, assignment)
            results.append(_student(assignment, student, entry, record, answers, notes))
    submitted, duplicates = find_students(course / "submitted", assignment)
    problems += duplicates
    for student in submitted:
        with contain_failure(_report_to(problems, student, assignment, "its files")):
            problems += _outdated(assignment, course, student, book, store.load(student), blank)
    missing = sorted({*book.people} - {*book.entries} - {*submitted})
    return ClassResults(
        assignment,
        _utc(book.duedate),
        tuple(results),
        tuple(missing),
        tuple(problems),
        tuple(book.people[student] for student in sorted(book.people)),
    )


def _report_to(
    problems: list[str], student: str, assignment: Assignment, what: str
) -> Callable[[str], None]:
    where = f"submitted/{student}/{assignment.name}"
    return lambda reason: problems.append(f"{where}: {what} cannot be read ({reason})")


def _student(
    assignment: Assignment, student: str, entry: Entry, record: Record | None, answers, notes
) -> StudentResult:
    verdicts = {v.task: v for v in record.verdicts} if record else {}
    tasks, questions = [], []
    for task in assignment.tasks:
        mark = entry.marks.get(task.name)
        points, score = (mark.maximum, mark.score) if mark else (float(task.points), 0.0)
        waiting = mark is not None and mark.by_hand
        tasks.append(TaskResult(task.name, points, score, verdicts.get(task.name), waiting))
    for question in assignment.questions:
        name, mark = question.grade_id, entry.marks.get(question.grade_id)
        points, score, waiting = float(question.points), None, True
        if mark:
            points, waiting = mark.maximum, mark.by_hand
            score = mark.score if mark.given else None
        text, comment = answers.get(name, ""), entry.comments.get(name)
        questions.append(QuestionResult(name, points, score, text, comment, waiting))
    note = record.note if record else None
    return StudentResult(
        student=student,
        first_name=entry.person.first_name,
        last_name=entry.person.last_name,
        email=entry.person.email,
        lms_user_id=entry.person.lms_user_id,
        tasks=tuple(tasks),
        questions=tuple(questions),
        late_penalty=round(entry.late_penalty, 2),
        submitted=_utc(entry.submitted),
        late_s=entry.late_s,
        notes=tuple(notes) if note is None or note in notes else (*notes, note),
        cpu_s=record.cpu_s if record else 0.0,
        wall_s=record.wall_s if record else 0.0,
        ended=record.ended if record else "unknown",
        isolated=record.isolated if record else True,
    )


def _graded_notebook(path: Path, blank: dict[str, str]) -> tuple[dict, list[str], list[str]]:
    """Return answers by grade_id, notes, and problems of an autograded notebook."""
    try:
        raw = path.read_bytes()
        cells, notes = dict(read_cells(raw)), read_notes(raw)
    except OSError as error:
        return {}, [], [f"{path}: cannot be read ({error.strerror}); grade again"]
    except NotebookError as error:
        return {}, [], [f"{path}: {error}; grade again"]
    texts = {name: cells.get(name, "") for name in blank}
    answers = {name: text for name, text in texts.items() if text.strip() != blank[name].strip()}
    return answers, notes, []


def _inconsistencies(
    student: str, entry: Entry, record: Record | None, assignment: Assignment
) -> list[str]:
    """Return what contradicts itself between the gradebook and the verdicts of one student."""
    where = f"submitted/{student}/{assignment.name}"
    if record is None:
        return [f"{where}: the gradebook has marks, but no verdicts are stored; grade again"]
    if not holds(entry.marks, record):
        return [f"{where}: the gradebook and the stored verdicts differ; grade again"]
    return []


def _outdated(
    assignment: Assignment,
    course: Path,
    student: str,
    book: Book,
    record: Record | None,
    blank: dict[str, str],
) -> list[str]:
    """Return a line if the gradebook has no marks for the files that are in `submitted` now."""
    where = f"submitted/{student}/{assignment.name}"
    if student not in book.entries:
        return [f"{where}: not graded yet; grade, then run this command again"]
    try:
        submission = read_submission(course / "submitted", student, assignment, blank)
    except FileNotFoundError:  # removed since: the marks stay
        return []
    if record is not None and record.recorded not in (None, submission.key()):
        return [f"{where}: changed since it was graded; grade, then run this command again"]
    return []


def _utc(moment: datetime | None) -> datetime | None:
    """Return a time of the gradebook with its time zone, which is UTC."""
    return moment.replace(tzinfo=UTC) if moment else None
