"""Every path of a course directory, in one place.

A course directory is nbgrader's (source, release, submitted, autograded, feedback) plus a hidden
folder with the autograder's own files.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from autograder.config import Assignment
from autograder.errors import CourseError


@dataclass(frozen=True)
class CourseLayout:
    """The paths of one course directory.

    The defaults are nbgrader's. `nbgrader_bridge.converters.layout_of` returns the layout that the
    course's nbgrader_config.py sets.

    Attributes:
        root: the course directory.
        directory_structure: nbgrader's template for the folder of one submission in one step.
    """

    root: Path
    source_directory: str = "source"
    release_directory: str = "release"
    submitted_directory: str = "submitted"
    autograded_directory: str = "autograded"
    feedback_directory: str = "feedback"
    directory_structure: str = os.path.join("{nbgrader_step}", "{student_id}", "{assignment_id}")

    def check_released(self, assignment: Assignment | None = None) -> None:
        """Check that `release` has made this directory a course, and released the assignment.

        Raises:
            CourseError: it has not.
        """
        command = "`python -m autograder release`"
        if not self.marker.is_file():
            raise CourseError(f"{self.root}: not a course; make one with {command}")
        if assignment is not None and not self.released_notebook(assignment).is_file():
            path = self.released_notebook(assignment)
            raise CourseError(f"{path}: not found; run {command} again")

    @property
    def marker(self) -> Path:
        """The file that distinguishes a released course from any other folder."""
        return self._own / "course.json"

    @property
    def nbgrader_log(self) -> Path:
        """The log of nbgrader when a command of the autograder runs it."""
        return self._own / "nbgrader.log"

    @property
    def staging(self) -> Path:
        """Rebuilt submissions, until their marks are in the gradebook."""
        return self._own / "rebuilt"

    @property
    def previous(self) -> Path:
        """The last release, until the new one is complete."""
        return self._own / "previous"

    @property
    def config(self) -> Path:
        """Nbgrader's configuration of the course."""
        return self.root / "nbgrader_config.py"

    @property
    def default_gradebook(self) -> Path:
        """The gradebook file, unless the configuration names another database."""
        return self.root / "gradebook.db"

    @property
    def backups(self) -> Path:
        """The copies of gradebook and verdicts from before the last runs that changed marks."""
        return self._own / "backups"

    @property
    def all_verdicts(self) -> Path:
        """The folder with a folder of stored verdicts for each assignment."""
        return self._own / "verdicts"

    @property
    def submitted(self) -> Path:
        """The folder with a folder for each student who submitted something."""
        return self.root / self.submitted_directory

    def verdicts(self, assignment: Assignment) -> Path:
        """Return the folder of stored verdicts and observations."""
        return self.all_verdicts / assignment.name

    def source(self, assignment: Assignment) -> Path:
        """Return the folder of the instructors' version, with hidden tests."""
        return self._step(self.source_directory, ".", assignment)

    def release(self, assignment: Assignment) -> Path:
        """Return the folder of the files that students get."""
        return self._step(self.release_directory, ".", assignment)

    def released_notebook(self, assignment: Assignment) -> Path:
        """Return the notebook that students get."""
        return self.release(assignment) / assignment.notebook

    def submission(self, assignment: Assignment, student: str) -> Path:
        """Return the folder that one student submitted."""
        return self.submitted / student / assignment.name

    def autograded(self, assignment: Assignment, student: str) -> Path:
        """Return the folder of one rebuilt and graded submission."""
        return self._step(self.autograded_directory, student, assignment)

    def autograded_notebook(self, assignment: Assignment, student: str) -> Path:
        """Return the graded notebook of one student."""
        return self.autograded(assignment, student) / assignment.notebook

    def feedback(self, assignment: Assignment, student: str) -> Path:
        """Return the folder of one student's feedback pages."""
        return self._step(self.feedback_directory, student, assignment)

    def student_zip(self, assignment: Assignment) -> Path:
        """Return the zip that students get."""
        return self.root / f"{assignment.name}-student.zip"

    def report(self, assignment: Assignment) -> Path:
        """Return the page that shows the graded class at a glance."""
        return self.root / f"report-{assignment.name}.html"

    def export(self, assignment: Assignment, target: str) -> Path:
        """Return the file of marks for another program, such as "canvas"."""
        return self.root / f"{target}-{assignment.name}.csv"

    @property
    def _own(self) -> Path:
        return self.root / ".autograder"

    def _step(self, step: str, student: str, assignment: Assignment) -> Path:
        path = self.directory_structure.format(
            nbgrader_step=step, student_id=student, assignment_id=assignment.name
        )
        return Path(os.path.normpath(self.root / path))
