"""nbgrader's autograde and generate_feedback over our verdicts, whoever starts them.

Options cannot change what nbgrader's converters read, copy and believe, so these subclasses stand
in their place: each submission is read by allow-list, judged and rebuilt from fresh files.
"""

from collections.abc import Iterable, Iterator
from contextlib import chdir
from fnmatch import fnmatchcase
from pathlib import Path

from nbgrader.converters.autograde import Autograde, NbGraderException
from nbgrader.converters.generate_feedback import GenerateFeedback
from nbgrader.coursedir import CourseDirectory

from autograder.config import known_assignment
from autograder.errors import AssignmentError, AutograderError, GradebookError
from autograder.gradebook.bulk_writer import Pair, write_marks
from autograder.gradebook.connection import first_line
from autograder.gradebook.queries import holds, read_marks
from autograder.grading.fingerprints import Keys
from autograder.grading.planner import judge
from autograder.grading.store import Store, lines_about, store_of
from autograder.reporting.feedback import write_feedback
from autograder.reporting.load import load_class_results
from autograder.submission.reader import find_students, read_submission, released_answers


class JudgeAndWrite(Autograde):
    """nbgrader's converter for our assignments; another one goes nbgrader's own way.

    Attributes:
        assignment: the one that `coursedir` names, or None if it is not ours.
        failures: student -> why there are no new marks; the old ones stay.
    """

    def __init__(self, coursedir=None, **kwargs):
        super().__init__(coursedir=coursedir, **kwargs)
        self.assignment = known_assignment(self.coursedir.assignment_id)
        self.failures: dict[str, str] = {}

    def start(self) -> None:
        """Grade what `coursedir` selects.

        Raises:
            NbGraderException: at least one submission has no new marks; the log says which and why.
        """
        if self.assignment is None:
            return super().start()
        try:
            problems = self.grade()
        except AutograderError as error:
            problems = [str(error)]
        problems += [f"{student}: {why}" for student, why in self.failures.items()]
        for line in problems:
            self.log.error(line)
        if problems:
            raise NbGraderException("; ".join(problems))

    def grade(self) -> list[str]:
        """Judge and write; `failures` says what did not go well.

        Returns:
            Lines about folders that belong to no single student.
        Raises:
            GradebookError: the gradebook is locked or gone; what is written stays.
            AssignmentError: the release or the reference values cannot be used.
        """
        submitted = Path(self.coursedir.root, self.coursedir.submitted_directory)
        students, problems = find_students(submitted, self.assignment, self._is_wanted)
        if not students and not problems:
            raise AssignmentError(f"{submitted}: no submission of {self.assignment.name}")
        release = Path(
            self.coursedir.format_path(self.coursedir.release_directory, ".", self.assignment.name),
            self.assignment.notebook,
        )
        if not release.is_file():
            raise AssignmentError(f"{release}: not found; run `python -m autograder release` again")
        blank = released_answers(release, self.assignment)
        self.write(self._judge(submitted, students, blank))
        return problems

    def write(self, judged: Iterable[Pair]) -> None:
        """Write the marks of judged submissions; `failures` says whose could not be written.

        Args:
            judged: read as it comes, so that judging and writing can go on side by side.
        Raises:
            GradebookError: the gradebook is locked or gone; what is written stays.
        """
        with chdir(self.coursedir.root):  # as nbgrader does; a relative db_url counts on it
            pairs = self._changed(judged)
            self.failures.update(write_marks(self, self.assignment, self._store(), pairs))

    def _store(self) -> Store:
        return store_of(Path(self.coursedir.root), self.assignment)

    def _judge(self, submitted: Path, students: list[str], blank: dict) -> Iterator[Pair]:
        keys, store = Keys(self.assignment), self._store()
        for student in students:
            try:
                handed_in = read_submission(submitted, student, self.assignment, blank)
                yield handed_in, judge(self.assignment, handed_in, store, self.force, keys)
            except (OSError, ValueError) as error:
                self.failures[student] = first_line(error)

    def _changed(self, judged: Iterable[Pair]) -> Iterator[Pair]:
        """Those whose marks or files are not yet what the verdicts say."""
        marks = read_marks(self.coursedir.db_url, self.assignment.name)
        for handed_in, record in judged:
            for line in lines_about(handed_in, record, self.assignment):
                self.log.warning(line)
            student = handed_in.student
            dest = Path(self._format_dest(self.assignment.name, student), self.assignment.notebook)
            same = record.recorded == handed_in.key() and holds(marks.get(student, {}), record)
            if self.force or not (same and dest.is_file()):
                yield handed_in, record

    def _is_wanted(self, student: str) -> bool:
        return _is_wanted(self.coursedir, student)


class FeedbackPages(GenerateFeedback):
    """nbgrader's converter for feedback: our page in its place, always as the marks are now.

    Attributes:
        assignment: the one that `coursedir` names, or None if it is not ours.
        problems: lines about what keeps the pages from being the whole truth.
        written: the HTML pages.
    """

    def __init__(self, coursedir=None, **kwargs):
        super().__init__(coursedir=coursedir, **kwargs)
        self.assignment = known_assignment(self.coursedir.assignment_id)
        self.problems: tuple[str, ...] = ()
        self.written: list[Path] = []

    def start(self) -> None:
        """Write the pages of those whom `coursedir` selects."""
        if self.assignment is None:
            return super().start()
        try:
            self.write()
        except (AutograderError, OSError) as error:
            self.log.error(str(error))
            raise NbGraderException(str(error)) from None
        for line in self.problems:
            self.log.warning(line)

    def write(self) -> None:
        """Write the pages.

        Raises:
            GradebookError: the gradebook cannot be read, or holds no submission that is wanted.
        """
        assignment, root = self.assignment, Path(self.coursedir.root)
        with chdir(root):
            found = load_class_results(assignment, root, self.coursedir.db_url)
        self.problems = found.problems
        for result in found.results:
            if not _is_wanted(self.coursedir, result.student):
                continue
            place = assignment.name, result.student
            graded = self.coursedir.format_path(
                self.coursedir.autograded_directory, result.student, assignment.name
            )
            folder = Path(self._format_dest(*place))
            self.written.append(write_feedback(assignment, result, Path(graded), folder))
            self.set_permissions(*place)
        if not self.written:
            whom = f"{self.coursedir.student_id}/{assignment.name}"
            raise GradebookError(f"{root}: no graded submission {whom}; run grade first")


def _is_wanted(coursedir: CourseDirectory, student: str) -> bool:
    pattern, excluded = coursedir.student_id, coursedir.student_id_exclude
    return student not in excluded.split(",") and (
        student == pattern or fnmatchcase(student, pattern)
    )
