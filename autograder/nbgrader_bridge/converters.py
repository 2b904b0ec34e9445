"""nbgrader's converters for autograde and generate_feedback, on top of the autograder's pipeline.

No option of nbgrader can change what its converters read, copy and trust. These subclasses
therefore replace them: a submission is read by allow-list, graded by `course.grade` and rebuilt
from fresh files.
"""

from contextlib import chdir
from functools import partial
from pathlib import Path

from nbgrader.converters.autograde import Autograde, NbGraderException
from nbgrader.converters.generate_feedback import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties

from autograder.config import known_assignment
from autograder.course.grade import GradingReport, StudentSelection, grade
from autograder.errors import AutograderError, GradebookError, contain_failure
from autograder.gradebook.connection import GradebookSettings, absolute_url
from autograder.gradebook.late_penalties import refresh_penalties
from autograder.grading.planner import RegradeOptions
from autograder.grading.pool import InProcessBackend
from autograder.layout import CourseLayout
from autograder.reporting.feedback import write_feedback
from autograder.reporting.load import load_class_results

from .late_penalty_settings import describe_penalty


def layout_of(coursedir: CourseDirectory) -> CourseLayout:
    """Return the paths of a course as nbgrader is configured."""
    return CourseLayout(
        root=Path(coursedir.root).resolve(),
        source_directory=coursedir.source_directory,
        release_directory=coursedir.release_directory,
        submitted_directory=coursedir.submitted_directory,
        autograded_directory=coursedir.autograded_directory,
        feedback_directory=coursedir.feedback_directory,
        directory_structure=coursedir.directory_structure,
    )


def settings_of(converter: Autograde | GenerateFeedback) -> GradebookSettings:
    """Return what a course's configuration says about its gradebook."""
    coursedir = converter.coursedir
    root = Path(coursedir.root).resolve()
    late = AssignLatePenalties(parent=converter)
    late.init_plugin()

    def late_penalty(student: str, score: float, late_s: float) -> float | None:
        with chdir(root):  # as nbgrader does; a plugin may read a file of the course
            return late.plugin_inst.late_submission_penalty(student, score, late_s)

    return GradebookSettings(
        db_url=absolute_url(coursedir.db_url, root),
        course_id=coursedir.course_id,
        create_students=getattr(converter, "create_student", True),
        late_penalty=late_penalty if late.enabled else None,
        set_permissions=converter.set_permissions,
        penalty_text=describe_penalty(late),
    )


def selection_of(coursedir: CourseDirectory) -> StudentSelection:
    """Return which students nbgrader is asked for."""
    return StudentSelection(coursedir.student_id, tuple(coursedir.student_id_exclude.split(",")))


class AutogradeConverter(Autograde):
    """Grade the autograder's assignments; pass any other assignment on to nbgrader.

    Attributes:
        assignment: the one that `coursedir` names, or None if the autograder does not know it.
    """

    def __init__(self, coursedir=None, **kwargs):
        super().__init__(coursedir=coursedir, **kwargs)
        self.assignment = known_assignment(self.coursedir.assignment_id)

    def start(self) -> None:
        """Grade the submissions that `coursedir` selects.

        Raises:
            NbGraderException: some submissions have no new marks; the log says which and why.
        """
        if self.assignment is None:
            return super().start()
        try:
            report = self.grade()
            problems = report.problems
            for line in report.notes:
                self.log.warning(line)
        except AutograderError as error:
            problems = [str(error)]
        for line in problems:
            self.log.error(line)
        if problems:
            raise NbGraderException("; ".join(problems))

    def grade(self) -> GradingReport:
        """Grade the submissions that `coursedir` selects, in this process.

        Raises:
            CourseError: the directory cannot be graded.
            AssignmentError: the reference data cannot be used, or another run grades this course.
        """
        return grade(
            self.assignment,
            layout_of(self.coursedir),
            settings_of(self),
            students=selection_of(self.coursedir),
            options=RegradeOptions(rerun=self.force),
            start_backend=InProcessBackend,
        )


class FeedbackConverter(GenerateFeedback):
    """Write the autograder's feedback pages, always from the marks as they are now.

    Attributes:
        assignment: the one that `coursedir` names, or None if the autograder does not know it.
        problems: a line for each reason why the pages may be incomplete.
        written: the HTML pages.
    """

    def __init__(self, coursedir=None, **kwargs):
        super().__init__(coursedir=coursedir, **kwargs)
        self.assignment = known_assignment(self.coursedir.assignment_id)
        self.problems: tuple[str, ...] = ()
        self.written: list[Path] = []

    def start(self) -> None:
        """Write the pages of the students that `coursedir` selects."""
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
            GradebookError: the gradebook cannot be read, or holds none of the students.
        """
        assignment, layout = self.assignment, layout_of(self.coursedir)
        students = selection_of(self.coursedir)
        gradebook = settings_of(self)
        refreshed = refresh_penalties(gradebook, assignment.name)
        results = load_class_results(assignment, layout.root, gradebook.db_url)
        self.problems = (*results.problems, *refreshed.problems(assignment.name))
        for result in results.results:
            if result.student in students:
                with contain_failure(partial(self._report, result.student)):
                    graded = layout.autograded(assignment, result.student)
                    folder = layout.feedback(assignment, result.student)
                    self.written.append(write_feedback(assignment, result, graded, folder))
                    self.set_permissions(assignment.name, result.student)
        if not self.written:
            wanted = f"{students.pattern}/{assignment.name}"
            raise GradebookError(f"{layout.root}: no graded submission {wanted}; run grade first")

    def _report(self, student: str, reason: str) -> None:
        line = f"submitted/{student}/{self.assignment.name}: no feedback page ({reason})"
        self.problems = (*self.problems, line)
