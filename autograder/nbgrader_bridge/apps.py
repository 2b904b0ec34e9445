"""Run nbgrader's applications in this process, with the course's own configuration."""

import logging
import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

from nbgrader.apps import AutogradeApp, GenerateAssignmentApp, GenerateFeedbackApp
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from sqlalchemy.exc import SAWarning
from traitlets import TraitError

from autograder.errors import NbgraderError
from autograder.gradebook.connection import GradebookSettings, check_writable
from autograder.layout import CourseLayout

from .converters import AutogradeConverter, FeedbackConverter, layout_of, settings_of


class _ErrorLog(logging.Handler):
    """Keep what nbgrader logs as errors, and find the line with the reason."""

    TRACEBACK_END = re.compile(r"^  File .*\n(?: .*\n)*(\S.*)", re.MULTILINE)

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage().strip())

    def reason(self, otherwise: str) -> str:
        """Return the last line of the first traceback, else the first message; one line."""
        traces = [self.TRACEBACK_END.findall(m) for m in self.messages if m.startswith("Traceback")]
        ends = [lines[-1] for lines in traces if lines]
        return (ends or self.messages or [otherwise])[0].splitlines()[0]


@contextmanager
def course_app(kind: type, course: Path, *words: str) -> Iterator[Any]:
    """Yield an nbgrader application in a course directory; its log goes to a file there.

    Args:
        kind: the application's class.
        course: the course directory.
        words: its command line.
    Yields:
        The application, initialised with the course's nbgrader_config.py.
    Raises:
        NbgraderError: it stopped with an error.
    """
    course, path, here = course.resolve(), list(sys.path), Path.cwd()
    os.chdir(course)
    app = kind()
    log = CourseLayout(course).nbgrader_log
    file = logging.FileHandler(log, encoding="utf-8", errors="backslashreplace")
    errors = _ErrorLog()
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    app.log.handlers[:] = [file, errors]
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
        raise NbgraderError(errors.reason(str(error))) from error
    finally:
        app.log.handlers[:] = []
        file.close()
        sys.path[:] = path
        os.chdir(here)


@contextmanager
def open_course(course: Path) -> Iterator[tuple[CourseLayout, GradebookSettings]]:
    """Yield the paths and the gradebook of a released course, as its configuration says.

    Raises:
        CourseError: not a released course.
        NbgraderError: its configuration cannot be read.
    """
    CourseLayout(course).check_released()
    here = Path.cwd()
    with course_app(AutogradeApp, course) as app, chdir(here):
        converter = AutogradeConverter(coursedir=app.coursedir, parent=app)
        yield layout_of(app.coursedir), settings_of(converter)


def database(course: Path) -> str:
    """Return the address of a course's gradebook."""
    with open_course(course) as (_, gradebook):
        return gradebook.db_url


def generate_assignment(course: Path, name: str) -> None:
    """Run `nbgrader generate_assignment --force`.

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
    """Run `nbgrader generate_feedback` on the marks as they are now.

    Returns:
        The HTML pages; and a line for each reason why they may be incomplete.
    Raises:
        GradebookError: the gradebook cannot be read, or holds no graded submission.
    """
    with course_app(GenerateFeedbackApp, course) as app:
        app.coursedir.assignment_id, app.coursedir.student_id = name, student
        converter = FeedbackConverter(coursedir=app.coursedir, parent=app)
        converter.write()
        return converter.written, converter.problems
