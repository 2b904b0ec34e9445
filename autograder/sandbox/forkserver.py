"""The grader's end of a fork server: a warm process in a sandbox, a child for each job."""

import json
import os
import select
import socket
from contextlib import suppress
from dataclasses import replace

from autograder.errors import WorkerError

from . import selftest as control
from . import zygote as nursery
from .guest.protocol import pack_job
from .monitor import Outcome, Problem, Run, Watch, ended
from .runners import Pipes, parser_for, signal_name, started, usage_of_tree

INCOMPLETE_S = 2  # to end after the pipe of answers was closed
REPORT_S = 5  # for the server to be free again


class Server:
    """Runs jobs one at a time in children of a server, which it replaces from time to time.

    After an abnormal end the control must come back right before the server is used again; a
    server that does not answer, or gets it wrong, is replaced.

    Args:
        children: of one server before it is replaced.
    """

    def __init__(self, children: int = 100):
        self.children = children
        self.owner = os.getpid()
        self.peer: nursery.Peer | None = None
        self.served = 0
        self.trusted = False

    def run(self, job: dict, source: bytes) -> Run:
        """Give a child the job and collect what it answers.

        Raises:
            WorkerError: the server did not start, failed its control or lost a child.
        """
        self.make_sure()
        run = self._serve(job, source)
        self.trusted = run.outcome is Outcome.DONE
        return run

    def close(self) -> None:
        """End the server and its children."""
        peer, self.peer = self.peer, None
        if peer is not None:
            peer.end() if os.getpid() == self.owner else peer.forget()

    def make_sure(self) -> None:
        """Have a server that got the control right since anything odd happened."""
        if self.peer is not None and self.served < self.children:
            if self.trusted:
                return
            with suppress(WorkerError):
                return self._control()
        self.close()
        self._start()
        self._control()

    def _control(self) -> None:
        run = self._serve(control.JOB, control.source())
        try:
            control.hold(run)
        except WorkerError:
            self.close()
            raise
        self.trusted = True

    def _start(self) -> None:
        self.peer = nursery.shared().server()
        self.owner, self.served = os.getpid(), 0
        self.peer.line.settimeout(REPORT_S)

    def _hear(self) -> bytes:
        try:
            return self.peer.line.recv(16)
        except OSError:
            return b""

    def _serve(self, job: dict, source: bytes) -> Run:
        """One child. Whatever goes wrong on our side ends the server."""
        self.served += 1
        before = usage_of_tree(self.peer.pid)
        try:
            with Pipes(pack_job(job, source)) as pipes:
                files = (pipes.job, pipes.answers_in, pipes.log_in, pipes.report_in)
                self._send(json.dumps(job["limits"]).encode(), [file.fileno() for file in files])
                pipes.close_other_side()
                watch = Watch(parser_for(job), job["limits"])
                problem = watch.read(pipes, self._look, lambda: usage_of_tree(self.peer.pid))
                problem = problem or self._ended(pipes.report, job["limits"])
            run = started(watch.run(*problem))  # a child that lives on was ended with the pipes
            free = self._hear() == b"done"
            used = max(0.0, usage_of_tree(self.peer.pid) - before)
            if not free:
                self.close()
        except BaseException:
            self.close()
            raise
        return replace(run, cpu_s=round(used, 3))

    def _ended(self, report, limits: dict) -> Problem:
        """The pipe of answers closed before the end: what does the watcher say?"""
        if not select.select([report], [], [], INCOMPLETE_S)[0]:
            return Outcome.INCOMPLETE, "it closed the channel for answers"
        try:
            said = json.loads(report.read(4096))
        except ValueError:
            raise WorkerError("a child of the fork server got lost") from None
        if said["why"] == "wall":
            return Outcome.WALL, f"more than {limits['wall_s']:g} s"
        if said["why"] == "memory":
            return Outcome.MEMORY, f"more than {limits['resident_mib']} MiB of memory"
        name = signal_name(said.get("signal", 0))
        return ended(limits, name, said.get("code", -said.get("signal", 0)), said["cpu"])

    def _send(self, request: bytes, files: list[int]) -> None:
        try:
            socket.send_fds(self.peer.line, [request], files)
        except OSError as error:
            raise WorkerError(f"the fork server is gone ({error})") from None

    def _look(self) -> Problem | None:
        if not self.peer.is_alive():
            raise WorkerError("the fork server ended")
        return None
