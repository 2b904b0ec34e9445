"""A graded class as data. Every report and export renders these records."""

from dataclasses import dataclass
from datetime import datetime

from autograder.config import Assignment
from autograder.gradebook.queries import Person
from cs231n.engine.schema import Verdict


@dataclass(frozen=True)
class TaskResult:
    """One automatically graded task of one student.

    Attributes:
        name: name of the task.
        points: its maximum.
        score: the mark set by hand, else the automatic one; with extra credit.
        verdict: the reasons for the automatic mark; None if no verdict is stored.
        waiting: True if the automatic mark changed under a mark set by hand.
    """

    name: str
    points: float
    score: float
    verdict: Verdict | None
    waiting: bool = False


@dataclass(frozen=True)
class QuestionResult:
    """One inline question of one student.

    Attributes:
        grade_id: id of the answer cell.
        points: its maximum.
        score: the mark with extra credit; None before the first mark.
        answer: the student's text as it was graded; empty if there is none.
        comment: the grader's comment, or None.
        waiting: True while the answer waits for a mark by hand, for the first time or again.
    """

    grade_id: str
    points: float
    score: float | None
    answer: str
    comment: str | None
    waiting: bool = False


@dataclass(frozen=True)
class StudentResult:
    """One student with a submission.

    Attributes:
        student: the student id.
        first_name, last_name, email, lms_user_id: from the gradebook; may be empty.
        tasks, questions: in the assignment's order.
        late_penalty: points that are subtracted.
        submitted: time of the submission in UTC, or None if unknown.
        late_s: seconds after the due date and the student's extension; 0 if in time.
        notes: lines about what was missing, refused or ambiguous in the submission.
        cpu_s, wall_s: CPU time and elapsed time of the student's code, in seconds.
        ended: how the last process of the student's code ended.
        isolated: False if the code ran with the instructor's own rights.
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
    isolated: bool = True

    @property
    def auto_score(self) -> float:
        """Return the points for the tasks."""
        return round(sum(task.score for task in self.tasks), 2)

    @property
    def hand_score(self) -> float:
        """Return the points for the questions marked so far."""
        return round(sum(question.score or 0.0 for question in self.questions), 2)

    @property
    def total(self) -> float:
        """Return all points less the late penalty; never below 0, as in nbgrader's own export."""
        return max(0.0, round(self.auto_score + self.hand_score - self.late_penalty, 2))

    @property
    def max_score(self) -> float:
        """Return the maximum without extra credit."""
        return sum(part.points for part in (*self.tasks, *self.questions))

    @property
    def waiting(self) -> int:
        """Return how many answers wait for a mark by hand."""
        return sum(question.waiting for question in self.questions)

    @property
    def name(self) -> str:
        """Return first and last name as far as they are known; may be empty."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class ClassResults:
    """A graded class.

    Attributes:
        assignment: the assignment.
        duedate: in UTC, or None if none is set.
        results: one for each submission in the gradebook, sorted by student id.
        missing: ids of students in the gradebook without a submission, sorted.
        problems: one line for each reason why these results may be incomplete.
        people: every student in the gradebook, sorted by student id.
    """

    assignment: Assignment
    duedate: datetime | None
    results: tuple[StudentResult, ...]
    missing: tuple[str, ...]
    problems: tuple[str, ...]
    people: tuple[Person, ...] = ()

    @property
    def max_score(self) -> float:
        """Return the maximum without extra credit."""
        if self.results:
            return self.results[0].max_score
        return float(sum(p.points for p in (*self.assignment.tasks, *self.assignment.questions)))
