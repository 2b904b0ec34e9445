"""nbgrader's commands run in this process, quietly, with the course's own configuration."""

import logging
import os
import re
import sys
import warnings
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path

from nbgrader.apps import AutogradeApp, GenerateAssignmentApp, GenerateFeedbackApp
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from sqlalchemy.exc import SAWarning
from traitlets import TraitError

from autograder.errors import NbgraderError
from autograder.gradebook.bulk_writer import Pair
from autograder.gradebook.connection import anchored, check_writable

from .converters import FeedbackPages, JudgeAndWrite

LOG = ".autograder/nbgrader.log"


class _Reasons(logging.Handler):
    """Keeps what nbgrader logs as errors, and finds the line that is the reason."""

    END = re.compile(r"^  File .*\n(?: .*\n)*(\S.*)", re.MULTILINE)  # of a traceback

    def __init__(self):
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage().strip())

    def first(self, otherwise: str) -> str:
        """What the first traceback ends with, else the first message; one line."""
        traces = [self.END.findall(m) for m in self.messages if m.startswith("Traceback")]
        ends = [found[-1] for found in traces if found]
        return (ends or self.messages or [otherwise])[0].splitlines()[0]


@contextmanager
def course_app(kind: type, course: Path, *words: str):
    """An nbgrader application in a course directory; what it logs goes to a file there.

    Args:
        kind: the application's class.
        words: its command line.
    Yields:
        The application, initialised with the course's nbgrader_config.py.
    Raises:
        NbgraderError: it stopped with an error.
    """
    course, path, here = course.resolve(), list(sys.path), Path.cwd()
    os.chdir(course)
    app = kind()
    file, reasons = logging.FileHandler(course / LOG, encoding="utf-8"), _Reasons()
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    app.log.handlers[:] = [file, reasons]
    app.log.propagate = False
    try:
        app.initialize(list(words), root=str(course))
        app.log.setLevel(logging.INFO)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own use of its database
            yield app
    except TraitError as error:
        reason = " ".join(str(error).split())
        raise NbgraderError(f"{course / 'nbgrader_config.py'}: {reason}; correct it") from error
    except (NbGraderException, SystemExit) as error:
        raise NbgraderError(reasons.first(str(error))) from error
    finally:
        app.log.handlers[:] = []
        file.close()
        sys.path[:] = path
        os.chdir(here)


def generate_assignment(course: Path, name: str) -> None:
    """`nbgrader generate_assignment --force`.

    Raises:
        NbgraderError: nbgrader refuses.
        GradebookError: the gradebook is there and cannot be written.
    """
    with course_app(GenerateAssignmentApp, course) as app:
        check_writable(app.coursedir.db_url)
        app.coursedir.assignment_id = name
        GenerateAssignment(coursedir=app.coursedir, parent=app, force=True).start()


def generate_feedback(
    course: Path, name: str, student: str = "*"
) -> tuple[list[Path], tuple[str, ...]]:
    """`nbgrader generate_feedback`: the pages as the marks are now.

    Returns:
        The HTML pages; and lines about what keeps them from being the whole truth.
    Raises:
        GradebookError: the gradebook cannot be read, or nobody is graded.
    """
    with course_app(GenerateFeedbackApp, course) as app:
        app.coursedir.assignment_id, app.coursedir.student_id = name, student
        converter = FeedbackPages(coursedir=app.coursedir, parent=app)
        converter.write()
        return converter.written, converter.problems


def write_marks(course: Path, name: str, judged: Iterable[Pair]) -> dict[str, str]:
    """What `nbgrader autograde` writes, from verdicts that are made elsewhere.

    Args:
        judged: submissions with their records, read as they come.
    Returns:
        student -> reason, for each whose marks could not be written.
    Raises:
        NbgraderError: it could not even start.
        GradebookError: the gradebook is locked or gone; what is written stays.
    """
    with course_app(AutogradeApp, course) as app:
        app.coursedir.assignment_id = name
        converter = JudgeAndWrite(coursedir=app.coursedir, parent=app)
        converter.write(judged)
        return converter.failures


def database(course: Path) -> str:
    """The address of the course's gradebook; a relative path is made one from the course."""
    with course_app(AutogradeApp, course) as app:
        return anchored(app.coursedir.db_url, course.resolve())
