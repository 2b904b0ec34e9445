"""Measure submissions per minute with one and two workers, here and on Dask, and the memory.

    python -m benchmarks.scale [--quick] [--json FILE]

All workers judge copies of the reference solution, each with its own sandbox. The rate counts from
the moment when every worker is warm. Other work on the machine falsifies it; seconds of processor
time per submission vary less, so both are printed. Needs bubblewrap, Linux, the extra `cluster`.
"""

import argparse
import contextlib
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

import autograder.course.grade  # noqa: F401  (the grader's own memory has nbgrader in it)
from autograder.config import find_assignment
from autograder.grading.dask_pool import DaskBackend
from autograder.grading.fingerprints import Fingerprints
from autograder.grading.planner import grade_all
from autograder.grading.pool import Backend, LocalBackend
from autograder.grading.store import Store
from autograder.submission.reader import Submission
from benchmarks.machine import Peak, machine, processes

ASSIGNMENT = find_assignment("gans")
SOLUTION = ASSIGNMENT.solution.read_bytes()
WARM = 3  # submissions for each worker before the clock starts
DASK = [sys.executable, "-m", "dask"]


def cpu_s() -> float:
    """Return the processor time of all processes and of their ended children, in seconds."""
    total = 0.0
    for each in processes():
        with contextlib.suppress(psutil.Error):
            total += sum(each.cpu_times()[:4])
    return total


def measure(backend: Backend, workers: int, count: int) -> dict:
    """Rate, processor time and memory of a class.

    Args:
        workers: of the backend.
        count: submissions for each of them that are timed.
    """
    warm = WARM * workers
    names = [f"s{number:04}" for number in range(warm + count * workers)]
    handed_in = (Submission(name, SOLUTION, None, {}, (), None) for name in names)
    with tempfile.TemporaryDirectory() as folder, backend, Peak() as peak:
        store, fingerprints = Store(Path(folder)), Fingerprints(ASSIGNMENT)
        results = grade_all(ASSIGNMENT, handed_in, store, backend, fingerprints)
        for number, judged in enumerate(results, 1):
            assert judged.record and judged.record.outcome() == "passed", judged.fault
            if number == warm:
                start = time.monotonic(), cpu_s()
        wall, cpu = time.monotonic() - start[0], cpu_s() - start[1]
    timed = len(names) - warm
    return {
        "workers": workers,
        "per_minute": round(60 * timed / wall, 1),
        "cpu_s": round(cpu / timed, 3),
        "cores_busy": round(cpu / wall, 2),
        "peak_pss_mib": round(peak.mib),
    }


@contextlib.contextmanager
def cluster(workers: int):
    """A scheduler and workers as processes; yields its address."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        file = f"{folder}/scheduler.json"
        words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        commands = [[*DASK, *words, "--scheduler-file", file]]
        words = ["worker", "--scheduler-file", file, "--nthreads", "1", "--no-dashboard"]
        commands += [[*DASK, *words, "--local-directory", folder]] * workers
        for command in commands:
            process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.terminate)
        from distributed import Client

        with Client(scheduler_file=file, timeout=120, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=120)
        yield json.loads(Path(file).read_text())["address"]


def main() -> None:
    """Measure, print the table and the ratios, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="6 submissions a worker instead of 20")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures too")
    options = parser.parse_args()
    count, table = 6 if options.quick else 20, {}
    for workers in (1, 2):
        table[f"local_{workers}"] = measure(LocalBackend(workers), workers, count)
    for workers in (1, 2):
        with cluster(workers) as address:
            table[f"dask_{workers}"] = measure(DaskBackend(address), workers, count)
    print(f"{machine()}, Python {platform.python_version()}")
    print(f"{'':10}{'per minute':>11}{'CPU s each':>11}{'cores busy':>11}{'peak MiB':>10}")
    for name, row in table.items():
        print(f"{name:10}{row['per_minute']:11.1f}{row['cpu_s']:11.2f}{row['cores_busy']:11.2f}"
              f"{row['peak_pss_mib']:10}")  # fmt: skip
    for kind in ("local", "dask"):
        one, two = table[f"{kind}_1"], table[f"{kind}_2"]
        table[f"{kind}_ratio"] = round(two["per_minute"] / one["per_minute"], 2)
        table[f"{kind}_cpu_ratio"] = round(two["cpu_s"] / one["cpu_s"], 2)
        print(f"{kind}: two workers {table[f'{kind}_ratio']:.2f} times one, at "
              f"{table[f'{kind}_cpu_ratio']:.2f} times the CPU of each")  # fmt: skip
    if options.json:
        options.json.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
