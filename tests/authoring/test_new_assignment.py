"""docs/new-assignment.md, followed word for word: from an empty folder to graded."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import zipfile

import nbformat
import pytest

from autograder.authoring.matrix import compute
from autograder.authoring.references import write_references
from autograder.config import REPOSITORY, load_assignment
from autograder.gradescope.build_zip import write_autograder_zip
from autograder.release.leak_check import unfinished_stubs
from autograder.sandbox import bubblewrap
from cs231n import checks
from cs231n.engine.loading.load_source import load_source
from cs231n.engine.reference_data import load_reference_data
from cs231n.submit.preflight import Handin, find_handins


def block(text: str, start: str) -> str:
    """The indented block of the page that holds a line which starts so."""
    blocks = re.findall(r"(?:^(?: {4}.*)?\n)+", text, re.MULTILINE)
    (found,) = [b for b in blocks if re.search(rf"^ {{4}}{re.escape(start)}", b, re.MULTILINE)]
    return textwrap.dedent(found).strip() + "\n"


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    """The page's assignment, with its references written."""
    text = (REPOSITORY / "docs" / "new-assignment.md").read_text("utf-8")
    top = tmp_path_factory.mktemp("top")
    folder = top / "assignments" / "pictures"
    stub = block(text, "def brighten(size_in: int")
    body = "return nn.Sequential(nn.Linear(size_in, size_out), nn.ReLU())"
    solution = stub.replace("raise NotImplementedError", body)
    files = {
        top / "cs231n" / "pictures.py": stub,
        folder / "assignment.toml": block(text, 'name = "pictures"'),
        folder / "solution" / "pictures.py": solution,
        folder / "mistakes" / "brighten" / "no_relu.py": block(text, "Loses: brighten 10"),
    }
    shared = ("autograder", "cs231n", "pyproject.toml", "requirements.txt")
    subprocess.run(["cp", "-r", *(str(REPOSITORY / name) for name in shared), top], check=True)
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    cell = nbformat.v4.new_code_cell('check("brighten")')
    cell.metadata["nbgrader"] = {"grade": True, "grade_id": "brighten", "points": 10}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), top / "Pictures.ipynb")
    found = load_assignment(folder, top)
    write_references(found)
    return found


def test_the_page_gives_a_whole_assignment(assignment):
    """Its table is read, its stub is unwritten, its one mistake costs what it says."""
    assert unfinished_stubs(assignment.stub, assignment) == []
    matrix = compute(assignment)
    assert matrix.wrong == [] and matrix.unexplained == []
    assert matrix.mistakes[0].lost == {"brighten": 10}


def test_a_student_can_check_the_pages_task(assignment):
    """Stub and solution get what they should from the file that would ship."""
    answers = load_reference_data(assignment.public_checks)
    assert answers.module == "cs231n.pictures"
    statuses = []
    for path in (assignment.stub, assignment.solution):
        module = load_source(path.read_bytes(), "cs231n", "pictures", str(path))
        check = checks.Checker(module, answers)
        statuses.append(check("brighten").verdict.status)
        assert repr(check.hint("brighten")).startswith("Hint 1 of 3: Which number")
    assert statuses == ["not_attempted", "passed"]


def test_a_student_can_hand_in_the_pages_assignment(assignment):
    """The file that would ship says what is handed in; no list of assignments is kept elsewhere."""
    assert find_handins(assignment.repository) == ([
        Handin("pictures", "Pictures.ipynb", "cs231n/pictures.py", "pictures-checks.npz", ())
    ], [])  # fmt: skip


def test_the_pages_assignment_has_every_limit(assignment):
    """The page names no limit, and none is missing, in Gradescope's container either."""
    assert assignment.limits.case_cpu_s == 10
    assert assignment.gradescope.limits(assignment.limits).total_s == 420


@pytest.mark.slow
@pytest.mark.skipif(bubblewrap.program() is None, reason="needs bubblewrap")
def test_gradescopes_zip_grades_the_pages_assignment(assignment, tmp_path):
    """The zip of the page's assignment grades its solution with all points."""
    write_autograder_zip(assignment, tmp_path / "autograder.zip")
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        archive.extractall(tmp_path / "source")
    with (tmp_path / "source" / "assignments" / "pictures" / "assignment.toml").open("a") as table:
        table.write("[gradescope]\nresident_mib = 2048\n")  # PyTorch with CUDA needs more
    (tmp_path / "submission").mkdir()
    shutil.copy(assignment.solution, tmp_path / "submission")
    variables = {"GRADESCOPE_ROOT": str(tmp_path), "GRADESCOPE_PYTHON": sys.executable}
    script = tmp_path / "source" / "run_autograder"
    subprocess.run(["bash", script], env={**os.environ, **variables}, check=True)
    results = json.loads((tmp_path / "results" / "results.json").read_text())
    assert results["score"] == 10
