"""A class like a real one, and what it takes: ours, and nbgrader on a sample of it.

Of 100 students 53 hand in something right (the solution, the known right variants), 34 something
with a known mistake, 7 nothing or the blank stubs, 5 a file that cannot be read or that ends its
process, 1 an endless loop, which costs its limit of time.
"""

import re
import shutil
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from statistics import mean

from autograder.authoring.mistakes import load_known_solutions
from autograder.config import find_assignment
from benchmarks.machine import Peak
from benchmarks.others import Run, make_course, run

ASSIGNMENT = find_assignment("gans")
ENDLESS = b"\n\ndef generator_loss(logits_fake):\n    while True:\n        pass\n"
ENDS = b"\n\ndef ls_generator_loss(scores_fake):\n    import os\n    os._exit(1)\n"
UNREADABLE = b"\n\ndef ls_generator_loss(scores_fake)\n    return 0.0\n"
SHARES = {"right": 53, "mistake": 34, "blank": 5, "nothing": 2, "unreadable": 3, "ends": 2,
          "endless": 1}  # fmt: skip
SAMPLE = {**dict.fromkeys(SHARES, 1), "right": 4, "mistake": 3}  # that nbgrader gets
SMALL_SAMPLE = dict.fromkeys(SHARES, 1)


def sources(kind: str) -> list[bytes | None]:
    """Files of one kind, to be handed in by turns."""
    solution, stub = ASSIGNMENT.solution.read_bytes(), ASSIGNMENT.stub.read_bytes()
    if kind in ("right", "mistake"):
        folder = {"right": "variants", "mistake": "mistakes"}[kind]
        entries = load_known_solutions(ASSIGNMENT, folder)
        return [entry.source for entry in entries if bool(entry.loses) == (kind == "mistake")]
    table = {"blank": stub, "nothing": None, "unreadable": solution + UNREADABLE}
    return [{**table, "ends": solution + ENDS, "endless": solution + ENDLESS}[kind]]


def hand_in(course: Path, count: int) -> Counter:
    """Put `count` submissions into a course: the two files that are taken. Count of each kind."""
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    pools, made = {kind: sources(kind) for kind in SHARES}, Counter()
    for number in range(count):
        kind = kinds[number * 37 % 100]  # 37 and 100 have no common factor: mixed, and repeatable
        source = pools[kind][made[kind] % len(pools[kind])]
        made[kind] += 1
        folder = course / "submitted" / f"s{number:05}" / ASSIGNMENT.name
        (folder / ASSIGNMENT.package).mkdir(parents=True)
        shutil.copy(ASSIGNMENT.repository / ASSIGNMENT.notebook, folder)
        if source is not None:
            (folder / ASSIGNMENT.package / f"{ASSIGNMENT.module}.py").write_bytes(source)
    return made


def ours(count: int, workers: int) -> dict:
    """The two commands on a whole class: seconds by the clock, kinds, the most memory of all."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder) / "course"
        autograder = (ASSIGNMENT.repository, "autograder")
        name = ("--assignment", ASSIGNMENT.name)
        run(*autograder, "release", str(course), *name)
        made = hand_in(course, count)
        with Peak(own=False, every=2.0) as peak:
            graded = run(*autograder, "grade", str(course), "--workers", str(workers))
            paged = run(*autograder, "feedback", str(course))
        pages = len(list((course / "feedback").rglob("*.html")))
    assert pages == count, f"{count} handed in, {pages} feedback pages"
    return {
        "count": count,
        "workers": workers,
        "kinds": dict(made),
        "grading_s": round(graded.wall_s, 1),
        "feedback_s": round(paged.wall_s, 1),
        "peak_pss_mib": round(peak.mib),
    }


def nbgrader(sample: dict[str, int]) -> dict:
    """`nbgrader autograde` on some of each kind, with its own time-out of 30 s for a cell.

    Returns:
        Seconds by the clock until the first submission, seconds per submission of each kind, and
        how many submissions it left without marks.
    """
    handed_in = {}
    for kind, count in sample.items():
        files = sources(kind)
        for number in range(count):
            handed_in[f"{kind}-{number}"] = files[number * len(files) // count]
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        make_course(course, handed_in)
        done = run(course, "nbgrader", "autograde", "gans", may_fail=True)
        marked = len(list((course / "autograded").glob("*/gans/gans.ipynb")))
    start, seconds = seconds_by_student(done, list(handed_in))
    kinds = defaultdict(list)
    for student, taken in seconds.items():
        kinds[student.partition("-")[0]].append(taken)
    return {
        "sample": len(handed_in),
        "unmarked": len(handed_in) - marked,
        "start_s": round(start, 1),
        "seconds": {kind: round(mean(taken), 1) for kind, taken in kinds.items()},
    }


def extrapolated_s(theirs: dict, made: dict[str, int]) -> float:
    """Seconds that a class of these kinds would take at the rate of the sample."""
    return theirs["start_s"] + sum(theirs["seconds"][kind] * n for kind, n in made.items())


def seconds_by_student(done: Run, students: list[str]) -> tuple[float, dict[str, float]]:
    """Seconds until nbgrader began with the first submission, and for each, by what it logged."""
    begins = {}
    for second, line in done.lines:
        found = re.search(r"submitted/([^/]+)/gans", line)
        if found and found[1] in students:
            begins.setdefault(found[1], second)
    if set(begins) != set(students):
        raise SystemExit(f"nbgrader's log names {len(begins)} of {len(students)} submissions")
    order = sorted(begins, key=begins.get)
    ends = [*(begins[student] for student in order[1:]), done.wall_s]
    return begins[order[0]], {
        student: end - begins[student] for student, end in zip(order, ends, strict=True)
    }
