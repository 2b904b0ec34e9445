"""Many at once: nothing is lost, nothing is graded twice, and each trouble is one line."""

import errno
import os
import random
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from autograder.errors import AssignmentError, StoreError
from autograder.grading import pool
from autograder.grading.fingerprints import Fingerprints
from autograder.grading.job import Job, JobResult
from autograder.grading.planner import RegradeOptions, grade_all, mark_as_due
from autograder.grading.pool import Backend, GradingProcess, LocalBackend, ProcessLost
from autograder.grading.store import Store
from autograder.sandbox import Zygote
from cs231n.engine.judging import verdict_without_run
from cs231n.engine.schema import Lost
from helpers import stand_in
from helpers.course import ASSIGNMENT
from helpers.sandboxes import require_kernel
from helpers.submissions import FINGERPRINTS, NAMES, class_of, grade_locally, submission


@pytest.fixture
def command(tmp_path) -> list[str]:
    """The command of a grading process that invents observations."""
    return stand_in.command(tmp_path, "stand_in.grading_process")


@pytest.fixture
def judge_all(command):
    """A function that grades a class with such processes."""

    def run(store: Store, submissions) -> list:
        return grade_locally(store, submissions, command=command)

    return run


@pytest.fixture
def stage(tmp_path) -> Path:
    """The folder of the stand-ins."""
    return tmp_path


class StubBackend(Backend):
    """One job at a time; each has the result that `answer` returns."""

    survives_crashes = False

    def __init__(self, answer, capacity: int = 1):
        self.answer, self._capacity = answer, capacity

    def submit(self, job: bytes) -> Future:
        future: Future = Future()
        future.set_result(self.answer(job))
        return future

    def capacity(self) -> int:
        return self._capacity


def test_a_class_is_judged_once_and_each_verdict_is_its_own(judge_all, stage):
    """Two processes share a class; a second run finds all on disk and runs nothing."""
    store, handed_in = Store(stage / "verdicts"), class_of(30)
    judged = judge_all(store, handed_in)
    assert {j.submission.student for j in judged} == {s.student for s in handed_in}
    for each in judged:
        assert each.record == store.load(each.submission.student) and each.ran
        words = each.submission.source.decode().split()
        assert {v.task for v in each.record.verdicts if v.status == "crashed"} == {
            name for name in NAMES if name in words
        }
        assert (each.record.cpu_s, each.record.wall_s) == (0.25, 0.5)
    assert not any(j.ran for j in judge_all(store, handed_in))
    assert set(stand_in.runs(stage).values()) == {1}


def test_submissions_are_read_only_as_there_is_room(stage, command):
    """A class of any size has a bounded number of submissions in memory."""
    most, read, back = 0, 0, 0

    def submissions():
        nonlocal read, most
        for each in class_of(25):
            read += 1
            most = max(most, read - back)
            yield each

    with LocalBackend(1, command) as backend:
        store = Store(stage / "verdicts")
        for _ in grade_all(ASSIGNMENT, submissions(), store, backend, FINGERPRINTS):
            back += 1
    assert read == back == 25 and most <= pool.AHEAD + 1


def test_a_hundred_thousand_jobs_never_wait_in_memory():
    """`run_jobs` takes a job only when there is room, whoever does them."""
    on_the_way = most = total = 0

    def jobs():
        nonlocal on_the_way, most
        for number in range(100_000):
            on_the_way += 1
            most = max(most, on_the_way)
            yield number, b"job"

    for _ in pool.run_jobs(jobs(), StubBackend(lambda job: job, 16)):
        on_the_way -= 1
        total += 1
    assert total == 100_000 and most <= 16


def test_a_killed_grading_process_is_replaced_and_its_submission_tried_again(judge_all, stage):
    """A process that dies every third time costs no verdict, and it is told how often it died."""
    stand_in.plan(stage, every=3)
    store = Store(stage / "verdicts")
    judged = judge_all(store, class_of(12))
    assert all(j.record and not j.fault for j in judged)
    assert sum(j.deaths for j in judged) >= 4
    assert set(stand_in.runs(stage).values()) == {1}
    quiet = Store(stage / "quiet")
    stand_in.plan(stage)
    judge_all(quiet, class_of(12))
    for each in class_of(12):
        assert quiet.load(each.student) == store.load(each.student)


def test_a_file_that_kills_its_process_gets_a_verdict_that_says_so(judge_all, stage):
    """After three processes the class goes on; the verdict is tried again by the next run."""
    store = Store(stage / "verdicts")
    handed_in = [submission("mallory", "kill"), *class_of(4)]
    judged = {j.submission.student: j for j in judge_all(store, handed_in)}
    found = judged.pop("mallory")
    assert found.deaths == pool.TRIES and "SIGKILL" in found.fault and "by hand" in found.fault
    assert {v.status for v in found.record.verdicts} == {"crashed"} and found.record.deaths
    assert "the grading process with it, 3 times" in found.record.verdicts[0].findings[0].text
    assert all(j.record and not j.fault for j in judged.values())
    again = judge_all(store, handed_in)
    assert [j.submission.student for j in again if j.deaths] == ["mallory"]
    mark_as_due(ASSIGNMENT, ["mallory"], store, RegradeOptions(rerun=True))
    kept = judge_all(store, [submission("mallory", "kill")])[0]
    assert kept.record is None and "the old marks stay" in kept.fault


def test_a_process_that_hangs_is_ended():
    """Whatever holds a grading process, it does not hold the class."""
    process = GradingProcess(
        Zygote(), [sys.executable, "-c", "import time; time.sleep(999)"], limit_s=0.1
    )
    with pytest.raises(ProcessLost, match="SIGKILL"):
        process.run(b"job")
    process.close()


def test_closing_ends_every_process_at_once(stage, command):
    """After an interruption no grading process runs on, and no thread waits for one."""
    submissions, others = iter(class_of(8)), {*psutil.Process().children()}  # of other tests
    with LocalBackend(2, command) as backend:
        results = grade_all(ASSIGNMENT, submissions, Store(stage), backend, FINGERPRINTS)
        next(results)
        assert {*psutil.Process().children()} - others
    assert not {*psutil.Process().children()} - others
    assert not [t for t in threading.enumerate() if t.name.startswith("grading")]


def test_a_full_disk_is_one_line_and_keeps_what_is_there(judge_all, stage, monkeypatch):
    """Where a verdict cannot be written the run stops with the reason; the next one goes on."""
    store, handed_in, write, left = Store(stage / "verdicts"), class_of(10), Store._write, [7]

    def full(self, path, data, **how):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(self, path, data, **how)

    monkeypatch.setattr(Store, "_write", full)
    with pytest.raises(StoreError, match=r"No space left on device.*run again.*are kept") as error:
        judge_all(store, handed_in)
    assert "\n" not in str(error.value)
    monkeypatch.setattr(Store, "_write", write)
    before = sum(stand_in.runs(stage).values())
    kept = [s for s in handed_in if store.load(s.student)]
    assert len(kept) == 3
    judged = judge_all(store, handed_in)
    assert sum(not j.ran for j in judged) >= 3
    assert sum(stand_in.runs(stage).values()) - before <= 7


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to mount a small disk")
def test_a_really_full_disk_leaves_no_half_file(tmp_path):
    """On a disk without room the old record stays whole, and nothing else lies about."""
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", tmp_path]).returncode:
        pytest.skip("needs the right to mount")
    try:
        store = Store(tmp_path / "verdicts")
        (judged,) = grade_all(
            ASSIGNMENT, [submission("alice")], store, _answering(b"x" * 100), FINGERPRINTS
        )
        with pytest.raises(StoreError, match="No space left on device"):
            store.save(judged.record, os.urandom(80_000))
        assert store.load("alice") == judged.record
        assert sorted(path.suffix for path in store.folder.iterdir()) == [".json", ".observed"]
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def _answering(observations: bytes) -> Backend:
    """A backend that finds every task missing."""

    def answer(data: bytes) -> bytes:
        job = Job.unpack(data)
        names = (*job.run, *job.judge)
        lost = Lost(outcome="crash", code="stopped", words={"how": "x"})
        verdicts = tuple(verdict_without_run(name, lost) for name in names)
        return JobResult(verdicts, observations=observations).pack()

    return StubBackend(answer)


def test_a_fault_that_meets_everybody_is_said_once(stage, command):
    """Another version on a machine stops the run; ten faults in a row do, too."""
    other = Fingerprints(ASSIGNMENT)
    other.version = "another"
    with (
        LocalBackend(1, command) as backend,
        pytest.raises(AssignmentError, match="another version of the auto"),
    ):
        list(grade_all(ASSIGNMENT, class_of(3), Store(stage), backend, other))
    backend = StubBackend(lambda job: JobResult(fault="no memory").pack())
    with pytest.raises(AssignmentError, match=r"10 submissions in a row .*\(no memory\)"):
        list(grade_all(ASSIGNMENT, class_of(30), Store(stage), backend, FINGERPRINTS))


def test_cores_are_those_of_the_mask_and_the_quota(monkeypatch, tmp_path):
    """A container with a quota of two cores on a large machine has two workers."""
    quota = tmp_path / "cpu.max"
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(64), raising=False)
    for text, want in {"200000 100000": 2, "max 100000": 64, "5000 100000": 1, "": 64}.items():
        quota.write_text(text)
        assert pool.available_cores(quota) == want
    quota.unlink()
    assert pool.available_cores(quota) == 64


def grade(folder: Path) -> subprocess.CompletedProcess:
    """`grade` in a process group of its own."""
    command = stand_in.command(folder, "stand_in.grader")
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, start_new_session=True
    )


def events(done: subprocess.CompletedProcess) -> int:
    return int(re.search(r"events: (\d+)", done.stdout)[1])


def test_an_interruption_is_one_line_and_leaves_no_process(course, hand_in, tmp_path):
    """Ctrl-C reaches the whole group: the grader ends its processes, and keeps the verdicts."""
    for each in class_of(12):
        hand_in(each.student, each.source)
    two_came_back = 2 * pool.AHEAD + 2  # the last of so many is begun only when two are stored
    stand_in.plan(tmp_path, interrupts=two_came_back)
    done = grade(tmp_path)
    assert done.returncode == 130
    assert done.stderr.splitlines()[-1:] == [
        "error: interrupted; finished verdicts are stored; run again to continue"
    ]
    assert "Traceback" not in done.stderr and not _left(tmp_path)
    store = Store(course / ".autograder" / "verdicts" / "gans")
    assert any(store.load(student) for student in stand_in.runs(tmp_path))


KILLED = """
import os, psutil, signal
from autograder.config import find_assignment
from autograder.grading.fingerprints import Fingerprints
from autograder.grading.grade_submission import plan_cases
from autograder.grading.job import Job, JobResult
from autograder.grading.pool import LocalBackend
assignment = find_assignment("gans")
plan = {name: tuple(c.id for c in cases) for name, cases in plan_cases(assignment, "a").items()}
prints, version = dict.fromkeys(plan, "f"), Fingerprints(assignment).version
job = Job("gans", "alice", b"x = 1", None, plan, (), prints, version)
backend = LocalBackend(1)
result = JobResult.unpack(backend.submit(job.pack()).result())
codes = {v.findings[0].code for v in result.verdicts}
print(result.ended.value, *codes, result.unsafe or "isolated")
print(*(each.pid for each in psutil.Process().children(recursive=True)), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_sandboxes_end_with_a_killed_grader():
    """Grading process and zygote end when the grader is killed alone."""
    require_kernel()
    command = [sys.executable, "-c", KILLED]
    done = subprocess.run(command, cwd=ASSIGNMENT.repository, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    said, pids = done.stdout.splitlines()
    assert said == "done missing isolated" and len(pids.split()) >= 3
    processes = []
    for pid in map(int, pids.split()):
        with suppress(psutil.NoSuchProcess):
            processes.append(psutil.Process(pid))
    _, alive = psutil.wait_procs(processes, timeout=60)
    assert not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]


def test_two_graders_do_not_share_a_course(tmp_path):
    """The second says so; what a killed one left half-written is cleared away."""
    store = Store(tmp_path)
    (tmp_path / ".x.part").write_text("half")
    with store.locked():
        assert not (tmp_path / ".x.part").exists()
        with pytest.raises(StoreError, match="another run is grading this course"):
            Store(tmp_path).locked().__enter__()
    with store.locked():
        pass


@pytest.mark.slow
def test_a_killed_grader_loses_nothing_and_grades_nothing_twice(course, hand_in, tmp_path):
    """The whole group of processes is killed at random points of a class of 30, again and again.

    In the end the marks are those of an undisturbed run, each file was run once, but for those
    that were on the way when the group was killed, and no process is left.
    """
    for each in class_of(30):
        hand_in(each.student, each.source)
    quiet = tmp_path / "quiet"
    quiet.mkdir()
    subprocess.run(["cp", "-a", course, quiet / "course"], check=True)
    undisturbed = grade(quiet)
    assert undisturbed.returncode == 0, undisturbed.stderr
    total, chance, kills = events(undisturbed), random.Random(1), 3
    for _ in range(kills):
        stand_in.plan(tmp_path, kills_at=chance.randrange(40, total // 2))
        assert grade(tmp_path).returncode == -signal.SIGKILL
    stand_in.plan(tmp_path)
    last = grade(tmp_path)
    assert last.returncode == 0, last.stderr
    table = [line for line in last.stdout.splitlines() if re.match(r" s\d\d ", line)]
    assert len(table) == 30 and table == [
        line for line in undisturbed.stdout.splitlines() if re.match(r" s\d\d ", line)
    ]
    counted = stand_in.runs(tmp_path)
    assert set(counted) == set(stand_in.runs(quiet))
    assert sum(counted.values()) <= 30 + kills * pool.AHEAD * 2
    assert not list((course / ".autograder" / "verdicts" / "gans").glob(".*.part"))
    assert not _left(tmp_path)


def _left(folder: Path) -> list[int]:
    """Processes whose command line names a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found
