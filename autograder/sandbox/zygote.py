"""The grader's side of the zygote: a warm process in a sandbox that forks a child for each job.

Warming up takes seconds and hundreds of megabytes, so all grading processes of a machine share one
zygote. It never reads a submission.
"""

import json
import os
import select
import signal
import socket
import subprocess
import threading
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from autograder.errors import WorkerError

from . import bubblewrap
from .guest.protocol import SandboxJob
from .monitor import (
    Ending,
    Outcome,
    Run,
    RunMonitor,
    channel_closed,
    memory_limit,
    process_ended,
    wall_limit,
)
from .runners import Pipes, require_start, signal_name
from .selftest import JOB, check_self_test
from .selftest import source as self_test_source

INCOMPLETE_S = 2  # for a child to end after it closed its answers, or sent the last one
REPORT_S = 5  # for a monitor to report after its child was stopped


class Zygote:
    """A warm process, started when it is first needed and again after it has ended.

    Args:
        channel: descriptor of the channel to a zygote that another process owns; None to start one.
    """

    def __init__(self, channel: int | None = None):
        self._channel = None if channel is None else socket.socket(fileno=channel)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Process id of the sandbox, if this process owns it and it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    @property
    def is_open(self) -> bool:
        """Whether there is a zygote that has not been found to have ended."""
        return self._channel is not None and (self._process is None or self.pid is not None)

    def start(self) -> int:
        """Start the zygote if needed; requests sent during its warm-up are queued.

        Returns:
            The descriptor of the channel, which a child process may inherit.

        Raises:
            OSError: there is no memory or descriptor left.
        """
        with self._lock:
            if not self.is_open:
                self._close()
                self._start()
            assert self._channel is not None
            return self._channel.fileno()

    def share(self) -> tuple[int, ...]:
        """Start the zygote if needed, for a grading process that inherits its channel.

        Returns:
            The descriptor to inherit; empty if no zygote can start, and the process says why.
        """
        if bubblewrap.program() is None:
            return ()
        with suppress(OSError):
            return (self.start(),)
        return ()

    def request(self, job: SandboxJob, files: list[int]) -> None:
        """Ask the zygote to fork a monitor for a job.

        Args:
            job: whose limits the monitor enforces.
            files: descriptors of the packed job, answers, log and control socket.

        Raises:
            WorkerError: the zygote has ended.
        """
        try:
            self.start()
            channel = self._channel
            if channel is None:
                raise OSError("closed")
            socket.send_fds(channel, [json.dumps(asdict(job.limits)).encode()], files)
        except OSError as error:
            raise WorkerError(f"the zygote has ended ({self.discard() or error})") from None

    def discard(self) -> str:
        """End a zygote that failed; the next request starts another one.

        Returns:
            The last line that it printed, if this process owns it.
        """
        with self._lock:
            process, self._process = self._process, None
            self._close()
        if process is None:
            return ""
        _kill_session(process)
        assert process.stdout is not None
        with process.stdout as printed:
            lines = printed.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:200] if lines else ""

    def close(self) -> None:
        """End the zygote and its children if this process owns it; else close the channel."""
        self.discard()

    def __enter__(self) -> "Zygote":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                bubblewrap.command(f"zygote.main({theirs.fileno()})"),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={},
                start_new_session=True,
                pass_fds=(theirs.fileno(),),
            )

    def _close(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._process is not None:
            _kill_session(self._process)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None


class ZygoteRunner:
    """Runs jobs one at a time in children of a zygote.

    After an abnormal ending the self-test must pass before the zygote gets another job. If it
    fails, the zygote is replaced.

    Args:
        zygote: may be shared by several runners.
    """

    def __init__(self, zygote: Zygote):
        self.zygote = zygote
        self._trusted = False

    def run(self, job: SandboxJob, source: bytes) -> Run:
        """Run a student's file over the probes of a job in a new child.

        Raises:
            WorkerError: the zygote did not start, failed its self-test or lost a child.
        """
        self.prepare()
        self._trusted = False
        run = self._run(job, source)
        self._trusted = run.outcome is Outcome.DONE
        return run

    def prepare(self) -> None:
        """Start the zygote, and run its self-test after a start and after an abnormal ending.

        Raises:
            WorkerError: a new zygote does not start, or fails its self-test.
        """
        if self.zygote.is_open:
            if self._trusted:
                return
            with suppress(WorkerError):
                return self._self_test()
        self._self_test()

    def close(self) -> None:
        """Do nothing: the owner of the zygote closes it."""

    def _self_test(self) -> None:
        try:
            check_self_test(self._run(JOB, self_test_source()))
        except WorkerError:
            self.zygote.discard()
            raise
        self._trusted = True

    def _run(self, job: SandboxJob, source: bytes) -> Run:
        """Run one child; it is ended when this function returns or raises."""
        monitor = RunMonitor(job)
        with Pipes(job, source) as pipes, Control() as control:
            files = (pipes.job, pipes.answers_in, pipes.log_in, control.monitor_end)
            self.zygote.request(job, [file.fileno() for file in files])
            pipes.close_worker_ends()
            control.monitor_end.close()
            answers, log = pipes.answers.fileno(), pipes.log.fileno()
            ending = monitor.read(answers, log, lambda: None, control.cpu_s)
            may_end = ending is None or ending[0] is Outcome.DONE
            report = control.report(INCOMPLETE_S if may_end else 0)
        if report is None:
            last_words = self.zygote.discard()
            raise WorkerError(f"the zygote did not run the job ({last_words or 'it has ended'})")
        ending = ending or _ending_of(report, job)
        return require_start(monitor.finish(ending, report["cpu_s"]))


class Control:
    """The grader's side of the control socket to one monitor.

    Attributes:
        monitor_end: the other side, to be sent to the zygote.
    """

    def __init__(self) -> None:
        self._socket, self.monitor_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(REPORT_S)
        self._report: dict[str, Any] | None = None

    def cpu_s(self) -> float:
        """Return the child's processor time so far, in seconds; 0 once it has ended."""
        with suppress(OSError, ValueError):
            self._socket.send(b"cpu")
            answer = json.loads(self._socket.recv(256))
            if isinstance(answer, float):
                return answer
            self._report = answer
        return 0.0

    def report(self, wait_s: float) -> dict[str, Any] | None:
        """Return the monitor's report on how the child ended; None if the monitor has ended.

        Args:
            wait_s: time for the child to end by itself, in seconds; then it is killed.
        """
        with suppress(OSError, ValueError):
            if self._report is None and not select.select([self._socket], [], [], wait_s)[0]:
                self._socket.shutdown(socket.SHUT_WR)
            while self._report is None:
                answer = json.loads(self._socket.recv(256))
                self._report = answer if isinstance(answer, dict) else None
        return self._report

    def __enter__(self) -> "Control":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self.monitor_end.close()


def _ending_of(report: dict[str, Any], job: SandboxJob) -> Ending:
    """Return how a child ended that closed its answers before the last one."""
    if report["why"] == "closed":
        return channel_closed()
    if report["why"] == "wall":
        return wall_limit(job.limits)
    if report["why"] == "memory":
        return memory_limit(job.limits)
    return process_ended(job.limits, signal_name(-report["code"]), report["code"], report["cpu_s"])


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """End bubblewrap, and with it every process in its namespaces."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
