"""The levels of the sandbox: what each gives, how each ends, and what is said where none works."""

import os
import platform
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import sandbox
from autograder.config import find_assignment
from autograder.errors import AssignmentError, WorkerError
from autograder.grading.grade_submission import grade_source
from autograder.grading.task_failures import Clock
from autograder.sandbox import Sandbox, bubblewrap
from autograder.sandbox import selftest as control
from autograder.sandbox.guest import seccomp
from autograder.sandbox.monitor import Outcome, Run, ended
from autograder.sandbox.runners import descendants, signal_name
from helpers.course import gone

ASSIGNMENT = find_assignment("gans")
LIMITS = {**ASSIGNMENT.limits.to_json(), "cpu_s": 2, "wall_s": 4}


def job(**limits) -> dict:
    return {**control.JOB, "limits": {**LIMITS, **limits}}


@pytest.fixture(scope="module")
def server():
    with Sandbox(allow_plain=True) as found:
        if found.level != "server":
            pytest.skip(f"needs bubblewrap and nested user namespaces: {found.why('server')}")
        yield found


ENDS = {  # what the student's function does -> outcome, part of how
    "while True: pass": ("cpu", "2 s of processor time"),
    "time.sleep(99)": ("wall", "4 s"),
    "os._exit(7)": ("crash", "exit code 7"),
    "ctypes.string_at(0)": ("crash", "signal SIGSEGV"),
    "print('x' * 10**8)": ("output", "8 MiB"),
    "os.write(3, b'x\\n')": ("malformed", "JSONDecodeError"),
    "os.close(3); time.sleep(99)": ("incomplete", "closed the channel"),
    "[bytearray(2**20) for _ in range(2500)]": ("memory", "2048 MiB"),
}


@pytest.mark.parametrize("statement", ENDS)
def test_each_way_to_end_has_an_outcome_of_its_own(statement, server):
    """And the server is right again at the next job."""
    outcome, how = ENDS[statement]
    source = f"import ctypes, os, time\ndef control(scores):\n    {statement}\n"
    limits = {"wall_s": 4 if outcome == "wall" else 60, "cpu_s": 2 if outcome == "cpu" else 20}
    run = server.run(job(**limits), source.encode())
    assert (run.outcome, how in run.how) == (outcome, True), run
    assert "import" in run.found
    control.hold(server.run(control.JOB, control.source()))


BUSY = """
import time
def control(scores):
    end = time.process_time() + {seconds}
    while time.process_time() < end:
        pass
    return scores.mean()
"""


@pytest.mark.parametrize(("seconds", "outcome"), [(1.4, "done"), (99, "cpu")])
def test_a_case_has_a_limit_of_its_own(seconds, outcome, server):
    """An endless loop costs little more; what other cases took does not count."""
    probes = [{**control.PROBE, "id": str(number)} for number in range(3)]
    limits = {**LIMITS, "cpu_s": 20, "case_cpu_s": 2, "wall_s": 120}
    run = server.run(
        {**control.JOB, "probes": probes, "limits": limits}, BUSY.format(seconds=seconds).encode()
    )
    assert (run.outcome, len(run.found)) == (outcome, 6 if outcome == "done" else 2), run
    if outcome == "cpu":
        assert run.how == "more than 2 s of processor time"
        assert run.cpu_s < 10


def test_a_fresh_sandbox_and_the_server_give_the_same(server):
    """Two levels behind one interface."""
    first = server.run(control.JOB, control.source())
    with Sandbox("fresh") as fresh:
        second = fresh.run(control.JOB, control.source())
    control.hold(second)
    assert first.found["0"][0] == second.found["0"][0]


def test_the_control_knows_a_plain_process_from_a_sandbox():
    """Without isolation all that it tries succeeds."""
    run = Sandbox("plain").run(control.JOB, control.source())
    with pytest.raises(WorkerError, match="does not hold"):
        control.hold(run)


def test_a_plain_process_is_refused_unless_agreed_to(monkeypatch):
    """The refusal says what to install and how to agree; agreeing says what is not guaranteed."""
    monkeypatch.setattr(bubblewrap, "program", lambda: None)
    monkeypatch.setattr(sandbox, "_why_not", {})
    monkeypatch.delenv(sandbox.UNSAFE, raising=False)
    with pytest.raises(AssignmentError, match=r"apt-get install bubblewrap.*--unsafe-plain"):
        Sandbox().run(control.JOB, control.source())
    monkeypatch.setenv(sandbox.UNSAFE, "1")
    agreed = Sandbox()
    assert agreed.level == "plain"
    assert "WITHOUT isolation" in agreed.describe()
    assert "\n" not in agreed.describe()


def test_a_server_is_replaced_after_so_many_children(server):
    """What leaks, leaks little."""
    with Sandbox("server", children=3) as few:
        pids = set()
        for _ in range(4):
            few.run(control.JOB, control.source())
            pids.add(few.pid)
    assert len(pids) == 2


def test_a_killed_server_costs_nobody_a_mark(server):
    """The job is done at the simpler level, and the next one in a new server."""
    server.run(control.JOB, control.source())
    before = server.pid
    os.kill(before, 9)
    control.hold(server.run(control.JOB, control.source()))
    control.hold(server.run(control.JOB, control.source()))
    assert server.pid != before


def test_threads_have_servers_of_their_own(server):
    """Two at once do not wait for, or disturb, each other."""
    together = threading.Barrier(2)

    def one(_) -> int:
        mine = sandbox.mine()
        control.hold(mine.run(control.JOB, control.source()))
        together.wait()
        pid = mine.pid
        mine.close()
        return pid

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(one, range(2)))) == 2


def test_the_server_dies_with_its_grader(server):
    """Even if the grader is killed and can clean nothing up."""
    code = (
        "import os, signal\nfrom autograder.sandbox import Sandbox\n"
        "s = Sandbox('server'); s.warm(); print(s.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ASSIGNMENT.repository, capture_output=True, text=True)
    assert gone(int(done.stdout))
    assert not descendants(int(done.stdout))


def test_nothing_of_the_instructors_room_is_seen():
    """A sandbox contains the interpreter, libraries, and of ours only cs231n and the guest."""
    ours = {host: inside for host, inside in bubblewrap._view().items() if "/app/" in inside}
    assert sorted(ours.values()) == ["/app/cs231n", "/app/guest"]
    assert not [host for host in bubblewrap._view() if Path(host) in ASSIGNMENT.folder.parents]


def test_a_task_is_blamed_only_for_time_it_took():
    """Ten tasks that take a fifth of the limit each are all judged, in processes of their own."""
    probes: list[int] = []

    def worker(job, source):
        ids = [probe["id"] for probe in job["probes"]]
        probes.append(len(ids))
        found = {"ready": ({}, {}), "import": ({}, {}), ids[0]: ({"missing": True}, {})}
        return Run(found, Outcome.CPU, "more than 2 s of processor time", "", last=0.2)

    graded = grade_source(ASSIGNMENT, b"", "x", worker=worker)
    assert probes[0] > probes[-1]
    assert {v.status for v in graded.verdicts} <= {"failed", "crashed", "timed_out"}


def test_the_time_of_a_submission_has_an_end():
    """Later processes get what is left of it."""
    clock = Clock(replace(ASSIGNMENT.limits, wall_s=60, total_s=5))
    assert clock.limits()["wall_s"] <= 5
    assert not clock.is_over()
    assert Clock(replace(ASSIGNMENT.limits, total_s=0)).is_over()


@pytest.mark.parametrize(
    ("signal", "code", "cpu_s", "want"),
    [("SIGKILL", 0, 2.1, "cpu"), ("SIGKILL", 0, 0.1, "crash"), (None, 3, 9.0, "crash")],
)
def test_a_kill_is_a_time_limit_only_if_the_time_was_used(signal, code, cpu_s, want):
    """A process that kills itself did not run out of time."""
    assert ended(LIMITS, signal, code, cpu_s)[0] == want


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_the_list_of_system_calls_has_no_way_out(machine):
    """Whole instructions, fewer than the kernel takes, and none of the calls that matter."""
    code = seccomp.program(machine)
    assert len(code) % 8 == 0
    assert len(code) // 8 < 4096
    names = {word.split(":")[0] for word in seccomp.CALLS.split()}
    closed = {"socket", "socketpair", "execve", "execveat", "ptrace", "mount", "unshare", "setns"}
    closed |= {"clone", "fork", "memfd_create", "io_uring_setup", "bpf", "keyctl", "prctl"}
    assert not names & closed
    columns = [word.split(":")[1].split("/")[0] for word in seccomp.CALLS.split()]
    assert len(set(columns)) == len(columns)


def test_an_unknown_machine_has_no_filter():
    """Then there is no level that needs one."""
    with pytest.raises(OSError, match="no list of system calls"):
        seccomp.program("riscv64")
    assert platform.machine() in seccomp.ARCHITECTURES or sys.platform != "linux"


def test_packages_below_tmp_are_seen_in_a_place_of_their_own(monkeypatch):
    """An environment in /tmp is not covered by the scratch that is mounted there."""
    from autograder.sandbox import bubblewrap

    monkeypatch.setattr(bubblewrap, "packages", lambda: ["/tmp/clone/.venv/site-packages"])
    assert bubblewrap._view()["/tmp/clone/.venv/site-packages"] == "/packages/0/site-packages"
    assert "/packages/0/site-packages" in bubblewrap._packages_inside(bubblewrap._view()).values()


def test_a_run_says_what_its_process_used(server):
    """Seconds of processor time by the kernel's account, not by the student's."""
    source = b"""
import time
def control(x):
    end = time.process_time() + 0.4
    while time.process_time() < end: pass
    return x
"""
    with Sandbox("fresh") as fresh:
        for box in (server, fresh):
            run = box.run({**control.JOB, "limits": ASSIGNMENT.limits.to_json()}, source)
            assert run.outcome == "done" and 0.2 < run.cpu_s < 5 and run.wall_s > 0.2


def test_a_signal_may_have_no_name():
    """A process can end by a real-time signal, which is a crash like another and no error here."""
    assert [signal_name(n) for n in (9, 40, 0, -1)] == ["SIGKILL", None, None, None]
