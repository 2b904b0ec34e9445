"""The grader's end of the nursery: one warm process in a sandbox that fork servers are forked from.

To become warm takes seconds and hundreds of megabytes, and is done once: the servers of all grading
processes on a machine share what is warm. The nursery never sees a submission.
"""

import os
import select
import socket
import struct
import subprocess
import threading
from contextlib import suppress

from autograder.errors import WorkerError

from . import bubblewrap
from .monitor import START_S
from .runners import end, end_tree

INHERITED = "AUTOGRADER_NURSERY"  # descriptor of the line to the nursery of the parent process
CREDENTIALS = struct.Struct("3i")  # process, user, group
_lock = threading.Lock()
_shared: "Nursery | None" = None


class Peer:
    """A fork server: a line to it, and its process, which is none of our children.

    Attributes:
        line: keeps messages apart.
        pid: as seen from here.
    """

    def __init__(self, line: socket.socket, pid: int):
        self.line, self.pid = line, pid
        self._process = os.pidfd_open(pid)

    def is_alive(self) -> bool:
        """Whether its process runs."""
        return not select.select([self._process], [], [], 0)[0]

    def end(self) -> None:
        """End it and all that it started."""
        self.line.close()
        if self.is_alive():  # else its number may be somebody else's by now
            end_tree(self.pid)
        os.close(self._process)

    def forget(self) -> None:
        """Close our side in a forked copy of the grader; the server lives on."""
        self.line.close()
        os.close(self._process)


class Nursery:
    """Forks a server when asked. Started when it is first needed, and again after it has died.

    Args:
        line: to a nursery that another process has started; None to start one.
    """

    def __init__(self, line: socket.socket | None = None):
        self.line, self.process, self.owner = line, None, os.getpid()
        self._lock = threading.Lock()

    def start(self) -> socket.socket:
        """Have it running, and give the line to it: what is asked while it gets warm, waits."""
        with self._lock:
            if self.line is None or (self.process is not None and self.process.poll() is not None):
                self.close()
                self._start()
            return self.line

    def _start(self) -> None:
        self.line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                bubblewrap.command(f"zygote.breed({theirs.fileno()})"),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={},
                start_new_session=True,
                pass_fds=(theirs.fileno(),),
            )

    def server(self) -> Peer:
        """A new fork server.

        Raises:
            WorkerError: the nursery did not become warm, or is gone.
        """
        asked = self.start()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            ours.settimeout(START_S)
            with theirs:
                socket.send_fds(asked, [b"server"], [theirs.fileno()])
            word, (sender, *_), *_ = ours.recvmsg(16, socket.CMSG_SPACE(CREDENTIALS.size))
            if word == b"ready":
                return Peer(ours, CREDENTIALS.unpack(sender[2])[0])
        except (OSError, ValueError):
            pass  # gone, or silent
        ours.close()
        raise WorkerError(f"the fork server did not start ({self._last_words(asked)[:200]})")

    def close(self) -> None:
        """End it with all its servers, if it is ours; else only stop to ask."""
        line, process, self.line, self.process = self.line, self.process, None, None
        if line is not None:
            line.close()
        if process is not None and os.getpid() == self.owner:
            end(process)
            process.stdout.close()

    def _last_words(self, asked: socket.socket) -> str:
        """The last line that it printed. Whatever is left of it ends."""
        with self._lock:
            if self.line is not asked:  # another thread was faster
                return "it has ended"
            process, self.process, self.line = self.process, None, None
        asked.close()
        if process is None:
            return "that of the grader is gone"
        end(process)
        with process.stdout as printed:
            lines = printed.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def shared() -> Nursery:
    """This process's nursery: that of its parent as long as it answers, then one of its own."""
    global _shared
    with _lock:
        if _shared is None or _shared.owner != os.getpid():
            _shared = Nursery(_inherited())
        return _shared


def for_child() -> tuple[dict[str, str], list[int]]:
    """What a grading process needs to ask this process's nursery: environment and descriptors."""
    if bubblewrap.program() is None:
        return {}, []
    try:
        line = shared().start().fileno()
    except OSError:  # no memory, no descriptors: the child tries it itself, and says why
        return {}, []
    return {INHERITED: str(line)}, [line]


def _inherited() -> socket.socket | None:
    with suppress(KeyError, ValueError, OSError):
        return socket.socket(fileno=int(os.environ.pop(INHERITED)))
    return None


def close() -> None:
    """End this process's nursery, if it has one."""
    with _lock:
        if _shared is not None:
            _shared.close()
