"""Malformed submissions affect only themselves, in every command that reads or shows them."""

import csv
import io
import logging
import os
import subprocess
from random import Random

import pytest

from autograder.cli import main as cli
from autograder.errors import StoreError, contain_failure
from autograder.gradebook.queries import read_class
from autograder.grading.planner import MAX_FAULTS
from autograder.nbgrader_bridge.apps import database
from helpers.course import ASSIGNMENT, grade_course, read_results
from helpers.malformed import make_malformed, nest_folders

COUNT, SEED = 200, 15
GOOD = ("alice", "zoe")
TASK_POINTS = sum(task.points for task in ASSIGNMENT.tasks)
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section\n"
ROWS = {
    "canvas": lambda name: ["Someone", "", "", name, ""],
    "moodle": lambda name: ["Participant 1", "Someone", name, "", "", "100", ""],
}
MOODLE = "Identifier,Full name,ID number,Email address,Grade,Maximum grade,Feedback comments\n"


def run(capsys, *words) -> tuple[int, str]:
    """Run a command; return its code and everything that it printed."""
    code = cli.main([str(word) for word in words])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert not [c for c in out + err if not c.isprintable() and c != "\n"]
    return code, out + err


@pytest.mark.slow
def test_two_hundred_malformed_submissions_affect_only_themselves(
    course, hand_in, graded, capsys, tmp_path
):
    """Good submissions have their marks everywhere; each malformed one has marks or a line."""
    for student in GOOD:
        hand_in(student, b"all", {"inline-question-1": f"the answer of {student}"})
    chance, notebook = Random(SEED), course / "release" / "gans" / ASSIGNMENT.notebook
    malformed = [make_malformed(course / "submitted", notebook, n, chance) for n in range(COUNT)]
    try:
        _check_commands(course, capsys, tmp_path, malformed)
    finally:  # pytest cannot remove deep folders
        subprocess.run(["rm", "-rf", str(course / "submitted")], check=True)


def _check_commands(course, capsys, tmp_path, malformed):
    _, printed = run(capsys, "grade", course)
    entries = read_class(database(course), ASSIGNMENT.name).entries
    for student in GOOD:
        marks = entries[student].marks
        assert sum(marks[task.name].score for task in ASSIGNMENT.tasks) == TASK_POINTS
    assert len(entries) > COUNT / 2
    for student in malformed:
        assert student in entries or student[:4] in printed

    run(capsys, "feedback", course)
    for student in GOOD:
        page = (course / "feedback" / student / "gans").glob("*.html")
        assert f"the answer of {student}" in next(page).read_text("utf-8")
    run(capsys, "feedback", course, "--to", "folder")
    assert {*GOOD} <= {path.stem for path in (course / "feedback-gans").iterdir()}

    run(capsys, "report", course)
    assert ASSIGNMENT.title in (course / "report-gans.html").read_text("utf-8")
    marks = {result.student: result.auto_score for result in read_results(course).results}
    assert [marks[student] for student in GOOD] == [TASK_POINTS] * 2

    for target, listed in (("nbgrader", None), ("canvas", CANVAS), ("moodle", MOODLE)):
        words = ["export", course, "--to", target]
        if listed:
            path = tmp_path / f"{target}.csv"
            file = io.StringIO()
            csv.writer(file).writerows(ROWS[target](name) for name in sorted(entries))
            path.write_text(listed + file.getvalue(), "utf-8", newline="")
            words += ["--class-list", path]
        run(capsys, *words)
        text = (course / f"{target}-gans.csv").read_text("utf-8")
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if {*row} & {*GOOD}]
        assert len(rows) == len(GOOD) and all(f"{TASK_POINTS:g}" in ",".join(r) for r in rows)


@pytest.mark.parametrize("depth", [70, 1_500])
def test_a_folder_in_a_folder_in_a_folder_costs_nothing(course, hand_in, graded, depth):
    """The files above the depth of any real submission are read, and a line names the rest."""
    folder = hand_in("alice")
    nest_folders(folder, depth)
    try:
        report = grade_course(course, graded)
        assert read_results(course).results[0].auto_score == TASK_POINTS
        assert not report.problems
    finally:
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def test_a_folder_name_that_is_not_utf_8_is_one_line(course, hand_in, graded, capsys):
    """Such a name fits into no gradebook: every command names it, and the others are graded."""
    hand_in("alice")
    os.rename(hand_in("bob").parent, os.fsencode(course) + b"/submitted/b\xf6b")
    code, printed = run(capsys, "grade", course)
    line = "submitted/'b?cf6b': the name of the folder is not UTF-8; rename it and grade again"
    assert code == 1 and line.replace("?c", "\\udc") in printed
    for words in (["feedback"], ["report"], ["export", "--to", "nbgrader"]):
        code, printed = run(capsys, words[0], course, *words[1:])
        assert code == 1 and "is not UTF-8" in printed
    assert read_results(course).results[0].student == "alice"


@pytest.mark.parametrize("error", [RecursionError("too deep"), MemoryError(), KeyError("x")])
def test_any_exception_while_a_submission_is_read_is_one_line(
    course, hand_in, graded, capsys, monkeypatch, error
):
    """Whatever reading a submission raises, the others are graded and shown."""
    from autograder.submission import reader

    for student in ("alice", "bob", "carol"):
        hand_in(student)
    read_parts = reader.read_parts

    def read(root, folder, *rest):
        if folder.parent.name == "bob":
            raise error
        return read_parts(root, folder, *rest)

    monkeypatch.setattr(reader, "read_parts", read)
    code, printed = run(capsys, "grade", course)
    assert code == 1
    assert f"submitted/bob/gans: no new marks: {type(error).__name__}" in printed
    for words in (["feedback"], ["report"], ["export", "--to", "nbgrader"]):
        code, printed = run(capsys, words[0], course, *words[1:])
        assert code == 1 and "submitted/bob/gans: not graded yet" in printed
    assert [r.auto_score for r in read_results(course).results] == [TASK_POINTS] * 2


def test_more_students_than_faults_in_a_row_fail_alone(course, hand_in, graded, monkeypatch):
    """A fault while work is planned concerns one submission, however many there are."""
    from autograder.grading import planner

    for number in range(MAX_FAULTS + 2):
        hand_in(f"s{number:02}")
    hand_in("zoe")
    plan_cases = planner.plan_cases

    def plan(assignment, student):
        if student != "zoe":
            raise RecursionError("too deep")
        return plan_cases(assignment, student)

    monkeypatch.setattr(planner, "plan_cases", plan)
    report = grade_course(course, graded)
    assert len(report.failures) == MAX_FAULTS + 2 and "zoe" in report.gradebook.entries


def test_a_failed_page_is_one_line(course, hand_in, graded, capsys, monkeypatch):
    """If the page of one student cannot be rendered, the others have theirs."""
    from autograder.nbgrader_bridge import converters

    for student in ("alice", "bob"):
        hand_in(student)
    run(capsys, "grade", course)
    write = converters.write_feedback

    def write_feedback(assignment, result, graded, folder):
        if result.student == "alice":
            raise RecursionError("too deep")
        return write(assignment, result, graded, folder)

    monkeypatch.setattr(converters, "write_feedback", write_feedback)
    code, printed = run(capsys, "feedback", course)
    assert code == 1 and "submitted/alice/gans: no feedback page (RecursionError" in printed
    assert "1 feedback page as HTML" in printed


def test_a_contained_failure_is_one_short_line(caplog):
    """The line names the exception; the log has its traceback; errors of the class pass."""
    lines = []
    with caplog.at_level(logging.DEBUG, "autograder"), contain_failure(lines.append):
        raise ValueError("first\nsecond" + "x" * 999)
    assert lines == ["ValueError: first"] and caplog.records[0].exc_info
    with contain_failure(lines.append):
        raise OSError(28, "No space left on device", "/some/path")
    assert lines[1] == "No space left on device"
    with pytest.raises(StoreError), contain_failure(lines.append):
        raise StoreError("for all")
