"""A worker process for one student's file: started, watched, and always ended.

Level so far: a plain process with limits on processor time, memory, files and output. It is not
isolated: the file runs with the grader's rights. SECURITY.md says what follows from that.
"""

import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass

from .assignment import TOP, AssignmentError
from .protocol import Malformed, Parser, pack_job

START_S = 120  # to import torch on a busy machine; our own code, so a failure is our fault
LOG_KEPT = 64 * 1024
START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from autograder.worker import main; main(int(sys.argv[2]))"
)


class WorkerError(AssignmentError):
    """The worker failed before it touched the student's file: nobody loses a mark for that."""


@dataclass(frozen=True)
class Run:
    """How one worker ended.

    Attributes:
        found: id -> (facts, arrays) of every complete answer, "ready", "import" and "end" too.
        outcome: "done", "cpu", "wall", "output", "malformed" or "crash".
        how: for a crash or a malformed answer, in a few words.
        log: the first part of what it printed.
    """

    found: dict[str, tuple[dict, dict]]
    outcome: str
    how: str
    log: str


def run_worker(job: dict, source: bytes) -> Run:
    """Start a worker, give it the job, collect what it answers.

    Args:
        job: {"package", "module", "file", "probes", "limits"}.
        source: bytes of the student's file.
    Raises:
        WorkerError: it did not even get ready.
    """
    wanted = ["ready", "import", *(probe["id"] for probe in job["probes"]), "end"]
    with tempfile.TemporaryDirectory(prefix="worker-") as home, _start(home) as process:
        try:
            run = _Watch(process, Parser(wanted), job["limits"]).run(pack_job(job, source))
        finally:
            _end(process)
    if "ready" not in run.found:
        last = run.log.strip().splitlines()[-1:] or [run.how or run.outcome]
        raise WorkerError(f"the worker process did not start ({last[0]}); nothing was graded")
    return run


class _start:
    """The process, in a session of its own, with empty environment and pipes."""

    def __init__(self, home: str):
        self.home = home

    def __enter__(self) -> subprocess.Popen:
        answers_in, answers_out = os.pipe()
        environment = {"HOME": self.home, "TMPDIR": self.home, "PATH": "/usr/bin:/bin"}
        environment |= {"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-I", "-c", START, str(TOP), str(answers_out)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.home,
            env=environment,
            start_new_session=True,
            pass_fds=(answers_out,),
        )
        os.close(answers_out)
        process.answers = answers_in
        self.process = process
        return process

    def __exit__(self, *_):
        os.close(self.process.answers)
        self.process.stdout.close()


def _end(process: subprocess.Popen) -> None:
    """End the process and all that it started in its session."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Watch:
    """Feeds a worker and reads it until it ends, talks too much or takes too long."""

    def __init__(self, process, parser: Parser, limits: dict):
        self.process, self.parser, self.limits = process, parser, limits
        self.log, self.printed = bytearray(), 0

    def run(self, job: bytes) -> Run:
        outcome, how = self._watch(job)
        text = bytes(self.log).decode("utf-8", "replace")
        return Run(self.parser.found, outcome, how, text)

    def _watch(self, job: bytes) -> tuple[str, str]:
        start, ready = time.monotonic(), None
        pending = memoryview(job)
        with selectors.DefaultSelector() as selector:
            for stream in (self.process.answers, self.process.stdout.fileno()):
                os.set_blocking(stream, False)
                selector.register(stream, selectors.EVENT_READ)
            inlet = self.process.stdin.fileno()
            os.set_blocking(inlet, False)
            selector.register(inlet, selectors.EVENT_WRITE)
            while self.process.answers in selector.get_map():
                if ready is None and "ready" in self.parser.found:
                    ready = time.monotonic()
                limit = (ready or start) + (self.limits["wall_s"] if ready else START_S)
                if time.monotonic() > limit:
                    return "wall", f"more than {self.limits['wall_s']} s"
                for key, _ in selector.select(0.2):
                    if key.fd == inlet:
                        pending = self._write(selector, inlet, pending)
                    elif problem := self._read(selector, key.fd):
                        return problem
                if "end" in self.parser.found:
                    return "done", ""
                if self.process.poll() is not None and not selector.select(0):
                    break
        return self._ended()

    def _write(self, selector, inlet: int, pending: memoryview) -> memoryview:
        try:
            pending = pending[os.write(inlet, pending[:65536]) :]
        except OSError:
            pending = pending[:0]
        if not pending:
            selector.unregister(inlet)
            self.process.stdin.close()
        return pending

    def _read(self, selector, stream: int) -> tuple[str, str] | None:
        data = os.read(stream, 1 << 18)
        if not data:
            selector.unregister(stream)
        elif stream == self.process.answers:
            try:
                self.parser.feed(data)
            except Malformed as error:
                return "malformed", str(error)
        else:
            self.printed += len(data)
            self.log += data[: max(0, LOG_KEPT - len(self.log))]
            if self.printed > self.limits["output_mib"] << 20:
                return "output", f"more than {self.limits['output_mib']} MiB"
        return None

    def _ended(self) -> tuple[str, str]:
        """The answer pipe closed before the end: by whom, and how?"""
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "crash", "it closed the channel for answers"
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return "cpu", f"more than {self.limits['cpu_s']} s of processor time"
        if code < 0:
            return "crash", f"signal {signal.Signals(-code).name}"
        return "crash", f"exit code {code}"
