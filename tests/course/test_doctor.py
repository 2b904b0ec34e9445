"""`doctor` names what must be done before marks go out, and `grade` ends with what matters."""

import json

import pytest
from nbgrader.api import Gradebook

from autograder.cli.main import main
from autograder.course import doctor
from autograder.course.doctor import State, check_disk, examine
from autograder.nbgrader_bridge.apps import open_course
from helpers.course import ASSIGNMENT, grade_course

QUESTION = ASSIGNMENT.questions[0].grade_id
STEM = ASSIGNMENT.notebook.removesuffix(".ipynb")


class Isolating:
    """A sandbox whose self-test passes, or fails with a reason."""

    def __init__(self, reason: str = ""):
        self.reason = reason

    def failure(self, level):
        return self.reason

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def checks(course, reason: str = "") -> dict[str, tuple[State, str]]:
    """Topic -> state and text of the last line on it."""
    with open_course(course) as (layout, gradebook):
        found = examine(ASSIGNMENT, layout, gradebook, lambda: Isolating(reason))
    return {check.topic: (check.state, check.text) for check in found}


def test_all_is_well_in_a_graded_course(course, hand_in, graded):
    """Without answers, notes and wrong folders nothing is to do."""
    hand_in("alice")
    grade_course(course, graded)
    found = checks(course)
    assert [topic for topic, (state, _) in found.items() if state != State.OK] == []
    assert set(found) == {"versions", "sandbox", "references", "submissions", "marks", "questions",
                          "hand marks", "late", "notes", "disk"}  # fmt: skip


def test_what_must_be_done_is_named(course, hand_in, graded):
    """Each topic has the line that says what to do, and none hides another."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        book.add_student("Bob", first_name="Bob")
    folder = hand_in("alice", b"generator", {QUESTION: "An answer."})
    grade_course(course, graded)
    (course / "submitted" / "carol" / "GANs").mkdir(parents=True)
    hand_in("bob")
    (folder / "cs231n" / "gan_pytorch.py").write_bytes(b"all")
    found = checks(course, "bubblewrap is not installed")
    for topic, words in {
        "sandbox": "cannot be isolated here (bubblewrap is not installed)",
        "marks": "changed since it was graded",
        "questions": "1 answer waits for a mark by hand",
    }.items():
        assert found[topic][0] == State.FIRST and words in found[topic][1], found[topic]
    with open_course(course) as (layout, gradebook):
        book = doctor.read_class(gradebook.db_url, "gans")
        lines = [c.text for c in doctor.check_submissions(ASSIGNMENT, layout, book)]
    assert "carol/GANs" in lines[0] and "expected submitted/ID/gans" in lines[0]
    assert lines[1] == "bob: the class has 'Bob'; rename the folder"


def test_points_that_differ_are_named(course, hand_in, graded):
    """Table and release disagree on one task."""
    hand_in("alice")
    grade_course(course, graded)
    path = course / "release" / "gans" / ASSIGNMENT.notebook
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "generator":
            cell["metadata"]["nbgrader"]["points"] = 7
    path.write_text(json.dumps(notebook))
    state, text = checks(course)["references"]
    assert state == State.FIRST
    assert text == "generator: 10 points in assignment.toml, 7 in the release; run release again"


def test_hand_mark_over_a_changed_automatic_mark_is_named(course, hand_in, graded, capsys):
    """`grade` prints it too, although the total stays."""
    hand_in("alice", b"none")
    grade_course(course, graded)
    with Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        grade = book.find_grade("generator", STEM, "gans", "alice")
        grade.manual_score, grade.needs_manual_grade = 3, False
        book.db.commit()
    hand_in("alice", b"generator")
    assert main(["grade", str(course)]) == 0
    line = "alice (generator: 3 by hand, now 10 automatically)"
    assert f"look: hand marks: the automatic mark changed under a mark set by hand: {line}" in (
        capsys.readouterr().out
    )
    assert checks(course)["hand marks"][0] == State.LOOK


def test_late_line_names_submissions_without_a_time(course, hand_in, graded):
    """With a due date, a submission without a time cannot be late; the line says so."""
    hand_in("alice")
    (hand_in("bob") / "timestamp.txt").write_text("2026-11-20 14:00:00 UTC")
    grade_course(course, graded)
    assert checks(course)["late"] == (State.OK, "no due date is set, so nothing is late")
    words = ["--due", "2026-11-20 12:00 UTC", "--penalty", "10"]
    assert main(["due", str(course), "--assignment", "gans", *words]) == 0
    state, text = checks(course)["late"]
    assert state == State.LOOK and text.startswith(
        "1 of 2 after 2026-11-20 12:00 UTC; penalty: 10%"
    )
    assert text.endswith("so not late: alice")


def test_command_ends_with_1_while_something_must_be_done(course, hand_in, graded, capsys,
                                                          monkeypatch):  # fmt: skip
    """One line for each topic; 1 until the answer is marked, then 0."""
    monkeypatch.setattr(doctor, "check_sandbox", lambda _: doctor.Check("sandbox", State.OK, "x"))
    hand_in("alice", b"all", {QUESTION: "An answer."})
    grade_course(course, graded)
    assert main(["doctor", str(course)]) == 1
    out = capsys.readouterr().out
    assert "first questions: 1 answer waits" in out and "1 thing to do" in out
    with Gradebook(f"sqlite:///{course}/gradebook.db", "gans") as book:
        grade = book.find_grade(QUESTION, STEM, "gans", "alice")
        grade.manual_score, grade.needs_manual_grade = 3, False
        book.db.commit()
    assert main(["doctor", str(course)]) == 0


@pytest.mark.parametrize(("free", "state"), [(2**20, "first"), (2**30, "look"), (2**35, "ok")])
def test_disk_line_depends_on_the_room(free, state, monkeypatch, tmp_path):
    """Little room is a warning; almost none must be changed first."""
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage)
    assert check_disk(tmp_path).state == state


def test_grade_refuses_points_that_differ(course, hand_in, graded, monkeypatch, capsys):
    """One line names the task and both numbers, before anything is graded."""
    hand_in("alice")
    path = course / "release" / "gans" / ASSIGNMENT.notebook
    path.write_text(path.read_text().replace('"points": 10', '"points": 8', 1))
    assert main(["grade", str(course)]) == 1
    err = capsys.readouterr().err
    assert "10 points in assignment.toml, 8 in the release; make them agree" in err
    assert err.count("error: ") == 1 and graded == []
