"""Output in an encoding that lacks our signs never ends a command."""

import subprocess
import sys

import pytest

from autograder.release.course import lay_student_folder
from helpers.course import ASSIGNMENT

COMMANDS = {
    "checks": ["-m", "cs231n.checks", "sample_noise"],
    "submit": ["-m", "cs231n.submit"],
    "training": ["-m", "cs231n.training", "--help"],
}


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "gbk", "ascii"])
@pytest.mark.parametrize("name", COMMANDS)
def test_command_prints_in_any_encoding(tmp_path, name, encoding):
    """No UnicodeEncodeError, and submit says where the zip is."""
    lay_student_folder(ASSIGNMENT, tmp_path)
    done = subprocess.run(
        [sys.executable, *COMMANDS[name]],
        cwd=tmp_path, env={"PYTHONIOENCODING": encoding, "OMP_NUM_THREADS": "1"},
        capture_output=True,
    )  # fmt: skip
    assert b"Error" not in done.stderr, done.stderr
    assert done.returncode in (0, 1)
    assert name != "submit" or b"gans-submission-" in done.stdout


def test_instructor_command_prints_in_any_encoding():
    """An error that names a student with an accent is one line, not a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "--course", "/nowhere/é✓"],
        env={"PYTHONIOENCODING": "ascii"}, capture_output=True,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr and done.returncode in (1, 2)
