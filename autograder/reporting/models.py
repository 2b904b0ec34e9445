"""The records of a graded class, from which every report and export is rendered."""

from dataclasses import dataclass
from datetime import datetime

from autograder.config import Assignment
from autograder.gradebook.queries import Person
from cs231n.engine.schema import Verdict


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
        isolated: False if it ran with the instructor's own rights.
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
