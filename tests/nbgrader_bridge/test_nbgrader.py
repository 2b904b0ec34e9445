"""nbgrader lives on our verdicts: the same marks by every way, and no mark that nobody earned."""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp
from nbgrader.apps.api import NbGraderAPI

from autograder.errors import NbgraderError
from autograder.gradebook import connection as gradebook_access
from autograder.gradebook import queries as gradebook
from autograder.grading import fingerprints
from autograder.nbgrader_bridge.apps import course_app, generate_feedback
from autograder.nbgrader_bridge.converters import AutogradeConverter
from helpers.course import ASSIGNMENT, autograde, autograde_report, verdicts_for

pytestmark = pytest.mark.slow

TASKS = [task.name for task in ASSIGNMENT.tasks]
QUESTIONS = [question.grade_id for question in ASSIGNMENT.questions]
POINTS = sum(task.points for task in ASSIGNMENT.tasks)


def marks(course: Path, student: str = "alice") -> dict:
    """The marks of one student in the gradebook."""
    return gradebook.read_marks(f"sqlite:///{course}/gradebook.db", "gans").get(student, {})


def total(course: Path, student: str = "alice") -> float:
    """The sum of the automatic marks."""
    found = marks(course, student)
    assert set(found) == {*TASKS, *QUESTIONS}
    return sum(found[name].auto for name in TASKS)


def autograded(course: Path, student: str = "alice"):
    """The autograded notebook of one student."""
    path = course / "autograded" / student / "gans" / ASSIGNMENT.notebook
    return nbformat.read(path, as_version=4)


def test_solution_gets_all_and_blank_none(course, hand_in, graded):
    """Marks are those of the verdicts: all, none, or the points of single tasks."""
    hand_in("alice", b"all")
    hand_in("bob", b"none")
    hand_in("carol", b"discriminator sample_noise")
    assert autograde(course, "gans") == {}
    assert [total(course, name) for name in ("alice", "bob", "carol")] == [POINTS, 0, 15]


def test_part_of_a_mark_arrives(course, hand_in, graded):
    """A partial verdict gives its part of the points, to hundredths."""
    parts = verdicts_for({"generator": 0.75, "sample_noise": 1 / 3})
    graded.grade = lambda *_: parts
    hand_in("alice")
    autograde(course, "gans")
    assert marks(course)["generator"].auto == 7.5
    assert marks(course)["sample_noise"].auto == 1.67


def test_each_cell_has_one_output_and_no_hidden_test(course, hand_in, graded):
    """Each graded cell shows its verdict and its one line; no text of hidden tests is left."""
    hand_in("alice", b"none")
    autograde(course, "gans")
    found = {c.metadata.nbgrader.grade_id: c for c in autograded(course).cells if _is_graded(c)}
    assert list(found) == TASKS
    for name, cell in found.items():
        assert cell.source == f'check("{name}")'
        (output,) = cell.outputs
        assert output.output_type == "execute_result"
        assert float(output.data["text/plain"]) == 0
        assert name in output.data["text/html"]


def _is_graded(cell) -> bool:
    return cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade", False)


def outputs_of(kind: str) -> list:
    """Outputs with which plain nbgrader would give all or no points."""
    stderr = {"output_type": "stream", "name": "stderr", "text": "a warning"}
    result = {"output_type": "execute_result", "execution_count": 1, "metadata": {}}
    return {
        "none": [],
        "stderr": [stderr],
        "nan": [{**result, "data": {"text/plain": "nan"}}],
        "True": [{**result, "data": {"text/plain": "True"}}],
        "print": [{"output_type": "stream", "name": "stdout", "text": "FAILED"}],
        "hundred": [{**result, "data": {"text/plain": "100"}}],
    }[kind]


@pytest.mark.parametrize("kind", ["none", "stderr", "nan", "True", "print", "hundred"])
def test_outputs_in_the_students_notebook_do_not_count(course, hand_in, graded, kind):
    """Whatever outputs a student's notebook holds, the marks are those of the verdicts."""
    change_cells(hand_in("alice", b"generator"), lambda cell: cell.update(outputs=outputs_of(kind)))
    autograde(course, "gans")
    assert total(course) == 10


def change_cells(folder: Path, change) -> None:
    """Apply a change to every graded cell of a student's notebook."""
    path = folder / ASSIGNMENT.notebook
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            change(cell)
    path.write_text(json.dumps(notebook))


def duplicate(notebook):
    """Every cell twice."""
    notebook["cells"] += notebook["cells"]


def delete(notebook):
    """No cell at all."""
    notebook["cells"] = []


def reverse(notebook):
    """All cells in the wrong order."""
    notebook["cells"].reverse()


def retag(notebook):
    """All graded cells turned into answers with other points."""
    for cell in notebook["cells"]:
        cell["metadata"].get("nbgrader", {}).update(points=1000, solution=True, locked=False)


def rewrite(notebook):
    """Tests that always pass."""
    for cell in notebook["cells"]:
        cell["source"] = "1000"


def other_kernel(notebook):
    """A kernel that does not exist."""
    notebook["metadata"] = {"kernelspec": {"name": "sage", "display_name": "x"}}


def old_format(notebook):
    """nbgrader metadata of an old schema."""
    for cell in notebook["cells"]:
        cell["metadata"].get("nbgrader", {}).update(schema_version=0)


@pytest.mark.parametrize(
    "change", [duplicate, delete, reverse, retag, rewrite, other_kernel, old_format]
)
def test_changed_notebook_cannot_change_marks(course, hand_in, graded, change):
    """Nothing done to cells or metadata changes a mark or stops the class."""
    path = hand_in("alice", b"generator") / ASSIGNMENT.notebook
    notebook = json.loads(path.read_text())
    change(notebook)
    path.write_text(json.dumps(notebook))
    hand_in("bob", b"all")
    assert autograde(course, "gans") == {}
    assert total(course) == 10 and total(course, "bob") == POINTS
    assert marks(course)["generator"].maximum == 10


def unreadable(folder):
    """A notebook that is not JSON."""
    (folder / ASSIGNMENT.notebook).write_bytes(b"\x00PK")


def missing(folder):
    """No notebook."""
    (folder / ASSIGNMENT.notebook).unlink()


def renamed(folder):
    """A notebook of another name."""
    (folder / ASSIGNMENT.notebook).rename(folder / "Untitled.ipynb")


def planted(folder):
    """Modules that would be imported instead of the real ones, and a link to the gradebook."""
    for name in ("torch.py", "numpy.py", "sitecustomize.py"):
        (folder / name).write_text("raise SystemExit")
    (folder / "book").symlink_to(folder.parents[2] / "gradebook.db")


@pytest.mark.parametrize("spoil", [unreadable, missing, renamed, planted])
def test_spoilt_submission_keeps_its_marks(course, hand_in, graded, spoil):
    """The code is graded whatever the notebook is, and nothing else is copied."""
    spoil(hand_in("alice", b"all"))
    assert autograde(course, "gans") == {}
    assert total(course) == POINTS
    copied = {p.name for p in (course / "autograded" / "alice" / "gans").iterdir()}
    assert not copied & {"torch.py", "numpy.py", "sitecustomize.py", "book", "Untitled.ipynb"}


def test_notes_stand_above_the_cells(course, hand_in, graded):
    """What was missing is the first thing in the autograded notebook, escaped."""
    folder = hand_in("alice", None)
    (folder / "gan_pytorch <b>.py").write_text("x = 1")
    autograde(course, "gans")
    first = autograded(course).cells[0]
    assert "no file named gan_pytorch.py (found gan_pytorch &lt;b&gt;.py)" in first.source
    assert total(course) == 0


def test_dead_worker_gives_marks_and_keeps_the_class(course, hand_in, graded):
    """Verdicts of a worker that died are marks like others."""
    from cs231n.engine.schema import Finding, Verdict

    crashed = tuple(Verdict(n, "crashed", 0.0, (Finding("crash", "ended"),)) for n in TASKS)
    given = {"alice": (crashed, "the worker died: signal 11"), "bob": (None, None)}

    def grade_source(assignment, source, key, refused=None, worker=None):
        whole = verdicts_for({}, 1.0)
        verdicts, note = given[key]
        return type(whole)(verdicts or whole.verdicts, note)

    graded.grade = grade_source
    hand_in("alice")
    hand_in("bob")
    assert autograde(course, "gans") == {}
    assert total(course) == 0 and total(course, "bob") == POINTS


def test_worse_submission_lowers_the_marks(course, hand_in, graded):
    """A changed submission replaces the old marks, without --force and also downwards."""
    hand_in("alice", b"all")
    autograde(course, "gans")
    hand_in("alice", b"none")
    autograde(course, "gans")
    assert total(course) == 0 and graded == ["alice", "alice"]


def test_unchanged_submission_is_not_run_again(course, hand_in, graded):
    """Grading twice runs the code once."""
    hand_in("alice", b"all")
    autograde(course, "gans")
    before = autograded(course)
    autograde(course, "gans")
    assert graded == ["alice"] and autograded(course) == before


def test_changed_checks_grade_anew(course, hand_in, graded, monkeypatch):
    """Another fingerprint of checks and references runs the code again."""
    hand_in("alice", b"all")
    autograde(course, "gans")
    monkeypatch.setattr(fingerprints, "running_code", lambda assignment: "another")
    autograde(course, "gans")
    assert graded == ["alice", "alice"]


def test_lost_gradebook_entry_is_written_again(course, hand_in, graded):
    """Marks that are gone from the gradebook come back from the verdicts on disk."""
    hand_in("alice", b"all")
    autograde(course, "gans")
    with sqlite3.connect(course / "gradebook.db") as book:
        book.execute("update grade set auto_score = 0")
    autograde(course, "gans")
    assert total(course) == POINTS and graded == ["alice"]


def test_failed_regrade_says_so_and_the_next_one_works(course, hand_in, graded):
    """When the grader fails, the old marks stay and the reason is given; then all is well."""
    hand_in("alice", b"all")
    hand_in("bob", b"all")
    autograde(course, "gans")
    hand_in("alice", b"none")
    hand_in("bob", b"none")
    working = graded.grade

    def failing(assignment, source, key, refused=None, worker=None):
        if key == "alice":
            raise OSError("no space left on device")
        return working(assignment, source, key, refused)

    graded.grade = failing
    assert autograde(course, "gans") == {"alice": "no space left on device"}
    assert total(course) == POINTS and total(course, "bob") == 0
    graded.grade = working
    assert autograde(course, "gans") == {}
    assert total(course) == 0


def test_missing_verdict_is_never_a_mark(course, hand_in, graded):
    """A grader that forgets a task gives no marks at all, and says so."""
    short = verdicts_for({}, 1.0)
    short = type(short)(short.verdicts[:-1], None)
    graded.grade = lambda *_: short
    hand_in("alice")
    assert "verdicts on alice: expected" in autograde(course, "gans")["alice"]
    assert marks(course) == {}


def test_blank_answers_get_zero_and_written_ones_wait(course, hand_in, graded):
    """nbgrader gives an untouched answer 0 by itself; a written one waits for a person."""
    hand_in("alice", b"all", {QUESTIONS[0]: "D cannot win."})
    autograde(course, "gans")
    found = marks(course)
    assert found[QUESTIONS[0]].by_hand and found[QUESTIONS[0]].auto is None
    assert [found[name].auto for name in QUESTIONS[1:]] == [0, 0]
    assert not any(found[name].by_hand for name in QUESTIONS[1:])


def test_marks_given_by_hand_survive(course, hand_in, graded):
    """A regrade keeps what a person gave, and asks to look again where that stands on new ground.

    That is another answer, or another automatic mark in whose place theirs stands.
    """
    hand_in("alice", b"all", {QUESTIONS[0]: "D cannot win.", QUESTIONS[1]: "It circles."})
    autograde(course, "gans")
    name = ASSIGNMENT.notebook.removesuffix(".ipynb")
    given = {QUESTIONS[0]: 4, QUESTIONS[1]: 3, TASKS[0]: 2, TASKS[1]: 1}
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        for cell, score in given.items():
            grade = book.find_grade(cell, name, "gans", "alice")
            grade.manual_score, grade.needs_manual_grade = score, False
        book.db.commit()
    source = f"none {TASKS[0]}".encode()
    hand_in("alice", source, {QUESTIONS[0]: "D cannot win.", QUESTIONS[1]: "It ends."})
    autograde(course, "gans")
    found = marks(course)
    assert {cell: found[cell].score for cell in given} == given
    assert [cell for cell in given if found[cell].by_hand] == [QUESTIONS[1], TASKS[1]]
    assert found[TASKS[1]].auto == 0


def test_late_submission_keeps_its_time(course, hand_in, graded):
    """The time of submission reaches the gradebook, where late penalties are worked out."""
    (hand_in("alice") / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    (hand_in("bob") / "timestamp.txt").write_text("soon")
    assert autograde(course, "gans") == {}
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        assert book.find_submission("gans", "alice").timestamp.isoformat() == "2026-03-01T12:00:00"
        assert book.find_submission("gans", "bob").timestamp is None


def test_locked_gradebook_is_one_line(course, hand_in, graded, monkeypatch):
    """A locked gradebook stops the writing with one line that says what to do."""
    monkeypatch.setattr(gradebook_access, "BUSY_SECONDS", 0.1)
    hand_in("alice")
    book = sqlite3.connect(course / "gradebook.db", isolation_level=None)
    book.execute("BEGIN EXCLUSIVE")
    (line,) = autograde_report(course, "gans").problems
    assert "written (database is locked)" in line
    book.execute("ROLLBACK")
    book.close()
    assert autograde(course, "gans") == {}
    assert total(course) == POINTS


def test_formgraders_button_goes_the_same_way(course, hand_in, graded):
    """NbGraderAPI.autograde, which formgrader calls, rebuilds and judges too."""
    from nbgrader.apps.api import NbGraderAPI

    hand_in("alice", b"generator")
    change_cells(course / "submitted" / "alice" / "gans", lambda cell: cell.update(source="100"))
    with course_app(AutogradeApp, course) as app:
        result = NbGraderAPI(coursedir=app.coursedir, parent=app).autograde("gans", "alice")
    assert result["success"], result
    assert total(course) == 10
    assert app.coursedir.submitted_directory == "submitted"


def test_no_execute_cannot_switch_verdicts_off(course, hand_in, graded):
    """`nbgrader autograde --no-execute`, which gives full marks without us, changes nothing."""
    hand_in("alice", b"none")
    change_cells(course / "submitted" / "alice" / "gans", lambda cell: cell.update(outputs=[]))
    with course_app(AutogradeApp, course) as app:
        app.config.Execute.enabled = False
        app.config.ClearOutput.enabled = False
        app.coursedir.assignment_id = "gans"
        AutogradeConverter(coursedir=app.coursedir, parent=app).start()
    assert total(course) == 0


def test_plain_nbgrader_gives_no_marks(course, hand_in, monkeypatch):
    """A course graded without our configuration gives 0, where nbgrader alone gives everything."""
    from nbgrader.converters.autograde import Autograde

    folder = hand_in("alice", b"")
    path = folder / ASSIGNMENT.notebook
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and not cell["metadata"].get("nbgrader"):
            cell["source"] = "check = lambda *names: None"
    path.write_text(json.dumps(notebook))
    (course / "nbgrader_config.py").write_text("")
    with course_app(AutogradeApp, course) as app:
        app.coursedir.assignment_id = "gans"
        Autograde(coursedir=app.coursedir, parent=app).start()
    assert total(course) == 0
    messages = [c.outputs[0].evalue for c in autograded(course).cells if _is_graded(c)]
    assert len(messages) == len(TASKS)
    assert all("graded without the course's nbgrader_config.py" in text for text in messages)


def test_feedback_shows_findings_and_no_hidden_text(course, hand_in, graded):
    """The feedback page has marks, findings and notes; no hidden test, no traceback."""
    folder = hand_in("alice", b"generator", {QUESTIONS[0]: "<script>alert(1)</script> done"})
    (folder / "cs231n" / "gan_pytorch (1).py").write_text("x = 1")
    autograde(course, "gans")
    generate_feedback(course, "gans")
    name = ASSIGNMENT.notebook.replace(".ipynb", ".html")
    page = (course / "feedback" / "alice" / "gans" / name).read_text()
    assert "HIDDEN TESTS" not in page and "Traceback (most" not in page and "alert(1)" in page
    assert "<script>alert" not in page and "discriminator_loss" in page
    assert "gan_pytorch (1).py" in page and f"10 of {POINTS + 15:g} points" in page


def test_export_has_the_marks(course, hand_in, graded):
    """`nbgrader export` writes our marks."""
    from nbgrader.apps import ExportApp

    hand_in("alice", b"generator")
    autograde(course, "gans")
    with course_app(ExportApp, course) as app:
        app.start()
    lines = (course / "grades.csv").read_text().splitlines()
    row = dict(zip(lines[0].split(","), lines[1].split(","), strict=True))
    assert (row["student_id"], float(row["score"])) == ("alice", 10)
    assert float(row["max_score"]) == POINTS + 15


def test_exchange_carries_release_and_submission(course, graded, tmp_path, monkeypatch):
    """release_assignment, fetch, submit and collect work, and what is collected is graded."""
    from nbgrader.apps import CollectApp, FetchAssignmentApp, ReleaseAssignmentApp, SubmitApp

    monkeypatch.setenv("USER", "alice")
    exchange, home = tmp_path / "exchange", tmp_path / "home"
    for folder in (exchange, home / ".autograder"):
        folder.mkdir(parents=True)
    exchange.chmod(0o777)
    where = [f"--Exchange.root={exchange}", f"--Exchange.cache={tmp_path / 'cache'}"]
    where += ["--course=gans", "--assignment=gans"]
    with course_app(ReleaseAssignmentApp, course, *where) as app:
        app.start()
    for kind in (FetchAssignmentApp, SubmitApp):
        with course_app(kind, home, *where) as app:
            app.start()
        (home / "gans" / "cs231n" / "gan_pytorch.py").write_bytes(b"discriminator")
    with course_app(CollectApp, course, *where) as app:
        app.start()
    (student,) = (path.name for path in (course / "submitted").iterdir())
    assert autograde(course, "gans") == {} and total(course, student) == 10
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        assert book.find_submission("gans", student).timestamp is not None


STAND_IN = """
import sys
sys.path[:0] = {paths!r}
from helpers.course import FakeGrading
from autograder.nbgrader_bridge import converters
converters.InProcessBackend = FakeGrading().backend
"""


def test_command_in_a_process_of_its_own_gives_the_same_marks(course, hand_in, graded, tmp_path):
    """`nbgrader autograde gans`, run as an instructor does, gives the marks of our command."""
    for name, source in {"alice": b"all", "bob": b"generator", "carol": b"none"}.items():
        hand_in(name, source)
    unreadable(course / "submitted" / "carol" / "gans")
    other = shutil.copytree(course, tmp_path / "other")
    config = other / "nbgrader_config.py"
    stand_in = STAND_IN.format(
        paths=[str(ASSIGNMENT.repository / "tests"), str(ASSIGNMENT.repository)]
    )
    config.write_text(stand_in + config.read_text())
    autograde(course, "gans")
    command = [sys.executable, "-m", "nbgrader", "autograde", "gans"]
    done = subprocess.run(command, cwd=other, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name in ("alice", "bob", "carol"):
        assert marks(other, name) == marks(course, name)


def test_moved_autograder_is_said_and_grades_nothing(course, hand_in, graded):
    """When the autograder is not where it was, nbgrader stops before it touches a mark."""
    hand_in("alice", b"all")
    autograde(course, "gans")
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text().replace(str(ASSIGNMENT.repository), "/nowhere"))
    with pytest.raises(NbgraderError, match="expected the autograder in /nowhere"):
        autograde(course, "gans")
    assert total(course) == POINTS


@pytest.mark.parametrize("text", ["soon", "2026-11-20 25:00", "PST", "\x00", "9" * 400])
def test_bad_timestamp_leaves_the_class_visible_in_formgrader(text, course, hand_in, graded):
    """The student has no time of submission; nbgrader lists all submissions."""
    (hand_in("alice") / "timestamp.txt").write_text(text)
    (hand_in("bob") / "timestamp.txt").write_text("2026-11-20 14:00:00 UTC")
    with course_app(AutogradeApp, course) as app:
        found = NbGraderAPI(app.coursedir, parent=app).get_submissions("gans")
    times = {each["student"]: each["timestamp"] for each in found}
    assert set(times) == {"alice", "bob"} and times["bob"].startswith("2026-11-20T14:00")
