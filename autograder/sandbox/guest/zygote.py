"""The warm process: inside bubblewrap, with torch imported, it forks a monitor for each job.

zygote --fork--> monitor, in new user, process, IPC, host-name and network namespaces
                   --fork--> child, the first process of its namespace: the student's code

Zygote and monitor never read a submission; only the child does. When the child ends, the kernel
ends every process that it started. When the monitor ends, the kernel ends the child.
"""

import gc
import json
import os
import platform
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from . import lockdown, seccomp, warmup, worker
from .protocol import SandboxLimits, read_job

TICK_S = 0.05  # between two checks of a child


def main(channel: int) -> None:
    """Warm up, then fork a monitor for each request, until all graders have closed the channel.

    A request is JSON, the limits, with four descriptors: job, answers, log, and a control socket.
    On the control socket the grader asks for the child's processor time with any message, and kills
    the child by closing its side. The monitor's last message reports how the child ended.

    Args:
        channel: descriptor of a SOCK_SEQPACKET socket that several graders may share.
    """
    lockdown.become_nobody()
    warmup.warm(list(warmup.HELPERS))
    gc.collect()
    gc.freeze()  # so that a child's garbage collector does not copy every page
    seccomp.filter_program(platform.machine())  # cached for the children
    os.set_blocking(2, False)  # the grader reads only what this process prints during start-up
    signal.signal(signal.SIGCHLD, _reap)
    with socket.socket(fileno=channel) as requests:
        while True:
            request, files, *_ = socket.recv_fds(requests, 4096, 4)
            if not request:
                os._exit(0)
            with suppress(OSError):  # no memory for a fork: the grader sees the files closed
                if os.fork() == 0:
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    requests.close()
                    _run_and_exit(lambda: _monitor(request, *files))  # noqa: B023
            for file in files:
                os.close(file)


def _reap(*_: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _run_and_exit(act: Callable[[], None]) -> None:
    """Run `act` and end the process, even after an error."""
    try:
        act()
    except BaseException as error:
        with suppress(OSError):
            print(f"sandbox: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(70)
    os._exit(0)


def _monitor(request: bytes, job: int, answers: int, log: int, control: int) -> None:
    """Fork the child into new namespaces, watch it, and report how it ended."""
    limits = SandboxLimits(**json.loads(request))
    lockdown.unshare(
        lockdown.NEWUSER | lockdown.NEWPID | lockdown.NEWIPC | lockdown.NEWUTS | lockdown.NEWNET
    )
    child = os.fork()
    if child == 0:
        _run_and_exit(lambda: _child(job, answers, log))
    for file in (job, answers, log):
        os.close(file)
    with socket.socket(fileno=control) as grader, suppress(BrokenPipeError):
        grader.send(json.dumps(_watch(child, grader, limits)).encode())


def _watch(child: int, grader: socket.socket, limits: SandboxLimits) -> dict[str, object]:
    """Wait for the child; kill it when it exceeds a limit, or when the grader closes its side.

    Returns:
        {"why": "wall", "memory", "closed" or None, "code": exit code or minus a signal, "cpu_s"}.
    """
    deadline, why = time.monotonic() + limits.wall_s, None
    ended, poll = os.pidfd_open(child), select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(grader, select.POLLIN)
    while why is None:
        events = {descriptor for descriptor, _ in poll.poll(TICK_S * 1000)}
        if ended in events:
            break
        cpu_s, resident = _usage(child)
        if grader.fileno() in events:
            with suppress(OSError):  # the grader was killed
                if grader.recv(16):
                    grader.send(json.dumps(cpu_s).encode())
                    continue
            why = "closed"
        elif time.monotonic() > deadline:
            why = "wall"
        elif resident > limits.resident_mib << 20:
            why = "memory"
    if why:
        os.kill(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return {"why": why, "code": code, "cpu_s": used.ru_utime + used.ru_stime}


def _usage(pid: int) -> tuple[float, int]:
    """Return seconds of processor time and bytes in memory of a process; zeros if it has ended."""
    with suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks, pages = int(fields[11]) + int(fields[12]), int(fields[21])
        return ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE")
    return 0.0, 0


def _child(job: int, answers: int, log: int) -> None:
    """Lock this process down, then run the student's file."""
    lockdown.end_with_parent()
    os.setsid()  # a signal to the student's process group must not reach the zygote
    lockdown.unshare(lockdown.NEWNS)
    mapped = lockdown.mapped_bytes()
    with open(job, "rb") as stream:
        task, source = read_job(stream)
    lockdown.mount_scratch()
    lockdown.keep_only({log: 1, answers: worker.ANSWERS})
    os.dup2(1, 2)
    worker.serve_job(task, source, worker.ANSWERS, mapped, confined=True)
