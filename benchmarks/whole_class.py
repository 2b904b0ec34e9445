"""A whole class, from submissions to gradebook and feedback pages: minutes and memory.

    python -m benchmarks.whole_class [--count 1000] [--workers 2] [--quick] [--json FILE]

The class is a mix: of 100 students 53 hand in something right (the solution, the known right
variants), 34 something with a known mistake, 7 nothing or the blank stubs, 5 a file that cannot be
read or that ends its process, 1 an endless loop, which alone costs its limit of processor time.
Needs bubblewrap, Linux and the extra `cluster` (for psutil).
"""

import argparse
import json
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

from autograder.assignment import load_assignment
from autograder.catalogue import load_entries
from autograder.course import Crews, grade_course
from autograder.nbgrader_apps import generate_feedback
from autograder.release import release
from benchmarks.machine import machine
from benchmarks.scale import Peak

ASSIGNMENT = load_assignment()
ENDLESS = b"\n\ndef generator_loss(logits_fake):\n    while True:\n        pass\n"
ENDS = b"\n\ndef ls_generator_loss(scores_fake):\n    import os\n    os._exit(1)\n"
SHARES = (("right", 53), ("mistake", 34), ("blank", 5), ("nothing", 2), ("unreadable", 3),
          ("ends", 2), ("endless", 1))  # fmt: skip


def sources(kind: str) -> list[bytes | None]:
    """Files of one kind, to be handed in by turns."""
    solution, stub = ASSIGNMENT.solution.read_bytes(), ASSIGNMENT.stub.read_bytes()
    if kind in ("right", "mistake"):
        folder = {"right": "variants", "mistake": "mistakes"}[kind]
        entries = load_entries(ASSIGNMENT, folder)
        return [entry.source for entry in entries if bool(entry.loses) == (kind == "mistake")]
    table = {"blank": stub, "nothing": None, "unreadable": solution.replace(b"):", b")", 1)}
    return [{**table, "ends": solution + ENDS, "endless": solution + ENDLESS}[kind]]


def hand_in(course: Path, count: int) -> Counter:
    """Put `count` submissions into a course: the two files that are taken. Count of each kind."""
    kinds = [kind for kind, share in SHARES for _ in range(share)]
    pools, made = {kind: sources(kind) for kind, _ in SHARES}, Counter()
    for number in range(count):
        kind = kinds[number * 37 % 100]  # 37 and 100 have no common factor: mixed, and repeatable
        source = pools[kind][made[kind] % len(pools[kind])]
        made[kind] += 1
        folder = course / "submitted" / f"s{number:05}" / ASSIGNMENT.name
        (folder / ASSIGNMENT.package).mkdir(parents=True)
        shutil.copy(ASSIGNMENT.top / ASSIGNMENT.notebook, folder)
        if source is not None:
            (folder / ASSIGNMENT.package / f"{ASSIGNMENT.module}.py").write_bytes(source)
    return made


def step(act) -> tuple[float, object]:
    """Seconds by the clock that a step took, and what it returned."""
    start = time.monotonic()
    found = act()
    return round(time.monotonic() - start, 1), found


def main() -> None:
    """Measure, print, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="a class of 60")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures too")
    options = parser.parse_args()
    count = 60 if options.quick else options.count
    with tempfile.TemporaryDirectory() as folder, Peak() as peak:
        course = Path(folder) / "course"
        release(ASSIGNMENT, course)
        made = hand_in(course, count)
        crews = Crews(options.workers)
        grading, outcome = step(lambda: grade_course(ASSIGNMENT, course, crews=crews))
        pages, (written, _) = step(lambda: generate_feedback(course, ASSIGNMENT.name))
    assert not outcome.problems and len(outcome.marks) == len(written) == count, outcome.problems
    total = grading + pages
    print(machine())
    print(f"{count} submissions, {options.workers} workers: {dict(made)}")
    print(f"graded, marks in the gradebook: {grading:.0f} s; feedback pages: {pages:.1f} s")
    print(
        f"together {total / 60:.1f} min, {60 * count / total:.0f} a minute; peak {peak.mib:.0f} MiB"
    )
    if options.json:
        table = {
            "count": count,
            "workers": options.workers,
            "grading_s": grading,
            "feedback_s": pages,
        }
        options.json.write_text(json.dumps({**table, "peak_pss_mib": round(peak.mib)}) + "\n")


if __name__ == "__main__":
    main()
