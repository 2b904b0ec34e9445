"""Run students' files: choose the best level of isolation that works here, and run jobs in it.

The levels are "zygote" (a child of a warm process in a sandbox), "fresh" (a sandbox for each job)
and "plain" (a process without any protection, refused unless the instructor agrees). A self-test
that also tries to escape decides whether a level works.
"""

import os
from contextlib import suppress
from enum import StrEnum

from autograder.errors import AssignmentError, WorkerError

from . import bubblewrap
from .guest.protocol import SandboxJob, SandboxLimits
from .monitor import Outcome, Run
from .runners import FreshRunner, PlainRunner, Runner, UnprivilegedRunner, signal_name
from .selftest import run_self_test
from .zygote import Zygote, ZygoteRunner

__all__ = [
    "UNSAFE",
    "FreshRunner",
    "Level",
    "Outcome",
    "Run",
    "Runner",
    "Sandbox",
    "SandboxJob",
    "SandboxLimits",
    "UnprivilegedRunner",
    "Zygote",
    "bubblewrap",
    "guest",
    "plain_is_allowed",
    "run_self_test",
    "signal_name",
]

UNSAFE = "AUTOGRADER_UNSAFE"  # environment variable by which an instructor allows level "plain"
INSTALL = (
    "install bubblewrap (Debian, Ubuntu: `apt-get install bubblewrap`; Fedora: `dnf install "
    "bubblewrap`; macOS, Windows: grade in a Linux container or WSL 2)"
)


class Level(StrEnum):
    """How students' code is isolated, the best level first."""

    ZYGOTE = "zygote"
    FRESH = "fresh"
    PLAIN = "plain"


def plain_is_allowed() -> bool:
    """Return whether the environment allows students' code to run without isolation."""
    return os.environ.get(UNSAFE, "") not in ("", "0")


class Sandbox:
    """Runs jobs one at a time, in the best level that works here.

    Each thread or process that grades needs its own sandbox; sandboxes may share a zygote.

    Args:
        level: None for the best level that works.
        zygote: owned by the caller; None for a zygote of its own.
        allow_plain: allow level "plain" if no better level works; None asks the environment.
    """

    def __init__(
        self,
        level: str | None = None,
        zygote: Zygote | None = None,
        allow_plain: bool | None = None,
    ):
        self._level = None if level is None else Level(level)
        self.allow_plain = plain_is_allowed() if allow_plain is None else allow_plain
        self.zygote, self._owns_zygote = zygote or Zygote(), zygote is None
        self._runners: dict[Level, Runner] = {
            Level.ZYGOTE: ZygoteRunner(self.zygote),
            Level.FRESH: FreshRunner(),
            Level.PLAIN: PlainRunner(),
        }
        self._failures: dict[Level, str] = {}  # level -> why it does not work; "" if it does

    @property
    def level(self) -> Level:
        """The level that jobs run in.

        Raises:
            AssignmentError: only level "plain" works, and it is not allowed.
        """
        if self._level is None:
            isolated = (Level.ZYGOTE, Level.FRESH)
            level = next((each for each in isolated if not self.failure(each)), Level.PLAIN)
            if level is Level.PLAIN and not self.allow_plain:
                raise AssignmentError(
                    f"students' code cannot be isolated here: {self.failure(Level.FRESH)}; "
                    f"{INSTALL}, or agree to run it with your own rights: --unsafe-plain, or "
                    f"{UNSAFE}=1"
                )
            self._level = level
        return self._level

    def describe(self) -> str:
        """Return what was not guaranteed to the jobs so far, in one line; empty if isolated."""
        if self._level is not Level.PLAIN:
            return ""
        reason = self._failures.get(Level.FRESH) or "as asked for"
        return (
            "students' code runs WITHOUT isolation, with your rights: it can read references, "
            f"other submissions and the gradebook ({reason})"
        )

    def run(self, job: SandboxJob, source: bytes) -> Run:
        """Run a student's file over the probes of a job.

        Args:
            job: what to run, and its limits.
            source: bytes of the file.

        Raises:
            WorkerError: the sandbox failed through no fault of the file; nothing was observed.
            AssignmentError: no level can be used.
        """
        if self.level is Level.ZYGOTE:
            with suppress(WorkerError):  # our fault: the job runs in a fresh sandbox instead
                return self._runners[Level.ZYGOTE].run(job, source)
            return self._runners[Level.FRESH].run(job, source)
        return self._runners[self.level].run(job, source)

    def failure(self, level: Level) -> str:
        """Return why an isolated level does not work here; empty if it does. Tested once."""
        if level not in self._failures:
            self._failures[level] = self._test(level)
        return self._failures[level]

    def close(self) -> None:
        """End what runs; the next job starts it again."""
        if self._owns_zygote:
            self.zygote.close()

    def _test(self, level: Level) -> str:
        if bubblewrap.program() is None:
            return "bubblewrap is not installed"
        try:
            run_self_test(self._runners[level])
        except WorkerError as error:
            return str(error)
        return ""

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
