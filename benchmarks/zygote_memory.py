"""Measure the memory of the zygote over many submissions; it must not grow.

python -m benchmarks.zygote_memory [--count 500] [--json FILE]
"""

import argparse
import dataclasses
import json
from pathlib import Path

import psutil

from autograder.config import find_assignment
from autograder.grading.grade_submission import grade_source
from autograder.sandbox import Sandbox


def resident_mib(pid: int) -> float:
    """Return the memory of the zygote, the largest process in its sandbox."""
    children = psutil.Process(pid).children(recursive=True)
    return max(child.memory_info().rss for child in children if child.is_running()) / 2**20


def main() -> None:
    """Grade the reference solution many times with one zygote and print its memory."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures too")
    options = parser.parse_args()
    whole = find_assignment("gans")
    cheap = [t for t in whole.tasks if not t.name.startswith("build_dc")]
    assignment = dataclasses.replace(whole, tasks=tuple(cheap))  # what is built does not matter
    source, sizes = assignment.solution.read_bytes(), []
    with Sandbox("zygote") as sandbox:
        for number in range(options.count):
            graded = grade_source(assignment, source, str(number), worker=sandbox.run)
            assert all(verdict.status == "passed" for verdict in graded.verdicts)
            sizes.append(round(resident_mib(sandbox.zygote.pid), 1))
            if number % max(1, options.count // 10) == 0 or number == options.count - 1:
                print(f"{number + 1:5} submissions  {sizes[-1]:7.1f} MiB")
    growth = sizes[-1] - sizes[0]
    print(f"growth from the first to the last: {growth:+.1f} MiB")
    if options.json:
        options.json.write_text(json.dumps({"mib": sizes, "growth_mib": growth}) + "\n")


if __name__ == "__main__":
    main()
