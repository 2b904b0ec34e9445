"""One picture of the graded class: verdicts, gradebook and answers together."""

from datetime import UTC, datetime, timedelta

import pytest
from nbgrader.api import Gradebook

from autograder.errors import GradebookError
from helpers.course import ASSIGNMENT, autograde, read_results

QUESTIONS = [question.grade_id for question in ASSIGNMENT.questions]
NOTEBOOK = ASSIGNMENT.notebook.removesuffix(".ipynb")


def open_book(course):
    """The gradebook of a course, to play grader."""
    return Gradebook(f"sqlite:///{course}/gradebook.db", "gans")


def test_picture_holds_marks_verdicts_answers_and_comments(course, hand_in, graded):
    """What a grader gave, what the autograder found and what the student wrote stand together."""
    hand_in("alice", b"generator", {QUESTIONS[0]: "D wins.", QUESTIONS[1]: "It circles."})
    autograde(course, "gans")
    with open_book(course) as book:
        book.find_grade(QUESTIONS[0], NOTEBOOK, "gans", "alice").manual_score = 4
        book.find_grade(QUESTIONS[0], NOTEBOOK, "gans", "alice").needs_manual_grade = False
        book.find_comment(QUESTIONS[0], NOTEBOOK, "gans", "alice").manual_comment = "And G?"
        book.update_or_create_student("alice", first_name="Ada", last_name="L", lms_user_id="7")
        book.update_or_create_student("zoe")
    found = read_results(course)
    (alice,) = found.results
    assert (alice.name, alice.lms_user_id, alice.email) == ("Ada L", "7", "")
    assert [t.name for t in alice.tasks] == [t.name for t in ASSIGNMENT.tasks]
    scores = {task.name: (task.score, task.verdict.status) for task in alice.tasks}
    assert scores["generator"] == (10, "passed") and scores["discriminator"] == (0, "failed")
    first, second, third = alice.questions
    assert (first.score, first.answer, first.comment) == (4, "D wins.", "And G?")
    assert (second.score, second.answer, second.comment) == (None, "It circles.", None)
    assert (third.score, third.answer, third.comment) == (0, "", None)
    assert (alice.auto_score, alice.hand_score, alice.total, alice.waiting) == (10, 4, 14, 1)
    assert alice.max_score == found.max_score == 100
    assert found.missing == ("zoe",) and found.problems == ()


def test_extra_credit_and_changed_marks_count(course, hand_in, graded):
    """A mark that a person set in place of the automatic one counts, and extra credit is added."""
    hand_in("alice", b"none")
    autograde(course, "gans")
    with open_book(course) as book:
        grade = book.find_grade("generator", NOTEBOOK, "gans", "alice")
        grade.manual_score, grade.extra_credit = 5, 1.5
        book.db.commit()
    (alice,) = read_results(course).results
    assert alice.total == 6.5
    assert {t.name: t.score for t in alice.tasks}["generator"] == 6.5


def test_notes_on_the_submission_are_kept(course, hand_in, graded):
    """What was missing in a submission is in the picture as it was said, unescaped."""
    hand_in("alice", None)
    (course / "submitted" / "alice" / "gans" / "gan_pytorch <b>.py").write_text("x = 1")
    autograde(course, "gans")
    (alice,) = read_results(course).results
    assert any("(found gan_pytorch <b>.py)" in note for note in alice.notes)


def test_lateness_counts_from_the_extended_deadline(course, hand_in, graded):
    """Seconds late are those after the deadline plus the student's extension."""
    for name in ("alice", "bob"):
        (hand_in(name) / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    autograde(course, "gans")
    with open_book(course) as book:
        book.find_assignment("gans").duedate = datetime(2026, 3, 1, 12)
        book.find_submission("gans", "bob").extension = timedelta(hours=23)
        book.find_submission_notebook(NOTEBOOK, "gans", "bob").late_submission_penalty = 2.5
        book.db.commit()
    found = read_results(course)
    alice, bob = found.results
    assert found.duedate == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert alice.submitted == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert (alice.late_s, bob.late_s) == (86400, 3600)
    assert alice.total - bob.total == bob.late_penalty == 2.5


def test_ungraded_and_doubtful_submissions_are_named(course, hand_in, graded):
    """What makes the picture incomplete is said, a line each."""
    hand_in("alice", b"all")
    hand_in("bob", b"all")
    hand_in("dave", b"all")
    autograde(course, "gans")
    hand_in("carol", b"all")
    hand_in("dave", b"none")
    with open_book(course) as book:
        book.find_grade("generator", NOTEBOOK, "gans", "alice").auto_score = 3
        book.db.commit()
    for path in (course / ".autograder" / "verdicts" / "gans").glob("bob*"):
        path.unlink()
    found = read_results(course)
    assert found.problems == (
        "submitted/alice/gans: the gradebook and the stored verdicts differ; grade again",
        "submitted/bob/gans: the gradebook has marks, but no verdicts are stored; grade again",
        "submitted/carol/gans: not graded yet; grade, then run this command again",
        "submitted/dave/gans: changed since it was graded; grade, then run this command again",
    )
    assert [r.student for r in found.results] == ["alice", "bob", "dave"] and found.missing == ()


def test_reading_creates_no_gradebook(course):
    """A missing gradebook is one error and is not created."""
    (course / "gradebook.db").unlink()
    with pytest.raises(GradebookError, match="no gradebook"):
        read_results(course)
    assert not (course / "gradebook.db").exists()
