"""The zip for Gradescope, run in a tree like that of its container."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.config import Assignment, load_assignments
from autograder.errors import AssignmentError
from autograder.gradescope import build_zip
from autograder.gradescope import run as gradescope_run
from autograder.gradescope.build_zip import write_autograder_zip
from autograder.gradescope.run import (
    Parts,
    find_runner,
    grade_upload,
    key_of,
    read_upload,
    results_of,
)
from autograder.grading.grade_submission import grade_source
from autograder.release.course import lay_student_folder
from autograder.sandbox import Outcome, Run, Sandbox
from helpers.course import ASSIGNMENT, edit_cells, verdicts_for
from helpers.sandboxes import require_kernel

SOLUTION = ASSIGNMENT.solution.read_bytes()
LIMITS = "\n[limits]\ncpu_s = 3\n[gradescope]\nresident_mib = 2048\n"  # PyTorch with CUDA is large
HOSTILE = b"""
import os, pathlib, socket
HERE = pathlib.Path({root!r})
def attempts():
    yield lambda: (HERE / "source/assignments/gans/hidden-checks.npz").read_bytes()
    yield lambda: os.listdir(HERE / "source")
    yield lambda: os.listdir(HERE / "results")
    yield lambda: (HERE / "results/results.json").write_text("{{}}")
    yield lambda: os.rename(HERE / "results", HERE / "other")
    yield lambda: pathlib.Path(f"/proc/{{os.getppid()}}/environ").read_bytes()
    yield lambda: os.setuid(0)
    yield lambda: socket.socket()
    yield os.fork
def through():
    number = 0
    for attempt in attempts():
        try:
            attempt()
            number += 1
        except OSError:
            pass
    return number
GOT_THROUGH = through()
def generator_loss(logits_fake):
    assert GOT_THROUGH == 0, f"{{GOT_THROUGH}} attempts got through"
    return bce_loss(logits_fake, torch.ones_like(logits_fake))
def get_optimizer(model):
    while True:
        pass
def ls_generator_loss(scores_fake):
    return scores_fake.mean()
"""


def unpacked_zip(assignment: Assignment) -> Path:
    """Return a tree like /autograder after its image was built, which other users may enter."""
    root = Path(tempfile.mkdtemp(prefix="gradescope-", dir="/var/tmp"))
    root.chmod(0o755)
    write_autograder_zip(assignment, root / "autograder.zip")
    with zipfile.ZipFile(root / "autograder.zip") as archive:
        archive.extractall(root / "source")
    shutil.copy(root / "source" / "run_autograder", root)
    (root / "submission").mkdir()
    table = root / "source" / assignment.table.relative_to(assignment.repository)
    text = re.sub(r"\n\[(limits|gradescope)\][^\[]*", "\n", table.read_text())
    head, _, tasks = text.partition("[[tasks]]")
    table.write_text(f"{head}{LIMITS}\n[[tasks]]{tasks}")
    return root


@pytest.fixture
def tree():
    """A tree of the first assignment."""
    root = unpacked_zip(ASSIGNMENT)
    yield root
    shutil.rmtree(root)


def run(root: Path, *before: str, **environment: str) -> subprocess.CompletedProcess:
    """Run the tree's run_autograder."""
    variables = {**os.environ, "GRADESCOPE_ROOT": str(root), **environment}
    command = [*before, "bash", str(root / "run_autograder")]
    return subprocess.run(command, env=variables, capture_output=True, text=True)


def results(root: Path) -> dict:
    """What Gradescope would read."""
    return json.loads((root / "results" / "results.json").read_text())


def hostile(root: Path) -> bytes:
    """The solution with tasks that attack, hang and are wrong."""
    return SOLUTION + HOSTILE.decode().format(root=str(root)).encode()


def as_graded(source: bytes) -> list[float]:
    """The marks that `grade` gives to the same file."""
    assignment = replace(ASSIGNMENT, limits=replace(ASSIGNMENT.limits, cpu_s=3))
    with Sandbox() as sandbox:
        graded = grade_source(assignment, source, "gradescope", worker=sandbox.run)
    points = zip(graded.verdicts, ASSIGNMENT.tasks, strict=True)
    return [verdict.points(task.points) for verdict, task in points]


def marks(found: dict) -> list[float]:
    """The marks in results.json."""
    return [test["score"] for test in found["tests"]]


@pytest.mark.slow
def test_marks_equal_those_of_grade_in_a_sandbox(tree):
    """With bubblewrap in the container, marks are those of `grade`, and a task that hangs costs
    only itself."""
    require_kernel(nested=False)
    (tree / "submission" / "cs231n").mkdir()
    (tree / "submission" / "cs231n" / "gan_pytorch.py").write_bytes(hostile(tree))
    done = run(tree, GRADESCOPE_PYTHON=sys.executable)
    assert done.returncode == 0, done.stderr
    assert "isolated by a bubblewrap sandbox" in done.stdout
    found = results(tree)
    assert marks(found) == as_graded(hostile(tree)) and found["score"] == 75
    assert [t["name"] for t in found["tests"] if t["score"] == 0] == [
        "get_optimizer", "ls_generator_loss",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("assignment", load_assignments()[1:], ids=lambda each: each.name)
def test_zip_of_every_other_assignment_grades_its_solution(assignment):
    """The zip of an assignment without limits of its own for Gradescope grades its submissions."""
    require_kernel(nested=False)
    root = unpacked_zip(assignment)
    try:
        shutil.copy(assignment.solution, root / "submission")
        done = run(root, GRADESCOPE_PYTHON=sys.executable)
        assert done.returncode == 0, done.stderr
        assert results(root)["score"] == sum(task.points for task in assignment.tasks)
    finally:
        shutil.rmtree(root)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, as in Gradescope's container")
def test_other_user_keeps_what_is_hidden(tree, readable_python):
    """Without namespaces, student code runs as another user, that reads and writes nothing of ours;
    the marks are the same."""
    (tree / "submission" / "gan_pytorch.py").write_bytes(hostile(tree))
    wrapper = Path(__file__).parents[1] / "helpers" / "without_namespaces.py"
    packages = sysconfig.get_path("purelib")
    done = run(tree, sys.executable, str(wrapper), PYTHONPATH=packages,
               GRADESCOPE_PYTHON=str(readable_python))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "isolated by an unprivileged user" in done.stdout
    found = results(tree)
    assert marks(found) == as_graded(hostile(tree)) and found["score"] == 75
    assert (tree / "results").stat().st_mode & 0o077 == 0
    assert sorted(os.listdir(tree / "results")) == ["results.json"]
    assert not list(Path("/var/tmp").glob("worker-*"))


@pytest.fixture
def readable_python():
    """An interpreter that other users may start; a copy where this one lies in a closed folder."""
    real = Path(os.path.realpath(sys.executable))
    if all(folder.stat().st_mode & 0o001 for folder in real.parents):
        yield real
        return
    copy = Path(tempfile.mkdtemp(prefix="python-", dir="/var/tmp"))
    copy.chmod(0o755)
    name, library = real.name, Path(os.__file__).parent
    (copy / "bin").mkdir()
    shutil.copy(real, copy / "bin")
    for shared in real.parent.parent.glob("lib/libpython*"):
        (copy / "lib").mkdir(exist_ok=True)
        shutil.copy(shared, copy / "lib")
    left_out = shutil.ignore_patterns("site-packages", "test", "idlelib", "ensurepip", "config-*")
    shutil.copytree(library, copy / "lib" / library.name, ignore=left_out)
    yield copy / "bin" / name
    shutil.rmtree(copy)


def test_readable_secrets_mean_no_grading(tree, monkeypatch):
    """Where the self-test can read what is hidden, nothing is graded and nobody gets a zero."""

    class Open:
        def run(self, job, source):
            found = {"0": ({}, {"value": [10.0], "gradient/0": [2.0, 6.0]})}
            return Run(found, Outcome.DONE, "", "")

        def close(self):
            pass

    monkeypatch.setattr(gradescope_run, "LEVELS", {Open: "an open door"})
    with pytest.raises(AssignmentError, match="must be closed"):
        find_runner()
    with pytest.raises(AssignmentError, match="nothing was graded"):
        grade_upload(tree, ASSIGNMENT)
    assert not (tree / "results" / "results.json").exists()


def test_results_are_there_before_any_code_runs(tree, monkeypatch):
    """A run that is cut off leaves a valid file that says so, not a traceback."""

    class CutOff:
        def run(self, job, source):
            raise KeyboardInterrupt

        def close(self):
            pass

    monkeypatch.setattr(gradescope_run, "find_runner", CutOff)
    (tree / "submission" / "gan_pytorch.py").write_bytes(SOLUTION)
    with pytest.raises(KeyboardInterrupt):
        grade_upload(tree, ASSIGNMENT)
    found = results(tree)
    assert found["tests"] == [] and found["score"] == 0 and "not a mark" in found["output"]


def test_results_follow_gradescopes_form(tmp_path):
    """Every test has name, marks, status, output and visibility; parts of marks count; texts that
    students wrote are shown as text."""
    graded = verdicts_for({"generator": 0.5, "sample_noise": 1.0})
    upload = Parts(b"", None, {"inline-question-1": "x"}, ("2 files gan_pytorch.py.",))
    found = results_of(ASSIGNMENT, upload, graded, "a sandbox")
    assert json.loads(json.dumps(found)) == found
    assert found["score"] == 10 == sum(marks(found))
    assert found["stdout_visibility"] == "hidden" and found["output_format"] == "text"
    assert "graded by hand" in found["output"] and "Answers found: 1 of 3" in found["output"]
    assert "2 files" in found["output"]
    for task, test in zip(ASSIGNMENT.tasks, found["tests"], strict=True):
        assert (test["name"], test["max_score"]) == (task.name, task.points)
        assert test["status"] == ("passed" if test["score"] == task.points else "failed")
        assert test["output_format"] == "text" and test["visibility"] == "visible"
        assert task.name in test["output"]


@pytest.mark.parametrize("assignment", load_assignments(), ids=lambda each: each.name)
def test_zip_contains_one_assignment_and_no_authoring_code(assignment, tmp_path):
    """Scripts are executable; there is no solution, mistake or other assignment; bytes repeat."""
    for name in ("a.zip", "b.zip"):
        write_autograder_zip(assignment, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
        for script in ("setup.sh", "run_autograder"):
            assert archive.getinfo(script).external_attr >> 16 == 0o100755
            archive.extract(script, tmp_path)
            assert subprocess.run(["bash", "-n", tmp_path / script]).returncode == 0
        contents = {name: archive.read(name) for name in names}
    stub = assignment.stub.read_bytes()
    lines = [line.strip() for line in assignment.solution.read_bytes().splitlines()]
    secret = {line for line in lines if len(line) > 30 and line not in stub}
    assert len(secret) > 10
    for content in contents.values():
        assert sum(line in content for line in secret) < len(secret) / 2
    folder = assignment.folder.relative_to(assignment.repository).as_posix()
    data = {f"{folder}/assignment.toml", f"{folder}/hidden-checks.npz"}
    assert {name for name in names if name.startswith("assignments/")} == data
    packages = {Path(name).parts[1] for name in names if name.startswith("autograder/")}
    packages = {name for name in packages if not name.endswith(".py")}
    assert packages == {"gradescope", "grading", "sandbox", "submission"}


def test_scripts_have_linux_line_ends_whatever_the_checkout(tmp_path, monkeypatch):
    """A checkout with CRLF still gives scripts that bash can run."""
    shutil.copytree(build_zip.CONTAINER, tmp_path / "container")
    for script in (tmp_path / "container").iterdir():
        script.write_bytes(script.read_bytes().replace(b"\n", b"\r\n"))
    monkeypatch.setattr(build_zip, "CONTAINER", tmp_path / "container")
    files = build_zip.zip_files(ASSIGNMENT)
    for script in ("setup.sh", "run_autograder"):
        assert b"\r" not in files[script] and files[script].count(b"\n") > 5


def test_container_installs_every_package_that_its_code_imports():
    """What the zip's code imports as it starts is a dependency or in the extra "container"."""
    project = tomllib.loads((ASSIGNMENT.repository / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["container"]]
    declared = {re.match(r"[\w.-]+", line).group().lower() for line in lines}
    imported = set()
    for name, file in build_zip.zip_files(ASSIGNMENT).items():
        if name.endswith(".py") and isinstance(file, Path):
            for node in ast.parse(file.read_text()).body:
                if isinstance(node, ast.Import):
                    imported |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    imported.add(node.module.partition(".")[0])
    packages = imported - sys.stdlib_module_names - {"autograder", "cs231n"}
    assert {{"PIL": "pillow"}.get(package, package) for package in packages} <= declared
    assert "--extra container" in (build_zip.CONTAINER / "setup.sh").read_text()


def lay(folder: Path, **files: bytes) -> Path:
    """A folder with these files; `__` in a name is a slash, `_py` its ending."""
    for name, data in files.items():
        path = folder / f"{name.removesuffix('_py').replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.mark.parametrize(
    ("files", "source", "said"),
    [
        ({"gan_pytorch_py": b"top"}, b"top", ""),
        ({"cs231n__gan_pytorch_py": b"inside"}, b"inside", ""),
        ({"gans__cs231n__gan_pytorch_py": b"deep"}, b"deep", ""),
        (
            {"gan_pytorch_py": b"top", "cs231n__gan_pytorch_py": b"inside"},
            b"inside",
            "also found gan_pytorch.py, which differs",
        ),
        ({"gan_pytorch_py": b" \n"}, None, "is empty"),
        ({"other_py": b"x"}, None, "no file named gan_pytorch.py"),
    ],
)
def test_module_is_found_where_students_put_it(tmp_path, files, source, said):
    """At the top, in cs231n/ or deeper; what is missing is said in a sentence."""
    found = read_upload(lay(tmp_path, **files), ASSIGNMENT)
    assert found.source == source
    assert said in " ".join([*found.notes, found.refused or ""])


def test_links_are_not_followed(tmp_path):
    """A link to the references instead of a file is refused."""
    (tmp_path / "gan_pytorch.py").symlink_to(ASSIGNMENT.hidden_checks)
    found = read_upload(tmp_path, ASSIGNMENT)
    assert found.source is None and "is a link" in found.refused


def test_answers_are_counted(tmp_path):
    """Answers are read from the notebook, under whatever name."""
    lay_student_folder(ASSIGNMENT, tmp_path)
    edit_cells(tmp_path, {"inline-question-2": "It cycles."})
    (tmp_path / ASSIGNMENT.notebook).rename(tmp_path / "mine (1).ipynb")
    found = read_upload(tmp_path, ASSIGNMENT)
    assert found.answers == {"inline-question-2": "It cycles."}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"users": 3}', '{"users": [{}]}'])
def test_key_needs_no_metadata(tmp_path, text):
    """Hidden cases are drawn by the submitters' addresses, and without them all the same."""
    assert key_of(tmp_path) == "gradescope"
    (tmp_path / "submission_metadata.json").write_text(text)
    assert key_of(tmp_path) == "gradescope"
    users = [{"email": "b@x.org"}, {"email": "a@x.org"}]
    (tmp_path / "submission_metadata.json").write_text(json.dumps({"users": users}))
    assert key_of(tmp_path) == "a@x.org,b@x.org"
