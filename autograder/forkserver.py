"""The grader's end of the fork server: one warm process in a sandbox, a child for each job."""

import json
import os
import select
import socket
import subprocess
from contextlib import suppress
from dataclasses import replace

from . import bubblewrap, control
from .launch import Pipes, WorkerError, end, parser_for, signal_name, started, usage_of_tree
from .protocol import pack_job
from .watch import START_S, Problem, Run, Watch, ended

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
        self.process: subprocess.Popen | None = None
        self.line: socket.socket | None = None
        self.served = 0
        self.trusted = False

    def run(self, job: dict, source: bytes) -> Run:
        """Give a child the job and collect what it answers.

        Raises:
            WorkerError: the server did not start, failed its control or lost a child.
        """
        self.make_sure()
        run = self._serve(job, source)
        self.trusted = run.outcome == "done"
        return run

    def close(self) -> None:
        """End the server and all that lives in its sandbox."""
        process, line, self.process, self.line = self.process, self.line, None, None
        if process is not None and os.getpid() == self.owner:  # a forked copy leaves it alone
            line.close()
            end(process)
            process.stdout.close()

    def make_sure(self) -> None:
        """Have a server that got the control right since anything odd happened."""
        if self.process is not None and self.served < self.children:
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
        self.line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                bubblewrap.command(f"server.serve({theirs.fileno()})"),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={},
                start_new_session=True,
                pass_fds=(theirs.fileno(),),
            )
        self.owner, self.served = os.getpid(), 0
        self.line.settimeout(START_S)
        if self._hear() == b"ready":
            self.line.settimeout(REPORT_S)
            return
        end(self.process)
        last = self.process.stdout.read().decode("utf-8", "replace").strip().splitlines()[-1:]
        self.close()
        raise WorkerError(f"the fork server did not start ({''.join(last)[:200]})")

    def _hear(self) -> bytes:
        try:
            return self.line.recv(16)
        except OSError:
            return b""

    def _serve(self, job: dict, source: bytes) -> Run:
        """One child. Whatever goes wrong on our side ends the server."""
        self.served += 1
        before = usage_of_tree(self.process.pid)
        try:
            with Pipes(pack_job(job, source)) as pipes:
                files = (pipes.job, pipes.answers_in, pipes.log_in, pipes.report_in)
                self._send(json.dumps(job["limits"]).encode(), [file.fileno() for file in files])
                pipes.close_other_side()
                watch = Watch(parser_for(job), job["limits"])
                problem = watch.read(pipes, self._look)
                problem = problem or self._ended(pipes.report, job["limits"])
            run = started(watch.run(*problem))  # a child that lives on was ended with the pipes
            free = self._hear() == b"done"
            used = max(0.0, usage_of_tree(self.process.pid) - before)
            if not free:
                self.close()
        except BaseException:
            self.close()
            raise
        return replace(run, cpu_s=round(used, 3))

    def _ended(self, report, limits: dict) -> Problem:
        """The pipe of answers closed before the end: what does the watcher say?"""
        if not select.select([report], [], [], INCOMPLETE_S)[0]:
            return "incomplete", "it closed the channel for answers"
        try:
            said = json.loads(report.read(4096))
        except ValueError:
            raise WorkerError("a child of the fork server got lost") from None
        if said["why"] == "wall":
            return "wall", f"more than {limits['wall_s']:g} s"
        if said["why"] == "memory":
            return "memory", f"more than {limits['resident_mib']} MiB of memory"
        name = signal_name(said.get("signal", 0))
        return ended(limits, name, said.get("code", -said.get("signal", 0)), said["cpu"])

    def _send(self, request: bytes, files: list[int]) -> None:
        try:
            socket.send_fds(self.line, [request], files)
        except OSError as error:
            raise WorkerError(f"the fork server is gone ({error})") from None

    def _look(self) -> Problem | None:
        if self.process.poll() is not None:
            raise WorkerError(f"the fork server ended ({self.process.returncode})")
        return None
