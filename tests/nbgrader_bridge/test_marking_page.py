"""The marking page shows one question for all students, and nothing of it can run in a browser."""

import pytest
from nbgrader.api import Gradebook

from autograder.marking.guide import read_guide
from autograder.nbgrader_bridge.marking_page import read_cards, render
from helpers.course import ASSIGNMENT, autograde

QUESTION = ASSIGNMENT.questions[0]
ORBIT = "y: 1 2 1 -1 -2 -1 1\nx: 1 -1 -2 -1 1 2 1"


@pytest.fixture
def cards(course, hand_in, graded):
    """Cards of four students, and the page with and without names."""
    hand_in("alice", answers={QUESTION.grade_id: ORBIT})
    hand_in("bob", answers={QUESTION.grade_id: ORBIT.replace("2", "3", 1)})
    hand_in(
        "carol", answers={QUESTION.grade_id: "<script>alert(1)</script> [x](javascript:1) | a |"}
    )
    hand_in("dave")
    assert autograde(course, "gans") == {}
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        book.find_grade(QUESTION.grade_id, "GANs-PyTorch", "gans", "bob").manual_score = 2
        found = book.find_comment(QUESTION.grade_id, "GANs-PyTorch", "gans", "bob")
        found.manual_comment = "</script><b>look</b>"
        book.db.commit()
        return read_cards(book.db, ASSIGNMENT, QUESTION, course / "autograded")


def page(cards, anonymous=True) -> str:
    guide = read_guide(ASSIGNMENT)[QUESTION.grade_id]
    return render(ASSIGNMENT, QUESTION, cards, guide, "", anonymous)


def test_cards_hold_answer_mark_and_suggestion(cards):
    """Each student has one card; only an answer that can be read has a suggestion."""
    found = {card.student: card for card in cards}
    assert sorted(found) == ["alice", "bob", "carol", "dave"]
    assert found["alice"].text == ORBIT and found["alice"].suggestion.points == 3
    assert found["bob"].score == 2 and found["bob"].remark
    assert found["carol"].suggestion is None and found["carol"].is_open
    assert all(card.grade and card.comment for card in cards)


def test_page_shows_guide_and_runs_nothing_of_a_student(cards):
    """Tags of an answer or a comment are text on the page; the model answer stands beside it."""
    text = page(cards)
    assert "alert(1)" in text and "<script>alert" not in text
    assert 'href="javascript' not in text and "</script><b>" not in text
    assert "The update rules" in text or "update rules" in text


def test_anonymous_page_holds_no_name(cards):
    """Names and ids stand only on the page that was asked for with names."""
    for student in ("alice", "bob", "carol", "dave"):
        assert student not in page(cards)
        assert student in page(cards, anonymous=False)
