"""One warm nursery for the servers of all grading processes; what happens when it dies."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from autograder.config import find_assignment
from autograder.errors import WorkerError
from autograder.sandbox import Sandbox
from autograder.sandbox import selftest as control
from autograder.sandbox import zygote as nursery
from autograder.sandbox.runners import children, descendants, end_tree
from helpers.course import gone

ASSIGNMENT = find_assignment("gans")


@pytest.fixture
def own(monkeypatch):
    """A nursery that no other test uses, with its servers' sandboxes to close."""
    with Sandbox(allow_plain=True) as found:
        if found.level != "server":
            pytest.skip(f"needs bubblewrap and nested user namespaces: {found.why('server')}")
    new = nursery.Nursery()
    monkeypatch.setattr(nursery, "_shared", new)
    yield new
    new.close()


def is_right(sandbox: Sandbox) -> bool:
    control.hold(sandbox.run(control.JOB, control.source()))
    return sandbox.pid is not None


def test_two_servers_come_from_one_nursery_and_end_alone(own):
    """The end of one disturbs neither the other nor the nursery."""
    with Sandbox("server") as first, Sandbox("server") as second:
        assert is_right(first)
        nursery_pid = own.process.pid
        assert is_right(second)
        assert first.pid != second.pid
        assert {first.pid, second.pid} <= set(descendants(nursery_pid))
        ended = first.pid
        first.close()
        assert gone(ended)
        assert is_right(second)
        assert is_right(first)
        assert own.process.pid == nursery_pid


def test_a_server_ends_with_all_that_it_started(own):
    """A child in the middle of a job too."""
    sandbox = Sandbox("server")
    source = b"import time\ndef control(scores):\n    time.sleep(99)\n"
    job = {**control.JOB, "limits": {**control.LIMITS, "wall_s": 20}}  # it is tried once more
    waiting = threading.Thread(target=lambda: sandbox.run(job, source), daemon=True)
    sandbox.warm()
    waiting.start()
    deadline = time.monotonic() + 60
    while len(found := descendants(sandbox.pid)) < 2 and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    assert len(found) == 2
    end_tree(sandbox.pid)
    assert all(gone(pid) for pid in found)
    own.close()
    waiting.join(timeout=60)
    sandbox.close()


def test_a_nursery_that_died_is_replaced(own):
    """The job that finds it dead is done in a sandbox of its own, the next one in a new nursery."""
    with Sandbox("server") as sandbox:
        assert is_right(sandbox)
        before = own.process.pid
        os.kill(children(before)[0], signal.SIGKILL)
        assert gone(before)
        control.hold(sandbox.run(control.JOB, control.source()))
        assert is_right(sandbox)
        assert own.process.pid != before


def test_a_nursery_that_cannot_start_says_why(own, monkeypatch):
    """With the last line of what it printed."""
    monkeypatch.setattr(
        nursery.bubblewrap, "command", lambda call: [sys.executable, "-c", "print('no torch')"]
    )
    with pytest.raises(WorkerError, match=r"did not start \(no torch\)"):
        own.server()


def test_output_that_nobody_reads_holds_up_no_server(own):
    """Thousands of complaints fill the pipe; then they are dropped."""
    peer = own.server()
    with open(f"/proc/{peer.pid}/fd/2", "wb", buffering=0) as printed:
        os.set_blocking(printed.fileno(), False)
        while printed.write(bytes(4096)):
            pass
    peer.line.settimeout(20)
    peer.line.send(b"not a request")  # the watcher complains and ends
    assert peer.line.recv(16) == b"done"
    peer.end()


CHILD = """
import os
from autograder.sandbox import selftest as control, zygote as nursery
from autograder.sandbox import Sandbox
with Sandbox("server") as sandbox:
    for _ in range(2):  # the first may find the nursery gone
        control.hold(sandbox.run(control.JOB, control.source()))
    print(sandbox.pid > 0, nursery.shared().process is None)
    print(nursery.INHERITED in os.environ)
"""


def ask_child(words: dict, files: list[int]) -> list[str]:
    """What a grading process prints that was given these."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD], cwd=ASSIGNMENT.repository, env={**os.environ, **words},
        pass_fds=files, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert not done.returncode, done.stderr
    return done.stdout.split()


def test_a_grading_process_asks_the_nursery_of_its_parent(own):
    """Its server is forked there; the environment does not tell its own children."""
    words, files = nursery.for_child()
    assert ask_child(words, files) == ["True", "True", "False"]


def test_a_grading_process_whose_parent_lost_its_nursery_starts_its_own(own):
    """It goes on alone."""
    words, files = nursery.for_child()
    own.server().end()  # it is warm, and all of bubblewrap is tied to the life of its parent
    os.kill(own.process.pid, signal.SIGKILL)
    assert gone(own.process.pid)
    assert ask_child(words, files) == ["True", "False", "False"]
