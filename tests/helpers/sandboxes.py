"""Decide by asking the kernel, not the code under test, whether security tests can run here."""

import os
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache

import psutil
import pytest

from autograder.sandbox import Level, Sandbox

REQUIRED = "AUTOGRADER_REQUIRE_SANDBOX"  # set by .ci/run: a missing sandbox is a failure
SKIPPED = "security test not run"  # conftest.py counts the skips with this prefix
UNSHARE = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare({flags:#x}) != 0)"
NEW_USER_AND_PROCESSES = 0x3000_0000


@cache
def why_no_sandbox(nested: bool) -> str:
    """Return why this machine cannot run bubblewrap; empty if it can.

    Args:
        nested: whether a process inside must also create namespaces, as the zygote's children do.
    """
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return "bubblewrap is not installed"
    command = [bwrap, "--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc"]
    text = UNSHARE.format(flags=NEW_USER_AND_PROCESSES if nested else 0)
    done = subprocess.run(
        [*command, sys.executable, "-I", "-S", "-c", text], capture_output=True, text=True
    )
    if not done.returncode:
        return ""
    reason = done.stderr.strip() or "no namespaces in a sandbox"
    return f"the kernel refuses bubblewrap: {reason.splitlines()[-1]}"


def require_kernel(nested: bool = True) -> None:
    """Skip a security test only where the kernel or bubblewrap is missing; fail in .ci/run."""
    reason = why_no_sandbox(nested)
    if reason and os.environ.get(REQUIRED, "") not in ("", "0"):
        pytest.fail(f"{REQUIRED} is set, and {reason}")
    if reason:
        pytest.skip(f"{SKIPPED}: {reason}")


def open_sandbox(level: Level) -> Sandbox:
    """Return a sandbox of a level whose self-test passes.

    A sandbox that does not start on a machine that can run one is a failure, never a skip.
    """
    require_kernel(nested=level is Level.ZYGOTE)
    sandbox = Sandbox(level)
    failure = sandbox.failure(level)
    if failure:
        sandbox.close()
        pytest.fail(f"the sandbox does not work: {failure}")
    return sandbox


def descendants(pid: int) -> set[int]:
    """Return the ids of the processes below a process that have not ended."""
    found = set()
    for child in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has ended in the meantime
            if child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
                found.add(child.pid)
    return found


def is_soon(condition) -> bool:
    """Return whether a condition becomes true within some seconds."""
    for _ in range(500):
        if condition():
            return True
        threading.Event().wait(0.01)
    return False
