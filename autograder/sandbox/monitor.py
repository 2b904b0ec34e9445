"""Read a worker's answers until it ends, prints too much or takes too long."""

import os
import selectors
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from .guest.protocol import Malformed, Observation, Parser, SandboxJob, SandboxLimits

START_S = 120  # to import torch on a busy machine; a failure to start is our fault
MOMENT_S = 1  # most probes take a hundredth of a second
LOG_KEPT = 64 * 1024  # bytes of the log
TICK_S = 0.1


class Outcome(StrEnum):
    """How the run of a student's file can end; a submission keeps the first that is not DONE."""

    DONE = "done"
    CPU = "cpu"
    WALL = "wall"
    MEMORY = "memory"
    CRASH = "crash"
    OUTPUT = "output"
    MALFORMED = "malformed"
    INCOMPLETE = "incomplete"
    IMPORT_ERROR = "import_error"
    NO_FILE = "no_file"

    @property
    def is_time_limit(self) -> bool:
        """Whether the run ended because it used too much time."""
        return self in (Outcome.CPU, Outcome.WALL)


Ending = tuple[Outcome, str]  # the outcome, and its details in a few words


@dataclass(frozen=True)
class Run:
    """What one worker answered, and how it ended.

    Attributes:
        found: id -> (facts, arrays) of every complete answer, including "ready", "import", "end".
        outcome: never IMPORT_ERROR or NO_FILE, which the caller concludes.
        how: details of every outcome but DONE, in a few words.
        log: the first part of what the worker printed.
        silent_share: share of the time since "ready" that passed after the last answer.
        cpu_s, wall_s: time used since "ready", measured outside the worker, in seconds.
    """

    found: dict[str, Observation]
    outcome: Outcome
    how: str
    log: str
    silent_share: float = 1.0
    cpu_s: float = 0.0
    wall_s: float = 0.0

    @property
    def is_ready(self) -> bool:
        """Whether the worker came as far as the student's file."""
        return "ready" in self.found


@dataclass
class RunMonitor:
    """Reads what one worker sends, and ends the run when it exceeds a limit.

    Args:
        job: what the worker does.
    """

    job: SandboxJob
    _parser: Parser = field(init=False)
    _log: bytearray = field(default_factory=bytearray)
    _printed: int = 0
    _start: float = field(default_factory=time.monotonic)
    _ready: float | None = None
    _latest: float | None = None  # when the latest answer arrived
    _cpu_at_latest: float | None = None  # processor time soon after the latest answer

    def __post_init__(self) -> None:
        self._parser = Parser(self.job.answer_ids())

    @property
    def _limits(self) -> SandboxLimits:
        return self.job.limits

    def read(
        self,
        answers: int,
        log: int,
        check: Callable[[], Ending | None],
        cpu_s: Callable[[], float],
    ) -> Ending | None:
        """Read answers and log until the last answer, a limit, or the end of the answers.

        Args:
            answers: descriptor of the pipe with the answers.
            log: descriptor of the pipe with everything that the worker prints.
            check: called every tick; a result other than None ends the run.
            cpu_s: returns the worker's processor time so far, in seconds from any moment.

        Returns:
            How the run ended; None if the worker closed the pipe before its last answer.
        """
        with selectors.DefaultSelector() as selector:
            for pipe in (answers, log):
                os.set_blocking(pipe, False)
                selector.register(pipe, selectors.EVENT_READ)
            while answers in selector.get_map():
                ending = self._check_wall() or self._check_case(cpu_s) or check()
                for key, _ in selector.select(TICK_S):
                    data = os.read(key.fd, 1 << 18)
                    if not data:
                        selector.unregister(key.fd)
                    elif key.fd == answers:
                        ending = self._add_answers(data) or ending
                    else:
                        ending = self._add_log(data) or ending
                if "end" in self._parser.found:
                    return Outcome.DONE, ""
                if ending:
                    return ending
        with suppress(OSError):  # the last lines explain how the worker ended
            self._keep_log(os.read(log, 1 << 16))
        return None

    @property
    def cpu_before_s(self) -> float:
        """Processor time of the worker's own imports, in seconds."""
        facts, _ = self._parser.found.get("ready", ({}, {}))
        return float(facts.get("cpu_s", 0.0))

    def finish(self, ending: Ending, cpu_s: float) -> Run:
        """Return the record of the run.

        Args:
            ending: how it ended.
            cpu_s: processor time since "ready".
        """
        now = time.monotonic()
        total = now - (self._ready or self._start)
        silent = (now - (self._latest or self._start)) / max(total, 1e-9)
        return Run(
            self._parser.found,
            *ending,
            log=bytes(self._log).decode("utf-8", "replace"),
            silent_share=min(1.0, silent),
            cpu_s=round(max(0.0, cpu_s), 3),
            wall_s=round(total, 3),
        )

    def _check_wall(self) -> Ending | None:
        if self._ready is None:
            late = time.monotonic() > self._start + START_S
            return (Outcome.WALL, "no start") if late else None
        late = time.monotonic() > self._ready + self._limits.wall_s
        return wall_limit(self._limits) if late else None

    def _check_case(self, cpu_s: Callable[[], float]) -> Ending | None:
        """Check the limit of one probe, once it takes longer than a moment."""
        if self._latest is None or time.monotonic() < self._latest + MOMENT_S:
            return None
        now = cpu_s()
        if self._cpu_at_latest is None:
            self._cpu_at_latest = now
        late = now > self._cpu_at_latest + self._limits.case_cpu_s
        return cpu_limit(self._limits.case_cpu_s) if late else None

    def _add_log(self, data: bytes) -> Ending | None:
        self._printed += len(data)
        self._keep_log(data)
        if self._printed > self._limits.output_mib << 20:
            return Outcome.OUTPUT, f"more than {self._limits.output_mib} MiB"
        return None

    def _keep_log(self, data: bytes) -> None:
        self._log += data[: max(0, LOG_KEPT - len(self._log))]

    def _add_answers(self, data: bytes) -> Ending | None:
        before = len(self._parser.found)
        try:
            self._parser.feed(data)
        except Malformed as error:
            return Outcome.MALFORMED, str(error)
        if len(self._parser.found) > before:
            self._latest, self._cpu_at_latest = time.monotonic(), None
            self._ready = self._ready or self._latest
        return None


def cpu_limit(seconds: float) -> Ending:
    """Return the ending of a run that used too much processor time."""
    return Outcome.CPU, f"more than {seconds:g} s of processor time"


def wall_limit(limits: SandboxLimits) -> Ending:
    """Return the ending of a run that took too long."""
    return Outcome.WALL, f"more than {limits.wall_s:g} s"


def memory_limit(limits: SandboxLimits) -> Ending:
    """Return the ending of a run that used too much memory."""
    return Outcome.MEMORY, f"more than {limits.resident_mib} MiB of memory"


def channel_closed() -> Ending:
    """Return the ending of a worker that goes on after it closed its answers."""
    return Outcome.INCOMPLETE, "it closed the channel for answers"


def process_ended(
    limits: SandboxLimits, signal_name: str | None, code: int, cpu_s: float
) -> Ending:
    """Return the ending of a worker whose process ended before its last answer.

    Args:
        limits: of its job.
        signal_name: "SIGSEGV" or the like; None if the process exited.
        code: its exit code.
        cpu_s: the processor time that it used.
    """
    if signal_name in ("SIGKILL", "SIGXCPU") and cpu_s >= limits.cpu_s - 0.5:
        return cpu_limit(limits.cpu_s)
    how = f"signal {signal_name}" if signal_name else f"exit code {code}"
    return Outcome.CRASH, how
