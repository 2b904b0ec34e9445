"""The three ways to run a worker. Each takes a job and gives a `Run`, or raises `WorkerError`."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

from autograder.config import REPOSITORY
from autograder.errors import WorkerError

from . import bubblewrap
from .guest.protocol import Parser, pack_job
from .monitor import Outcome, Problem, Run, Watch, ended

PLAIN = (
    "import sys; sys.path[:0] = sys.argv[1:3]; "
    "from guest import worker; worker.main(int(sys.argv[3]), False)"
)


def parser_for(job: dict) -> Parser:
    """Takes the answers to a job: those of the worker itself, and one for each probe."""
    return Parser(["ready", "import", *(probe["id"] for probe in job["probes"]), "end"])


def started(run: Run) -> Run:
    """The run, if the worker came as far as the student's file.

    Raises:
        WorkerError: it did not.
    """
    if "ready" in run.found:
        return run
    last = run.log.strip().splitlines()[-1:] or [run.how or run.outcome]
    raise WorkerError(f"the worker process did not start ({last[0][:200]}); nothing was graded")


class Pipes:
    """The job as a file, and a pipe each for answers, log and report.

    Attributes:
        job, answers, log, report: ends that the grader holds.
        answers_in, log_in, report_in: ends for the other side.
    """

    def __init__(self, job: bytes):
        with ExitStack() as stack:
            self.job = stack.enter_context(tempfile.TemporaryFile())
            self.job.write(job)
            self.job.seek(0)
            for name in ("answers", "log", "report"):
                for label, end in zip((name, f"{name}_in"), os.pipe(), strict=True):
                    mode = "wb" if label.endswith("_in") else "rb"
                    setattr(self, label, stack.enter_context(os.fdopen(end, mode, buffering=0)))
            self._stack = stack.pop_all()

    def close_other_side(self) -> None:
        """Once the other side has its copies: its end must be seen here."""
        for end in (self.answers_in, self.log_in, self.report_in):
            end.close()

    def __enter__(self) -> "Pipes":
        return self

    def __exit__(self, *_):
        self._stack.close()


class Plain:
    """A process of the same user: limits, and no protection at all."""

    def run(self, job: dict, source: bytes) -> Run:
        """Start a worker, give it the job, collect what it answers, end it."""
        limits = job["limits"]
        with Pipes(pack_job(job, source)) as pipes, _home() as home:
            process = self._start(home, pipes)
            try:
                pipes.close_other_side()
                watch = Watch(parser_for(job), limits)
                problem = watch.read(
                    pipes,
                    lambda: self._look(process, limits),
                    lambda: usage_of_tree(process.pid),
                )
                used = max(0.0, usage_of_tree(process.pid) - watch.used_before())
                problem = problem or self._ended(process, limits, watch.used_before())
            finally:
                end(process)
            return replace(started(watch.run(*problem)), cpu_s=round(used, 3))

    def close(self) -> None:
        """Nothing stays behind."""

    def _start(self, home: str, pipes: Pipes) -> subprocess.Popen:
        environment = {"HOME": home, "TMPDIR": home, "PATH": "/usr/bin:/bin"}
        environment |= {"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
        command = [
            sys.executable,
            "-I",
            "-c",
            PLAIN,
            str(REPOSITORY),
            str(bubblewrap.GUEST.parent),
            str(pipes.answers_in.fileno()),
        ]
        return spawn(command, environment, home, pipes)

    def _look(self, process, limits: dict) -> Problem | None:
        """Memory cannot be watched everywhere; the limit on address space stands."""

    def _ended(self, process, limits: dict, before: float) -> Problem:
        """The pipe of answers closed before the end: by whom, and how?"""
        code, cpu_s = _reap(process)
        if code is None:
            return Outcome.INCOMPLETE, "it closed the channel for answers"
        return ended(limits, signal_name(-code), code, cpu_s - before)


class Fresh(Plain):
    """A new sandbox for each job: simple, and the reference for the fork server."""

    def __init__(self):
        self.used: list[tuple[float, int]] = []  # seconds and bytes of each process, last seen

    def _start(self, home: str, pipes: Pipes) -> subprocess.Popen:
        command = bubblewrap.command(f"worker.main({pipes.answers_in.fileno()}, True)")
        return spawn(command, {}, "/", pipes)

    def _look(self, process, limits: dict) -> Problem | None:
        most = limits["resident_mib"] << 20
        self.used = [usage(pid) for pid in descendants(process.pid)] or self.used
        if any(resident > most for _, resident in self.used):
            return Outcome.MEMORY, f"more than {limits['resident_mib']} MiB of memory"
        return None

    def _ended(self, process, limits: dict, before: float) -> Problem:
        code, _ = _reap(process)
        if code is None:
            return Outcome.INCOMPLETE, "it closed the channel for answers"
        name = signal_name(code - 128)  # bubblewrap passes a signal on as 128 + its number
        return ended(limits, name, code, sum(cpu_s for cpu_s, _ in self.used) - before)


def _home() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="worker-", ignore_cleanup_errors=True)


def spawn(command, environment: dict, folder: str, pipes: Pipes) -> subprocess.Popen:
    """Start a program in a session of its own, with the ends of the pipes that are for it."""
    return subprocess.Popen(
        command,
        stdin=pipes.job,
        stdout=pipes.log_in,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=environment,
        start_new_session=True,
        pass_fds=(pipes.answers_in.fileno(),),
    )


def _reap(process: subprocess.Popen) -> tuple[int | None, float]:
    """Exit code (None if it still runs) and processor time of a process and all it waited for."""
    for _ in range(50):
        found, status, used = os.wait4(process.pid, os.WNOHANG)
        if found:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, used.ru_utime + used.ru_stime
        time.sleep(0.02)
    return None, 0.0


def signal_name(number: int) -> str | None:
    """ "SIGKILL" and the like; None for what is no signal, or one that has no name."""
    with suppress(ValueError):
        return signal.Signals(number).name
    return None


def end(process: subprocess.Popen) -> None:
    """End a process and all that it started in its session."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def end_tree(pid: int) -> None:
    """End a process and all below it: none may start another one while they are looked for."""
    left, found = [pid], []
    while left:
        with suppress(OSError):
            os.kill(left[-1], signal.SIGSTOP)
        found.append(left.pop())
        left += children(found[-1])
    for each in reversed(found):
        with suppress(OSError):
            os.kill(each, signal.SIGKILL)


def children(pid: int) -> list[int]:
    """Processes that a process started itself."""
    with suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def descendants(pid: int) -> list[int]:
    """Processes that a process started, and those that they did."""
    found, left = [], [pid]
    while left:
        below = children(left.pop())
        left += below
        found += below
    return found


def usage(pid: int) -> tuple[float, int]:
    """Seconds of processor time and resident bytes of a process; zeros if it is gone."""
    with suppress(OSError, IndexError):
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks, pages = int(words[11]) + int(words[12]), int(words[21])
        return ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE")
    return 0.0, 0


def usage_of_tree(pid: int) -> float:
    """Seconds of processor time of a process, of all below it, and of those that they outlived."""
    total = 0
    for each in (pid, *descendants(pid)):
        with suppress(OSError, IndexError):
            words = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, words[11:15]))
    return total / os.sysconf("SC_CLK_TCK")
