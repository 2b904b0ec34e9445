"""A worker that runs as a user without rights, for containers that hold one submission only.

No namespaces: it sees the files that everybody may read, and no others. It is held to the same list
of system calls (no new process, program, socket, tracing) and to the same limits as in a sandbox.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from autograder.config import REPOSITORY

from . import bubblewrap
from .monitor import Outcome, Problem
from .runners import Pipes, Plain, spawn, usage


class OtherUser(Plain):
    """Starts workers as nobody. Useful only for root, and only where secrets are closed to others.

    Whether that is so, `control.hold` finds out: its job tries to read `assignment.toml`.
    """

    def __init__(self):
        self._app: Path | None = None

    def close(self) -> None:
        """Remove the copies of our files that a worker sees."""
        if self._app is not None:
            shutil.rmtree(self._app, ignore_errors=True)
            self._app = None

    def _start(self, home: str, pipes: Pipes) -> subprocess.Popen:
        self._app = self._app or _copy_what_is_shown()
        call = f"worker.main({pipes.answers_in.fileno()}, True)"  # becomes nobody at once
        real = os.path.realpath(sys.executable)
        places = [str(self._app), *bubblewrap.packages(), ""]
        command = [real, "-I", "-S", "-c", bubblewrap.START + call, *places]
        process = spawn(command, bubblewrap.ENVIRONMENT, "/", pipes)
        with suppress(OSError):  # if memory runs out, the kernel shall end this one and not us
            Path(f"/proc/{process.pid}/oom_score_adj").write_text("1000")
        return process

    def _look(self, process, limits: dict) -> Problem | None:
        if usage(process.pid)[1] > limits["resident_mib"] << 20:
            return Outcome.MEMORY, f"more than {limits['resident_mib']} MiB of memory"
        return None


def _copy_what_is_shown() -> Path:
    """A folder that everybody can read, with what a sandbox would show; its place is ours alone."""
    app = Path(tempfile.mkdtemp(prefix="worker-", dir="/var/tmp"))  # /tmp may be covered in there
    for folder in (REPOSITORY / "cs231n", bubblewrap.GUEST):
        shutil.copytree(folder, app / folder.name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in [app, *app.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return app
