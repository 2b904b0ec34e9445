"""How much of a verdict a student sees: in a check, a hint and on the feedback page."""

from dataclasses import replace

import pytest

from autograder.config import StudentHelp, find_assignment
from autograder.reporting.feedback import to_html, to_markdown
from autograder.reporting.models import TaskResult
from benchmarks.report import make_results
from cs231n.checks import Checker
from cs231n.engine.judging.degrees import DEGREES, limit_to_degree
from cs231n.engine.schema import Finding, Row, Verdict
from helpers.assignments import public_data
from helpers.explanations import load

ASSIGNMENT = find_assignment("gans")
MISTAKES = b"""

def discriminator(seed=None):
    return nn.Sequential(
        Flatten(), nn.Linear(784, 256), nn.LeakyReLU(0.2), nn.Linear(256, 256), nn.Linear(256, 1)
    )
"""
VERDICT = Verdict(
    "discriminator",
    "failed",
    0.0,
    (
        Finding(
            "explanation",
            "The slope is 0.2. One more difference below.",
            ("No activation.",),
            rows=(Row("changed", "LeakyReLU(0.2)", "", "LeakyReLU(0.01)"),),
        ),
        Finding("values_differ", "Wrong outputs.", ("expected  [1]", "found     [2]")),
        Finding("flat_scores", "Flat.", remark=True),
        Finding("line_failed", "Line 7 failed.", ("x = y",)),
    ),
)


def shown(degree: str) -> list[tuple]:
    findings = limit_to_degree(VERDICT, degree).findings
    return [(f.code, f.text, f.details, len(f.rows)) for f in findings]


def test_a_degree_limits_sentences_and_figures():
    """ "that" keeps findings on the file, "what" adds one sentence and remarks, "all" the rest."""
    file = ("line_failed", "Line 7 failed.", ("x = y",), 0)
    sentence = ("explanation", "The slope is 0.2.", (), 0)
    assert shown("that") == [file]
    assert shown("what") == [sentence, ("flat_scores", "Flat.", (), 0), file]
    assert limit_to_degree(VERDICT, "all") is VERDICT
    assert {limit_to_degree(VERDICT, degree).status for degree in DEGREES} == {"failed"}


@pytest.fixture(scope="module")
def module():
    """A file whose discriminator has slope 0.2 and lacks an activation."""
    solution = ASSIGNMENT.solution.read_bytes().replace(b"def discriminator(", b"def right(")
    return load(ASSIGNMENT, solution + MISTAKES)


@pytest.mark.parametrize("degree", DEGREES)
def test_a_check_and_its_hint_show_no_more_than_the_degree(module, degree):
    """The npz that ships states the degree."""
    check = Checker(module, replace(public_data(ASSIGNMENT), explain=degree))
    text, hint = repr(check("discriminator")), repr(check.hint("discriminator"))
    assert "discriminator: not right yet (0/10)" in text
    assert ("0.2" in text) == (degree != "that")
    assert ("expected  [" in text) == ("your network  " in text) == (degree == "all")
    assert hint.startswith("Hint 1 of 3" if degree == "that" else "Your last check: ")
    assert "below" not in text or degree == "all"


@pytest.mark.parametrize("degree", DEGREES)
def test_feedback_pages_show_no_more_than_the_degree(degree):
    """Both pages follow the table of the assignment."""
    assignment = replace(ASSIGNMENT, student_help=StudentHelp(explain=degree))
    result = make_results(1).results[0]
    first = TaskResult("discriminator", 10.0, 0.0, VERDICT)
    result = replace(result, tasks=(first, *result.tasks[1:]))
    for page in (to_html(assignment, result), to_markdown(assignment, result)):
        assert ("The slope is 0" in page) == (degree != "that")
        assert ("LeakyReLU(0.01)" in page) == ("No activation" in page) == (degree == "all")
        assert "Line 7 failed" in page
