"""How large the report of a class is, and how long a real browser takes to open it.

    python -m benchmarks.report [--students N] [--json FILE] [--keep FILE]

The class is made up: marks, mistakes, times, late and missing students at random, in proportions as
in a real one, with 200 pairs that are alike. Opening: from the request to the load event and one
more frame, in a fresh Chromium; the median of five.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from autograder.authoring.mistakes import load_known_solutions
from autograder.config import find_assignment
from autograder.reporting.class_report import to_html
from autograder.reporting.models import ClassResults, QuestionResult, StudentResult, TaskResult
from autograder.reporting.similarity import SimilarGroup, SimilarityReport
from cs231n.engine.judging.messages import say
from cs231n.engine.schema import Finding, Verdict

ASSIGNMENT = find_assignment("gans")
NUMBERS = ("expected  [0.418312 -1.02711 0.0652431 0.771286 ...]",
           "found     [0.441724 -0.995812 0.0701127 0.771286 ...]")  # fmt: skip


def make_results(count: int, seed: int = 0) -> ClassResults:
    """A made-up graded class."""
    rng, known = random.Random(seed), {}
    for entry in load_known_solutions(ASSIGNMENT, "mistakes"):
        for task in entry.loses:
            known.setdefault(task, []).append(entry.says)
    results = tuple(_student(f"student{n:05}", rng, known) for n in range(count))
    missing = tuple(f"absent{n:05}" for n in range(count // 25))
    return ClassResults(ASSIGNMENT, datetime(2026, 3, 1, tzinfo=UTC), results, missing, ())


def _student(name: str, rng: random.Random, known: dict) -> StudentResult:
    ended = rng.choices(
        ("done", "cpu", "crash", "import_error", "no_file", "malformed"),
        (900, 15, 8, 12, 8, 1),
    )[0]
    skill = rng.betavariate(5, 1.2)
    tasks = tuple(_task(task, rng, known, skill, ended) for task in ASSIGNMENT.tasks)
    questions = tuple(_question(question, rng) for question in ASSIGNMENT.questions)
    late = rng.expovariate(1 / 20_000) if rng.random() < 0.08 else 0.0
    cpu = rng.uniform(20, 22) if ended == "cpu" else rng.lognormvariate(-0.7, 0.3)
    cpu = 0.0 if ended == "no_file" else round(cpu, 3)
    return StudentResult(
        name, "Ada", "Student", f"{name}@example.org", "", tasks, questions,
        round(late / 3600, 1) if late else 0.0, datetime(2026, 3, 1, tzinfo=UTC), late, (),
        cpu, 1.2 * cpu, ended,
    )  # fmt: skip


def _task(task, rng: random.Random, known: dict, skill: float, ended: str) -> TaskResult:
    verdict = Verdict(task.name, "passed", 1.0)
    lost = {"import_error": "failed", "no_file": "not_attempted"}.get(ended)
    if lost or rng.random() > skill:
        status = (
            lost
            or rng.choices(
                ("failed", "partial", "not_attempted", "crashed", "timed_out"), (60, 15, 15, 8, 2)
            )[0]
        )
        finding = _finding(status, ended, rng, known[task.name])
        part = 0.5 if status == "partial" else 0.0
        verdict = Verdict(task.name, status, part, (finding,))
    return TaskResult(task.name, task.points, verdict.points(task.points), verdict)


def _finding(status: str, ended: str, rng: random.Random, known: list) -> Finding:
    """What is said of a task that lost marks; the first known mistakes are the most frequent."""
    if ended == "import_error":
        return say("import_failed", line=7, error="ModuleNotFoundError: No module named 'x'")
    if ended == "no_file" or status == "not_attempted":
        return say("not_attempted", task="It")
    if status == "crashed":
        return say("crashed", ("return nn.Linear(h, w",), where="line 61", error="NameError")
    if status == "timed_out":
        return say("timed_out", limit="20 s of processor time")
    if rng.random() < 0.2:
        return say("values_differ", NUMBERS, count=6, place="")
    says = known[min(int(rng.expovariate(0.25)), len(known) - 1)]
    return Finding("explanation", says, NUMBERS)


def _question(question, rng: random.Random) -> QuestionResult:
    waiting = rng.random() < 0.5
    answer = "" if rng.random() < 0.1 else "It circles around the saddle and never arrives."
    score = None if waiting else float(rng.randint(0, 5))
    return QuestionResult(question.grade_id, question.points, score, answer, None, waiting)


def make_comparison(count: int, pairs: int) -> SimilarityReport:
    """That many pairs."""
    names = ("discriminator", "generator", "build_dc_generator", "build_dc_classifier")
    alike = tuple(SimilarGroup((f"student{n:05}", f"student{n + 1:05}"), 0.9, names)
                  for n in range(pairs))  # fmt: skip
    return SimilarityReport(alike, count, 0)


def open_in_browser(page: Path, times: int = 5) -> list[float]:
    """Seconds from the request to the load event and one more frame, in a fresh browser each."""
    sys.path.append(str(ASSIGNMENT.top / "tests"))
    from helpers.browser import open_page

    found = []
    for _ in range(times):
        with open_page() as browser:
            browser.goto("about:blank")
            start = time.monotonic()
            browser.goto(page.resolve().as_uri(), wait_until="load")
            browser.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                             "requestAnimationFrame(done)))")  # fmt: skip
            found.append(time.monotonic() - start)
    return found


def main() -> None:
    """Measure, print the table, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--students", metavar="N", type=int, default=1000)
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures too")
    parser.add_argument("--keep", metavar="FILE", type=Path, help="keep the page")
    options = parser.parse_args()
    found = make_results(options.students)
    start = time.process_time()
    page = to_html(found, make_comparison(options.students, options.students // 5))
    table = {"students": options.students, "render_cpu_s": round(time.process_time() - start, 2)}
    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or Path(folder) / "report.html"
        path.write_text(page, "utf-8")
        table["mib"] = round(path.stat().st_size / 2**20, 3)
        table["open_s"] = round(statistics.median(open_in_browser(path)), 2)
    print("{students:,} students: {mib} MiB, made in {render_cpu_s} s of CPU, opened in {open_s} s "
          "(median of five)".format(**table))  # fmt: skip
    if options.json:
        options.json.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
