"""The command line: the only place that prints. Each problem is one line on stderr."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from autograder.config import Assignment
from autograder.errors import AutograderError, UsageError

from .console import ClassBar
from .parser import assignments_of, parse

SHOWN = 18  # of an id, at least, however narrow the terminal is


def main(words: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        words: the command line; None for that of the process.
    Returns:
        0 if all went well, 1 if a line on stderr says what did not, 2 for a command line that
        cannot be understood.
    """
    with suppress(AttributeError):  # a stream of a test or a notebook
        sys.stdout.reconfigure(errors="replace")  # a name must not end a command
    try:
        options = parse(words)
        run = COMMANDS[options.command]
        return max(run(assignment, options) for assignment in assignments_of(options))
    except UsageError as error:
        return _say("error", str(error)) or 2
    except KeyboardInterrupt:
        return _say("error", "interrupted; verdicts so far are kept; run again to go on") or 130
    except (AutograderError, OSError) as error:
        for line in str(error).splitlines():
            _say("error", line)
        return 1


def _release(assignment: Assignment, options: argparse.Namespace) -> int:
    from autograder.release.course import release

    made = release(assignment, options.course, options.support_url)
    print(f"released {assignment.name} in {made.course}")
    for line in made.kept:
        print(f"  {line}")
    print(f"  students get: {made.archive} ({len(made.files)} files)")
    print(f"  next: put submissions into submitted/ID/{assignment.name}, then grade")
    return 0


def _grade(assignment: Assignment, options: argparse.Namespace) -> int:
    from autograder import sandbox
    from autograder.course.grade import Crews, grade_course
    from autograder.grading.planner import Wish

    if options.scheduler and options.workers:
        raise UsageError("--workers is for this machine: a scheduler knows its own; leave one out")
    if options.unsafe_plain:
        os.environ[sandbox.UNSAFE] = "1"
    with ClassBar(Console(stderr=True)) as bar:
        outcome = grade_course(
            assignment,
            options.course,
            options.student,
            Wish(options.task, options.regrade, options.rerun),
            Crews(options.workers, options.scheduler),
            bar.show,
        )
    if outcome.unsafe:
        _say("warning", outcome.unsafe)
    for line in outcome.notes:
        _say("note", line)
    for line in outcome.problems:
        _say("error", line)
    if outcome.marks:
        _print_marks(assignment, outcome.marks)
    print(f"{bar.text()}; code of {outcome.ran} run")
    print(f"feedback: run `python -m autograder feedback {options.course}`")
    return 1 if outcome.problems else 0


def _feedback(assignment: Assignment, options: argparse.Namespace) -> int:
    from autograder.nbgrader_bridge.apps import generate_feedback

    pages, problems = generate_feedback(options.course, assignment.name, options.student or "*")
    for line in problems:
        _say("error", line)
    print(f"{len(pages)} feedback pages, each as HTML and as Markdown; the first: {pages[0]}")
    return 1 if problems else 0


def _export(assignment: Assignment, options: argparse.Namespace) -> int:
    from autograder.export import export, write_export
    from autograder.reporting.load import class_results

    found = class_results(assignment, options.course)
    made = export(found, options.to, options.class_list, options.column)
    path = options.output or options.course / f"{options.to}-{assignment.name}.csv"
    if options.class_list and path.resolve() == options.class_list.resolve():
        raise UsageError(f"--output: {path} is the class list; give another file")
    write_export(path, made)
    for line in made.notes:
        _say("note", line)
    for line in made.problems:
        _say("error", line)
    print(f"{path}: {made.marked} students with a mark")
    return 1 if made.problems else 0


def _report(assignment: Assignment, options: argparse.Namespace) -> int:
    from autograder.reporting.class_report import write_report

    output = options.output or options.course / f"report-{assignment.name}.html"
    found = write_report(assignment, options.course, output)
    for line in found.problems:
        _say("error", line)
    print(f"wrote {output}: {len(found.results)} submissions")
    return 1 if found.problems else 0


def _gradescope(assignment: Assignment, options: argparse.Namespace) -> int:
    from autograder.gradescope.build_zip import write_zip

    output = options.output or Path(f"{assignment.name}-gradescope.zip")
    files = write_zip(assignment, output)
    print(f"wrote {output} ({len(files)} files, {output.stat().st_size / 2**20:.1f} MiB)")
    print("  next: upload it as the autograder of a programming assignment; docs/gradescope.md")
    return 0


def _student(assignment: Assignment, options: argparse.Namespace) -> int:
    from autograder.release.course import lay_student_folder

    written, kept = lay_student_folder(assignment, options.folder)
    print(f"{options.folder}: {written} files written, {kept} that were there kept")
    return 0


def _references(assignment: Assignment, options: argparse.Namespace) -> int:
    from autograder.authoring.references import write_references

    write_references(assignment, print)
    print(f"wrote {assignment.public_checks} and {assignment.hidden_checks}")
    return 0


def _matrix(assignment: Assignment, options: argparse.Namespace) -> int:
    from autograder.authoring import matrix_pages as pages
    from autograder.authoring.matrix import compute

    with _progress() as bar:
        task = bar.add_task("judging", total=None)
        found = compute(
            assignment, lambda done, total, _: bar.update(task, completed=done, total=total)
        )
    for file, text in (
        (options.html, pages.to_html),
        (options.markdown, pages.to_markdown),
    ):
        if file:
            file.write_text(text(found), encoding="utf-8")
    print(pages.to_text(found))
    return 1 if found.wrong else 0


def _demo(assignment: Assignment, options: argparse.Namespace) -> int:
    from autograder.nbgrader_bridge.apps import generate_feedback
    from autograder.release.course import release
    from autograder.release.demo_class import make_class

    release(assignment, options.course)
    make_class(assignment, options.course)
    options.student = options.task = options.workers = options.scheduler = None
    options.regrade = options.rerun = False
    code = _grade(assignment, options)
    pages, _ = generate_feedback(options.course, assignment.name)
    print("feedback pages:")
    for page in pages:
        print(f"  {page}")
    options.output = None
    return max(code, _report(assignment, options))


COMMANDS = {
    "release": _release,
    "grade": _grade,
    "feedback": _feedback,
    "export": _export,
    "report": _report,
    "gradescope": _gradescope,
    "student": _student,
    "references": _references,
    "matrix": _matrix,
    "demo": _demo,
}


def _progress() -> Progress:
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    return Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True)


def _print_marks(assignment: Assignment, marks: dict) -> None:
    """The table of marks: tasks by number, with their names below it."""
    numbers = [str(number) for number, _ in enumerate(assignment.tasks, 1)]
    heads, rows = [*numbers, "auto", "by hand", "total"], []
    for student in sorted(marks):
        mine, names = marks[student], [task.name for task in assignment.tasks]
        questions = [mine[q.grade_id] for q in assignment.questions if q.grade_id in mine]
        scores = [mine[name].score for name in names if name in mine]
        waiting = sum(mark.by_hand for mark in questions)
        by_hand = f"{waiting} open" if waiting else f"{sum(m.score for m in questions):g}"
        cells = [f"{score:g}" for score in [*scores, sum(scores)]]
        total = f"{sum(mark.score for mark in mine.values()):g}"
        rows.append([_plain(student), *cells, by_hand, total])
    _print_table(assignment.title, heads, rows)
    most = sum(task.points for task in assignment.tasks)
    legend = (f"{n} {task.name} ({task.points:g})" for n, task in enumerate(assignment.tasks, 1))
    print(f"{', '.join(legend)}; auto out of {most:g}")


def _print_table(title: str, heads: list[str], rows: list[list[str]]) -> None:
    """Numbers are shown whole; a long id is cut in its middle where they leave no room for it."""
    table = Table(title=title, box=SIMPLE_HEAD, padding=0)
    widths = [max(map(len, column)) for column in zip(heads, *(r[1:] for r in rows), strict=True)]
    taken = sum(widths) + len(widths) + 2  # with the spaces beside each column
    room = max(Console().width - taken, SHOWN)
    table.add_column("student", no_wrap=True)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    for student, *cells in rows:
        table.add_row(Text(_cut(student, room)), *cells)
    Console(width=room + taken).print(table)


def _cut(text: str, room: int) -> str:
    """The beginning and the end: numbers differ there, and addresses here."""
    if cell_len(text) <= room:
        return text
    end = text[-room // 3 :]
    while cell_len(end) > room // 3:
        end = end[1:]
    return set_cell_size(text, room - cell_len(end) - 1) + "…" + end


def _say(kind: str, line: str) -> None:
    print(f"{kind}: {_plain(line)}", file=sys.stderr)


def _plain(text: str) -> str:
    """Names of files and students may hold anything; a terminal gets what can be printed."""
    return "".join(c if c.isprintable() else "?" for c in text)
