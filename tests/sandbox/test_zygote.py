"""One zygote serves all grading processes; its children end with their grader or with it."""

import dataclasses
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from autograder.authoring.mistakes import load_known_solutions
from autograder.errors import WorkerError
from autograder.grading.grade_submission import grade_source
from autograder.sandbox import Level, Outcome, Sandbox, Zygote, bubblewrap, run_self_test
from autograder.sandbox.selftest import JOB
from autograder.sandbox.zygote import ZygoteRunner
from helpers.course import ASSIGNMENT as WHOLE
from helpers.course import gone
from helpers.sandboxes import descendants, is_soon, open_sandbox, require_kernel

TASKS = ("discriminator_loss", "get_optimizer", "discriminator")
ASSIGNMENT = dataclasses.replace(
    WHOLE, tasks=tuple(task for task in WHOLE.tasks if task.name in TASKS)
)
WRONG = ("discriminator/slope_0_2", "bce_loss/summed")
EXITS = b"\n\ndef get_optimizer(model):\n    import os\n    os._exit(0)\n"
SLEEPS = b"import time\ndef self_test(scores):\n    time.sleep(99)\n"


@pytest.fixture
def zygote():
    """A warm zygote that no other test uses."""
    require_kernel()
    with Zygote() as zygote:
        ZygoteRunner(zygote).prepare()
        yield zygote


def idle_processes(zygote: Zygote) -> set[int]:
    """Wait until all monitors have ended; return the two processes of an idle zygote."""
    assert is_soon(lambda: len(descendants(zygote.pid)) == 2)
    return descendants(zygote.pid)


def start_sleeping_job(zygote: Zygote) -> threading.Thread:
    """Run a job that sleeps, in a thread, and wait until its child runs."""
    runner = ZygoteRunner(zygote)
    runner.prepare()
    before = idle_processes(zygote)

    def run() -> None:
        with pytest.raises(WorkerError):
            runner.run(JOB, SLEEPS)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert is_soon(lambda: len(descendants(zygote.pid) - before) >= 2)
    return thread


def test_two_sandboxes_share_a_zygote(zygote):
    """Both run jobs at the same time in children of one warm process; closing one ends no other."""
    before = zygote.pid
    first, second = Sandbox("zygote", zygote), Sandbox("zygote", zygote)
    threads = [
        threading.Thread(target=first.run, args=(JOB, b"def self_test(x):\n    return x.mean()\n"))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    run_self_test(second)
    for thread in threads:
        thread.join(60)
    first.close()
    run_self_test(second)
    assert zygote.pid == before


def test_children_end_with_their_zygote(zygote):
    """The kernel ends monitor and child when the zygote is closed in the middle of a job."""
    thread = start_sleeping_job(zygote)
    pids = descendants(zygote.pid)
    zygote.close()
    assert all(gone(pid) for pid in pids)
    thread.join(60)
    assert not thread.is_alive()


def test_a_child_ends_with_its_monitor(zygote):
    """A killed monitor leaves no child behind, and the runner raises WorkerError."""
    before = idle_processes(zygote)
    thread = start_sleeping_job(zygote)
    monitor = next(pid for pid in descendants(zygote.pid) - before if descendants(pid))
    (child,) = descendants(monitor)
    os.kill(monitor, signal.SIGKILL)
    assert gone(child)
    thread.join(60)
    assert not thread.is_alive()


GRADER = """
import sys
from autograder.sandbox import Sandbox, Zygote, run_self_test
from autograder.sandbox.selftest import JOB
zygote = Zygote(int(sys.argv[1]))
sandbox = Sandbox("zygote", zygote)
for _ in range(2 if "twice" in sys.argv else 1):
    run_self_test(sandbox)
print("shared" if zygote.pid is None else "own", flush=True)
if "sleep" in sys.argv:
    sandbox.run(JOB, b"import time\\ndef self_test(scores):\\n    time.sleep(99)\\n")
zygote.close()
"""


def start_grader(zygote: Zygote, *words: str) -> subprocess.Popen:
    """Start a grading process that inherits the channel of a zygote."""
    (channel,) = zygote.share()
    return subprocess.Popen(
        [sys.executable, "-c", GRADER, str(channel), *words],
        cwd=ASSIGNMENT.repository, pass_fds=(channel,), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_grading_process_uses_the_zygote_of_its_parent(zygote):
    """It starts no zygote of its own."""
    grader = start_grader(zygote)
    assert grader.communicate(timeout=300)[0].split() == ["shared"]
    assert zygote.pid is not None


def test_a_job_ends_with_its_killed_grader(zygote):
    """The monitor sees the grader's side closed and kills the child; the zygote goes on."""
    pid, before = zygote.pid, idle_processes(zygote)
    grader = start_grader(zygote, "sleep")
    assert grader.stdout.readline().strip() == "shared"
    assert is_soon(lambda: len(descendants(pid) - before) >= 2)
    grader.kill()
    grader.communicate()
    assert is_soon(lambda: descendants(pid) == before)
    run_self_test(Sandbox("zygote", zygote))
    assert zygote.pid == pid


def test_a_grading_process_starts_its_own_zygote_if_the_shared_one_has_ended(zygote):
    """The first job runs in a fresh sandbox or in the new zygote; no job is lost."""
    (channel,) = zygote.share()
    os.kill(zygote.pid, signal.SIGKILL)
    grader = subprocess.Popen(
        [sys.executable, "-c", GRADER, str(channel), "twice"],
        cwd=ASSIGNMENT.repository, pass_fds=(channel,), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert grader.communicate(timeout=300)[0].split() == ["own"]


def test_the_zygote_ends_with_a_killed_grader():
    """Even though a killed grader can clean nothing up."""
    require_kernel()
    code = (
        "import os, signal\nfrom autograder.sandbox import Sandbox, run_self_test\n"
        "s = Sandbox('zygote'); run_self_test(s); print(s.zygote.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ASSIGNMENT.repository, capture_output=True, text=True)
    assert gone(int(done.stdout)), done.stderr


def test_a_zygote_that_died_is_replaced(zygote):
    """The next job runs in a new zygote."""
    sandbox, before = Sandbox("zygote", zygote), zygote.pid
    run_self_test(sandbox)
    os.kill(before, signal.SIGKILL)
    assert gone(before)
    run_self_test(sandbox)
    run_self_test(sandbox)
    assert zygote.pid not in (None, before)


def test_a_zygote_that_fails_its_self_test_is_replaced(zygote, monkeypatch):
    """After an abnormal ending the self-test decides whether the zygote gets another job."""
    runner, before = ZygoteRunner(zygote), zygote.pid
    runner.run(JOB, b"import os\nos._exit(1)\n")
    real, runs = runner._run, []

    def fail_once(job, source):
        runs.append(job)
        if len(runs) == 1:
            raise WorkerError("as planned")
        return real(job, source)

    monkeypatch.setattr(runner, "_run", fail_once)
    run_self_test(runner)
    assert len(runs) == 3 and zygote.pid != before


def test_a_zygote_that_cannot_start_says_why(monkeypatch):
    """The error contains the last line that it printed."""
    monkeypatch.setattr(
        bubblewrap, "command", lambda call: [sys.executable, "-c", "print('no torch')"]
    )
    with Zygote() as zygote, pytest.raises(WorkerError, match="no torch"):
        ZygoteRunner(zygote).prepare()


def test_bad_requests_do_not_disturb_the_zygote(zygote):
    """A monitor that cannot read its request ends alone, and a full error pipe blocks nobody."""
    pid = zygote.pid
    for _ in range(20):
        left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with left, right:
            socket.send_fds(zygote._channel, [b"not a request" * 90], [right.fileno()] * 4)
    warm = max(idle_processes(zygote))
    with open(f"/proc/{warm}/fd/2", "wb", buffering=0) as printed:
        os.set_blocking(printed.fileno(), False)
        while printed.write(bytes(4096)):
            pass
    run_self_test(Sandbox("zygote", zygote))
    assert zygote.pid == pid


def submissions() -> dict[str, bytes]:
    """Return correct, wrong, blank and harmful files, six in all."""
    solution = WHOLE.solution.read_bytes()
    wrong = {e.name: e.source for e in load_known_solutions(WHOLE, "mistakes") if e.name in WRONG}
    more = {"blank": WHOLE.stub.read_bytes(), "exits": solution + EXITS, "broken": b"def f(:\n"}
    return {"right": solution, **wrong, **more}


def test_a_zygote_that_dies_costs_no_student_a_mark():
    """Verdicts equal those of a quiet run if the zygote dies between submissions and within one."""
    with open_sandbox(Level.ZYGOTE) as sandbox:
        quiet = {
            name: grade_source(ASSIGNMENT, source, name, worker=sandbox.run).verdicts
            for name, source in submissions().items()
        }
        killed = []

        def run(job, source):
            pid = sandbox.zygote.pid
            if len(killed) == 0:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
            elif len(killed) == 1 and pid not in (None, killed[0]):
                killed.append(pid)
                threading.Timer(0.1, os.kill, (pid, signal.SIGKILL)).start()
            return sandbox.run(job, source)

        for name, source in submissions().items():
            assert grade_source(ASSIGNMENT, source, name, worker=run).verdicts == quiet[name], name
    assert len(set(killed)) == 2
    assert {v.status for v in quiet["right"]} == {"passed"}
    assert [v.status for v in quiet["exits"]].count("crashed") == 1


def test_a_run_reports_its_processor_time_when_it_is_killed(zygote):
    """The monitor measures the child, also one that the grader had to stop."""
    limits = dataclasses.replace(JOB.limits, case_cpu_s=1)
    source = b"def self_test(scores):\n    while True: pass\n"
    run = ZygoteRunner(zygote).run(dataclasses.replace(JOB, limits=limits), source)
    assert run.outcome is Outcome.CPU
    assert 1 <= run.cpu_s < 5
