"""Late penalties follow due date, extension, plugin and setting, and agree in every output."""

import csv
import io
import re

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin

from autograder.cli.main import main
from autograder.nbgrader_bridge.apps import generate_feedback
from helpers.course import ASSIGNMENT, read_results

QUESTION = ASSIGNMENT.questions[0].grade_id
STEM = ASSIGNMENT.notebook.removesuffix(".ipynb")


class TwoPoints(LateSubmissionPlugin):
    """A plugin that an instructor has written."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 2


class Failing(LateSubmissionPlugin):
    """A plugin with a defect."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        raise KeyError("no such group")


def configure(course, line: str) -> None:
    """Add a line to the course's configuration, as an instructor does."""
    with open(course / "nbgrader_config.py", "a") as config:
        config.write(f"\n{line}\n")


def due(course, *words: str) -> None:
    assert main(["due", str(course), "--assignment", "gans", *words]) == 0


def mark_by_hand(course, points: float) -> None:
    """Give points for a question, as formgrader does."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        grade = book.find_grade(QUESTION, STEM, "gans", "bob")
        grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()


def outputs(course, capsys) -> dict[str, float]:
    """Bob's total in the table of `grade`, the export, the feedback page and the report."""
    capsys.readouterr()
    assert main(["grade", str(course)]) == 0
    lines = map(str.split, capsys.readouterr().out.splitlines())
    table = next(float(words[-1]) for words in lines if words and words[0] == "bob")
    assert main(["export", str(course), "--to", "nbgrader"]) == 0
    rows = csv.DictReader(io.StringIO((course / "nbgrader-gans.csv").read_text()))
    exported = next(float(row["score"]) for row in rows if row["student_id"] == "bob")
    pages, _ = generate_feedback(course, "gans", "bob")
    feedback = float(re.search(r"([\d.]+) of 100 points", pages[0].read_text())[1])
    assert main(["report", str(course)]) == 0
    report = (course / "report-gans.html").read_text()
    cell = re.search(r"<bdi>bob</bdi></th>.*?</td><td[^>]*>(?:&minus;)?([\d.]+|none)", report)
    penalty = 0.0 if cell is None or cell[1] == "none" else float(cell[1])
    raw = next(r.auto_score + r.hand_score for r in read_results(course).results)
    return {"table": table, "export": exported, "feedback": feedback, "report": raw - penalty}


@pytest.fixture
def late_course(course, hand_in, graded):
    """Bob submitted two hours after noon and got 85 points; nothing says that this is late."""
    (hand_in("bob") / "timestamp.txt").write_text("2026-11-20 14:00:00 UTC")
    assert main(["grade", str(course)]) == 0
    return course


CHANGES = {
    "due date": ([lambda c: due(c, "--due", "2026-11-20 12:00 UTC")], 0),
    "due date in a zone": (
        [lambda c: due(c, "--due", "2026-11-20 16:00", "--zone", "Europe/Zurich")], 85),
    "extension": ([lambda c: due(c, "--due", "2026-11-20 12:00 UTC"),
                   lambda c: due(c, "--student", "bob", "--extension", "2h")], 85),
    "plugin": ([lambda c: due(c, "--due", "2026-11-20 12:00 UTC"), lambda c: configure(
        c, f"import {__name__} as t; c.AssignLatePenalties.plugin_class = t.TwoPoints")], 83),
    "setting": ([lambda c: due(c, "--due", "2026-11-20 12:00 UTC"),
                 lambda c: due(c, "--penalty", "10% per day")], 76.5),
    "setting by hand": ([lambda c: due(c, "--due", "2026-11-20 12:00 UTC"), lambda c: configure(
        c, 'c.LateSubmissionPlugin.penalty_method = "none"')], 85),
    "hand mark": ([lambda c: due(c, "--due", "2026-11-20 12:00 UTC"),
                   lambda c: mark_by_hand(c, 5)], 0),
    "hand mark, percent": ([lambda c: due(c, "--due", "2026-11-20 12:00 UTC", "--penalty", "10"),
                            lambda c: mark_by_hand(c, 5)], 81),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_all_outputs_follow_a_change_after_grading(name, late_course, capsys):
    """Table, export, feedback and report show the same total after any of the inputs changed."""
    steps, expected = CHANGES[name]
    due(late_course, "--penalty", "zero")
    assert outputs(late_course, capsys)["table"] == 85  # without a due date nothing is late
    for step in steps:
        step(late_course)
    assert outputs(late_course, capsys) == dict.fromkeys(
        ("table", "export", "feedback", "report"), expected
    )


def test_export_is_right_before_the_next_grade(late_course, capsys):
    """A hand mark given after grading is penalised at once, and in nbgrader's own gradebook."""
    due(late_course, "--due", "2026-11-20 12:00 UTC", "--penalty", "zero")
    mark_by_hand(late_course, 5)
    assert main(["export", str(late_course), "--to", "nbgrader"]) == 0
    rows = list(csv.DictReader(io.StringIO((late_course / "nbgrader-gans.csv").read_text())))
    assert [row["score"] for row in rows] == ["0.0"]
    with Gradebook(f"sqlite:///{late_course}/gradebook.db", "gans") as book:
        assert book.find_submission_notebook(STEM, "gans", "bob").late_submission_penalty == 90


def test_due_prints_what_is_set_and_what_changed(late_course, capsys):
    """The line has both time zones, the rule, the extension and each changed mark."""
    arguments = ["--due", "2026-11-20 13:00", "--zone", "Europe/Zurich", "--penalty", "zero"]
    due(late_course, *arguments)
    out = capsys.readouterr().out
    assert "due 2026-11-20 13:00 Europe/Zurich (2026-11-20 12:00 UTC)" in out
    assert "late penalty: zero" in out and "1 mark changed: bob 85 -> 0" in out
    due(late_course, "--student", "bob", "--extension", "1d12h")
    out = capsys.readouterr().out
    assert "extensions: bob 1d12h" in out and "1 mark changed: bob 0 -> 85" in out
    due(late_course, "--student", "bob", "--extension", "none", "--due", "none")
    out = capsys.readouterr().out
    assert "no due date" in out and "extensions: none" in out and "no mark changed" in out


def test_extension_before_the_submission_is_no_submission(course, hand_in, graded, capsys):
    """With an extension and without files, a student is still missing."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        book.add_student("carol")
    due(course, "--due", "2026-11-20 12:00 UTC", "--penalty", "zero")
    due(course, "--student", "carol", "--extension", "1d")
    hand_in("bob")
    assert main(["grade", str(course)]) == 0
    assert read_results(course).missing == ("carol",)
    (hand_in("carol") / "timestamp.txt").write_text("2026-11-21 11:00:00 UTC")
    assert main(["grade", str(course)]) == 0
    totals = {result.student: result.total for result in read_results(course).results}
    assert totals == {"bob": 85, "carol": 85}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--due", "2026-11-20 12:00"], "has no time zone; add --zone"),
        (["--due", "20.11.2026"], "is not a time such as"),
        (["--due", "11/12/2026 10:00"], "day and month in either order"),
        (["--due", "2026-11-31 10:00", "--zone", "UTC"], "no day or no time"),
        (["--due", "2026-11-20 12:00", "--zone", "Zurich"], "no time zone 'Zurich'"),
        (["--student", "bob"], "together"),
        (["--student", "bob", "--extension", "soon"], "expected a time such as 2d"),
        (["--penalty", "linear"], "expected none, zero, or a percentage"),
    ],
)
def test_bad_values_are_one_line_and_change_nothing(words, reason, late_course, capsys):
    """The line names the option, and the configuration stays as it was."""
    config = (late_course / "nbgrader_config.py").read_text()
    capsys.readouterr()
    assert main(["due", str(late_course), "--assignment", "gans", *words]) == 2
    err = capsys.readouterr().err
    assert reason in err and err.count("\n") == 1
    assert (late_course / "nbgrader_config.py").read_text() == config


def test_unknown_student_gets_no_extension(late_course, capsys):
    """One line names the student and how to add one."""
    words = ["due", str(late_course), "--assignment", "gans", "--student", "Bob"]
    assert main([*words, "--extension", "1d"]) == 1
    assert "Bob: no student of the gradebook" in capsys.readouterr().err


def test_failing_plugin_is_a_line_for_its_student(late_course, capsys):
    """The export is written with the old penalty, and says so."""
    due(late_course, "--due", "2026-11-20 12:00 UTC")
    configure(
        late_course, f"import {__name__} as t; c.AssignLatePenalties.plugin_class = t.Failing"
    )
    capsys.readouterr()
    assert main(["export", str(late_course), "--to", "nbgrader"]) == 1
    assert "submitted/bob/gans: late penalty not computed" in capsys.readouterr().err


def test_release_keeps_the_penalty(late_course):
    """The lines at the end of nbgrader_config.py survive another release and a second `due`."""
    due(late_course, "--penalty", "10% per day")
    due(late_course, "--penalty", "zero")
    main(["release", str(late_course), "--assignment", "gans"])
    text = (late_course / "nbgrader_config.py").read_text()
    assert text.count("Late penalty") == 1 and '"zero"' in text and "PercentPerDay" not in text
