"""Only one grader works on a course at a time, whichever way it was started."""

import pytest
from nbgrader.apps import AutogradeApp
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters.base import NbGraderException

from autograder.cli import main as cli
from autograder.grading.store import Store
from autograder.layout import CourseLayout
from autograder.nbgrader_bridge.apps import course_app
from autograder.nbgrader_bridge.converters import AutogradeConverter
from helpers.course import ASSIGNMENT

REFUSED = "another run is grading this course; wait for it or end it"


@pytest.fixture
def busy_course(course, hand_in, graded):
    """A course with one submission, while another grader has the lock."""
    hand_in("alice")
    with Store(CourseLayout(course).verdicts(ASSIGNMENT)).locked():
        yield course
    assert graded == []


def test_command_refuses_to_be_the_second_grader(busy_course, capsys):
    """`python -m autograder grade` prints one line."""
    assert cli.main(["grade", str(busy_course)]) == 1
    line = " ".join(capsys.readouterr().err.split())  # wrapped at the width of the terminal
    assert line.count("error: ") == 1 and line.endswith(REFUSED)


def test_nbgrader_autograde_refuses_to_be_the_second_grader(busy_course):
    """`nbgrader autograde` stops with one line."""
    with course_app(AutogradeApp, busy_course) as app:
        app.coursedir.assignment_id = "gans"
        with pytest.raises(NbGraderException) as error:
            AutogradeConverter(coursedir=app.coursedir, parent=app).start()
    assert str(error.value).endswith(REFUSED) and "\n" not in str(error.value)


def test_formgraders_button_refuses_to_be_the_second_grader(busy_course):
    """The request behind formgrader's button reports the line."""
    with course_app(AutogradeApp, busy_course) as app:
        result = NbGraderAPI(coursedir=app.coursedir, parent=app).autograde("gans", "alice")
    assert not result["success"] and REFUSED in result["log"]


def test_next_grader_starts_when_the_first_has_ended(course, hand_in, graded):
    """The lock ends with its grader."""
    hand_in("alice")
    with Store(CourseLayout(course).verdicts(ASSIGNMENT)).locked():
        pass
    assert cli.main(["grade", str(course)]) == 0
    assert graded == ["alice"]
