"""The checks in a process of their own, which a student's file may end as it likes."""

import shutil

import pytest

from autograder.release.course import lay_student_folder
from cs231n.checks.subprocess_runner import NoResults, check_in_subprocess
from helpers.course import ASSIGNMENT

WORDS = ("cs231n.gan_pytorch", "gan-checks.npz")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A student's folder; the tests write the module."""
    folder = tmp_path_factory.mktemp("student")
    lay_student_folder(ASSIGNMENT, folder)
    return folder


def write(folder, text: str) -> None:
    (folder / "cs231n" / "gan_pytorch.py").write_text(text)


@pytest.mark.slow
def test_verdicts_are_those_of_the_checks(folder):
    """The solution passes all ten tasks; what a file prints is no part of the result."""
    module = folder / "cs231n" / "gan_pytorch.py"
    shutil.copyfile(ASSIGNMENT.solution, module)
    module.write_text(module.read_text() + "\nprint('[noise]')\n")
    found = check_in_subprocess(folder, *WORDS)
    assert [r.verdict.task for r in found] == [task.name for task in ASSIGNMENT.tasks]
    assert {r.verdict.status for r in found} == {"passed"} and sum(r.points for r in found) == 85


@pytest.mark.slow
def test_a_file_that_stops_at_import_gives_one_verdict(folder):
    """An exception at import is one verdict with the line at fault."""
    write(folder, "import torch\n\nvalue = torch.zeros(2) @ torch.zeros(3)\n")
    [result] = check_in_subprocess(folder, *WORDS)
    verdict = result.verdict
    assert (verdict.task, verdict.status, result.points) == ("sample_noise", "crashed", 5)
    assert "Importing the file failed in line 3" in verdict.findings[0].text
    assert verdict.findings[0].details == ("value = torch.zeros(2) @ torch.zeros(3)",)


def test_a_file_that_ends_the_process_gives_a_reason(folder):
    """An exit at import leaves no verdicts, and the code is told."""
    write(folder, "import os, sys\nprint('last words', file=sys.stderr, flush=True)\nos._exit(7)\n")
    with pytest.raises(NoResults, match="ended with code 7 and no result: last words"):
        check_in_subprocess(folder, *WORDS)


def test_a_loop_is_ended(folder):
    """A file that never ends is stopped when its time is over."""
    write(folder, "while True:\n    pass\n")
    with pytest.raises(NoResults, match="did not finish within 1 s"):
        check_in_subprocess(folder, *WORDS, timeout=1)
