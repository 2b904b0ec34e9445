"""What is taken from a submission, and what cannot hurt."""

import json
import os
import re
from pathlib import Path

import pytest
from nbconvert.filters.markdown import markdown2html

from autograder.config import find_assignment
from autograder.submission.inline_answers import (
    MAX_ANSWER,
    NotebookError,
    make_harmless,
    read_cells,
)
from autograder.submission.reader import find_students, read_submission, rebuild, released_answers

ASSIGNMENT = find_assignment("gans")
RELEASED = {question.grade_id: "**Your answer:** " for question in ASSIGNMENT.questions}
FIRST = ASSIGNMENT.questions[0].grade_id


def cell(name, source, kind="markdown", **facts):
    """A cell of a student's notebook."""
    metadata = {"nbgrader": {"grade_id": name, **facts}}
    return {"cell_type": kind, "metadata": metadata, "source": source}


def notebook(*cells):
    """A student's notebook as bytes."""
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4}).encode()


ANSWERED = notebook(*(cell(name, f"answer to {name}") for name in RELEASED))


@pytest.fixture
def folder(tmp_path):
    """A complete submission of alice."""
    folder = tmp_path / "submitted" / "alice" / "gans"
    (folder / "cs231n").mkdir(parents=True)
    (folder / "cs231n" / "gan_pytorch.py").write_text("code = 1\n")
    (folder / ASSIGNMENT.notebook).write_bytes(ANSWERED)
    return folder


def read(folder):
    """Read that submission."""
    return read_submission(folder.parents[1], "alice", ASSIGNMENT, RELEASED)


def test_submission_takes_module_and_answers(folder):
    """Of a complete submission the module and the answers are taken, and nothing is noted."""
    found = read(folder)
    assert found.source == b"code = 1\n"
    assert found.answers == {name: f"answer to {name}" for name in RELEASED}
    assert found.notes == () and found.refused is None and found.timestamp is None


def test_module_at_the_top_is_graded(folder):
    """A module in another place counts if it is the only one; the note says where it was."""
    (folder / "cs231n" / "gan_pytorch.py").rename(folder / "gan_pytorch.py")
    found = read(folder)
    assert found.source == b"code = 1\n" and found.refused is None
    assert found.notes == (
        "gan_pytorch.py is graded; it was not in its place, cs231n/gan_pytorch.py",
    )
    assert len(found.answers) == 3


def make_folder(path):
    """A folder with the module's name."""
    path.unlink()
    path.mkdir()


def make_huge(path):
    """A sparse file of 50 MB."""
    with open(path, "wb") as file:
        file.truncate(50_000_000)


def make_pipe(path):
    """A pipe that nobody writes to; opening it carelessly waits for ever."""
    path.unlink()
    os.mkfifo(path)


def make_link(path):
    """A link to another file."""
    secret = path.parents[4] / "secret.py"
    secret.write_text("secret = 1")
    path.unlink()
    path.symlink_to(secret)


def make_linked_folder(path):
    """The package is a link to another folder which has the module."""
    elsewhere = path.parents[4] / "elsewhere"
    path.parent.rename(elsewhere)
    path.parent.symlink_to(elsewhere)


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda path: path.write_text(" \n"), "cs231n/gan_pytorch.py is empty"),
        (make_folder, "cs231n/gan_pytorch.py is a folder, not a file"),
        (make_huge, "cs231n/gan_pytorch.py has 47.7 MiB, more than 1 MiB"),
        (make_pipe, "cs231n/gan_pytorch.py is not a regular file"),
        (make_link, "cs231n/gan_pytorch.py is a link"),
        (make_linked_folder, "cs231n is a link"),
        (lambda path: path.unlink(), "no file named gan_pytorch.py"),
    ],
)
def test_module_is_a_small_regular_file_or_refused(folder, spoil, found):
    """Anything but a regular file of bounded size is refused in one line; the answers stay."""
    spoil(folder / "cs231n" / "gan_pytorch.py")
    submission = read(folder)
    assert submission.source is None
    assert submission.refused == f"{found}; submit the file again"
    assert len(submission.answers) == 3


def test_second_module_is_noted(folder):
    """Of two modules the one in its place counts, and the other is named."""
    (folder / "cs231n" / "gan_pytorch (1).py").write_text("code = 2\n")
    assert read(folder).source == b"code = 1\n"
    assert read(folder).notes == (
        "also found cs231n/gan_pytorch (1).py, which differs; cs231n/gan_pytorch.py is graded",
    )


@pytest.mark.parametrize("level", ["student", "assignment"])
def test_linked_submission_is_not_followed(folder, level):
    """A submission that is a link gives no code and no answers, and one line."""
    place = folder if level == "assignment" else folder.parent
    elsewhere = folder.parents[2] / "elsewhere"
    place.rename(elsewhere)
    place.symlink_to(elsewhere)
    found = read(folder)
    assert found.source is None and found.answers == {}
    assert len(found.notes) == 1 and " a link" in found.refused


def test_two_folders_of_one_student_are_named(tmp_path):
    """Two folders whose names differ in case and spaces are one student's: neither is listed."""
    for name in ("alice", "Alice ", "bob", ".hidden"):
        (tmp_path / "submitted" / name / "gans").mkdir(parents=True)
    students, problems = find_students(tmp_path / "submitted", ASSIGNMENT)
    assert students == ["bob"]
    assert problems == [
        "submitted/'Alice ' and submitted/'alice': two submissions of one student; "
        "keep one and grade again"
    ]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"\x89PNG", "is not a notebook (not JSON)"),
        (b"", "is not a notebook (not JSON)"),
        (b"[" * 99_000, "is nested too deeply to be a notebook"),
        (b'{"cells": 1' + b"0" * 5_000 + b"}", "is not a notebook (not JSON)"),
        (b'{"cells": NaN}', "is not a notebook (no list of cells)"),
        (b"[1]", "is not a notebook (no list of cells)"),
        (b'{"cells": 5}', "is not a notebook (no list of cells)"),
    ],
)
def test_unreadable_notebook_costs_only_the_answers(folder, raw, found):
    """A file that is no notebook is one line; the code is still taken."""
    (folder / ASSIGNMENT.notebook).write_bytes(raw)
    submission = read(folder)
    assert submission.source is not None and submission.answers == {}
    assert submission.notes[0] == (
        f"{ASSIGNMENT.notebook} {found}; no answers; only the code is graded"
    )


@pytest.mark.parametrize("value", [b"{}", b"[]", b"1", b'""', b'{"":0}'])
def test_notebook_of_very_many_values_is_refused_before_parsing(value, monkeypatch):
    """A small text that leads to millions of values is counted, and never parsed."""
    monkeypatch.setattr(json, "loads", lambda text: pytest.fail("parsed"))
    raw = b'{"cells": [' + b",".join([value] * 1_000_002) + b"]}"
    with pytest.raises(NotebookError, match=r"more than 1(00,000|,000,000); clear all outputs"):
        read_cells(raw)


def test_ten_notebooks_of_very_many_values_cost_only_the_answers(folder):
    """Each of them is refused unparsed, and the code is graded."""
    for number in range(10):
        (folder / f"{number}.ipynb").write_bytes(b"[" + b"{}," * 100_001 + b"0]")
    (folder / ASSIGNMENT.notebook).unlink()
    found = read(folder)
    assert found.source and found.answers == {}


def test_notebook_with_figures_is_parsed():
    """Twenty MB of figures and a long log are far below the bounds."""
    figure = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo=" * 100_000}}
    log = {"output_type": "stream", "text": [f"Iter: {n}, D: 1.0, G: 0.5\n" for n in range(9000)]}
    cells = [{"cell_type": "code", "source": "train()", "outputs": [figure, log]}] * 15
    assert read_cells(notebook(*cells, cell(FIRST, "mine"))) == [(FIRST, "mine")]


def test_cells_of_wrong_types_are_passed_over():
    """Cells with wrong types anywhere are no answers and no error."""
    odd = [None, 5, {}, {"metadata": []}, {"metadata": {"nbgrader": "x"}}, cell(FIRST, 5)]
    odd += [cell(FIRST, ["a", 1]), cell(["x"], "a"), cell(FIRST, ["one\n", "two"])]
    assert read_cells(notebook(*odd)) == [(FIRST, "one\ntwo")]
    with pytest.raises(NotebookError):
        read_cells(b'{"cells": {}}')


def test_duplicated_cells_are_joined(folder):
    """Of several cells with one name all that were written in are joined, in their order."""
    cells = [cell(FIRST, RELEASED[FIRST]), cell(FIRST, ""), cell(FIRST, "mine"), cell(FIRST, "b")]
    (folder / ASSIGNMENT.notebook).write_bytes(notebook(*cells))
    found = read(folder)
    assert found.answers == {FIRST: "mine\n\nb"}
    assert f"{FIRST} was joined from 2 cells" in found.notes[0]


def test_retagged_and_reordered_cells_are_found(folder):
    """Order, cell type, points and tags in a student's notebook do not matter."""
    cells = [cell(name, "a", "code", points=1000, grade=False) for name in reversed(RELEASED)]
    (folder / ASSIGNMENT.notebook).write_bytes(notebook(*cells))
    assert read(folder).answers == dict.fromkeys(RELEASED, "a")


def test_deleted_cell_is_an_empty_answer(folder):
    """A missing answer cell is a note and no answer."""
    (folder / ASSIGNMENT.notebook).write_bytes(notebook(cell(FIRST, "a")))
    assert read(folder).answers == {FIRST: "a"}
    assert all("it counts as not answered" in note for note in read(folder).notes)
    assert len(read(folder).notes) == 2


def test_renamed_notebook_is_found(folder):
    """The only notebook with our cells is taken whatever its name."""
    (folder / ASSIGNMENT.notebook).rename(folder / "final (2).ipynb")
    found = read(folder)
    assert len(found.answers) == 3
    line = f"no {ASSIGNMENT.notebook}; the answers come from final (2).ipynb"
    assert found.notes == (line,)


def test_right_name_wins(folder):
    """Of several notebooks the one with the right name counts; without it none does."""
    (folder / "a.ipynb").write_bytes(ANSWERED.replace(b"answer to", b"another answer to"))
    assert len(read(folder).answers) == 3
    assert read(folder).notes == (f"2 notebooks with answers; {ASSIGNMENT.notebook} is graded",)
    (folder / ASSIGNMENT.notebook).rename(folder / "b.ipynb")
    assert read(folder).answers == {}
    assert "several others have answers (a.ipynb and b.ipynb); submit one" in read(folder).notes[-1]


def test_answer_cannot_carry_html():
    """No tag survives in an answer, and formulas and comparisons read as before."""
    assert make_harmless("<script>x</script> a < b, $a<b$") == (
        "< script>x< /script> a < b, $a< b$"
    )
    assert "\x00" not in make_harmless("a\x00b") and make_harmless("\ud800") == "?"


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "![x](https://example.org/who-looks.png)",
        "[x][y]\n\n[y]: javascript:alert(1)",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\mmlToken{mi}[href='javascript:alert(1)']{x}$",
        r"&#36;&#92;href{javascript:alert(1)}{x}&#36;",
        r"\$\\&#104;ref{javascript:alert(1)}{x}\$",
        r"&dollar;&bsol;href{javascript:alert(1)}{x}&dollar;",
        "see https://example.org/who-looks and http://example.org",
        "<https://example.org/who-looks>",
        "HTTPS://example.org/x ftp://example.org www.example.org/x WWW.example.org",
    ],
)
def test_an_answer_cannot_become_a_script_in_a_link_or_an_image(text):
    """Neither by Markdown nor by a formula: who grades would click it with a grader's rights."""
    page = markdown2html(make_harmless(text))
    assert not re.search(r"<img|<[^>]*href=|\\(href|mmlToken)", page)
    assert not re.search(r"://\S|www\.\S", page, re.IGNORECASE)
    assert make_harmless(make_harmless(text)) == make_harmless(text)


def test_huge_answer_is_cut(folder):
    """A huge answer is cut, and a note says so."""
    (folder / ASSIGNMENT.notebook).write_bytes(notebook(cell(FIRST, "x" * 100_000)))
    assert len(read(folder).answers[FIRST]) < MAX_ANSWER + 100
    assert any("100000 characters; truncated to 20000" in note for note in read(folder).notes)


@pytest.mark.parametrize(
    ("text", "hour"), [("2026-03-01 12:00:00 UTC", 12), ("2026-03-01 12:00:00.5 +0100", 11)]
)
def test_valid_timestamp_is_carried_along_in_utc(folder, text, hour):
    """The time of submission is kept, in the form and the zone that nbgrader writes."""
    (folder / "timestamp.txt").write_text(text + "\n")
    assert read(folder).timestamp.startswith(f"2026-03-01 {hour}:00:00.")
    assert read(folder).timestamp.endswith(" UTC") and read(folder).notes == ()


@pytest.mark.parametrize("text", ["yesterday evening", "", "9" * 5000, "2026-13-45", "\u0661"])
def test_malformed_timestamp_is_left_out(folder, text):
    """A time that cannot be read is a note, and no reason to stop."""
    (folder / "timestamp.txt").write_text(text, "utf-8")
    assert read(folder).timestamp is None
    assert "it is ignored, so nothing counts as late" in read(folder).notes[0]


def test_key_follows_the_contents(folder):
    """The key changes with the code and with an answer; the module's key only with the code."""
    first = read(folder)
    (folder / ASSIGNMENT.notebook).write_bytes(notebook(cell(FIRST, "other")))
    second = read(folder)
    assert first.key() != second.key()
    assert first.key_of_module() == second.key_of_module()
    (folder / "cs231n" / "gan_pytorch.py").write_text("code = 2\n")
    assert read(folder).key_of_module() != first.key_of_module()


def test_rebuilt_submission_has_only_fresh_files(course, hand_in, tmp_path):
    """Planted, edited and deleted files do not reach the rebuilt folder."""
    release = course / "release" / "gans"
    folder = hand_in("alice", b"code = 1\n", {FIRST: "my answer"})
    (folder / "torch.py").write_text("evil = 1")
    (folder / "cs231n" / "layers.py").write_text("evil = 1")
    (folder / "gan-checks.npz").unlink()
    blank = released_answers(release / ASSIGNMENT.notebook, ASSIGNMENT)
    submission = read_submission(course / "submitted", "alice", ASSIGNMENT, blank)
    dest = tmp_path / "rebuilt"
    rebuild(submission, ASSIGNMENT, release, dest, "{}")
    expected = {p.relative_to(release): p.read_bytes() for p in release.rglob("*") if p.is_file()}
    found = {p.relative_to(dest): p.read_bytes() for p in dest.rglob("*") if p.is_file()}
    changed = {str(name) for name in expected | found if expected.get(name) != found.get(name)}
    assert changed == {ASSIGNMENT.notebook, "cs231n/gan_pytorch.py"}
    assert found[Path(ASSIGNMENT.notebook)] == b"{}"


@pytest.mark.parametrize("text", ["0" * 128, "../x", "\u00e4" * 64, "0" * 300])
def test_only_a_secret_of_the_exchange_is_carried_along(folder, text):
    """nbgrader releases feedback under this name: anything but random hex digits is left out."""
    (folder / "submission_secret.txt").write_text(text, "utf-8")
    found = read(folder)
    assert found.secret == (text if text == "0" * 128 else None)
    assert len(found.notes) == (0 if found.secret else 1)
