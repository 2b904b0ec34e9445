"""Nursery and fork servers: they run inside bubblewrap with everything warm.

nursery --fork--> server, one for each grading process
                    --fork--> watcher, in new user, process, IPC, host and network namespaces
                                --fork--> child, first process of its own: the student's code

Nursery, server and watcher never read a submission. The child is the only one that does; when it
ends, the kernel ends all that it started.
"""

import json
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress

from . import import_shims, pages, warmup, worker  # noqa: F401  (imported before a fork)
from . import lockdown as isolation
from .limits import mapped
from .protocol import read_job

TICK = 0.05  # seconds between two looks at a child


def breed(channel: int) -> None:
    """Become warm, then fork a server for each line that is sent, until the grader ends.

    Args:
        channel: descriptor of a socket that keeps messages apart. A message: "server", with the
            descriptor of the line that the new server shall answer on.
    """
    isolation.become_nobody()
    warmup.warm(list(warmup.HELPERS))
    pages.settle()
    os.set_blocking(2, False)  # only its start is asked about: later nobody reads what it prints
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for servers
    with socket.socket(fileno=channel) as orders:
        while True:
            request, files, *_ = socket.recv_fds(orders, 16, 1)
            if not request:
                os._exit(0)
            if os.fork() == 0:
                orders.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _guarded(serve, *files)
            for file in files:
                os.close(file)


def serve(channel: int) -> None:
    """Answer requests until the grader closes its end.

    A request: JSON of the limits, with four descriptors: job, answers, log, report.

    Args:
        channel: descriptor of a socket that keeps messages apart.
    """
    with socket.socket(fileno=channel) as line:
        line.send(b"ready")
        while True:
            request, files, *_ = socket.recv_fds(line, 4096, 4)
            if not request:
                os._exit(0)
            watcher = os.fork()
            if watcher == 0:
                _guarded(_watch, line, json.loads(request), *files)
            for file in files:
                os.close(file)
            os.waitpid(watcher, 0)
            line.send(b"done")


def _guarded(act, *values) -> None:
    """Run `act` and end the process whatever happens."""
    try:
        act(*values)
    except BaseException as error:
        with suppress(OSError):
            print(f"sandbox: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(70)
    os._exit(0)


def _watch(line: socket.socket, limits: dict, job: int, answers: int, log: int, report: int):
    """Fork the child into new namespaces, watch it, report how it ended."""
    line.close()
    i = isolation
    i.unshare(i.NEWUSER | i.NEWPID | i.NEWIPC | i.NEWUTS | i.NEWNET)
    child = os.fork()
    if child == 0:
        _guarded(_child, job, answers, log)
    for file in (job, answers, log):
        os.close(file)
    end = json.dumps(_follow(child, report, limits)).encode()
    with suppress(BrokenPipeError):
        os.write(report, end)


def _follow(child: int, report: int, limits: dict) -> dict:
    """Wait for the child; end it when it takes too long or too much, or nobody listens any more.

    Returns:
        {"why": "wall", "memory", "closed" or None, "signal" or "code": how it ended, "cpu": s}.
    """
    last, why = time.monotonic() + limits["wall_s"], None
    most = limits["resident_mib"] << 20
    ended, poll = os.pidfd_open(child), select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(report, 0)  # an error: the grader closed its end
    with open(f"/proc/{child}/statm") as statm:
        while not (events := poll.poll(TICK * 1000)) or events[0][0] != ended:
            if events:
                why = "closed"
            elif time.monotonic() > last:
                why = "wall"
            elif _resident(statm) > most:
                why = "memory"
            if why:
                os.kill(child, signal.SIGKILL)
                break
    _, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    end = {"signal": -code} if code < 0 else {"code": code}
    return {"why": why, "cpu": used.ru_utime + used.ru_stime, **end}


def _resident(statm) -> int:
    """Bytes of a process that are in memory and its own, or shared in /dev/shm."""
    with suppress(OSError, IndexError, ValueError):
        statm.seek(0)
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _child(job: int, answers: int, log: int) -> None:
    """Lock itself in, then run the student's file."""
    os.setsid()  # a signal to its group would reach the nursery and all servers
    isolation.unshare(isolation.NEWNS)
    base = mapped()
    with open(job, "rb") as stream:
        task, source = read_job(stream)
    isolation.own_mounts()
    isolation.keep_only({log: 1, answers: worker.ANSWERS})
    os.dup2(1, 2)
    worker.serve_job(task, source, worker.ANSWERS, base, confined=True)
