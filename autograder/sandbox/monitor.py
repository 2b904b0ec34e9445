"""Reads what a worker sends until it ends, talks too much or takes too long."""

import os
import selectors
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from .guest.protocol import Malformed, Parser

START_S = 120  # to import torch on a busy machine; our own code, so a failure is our fault
MOMENT_S = 1  # most cases take a hundredth of a second
LOG_KEPT = 64 * 1024
TICK = 0.1


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


Problem = tuple[Outcome, str]  # the outcome, and the details in a few words


@dataclass(frozen=True)
class Run:
    """How one worker ended.

    Attributes:
        found: id -> (facts, arrays) of every complete answer, "ready", "import" and "end" too.
        outcome: never IMPORT_ERROR or NO_FILE, which the caller concludes.
        how: for all but "done", in a few words.
        log: the first part of what it printed.
        last: share of the time since it was ready that went by after the last answer.
        cpu_s, wall_s: what it used since it was ready, by the kernel's account and by our clock.
    """

    found: dict[str, tuple[dict, dict]]
    outcome: Outcome
    how: str
    log: str
    last: float = 1.0
    cpu_s: float = 0.0
    wall_s: float = 0.0


@dataclass
class Watch:
    """What a worker sent so far.

    Attributes:
        parser: takes its answers.
        limits: the table of `assignment.toml`.
        log, printed: the first part of its output, and bytes of all of it.
        start, ready, latest: by our clock; the latest answer.
        used_by_then: its processor time soon after that, once the next takes more than a moment.
    """

    parser: Parser
    limits: dict
    log: bytearray = field(default_factory=bytearray)
    printed: int = 0
    start: float = field(default_factory=time.monotonic)
    ready: float | None = None
    latest: float | None = None
    used_by_then: float | None = None

    def read(
        self, pipes, look: Callable[[], Problem | None], used: Callable[[], float]
    ) -> Problem | None:
        """Read both pipes until all answers are there, or no more can come.

        Args:
            pipes: `launch.Pipes`.
            look: called every tick; what it returns ends the run.
            used: seconds of processor time of the worker so far, counted from any moment.
        Returns:
            The outcome, or None if the pipe of answers was closed before the end.
        """
        answers, log = pipes.answers.fileno(), pipes.log.fileno()
        with selectors.DefaultSelector() as selector:
            for pipe in (answers, log):
                os.set_blocking(pipe, False)
                selector.register(pipe, selectors.EVENT_READ)
            while answers in selector.get_map():
                problem = self._late() or self._stuck(used) or look()
                for key, _ in selector.select(TICK):
                    problem = problem or self._read(selector, key.fd, answers)
                if "end" in self.parser.found:
                    return Outcome.DONE, ""
                if problem:
                    return problem
        self._rest(log)
        return None

    def used_before(self) -> float:
        """Processor time that the worker's own imports took, in seconds."""
        return self.parser.found.get("ready", ({}, {}))[0].get("cpu_s", 0.0)

    def run(self, outcome: Outcome, how: str) -> Run:
        """The record of a run that ended so."""
        text = bytes(self.log).decode("utf-8", "replace")
        total = time.monotonic() - (self.ready or self.start)
        last = (time.monotonic() - (self.latest or self.start)) / max(total, 1e-9)
        return Run(self.parser.found, outcome, how, text, min(1.0, last), wall_s=round(total, 3))

    def _late(self) -> Problem | None:
        if self.ready is None:
            return (Outcome.WALL, "no start") if time.monotonic() > self.start + START_S else None
        over = time.monotonic() > self.ready + self.limits["wall_s"]
        return (Outcome.WALL, f"more than {self.limits['wall_s']:g} s") if over else None

    def _stuck(self, used: Callable[[], float]) -> Problem | None:
        """Whether one case has taken too long. Only asked of one that takes more than a moment."""
        if self.latest is None or time.monotonic() < self.latest + MOMENT_S:
            return None
        now, most = used(), self.limits["case_cpu_s"]
        if self.used_by_then is None:
            self.used_by_then = now
        over = now > self.used_by_then + most
        return (Outcome.CPU, f"more than {most:g} s of processor time") if over else None

    def _read(self, selector, pipe: int, answers: int) -> Problem | None:
        data = os.read(pipe, 1 << 18)
        if not data:
            selector.unregister(pipe)
        elif pipe == answers:
            return self._answer(data)
        else:
            self.printed += len(data)
            self.log += data[: max(0, LOG_KEPT - len(self.log))]
            if self.printed > self.limits["output_mib"] << 20:
                return Outcome.OUTPUT, f"more than {self.limits['output_mib']} MiB"
        return None

    def _answer(self, data: bytes) -> Problem | None:
        before = len(self.parser.found)
        try:
            self.parser.feed(data)
        except Malformed as error:
            return Outcome.MALFORMED, str(error)
        if len(self.parser.found) > before:
            self.latest, self.used_by_then = time.monotonic(), None
            self.ready = self.ready or self.latest
        return None

    def _rest(self, log: int) -> None:
        """What it printed last explains how it ended."""
        with suppress(OSError):
            self.log += os.read(log, 1 << 16)[: max(0, LOG_KEPT - len(self.log))]


def ended(limits: dict, signal_name: str | None, code: int, cpu_s: float) -> Problem:
    """Outcome of a process that ended before its last answer.

    Args:
        signal_name: "SIGSEGV" and the like, or None if it ended with an exit code.
        code: that exit code.
        cpu_s: processor time that it used.
    """
    killed = signal_name in ("SIGKILL", "SIGXCPU")
    if killed and cpu_s >= limits["cpu_s"] - 0.5:
        return Outcome.CPU, f"more than {limits['cpu_s']:g} s of processor time"
    if signal_name:
        return Outcome.CRASH, f"signal {signal_name}"
    return Outcome.CRASH, f"exit code {code}"
