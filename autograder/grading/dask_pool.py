"""The backend for a Dask cluster: bytes out, bytes back, students' code sandboxed there as here.

A lost Dask worker costs nothing: its jobs go to another one.
"""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from typing import Any

from autograder.errors import ClusterError

from .pool import AHEAD, COMMAND, Backend, ProcessPool

ANSWER_S = 10.0  # for a scheduler to answer, and for its first worker to register
NO_WORKERS_S = 60  # without any worker, until the run stops
RUN_AGAIN = "no verdict is lost: run the same command again to go on"
POOL = "autograder_grading_processes"  # attribute of a Dask worker


def run_on_dask_worker(job: bytes, command: Sequence[str] | None) -> bytes:
    """Do a packed job in a grading process that belongs to this Dask worker.

    Args:
        job: packed.
        command: starts a grading process; None for this machine's own.
    """
    from distributed import get_worker

    state: dict[str, ProcessPool] = vars(get_worker())
    pool = state.setdefault(POOL, ProcessPool(command or COMMAND))
    return pool.run(job)


class DaskBackend(Backend):
    """The workers of a Dask scheduler.

    Args:
        address: as `dask scheduler` prints it, such as "tcp://10.0.0.5:8786".
        command: starts a grading process on a worker's machine; None for the machine's own.
        answer_s: seconds to wait for the scheduler and for its first worker.
    Raises:
        ClusterError: `distributed` is not installed, or no scheduler or no worker answers.
    """

    patience_s = 5

    def __init__(
        self, address: str, command: Sequence[str] | None = None, answer_s: float = ANSWER_S
    ):
        try:
            import distributed
        except ImportError:
            raise ClusterError(
                "--scheduler needs dask.distributed, which is not installed; "
                '`pip install -e ".[cluster]"`'
            ) from None
        for name in list(logging.root.manager.loggerDict):
            if name.startswith("distributed"):  # its tracebacks; this module says it in a line
                logging.getLogger(name).setLevel(logging.CRITICAL)
        client: Any = distributed.Client  # untyped
        self._address, self._command = address, command
        self._threads, self._asked, self._seen = 0, 0.0, time.monotonic()
        try:
            self._client = client(address, timeout=answer_s, set_as_default=False)
        except Exception as error:  # each kind of address raises its own kind
            raise ClusterError(
                f"{address}: no Dask scheduler answers ({_first_line(error)}); start one with "
                f"`dask scheduler`; {RUN_AGAIN}"
            ) from None
        try:
            self._client.wait_for_workers(1, timeout=answer_s)
        except TimeoutError:
            self.close()
            raise self._no_workers() from None
        self._executor: Any = self._client.get_executor(pure=False)

    def submit(self, job: bytes) -> "Future[bytes]":
        """Send a packed job to a worker."""
        future: Future[bytes] = self._executor.submit(run_on_dask_worker, job, self._command)
        return future

    def capacity(self) -> int:
        """Return AHEAD jobs for each thread of a worker; the scheduler is asked every 2 s."""
        if time.monotonic() - self._asked > 2:
            self._count_threads()
        return max(1, AHEAD * self._threads)

    def check(self) -> None:
        """Raise a ClusterError if the scheduler is gone, or all workers are gone for long."""
        self._count_threads()
        if time.monotonic() - self._seen > NO_WORKERS_S:
            raise self._no_workers()

    def explain(self, error: BaseException) -> BaseException | str:
        """Translate an error of Dask."""
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            return f"the Dask workers that had it were lost, one after the other; {RUN_AGAIN}"
        if isinstance(error, (CancelledError, OSError)):
            return self._scheduler_gone()
        return error

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close(timeout=1)

    def _count_threads(self) -> None:
        try:
            self._threads = sum(self._client.nthreads().values())
        except Exception as error:  # whatever a closing client raises
            raise self._scheduler_gone() from error
        self._asked = time.monotonic()
        if self._threads:
            self._seen = self._asked

    def _scheduler_gone(self) -> ClusterError:
        return ClusterError(f"{self._address}: the Dask scheduler went away; {RUN_AGAIN}")

    def _no_workers(self) -> ClusterError:
        start = f"start some with `dask worker {self._address}`"
        return ClusterError(
            f"{self._address}: the Dask scheduler has no workers; {start}; {RUN_AGAIN}"
        )


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:120]
