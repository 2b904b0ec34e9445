"""One writer for the gradebook: what it leaves is what nbgrader's own steps leave."""

import shutil
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader import api
from nbgrader.apps import AutogradeApp
from nbgrader.converters.autograde import Autograde, NbGraderException
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    DeduplicateIds,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from autograder.errors import GradebookError
from autograder.gradebook.bulk_writer import BATCH
from autograder.gradebook.notebook import GradedNotebook
from autograder.nbgrader_bridge.apps import course_app
from autograder.nbgrader_bridge.converters import AutogradeConverter
from autograder.release.course import release
from autograder.submission.reader import Submission
from helpers.course import (
    ASSIGNMENT,
    autograde,
    autograde_report,
    grade_course,
    read_results,
    verdicts_for,
)

QUESTIONS = [question.grade_id for question in ASSIGNMENT.questions]
NOTEBOOK = ASSIGNMENT.notebook.removesuffix(".ipynb")
PLAIN = """
c = get_config()
c.CourseDirectory.course_id = "gans"
c.Autograde.exclude_overwriting = {"gans": ["cs231n/gan_pytorch.py"]}
"""
LATE = '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'


def rows(course: Path) -> dict[str, set]:
    """All that the gradebook of a course holds on submissions, with names in place of ids."""
    with Session(create_engine(f"sqlite:///{course}/gradebook.db")) as session:
        people = {(s.id, s.first_name, s.email) for s in session.scalars(select(api.Student))}
        submissions, marks, comments = set(), set(), set()
        for row in session.scalars(select(api.SubmittedAssignment)):
            for book in row.notebooks:
                facts = row.timestamp, row.extension, book.name, book.late_submission_penalty
                submissions.add((row.student_id, *facts, book.flagged, book.needs_manual_grade))
                for g in book.grades:
                    facts = g.auto_score, g.manual_score, g.extra_credit, g.score
                    marks.add((row.student_id, g.name, *facts, g.needs_manual_grade))
                for c in book.comments:
                    comments.add((row.student_id, c.name, c.auto_comment, c.manual_comment))
        return {"people": people, "of": submissions, "marks": marks, "comments": comments}


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Contents and rights of all files below a folder."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {str(p.relative_to(folder)): (p.read_bytes(), p.stat().st_mode) for p in paths}


def grade_plainly(course: Path, other: Path) -> None:
    """nbgrader's own steps over our notebooks: all but executing them and clearing their outputs.

    Args:
        other: a copy of the released course without our configuration.
    """
    for folder in sorted((course / "autograded").iterdir()):
        target = other / "submitted" / folder.name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder, target)
    with course_app(AutogradeApp, other) as app:
        app.coursedir.assignment_id = "gans"
        converter = Autograde(coursedir=app.coursedir, parent=app, force=True)
        converter.sanitize_preprocessors = [
            DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata
        ]  # fmt: skip
        converter.autograde_preprocessors = [
            ClearHiddenTests, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata
        ]  # fmt: skip
        converter.start()


@pytest.fixture
def other(course, tmp_path) -> Path:
    """The same course for plain nbgrader."""
    copy = shutil.copytree(course, tmp_path / "other")
    (copy / "nbgrader_config.py").write_text(PLAIN + LATE)
    with open(course / "nbgrader_config.py", "a") as config:
        config.write(LATE)
    for place in (course, copy):
        with api.Gradebook(f"sqlite:///{place}/gradebook.db", "gans") as book:
            book.find_assignment("gans").duedate = datetime(2026, 3, 1)
            book.db.commit()
    return copy


def play_grader(course: Path) -> None:
    """Marks, extra credit and comments as formgrader writes them."""
    with api.Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        for student, cell, score, extra in (
            ("alice", QUESTIONS[0], 4, None), ("alice", "generator", 9, 0.5),
            ("bob", QUESTIONS[0], 2, 1), ("carol", "discriminator", None, 2),
        ):  # fmt: skip
            grade = book.find_grade(cell, NOTEBOOK, "gans", student)
            grade.manual_score, grade.extra_credit, grade.needs_manual_grade = score, extra, False
        book.find_comment(QUESTIONS[0], NOTEBOOK, "gans", "alice").manual_comment = "Why?"
        book.find_comment(QUESTIONS[2], NOTEBOOK, "gans", "bob").manual_comment = "Nothing?"
        book.db.commit()


def test_writer_leaves_what_nbgraders_own_steps_leave(course, hand_in, graded, other):
    """Gradebook rows and notebooks equal nbgrader's, also when graded again after a person."""
    hand_in("alice", b"all", {QUESTIONS[0]: "D wins.", QUESTIONS[1]: "It\u2028circles.\n\n$x<y$"})
    (hand_in("bob", b"generator", {QUESTIONS[0]: "?"}) / "timestamp.txt").write_text(
        "2026-03-02 12:00:00 UTC"
    )
    hand_in("carol", None, {QUESTIONS[2]: "G < D & \u00e4"})
    assert autograde(course, "gans") == {}
    grade_plainly(course, other)
    assert rows(course) == rows(other)
    assert files(course / "autograded") == files(other / "autograded")
    play_grader(course)
    play_grader(other)
    hand_in("alice", b"none", {QUESTIONS[0]: "G wins."})
    hand_in("bob", b"generator sample_noise", {QUESTIONS[0]: "?", QUESTIONS[2]: "No."})
    (hand_in("carol", b"all", {}) / "timestamp.txt").write_text("2026-03-01 00:00:01 UTC")
    assert autograde(course, "gans") == {}
    grade_plainly(course, other)
    ours, theirs = rows(course), rows(other)
    asked_again = ("bob", QUESTIONS[0], None, 2, 1, 3)  # the same answer: only nbgrader asks again
    assert ours.pop("marks") ^ theirs.pop("marks") == {(*asked_again, w) for w in (True, False)}
    assert ours == theirs and (*asked_again, False) in rows(course)["marks"]
    assert files(course / "autograded") == files(other / "autograded")


def test_cell_without_verdict_is_refused(course):
    """There is no mark without a verdict, where nbgrader alone would give all points."""
    page = GradedNotebook(course / "release" / "gans" / ASSIGNMENT.notebook)
    nobody = Submission("alice", b"", None, {}, (), None)
    with pytest.raises(ValueError, match="cell get_optimizer: no verdict"):
        verdicts = verdicts_for({}, 1.0).verdicts
        page.fill_in(nobody, tuple(v for v in verdicts if v.task != "get_optimizer"))


class Picky(LateSubmissionPlugin):
    """A plugin of a course that stumbles over one student."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        if student_id == "bob":
            raise KeyError("no such group")
        return {"alice": 2.5, "carol": 1000, "dave": -1}[student_id]


def set_late(course: Path, plugin: type) -> None:
    """Everybody is late, and this plugin says what that costs."""
    with open(course / "nbgrader_config.py", "a") as config:
        config.write(f"\nimport {__name__} as t\nc.AssignLatePenalties.plugin_class = t.{plugin}\n")
    with api.Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        book.find_assignment("gans").duedate = datetime(2026, 3, 1)
        book.db.commit()
    for folder in (course / "submitted").iterdir():
        (folder / "gans" / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")


def test_late_penalty_comes_from_the_courses_plugin(course, hand_in, graded):
    """The plugin's penalty is kept within 0 and the score; its failure costs one student only."""
    for name in ("alice", "bob", "carol", "dave"):
        hand_in(name, b"generator")
    set_late(course, "Picky")
    failed = autograde(course, "gans")
    assert list(failed) == ["bob"] and "no such group" in failed["bob"]
    penalties = {row[0]: row[4] for row in rows(course)["of"]}
    assert penalties == {"alice": 2.5, "carol": 10, "dave": 0}


class Locking(LateSubmissionPlugin):
    """Somebody opens the gradebook in another program while bob's marks are written."""

    holder = None

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        if student_id == "bob" and Locking.holder:
            Locking.holder.execute("BEGIN EXCLUSIVE")


def test_gradebook_locked_in_the_middle_is_one_line_and_goes_on(course, hand_in, graded):
    """What was written before stays, no code runs again, and the next run writes the rest."""
    for name in ("alice", "bob", "carol"):
        hand_in(name, b"all")
    set_late(course, "Locking")
    book = course / "gradebook.db"
    with open(course / "nbgrader_config.py", "a") as config:
        config.write(f"\nc.CourseDirectory.db_url = 'sqlite:///{book}?timeout=0.1'\n")
    Locking.holder = sqlite3.connect(book, isolation_level=None)
    report = grade_course(course, graded, batch=1)
    assert len(report.problems) == 1
    assert "cannot be written (database is locked)" in report.problems[0]
    Locking.holder.execute("ROLLBACK")
    Locking.holder.close()
    Locking.holder = None
    assert {name for name, *_ in rows(course)["marks"]} == {"alice"}
    assert autograde(course, "gans") == {}
    assert {name for name, *_ in rows(course)["marks"]} == {"alice", "bob", "carol"}
    assert graded == ["alice", "bob", "carol"]


def _empty(book):
    book.write_bytes(b"")


def _garbage(book):
    book.write_bytes(b"x" * 8192)


def _damage(book):
    """A table that is met only when marks are written."""
    with sqlite3.connect(book) as damaged:
        size = damaged.execute("pragma page_size").fetchone()[0]
        query = "select rootpage from sqlite_master where tbl_name = 'comment'"
        pages = [page for (page,) in damaged.execute(query)]
    damaged.close()
    with open(book, "r+b") as file:
        for page in pages:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)


@pytest.mark.parametrize(
    ("spoil", "what", "remedy"),
    [
        (Path.unlink, "no gradebook there", "put the gradebook back, or run `python -m autograder"),
        (_empty, "an empty file", "put the gradebook back, or run `python -m autograder release`"),
        (_garbage, "not a database", "move this file away and run `python -m autograder release`"),
        (_damage, "malformed", "move this file away and run `python -m autograder release`"),
    ],
)
def test_spoiled_gradebook_is_a_line_that_says_what_helps(
    course, hand_in, graded, spoil, what, remedy
):
    """No empty one is made in its place; with the right one back all verdicts are written."""
    hand_in("alice", b"all")
    book = course / "gradebook.db"
    good = book.read_bytes()
    spoil(book)
    outcome = grade_course(course, graded)
    (line,) = outcome.problems
    assert line.startswith(f"{book}: ") and what in line and remedy in line, line
    if spoil in (Path.unlink, _empty):
        assert not book.exists() or book.stat().st_size == 0
    with pytest.raises(GradebookError, match=what):
        read_results(course)
    book.write_bytes(good)
    assert grade_course(course, graded).problems == [] and graded == ["alice"]
    assert {name for name, *_ in rows(course)["marks"]} == {"alice"}


def test_another_database_is_a_line(course, hand_in, graded):
    """Without nbgrader's tables it cannot be read; with them, it does not know the assignment."""
    hand_in("alice", b"all")
    (course / "gradebook.db").unlink()
    with sqlite3.connect(course / "gradebook.db") as other:
        other.execute("create table shopping (what)")
    other.close()
    with pytest.raises(GradebookError, match=r"no such table.*move this file away"):
        read_results(course)
    (line,) = autograde_report(course, "gans").problems
    assert "not found; put the right gradebook back, or run" in line


def test_release_onto_garbage_is_one_line(course):
    """Where nbgrader would end with a traceback; what was released before stays."""
    before = (course / "release" / "gans" / "GANs-PyTorch.ipynb").read_bytes()
    _garbage(course / "gradebook.db")
    with pytest.raises(GradebookError, match=r"not a database.*move this file away"):
        release(ASSIGNMENT, course)
    assert (course / "release" / "gans" / "GANs-PyTorch.ipynb").read_bytes() == before


def test_course_of_another_release_is_said(course, hand_in, graded):
    """Marks are not written into cells that the gradebook knows otherwise."""
    hand_in("alice", b"all")
    with sqlite3.connect(course / "gradebook.db") as book:
        book.execute("update grade_cells set max_score = 11 where max_score = 10")
    book.close()
    (line,) = autograde_report(course, "gans").problems
    assert "run `python -m autograder release`" in line


def test_unknown_student_is_refused_when_nobody_may_be_added(course, hand_in, graded):
    """nbgrader's create_student is respected: who is not in the gradebook gets a line, no marks."""
    hand_in("alice", b"all")
    hand_in("bob", b"all")
    with api.Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        book.add_student("bob")
    with course_app(AutogradeApp, course) as app:
        app.coursedir.assignment_id = "gans"
        converter = AutogradeConverter(coursedir=app.coursedir, parent=app)
        converter.create_student = False
        with pytest.raises(
            NbGraderException, match="alice/gans: no new marks: no student alice in"
        ):
            converter.start()
    assert {name for name, *_ in rows(course)["marks"]} == {"bob"}


def test_docs_state_the_students_per_transaction():
    """docs/scale.md and docs/marks.md give the number that the writer uses."""
    numbers = {20: "twenty"}
    for page in ("scale.md", "marks.md"):
        text = " ".join((ASSIGNMENT.repository / "docs" / page).read_text("utf-8").split())
        assert f"{numbers[BATCH]} students per transaction" in text, page
