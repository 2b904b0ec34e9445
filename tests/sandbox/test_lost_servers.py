"""A fork server that dies again and again costs nobody a mark."""

import dataclasses
import os
import signal

import pytest

from autograder.authoring.mistakes import load_known_solutions
from autograder.config import find_assignment
from autograder.grading.grade_submission import grade_source
from autograder.sandbox import Sandbox
from autograder.sandbox.forkserver import Server
from autograder.sandbox.runners import descendants

WHOLE = find_assignment("gans")
TASKS = ("discriminator_loss", "get_optimizer", "discriminator")
ASSIGNMENT = dataclasses.replace(
    WHOLE, tasks=tuple(task for task in WHOLE.tasks if task.name in TASKS)
)
WRONG = ("discriminator/slope_0_2", "bce_loss/summed")
ENDS = b"\n\ndef get_optimizer(model):\n    import os\n    os._exit(0)\n"


def submissions() -> dict[str, bytes]:
    """Right, wrong, blank and harmful files, six in all."""
    solution = WHOLE.solution.read_bytes()
    wrong = {e.name: e.source for e in load_known_solutions(WHOLE, "mistakes") if e.name in WRONG}
    more = {"blank": WHOLE.stub.read_bytes(), "ends": solution + ENDS, "broken": b"def f(:\n"}
    return {"right": solution, **wrong, **more}


def kill_all(server_pid: int) -> None:
    """What the kernel does to a server when memory is short."""
    for pid in (server_pid, *descendants(server_pid)):
        os.kill(pid, signal.SIGKILL)


class Dying(Server):
    """A server that every third submission finds dead, or loses while it runs, in turn.

    Attributes:
        submission: number of the one that runs.
        killed: those that a server was taken from.
    """

    def __init__(self):
        super().__init__()
        self.submission, self.killed = 0, []

    def _due(self, rest: int) -> bool:
        due = self.submission % 6 == rest and self.submission not in self.killed
        self.killed += [self.submission] * due
        return due

    def run(self, job, source):
        """Between two submissions."""
        self.make_sure()
        if self._due(3):
            kill_all(self.peer.pid)
        return super().run(job, source)

    def _look(self):
        """Within one: the child may have begun, the answers are not there."""
        if self.trusted and self._due(0):
            kill_all(self.peer.pid)
        return super()._look()


def test_a_server_that_dies_every_third_time_costs_nobody_a_mark():
    """All verdicts are those of a quiet run, of right, wrong and harmful files."""
    quiet, dying = {}, Dying()
    with Sandbox(allow_plain=True) as sandbox:
        if sandbox.level != "server":
            pytest.skip(f"needs bubblewrap and nested user namespaces: {sandbox.why('server')}")
        for name, source in submissions().items():
            quiet[name] = grade_source(ASSIGNMENT, source, name, worker=sandbox.run).verdicts
    with Sandbox("server") as sandbox:
        sandbox._server = dying
        for dying.submission, (name, source) in enumerate(submissions().items(), 1):
            graded = grade_source(ASSIGNMENT, source, name, worker=sandbox.run)
            assert graded.verdicts == quiet[name], name
    assert dying.killed == [3, 6]
    assert {v.status for v in quiet["right"]} == {"passed"}
    assert [v.status for v in quiet["ends"]].count("crashed") == 1
