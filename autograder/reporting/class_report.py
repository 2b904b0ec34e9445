"""The class at a glance: one page, without scripts or network, for those who teach."""

import os
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder.config import Assignment
from autograder.fsutil import RefusedFile, read_file
from autograder.sandbox import Outcome
from autograder.submission.reader import MAX_MODULE
from cs231n.engine.judging.render import LOOKS
from cs231n.engine.schema import STATUSES, Finding

from . import charts as figures
from . import similarity
from .load import class_results
from .models import ClassResults, StudentResult
from .similarity import Likeness

PAGES = Path(__file__).with_name("templates")
MOST_MISTAKES, MOST_PAIRS, MOST_NAMES = 20, 50, 40
SECONDS = (0.25, 0.5, 1, 2, 5, 10, 20)  # where the bars of processor time end
# How a run can end, what it means, and whether a person should look: the gravest first.
ENDS = {
    Outcome.MALFORMED: "sent a forged answer: look at the file by hand",
    Outcome.INCOMPLETE: "closed the channel for answers: look at the file by hand",
    Outcome.OUTPUT: "printed without end",
    Outcome.MEMORY: "took too much memory",
    Outcome.CRASH: "ended its process",
    Outcome.CPU: "took too much processor time",
    Outcome.WALL: "took too long by the clock: asleep, or on a busy machine",
    Outcome.IMPORT_ERROR: "a file that Python cannot load: no task could be judged",
    Outcome.NO_FILE: "no file to grade",
    "unknown": "marks without verdicts on disk: grade again",
    "notes": "graded, but something about the files was odd: the notes on the submission say what",
}


def write_report(assignment: Assignment, course: Path, output: Path) -> ClassResults:
    """Read a graded class and write its page.

    Args:
        output: the page; replaced as a whole.
    Raises:
        GradebookError: not a course, no gradebook yet, or it cannot be read.
        OSError: the page cannot be written.
    """
    found = class_results(assignment, course)
    sources = read_modules(assignment, course / "submitted", found.results)
    known = [assignment.stub.read_bytes(), assignment.solution.read_bytes()]
    page = to_html(found, similarity.compare(sources, known))
    part = output.with_name(f".{output.name}.part")
    part.write_text(page, "utf-8")
    os.replace(part, output)
    return found


def read_modules(
    assignment: Assignment, submitted: Path, results: Sequence[StudentResult]
) -> dict[str, bytes]:
    """student -> the module as handed in, for those whose file can be read."""
    inside, sources = Path(assignment.name, assignment.package, f"{assignment.module}.py"), {}
    for result in results:
        with suppress(RefusedFile):
            path = submitted / result.student / inside
            sources[result.student] = read_file(submitted, path, MAX_MODULE)
    return sources


def to_html(found: ClassResults, likeness: Likeness) -> str:
    """The page. All that students wrote is escaped."""
    looks = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    looks.filters |= {"points": lambda x: f"{x:g}", "count": lambda n: f"{n:,}"}
    return looks.get_template("report.html").render(_words(found, likeness))


def _words(found: ClassResults, likeness: Likeness) -> dict:
    """What the page is filled with."""
    results = found.results
    return {
        "title": found.assignment.title,
        "results": results,
        "missing": found.missing,
        "problems": found.problems,
        "unsafe": sum(not result.isolated for result in results),
        "waiting": sum(result.waiting for result in results),
        "marks": marks(found),
        "tasks": tasks(found),
        "legend": [(name, LOOKS[name][1], figures.swatch(name)) for name in STATUSES],
        "patterns": figures.patterns(),
        "mistakes": mistakes(results)[:MOST_MISTAKES],
        "odd": odd(results),
        "time": time_used(results),
        "late": sorted((r for r in results if r.late_s > 0), key=lambda r: -r.late_s),
        "questions": questions(found),
        "likeness": likeness,
        "own": similarity.OWN,
        "threshold": similarity.THRESHOLD,
        "most_names": MOST_NAMES,
        "most_pairs": MOST_PAIRS,
    }


def marks(found: ClassResults) -> dict:
    """Distribution of the marks: of all parts if they are all graded, else of the tasks."""
    results = found.results
    whole = bool(results) and not any(result.waiting for result in results)
    scores = [result.total if whole else result.auto_score for result in results]
    most = found.max_score
    if not whole:
        parts = results[0].tasks if results else found.assignment.tasks
        most = float(sum(part.points for part in parts))
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, most) if most / s <= 12)
    edges = [step * n for n in range(int(-(-most // step)))]
    counts = [0] * len(edges)
    for score in scores:
        counts[min(int(score // step), len(edges) - 1)] += 1
    ends = [f"{edge:g}" for edge in (*edges, most)]
    said = [f"{a} to {b} points: {n}" for a, b, n in zip(ends, ends[1:], counts, strict=False)]
    label = "How many students have how many points. " + "; ".join(said)
    return {
        "figure": figures.histogram(ends, counts, label, ends=True),
        "whole": whole,
        "most": most,
        "median": statistics.median(scores) if scores else 0.0,
        "mean": round(statistics.fmean(scores), 1) if scores else 0.0,
        "full": sum(score >= most for score in scores),
        "none": sum(score <= 0 for score in scores),
    }


def tasks(found: ClassResults) -> list[dict]:
    """For each task: how many passed, and what became of the others."""
    table = []
    for number, task in enumerate(found.assignment.tasks):
        verdicts = [result.tasks[number].verdict for result in found.results]
        counted = Counter(verdict.status for verdict in verdicts if verdict)
        counts = [(name, counted[name]) for name in STATUSES]
        said = ", ".join(f"{n:,} {LOOKS[name][1]}" for name, n in counts if n)
        label = f"{task.name}: {said or 'nothing judged yet'}"
        share = round(100 * counted["passed"] / (sum(counted.values()) or 1))
        figure = figures.stacked(counts, label)
        table.append({"name": task.name, "share": share, "said": said, "figure": figure})
    return table


def mistakes(results: Sequence[StudentResult]) -> list[dict]:
    """What cost marks, the most frequent first; each student counts once for each.

    A file that could not be judged at all is one mistake, not one for each task.
    """
    seen: dict[tuple, dict] = {}
    who = defaultdict(set)
    for result in results:
        whole = result.ended in (Outcome.IMPORT_ERROR, Outcome.NO_FILE)
        for task in result.tasks[: 1 if whole else None]:
            where = "the whole file" if whole else task.name
            for told in _what_cost(task.verdict.findings if task.verdict else ()):
                key = (where, told["name"])
                who[key].add(result.student)
                if key not in seen or len(told["details"]) > len(seen[key]["details"]):
                    seen[key] = {**told, "where": where, "student": result.student}
    order = sorted(seen, key=lambda key: (-len(who[key]), key))
    return [{**seen[key], "count": len(who[key])} for key in order]


def _what_cost(findings: Sequence[Finding]) -> list[dict]:
    """The known mistakes of one task; if none was recognised, the first thing that cost marks."""
    costly = [f for f in findings if not f.remark and f.code != "not_attempted"]
    details = next((f.details for f in costly if f.details), ())
    return [
        {
            "name": (f.mistake or f.code).rpartition("/")[2].replace("_", " "),
            "text": f.text,
            "details": f.details or details,
        }
        for f in [f for f in costly if f.mistake] or costly[:1]
    ]


def odd(results: Sequence[StudentResult]) -> list[dict]:
    """Submissions whose run did not end as it should, by how it ended; then odd files."""
    groups = defaultdict(list)
    for result in results:
        if result.ended != Outcome.DONE:
            groups[result.ended].append(result.student)
        elif result.notes:
            groups["notes"].append(result.student)
    order = [*ENDS, *sorted(set(groups) - set(ENDS))]
    return [{"ended": name, "means": ENDS.get(name, name), "students": groups[name]}
            for name in order if name in groups]  # fmt: skip


def time_used(results: Sequence[StudentResult]) -> dict:
    """Processor time of students' code, and how it is spread."""
    used = sorted(result.cpu_s for result in results if result.cpu_s > 0)
    counts = [0] * (len(SECONDS) + 1)
    for seconds in used:
        counts[sum(seconds >= edge for edge in SECONDS)] += 1
    names = [f"< {SECONDS[0]:g}", *(f"< {edge:g}" for edge in SECONDS[1:]), f"{SECONDS[-1]:g} +"]
    said = "; ".join(f"{name} s: {count}" for name, count in zip(names, counts, strict=True))
    label = f"How many submissions took how many seconds of processor time. {said}"
    return {
        "figure": figures.histogram(names, counts, label),
        "count": len(used),
        "median": f"{statistics.median(used):.2f}" if used else "0",
        "most": f"{used[-1]:.1f}" if used else "0",
        "total": f"{sum(used) / 60:.1f}",
    }


def questions(found: ClassResults) -> list[dict]:
    """For each inline question: graded, waiting, unanswered, and the mean of the marks."""
    table = []
    for number, question in enumerate(found.assignment.questions):
        mine = [result.questions[number] for result in found.results]
        given = [q.score for q in mine if q.score is not None and not q.waiting]
        table.append({
            "title": f"Question {number + 1}",
            "points": question.points,
            "graded": len(given),
            "waiting": sum(q.waiting for q in mine),
            "empty": sum(not q.answer.strip() for q in mine),
            "mean": f"{statistics.fmean(given):.1f}" if given else "none yet",
        })  # fmt: skip
    return table
