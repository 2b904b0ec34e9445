"""Where a student's file runs: in the fork server, in a fresh sandbox, or in a plain process.

The level is found by trying: the best one whose control, a tiny known job that also tries to get
out, comes back right. A plain process protects nothing and is refused unless that was agreed to.
"""

import atexit
import os
import threading
import weakref
from contextlib import suppress

from autograder.errors import AssignmentError, WorkerError

from . import bubblewrap
from . import selftest as control
from . import zygote as nursery
from .forkserver import Server
from .monitor import Outcome, Run
from .runners import Fresh, Plain

__all__ = ["Outcome", "Run", "Sandbox", "close", "run_worker"]

UNSAFE = "AUTOGRADER_UNSAFE"
INSTALL = (
    "install bubblewrap (Debian, Ubuntu: `apt-get install bubblewrap`; Fedora: `dnf install "
    "bubblewrap`; macOS, Windows: grade in a Linux container or WSL 2)"
)
_why_not: dict[str, str] = {}  # level -> why it cannot be used; "" if it can
_open: "weakref.WeakSet[Sandbox]" = weakref.WeakSet()
_mine = threading.local()


class Sandbox:
    """Runs jobs, one at a time. Every thread or process that grades has one of its own.

    Args:
        level: "server", "fresh" or "plain"; None for the best that works here.
        children: of one fork server before it is replaced.
        allow_plain: agree to level "plain" if nothing better works; None asks the environment.
    """

    def __init__(
        self, level: str | None = None, children: int = 100, allow_plain: bool | None = None
    ):
        agreed = os.environ.get(UNSAFE, "") not in ("", "0") if allow_plain is None else allow_plain
        self._wanted, self._agreed = level, agreed
        self._server, self._fresh = Server(children), Fresh()
        _open.add(self)

    @property
    def level(self) -> str:
        """What jobs run in.

        Raises:
            AssignmentError: only a plain process could be used, and nobody agreed to that.
        """
        if self._wanted is None:
            self._wanted = next((n for n in ("server", "fresh") if not self._try(n)), "plain")
            if self._wanted == "plain" and not self._agreed:
                self._wanted = None
                raise AssignmentError(
                    f"students' code cannot be isolated here: {_why_not['fresh']}; {INSTALL}, or "
                    f"agree to run it with your own rights: --unsafe-plain, or {UNSAFE}=1"
                )
        return self._wanted

    def describe(self) -> str:
        """What is not guaranteed, in one line; empty where students' code is isolated."""
        if self.level != "plain":
            return ""
        return (
            "students' code runs WITHOUT isolation, with your rights: it can read references, "
            f"other submissions and the gradebook ({_why_not.get('fresh') or 'as asked for'})"
        )

    def run(self, job: dict, source: bytes) -> Run:
        """Run a student's file over the probes of a job.

        Args:
            job: {"package", "module", "file", "probes", "limits"}.
            source: bytes of the file.
        Raises:
            WorkerError: our own fault: nothing was graded and nobody loses a mark.
            AssignmentError: no level can be used.
        """
        if self.level == "plain":
            return Plain().run(job, source)
        if self.level == "server":
            try:
                return self._server.run(job, source)
            except WorkerError:
                pass  # our fault: again in a sandbox of its own
        return self._fresh.run(job, source)

    def why(self, level: str) -> str:
        """Why a level cannot be used here; empty if it can."""
        return self._try(level)

    def warm(self) -> None:
        """Start what the first job would start."""
        if self.level == "server":
            with suppress(WorkerError):  # the first job says it, or goes another way
                self._server.make_sure()

    @property
    def pid(self) -> int | None:
        """Process id of the fork server, if one runs."""
        return self._server.peer.pid if self._server.peer else None

    def close(self) -> None:
        """End whatever runs; the next job starts it again."""
        self._server.close()

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_):
        self.close()

    def _try(self, level: str) -> str:
        """Why a level cannot be used; found out once."""
        if level not in _why_not:
            _why_not[level] = ""
            if bubblewrap.program() is None:
                _why_not[level] = "bubblewrap is not installed"
            else:
                runner = self._server if level == "server" else self._fresh
                try:
                    control.hold(runner.run(control.JOB, control.source()))
                except WorkerError as error:
                    _why_not[level] = str(error)
        return _why_not[level]


def run_worker(job: dict, source: bytes) -> Run:
    """Run a job in this thread's own sandbox, which is made when it is first needed.

    Raises:
        WorkerError, AssignmentError: see `Sandbox.run`.
    """
    return mine().run(job, source)


def mine() -> Sandbox:
    """This thread's sandbox."""
    if getattr(_mine, "owner", None) != os.getpid():  # a forked process makes its own
        _mine.sandbox, _mine.owner = Sandbox(), os.getpid()
    return _mine.sandbox


def describe_used() -> str:
    """What was not guaranteed to the submissions that this thread has run; empty if nothing."""
    box = getattr(_mine, "sandbox", None)
    return box.describe() if box is not None and box._wanted is not None else ""


@atexit.register
def close() -> None:
    """End all that this process's sandboxes run."""
    for sandbox in list(_open):
        sandbox.close()
    nursery.close()
