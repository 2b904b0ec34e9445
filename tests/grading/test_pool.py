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
from autograder.grading import job as judging
from autograder.grading import planner as classroom
from autograder.grading import pool
from autograder.grading.fingerprints import Keys
from autograder.grading.planner import Wish, forget, judge_class
from autograder.grading.store import Store
from autograder.sandbox import Zygote
from helpers import stand_in
from helpers.course import ASSIGNMENT
from helpers.sandboxes import require_kernel
from helpers.submissions import KEYS, NAMES, class_of, judge_all, submission


@pytest.fixture
def stage(tmp_path, monkeypatch) -> Path:
    """A folder for stand-ins; grading processes are theirs."""
    monkeypatch.setattr(pool, "COMMAND", stand_in.command(tmp_path, "stand_in.judging"))
    return tmp_path


def test_a_class_is_judged_once_and_each_verdict_is_its_own(stage):
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


def test_submissions_are_read_only_as_there_is_room(stage):
    """A class of any size has a bounded number of submissions in memory."""
    most, read, back = 0, 0, 0

    def submissions():
        nonlocal read, most
        for each in class_of(25):
            read += 1
            most = max(most, read - back)
            yield each

    with pool.local(1) as crew:
        store = Store(stage / "verdicts")
        for _ in judge_class(ASSIGNMENT, submissions(), store, crew, KEYS):
            back += 1
    assert read == back == 25 and most <= pool.AHEAD + 1


def test_a_hundred_thousand_jobs_never_wait_in_memory():
    """`run_all` takes a job only when there is room, whoever does them."""
    on_the_way = most = total = 0

    def jobs():
        nonlocal on_the_way, most
        for number in range(100_000):
            on_the_way += 1
            most = max(most, on_the_way)
            yield number, b"job"

    crew = classroom.here()
    crew.room = lambda: 16
    crew.executor.submit = lambda act, job: _done(job)
    for _ in pool.run_all(jobs(), crew):
        on_the_way -= 1
        total += 1
    assert total == 100_000 and most <= 16


def _done(job) -> Future:
    future: Future = Future()
    future.set_result(job)
    return future


def test_a_killed_grading_process_is_replaced_and_its_submission_tried_again(stage):
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


def test_a_file_that_kills_its_process_gets_a_verdict_that_says_so(stage):
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
    forget(ASSIGNMENT, ["mallory"], store, Wish(rerun=True))
    kept = judge_all(store, [submission("mallory", "kill")])[0]
    assert kept.record is None and "the old marks stay" in kept.fault


def test_a_process_that_hangs_is_ended(stage, monkeypatch):
    """Whatever holds a grading process, it does not hold the class."""
    process = pool.Process(Zygote())
    monkeypatch.setattr(pool, "COMMAND", [sys.executable, "-c", "import time; time.sleep(999)"])
    monkeypatch.setattr(pool, "TOO_LONG_S", 0.1)
    with pytest.raises(pool.Lost, match="SIGKILL"):
        process.ask(b"job")
    process.close()


def test_closing_ends_every_process_at_once(stage):
    """After an interruption no grading process runs on, and no thread waits for one."""
    submissions, others = iter(class_of(8)), {*psutil.Process().children()}  # of other tests
    with pool.local(2) as crew:
        results = judge_class(ASSIGNMENT, submissions, Store(stage), crew, KEYS)
        next(results)
        assert {*psutil.Process().children()} - others
    assert not {*psutil.Process().children()} - others
    assert not [t for t in threading.enumerate() if t.name.startswith("grading")]


def test_a_full_disk_is_one_line_and_keeps_what_is_there(stage, monkeypatch):
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
        (judged,) = judge_class(
            ASSIGNMENT, [submission("alice")], store, _answering(b"x" * 100), KEYS
        )
        with pytest.raises(StoreError, match="No space left on device"):
            store.save(judged.record, os.urandom(80_000))
        assert store.load("alice") == judged.record
        assert sorted(path.suffix for path in store.folder.iterdir()) == [".json", ".observed"]
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def _answering(observations: bytes) -> pool.Crew:
    """A crew that finds every task missing."""
    crew = classroom.here()

    def submit(act, job):
        names = (*judging.unpack_job(job).run, *judging.unpack_job(job).judge)
        verdicts = tuple(judging.verdict_without_run(n, "stopped", how="x") for n in names)
        return _done(judging.pack_answer(judging.Answer(verdicts, observations=observations)))

    crew.executor.submit = submit
    return crew


def test_a_fault_that_meets_everybody_is_said_once(stage):
    """Another version on a machine stops the run; ten faults in a row do, too."""
    keys = Keys(ASSIGNMENT)
    keys.version = "another"
    with pool.local(1) as crew, pytest.raises(AssignmentError, match="another version of the auto"):
        list(judge_class(ASSIGNMENT, class_of(3), Store(stage), crew, keys))
    crew = classroom.here()
    fault = judging.pack_answer(judging.Answer(fault="no memory"))
    crew.executor.submit = lambda act, job: _done(fault)
    with pytest.raises(AssignmentError, match=r"10 submissions in a row .*\(no memory\)"):
        list(judge_class(ASSIGNMENT, class_of(30), Store(stage), crew, KEYS))


def test_cores_are_those_of_the_mask_and_the_quota(monkeypatch, tmp_path):
    """A container with a quota of two cores on a large machine has two workers."""
    quota = tmp_path / "cpu.max"
    monkeypatch.setattr(pool, "QUOTA", quota)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(64), raising=False)
    for text, want in {"200000 100000": 2, "max 100000": 64, "5000 100000": 1, "": 64}.items():
        quota.write_text(text)
        assert pool.cores() == want
    quota.unlink()
    assert pool.cores() == 64


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
        "error: interrupted; verdicts so far are kept; run again to go on"
    ]
    assert "Traceback" not in done.stderr and not _left(tmp_path)
    store = Store(course / ".autograder" / "verdicts" / "gans")
    assert any(store.load(student) for student in stand_in.runs(tmp_path))


KILLED = """
import os, psutil, signal
from autograder.grading import job as judging, pool
from autograder.config import find_assignment
from autograder.grading.fingerprints import Keys
from autograder.submission.reader import Submission
keys = Keys(find_assignment("gans"))
handed_in = Submission("alice", b"x = 1", None, {}, (), None)
observing = keys.observations(handed_in)
what = "gans", "alice", b"x = 1", None, tuple(observing), (), observing, keys.version
job = judging.Job(*what)
answer = judging.unpack_answer(pool.judge_in_process(judging.pack_job(job)))
print(answer.ended, *{v.findings[0].code for v in answer.verdicts}, answer.unsafe or "isolated")
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
    with store.alone():
        assert not (tmp_path / ".x.part").exists()
        with pytest.raises(StoreError, match="another run is grading this course"):
            Store(tmp_path).alone().__enter__()
    with store.alone():
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
