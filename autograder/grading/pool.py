"""Backends: where grading jobs run. Local processes and this process; `dask_pool` adds a cluster.

Each grading process has a sandbox of its own. `run_jobs` never has more jobs in flight than the
backend has capacity for.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from autograder.config import REPOSITORY
from autograder.sandbox import Zygote, signal_name

from .grade_submission import GradingResult, grade_source
from .job import Job, JobResult, result_given_up
from .job_worker import JobWorker, receive, send

AHEAD = 4  # jobs in flight for each worker: it continues while marks are written
TRIES = 3  # grading processes that may end during one job
JOB_LIMIT_S = 1200  # total_s and the start of several sandboxes; a longer job hangs
COMMAND = (
    sys.executable,
    "-P",  # do not import from the current directory
    "-c",
    f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); "
    "from autograder.grading import job_worker; "
    "job_worker.main(*map(int, sys.argv[1:]))",
)
QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of the container, if there is one
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

Tag = TypeVar("Tag")


class ProcessLost(Exception):
    """A grading process ended; the message says how."""


class GradingProcess:
    """One grading process, started with its first job and again after it was lost.

    Args:
        zygote: shared with the other grading processes of this machine.
        command: starts the process.
        limit_s: seconds after which a job is stopped.
    """

    def __init__(
        self, zygote: Zygote, command: Sequence[str] = COMMAND, limit_s: float = JOB_LIMIT_S
    ):
        self._zygote, self._command, self._limit_s = zygote, command, limit_s
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, job: bytes) -> bytes:
        """Do a packed job and return the packed result.

        Raises:
            ProcessLost: the process ended before it answered.
        """
        if self._process is None or self._process.poll() is not None:
            self._start()
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        result, timer = None, threading.Timer(self._limit_s, process.kill)
        timer.daemon = True  # the end of this program does not wait for it
        timer.start()
        try:
            with suppress(OSError, ValueError):  # ValueError: `close` has closed the pipes
                send(process.stdin, job)
                result = receive(process.stdout)
        finally:
            timer.cancel()
        if result is None:
            process.kill()  # it has closed its end, so nothing is lost
            code = process.wait()
            raise ProcessLost(signal_name(-code) or f"exit code {code}")
        return result

    def close(self) -> None:
        """Kill the process; its sandbox ends with it."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    if pipe is not None:
                        pipe.close()

    def _start(self) -> None:
        self.close()
        channel = self._zygote.share()
        self._process = subprocess.Popen(
            [*self._command, *map(str, channel)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ONE_THREAD},
            pass_fds=channel,
        )


class ProcessPool:
    """Grading processes for as many threads as call `run` at the same time."""

    def __init__(self, command: Sequence[str] = COMMAND):
        self._command, self._lock, self._closed = command, threading.Lock(), False
        self._zygote = Zygote()
        self._all: list[GradingProcess] = []
        self._idle: list[GradingProcess] = []

    def run(self, packed: bytes) -> bytes:
        """Do a packed job in an idle process; replace the process if it is lost.

        Returns:
            The packed result. After TRIES lost processes it says so, and the class goes on.
        """
        process, deaths = self._take(), 0
        try:
            while True:
                try:
                    result = process.run(packed)
                except ProcessLost as lost:
                    deaths += 1
                    if deaths == TRIES or self._closed:
                        return result_given_up(Job.unpack(packed), str(lost), deaths).pack()
                else:
                    if deaths:
                        return replace(JobResult.unpack(result), deaths=deaths).pack()
                    return result
        finally:
            with self._lock:
                self._idle.append(process)

    def close(self) -> None:
        """Kill all processes, also those in the middle of a job."""
        self._closed = True
        with self._lock:
            processes = list(self._all)
        for process in processes:
            process.close()
        self._zygote.close()

    def _take(self) -> GradingProcess:
        with self._lock:
            if self._idle:
                return self._idle.pop()
            process = GradingProcess(self._zygote, self._command)
            self._all.append(process)
            return process


class Backend:
    """Where jobs run. A context manager that stops its workers at the end.

    Attributes:
        survives_crashes: a job that ends its process is tried again in another one.
        patience_s: seconds without a result after which `check` is called; None for never.
    """

    survives_crashes = True
    patience_s: float | None = None

    def submit(self, job: bytes) -> "Future[bytes]":
        """Start a packed job and return the future of its packed result."""
        raise NotImplementedError

    def capacity(self) -> int:
        """Return how many jobs may be in flight now."""
        raise NotImplementedError

    def check(self) -> None:
        """Raise an AutograderError if no result can come any more."""

    def explain(self, error: BaseException) -> BaseException | str:
        """Translate an error of a job: an exception ends the run, a text is the job's fault."""
        return error

    def close(self) -> None:
        """Stop all workers at once."""

    def __enter__(self) -> "Backend":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class LocalBackend(Backend):
    """Grading processes on this machine.

    Args:
        workers: how many; None for the cores that this process may use.
        command: starts one of them.
    """

    def __init__(self, workers: int | None = None, command: Sequence[str] = COMMAND):
        self._workers = workers or available_cores()
        self._processes = ProcessPool(command)
        self._threads = ThreadPoolExecutor(self._workers, thread_name_prefix="grading")

    def submit(self, job: bytes) -> "Future[bytes]":
        """Start a packed job."""
        return self._threads.submit(self._processes.run, job)

    def capacity(self) -> int:
        """Return how many jobs may be in flight."""
        return AHEAD * self._workers

    def close(self) -> None:
        """Kill the processes and drop the jobs that wait."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._processes.close()
        self._threads.shutdown(wait=True)


class InProcessBackend(Backend):
    """This process, one job at a time. A crash of the grading code ends the caller.

    Args:
        grade: the function that grades one source file.
    """

    survives_crashes = False

    def __init__(self, grade: Callable[..., GradingResult] = grade_source):
        self._worker = JobWorker(grade)

    def submit(self, job: bytes) -> "Future[bytes]":
        """Do a packed job and return a future that is done."""
        future: Future[bytes] = Future()
        future.set_result(self._worker.run(Job.unpack(job)).pack())
        return future

    def capacity(self) -> int:
        """Return 1."""
        return 1

    def close(self) -> None:
        """Stop the sandbox."""
        self._worker.close()


def available_cores(quota: Path = QUOTA) -> int:
    """Return how many cores this process may use: its mask, and the quota of its container."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    with suppress(OSError, ValueError):
        allowed, period = quota.read_text().split()
        return max(1, min(cores, round(int(allowed) / int(period))))
    return cores


def run_jobs(
    jobs: Iterable[tuple[Tag, bytes | None]], backend: Backend
) -> Iterator[tuple[Tag, bytes | str | None]]:
    """Run jobs as the backend has capacity.

    Args:
        jobs: pairs of any tag and a packed job; None comes back at once.
        backend: where they run.
    Yields:
        Each tag with the packed result, None, or a text that says why there is no result.
    """
    jobs, more = iter(jobs), True
    waiting: dict[Future[bytes], Tag] = {}
    while more or waiting:
        while more and len(waiting) < backend.capacity():
            try:
                tag, job = next(jobs)
            except StopIteration:
                more = False
                break
            if job is None:
                yield tag, None
            else:
                waiting[backend.submit(job)] = tag
        if waiting:
            done, _ = wait(waiting, backend.patience_s, FIRST_COMPLETED)
            if not done:
                backend.check()
            for future in done:
                yield waiting.pop(future), _result(future, backend)


def _result(future: "Future[bytes]", backend: Backend) -> bytes | str:
    try:
        return future.result()
    except BaseException as error:
        explanation = backend.explain(error)
        if isinstance(explanation, str):
            return explanation
        raise explanation from None
