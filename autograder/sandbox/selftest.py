"""The control: a tiny job with a known answer that also tries what a sandbox must not allow.

It shows that a sandbox works and holds before a student's file is trusted to it.
"""

import numpy as np

from autograder.config import ASSIGNMENTS
from autograder.errors import WorkerError

from .monitor import Outcome, Run

LIMITS = {
    "cpu_s": 20, "case_cpu_s": 20, "wall_s": 60, "address_mib": 2048, "resident_mib": 4096,
    "file_mib": 16, "files": 64, "output_mib": 1,
}  # fmt: skip
PROBE = {"id": "0", "kind": "loss", "function": "control", "inputs": [{"values": [[1.0], [3.0]]}]}
JOB = {
    "package": "cs231n", "module": "gan_pytorch", "file": "control.py", "probes": [PROBE],
    "limits": LIMITS,
}  # fmt: skip
# Each of three attempts must fail; the mean of the squares is 5.
SOURCE = """
import os, socket
def new_process():
    if os.fork() == 0:
        os._exit(0)
def attempt(act, *values):
    try:
        act(*values)
    except OSError:
        return 1
    return 0
def control(scores):
    held = attempt(new_process) + attempt(socket.socket) + attempt(open, {closed!r})
    return held * (scores * scores).mean()
"""
WANT = {"value": [15.0], "gradient/0": [3.0, 9.0]}


def source() -> bytes:
    """The control's file; it looks for one that only the grader may read."""
    table = min(ASSIGNMENTS.glob("*/assignment.toml"))
    return SOURCE.format(closed=str(table)).encode()


def hold(run: Run) -> None:
    """Check a run of the control.

    Raises:
        WorkerError: it did not end well, gave something else, or the sandbox let it out.
    """
    _, arrays = run.found.get("0", ({}, {}))
    if run.outcome is not Outcome.DONE or sorted(arrays) != sorted(WANT):
        raise WorkerError(f"the sandbox's control failed ({run.outcome} {run.how})".rstrip())
    if not all(np.allclose(arrays[name], want) for name, want in WANT.items()):
        raise WorkerError("the sandbox does not hold: its control got at what is closed to it")
