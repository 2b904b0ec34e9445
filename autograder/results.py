"""The graded class as one read-only picture; every report and export is a rendering of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cs231n.engine.records import Verdict

from .answers import NotebookError, read_cells, read_notes
from .assignment import Assignment
from .gradebook import Entry, Person, holds, read_class
from .gradebook_access import GradebookError
from .release import MARK
from .store import VERDICTS, Record, Store
from .submission import find_students, released_answers


@dataclass(frozen=True)
class TaskResult:
    """One automatically graded task of one student.

    Attributes:
        name: of the task.
        points: what it is worth.
        score: what counts: a mark that a person set in its place, else the automatic one; with
            extra credit.
        verdict: why; None if there is none on disk.
    """

    name: str
    points: float
    score: float
    verdict: Verdict | None


@dataclass(frozen=True)
class QuestionResult:
    """One inline question of one student.

    Attributes:
        grade_id: of the answer cell.
        points: what it is worth.
        score: what counts, with extra credit; None if nobody has given a mark yet.
        answer: the student's text as it was graded; empty if there is none.
        comment: the grader's, or None.
        waiting: True while a person has to look at it, for the first time or again.
    """

    grade_id: str
    points: float
    score: float | None
    answer: str
    comment: str | None
    waiting: bool = False


@dataclass(frozen=True)
class StudentResult:
    """All that is known about one student who handed in.

    Attributes:
        student: the student id.
        first_name, last_name, email, lms_user_id: as the gradebook has them; may be empty.
        tasks, questions: in the assignment's order.
        late_penalty: points that are taken off.
        submitted: when, in UTC, or None if that is not known.
        late_s: seconds after the deadline, an extension included; 0 if in time.
        notes: lines about what was missing, refused or ambiguous in the submission.
        cpu_s, wall_s: what judging took.
        ended: how the last process of the student's code ended.
    """

    student: str
    first_name: str
    last_name: str
    email: str
    lms_user_id: str
    tasks: tuple[TaskResult, ...]
    questions: tuple[QuestionResult, ...]
    late_penalty: float
    submitted: datetime | None
    late_s: float
    notes: tuple[str, ...]
    cpu_s: float
    wall_s: float
    ended: str

    @property
    def auto_score(self) -> float:
        """Points for the tasks."""
        return round(sum(task.score for task in self.tasks), 2)

    @property
    def hand_score(self) -> float:
        """Points for the questions, as far as they are graded."""
        return round(sum(question.score or 0.0 for question in self.questions), 2)

    @property
    def total(self) -> float:
        """All points, less the late penalty; never below 0, as in nbgrader's own export."""
        return max(0.0, round(self.auto_score + self.hand_score - self.late_penalty, 2))

    @property
    def max_score(self) -> float:
        """What could be reached without extra credit."""
        return sum(part.points for part in (*self.tasks, *self.questions))

    @property
    def waiting(self) -> int:
        """How many questions a person has to look at."""
        return sum(question.waiting for question in self.questions)

    @property
    def name(self) -> str:
        """First and last name as far as they are known; may be empty."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class ClassResults:
    """A graded class.

    Attributes:
        assignment: the assignment.
        duedate: in UTC, or None.
        results: one for each submission in the gradebook, sorted by student id.
        missing: ids in the gradebook that have no submission, sorted.
        problems: a line for each thing that keeps this picture from being the whole truth.
        people: everybody in the gradebook, sorted by student id.
    """

    assignment: Assignment
    duedate: datetime | None
    results: tuple[StudentResult, ...]
    missing: tuple[str, ...]
    problems: tuple[str, ...]
    people: tuple[Person, ...] = ()

    @property
    def max_score(self) -> float:
        """What could be reached without extra credit."""
        if self.results:
            return self.results[0].max_score
        return float(sum(p.points for p in (*self.assignment.tasks, *self.assignment.questions)))


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
        from .nbgrader_apps import database  # which imports what renders this

        db_url = database(course)
    book = read_class(db_url, assignment.name)
    store, problems = Store(course / VERDICTS), []
    blank = released_answers(course / "release" / assignment.name / assignment.notebook, assignment)
    results = []
    for student, entry in sorted(book.entries.items()):
        record = store.load(student)
        folder = course / "autograded" / student / assignment.name
        answers, notes, wrong = _graded_notebook(folder / assignment.notebook, blank)
        problems += wrong + _doubts(student, entry, record, assignment)
        results.append(_student(assignment, student, entry, record, answers, notes))
    handed_in, double = find_students(course / "submitted", assignment)
    where = "submitted/{}/" + assignment.name
    problems += double
    problems += [
        f"{where.format(student)}: not in the gradebook yet; grade and look again"
        for student in handed_in
        if student not in book.entries
    ]
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


def _utc(moment: datetime | None) -> datetime | None:
    """nbgrader keeps times in UTC without saying so."""
    return moment.replace(tzinfo=UTC) if moment else None
