"""A security test fails if the sandbox does not start; only a missing bubblewrap skips it."""

import os
import subprocess
import sys

import pytest

from helpers.course import ASSIGNMENT
from helpers.sandboxes import REQUIRED, require_kernel

BROKEN = """
import sys, pytest
from autograder.sandbox import bubblewrap
real = bubblewrap.command
bubblewrap.command = lambda call: ["false"] if {word!r} in call else real(call)
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]]))
"""
NO_BWRAP = """
import sys, pytest, shutil
shutil.which = lambda name, *rest: None
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]]))
"""
SECURITY_TESTS = (
    "tests/sandbox/test_attacks.py::test_nothing_is_left_for_a_second_visit",
    "tests/sandbox/test_sandbox.py::test_a_fresh_sandbox_and_the_zygote_return_the_same",
    "tests/sandbox/test_zygote.py::test_two_sandboxes_share_a_zygote",
)


def run_tests(code: str, required: str = "") -> subprocess.CompletedProcess:
    """Run some security tests in a process that first runs `code`."""
    command = [sys.executable, "-c", code, *SECURITY_TESTS]
    environment = {**os.environ, REQUIRED: required}
    return subprocess.run(
        command, cwd=ASSIGNMENT.repository, env=environment, capture_output=True, text=True
    )


@pytest.mark.slow
@pytest.mark.parametrize("word", ["zygote", "("])
def test_security_tests_fail_if_the_sandbox_is_broken(word):
    """With a zygote that does not start, or no sandbox at all, no security test is skipped."""
    require_kernel()
    done = run_tests(BROKEN.format(word=word))
    assert done.returncode == 1, done.stdout
    assert " passed" not in done.stdout and " skipped" not in done.stdout, done.stdout


@pytest.mark.slow
def test_security_tests_are_skipped_without_bubblewrap():
    """The end of the output says so in a prominent line; where they are required, they fail."""
    skipped = run_tests(NO_BWRAP)
    assert skipped.returncode == 0, skipped.stdout
    assert "WARNING: 3 security tests did not run" in skipped.stdout
    required = run_tests(NO_BWRAP, required="1")
    assert required.returncode == 1 and " skipped" not in required.stdout, required.stdout
