"""Many submissions at once: each grading thread has a process, each process a fork server.

Here threads feed processes of this machine; with `cluster.py` those of others. Both run
`judge_in_process`, and `run_all` never has more jobs on the way than there is room for.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.config import REPOSITORY
from autograder.sandbox import Zygote
from autograder.sandbox.runners import signal_name

from . import job as judging

AHEAD = 4  # jobs on the way for each worker: it goes on while marks are written
TRIES = 3  # grading processes that may end with one submission in their hands
TOO_LONG_S = 1200  # total_s and the start of a few sandboxes: whatever holds it then is not work
COMMAND = [
    sys.executable,
    "-P",  # not from the folder where the instructor happens to be
    "-c",
    f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); "
    "from autograder.grading import job; job.main(*map(int, sys.argv[1:]))",
]
QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of the container, where there is one
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Lost(Exception):
    """A grading process ended; the message says how."""


class Process:
    """One grading process, started when it is first asked and again after it was lost.

    Args:
        zygote: shared with the other grading processes of this machine.
    """

    def __init__(self, zygote: Zygote):
        self._zygote = zygote
        self.process: subprocess.Popen | None = None

    def ask(self, job: bytes) -> bytes:
        """Have a job done.

        Raises:
            Lost: the process ended before it answered.
        """
        if self.process is None or self.process.poll() is not None:
            self.close()
            channel = self._zygote.share()
            self.process = subprocess.Popen(
                [*COMMAND, *map(str, channel)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **ONE_THREAD},
                pass_fds=channel,
            )
        answer, end = None, threading.Timer(TOO_LONG_S, self.process.kill)
        end.daemon = True  # or the end of this program would wait for it
        end.start()
        try:
            with suppress(OSError):
                judging.send(self.process.stdin, job)
                answer = judging.receive(self.process.stdout)
        finally:
            end.cancel()
        if answer is None:
            raise Lost(self._how())
        return answer

    def close(self) -> None:
        """End the process at once; its sandbox ends with it."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    pipe.close()

    def _how(self) -> str:
        process = self.process
        if process is None:  # closed meanwhile
            return "closed"
        process.kill()  # nothing to lose: it has closed its answers
        code = process.wait()
        return signal_name(-code) or f"exit code {code}"


class _Processes:
    """A grading process for each thread that asks."""

    def __init__(self):
        self._mine, self._all, self._lock = threading.local(), [], threading.Lock()
        self._zygote = Zygote()
        self.closing = False

    def mine(self) -> Process:
        """That of this thread."""
        if not hasattr(self._mine, "process"):
            self._mine.process = Process(self._zygote)
            with self._lock:
                self._all.append(self._mine.process)
        return self._mine.process

    def close(self) -> None:
        """End them all; a thread that is waiting for one gets `Lost`."""
        self.closing = True
        with self._lock:
            processes, self._all, self._mine = self._all, [], threading.local()
        for process in processes:
            process.close()
        self._zygote.close()


_processes = _Processes()


def judge_in_process(job: bytes) -> bytes:
    """Do a packed job in this thread's grading process, which is replaced when it is lost.

    Returns:
        The packed answer. After TRIES lost processes it says so, and the class goes on.
    """
    deaths = 0
    while True:
        try:
            answer = _processes.mine().ask(job)
        except Lost as lost:
            deaths += 1
            if deaths == TRIES or _processes.closing:
                return judging.given_up(job, str(lost), deaths)
            continue
        return judging.add_deaths(answer, deaths) if deaths else answer


@dataclass
class Crew:
    """Who does the jobs.

    Attributes:
        executor: takes `judge_in_process` and packed jobs.
        room: how many jobs may be on the way now.
        close: end what runs, at once.
        patience: seconds after which `check` is called if nothing came back.
        check: raises if nothing will come back any more.
        explain: the exception for the user, of one that a job ended with.
    """

    executor: Executor
    room: Callable[[], int]
    close: Callable[[], None]
    patience: float | None = None
    check: Callable[[], None] = lambda: None
    explain: Callable[[BaseException], BaseException | str] = lambda error: error

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_):
        self.close()


def local(workers: int | None = None) -> Crew:
    """Processes of this machine.

    Args:
        workers: how many; None for the cores that may be used.
    """
    workers = workers or cores()
    _processes.closing = False
    executor = ThreadPoolExecutor(workers, thread_name_prefix="grading")

    def close() -> None:
        executor.shutdown(wait=False, cancel_futures=True)
        _processes.close()
        executor.shutdown(wait=True)

    return Crew(executor, lambda: AHEAD * workers, close)


def cores() -> int:
    """How many cores this process may use: its mask, and the quota of its container."""
    mask = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count())
    with suppress(OSError, ValueError):
        quota, period = QUOTA.read_text().split()
        return max(1, min(len(mask), round(int(quota) / int(period))))
    return len(mask)


def run_all(jobs: Iterable[tuple[object, bytes | None]], crew: Crew) -> Iterator[tuple]:
    """Do jobs as there is room for them.

    Args:
        jobs: pairs of anything and a packed job; None is done already and comes back at once.
        crew: who does them.
    Yields:
        The pairs, with the packed answer, None, or a text: why there is none.
    """
    jobs, waiting, more = iter(jobs), {}, True
    while more or waiting:
        while more and len(waiting) < crew.room():
            try:
                tag, job = next(jobs)
            except StopIteration:
                more = False
                break
            if job is None:
                yield tag, None
            else:
                waiting[crew.executor.submit(judge_in_process, job)] = tag
        if waiting:
            done, _ = wait(waiting, crew.patience, FIRST_COMPLETED)
            if not done:
                crew.check()
            for future in done:
                yield waiting.pop(future), _result(future, crew)


def _result(future: Future, crew: Crew) -> bytes | str:
    try:
        return future.result()
    except BaseException as error:
        found = crew.explain(error)
        if isinstance(found, str):
            return found
        raise found from None
