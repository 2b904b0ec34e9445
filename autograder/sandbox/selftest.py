"""The self-test: a tiny job with a known answer that also tries what a sandbox must not allow.

It shows that a sandbox works and isolates before a student's file runs in it.
"""

import numpy as np

from autograder.config import ASSIGNMENTS
from autograder.errors import WorkerError

from .guest.protocol import SandboxJob, SandboxLimits
from .monitor import Outcome, Run
from .runners import Runner

LIMITS = SandboxLimits(
    cpu_s=20,
    case_cpu_s=20,
    wall_s=60,
    address_mib=2048,
    resident_mib=4096,
    file_mib=16,
    files=64,
    output_mib=1,
)
PROBE = {"id": "0", "kind": "loss", "function": "self_test", "inputs": [{"values": [[1.0], [3.0]]}]}
JOB = SandboxJob("cs231n", "gan_pytorch", "self_test.py", (PROBE,), LIMITS)
# All three attempts must fail; the mean of the squares is 5.
SOURCE = """
import os, socket
def new_process():
    if os.fork() == 0:
        os._exit(0)
def is_refused(act, *values):
    try:
        act(*values)
    except OSError:
        return 1
    return 0
def self_test(scores):
    refused = is_refused(new_process) + is_refused(socket.socket) + is_refused(open, {secret!r})
    return refused * (scores * scores).mean()
"""
EXPECTED = {"value": [15.0], "gradient/0": [3.0, 9.0]}


def source() -> bytes:
    """Return the self-test's file, which tries to read a file that only the grader may read."""
    table = min(ASSIGNMENTS.glob("*/assignment.toml"))
    return SOURCE.format(secret=str(table)).encode()


def run_self_test(runner: Runner) -> Run:
    """Run the self-test.

    Raises:
        WorkerError: the sandbox does not start, computes something else, or does not isolate.
    """
    return check_self_test(runner.run(JOB, source()))


def check_self_test(run: Run) -> Run:
    """Return a run of the self-test if it is as expected.

    Raises:
        WorkerError: it ended early, computed something else, or the sandbox does not isolate.
    """
    _, arrays = run.found.get("0", ({}, {}))
    if run.outcome is not Outcome.DONE or sorted(arrays) != sorted(EXPECTED):
        raise WorkerError(f"the sandbox failed its self-test ({run.outcome} {run.how})".rstrip())
    if not all(np.allclose(arrays[name], values) for name, values in EXPECTED.items()):
        raise WorkerError("the sandbox does not isolate: its self-test reached what must be closed")
    return run
