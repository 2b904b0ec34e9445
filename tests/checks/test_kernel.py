"""The result of a check in a notebook: people see the verdict, nbgrader reads the points."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbclient
import nbformat
import pytest
from nbgrader.utils import determine_grade

from autograder.release.course import lay_student_folder
from helpers.course import ASSIGNMENT

SETUP = """from cs231n import gan_pytorch
from cs231n.checks import checker
check = checker(gan_pytorch, "gan-checks.npz")"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A student's folder in which one function is written."""
    folder = tmp_path_factory.mktemp("student")
    lay_student_folder(ASSIGNMENT, folder)
    module = folder / "cs231n" / "gan_pytorch.py"
    body = "    return 0.5 * ((scores_fake - 1) ** 2).mean()\n"
    module.write_text(f"{module.read_text()}\n\ndef ls_generator_loss(scores_fake):\n{body}")
    return folder


@pytest.mark.slow
def test_result_carries_points_beside_the_verdict(folder):
    """The verdict is a display; the result is a number and an empty HTML text."""
    cells = [SETUP, 'check("ls_generator_loss")', 'check("discriminator")', "check"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    client = nbclient.NotebookClient(notebook, resources={"metadata": {"path": str(folder)}})
    client.execute()
    for cell, points in ((notebook.cells[1], "5"), (notebook.cells[2], "0")):
        shown, result = cell.outputs
        assert shown.output_type == "display_data" and result.output_type == "execute_result"
        assert "verdict" in shown.data["text/html"] and "(" in shown.data["text/plain"]
        assert (result.data["text/plain"], result.data["text/html"]) == (points, "")
        maximum = 5 if points == "5" else 10
        cell.metadata.nbgrader = {"grade": True, "solution": False, "points": maximum}
        assert determine_grade(cell) == (float(points), maximum)


@pytest.mark.slow
def test_nbgrader_validate_names_what_does_not_pass(folder, tmp_path):
    """Nine unwritten functions are nine failed cells, and the written one is not among them."""
    place = shutil.copytree(folder, tmp_path / "gans")
    settings = {"GANS_DATA": "sample", "GANS_SHORT": "5", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "validate", ASSIGNMENT.notebook],
        cwd=place, env={**os.environ, **settings}, capture_output=True, text=True,
    )  # fmt: skip
    assert "VALIDATION FAILED ON 9 CELL(S)" in done.stdout, done.stderr
    assert 'check("discriminator")' in done.stdout
    assert 'check("ls_generator_loss")' not in done.stdout
