"""The same work on the machines of a Dask cluster: bytes out, bytes back, students' code sandboxed
there as here. A Dask worker that is lost costs nothing: its jobs go to another one.
"""

import logging
import time
from concurrent.futures import CancelledError

from autograder.errors import ClusterError

from .pool import AHEAD, Crew

HERE_S = 10  # for a scheduler to answer, and for its first worker to be there
GONE_S = 60  # without any worker
AGAIN = "no verdict is lost: run the same command again to go on"


def connect(address: str) -> Crew:
    """The workers of a Dask scheduler.

    Args:
        address: as `dask scheduler` prints it, such as "tcp://10.0.0.5:8786".
    Raises:
        ClusterError: `distributed` is not installed, or no scheduler or no worker is there.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise ClusterError(
            "--scheduler needs dask.distributed, which is not installed; "
            '`pip install -e ".[cluster]"`'
        ) from None
    for name in list(logging.root.manager.loggerDict):
        if name.startswith("distributed"):  # tracebacks of lost connections; we say it in a line
            logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=HERE_S, set_as_default=False)
    except Exception as error:  # each kind of address has errors of its own
        raise ClusterError(
            f"{address}: no Dask scheduler answers ({_first_line(error)}); start one with "
            f"`dask scheduler`; {AGAIN}"
        ) from None
    workers = _Workers(client, address)
    try:
        workers.wait()
    except ClusterError:
        client.close(timeout=1)
        raise

    def explain(error: BaseException) -> BaseException | str:
        if isinstance(error, KilledWorker):
            return f"the Dask workers that had it were lost, one after the other; {AGAIN}"
        if isinstance(error, (CancelledError, OSError)):
            return ClusterError(f"{address}: the Dask scheduler went away; {AGAIN}")
        return error

    return Crew(
        client.get_executor(pure=False),
        workers.room,
        lambda: client.close(timeout=1),
        patience=5,
        check=workers.check,
        explain=explain,
    )


class _Workers:
    """How many workers there are, asked now and then."""

    def __init__(self, client, address: str):
        self._client, self._address = client, address
        self._threads, self._asked, self._seen = 0, 0.0, time.monotonic()

    def wait(self) -> None:
        """For the first worker."""
        try:
            self._client.wait_for_workers(1, timeout=HERE_S)
        except TimeoutError:
            raise self._none() from None

    def room(self) -> int:
        """As many jobs ahead for each thread of a worker as for one of this machine."""
        if time.monotonic() - self._asked > 2:
            self._ask()
        return max(1, AHEAD * self._threads)

    def check(self) -> None:
        """Raise if there has been no worker, or no scheduler, for long."""
        self._ask()
        if time.monotonic() - self._seen > GONE_S:
            raise self._none()

    def _ask(self) -> None:
        try:
            self._threads = sum(self._client.nthreads().values())
        except Exception as error:  # whatever a closing client raises
            raise ClusterError(f"{self._address}: the Dask scheduler went away; {AGAIN}") from error
        self._asked = time.monotonic()
        if self._threads:
            self._seen = self._asked

    def _none(self) -> ClusterError:
        start = f"start some with `dask worker {self._address}`"
        return ClusterError(f"{self._address}: the Dask scheduler has no workers; {start}; {AGAIN}")


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:120]
