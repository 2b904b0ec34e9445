"""One submission as bytes -> its verdicts as bytes: what every grading process does, here or far.

Both are a line of JSON and raw bytes behind it, never a pickled object. `main` serves such jobs
from standard input, in a process of its own that has a sandbox of its own.
"""

import json
import os
import platform
import queue
import signal
import struct
import sys
import threading
from dataclasses import dataclass, replace
from functools import lru_cache

from autograder.config import Assignment, find_assignment
from autograder.errors import AutograderError, WorkerError
from autograder.sandbox import Outcome, Sandbox, Zygote
from cs231n.engine.judging import verdict_without_run
from cs231n.engine.schema import Verdict

from . import grade_submission as grading
from .fingerprints import Keys
from .observation_file import Kept, pack, unpack

OTHER = (
    f"{platform.node()}: another version of the autograder or of its answers than where you grade; "
    "install the same on every machine and run again"
)


@dataclass(frozen=True)
class Job:
    """What is to be done with one submission.

    Attributes:
        assignment: its name.
        student: the student id.
        source, refused: see `submission.Submission`.
        run: names of the tasks to run.
        judge: names of the tasks to judge from what is `known`.
        keys: task -> hash of what the observations of it depend on.
        version: of assignment, answers and code at the grader (`keys.Keys.version`).
        unsafe: the instructor agreed to run it without isolation.
        known: packed earlier observations.
    """

    assignment: str
    student: str
    source: bytes | None
    refused: str | None
    run: tuple[str, ...]
    judge: tuple[str, ...]
    keys: dict[str, str]
    version: str
    unsafe: bool = False
    known: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What came of a job.

    Attributes:
        verdicts: one for every task that was run or judged; empty if there is a `fault`.
        note, ended, cpu_s, wall_s: see `store.Record`.
        unsafe: what was not guaranteed while it ran; empty if isolated.
        fault: why there are no verdicts: ours, not the student's; else empty.
        everywhere: the fault would meet every submission.
        deaths: how many grading processes ended while they had this job.
        given_up: too many of them ended; the verdicts say that.
        observations: packed; empty if nothing was run.
    """

    verdicts: tuple[Verdict, ...] = ()
    note: str | None = None
    ended: Outcome = Outcome.DONE
    cpu_s: float = 0.0
    wall_s: float = 0.0
    unsafe: str = ""
    fault: str = ""
    everywhere: bool = False
    deaths: int = 0
    given_up: bool = False
    observations: bytes = b""


def pack_job(job: Job) -> bytes:
    """The bytes of a job."""
    source = job.source if job.source is not None else b""
    head = {**vars(job), "source": None if job.source is None else len(source), "known": None}
    return json.dumps(head).encode() + b"\n" + source + job.known


def unpack_job(data: bytes) -> Job:
    """The inverse of `pack_job`."""
    line, _, rest = data.partition(b"\n")
    head = json.loads(line)
    size = head["source"]
    head["source"], head["known"] = None if size is None else rest[:size], rest[size or 0 :]
    return Job(**{**head, "run": tuple(head["run"]), "judge": tuple(head["judge"])})


def pack_answer(answer: Answer) -> bytes:
    """The bytes of an answer: verdicts and facts as JSON, observations in their packed form."""
    verdicts = [verdict.to_json() for verdict in answer.verdicts]
    head = {**vars(answer), "verdicts": verdicts, "observations": None}
    return json.dumps(head).encode() + b"\n" + answer.observations


def unpack_answer(data: bytes) -> Answer:
    """The inverse of `pack_answer`."""
    line, _, rest = data.partition(b"\n")
    head = json.loads(line)
    head["verdicts"] = tuple(Verdict.from_json(verdict) for verdict in head["verdicts"])
    return Answer(**{**head, "ended": Outcome(head["ended"]), "observations": rest})


def work(data: bytes, sandbox: Sandbox) -> bytes:
    """Do a packed job in a sandbox; an error on our side becomes a fault in the packed answer."""
    try:
        answer = _do(unpack_job(data), sandbox)
    except AutograderError as error:
        answer = Answer(fault=str(error), everywhere=not isinstance(error, WorkerError))
    except Exception as error:
        answer = Answer(fault=str(error).strip() or type(error).__name__)
    return pack_answer(answer)


def given_up(data: bytes, how: str, deaths: int) -> bytes:
    """The packed answer to a job during which too many grading processes ended."""
    job = unpack_job(data)
    words = {"how": f"and the grading process with it, {deaths} times: {how}"}
    verdicts = [verdict_without_run(n, "stopped", **words) for n in (*job.run, *job.judge)]
    note = f"the grading process ended {deaths} times while it had this file ({how})"
    answer = Answer(tuple(verdicts), note, Outcome.CRASH, deaths=deaths, given_up=True)
    return pack_answer(answer)


def add_deaths(data: bytes, deaths: int) -> bytes:
    """A packed answer that also tells how many grading processes it took."""
    return pack_answer(replace(unpack_answer(data), deaths=deaths))


def _do(job: Job, sandbox: Sandbox) -> Answer:
    """Run and judge what a job names.

    Raises:
        ValueError: the grader did not give exactly one verdict for every task.
    """
    assignment = _state(job.assignment)[0]
    sandbox.allow_plain = sandbox.allow_plain or job.unsafe
    wanted = [t.name for t in assignment.tasks if t.name in (*job.run, *job.judge)]
    kept = unpack(job.known)
    words = {"worker": sandbox.run}
    if len(job.run) < len(assignment.tasks):
        words |= {"run": job.run, "known": kept.observed}
    graded = grading.grade_source(assignment, job.source, job.student, job.refused, **words)
    verdicts = tuple(v for v in graded.verdicts if v.task in wanted or job.source is None)
    found = [verdict.task for verdict in verdicts]
    if found != wanted:
        raise ValueError(f"verdicts on {job.student}: expected {wanted}; found {found}")
    observed = graded.observed
    if observed is None:
        return Answer(
            verdicts, graded.note, Outcome.NO_FILE if job.source is None else Outcome.DONE
        )
    new = Kept(observed, {**kept.keys, **{name: job.keys[name] for name in job.run}})
    packed = pack(new) if job.run else b""
    used = observed.ended, observed.cpu_s, observed.wall_s
    return Answer(verdicts, graded.note, *used, sandbox.describe(), observations=packed)


@lru_cache(maxsize=8)
def _state(name: str) -> tuple[Assignment, str]:
    """An assignment and its version, as this process found them when it first needed them."""
    assignment = find_assignment(name)
    return assignment, Keys(assignment).version


def _is_same(job: Job) -> bool:
    """Whether this process has what the grader has."""
    try:
        return _state(job.assignment)[1] == job.version
    except AutograderError:
        return False


def send(stream, data: bytes) -> None:
    """Write one message: its length, and itself."""
    stream.write(struct.pack(">Q", len(data)) + data)
    stream.flush()


def receive(stream) -> bytes | None:
    """Read one message; None if the other side has ended."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    size = struct.unpack(">Q", head)[0]
    data = stream.read(size)
    return data if len(data) == size else None


def main(zygote_channel: int | None = None) -> None:
    """Serve jobs until standard input ends, which happens whenever the grader ends.

    Args:
        zygote_channel: inherited descriptor of the channel to the grader's zygote.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: for the grader to decide
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    zygote = Zygote(zygote_channel)
    sandbox = Sandbox(zygote=zygote)

    def listen() -> None:
        while (job := receive(jobs)) is not None:
            waiting.put(job)
        zygote.close()
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        job = waiting.get()
        same = _is_same(unpack_job(job))
        other = pack_answer(Answer(fault=OTHER, everywhere=True))
        send(answers, work(job, sandbox) if same else other)
        if not same:  # the next process may find another one
            sys.exit(1)
