"""Run a worker in a process of its own: a fresh sandbox, another user, or a plain process.

`zygote.ZygoteRunner` is the fast runner; these are the simple ones.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Protocol

import psutil

from autograder.config import REPOSITORY
from autograder.errors import WorkerError

from . import bubblewrap
from .guest.protocol import SandboxJob, pack_job
from .monitor import Ending, Run, RunMonitor, channel_closed, memory_limit, process_ended

PLAIN = (
    "import sys; sys.path[:0] = sys.argv[1:3]; "
    "from guest import worker; worker.main(int(sys.argv[3]), False)"
)


class Runner(Protocol):
    """A way to run a worker."""

    def run(self, job: SandboxJob, source: bytes) -> Run:
        """Run a student's file over the probes of a job.

        Raises:
            WorkerError: the worker did not reach the student's file.
        """

    def close(self) -> None:
        """End what still runs, and remove temporary files."""


def require_start(run: Run) -> Run:
    """Return the run if the worker came as far as the student's file.

    Raises:
        WorkerError: it did not.
    """
    if run.is_ready:
        return run
    last = run.log.strip().splitlines()[-1:] or [run.how or run.outcome]
    raise WorkerError(f"the worker process did not start ({last[0][:200]}); nothing was graded")


class Pipes:
    """A packed job as a file, and a pipe each for answers and log.

    Attributes:
        job, answers, log: the grader's ends.
        answers_in, log_in: the worker's ends.
    """

    def __init__(self, job: SandboxJob, source: bytes):
        with ExitStack() as stack:
            self.job = stack.enter_context(tempfile.TemporaryFile())
            self.job.write(pack_job(job, source))
            self.job.seek(0)
            ends = []
            for _ in range(2):
                for end, mode in zip(os.pipe(), ("rb", "wb"), strict=True):
                    ends.append(stack.enter_context(os.fdopen(end, mode, buffering=0)))
            self.answers, self.answers_in, self.log, self.log_in = ends
            self._stack = stack.pop_all()

    def close_worker_ends(self) -> None:
        """Close the worker's ends here, once it has its own, so that its end becomes visible."""
        self.answers_in.close()
        self.log_in.close()

    def __enter__(self) -> "Pipes":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


class PlainRunner:
    """Runs a worker as a process of the same user: with limits, without any protection."""

    def run(self, job: SandboxJob, source: bytes) -> Run:
        """Run a student's file over the probes of a job.

        Raises:
            WorkerError: the worker did not reach the student's file.
        """
        monitor = RunMonitor(job)
        with (
            Pipes(job, source) as pipes,
            tempfile.TemporaryDirectory(prefix="worker-", ignore_cleanup_errors=True) as home,
        ):
            worker = WorkerProcess(self._start(home, pipes))
            try:
                pipes.close_worker_ends()
                ending = monitor.read(
                    pipes.answers.fileno(),
                    pipes.log.fileno(),
                    lambda: self._check(worker, job),
                    worker.cpu_s,
                )
                cpu_s = worker.cpu_s() - monitor.cpu_before_s
                ending = ending or self._ended(worker, job, monitor.cpu_before_s)
            finally:
                worker.kill()
        return require_start(monitor.finish(ending, cpu_s))

    def close(self) -> None:
        """Do nothing: each run ends its own processes."""

    def _start(self, home: str, pipes: Pipes) -> subprocess.Popen[bytes]:
        environment = {"HOME": home, "TMPDIR": home, "PATH": "/usr/bin:/bin"}
        environment |= {"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
        places = [str(REPOSITORY), str(bubblewrap.GUEST.parent), str(pipes.answers_in.fileno())]
        return _spawn([sys.executable, "-I", "-c", PLAIN, *places], environment, home, pipes)

    def _check(self, worker: "WorkerProcess", job: SandboxJob) -> Ending | None:
        """Check nothing: the limit on address space holds on every system."""
        return None

    def _ended(self, worker: "WorkerProcess", job: SandboxJob, cpu_before_s: float) -> Ending:
        """Return how a worker ended that closed its answers before the last one."""
        code, cpu_s = worker.wait()
        if code is None:
            return channel_closed()
        return process_ended(job.limits, signal_name(-code), code, cpu_s - cpu_before_s)


class FreshRunner(PlainRunner):
    """Runs each worker in a new sandbox: simple, and the reference for the zygote."""

    def _start(self, home: str, pipes: Pipes) -> subprocess.Popen[bytes]:
        command = bubblewrap.command(f"worker.main({pipes.answers_in.fileno()}, True)")
        return _spawn(command, {}, "/", pipes)

    def _check(self, worker: "WorkerProcess", job: SandboxJob) -> Ending | None:
        too_much = worker.resident_bytes() > job.limits.resident_mib << 20
        return memory_limit(job.limits) if too_much else None

    def _ended(self, worker: "WorkerProcess", job: SandboxJob, cpu_before_s: float) -> Ending:
        code, _ = worker.wait()
        if code is None:
            return channel_closed()
        name = signal_name(code - 128)  # bubblewrap reports a signal as 128 + its number
        return process_ended(job.limits, name, code, worker.last_cpu_s - cpu_before_s)


class UnprivilegedRunner(PlainRunner):
    """Runs workers as the user nobody, for containers that hold one submission and run as root.

    There are no namespaces: a worker sees the files that every user may read. It has the same
    system calls and limits as in a sandbox. The self-test finds out whether secrets are closed: it
    tries to read `assignment.toml`.
    """

    def __init__(self) -> None:
        self._app: Path | None = None

    def close(self) -> None:
        """Remove the copies of our files that a worker sees."""
        if self._app is not None:
            shutil.rmtree(self._app, ignore_errors=True)
            self._app = None

    def _start(self, home: str, pipes: Pipes) -> subprocess.Popen[bytes]:
        self._app = self._app or _copy_guest()
        call = f"worker.main({pipes.answers_in.fileno()}, True)"  # becomes nobody at once
        real = os.path.realpath(sys.executable)
        places = [str(self._app), *bubblewrap.package_folders(), ""]
        command = [real, "-I", "-S", "-c", bubblewrap.START + call, *places]
        process = _spawn(command, bubblewrap.ENVIRONMENT, "/", pipes)
        with suppress(OSError):  # if memory runs out, the kernel must end the worker, not us
            Path(f"/proc/{process.pid}/oom_score_adj").write_text("1000")
        return process

    def _check(self, worker: "WorkerProcess", job: SandboxJob) -> Ending | None:
        too_much = worker.resident_bytes() > job.limits.resident_mib << 20
        return memory_limit(job.limits) if too_much else None


class WorkerProcess:
    """A worker's process and its descendants, measured with psutil.

    Attributes:
        last_cpu_s: the result of the latest `cpu_s()` or `resident_bytes()` that found a process.
    """

    def __init__(self, process: subprocess.Popen[bytes]):
        self._process = process
        self._tree = [psutil.Process(process.pid)]
        self.last_cpu_s = 0.0

    def cpu_s(self) -> float:
        """Return the processor time of the worker and its descendants so far, in seconds."""
        self._measure()
        return self.last_cpu_s

    def resident_bytes(self) -> int:
        """Return the memory of the largest process in bytes."""
        return self._measure()

    def wait(self) -> tuple[int | None, float]:
        """Wait a second for the end of the worker.

        Returns:
            Exit code (None if it still runs), and processor time of the worker and its children.
        """
        for _ in range(50):
            found, status, used = os.wait4(self._process.pid, os.WNOHANG)
            if found:
                self._process.returncode = os.waitstatus_to_exitcode(status)
                return self._process.returncode, used.ru_utime + used.ru_stime
            time.sleep(0.02)
        return None, 0.0

    def kill(self) -> None:
        """End the worker and every process in its session."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _measure(self) -> int:
        """Update `last_cpu_s`; return the memory of the largest process."""
        with suppress(psutil.Error):
            if not self._tree[-1].is_running() or len(self._tree) < 3:  # bwrap, bwrap, Python
                self._tree = [self._tree[0], *self._tree[0].children(recursive=True)]
        total, largest = 0.0, 0
        for process in self._tree:
            with suppress(psutil.Error):
                total += sum(process.cpu_times()[:4])
                largest = max(largest, process.memory_info().rss)
        self.last_cpu_s = max(total, self.last_cpu_s)
        return largest


def _spawn(
    command: Sequence[str], environment: dict[str, str], folder: str, pipes: Pipes
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, with the worker's ends of the pipes."""
    return subprocess.Popen(
        command,
        stdin=pipes.job,
        stdout=pipes.log_in,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=environment,
        start_new_session=True,
        pass_fds=(pipes.answers_in.fileno(),),
    )


def signal_name(number: int) -> str | None:
    """Return "SIGKILL" or the like; None if the number is no signal or has no name."""
    with suppress(ValueError):
        return signal.Signals(number).name
    return None


def _copy_guest() -> Path:
    """Copy what a sandbox would show to a folder that every user can read."""
    app = Path(tempfile.mkdtemp(prefix="worker-", dir="/var/tmp"))  # /tmp may be covered inside
    for folder in (REPOSITORY / "cs231n", bubblewrap.GUEST):
        shutil.copytree(folder, app / folder.name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in [app, *app.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return app
