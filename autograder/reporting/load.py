"""The graded class as one read-only picture; every report and export is a rendering of it."""

from datetime import UTC, datetime
from pathlib import Path

from autograder.config import Assignment
from autograder.errors import GradebookError
from autograder.gradebook.queries import Book, Entry, holds, read_class
from autograder.grading.store import Record, store_of
from autograder.release.course import MARK
from autograder.submission.inline_answers import NotebookError, read_cells, read_notes
from autograder.submission.reader import find_students, read_submission, released_answers

from .models import ClassResults, QuestionResult, StudentResult, TaskResult


def class_results(assignment: Assignment, course: Path, db_url: str | None = None) -> ClassResults:
    """Read a graded class: verdicts on disk, the gradebook, and the graded notebooks.

    Answers and notes are those of `autograded`, which a grader has seen; nothing is written.

    Args:
        db_url: address of the gradebook; None for what the course's nbgrader_config.py says.
    Raises:
        GradebookError: not a course, no gradebook yet, or it cannot be read.
    """
    if not (course / MARK).is_file():
        raise GradebookError(f"{course}: not a course; run `python -m autograder release` on it")
    if db_url is None:
        from autograder.nbgrader_bridge.apps import database  # which imports what renders this

        db_url = database(course)
    book = read_class(db_url, assignment.name)
    store, problems = store_of(course, assignment), []
    blank = released_answers(course / "release" / assignment.name / assignment.notebook, assignment)
    results = []
    for student, entry in sorted(book.entries.items()):
        record = store.load(student)
        folder = course / "autograded" / student / assignment.name
        answers, notes, wrong = _graded_notebook(folder / assignment.notebook, blank)
        problems += wrong + _doubts(student, entry, record, assignment)
        results.append(_student(assignment, student, entry, record, answers, notes))
    handed_in, double = find_students(course / "submitted", assignment)
    problems += double
    for student in handed_in:
        problems += _not_graded(assignment, course, student, book, store.load(student), blank)
    missing = sorted({*book.people} - {*book.entries} - {*handed_in})
    return ClassResults(
        assignment,
        _utc(book.duedate),
        tuple(results),
        tuple(missing),
        tuple(problems),
        tuple(book.people[student] for student in sorted(book.people)),
    )


def _student(
    assignment: Assignment, student: str, entry: Entry, record: Record | None, answers, notes
) -> StudentResult:
    verdicts = {v.task: v for v in record.verdicts} if record else {}
    tasks, questions = [], []
    for task in assignment.tasks:
        mark = entry.marks.get(task.name)
        points, score = (mark.maximum, mark.score) if mark else (float(task.points), 0.0)
        tasks.append(TaskResult(task.name, points, score, verdicts.get(task.name)))
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
    """Answers by grade_id, notes on the submission, and problems of an autograded notebook."""
    try:
        raw = path.read_bytes()
        cells, notes = dict(read_cells(raw)), read_notes(raw)
    except OSError as error:
        return {}, [], [f"{path}: cannot be read ({error.strerror}); grade again"]
    except NotebookError as why:
        return {}, [], [f"{path}: {why}; grade again"]
    texts = {name: cells.get(name, "") for name in blank}
    answers = {name: text for name, text in texts.items() if text.strip() != blank[name].strip()}
    return answers, notes, []


def _doubts(student: str, entry: Entry, record: Record | None, assignment: Assignment) -> list[str]:
    """What is wrong between the gradebook and the verdicts of one student."""
    where = f"submitted/{student}/{assignment.name}"
    if record is None:
        return [f"{where}: marks in the gradebook, but no verdicts on disk; grade again"]
    if not holds(entry.marks, record):
        return [f"{where}: the gradebook has other marks than the verdicts; grade again"]
    return []


def _not_graded(assignment, course: Path, student: str, book: Book, record, blank) -> list[str]:
    """A line if what lies in `submitted` is not what the gradebook has marks for."""
    where = f"submitted/{student}/{assignment.name}"
    if student not in book.entries:
        return [f"{where}: not in the gradebook yet; grade and look again"]
    try:
        handed_in = read_submission(course / "submitted", student, assignment, blank)
    except FileNotFoundError:  # taken away meanwhile: what was graded stands
        return []
    if record is not None and record.recorded not in (None, handed_in.key()):
        return [f"{where}: handed in again since it was graded; grade and look again"]
    return []


def _utc(moment: datetime | None) -> datetime | None:
    """nbgrader keeps times in UTC without saying so."""
    return moment.replace(tzinfo=UTC) if moment else None
