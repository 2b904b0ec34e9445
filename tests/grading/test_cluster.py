"""The same work on a Dask cluster: real worker processes, one killed, one that no file can kill."""

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import pytest

from autograder.errors import ClusterError
from autograder.grading.dask_pool import DaskBackend
from autograder.grading.planner import grade_all
from autograder.grading.pool import TRIES
from autograder.grading.store import Store
from helpers import stand_in
from helpers.course import ASSIGNMENT
from helpers.submissions import FINGERPRINTS, class_of, grade_locally, submission

pytest.importorskip("distributed", reason="needs dask.distributed")

QUIET = {"DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical", "PYTHONWARNINGS": "ignore"}


class Cluster:
    """A scheduler and workers, each a process of its own, as an instructor starts them."""

    def __init__(self, folder, stack: ExitStack):
        self._folder, self._stack, self.workers = folder, stack, []
        self._file = folder / "scheduler.json"
        words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        self.scheduler = self._start(*words, "--scheduler-file", str(self._file))

    def add(self, count: int = 1) -> None:
        """Start workers with one thread each."""
        setup = self._folder / "setup_worker.py"
        paths = [str(stand_in.TESTS), str(ASSIGNMENT.repository)]
        setup.write_text(f"import sys; sys.path[:0] = {paths!r}")
        words = ["worker", "--scheduler-file", str(self._file), "--nthreads", "1", "--no-nanny"]
        words += ["--no-dashboard", "--preload", str(setup)]
        self.workers += [
            self._start(*words, "--local-directory", str(self._folder)) for _ in range(count)
        ]

    def address(self) -> str:
        """Where the scheduler listens, once it does."""
        from distributed import Client

        with Client(scheduler_file=str(self._file), timeout=60, set_as_default=False) as client:
            if self.workers:
                client.wait_for_workers(len(self.workers), timeout=120)
        return json.loads(self._file.read_text())["address"]

    def _start(self, *words: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *words],
            cwd=self._folder,
            env={**os.environ, **QUIET},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process


@contextmanager
def cluster_of(folder, workers: int):
    with ExitStack() as stack:
        found = Cluster(folder, stack)
        found.add(workers)
        yield found, found.address()


def grading_process(folder) -> list[str]:
    """The command of a grading process that invents observations."""
    return stand_in.command(folder, "stand_in.grading_process")


def quiet_run(folder) -> Store:
    """What the class gets on this machine, undisturbed."""
    store = Store(folder / "quiet")
    grade_locally(store, class_of(20), command=grading_process(folder))
    return store


@pytest.fixture
def busy(tmp_path):
    """A folder of its own for the stand-ins of a cluster."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    return folder


def test_a_lost_worker_costs_nothing_and_a_deadly_file_only_itself(tmp_path, busy):
    """One of two workers is killed in the middle, one file kills what grades it: the class has the
    verdicts of a quiet run, the file has one that says so, and the other worker lives on."""
    quiet, store = quiet_run(tmp_path), Store(busy / "verdicts")
    handed_in = [*class_of(10), submission("mallory", "kill"), *class_of(20)[10:]]
    with (
        cluster_of(busy, 2) as (found, address),
        DaskBackend(address, grading_process(busy)) as backend,
    ):
        seen = {}
        for judged in grade_all(ASSIGNMENT, handed_in, store, backend, FINGERPRINTS):
            seen[judged.submission.student] = judged
            if len(seen) == 5:
                os.kill(found.workers[0].pid, signal.SIGKILL)
        assert found.workers[0].wait() == -signal.SIGKILL
        assert found.workers[1].poll() is None
    mallory = seen.pop("mallory")
    assert mallory.deaths == TRIES and "SIGKILL" in mallory.fault
    assert {v.status for v in mallory.record.verdicts} == {"crashed"}
    assert len(seen) == 20
    for name, judged in seen.items():
        assert judged.record == quiet.load(name) == store.load(name)
        assert store.observations(name) == quiet.observations(name)


def test_a_scheduler_that_goes_away_is_one_line_and_the_rest_is_graded_later(busy):
    """What was judged stays; the next run, here or there, does the rest and nothing twice."""
    store, done = Store(busy / "verdicts"), []
    with (
        cluster_of(busy, 1) as (found, address),
        DaskBackend(address, grading_process(busy)) as backend,
    ):
        results = grade_all(ASSIGNMENT, class_of(20), store, backend, FINGERPRINTS)
        done += [next(results) for _ in range(3)]
        found.scheduler.kill()
        with pytest.raises(ClusterError, match=r"the Dask scheduler went away; no verdict is lost"):
            done += results
    judged = grade_locally(store, class_of(20), command=grading_process(busy))
    assert len(judged) == 20 and sum(not j.ran for j in judged) >= 3
    assert max(stand_in.runs(busy).values()) <= 2  # twice only what was on the way


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("tcp://127.0.0.1:9", "no Dask scheduler answers"),
        ("nonsense", "no Dask scheduler answers (missing port"),
        ("http://127.0.0.1:9", "no Dask scheduler answers"),
    ],
)
def test_a_scheduler_that_is_not_there_is_one_line(address, why):
    """With what to start, and that nothing is lost."""
    with pytest.raises(ClusterError) as error:
        DaskBackend(address, answer_s=0.5)
    text = str(error.value)
    assert text.startswith(f"{address}: {why}") and "`dask scheduler`" in text
    assert "no verdict is lost" in text and "\n" not in text


def test_a_scheduler_without_workers_is_one_line(busy):
    """It says how to start some."""
    with (
        cluster_of(busy, 0) as (_, address),
        pytest.raises(
            ClusterError, match=f"has no workers; start some with `dask worker {address}`"
        ),
    ):
        DaskBackend(address, answer_s=0.5)


def test_without_distributed_it_says_what_to_install(monkeypatch):
    """dask.distributed is needed for --scheduler, and for nothing else."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"not installed; `pip install -e \"\.\[cluster\]\"`"):
        DaskBackend("tcp://127.0.0.1:9")
    code = "import sys, autograder.course.grade; sys.exit('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ASSIGNMENT.repository).returncode == 0
