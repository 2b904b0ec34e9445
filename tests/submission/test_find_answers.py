"""An answer is found by anything that identifies it, joined in order, and never lost silently."""

import base64
import io
import json

import pytest
from PIL import Image

from autograder.submission.reader import read_submission, released_answers
from helpers.course import ASSIGNMENT, autograde, read_results

RAW = (ASSIGNMENT.repository / ASSIGNMENT.notebook).read_bytes()
RELEASED = released_answers(ASSIGNMENT.repository / ASSIGNMENT.notebook, ASSIGNMENT)
NAMES = [question.grade_id for question in ASSIGNMENT.questions]
TEXTS = dict(zip(NAMES, ("min max is 0", "No: it cycles.", "No: D is fooled."), strict=True))


def answered() -> list[dict]:
    """The cells of the released notebook with all questions answered in their places."""
    cells = json.loads(RAW)["cells"]
    for cell in cells:
        if (name := grade_id(cell)) in TEXTS:
            cell["source"] = TEXTS[name]
    return cells


def grade_id(cell: dict) -> str | None:
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def place(cells: list[dict], number: int) -> int:
    """Return the index of the answer cell of a question, counted from 0."""
    return next(i for i, cell in enumerate(cells) if grade_id(cell) == NAMES[number])


def new(text: str, kind: str = "markdown", **more) -> dict:
    """A cell that a student has inserted."""
    return {"cell_type": kind, "metadata": {}, "source": text, **more}


def find(cells: list[dict], tmp_path) -> tuple[dict[str, str], tuple[str, ...]]:
    """Read a submission with this notebook; return its answers and notes."""
    folder = tmp_path / "submitted" / "ann" / "gans"
    (folder / "cs231n").mkdir(parents=True, exist_ok=True)
    (folder / "cs231n" / "gan_pytorch.py").write_text("code = 1\n")
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / ASSIGNMENT.notebook).write_text(json.dumps(book))
    found = read_submission(tmp_path / "submitted", "ann", ASSIGNMENT, RELEASED)
    return found.answers, found.notes


def without_metadata(cells):
    for number in range(3):
        cells[place(cells, number)]["metadata"] = {}


def id_in_metadata(cells):
    for cell in cells:
        cell["metadata"] = {"id": cell.pop("id")}


def below(cells):
    for number in range(3):
        at = place(cells, number)
        text, cells[at]["source"] = cells[at]["source"], RELEASED[NAMES[number]]
        cells.insert(at + 1, new(text, id=f"mine{number}"))


def in_the_question(cells):
    for number in range(3):
        at = place(cells, number)
        text, cells[at]["source"] = cells[at]["source"], RELEASED[NAMES[number]]
        before = cells[at - 1]["source"]
        lines = [*before, "\n\n"] if isinstance(before, list) else [before, "\n\n"]
        cells[at - 1]["source"] = [*lines, text]


def as_code(cells):
    for number in range(3):
        cells[place(cells, number)]["cell_type"] = "code"


def new_cells_only(cells):
    """The answer cells are deleted; the answers stand in cells without any metadata."""
    for number in range(3):
        at = place(cells, number)
        cells[at] = new(TEXTS[NAMES[number]])


def no_ids_at_all(cells):
    """A converter has dropped ids and metadata, and the question's first line is edited."""
    for cell in cells:
        cell.pop("id", None)
        cell["metadata"] = {}
    cells[60 - 1]["source"] = "## Q1"


FORMS = (without_metadata, id_in_metadata, below, in_the_question, as_code, new_cells_only,
         no_ids_at_all)  # fmt: skip


@pytest.mark.parametrize("change", FORMS)
def test_answers_are_found(change, tmp_path):
    """Wherever a front end or a student has put them, all three answers are read."""
    cells = answered()
    change(cells)
    answers, notes = find(cells, tmp_path)
    assert answers == TEXTS, notes


def test_split_cell_is_joined_in_order(tmp_path):
    """Two halves with the same metadata are one answer, and a note says so."""
    cells = answered()
    at = place(cells, 1)
    cells[at]["source"] = "First half."
    cells.insert(at + 1, {**cells[at], "id": "other", "source": "Second half."})
    answers, notes = find(cells, tmp_path)
    assert answers[NAMES[1]] == "First half.\n\nSecond half."
    assert any(f"{NAMES[1]} was joined from 2 cells" in note for note in notes)


def test_cell_and_code_below_are_joined_with_a_note(tmp_path):
    """A calculation in a code cell belongs to the answer above it; empty cells do not count."""
    cells = answered()
    at = place(cells, 0)
    cells[at + 1 : at + 1] = [new("", "code"), new("x, y = 1, 1", "code")]
    answers, notes = find(cells, tmp_path)
    assert answers[NAMES[0]] == "min max is 0\n\n```python\nx, y = 1, 1\n```"
    assert any("a code cell without the name of the answer cell" in note for note in notes)


def test_copy_of_an_answer_counts_once(tmp_path):
    """The same text in two cells is one answer without a note."""
    cells = answered()
    cells.insert(place(cells, 2), dict(cells[place(cells, 2)], id="copy"))
    assert find(cells, tmp_path) == (TEXTS, ())


def test_cells_elsewhere_are_no_answers(tmp_path):
    """Notes at the top and experiments between the tasks belong to no question."""
    cells = answered()
    cells.insert(1, new("My plan"))
    cells.insert(30, new("sample_noise(1, 2)", "code"))
    assert find(cells, tmp_path) == (TEXTS, ())


def picture(kind: str = "PNG", size=(3000, 20)) -> str:
    """Base64 of a picture with a text behind its end."""
    data = io.BytesIO()
    Image.new("RGB", size, "red").save(data, kind)
    return base64.b64encode(data.getvalue() + b"<script>alert(1)</script>").decode()


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_pasted_picture_reaches_the_grader_encoded_again(kind, course, hand_in, graded):
    """The graded notebook holds a smaller PNG with the same pixels and nothing else of the file."""
    folder = hand_in("ann", answers={NAMES[0]: "See:\n\n![x.y](attachment:x.y)"})
    path = folder / ASSIGNMENT.notebook
    book = json.loads(path.read_text())
    cell = book["cells"][place(book["cells"], 0)]
    cell["attachments"] = {"x.y": {f"image/{kind}": picture(kind.upper())}}
    path.write_text(json.dumps(book))
    assert autograde(course, "gans") == {}
    shown = json.loads((course / "autograded/ann/gans" / ASSIGNMENT.notebook).read_text())
    cell = shown["cells"][place(shown["cells"], 0)]
    assert "".join(cell["source"]) == "See:\n\n![picture 1](attachment:picture-1.png)"
    raw = base64.b64decode(cell["attachments"]["picture-1.png"]["image/png"])
    with Image.open(io.BytesIO(raw)) as image:
        assert image.format == "PNG" and image.size[0] == 1600
    assert b"script" not in raw
    question = read_results(course).results[0].questions[0]
    assert question.waiting and question.score is None


@pytest.mark.parametrize(
    ("bundle", "reason"),
    [
        ({"image/svg+xml": "<svg onload='x'/>"}, "expected PNG or JPEG; found 'image/svg+xml'"),
        ({"image/png": "no base64!"}, "damaged"),
        ({"image/png": base64.b64encode(b"\x89PNG no more").decode()}, "damaged"),
        ({"image/png": "A" * 12 * 2**20}, "more than 8 MiB"),
        ({"image/png": picture(size=(10_000, 5_000))}, "pixels are too many"),
    ],
)
def test_picture_that_cannot_be_shown_is_a_note(bundle, reason, tmp_path):
    """The answer waits for a person although nothing of the picture is shown."""
    cells = answered()
    at = place(cells, 0)
    cells[at]["source"] = "See ![a](attachment:a)"
    cells[at]["attachments"] = {"a": bundle}
    answers, notes = find(cells, tmp_path)
    assert answers[NAMES[0]] == "See" and any(reason in note for note in notes)


@pytest.mark.parametrize("attachments", [5, [1], {"a": 5}, {"a": {"image/png": 5}}, {"a": {}}])
def test_attachments_of_wrong_types_are_passed_over(attachments, tmp_path):
    """Whatever the file has there raises no error."""
    cells = answered()
    cells[place(cells, 0)]["attachments"] = attachments
    assert find(cells, tmp_path) == (TEXTS, ())


def test_picture_in_the_text_is_shown_and_a_file_is_a_note(tmp_path):
    """A data URI is a picture; a path leads nowhere and is named."""
    cells = answered()
    cells[place(cells, 0)]["source"] = f"a ![x](data:image/png;base64,{picture()}) b"
    cells[place(cells, 1)]["source"] = "![mine](figures/plot.png) No."
    answers, notes = find(cells, tmp_path)
    assert answers[NAMES[0]].startswith("a  b") and "picture-1.png" in answers[NAMES[0]]
    assert any("figures/plot.png" in note for note in notes)


def test_answer_that_is_only_a_picture_waits(tmp_path):
    """Without a word of text it is an answer all the same, also if it cannot be shown."""
    cells = answered()
    at = place(cells, 0)
    cells[at]["source"], cells[at]["attachments"] = "![a](attachment:a)", {"a": {"image/gif": "x"}}
    answers, _ = find(cells, tmp_path)
    assert answers[NAMES[0]]


def test_function_that_is_only_in_the_notebook_is_a_note(tmp_path):
    """Code in a cell while the module has only the stub; a function in the module needs no note."""
    cells = answered()
    cells.insert(3, new("import torch\ndef generator(noise_dim=96):\n    return 1\n", "code"))
    _, notes = find(cells, tmp_path)
    (note,) = [note for note in notes if "a code cell defines generator" in note]
    assert "only gan_pytorch.py is graded" in note
