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
def test_line_that_fails_at_import_is_a_remark(folder):
    """The functions around it are checked, and the remark has the line at fault."""
    solution = ASSIGNMENT.solution.read_text("utf-8")
    write(folder, f"import torch\nvalue = torch.zeros(2) @ torch.zeros(3)\n{solution}")
    found = check_in_subprocess(folder, *WORDS)
    assert {result.verdict.status for result in found} == {"passed"}
    [remark] = found[0].verdict.findings
    assert remark.remark and "Line 2 failed while the file was imported" in remark.text
    assert remark.details == ("value = torch.zeros(2) @ torch.zeros(3)",)


@pytest.mark.slow
def test_endless_function_is_named(folder, monkeypatch):
    """Its task has timed out, and the others are checked."""
    monkeypatch.setenv("GANS_CHECK_LIMIT", "15")
    loop = "def generator_loss(logits_fake):\n    while True:\n        pass\n"
    write(folder, f"{ASSIGNMENT.solution.read_text('utf-8')}\n\n{loop}")
    status = {r.verdict.task: r.verdict.status for r in check_in_subprocess(folder, *WORDS)}
    assert status.pop("generator_loss") == "timed_out"
    assert set(status.values()) == {"passed"}


@pytest.mark.slow
def test_task_that_ends_the_process_is_named(folder):
    """An exit inside a function names the task that was being checked."""
    loop = "def generator_loss(logits_fake):\n    import os\n    os._exit(3)\n"
    write(folder, f"{ASSIGNMENT.solution.read_text('utf-8')}\n\n{loop}")
    with pytest.raises(NoResults, match="ended with code 3 and no result, in generator_loss"):
        check_in_subprocess(folder, *WORDS)


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
