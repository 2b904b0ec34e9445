"""The release: what students get, and what stays with the instructor."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy
import pytest

from autograder.cli.main import main
from autograder.config import ASSIGNMENTS, REPOSITORY, PartialCredit, load_assignments
from autograder.errors import AssignmentError, ReleaseError
from autograder.gradebook.queries import read_marks
from autograder.release.course import collect_files, lay_student_folder, release, write_student_zip
from autograder.release.leak_check import find_leaks, revealing_lines, unfinished_stubs
from autograder.release.student_notebook import compare_notebooks, with_support
from cs231n.engine.reference_data import load_reference_data
from helpers.course import ASSIGNMENT, autograde, verdicts_for


@pytest.fixture
def top(assignment, tmp_path):
    """The assignment with a top folder of its own, to be spoilt."""
    folder = tmp_path / "top"
    lay_student_folder(assignment, folder)
    for table in ASSIGNMENTS.glob("*/assignment.toml"):
        copy = folder / table.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True)
        shutil.copy(table, copy)
    public = folder / assignment.public_checks.name
    return replace(assignment, repository=folder, public_checks=public)


def tree(folder) -> dict:
    """Path and digest of every file below a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).digest() for p in files}


def test_release_has_the_allowed_files_and_no_other(assignment, released):
    """Students get the files of the allow-list; only the notebook may differ in bytes."""
    folder, allowed = released / "release" / "gans", collect_files(assignment)
    assert sorted(tree(folder)) == list(allowed)
    changed = {name for name, raw in allowed.items() if (folder / name).read_bytes() != raw}
    assert changed <= {assignment.notebook}


@pytest.mark.parametrize("either", load_assignments(), ids=lambda either: either.name)
def test_student_zip_is_small(either, tmp_path):
    """A student downloads less than 8 MB, also on a slow connection."""
    (tmp_path / "files").mkdir()
    lay_student_folder(either, tmp_path / "files")
    write_student_zip(tmp_path / "files", either.name, tmp_path / "student.zip")
    assert 1_000_000 < (tmp_path / "student.zip").stat().st_size < 8_000_000


def test_released_notebook_equals_the_top_one(assignment, released):
    """But for nbgrader's checksums the released notebook is the one at the top, stubs included."""
    folder = released / "release" / "gans"
    assert compare_notebooks(assignment, folder) == []
    assert find_leaks(assignment, folder, collect_files(assignment)) == []
    assert "HIDDEN" not in (folder / assignment.notebook).read_text()


def test_source_holds_hidden_tests_and_stubs(assignment, released):
    """The course directory has a hidden test in every graded cell, and never the solution."""
    notebook = (released / "source" / "gans" / assignment.notebook).read_text()
    assert notebook.count("### BEGIN HIDDEN TESTS") == len(assignment.tasks)
    solution = assignment.solution.read_bytes()
    assert not any(p.read_bytes() == solution for p in released.rglob("*.py"))


@pytest.mark.parametrize("where", ["cell", "order", "metadata", "count"])
def test_difference_of_notebooks_is_found(assignment, released, tmp_path, where):
    """Any change of a cell, of their order or number, or of the notebook's metadata is seen."""
    notebook = json.loads((released / "release" / "gans" / assignment.notebook).read_text())
    if where == "cell":
        notebook["cells"][1]["source"] = "x"
    elif where == "order":
        notebook["cells"].reverse()
    elif where == "metadata":
        notebook["metadata"]["x"] = 1
    else:
        notebook["cells"].pop()
    (tmp_path / assignment.notebook).write_text(json.dumps(notebook))
    assert compare_notebooks(assignment, tmp_path) != []


def test_archive_is_the_same_bytes_twice(assignment, released, tmp_path):
    """The student zip depends on the files only: not on times, order or place."""
    copy = tmp_path / "copy"
    shutil.copytree(released / "release" / "gans", copy)
    for path in copy.rglob("*.py"):
        path.chmod(0o600)
        path.touch()
    write_student_zip(copy, "gans", tmp_path / "again.zip")
    archive = released / "gans-student.zip"
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()
    with zipfile.ZipFile(archive) as file:
        names = [f"gans/{name}" for name in collect_files(assignment)]
        assert file.namelist() == sorted(names) and file.testzip() is None


@pytest.mark.parametrize("assignment", load_assignments(), ids=lambda a: a.name)
def test_students_get_their_own_readme(assignment, tmp_path):
    """It names their files, speaks of no instructor, and every link in the zip leads to a file."""
    lay_student_folder(assignment, tmp_path)
    text = (tmp_path / "README.md").read_text()
    assert text.startswith(f"# {assignment.title}\n") and assignment.notebook in text
    assert f"cs231n/{assignment.module}.py" in text and assignment.tasks[0].name in text
    assert not re.search(r"[{}]|instructor|autograder|nbgrader", text)
    pages = [*tmp_path.rglob("*.md")]
    for page in pages:
        for link in re.findall(r"\]\(([^)]+)\)", page.read_text()):
            assert re.match(r"https?://", link) or (page.parent / link).is_file(), (page, link)
    assert len(pages) >= 2


def test_course_of_an_earlier_version_is_one_line(assignment, course, hand_in, capsys):
    """Our commands and nbgrader refuse its configuration with the command that renews it."""
    hand_in("alice", b"all")
    path = course / "nbgrader_config.py"
    old = path.read_text().replace("nbgrader_bridge.plugin", "nbgrader_plugin")
    path.write_text(old.replace('"nbgrader_bridge" / "plugin.py"', '"nbgrader_plugin.py"'))
    assert main(["grade", str(course)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if "earlier version" in line and "release" in line]
    assert not [line for line in lines if "Traceback" in line]
    command = [sys.executable, "-m", "nbgrader", "autograde", "gans"]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True)
    assert done.returncode != 0 and "Traceback" not in done.stderr
    assert "run `python -m autograder release COURSE` again" in done.stderr
    release(assignment, course)
    assert "nbgrader_bridge.plugin" in path.read_text()
    assert (course / "submitted" / "alice").is_dir()


def test_release_ships_the_values_of_the_table(assignment, tmp_path):
    """Partial credit of the table reaches students, though the stored file has another value."""
    credit = PartialCredit({**assignment.partial_credit.fractions, "wrong_shape": 0.25})
    lay_student_folder(replace(assignment, partial_credit=credit), tmp_path)
    shipped = load_reference_data(tmp_path / assignment.public_checks.name)
    assert shipped.partial_credit["wrong_shape"] == 0.25


def test_foreign_directory_is_refused(assignment, tmp_path):
    """A folder with other things in it, or a file, is refused and left as it was."""
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ReleaseError, match="expected a new or empty folder"):
        release(assignment, tmp_path)
    with pytest.raises(ReleaseError, match="expected a folder; found a file"):
        release(assignment, tmp_path / "thesis.txt")
    assert tree(tmp_path).keys() == {"thesis.txt"}


def test_second_release_keeps_marks_and_submissions(assignment, course, hand_in, graded):
    """Releasing again keeps submissions, marks, verdicts and the instructor's own options."""
    hand_in("alice", b"generator")
    autograde(course, "gans")
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.Exchange.root = '/exchange'\n")
    before = tree(course / "submitted") | tree(course / ".autograder" / "verdicts" / "gans")
    marks = read_marks(f"sqlite:///{course}/gradebook.db", "gans")
    made = release(assignment, course)
    assert made.kept == ("kept submitted: 1 students", "kept autograded: 1 students",
                         "kept gradebook.db")  # fmt: skip
    assert tree(course / "submitted") | tree(course / ".autograder" / "verdicts" / "gans") == before
    assert read_marks(f"sqlite:///{course}/gradebook.db", "gans") == marks
    assert config.read_text().endswith("install(c)\nc.Exchange.root = '/exchange'\n")
    autograde(course, "gans")
    assert graded == ["alice"]


def test_failed_release_leaves_the_old_one(top, course, monkeypatch):
    """When a check objects, the course has the release that it had."""
    before = tree(course / "release") | tree(course / "source")
    (top.repository / "cs231n" / "layers.py").write_text(ASSIGNMENT.solution.read_text())
    with pytest.raises(ReleaseError, match="a line of the solution"):
        release(top, course)
    assert tree(course / "release") | tree(course / "source") == before


def test_removed_task_is_refused_once_there_are_marks(top, course, hand_in, graded, monkeypatch):
    """nbgrader's refusal to drop a cell with marks is one line, and nothing is lost."""
    hand_in("alice", b"all")
    autograde(course, "gans")
    path = top.repository / top.notebook
    notebook = json.loads(path.read_text())
    gone = top.tasks[-1].name
    notebook["cells"] = [
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") != gone
    ]
    path.write_text(json.dumps(notebook))
    table = top.repository / "assignments" / "gans" / "assignment.toml"
    table.write_text(table.read_text().rpartition("[[tasks]]")[0])
    before = tree(course / "release")
    with pytest.raises(ReleaseError, match="Cannot add or remove cells") as error:
        release(replace(top, tasks=top.tasks[:-1]), course)
    assert "\n" not in str(error.value) and tree(course / "release") == before


def test_missing_npz_names_the_command(top, tmp_path):
    """A missing file that ships is one line, with the command that writes it."""
    (top.repository / "gan-checks.npz").unlink()
    with pytest.raises(AssignmentError, match=r"gan-checks.npz: not found.*autograder references"):
        release(top, tmp_path / "course")


def test_points_must_agree(top, tmp_path):
    """Points in the notebook other than those of assignment.toml are refused."""
    other = replace(top, tasks=(replace(top.tasks[0], points=99), *top.tasks[1:]))
    with pytest.raises(
        ReleaseError,
        match=r"sample_noise: 99 points in assignment.toml, 5 in GANs-PyTorch.ipynb; make",
    ):
        release(other, tmp_path / "course")


def test_support_address_is_filled_in(assignment, released, tmp_path, monkeypatch):
    """--support-url changes that one line, and the comparison knows it."""
    address = "https://example.org/gans-student.zip"
    top = json.loads(with_support(assignment.repository / assignment.notebook, address))
    (tmp_path / assignment.notebook).write_text(json.dumps(top))
    assert compare_notebooks(assignment, tmp_path, address) == []
    assert len(compare_notebooks(assignment, tmp_path)) == 1
    for bad in ("gans.zip", 'https://x"; import os', "https://x\n"):
        with pytest.raises(ReleaseError, match="--support-url"):
            compare_notebooks(assignment, tmp_path, bad)


@pytest.mark.parametrize(
    "leak", ["solution", "line", "guide", "foreign", "array", "number", "hidden"]
)
def test_leaks_are_found(top, tmp_path, leak):
    """A solution, a line of it, a foreign file or a hidden value in the release is reported."""
    hidden = numpy.random.RandomState(0).rand(9)
    numpy.savez(tmp_path / "hidden.npz", values=hidden)
    files, module = collect_files(top), top.repository / "cs231n" / "layers.py"
    top = replace(top, hidden_checks=tmp_path / "hidden.npz")
    shutil.rmtree(top.repository / "assignments")
    assert find_leaks(top, top.repository, files) == []
    if leak == "solution":
        shutil.copy(top.solution, top.repository / "cs231n" / "gan_pytorch.py")
    elif leak == "line":
        line = "return 0.5 * (scores_fake - 1).square().mean()"
        module.write_text(module.read_text() + f"# {line}\n")
    elif leak == "guide":
        guide = (ASSIGNMENT.folder / "grading_guide.md").read_text("utf-8")
        line = next(row for row in guide.splitlines() if row.startswith("$\\min_x"))
        notebook = top.repository / top.notebook
        cells = json.loads(notebook.read_text("utf-8"))
        cells["cells"][0]["source"] = f"Model answer: {line}"
        notebook.write_text(json.dumps(cells), "utf-8")
    elif leak == "foreign":
        (top.repository / "cs231n" / ".notes").write_text("")
    elif leak == "array":
        numpy.savez_compressed(top.repository / "gan-checks.npz", other=hidden)
    elif leak == "number":
        module.write_text(f"{module.read_text()}\nX = {float(hidden[0])!r}\n")
    else:
        module.write_text(module.read_text() + "### BEGIN HIDDEN TESTS\n")
    assert find_leaks(top, top.repository, files) != []


def test_every_function_of_the_solution_has_revealing_lines(assignment):
    """The search for leaks knows at least one line of each task."""
    lines, solution = revealing_lines(assignment), assignment.solution.read_text()
    parts = solution.split("\ndef ")
    for task in assignment.tasks:
        (part,) = (part for part in parts if part.startswith(f"{task.name}("))
        assert any(line in part for line in lines), task.name


def test_finished_stub_is_found(assignment, tmp_path):
    """A stub that does more than raise is named."""
    path = tmp_path / "gan_pytorch.py"
    shutil.copy(assignment.solution, path)
    assert len(unfinished_stubs(path, assignment)) == len(assignment.tasks)
    shutil.copy(assignment.stub, path)
    assert unfinished_stubs(path, assignment) == []


def test_stub_overwritten_by_the_solution_is_not_graded(course, hand_in, graded):
    """What is graded is the student's own module, and nbgrader's copy of it stays the student's."""
    seen = []

    def grade_source(assignment, source, key, refused=None, worker=None):
        seen.append(source)
        return verdicts_for({})

    graded.grade = grade_source
    hand_in("alice", b"mine = 1\n")
    (course / "source" / "gans" / "cs231n" / "gan_pytorch.py").write_text("solution = 1\n")
    autograde(course, "gans")
    assert seen == [b"mine = 1\n"]
    copied = course / "autograded" / "alice" / "gans" / "cs231n" / "gan_pytorch.py"
    assert copied.read_bytes() == b"mine = 1\n"


def test_student_folder_keeps_what_is_there(assignment, tmp_path):
    """Laying the student folder again writes what is missing and keeps a student's work."""
    first = lay_student_folder(assignment, tmp_path)
    work = tmp_path / "cs231n" / "gan_pytorch.py"
    work.write_text("mine")
    (tmp_path / "requirements.txt").unlink()
    assert lay_student_folder(assignment, tmp_path) == (1, first[0] - 1)
    assert work.read_text() == "mine"
