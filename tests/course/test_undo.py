"""A dry run changes nothing, and `undo` takes back the last run that changed marks."""

from nbgrader.api import Gradebook

from autograder.cli.main import main
from autograder.gradebook.backups import KEPT
from helpers.course import ASSIGNMENT, grade_course, read_results

QUESTION = ASSIGNMENT.questions[0].grade_id
STEM = ASSIGNMENT.notebook.removesuffix(".ipynb")


def totals(course) -> dict[str, float]:
    return {result.student: result.total for result in read_results(course).results}


def state(course) -> dict[str, bytes]:
    """All files of a course but the log of nbgrader and empty lock files."""
    paths = [path for path in course.rglob("*") if path.is_file() and path.stat().st_size]
    return {str(p.relative_to(course)): p.read_bytes() for p in paths if p.suffix != ".log"}


def test_dry_run_says_what_would_change_and_changes_nothing(course, hand_in, graded, capsys):
    """The table and the changed marks are those of the real run; every file stays as it was."""
    hand_in("alice", b"generator")
    assert main(["grade", str(course)]) == 0
    hand_in("alice", b"none")
    hand_in("bob")
    before = state(course)
    capsys.readouterr()
    assert main(["grade", str(course), "--dry-run"]) == 0
    dry = capsys.readouterr().out
    assert state(course) == before
    assert "it would be: 1 new submission; 1 mark changed: alice 10 -> 0" in " ".join(dry.split())
    assert main(["grade", str(course)]) == 0
    rows = [line for line in dry.splitlines() if line.startswith((" alice", " bob"))]
    assert rows and set(rows) <= set(capsys.readouterr().out.splitlines())


def test_undo_restores_marks_and_verdicts(course, hand_in, graded, capsys):
    """The marks are those before the run, nothing is inconsistent, and grade can run again."""
    hand_in("alice", b"generator")
    grade_course(course, graded)
    hand_in("alice", b"all")
    grade_course(course, graded)
    grade_course(course, graded)  # changes no mark, so there is nothing of it to undo
    assert totals(course) == {"alice": 85}
    assert main(["undo", str(course)]) == 0
    out = capsys.readouterr().out
    assert "`grade gans`" in out and "1 mark changed: alice 85 -> 10" in out
    assert totals(course) == {"alice": 10}
    grade_course(course, graded)
    assert totals(course) == {"alice": 85}


def test_undo_keeps_marks_given_by_hand(course, hand_in, graded, capsys):
    """It refuses to lose them unless it is told to."""
    hand_in("alice", b"generator", {QUESTION: "An answer."})
    grade_course(course, graded)
    with Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        book.find_grade(QUESTION, STEM, "gans", "alice").manual_score = 3
        book.db.commit()
    assert main(["undo", str(course)]) == 1
    assert "1 marks or comments were given by hand" in capsys.readouterr().err
    assert totals(course) == {"alice": 13}
    assert main(["undo", str(course), "--hand-marks"]) == 0
    assert totals(course) == {}


def test_undo_takes_back_a_due_date_and_its_penalty(course, hand_in, graded):
    """`due` changes marks too: gradebook and configuration are restored."""
    (hand_in("bob") / "timestamp.txt").write_text("2026-11-20 14:00:00 UTC")
    grade_course(course, graded)
    config = (course / "nbgrader_config.py").read_text()
    words = ["--due", "2026-11-20 12:00 UTC", "--penalty", "zero", "--assignment", "gans"]
    assert main(["due", str(course), *words]) == 0
    assert totals(course) == {"bob": 0}
    assert main(["undo", str(course)]) == 0
    assert totals(course) == {"bob": 85} and (course / "nbgrader_config.py").read_text() == config


def test_number_of_backups_is_bounded(course, hand_in, graded, capsys):
    """Only the last ones are kept; without one, undo is one line."""
    for number in range(KEPT + 3):
        hand_in("alice", b"generator" if number % 2 else b"all")
        grade_course(course, graded)
    assert len(list((course / ".autograder" / "backups").glob("*.zip"))) == KEPT
    for path in (course / ".autograder" / "backups").glob("*.zip"):
        path.unlink()
    assert main(["undo", str(course)]) == 1
    assert "nothing to undo" in capsys.readouterr().err


def test_id_in_another_spelling_makes_no_second_student(course, hand_in, graded, capsys):
    """The line says which id the gradebook has; an id that it lacks is noted and added."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        book.add_student("müller", first_name="Zoë")
    hand_in("Mu\u0308ller")
    hand_in("zoe")
    assert main(["grade", str(course)]) == 1
    err = capsys.readouterr().err
    assert "the gradebook has 'müller', which differs only in case, spaces or accents" in err
    assert "not in the gradebook's class of 1, now added: zoe" in err
    assert totals(course) == {"zoe": 85}
