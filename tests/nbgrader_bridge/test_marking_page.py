"""The marking page shows one question for all students, and nothing of it can run in a browser."""

import base64
import io
import json

import nbformat
import pytest
from nbgrader.api import Gradebook
from PIL import Image

from autograder.cli.main import main
from autograder.marking.guide import read_guide
from autograder.nbgrader_bridge.apps import generate_feedback
from autograder.nbgrader_bridge.marking_page import GuideCells, read_cards, render
from helpers.course import ASSIGNMENT, autograde, read_results

QUESTION = ASSIGNMENT.questions[0]
TEXT = "The value of min_x max_y f(x, y) = 0. y_{t+1} = y_t + x_t and x_{t+1} = x_t - y_{t+1}.\n\n"
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


def test_pictures_of_an_answer_are_on_its_card(course, hand_in, graded):
    """What grading has encoded is shown; the reference to it is not."""
    folder = hand_in("ann", answers={QUESTION.grade_id: "See ![a](attachment:a)"})
    path = folder / ASSIGNMENT.notebook
    book = json.loads(path.read_text())
    data = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(data, "PNG")
    for cell in book["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == QUESTION.grade_id:
            cell["attachments"] = {"a": {"image/png": base64.b64encode(data.getvalue()).decode()}}
    path.write_text(json.dumps(book))
    assert autograde(course, "gans") == {}
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        (card,) = read_cards(book.db, ASSIGNMENT, QUESTION, course / "autograded")
    assert card.text == "See" and len(card.pictures) == 1 and card.is_open
    assert f"data:image/png;base64,{card.pictures[0]}" in page([card])


def test_guide_stands_below_each_answer_in_formgrader_only(course, hand_in, graded):
    """The cells are added to the page that is rendered, and to no file of the course."""
    hand_in("ann", answers={QUESTION.grade_id: ORBIT})
    assert autograde(course, "gans") == {}
    path = course / "autograded" / "ann" / "gans" / ASSIGNMENT.notebook
    notebook = nbformat.read(path, as_version=4)
    before = [cell.source for cell in notebook.cells]
    guide = read_guide(ASSIGNMENT)
    shown, _ = GuideCells().preprocess(notebook, {"assignment_id": "gans"})
    added = [cell.source for cell in shown.cells if cell.source not in before]
    assert len(added) == len(ASSIGNMENT.questions)
    assert all(guide[q.grade_id].model_answer in text
               for q, text in zip(ASSIGNMENT.questions, added, strict=True))  # fmt: skip
    assert "suggestion: 3 points" in added[0]
    other, _ = GuideCells().preprocess(nbformat.read(path, as_version=4), {"assignment_id": "x"})
    assert [cell.source for cell in other.cells] == before
    generate_feedback(course, "gans")
    line = guide[QUESTION.grade_id].wrong_answers.splitlines()[0]
    for file in course.rglob("*"):
        if file.is_file() and file.suffix in (".html", ".md", ".ipynb", ".py"):
            assert line not in file.read_text("utf-8", "replace"), file


def test_exact_suggestions_are_accepted_by_command(course, hand_in, graded, capsys):
    """Only an answer of which every part was understood gets its mark; a hand mark stays."""
    exact = TEXT + "y: 1 2 1 -1 -2 -1 1\nx: 1 -1 -2 -1 1 2 1"
    for name in ("alice", "bob"):
        hand_in(name, answers={QUESTION.grade_id: exact})
    hand_in("carol", answers={QUESTION.grade_id: ORBIT})
    assert main(["grade", str(course)]) == 0
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        grade = book.find_grade(QUESTION.grade_id, "GANs-PyTorch", "gans", "bob")
        grade.manual_score, grade.needs_manual_grade = 1, False
        book.db.commit()
    capsys.readouterr()
    assert main(["grade", str(course), "--accept-suggested"]) == 0
    printed = capsys.readouterr()
    assert "accepted 1 suggested mark" in printed.err
    assert "1 mark changed: alice 85 -> 90" in printed.out
    questions = {r.student: r.questions[0] for r in read_results(course).results}
    assert (questions["alice"].score, questions["bob"].score) == (5, 1)
    assert questions["carol"].waiting and not questions["alice"].waiting
