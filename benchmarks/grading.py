"""Measure the cost of grading one submission and a class, next to nbgrader and otter-grader.

    python -m benchmarks.grading [--quick] [--only PART] [--count N] [--json FILE]

Per submission, all graders grade copies of the reference solution. Our grader judges all ten tasks
on public and hidden cases in a process forked from the zygote. Its figure is the processor time of
the grader and of every process in the sandbox. The warm-up of the zygote, which a machine pays
once, is printed separately. No gradebook is written. The other graders run only the public cases,
which is less work, and write marks (benchmarks/others.py); otter-grader has a row if it is
installed. The figures are medians.

The class is a mix (benchmarks/whole_class.py). Our grader grades it with two workers into the
gradebook and writes the feedback pages. nbgrader has one process and gets a sample with every kind
of submission; its seconds for each kind are extrapolated to the same class, without feedback pages.

Needs bubblewrap. `--quick` grades fewer submissions; a thousand need ten minutes on two cores.
"""

import argparse
import contextlib
import json
import platform
import statistics
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psutil

from autograder.config import find_assignment
from autograder.grading.grade_submission import grade_source
from autograder.sandbox import Sandbox, Zygote
from autograder.sandbox.zygote import ZygoteRunner
from benchmarks import others, whole_class
from benchmarks.machine import machine

ASSIGNMENT = find_assignment("gans")
WORKERS = 2  # for the class


def ours(count: int) -> list[dict]:
    """Return the seconds for each of `count` submissions, with a warm zygote."""
    source, found = ASSIGNMENT.solution.read_bytes(), []
    with Sandbox("zygote") as sandbox:
        grade_source(ASSIGNMENT, source, "first", worker=sandbox.run)
        for number in range(count):
            before = time.process_time() + tree_cpu_s(sandbox.zygote.pid), time.monotonic()
            graded = grade_source(ASSIGNMENT, source, str(number), worker=sandbox.run)
            after = time.process_time() + tree_cpu_s(sandbox.zygote.pid), time.monotonic()
            assert all(verdict.status == "passed" for verdict in graded.verdicts)
            found.append({"cpu_s": after[0] - before[0], "wall_s": after[1] - before[1]})
    return found


def start_of_ours() -> dict:
    """Return the seconds until a zygote is warm and has passed its self-test, once per machine."""
    start = time.monotonic()
    with Zygote() as zygote:
        ZygoteRunner(zygote).prepare()
        return {"cpu_s": tree_cpu_s(zygote.pid), "wall_s": time.monotonic() - start}


def tree_cpu_s(pid: int) -> float:
    """Return the processor time of a process and its descendants, ended children included."""
    total, root = 0.0, psutil.Process(pid)
    for process in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            total += sum(process.cpu_times()[:4])
    return total


def medians(runs: list[dict]) -> dict:
    """The median of each figure."""
    return {key: round(statistics.median(run[key] for run in runs), 3) for key in runs[0]}


def per_submission(quick: bool) -> dict:
    """Measure and print the table of one submission; name of the grader -> figures."""
    count, batches = (3, 1) if quick else (12, 3)
    batch, single = others.nbgrader(count, batches)
    table = {
        "ours": medians(ours(4 * count)),
        "nbgrader": medians(batch),
        "nbgrader_per_process": medians(single),
    }
    print(
        f"{machine()}, Python "
        f"{platform.python_version()}, torch {version('torch')}, nbgrader {version('nbgrader')}; "
        f"ours: {4 * count} submissions, theirs: {batches} x {count}"
    )
    if find_spec("otter"):
        table["otter"] = medians(others.otter(count // 3))
        print(f"otter-grader {version('otter-grader')}: {count // 3}, a process for each")
    print(f"{'per submission':24}{'CPU s':>8}{'wall s':>8}{'CPU against ours':>18}")
    for name, row in table.items():
        ratio = row["cpu_s"] / table["ours"]["cpu_s"]
        print(f"{name:24}{row['cpu_s']:8.2f}{row['wall_s']:8.2f}{ratio:17.1f}x")
    start = start_of_ours()
    print(f"once on a machine: {start['cpu_s']:.1f} s of CPU until ours is warm")
    return table


def a_class(count: int, sample: dict[str, int]) -> dict:
    """Measure and print a whole class, and nbgrader's sample of it extrapolated."""
    print(f"\nbefore: {machine()}")
    mine = whole_class.ours(count, WORKERS)
    print(f"after ours: {machine()}")
    theirs = whole_class.nbgrader(sample)
    total = mine["grading_s"] + mine["feedback_s"]
    expected = whole_class.extrapolated_s(theirs, mine["kinds"])
    figures = {
        "minutes": round(total / 60, 2),
        "per_minute": round(60 * count / total, 1),
        "nbgrader_minutes_extrapolated": round(expected / 60, 1),
        "ratio": round(expected / total, 1),
    }
    print(f"after nbgrader: {machine()}\na class of {count}: {_listed(mine['kinds'])}")
    print(f"ours, {WORKERS} workers: {total / 60:.1f} min ({mine['grading_s']:.0f} s until marks "
          f"are in the gradebook, {mine['feedback_s']:.0f} s for feedback pages), "
          f"{figures['per_minute']:.0f} a minute, at most {mine['peak_pss_mib']} MiB")  # fmt: skip
    print(f"nbgrader, one process: {expected / 60:.1f} min, extrapolated from {theirs['sample']} "
          f"submissions, {theirs['unmarked']} of which it left without marks; its own time-out is "
          f"30 s for a cell\n  seconds each: {_listed(theirs['seconds'])}")  # fmt: skip
    print(f"ours is {figures['ratio']:.1f} times faster")
    return {**mine, **figures, "nbgrader": theirs}


def _listed(table: dict) -> str:
    return ", ".join(f"{value:g} {key}" for key, value in table.items())


def main() -> None:
    """Measure, print the tables, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="3 instead of 12, a class of 60")
    parser.add_argument("--only", choices=("submission", "class"), help="one part alone")
    parser.add_argument("--count", metavar="N", type=int, help="size of the class; default 1000")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures too")
    options = parser.parse_args()
    table = {}
    if options.only != "class":
        table |= per_submission(options.quick)
    if options.only != "submission":
        sample = whole_class.SMALL_SAMPLE if options.quick else whole_class.SAMPLE
        table["class"] = a_class(options.count or (60 if options.quick else 1000), sample)
    if options.json:
        options.json.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
