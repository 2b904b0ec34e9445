"""Reads what a worker sends until it ends, talks too much or takes too long."""

import os
import selectors
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from .protocol import Malformed, Parser

START_S = 120  # to import torch on a busy machine; our own code, so a failure is our fault
LOG_KEPT = 64 * 1024
TICK = 0.1
Problem = tuple[str, str]  # outcome and how


@dataclass(frozen=True)
class Run:
    """How one worker ended.

    Attributes:
        found: id -> (facts, arrays) of every complete answer, "ready", "import" and "end" too.
        outcome: "done", "cpu", "wall", "memory", "output", "malformed", "incomplete" or "crash".
        how: for all but "done", in a few words.
        log: the first part of what it printed.
        last: share of the time since it was ready that went by after the last answer.
        cpu_s, wall_s: what it used since it was ready, by the kernel's account and by our clock.
    """

    found: dict[str, tuple[dict, dict]]
    outcome: str
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
    """

    parser: Parser
    limits: dict
    log: bytearray = field(default_factory=bytearray)
    printed: int = 0
    start: float = field(default_factory=time.monotonic)
    ready: float | None = None
    latest: float | None = None

    def read(self, pipes, look: Callable[[], Problem | None]) -> Problem | None:
        """Read both pipes until all answers are there, or no more can come.

        Args:
            pipes: `launch.Pipes`.
            look: called every tick; what it returns ends the run.
        Returns:
            The outcome, or None if the pipe of answers was closed before the end.
        """
        answers, log = pipes.answers.fileno(), pipes.log.fileno()
        with selectors.DefaultSelector() as selector:
            for pipe in (answers, log):
                os.set_blocking(pipe, False)
                selector.register(pipe, selectors.EVENT_READ)
            while answers in selector.get_map():
                problem = self._late() or look()
                for key, _ in selector.select(TICK):
                    problem = problem or self._read(selector, key.fd, answers)
                if "end" in self.parser.found:
                    return "done", ""
                if problem:
                    return problem
        self._rest(log)
        return None

    def used_before(self) -> float:
        """Processor time that the worker's own imports took, in seconds."""
        return self.parser.found.get("ready", ({}, {}))[0].get("cpu_s", 0.0)

    def run(self, outcome: str, how: str) -> Run:
        """The record of a run that ended so."""
        text = bytes(self.log).decode("utf-8", "replace")
        total = time.monotonic() - (self.ready or self.start)
        last = (time.monotonic() - (self.latest or self.start)) / max(total, 1e-9)
        return Run(self.parser.found, outcome, how, text, min(1.0, last), wall_s=round(total, 3))

    def _late(self) -> Problem | None:
        if self.ready is None:
            return ("wall", "no start") if time.monotonic() > self.start + START_S else None
        over = time.monotonic() > self.ready + self.limits["wall_s"]
        return ("wall", f"more than {self.limits['wall_s']:g} s") if over else None

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
                return "output", f"more than {self.limits['output_mib']} MiB"
        return None

    def _answer(self, data: bytes) -> Problem | None:
        before = len(self.parser.found)
        try:
            self.parser.feed(data)
        except Malformed as error:
            return "malformed", str(error)
        if len(self.parser.found) > before:
            self.latest = time.monotonic()
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
        return "cpu", f"more than {limits['cpu_s']:g} s of processor time"
    if signal_name:
        return "crash", f"signal {signal_name}"
    return "crash", f"exit code {code}"
