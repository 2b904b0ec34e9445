"""The commands: what they print, what they return, what they never lose."""

import io
import shutil
import sqlite3
import sys
from datetime import datetime

import pytest
from nbgrader.api import Gradebook
from sqlalchemy.exc import OperationalError

from autograder.cli import console
from autograder.cli import main as cli
from autograder.config import load_assignments
from autograder.export import EXPORTERS
from autograder.gradebook import bulk_writer as writer
from autograder.gradebook import connection as gradebook_access
from autograder.gradebook.queries import read_marks
from autograder.grading.planner import RegradeOptions
from autograder.grading.store import Store
from autograder.release import demo_class as demo
from autograder.release.course import lay_student_folder
from autograder.submission.inline_answers import read_cells
from helpers.course import ASSIGNMENT, grade_course

POINTS = sum(task.points for task in ASSIGNMENT.tasks)


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """Tables are as wide as they need."""
    monkeypatch.setenv("COLUMNS", "200")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["mark"], "invalid choice: 'mark'"),
        (["grade"], "the following arguments are required: COURSE"),
        (["grade", "x", "--speed"], "unrecognized arguments: --speed"),
        (["grade", "x", "--workers", "0"], "expected a number from 1; found '0'"),
        (["grade", "x", "--rerun", "--regrade"], "not allowed with argument"),
        (["grade", "x", "--scheduler", "y", "--workers", "2"], "omit one of them"),
    ],
)
def test_bad_usage_is_one_line(capsys, words, found):
    """A command line that cannot be understood gives one line and code 2."""
    assert cli.main(words) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("error: ") and found in err and err.count("\n") == 1


@pytest.mark.parametrize("place", ["nothing", "file", "folder"])
def test_grading_a_place_that_is_no_course_is_one_line(tmp_path, capsys, place):
    """grade needs a course, and says how to make one."""
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    assert cli.main(["grade", str(tmp_path / place)]) == 1
    assert "not a course; make one with `python -m autograder release`" in capsys.readouterr().err


def test_course_without_submissions_is_one_line(course, capsys):
    """grade with nothing to grade says where submissions belong."""
    assert cli.main(["grade", str(course)]) == 1
    assert "no submitted/*/gans found; submitted/ is empty" in capsys.readouterr().err
    (course / "submitted" / "ann" / "GANs").mkdir(parents=True)
    (course / "submitted" / "bob.zip").write_bytes(b"")
    assert cli.main(["grade", str(course)]) == 1
    line = "submitted/ contains ann/GANs, bob.zip; put each submission into submitted/ID/gans"
    assert line in capsys.readouterr().err
    assert cli.main(["grade", str(course), "--student", "zoe"]) == 1
    assert "no submitted/zoe/gans found" in capsys.readouterr().err


def test_grade_prints_the_table(course, hand_in, graded, capsys):
    """A graded class gives code 0, a row for each student and the way to feedback."""
    hand_in("alice", b"all", {"inline-question-1": "an answer"})
    hand_in("bob", b"sample_noise")
    assert cli.main(["grade", str(course)]) == 0
    out, err = capsys.readouterr()
    rows = {words[0]: words for words in map(str.split, out.splitlines()) if words}
    assert rows["alice"].count("10") == 7 and f"{POINTS:g}" in rows["alice"]
    assert "open" in rows["alice"] and rows["bob"].count("5") == 3
    assert "2 submissions: 1 passed, 1 partial; ran the code of 2; 2 new submissions" in out
    assert "next: mark 1 answer by hand: `cd" in out and f"autograder feedback {course}`" in out
    assert "error" not in err


@pytest.mark.parametrize("columns", [50, 80, 200])
def test_a_long_id_takes_no_room_from_the_marks(capsys, monkeypatch, columns):
    """However narrow the terminal, each row ends with the total; the id is cut if need be."""
    monkeypatch.setenv("COLUMNS", str(columns))
    heads = [*map(str, range(1, 11)), "auto", "by hand", "total"]
    marks = [*["2.5"] * 10, "25", "3 open", "25"]
    ids = "alice", "x" * 100, "名" * 60
    console.print_table("marks", heads, [[student, *marks] for student in ids])
    lines = capsys.readouterr().out.splitlines()
    end = " ".join(marks).split()
    assert sum(line.split()[-len(end) :] == end for line in lines) == len(ids)
    assert any(line.startswith(" alice ") for line in lines)


def test_a_cut_id_shows_both_its_ends():
    """Numbers differ at the end, addresses at the beginning; a short id is whole."""
    assert console.truncate_middle("alice", 18) == "alice"
    assert console.truncate_middle("course-2026-student-00123", 18) == "course-2026…-00123"
    assert console.truncate_middle("名" * 20, 18) == "名名名名名 …名名名"


def test_a_terminal_that_cannot_show_a_name_shows_the_rest(monkeypatch, tmp_path):
    """Whatever stdout can encode, what a command prints after a name is printed too."""
    out = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", out)
    assert cli.main(["grade", str(tmp_path)]) == 1
    console.print_table("marks", ["1"], [["名" * 60, "2.5"]])
    out.flush()
    assert b"2.5" in out.buffer.getvalue()


def test_bad_submissions_do_not_stop_the_class(course, hand_in, graded, capsys):
    """Each bad submission is one line; two of one student get no marks; the rest is graded."""
    hand_in("alice", b"all")
    hand_in("bob", None)
    shutil.copytree(hand_in("carol", b"all").parent, course / "submitted" / "Carol ")
    (course / "submitted" / "dan").symlink_to(course / "submitted" / "alice")
    (hand_in("eve") / ASSIGNMENT.notebook).write_bytes(b"x")
    assert cli.main(["grade", str(course)]) == 1
    out, err = capsys.readouterr()
    lines = [line for line in err.splitlines() if line.startswith(("note: ", "error: "))]
    assert [line for line in lines if line.startswith("error: ")] == [
        "error: submitted/'Carol ' and submitted/'carol': two submissions of one student; "
        "keep one and grade again"
    ]
    for name, words in {
        "bob": "no file named gan_pytorch.py",
        "dan": "lies behind a link",
        "eve": "not JSON",
    }.items():
        assert any(f"submitted/{name}/gans: " in line and words in line for line in lines), name
    assert "alice" in out and "eve" in out and "carol" not in out


@pytest.mark.slow
def test_locked_gradebook_keeps_the_verdicts(course, hand_in, graded, capsys, monkeypatch):
    """With a locked gradebook all is judged, one line says so, and the next run goes on."""
    monkeypatch.setattr(gradebook_access, "BUSY_SECONDS", 0.1)
    hand_in("alice")
    hand_in("bob")
    book = sqlite3.connect(course / "gradebook.db", isolation_level=None)
    book.execute("BEGIN EXCLUSIVE")
    assert cli.main(["grade", str(course)]) == 1
    err = capsys.readouterr().err
    assert err.count("error: ") == 1 and "gradebook cannot be written" in err
    assert Store(course / ".autograder" / "verdicts" / "gans").load("bob") is not None
    book.execute("ROLLBACK")
    book.close()
    assert cli.main(["grade", str(course)]) == 0
    assert sorted(graded) == ["alice", "bob"]


def test_marks_are_written_while_others_are_judged(course, hand_in, graded):
    """A batch is in the gradebook, and seen by others, before the next student is judged."""
    for name in ("alice", "bob", "carol", "dave", "erin"):
        hand_in(name)
    seen = []

    def done(count, total, record):
        marks = read_marks(f"sqlite:///{course}/gradebook.db", "gans")
        seen.append(sum(any(mark.given for mark in mine.values()) for mine in marks.values()))

    assert not grade_course(course, graded, on_progress=done, batch=2).problems
    assert seen == [0, 0, 2, 2, 4]


def test_gradebook_that_fails_in_the_middle_keeps_all_verdicts(
    course, hand_in, graded, monkeypatch
):
    """What was written stays, the others are judged, one line says so, and the next run goes on."""
    names = ["alice", "bob", "carol", "dave", "erin"]
    for name in names:
        hand_in(name)
    whole = writer.RowCache

    def gone(session, frame, students):
        if "carol" in students:
            raise OperationalError("INSERT", {}, Exception("disk I/O error"))
        return whole(session, frame, students)

    monkeypatch.setattr(writer, "RowCache", gone)
    (line,) = grade_course(course, graded, batch=2).problems
    assert "disk I/O error" in line
    store = Store(course / ".autograder" / "verdicts" / "gans")
    recorded = [name for name in names if store.load(name).recorded]
    assert recorded == ["alice", "bob"] and sorted(graded) == names
    monkeypatch.setattr(writer, "RowCache", whole)
    assert cli.main(["grade", str(course)]) == 0
    assert sorted(graded) == names and all(store.load(name).recorded for name in names)


def test_a_folder_taken_away_while_grading_keeps_its_mark(course, hand_in, graded, capsys):
    """A folder that is gone is no empty submission: one line, and the mark stays."""
    for name in ("alice", "bob", "carol"):
        hand_in(name)
    assert cli.main(["grade", str(course)]) == 0
    folder = course / "submitted" / "carol"

    def done(count, total, record):
        folder.rename(course / "away") if folder.exists() else None

    outcome = grade_course(course, graded, options=RegradeOptions(rerun=True), on_progress=done)
    (line,) = outcome.problems
    assert line.startswith("submitted/carol/gans: no new marks: the folder was removed")
    marks = read_marks(f"sqlite:///{course}/gradebook.db", "gans")
    assert sum(mark.score for mark in marks["carol"].values()) == POINTS


def test_interrupted_run_goes_on(course, hand_in, graded, monkeypatch, capsys):
    """After an interruption only what was not judged is judged."""
    for name in ("alice", "bob", "carol"):
        hand_in(name)
    working = graded.grade

    def interrupted(assignment, source, key, refused=None, worker=None):
        if key == "bob":
            raise KeyboardInterrupt
        return working(assignment, source, key, refused)

    graded.grade = interrupted
    assert cli.main(["grade", str(course)]) == 130
    assert "error: interrupted" in capsys.readouterr().err
    graded.grade = working
    assert cli.main(["grade", str(course)]) == 0
    assert graded == ["alice", "bob", "carol"]


def test_interrupted_rerun_goes_on_without_saying_so_again(course, hand_in, graded, monkeypatch):
    """Who was not reached is run by the next run, and nobody else."""
    for name in ("alice", "bob", "carol"):
        hand_in(name)
    assert cli.main(["grade", str(course)]) == 0
    graded.clear()

    def interrupt(count, total, record):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(console.GradingProgress, "update", lambda bar, *what: interrupt(*what))
        assert cli.main(["grade", str(course), "--rerun"]) == 130
    assert len(graded) < 3
    assert cli.main(["grade", str(course)]) == 0
    assert sorted(graded) == ["alice", "bob", "carol"]


def test_rerun_runs_one_student_again(course, hand_in, graded):
    """--rerun with --student runs the code of that student, and of no other."""
    hand_in("alice")
    hand_in("bob")
    assert cli.main(["grade", str(course)]) == 0
    assert cli.main(["grade", str(course), "--rerun", "--student", "bob"]) == 0
    assert graded == ["alice", "bob", "bob"]


def test_task_is_checked_and_counts_are_printed(course, hand_in, graded, capsys):
    """An unknown task is one line with those there are; the last lines say who fared how."""
    hand_in("alice", b"all")
    hand_in("bob", b"none")
    hand_in("carol", b"generator")
    assert cli.main(["grade", str(course), "--task", "gan"]) == 2
    assert "no task 'gan'; the tasks are gans: sample_noise, " in capsys.readouterr().err
    assert cli.main(["grade", str(course)]) == 0
    line = "3 submissions: 1 passed, 1 failed, 1 partial; ran the code of 3; 3 new submissions"
    assert line in capsys.readouterr().out
    assert cli.main(["grade", str(course)]) == 0
    assert "ran the code of 0; no mark changed" in capsys.readouterr().out


def test_same_trouble_of_many_is_one_line(course, hand_in, graded, monkeypatch, capsys):
    """A reason that meets several students is said once, with their number and some names."""
    for number in range(8):
        hand_in(f"s{number}")

    def failing(assignment, source, key, refused=None, worker=None):
        raise OSError("no space left on device")

    graded.grade = failing
    assert cli.main(["grade", str(course)]) == 1
    err = capsys.readouterr().err
    assert err.count("error: ") == 1
    assert "8 submissions (s0, s1, s2, s3, s4 and 3 more): no new marks: no space left" in err


def test_failing_grader_is_a_line_and_the_others_are_graded(
    course, hand_in, graded, monkeypatch, capsys
):
    """A fault of the grader costs that student's new marks only, and the reason is given."""
    hand_in("alice")
    hand_in("bob")
    working = graded.grade

    def failing(assignment, source, key, refused=None, worker=None):
        if key == "alice":
            raise OSError("no space left on device")
        return working(assignment, source, key, refused)

    graded.grade = failing
    assert cli.main(["grade", str(course)]) == 1
    out, err = capsys.readouterr()
    assert "error: submitted/alice/gans: no new marks: no space left on device" in err
    assert err.count("error: ") == 1 and "bob" in out


def test_damaged_verdict_counts_as_absent(course, hand_in, graded):
    """A verdict file that was cut or belongs to somebody else is made again."""
    hand_in("alice")
    store = Store(course / ".autograder" / "verdicts" / "gans")
    assert cli.main(["grade", str(course)]) == 0
    for text in ("{", "[]", '{"student": "bob"}', "null"):
        store.path("alice").write_text(text)
        assert cli.main(["grade", str(course)]) == 0
    assert graded == ["alice"] * 5


def test_student_ids_cannot_leave_the_folder(tmp_path):
    """Whatever a student id is, its file lies in the folder, and no two share one."""
    store, ids = (
        Store(tmp_path),
        ["alice", "../alice", "a/b", "a_b", "..", "é", "x" * 300, "\udcff"],
    )
    paths = {store.path(name) for name in ids}
    assert len(paths) == len(ids) and all(path.parent == tmp_path for path in paths)


def test_release_command_says_what_it_did(tmp_path, capsys):
    """release prints where the course and the zip are, and what it kept."""
    words = ["release", str(tmp_path / "course"), "--assignment", "gans"]
    assert cli.main(words) == 0
    assert "gans-student.zip" in capsys.readouterr().out
    assert cli.main(words) == 0
    assert "kept gradebook.db" in capsys.readouterr().out


def test_references_command_writes_them(monkeypatch, capsys):
    """references calls the writer for each assignment and says which files."""
    from autograder.authoring import references

    called = []
    monkeypatch.setattr(references, "write_references", lambda *words: called.append(words))
    assert cli.main(["references"]) == 0
    assert called == [(each, print) for each in load_assignments()]
    assert ASSIGNMENT.public_checks.name in capsys.readouterr().out


@pytest.mark.parametrize("assignment", load_assignments(), ids=lambda each: each.name)
def test_sample_submissions_have_the_flaw_in_their_name(assignment, tmp_path):
    """Each sample submission of an assignment differs from the solution as its id says."""
    course = tmp_path / "course"
    released = course / "release" / assignment.name
    lay_student_folder(assignment, released)
    names = demo.make_class(assignment, course)
    texts = {}
    for name in names:
        folder = course / "submitted" / name / assignment.name
        path = folder / assignment.package / f"{assignment.module}.py"
        texts[name] = path.read_text() if path.exists() else None
    solution = assignment.solution.read_text()
    assert texts["solution"] == texts["renamed-notebook"] == solution
    assert texts["blank"] == assignment.stub.read_text()
    assert texts["module-at-the-top"] is None
    assert texts["known-mistake"].startswith(solution) and "Loses: " in texts["known-mistake"]
    with pytest.raises(SyntaxError):
        compile(texts["syntax-error"], "x", "exec")
    for name in set(names) - {"syntax-error", "module-at-the-top"}:
        compile(texts[name], name, "exec")
    assert texts["hangs"].count("while True") == solution.count("while True") + 1
    notebook = course / "submitted" / "solution" / assignment.name / assignment.notebook
    answers = dict(read_cells(notebook.read_bytes()))
    blank = dict(read_cells((released / assignment.notebook).read_bytes()))
    assert all(answers[q.grade_id] != blank[q.grade_id] for q in assignment.questions)


@pytest.mark.slow
def test_demo_ends_with_table_and_pages(tmp_path, graded, capsys, monkeypatch):
    """demo builds, grades and prints the table and the pages, which exist."""

    def by_name(assignment, source, key, refused=None, worker=None):
        graded.append(key)
        return working(assignment, b"all" if key == "solution" else b"none", key)

    working = graded.grade
    graded.grade = by_name
    assert cli.main(["demo", str(tmp_path / "demo")]) == 0
    out = capsys.readouterr().out
    assert "old-style" in out and "report-gans.html" in out
    pages = [line.strip() for line in out.splitlines() if line.endswith(".html")]
    assert len(pages) == len(set(graded)) >= 6
    for page in pages:
        text = (tmp_path / page).read_text()
        assert "HIDDEN TESTS" not in text and "Traceback (most" not in text


def test_grade_names_the_marks_that_changed(course, hand_in, graded, capsys):
    """After a resubmission the last lines name the student with the old and the new mark."""
    hand_in("alice", b"generator")
    hand_in("bob", b"generator")
    assert cli.main(["grade", str(course)]) == 0
    hand_in("alice", b"none")
    capsys.readouterr()
    assert cli.main(["grade", str(course), "--student", "alice"]) == 0
    out = capsys.readouterr().out
    assert "1 mark changed: alice 10 -> 0" in out
    assert "bob" not in out


def test_table_subtracts_late_penalties(course, hand_in, graded, capsys):
    """A late student's row shows the penalty, and a total after it."""
    with open(course / "nbgrader_config.py", "a") as config:
        config.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    with Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        book.find_assignment("gans").duedate = datetime(2026, 3, 1)
        book.db.commit()
    (hand_in("alice", b"generator") / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    hand_in("bob", b"generator")
    assert cli.main(["grade", str(course)]) == 0
    lines = map(str.split, capsys.readouterr().out.splitlines())
    rows = {words[0]: words for words in lines if words}
    assert rows["alice"][-2:] == ["-10", "0"] and rows["bob"][-1] == "10"


def test_wrong_penalty_method_is_one_line(course, hand_in, graded, capsys):
    """A value that nbgrader's plugin does not know is one line that names the setting."""
    with open(course / "nbgrader_config.py", "a") as config:
        config.write('\nc.LateSubmissionPlugin.penalty_method = "linear"\n')
    hand_in("alice")
    assert cli.main(["grade", str(course)]) == 1
    err = capsys.readouterr().err
    assert err.count("error: ") == 1 and len(err.strip().splitlines()) == 1
    assert "nbgrader_config.py" in err and "penalty_method" in err and "linear" in err


def test_feedback_warns_of_unmarked_answers(course, hand_in, graded, capsys):
    """feedback counts the answers that wait for a mark, of the chosen student only."""
    hand_in("alice", b"all", {"inline-question-1": "an answer", "inline-question-2": "another"})
    hand_in("bob", b"all")
    assert cli.main(["grade", str(course)]) == 0
    capsys.readouterr()
    assert cli.main(["feedback", str(course)]) == 0
    assert "warning: 2 answers still to mark by hand" in capsys.readouterr().err
    assert cli.main(["feedback", str(course), "--student", "bob"]) == 0
    assert capsys.readouterr().err == ""


def test_export_help_names_every_format(capsys):
    """The help of --to lists the formats, and an unknown format is one line with all of them."""
    with pytest.raises(SystemExit):
        cli.main(["export", "--help"])
    help_text = capsys.readouterr().out
    assert cli.main(["export", "course", "--to", "excel"]) == 2
    err = capsys.readouterr().err
    for name in EXPORTERS:
        assert name in help_text and f"{name}: " in err


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_legend_breaks_between_tasks(capsys, monkeypatch, columns):
    """No line of the legend breaks within a task, however narrow the terminal is."""
    monkeypatch.setenv("COLUMNS", str(columns))
    console.print_marks(ASSIGNMENT, {})
    out = capsys.readouterr().out
    for number, task in enumerate(ASSIGNMENT.tasks, 1):
        assert f"{number} {task.name} ({task.points:g})" in out


def test_documentation_opens_formgrader_in_jupyter_lab():
    """`nbgrader formgrader` does not exist; formgrader is a page of JupyterLab."""
    text = (ASSIGNMENT.repository / "README.md").read_text("utf-8")
    assert "nbgrader formgrader" not in text
    assert "(cd COURSE && ../.venv/bin/jupyter lab)" in text
