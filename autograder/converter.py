"""nbgrader's autograde converter over rebuilt submissions.

Options cannot change what the converter reads, copies and believes, so this subclass stands in its
place: each submission is judged and rebuilt from fresh files, and only then handed to nbgrader's
own steps.
"""

from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

from nbgrader import utils
from nbgrader.converters.autograde import Autograde, NbGraderException

from . import gradebook
from .assignment import AssignmentError, load_assignment
from .classroom import judge
from .keys import Keys
from .store import VERDICTS, Store, lines_about
from .submission import find_students, read_submission, rebuild, released_answers

REBUILT = ".autograder/rebuilt"


class RebuildAndAutograde(Autograde):
    """nbgrader's converter over rebuilt submissions.

    Attributes:
        failures: student -> why there are no new marks; the old ones stay.
        problems: lines about folders that belong to no single student.
    """

    def __init__(self, coursedir=None, **kwargs):
        super().__init__(coursedir=coursedir, **kwargs)
        self.assignment = load_assignment()
        self.failures: dict[str, str] = {}
        self.problems: list[str] = []

    def start(self) -> None:
        """Grade what `coursedir` selects; another assignment goes nbgrader's own way."""
        self.ours = self.coursedir.assignment_id == self.assignment.name
        if not self.ours:
            return super().start()
        root, step = Path(self.coursedir.root), self.coursedir.submitted_directory
        self.submitted, self.store = root / step, Store(root / VERDICTS)
        self.release = root / self.coursedir.release_directory / self.assignment.name
        self.coursedir.submitted_directory = REBUILT
        try:
            super().start()
        finally:
            self.coursedir.submitted_directory = step

    def init_notebooks(self) -> None:
        """Select the submissions; their notebooks need not exist, they will be rebuilt."""
        if not self.ours:
            return super().init_notebooks()
        students, self.problems = find_students(self.submitted, self.assignment, self._is_wanted)
        for line in self.problems:
            self.log.error(line)
        if not students and not self.problems:
            raise self._fail(f"{self.submitted}: no submission of {self.assignment.name} found")
        folders = [self._format_source(self.assignment.name, student) for student in students]
        self.notebooks = []
        self.assignments = {f: [str(Path(f, self.assignment.notebook))] for f in folders}

    def convert_notebooks(self) -> None:
        """Grade one after the other; say plainly if the gradebook is locked.

        Raises:
            NbGraderException: at least one submission has no new marks; the log says which and why.
        """
        if self.ours:
            try:
                gradebook.check_writable(self.coursedir.db_url)
                self.marks = gradebook.read_marks(self.coursedir.db_url, self.assignment.name)
                self.blank = self._released_answers()
                self.keys = Keys(self.assignment)
            except (gradebook.GradebookError, AssignmentError) as error:
                raise self._fail(str(error)) from None
        super().convert_notebooks()
        if self.ours and self.problems:
            raise NbGraderException("; ".join(self.problems))

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Judge the submission, and decide by its contents whether it is graded anew."""
        if not self.ours:
            return super().init_destination(assignment_id, student_id)
        with self._reasons(student_id):
            handed_in = read_submission(self.submitted, student_id, self.assignment, self.blank)
            record = judge(self.assignment, handed_in, self.store, self.force, self.keys)
            for line in lines_about(handed_in, record, self.assignment):
                self.log.warning(line)
            self.current = handed_in, record
            dest = Path(self._format_dest(assignment_id, student_id))
            written = (dest / self.assignment.notebook).is_file()
            same = record.recorded == handed_in.key() and gradebook.holds(self.marks, record)
            if written and same and not self.force:
                self.log.info("Nothing has changed, marks are in the gradebook: %s", dest)
                return False
            if dest.exists():
                utils.rmtree(str(dest))
            source = Path(self._format_source(assignment_id, student_id))
            rebuild(handed_in, self.assignment, self.release, source)
        return True

    def init_single_notebook_resources(self, notebook_filename: str) -> dict:
        """nbgrader's resources, with the verdicts for `WriteVerdicts`."""
        resources = super().init_single_notebook_resources(notebook_filename)
        if self.ours:
            handed_in, record = self.current
            resources["autograder"] = (record, handed_in.notes)
        return resources

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """nbgrader's own step, with the reason kept if it fails."""
        with self._reasons(student_id):
            super().init_assignment(assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """nbgrader's own step, with the reason kept if it fails."""
        with self._reasons(self.current[1].student if self.ours else ""):
            super().convert_single_notebook(notebook_filename)

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        """nbgrader's last step for a submission: from here on its marks count as recorded."""
        super().set_permissions(assignment_id, student_id)
        if self.ours:
            handed_in, record = self.current
            self.store.mark_recorded(record, handed_in.key())
            utils.rmtree(self._format_source(assignment_id, student_id))

    def _is_wanted(self, student: str) -> bool:
        pattern, excluded = self.coursedir.student_id, self.coursedir.student_id_exclude
        if student in excluded.split(","):
            return False
        return student == pattern or fnmatchcase(student, pattern)

    def _released_answers(self) -> dict[str, str]:
        path = self.release / self.assignment.notebook
        if not path.is_file():
            raise self._fail(f"{path}: not found; run `python -m autograder release` again")
        return released_answers(path, self.assignment)

    def _fail(self, line: str) -> NbGraderException:
        self.log.error(line)
        return NbGraderException(line)

    @contextmanager
    def _reasons(self, student: str):
        try:
            yield
        except Exception as error:
            self.failures[student] = (
                str(error).strip().splitlines()[0] if str(error) else repr(error)
            )
            raise
