"""The grading process: read jobs from standard input, write their results to standard output.

Each grading process has a sandbox of its own. It holds no torch: students' code and probes run in
the sandbox.
"""

import os
import platform
import queue
import signal
import struct
import sys
import threading
from collections.abc import Callable
from typing import IO

from autograder.config import Assignment, find_assignment
from autograder.errors import AutograderError, WorkerError
from autograder.sandbox import Outcome, Sandbox, Zygote

from .fingerprints import Fingerprints
from .grade_submission import GradingResult, cases_of, grade_source
from .job import Job, JobResult
from .observation_file import StoredObservations

OTHER_VERSION = (
    f"{platform.node()}: another version of the autograder or of its reference data than where "
    "you grade; install the same on every machine and run again"
)


class JobWorker:
    """Do jobs in this process, one at a time.

    Args:
        grade: the function that grades one source file.
        zygote: for its sandbox; None for a zygote of its own.
    """

    def __init__(
        self, grade: Callable[..., GradingResult] = grade_source, zygote: Zygote | None = None
    ):
        self._grade, self._sandbox = grade, Sandbox(zygote=zygote)
        self._assignments: dict[str, Assignment] = {}
        self._versions: dict[str, str] = {}

    def run(self, job: Job) -> JobResult:
        """Do a job. A failure of the autograder becomes the `fault` of the result."""
        try:
            return self._run(job)
        except AutograderError as error:
            return JobResult(fault=str(error), affects_all=not isinstance(error, WorkerError))
        except Exception as error:
            return JobResult(fault=str(error).strip() or type(error).__name__)

    def has_version(self, job: Job) -> bool:
        """Return whether this process has the grader's code, limits and reference data."""
        try:
            if job.assignment not in self._versions:
                fingerprints = Fingerprints(self._assignment(job.assignment))
                self._versions[job.assignment] = fingerprints.version
            return self._versions[job.assignment] == job.version
        except AutograderError:
            return False

    def close(self) -> None:
        """Stop the sandbox."""
        self._sandbox.close()

    def _run(self, job: Job) -> JobResult:
        """Run and judge the tasks of a job.

        Raises:
            ValueError: grading did not return exactly one verdict for every task.
        """
        assignment = self._assignment(job.assignment)
        self._sandbox.allow_plain = self._sandbox.allow_plain or job.allow_plain
        stored = StoredObservations.unpack(job.stored)
        graded = self._grade(
            assignment,
            job.source,
            job.student,
            job.refused,
            self._sandbox.run,
            cases_of(assignment, job.run),
            stored.observations,
        )
        wanted = [task.name for task in assignment.tasks if task.name in (*job.run, *job.judge)]
        verdicts = tuple(v for v in graded.verdicts if v.task in wanted or job.source is None)
        judged = [verdict.task for verdict in verdicts]
        if judged != wanted:
            raise ValueError(f"verdicts on {job.student}: expected {wanted}; found {judged}")
        observed = graded.observations
        if observed is None:
            ended = Outcome.NO_FILE if job.source is None else Outcome.DONE
            return JobResult(verdicts, graded.note, ended)
        packed = b""
        if job.run:
            new = {name: job.fingerprints[name] for name in job.run}
            packed = StoredObservations(observed, {**stored.fingerprints, **new}).pack()
        used = observed.ended, observed.cpu_s, observed.wall_s
        return JobResult(
            verdicts, graded.note, *used, self._sandbox.describe(), observations=packed
        )

    def _assignment(self, name: str) -> Assignment:
        if name not in self._assignments:
            self._assignments[name] = find_assignment(name)
        return self._assignments[name]


def send(stream: IO[bytes], data: bytes) -> None:
    """Write one message: its length, then its bytes."""
    stream.write(struct.pack(">Q", len(data)) + data)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Read one message; None if the other side has ended."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    size = struct.unpack(">Q", head)[0]
    data = stream.read(size)
    return data if len(data) == size else None


def main(
    zygote_channel: int | None = None, grade: Callable[..., GradingResult] = grade_source
) -> None:
    """Serve jobs until standard input ends, which it does when the grader ends in any way.

    Args:
        zygote_channel: inherited descriptor of the channel to the grader's zygote.
        grade: the function that grades one source file.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # from a terminal: the grader decides
    jobs, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    zygote = Zygote(zygote_channel)
    worker = JobWorker(grade, zygote)

    def listen() -> None:
        while (data := receive(jobs)) is not None:
            waiting.put(data)
        zygote.close()
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        job = Job.unpack(waiting.get())
        if not worker.has_version(job):
            send(results, JobResult(fault=OTHER_VERSION, affects_all=True).pack())
            sys.exit(1)  # the next process may find another version
        send(results, worker.run(job).pack())
