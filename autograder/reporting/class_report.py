"""The class report: one page for instructors, without scripts or network."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder.config import Assignment
from autograder.errors import contain_failure
from autograder.fsutil import atomic_write
from autograder.marking.similar_answers import group_answers
from autograder.sandbox import Outcome
from autograder.submission.file_tree import read_folder
from autograder.submission.locate import locate_module
from cs231n.engine.explaining.table import table_text
from cs231n.engine.judging.degrees import main_sentence
from cs231n.engine.judging.render import LOOKS
from cs231n.engine.schema import Finding, Status

from . import charts, similarity
from .feedback import finalize
from .models import ClassResults, StudentResult
from .similarity import SimilarityReport

TEMPLATES = Path(__file__).with_name("templates")
MAX_MISTAKES, MAX_PAIRS, MAX_NAMES = 20, 50, 40
CPU_BINS = (0.25, 0.5, 1, 2, 5, 10, 20)  # seconds: upper ends of the bars of CPU time
# How a run can end and what it means, the most serious first.
OUTCOMES = {
    Outcome.MALFORMED: "sent a forged answer: read the file",
    Outcome.INCOMPLETE: "closed the channel for answers: read the file",
    Outcome.OUTPUT: "printed too much",
    Outcome.MEMORY: "used too much memory",
    Outcome.CRASH: "ended its process",
    Outcome.CPU: "used too much CPU time",
    Outcome.WALL: "took too long by the clock: it slept, or the machine was busy",
    Outcome.IMPORT_ERROR: "Python cannot load the file, so no task was judged",
    Outcome.NO_FILE: "no file to grade",
    "unknown": "marks without stored verdicts: grade again",
    "notes": "graded, with notes about the files on the feedback page",
}


def write_report(results: ClassResults, submitted: Path, path: Path) -> None:
    """Write the report of a graded class.

    Args:
        results: the class.
        submitted: the course's folder of submissions, whose modules are compared.
        path: the page to write.
    Raises:
        OSError: the page cannot be written.
    """
    assignment = results.assignment
    sources = read_modules(assignment, submitted, results.results)
    known = [assignment.stub.read_bytes(), assignment.solution.read_bytes()]
    atomic_write(path, to_html(results, similarity.compare(sources, known)))


def read_modules(
    assignment: Assignment, submitted: Path, results: Sequence[StudentResult]
) -> dict[str, bytes]:
    """Return student id -> module as submitted, for the students whose file can be read."""
    stub, sources = assignment.stub.read_bytes(), {}
    for result in results:
        with contain_failure(lambda reason: None):  # `load` reports the same reason
            tree = read_folder(submitted, submitted / result.student / assignment.name)
            source = locate_module(tree, assignment, stub).source
            if source is not None:
                sources[result.student] = source
    return sources


def to_html(results: ClassResults, comparison: SimilarityReport) -> str:
    """Return the page; all text of students is escaped."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )
    environment.filters |= {"points": lambda x: f"{x:g}", "count": lambda n: f"{n:,}"}
    return environment.get_template("report.html").render(_variables(results, comparison))


def _variables(found: ClassResults, comparison: SimilarityReport) -> dict:
    """Return the variables of the template."""
    results = found.results
    return {
        "title": found.assignment.title,
        "results": results,
        "missing": found.missing,
        "problems": found.problems,
        "unsafe": sum(not result.isolated for result in results),
        "waiting": sum(result.waiting for result in results),
        "marks": mark_distribution(found),
        "tasks": task_statuses(found),
        "legend": [(name, LOOKS[name][1], charts.swatch(name)) for name in Status],
        "patterns": charts.patterns(),
        "mistakes": frequent_mistakes(results)[:MAX_MISTAKES],
        "irregular": irregular_runs(results),
        "time": cpu_time(results),
        "has_due_date": found.duedate is not None,
        "late": sorted((r for r in results if r.late_s > 0), key=lambda r: -r.late_s),
        "questions": question_progress(found),
        "answer_groups": answer_groups(found),
        "hand_marks": changed_hand_marks(results),
        "comparison": comparison,
        "threshold": similarity.THRESHOLD,
        "max_names": MAX_NAMES,
        "max_pairs": MAX_PAIRS,
    }


def mark_distribution(found: ClassResults) -> dict:
    """Return the distribution of the totals, or of the tasks' points while answers are unmarked."""
    results = found.results
    complete = bool(results) and not any(result.waiting for result in results)
    scores = [result.total if complete else result.auto_score for result in results]
    maximum = found.max_score
    if not complete:
        parts = results[0].tasks if results else found.assignment.tasks
        maximum = float(sum(part.points for part in parts))
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, maximum) if maximum / s <= 12)
    edges = [step * n for n in range(int(-(-maximum // step)))]
    counts = [0] * len(edges)
    for score in scores:
        counts[min(int(score // step), len(edges) - 1)] += 1
    ends = [f"{edge:g}" for edge in (*edges, maximum)]
    ranges = [f"{a} to {b} points: {n}" for a, b, n in zip(ends, ends[1:], counts, strict=False)]
    label = "Number of students by points. " + "; ".join(ranges)
    return {
        "figure": charts.histogram(ends, counts, label, ends=True),
        "complete": complete,
        "maximum": maximum,
        "median": statistics.median(scores) if scores else 0.0,
        "mean": round(statistics.fmean(scores), 1) if scores else 0.0,
        "full": sum(score >= maximum for score in scores),
        "none": sum(score <= 0 for score in scores),
    }


def task_statuses(found: ClassResults) -> list[dict]:
    """Return how many submissions have each status, for each task."""
    table = []
    for number, task in enumerate(found.assignment.tasks):
        verdicts = [result.tasks[number].verdict for result in found.results]
        counted = Counter(verdict.status for verdict in verdicts if verdict)
        counts = [(name, counted[name]) for name in Status]
        summary = ", ".join(f"{n:,} {LOOKS[name][1]}" for name, n in counts if n)
        label = f"{task.name}: {summary or 'nothing judged yet'}"
        share = round(100 * counted["passed"] / (sum(counted.values()) or 1))
        figure = charts.stacked(counts, label)
        table.append({"name": task.name, "share": share, "summary": summary, "figure": figure})
    return table


def frequent_mistakes(results: Sequence[StudentResult]) -> list[dict]:
    """Return what cost marks, grouped by the main sentence, the most frequent first.

    A student counts once for each mistake. A file that could not be judged at all counts as one
    mistake, not as one for each task.
    """
    seen: dict[tuple, dict] = {}
    students = defaultdict(set)
    for result in results:
        whole_file = result.ended in (Outcome.IMPORT_ERROR, Outcome.NO_FILE)
        for task in result.tasks[: 1 if whole_file else None]:
            where = "the whole file" if whole_file else task.name
            for mistake in _costly_findings(task.verdict.findings if task.verdict else ()):
                key = (where, mistake["key"])
                students[key].add(result.student)
                if key not in seen or len(mistake["details"]) > len(seen[key]["details"]):
                    seen[key] = {**mistake, "where": where, "student": result.student}
    order = sorted(seen, key=lambda key: (-len(students[key]), key))
    return [{**seen[key], "count": len(students[key])} for key in order]


def _costly_findings(findings: Sequence[Finding]) -> list[dict]:
    """Return the explanation of a task, or else the first finding that cost marks."""
    costly = [f for f in findings if not f.remark and f.code != "not_attempted"]
    details = next((f.details for f in costly if f.details), ())
    return [
        {
            "key": main_sentence(f),
            "name": "" if f.code == "explanation" else f.code.replace("_", " "),
            "text": f.text,
            "details": (*f.details, *table_text(f.rows)) or details,
        }
        for f in costly[:1]
    ]


def irregular_runs(results: Sequence[StudentResult]) -> list[dict]:
    """Return submissions whose run ended abnormally, by outcome, then those with notes on files."""
    groups = defaultdict(list)
    for result in results:
        if result.ended != Outcome.DONE:
            groups[result.ended].append(result.student)
        elif result.notes:
            groups["notes"].append(result.student)
    order = [*OUTCOMES, *sorted(set(groups) - set(OUTCOMES))]
    return [{"ended": name, "means": OUTCOMES.get(name, name), "students": groups[name]}
            for name in order if name in groups]  # fmt: skip


def cpu_time(results: Sequence[StudentResult]) -> dict:
    """Return the distribution of the CPU time of students' code."""
    used = sorted(result.cpu_s for result in results if result.cpu_s > 0)
    counts = [0] * (len(CPU_BINS) + 1)
    for seconds in used:
        counts[sum(seconds >= edge for edge in CPU_BINS)] += 1
    names = [f"< {CPU_BINS[0]:g}", *(f"< {edge:g}" for edge in CPU_BINS[1:]), f"{CPU_BINS[-1]:g} +"]
    bins = "; ".join(f"{name} s: {count}" for name, count in zip(names, counts, strict=True))
    label = f"Number of submissions by seconds of CPU time. {bins}"
    return {
        "figure": charts.histogram(names, counts, label),
        "count": len(used),
        "median": f"{statistics.median(used):.2f}" if used else "0",
        "maximum": f"{used[-1]:.1f}" if used else "0",
        "total": f"{sum(used) / 60:.1f}",
    }


def question_progress(found: ClassResults) -> list[dict]:
    """Return, for each inline question, how many answers are marked, waiting or empty."""
    table = []
    for number, question in enumerate(found.assignment.questions):
        answers = [result.questions[number] for result in found.results]
        scores = [q.score for q in answers if q.score is not None and not q.waiting]
        table.append({
            "title": f"Question {number + 1}",
            "points": question.points,
            "graded": len(scores),
            "waiting": sum(q.waiting for q in answers),
            "empty": sum(not q.answer.strip() for q in answers),
            "mean": f"{statistics.fmean(scores):.1f}" if scores else "none yet",
        })  # fmt: skip
    return table


def answer_groups(found: ClassResults) -> list[dict]:
    """Return, for each inline question with alike answers, who wrote them."""
    table = []
    for number, question in enumerate(found.assignment.questions):
        answers = {r.student: r.questions[number].answer for r in found.results}
        groups = group_answers({s: text for s, text in answers.items() if text.strip()})
        if groups:
            table.append({
                "title": f"Question {number + 1}",
                "name": question.grade_id,
                "groups": [{"students": g.students, "identical": g.identical} for g in groups],
            })  # fmt: skip
    return table


def changed_hand_marks(results: Sequence[StudentResult]) -> list[dict]:
    """Return the tasks whose automatic mark changed under a mark set by hand."""
    return [
        {"student": result.student, "task": task.name, "score": task.score,
         "auto": task.verdict.points(task.points) if task.verdict else 0.0}
        for result in results for task in result.tasks if task.waiting
    ]  # fmt: skip
