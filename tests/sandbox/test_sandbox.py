"""The levels of the sandbox: outcomes, limits, what a sandbox sees, and refusal of plain."""

import platform
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.config import find_assignment
from autograder.errors import AssignmentError, WorkerError
from autograder.grading.grade_submission import grade_source
from autograder.grading.task_failures import TimeBudget
from autograder.sandbox import (
    UNSAFE,
    Level,
    Outcome,
    Run,
    Sandbox,
    SandboxJob,
    SandboxLimits,
    bubblewrap,
    run_self_test,
)
from autograder.sandbox.guest import seccomp
from autograder.sandbox.monitor import process_ended
from autograder.sandbox.runners import PlainRunner, signal_name
from autograder.sandbox.selftest import JOB, PROBE, check_self_test
from autograder.sandbox.selftest import source as self_test_source
from helpers.sandboxes import open_sandbox

pytestmark = pytest.mark.slow

ASSIGNMENT = find_assignment("gans")
LIMITS = {**ASSIGNMENT.limits.to_json(), "cpu_s": 2, "wall_s": 4}


def job(**limits) -> SandboxJob:
    return replace(JOB, limits=SandboxLimits.from_table({**LIMITS, **limits}))


@pytest.fixture(scope="module")
def warm():
    """A sandbox with a zygote."""
    with open_sandbox(Level.ZYGOTE) as sandbox:
        yield sandbox


ENDINGS = {  # what the student's function does -> outcome, part of how
    "while True: pass": ("cpu", "2 s of processor time"),
    "time.sleep(99)": ("wall", "4 s"),
    "os._exit(7)": ("crash", "exit code 7"),
    "ctypes.string_at(0)": ("crash", "signal SIGSEGV"),
    "print('x' * 10**8)": ("output", "8 MiB"),
    "os.write(3, b'x\\n')": ("malformed", "JSONDecodeError"),
    "os.close(3); time.sleep(99)": ("incomplete", "closed the channel"),
    "[bytearray(2**20) for _ in range(2500)]": ("memory", "2048 MiB"),
}


@pytest.mark.parametrize("statement", ENDINGS)
def test_each_ending_has_its_own_outcome(statement, warm):
    """The zygote passes its self-test afterwards."""
    outcome, how = ENDINGS[statement]
    source = f"import ctypes, os, time\ndef self_test(scores):\n    {statement}\n"
    limits = {"wall_s": 4 if outcome == "wall" else 60, "cpu_s": 2 if outcome == "cpu" else 20}
    run = warm.run(job(**limits), source.encode())
    assert (run.outcome, how in run.how) == (outcome, True), run
    assert "import" in run.found
    run_self_test(warm)


BUSY = """
import time
def self_test(scores):
    end = time.process_time() + {seconds}
    while time.process_time() < end:
        pass
    return scores.mean()
"""


@pytest.mark.parametrize(("seconds", "outcome"), [(1.4, "done"), (99, "cpu")])
def test_a_case_has_a_limit_of_its_own(seconds, outcome, warm):
    """A loop is stopped at the limit of one case; the time of other cases does not count."""
    probes = [{**PROBE, "id": str(number)} for number in range(3)]
    task = replace(job(cpu_s=20, case_cpu_s=2, wall_s=120), probes=tuple(probes))
    run = warm.run(task, BUSY.format(seconds=seconds).encode())
    assert (run.outcome, len(run.found)) == (outcome, 6 if outcome == "done" else 2), run
    if outcome == "cpu":
        assert run.how == "more than 2 s of processor time"
        assert run.cpu_s < 10


def test_a_fresh_sandbox_and_the_zygote_return_the_same(warm):
    """Both levels answer the self-test with the same facts."""
    first = run_self_test(warm)
    with Sandbox("fresh") as fresh:
        second = run_self_test(fresh)
    assert first.found["0"][0] == second.found["0"][0]


def test_the_self_test_recognises_a_plain_process():
    """Without isolation its attempts to escape succeed, and it fails."""
    run = PlainRunner().run(JOB, self_test_source())
    with pytest.raises(WorkerError, match="does not isolate"):
        check_self_test(run)


def test_a_plain_process_is_refused_unless_agreed_to(monkeypatch):
    """The refusal says what to install and how to agree; agreeing says what is not guaranteed."""
    monkeypatch.setattr(bubblewrap, "program", lambda: None)
    monkeypatch.delenv(UNSAFE, raising=False)
    with pytest.raises(AssignmentError, match=r"apt-get install bubblewrap.*--unsafe-plain"):
        Sandbox().run(JOB, self_test_source())
    monkeypatch.setenv(UNSAFE, "1")
    agreed = Sandbox()
    assert agreed.level == "plain"
    assert "WITHOUT isolation" in agreed.describe()
    assert "\n" not in agreed.describe()


def test_a_sandbox_sees_no_file_of_the_instructor():
    """A sandbox contains two folders of the repository: cs231n and the guest."""
    ours = {
        host: inside for host, inside in bubblewrap.visible_paths().items() if "/app/" in inside
    }
    assert sorted(ours.values()) == ["/app/cs231n", "/app/guest"]
    assert not [
        host for host in bubblewrap.visible_paths() if Path(host) in ASSIGNMENT.folder.parents
    ]


def test_a_task_is_blamed_only_for_time_it_took():
    """Ten tasks that take a fifth of the limit each are all judged, in processes of their own."""
    probes: list[int] = []

    def worker(job, source):
        ids = [probe["id"] for probe in job.probes]
        probes.append(len(ids))
        found = {"ready": ({}, {}), "import": ({}, {}), ids[0]: ({"missing": True}, {})}
        return Run(found, Outcome.CPU, "more than 2 s of processor time", "", silent_share=0.2)

    graded = grade_source(ASSIGNMENT, b"", "x", worker=worker)
    assert probes[0] > probes[-1]
    assert {v.status for v in graded.verdicts} <= {"failed", "crashed", "timed_out"}


def test_the_time_of_a_submission_has_an_end():
    """Later processes get what is left of it."""
    budget = TimeBudget(replace(ASSIGNMENT.limits, wall_s=60, total_s=5))
    assert budget.limits().wall_s <= 5
    assert not budget.is_over()
    assert TimeBudget(replace(ASSIGNMENT.limits, total_s=0)).is_over()


@pytest.mark.parametrize(
    ("signal", "code", "cpu_s", "want"),
    [("SIGKILL", 0, 2.1, "cpu"), ("SIGKILL", 0, 0.1, "crash"), (None, 3, 9.0, "crash")],
)
def test_a_kill_is_a_time_limit_only_if_the_time_was_used(signal, code, cpu_s, want):
    """A process that kills itself did not run out of time."""
    assert process_ended(job().limits, signal, code, cpu_s)[0] == want


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_the_list_of_system_calls_has_no_way_out(machine):
    """Whole instructions, fewer than the kernel takes, and none of the calls that matter."""
    code = seccomp.filter_program(machine)
    assert len(code) % 8 == 0
    assert len(code) // 8 < 4096
    allowed = [call for call in seccomp.read_table() if call.answer == "allow"]
    closed = {"socket", "socketpair", "execve", "execveat", "ptrace", "mount", "unshare", "setns"}
    closed |= {"clone", "fork", "memfd_create", "io_uring_setup", "bpf", "keyctl", "prctl"}
    assert not {call.name for call in allowed} & closed
    numbers = [c.numbers[machine] for c in seccomp.read_table() if machine in c.numbers]
    assert len(set(numbers)) == len(numbers) > 100


def test_an_unknown_machine_has_no_filter():
    """Then there is no level that needs one."""
    with pytest.raises(OSError, match="no list of system calls"):
        seccomp.filter_program("riscv64")
    assert platform.machine() in seccomp.ARCHITECTURES or sys.platform != "linux"


def test_packages_below_tmp_are_seen_in_a_place_of_their_own(monkeypatch):
    """An environment in /tmp is not covered by the scratch that is mounted there."""
    monkeypatch.setattr(bubblewrap, "package_folders", lambda: ["/tmp/clone/.venv/site-packages"])
    assert (
        bubblewrap.visible_paths()["/tmp/clone/.venv/site-packages"] == "/packages/0/site-packages"
    )
    assert (
        "/packages/0/site-packages"
        in bubblewrap._packages_inside(bubblewrap.visible_paths()).values()
    )


def test_a_run_says_what_its_process_used(warm):
    """Seconds of processor time by the kernel's account, not by the student's."""
    source = b"""
import time
def self_test(x):
    end = time.process_time() + 0.4
    while time.process_time() < end: pass
    return x
"""
    with Sandbox("fresh") as fresh:
        for box in (warm, fresh):
            run = box.run(job(cpu_s=20, wall_s=60), source)
            assert run.outcome == "done" and 0.2 < run.cpu_s < 5 and run.wall_s > 0.2


def test_a_signal_may_have_no_name():
    """A process can end by a real-time signal, which is a crash like another and no error here."""
    assert [signal_name(n) for n in (9, 40, 0, -1)] == ["SIGKILL", None, None, None]
