"""A check stops by itself, and everything remains usable after an interrupt."""

import time

import pytest

from cs231n.checks import Checker
from cs231n.checks.time_limit import TimeLimitReached, check_limit, time_limit
from cs231n.engine.reference_data import load_reference_data
from helpers.course import ASSIGNMENT
from helpers.modules import solution_with

LOOPS = {
    "loop": "while True:\n        pass",
    "loop that catches errors": "while True:\n        try:\n            x = 1\n        except "
    "Exception:\n            pass",
    "sleep": "import time\n    time.sleep(1000)",
}


@pytest.mark.parametrize("kind", LOOPS)
def test_check_of_an_endless_function_ends_and_names_the_limit(monkeypatch, kind):
    """The task has timed out, and the other tasks are judged as before."""
    monkeypatch.setenv("GANS_CHECK_LIMIT", "0.5")
    module = solution_with(f"def generator_loss(logits_fake):\n    {LOOPS[kind]}\n")
    check = Checker(module, load_reference_data(ASSIGNMENT.public_checks))
    verdict = check("generator_loss").verdict
    assert verdict.status == "timed_out"
    assert "did not finish within 0.5 s" in verdict.findings[0].text
    monkeypatch.setenv("GANS_CHECK_LIMIT", "60")
    assert check("discriminator_loss").verdict.status == "passed"


def test_interrupt_by_the_user_stays_one():
    """Ctrl-C ends a check as usual."""
    with pytest.raises(KeyboardInterrupt), time_limit(60):
        raise KeyboardInterrupt


def test_time_limit_leaves_quick_code_alone():
    """Nothing is interrupted later."""
    with time_limit(0.05):
        pass
    time.sleep(0.1)
    with pytest.raises(TimeLimitReached), time_limit(0.05):
        time.sleep(5)


@pytest.mark.parametrize("text", ["soon", "-1"])
def test_check_limit_refuses_what_is_no_time(monkeypatch, text):
    """The message names the variable and what it expects."""
    monkeypatch.setenv("GANS_CHECK_LIMIT", text)
    with pytest.raises(ValueError, match=r"GANS_CHECK_LIMIT: expected a number of seconds"):
        check_limit()
