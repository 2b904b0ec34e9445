"""The command line: the only place that prints. Each problem is one line on stderr."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from .assignment import Assignment, AssignmentError, find_assignment, load_assignment
from .bars import ClassBar

EPILOG = "A run that was interrupted goes on where it was: run the same command again."


class UsageError(Exception):
    """The command line cannot be understood; the message says what was expected."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):
        raise UsageError(f"{self.prog}: {message}; see `{self.prog} --help`")


def main(words: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        words: the command line; None for that of the process.
    Returns:
        0 if all went well, 1 if a line on stderr says what did not, 2 for a command line that
        cannot be understood.
    """
    try:
        options = _parser().parse_args(words)
        named = getattr(options, "assignment", None)
        return options.run(find_assignment(named) if named else load_assignment(), options)
    except UsageError as error:
        return _say("error", str(error)) or 2
    except KeyboardInterrupt:
        return _say("error", "interrupted; verdicts so far are kept; run again to go on") or 130
    except Exception as error:
        if not isinstance(error, _expected()):
            raise
        for line in str(error).splitlines():
            _say("error", line)
        return 1


def _expected() -> tuple[type[Exception], ...]:
    """Errors whose message is written for the reader."""
    found: list[type[Exception]] = [AssignmentError, OSError]
    for name, kinds in {
        "notebook": ["ReleaseError"],
        "course": ["CourseError"],
        "gradebook": ["GradebookError"],
        "nbgrader_apps": ["NbGraderFailed"],
    }.items():
        module = sys.modules.get(f"{__package__}.{name}")
        found += [getattr(module, kind) for kind in kinds] if module else []
    return tuple(found)


def _parser() -> _Parser:
    parser = _Parser(prog="python -m autograder", description=__doc__, epilog=EPILOG)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Callable, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text, epilog=EPILOG)
        command.set_defaults(run=run)
        return command

    command = add("release", _release, "build or renew the course directory DIR")
    command.add_argument("course", metavar="DIR", type=Path)
    text = "for Colab: address of the student zip, or of a git repository with its files (.git)"
    command.add_argument("--support-url", default="", help=text)
    command = add("grade", _grade, "grade all that is in DIR/submitted into the gradebook")
    command.add_argument("course", metavar="DIR", type=Path)
    command.add_argument("--student", metavar="ID", help="only this one")
    text = "run and judge only this task again; other verdicts on the same file stay as they are"
    command.add_argument("--task", metavar="NAME", help=text)
    again = command.add_mutually_exclusive_group()
    text = (
        "new points or a fixed check: judge all again and write all marks again, from stored "
        "observations; code runs only where a probe, a limit or the file is another than then"
    )
    again.add_argument("--regrade", action="store_true", help=text)
    again.add_argument("--rerun", action="store_true", help="run unchanged code again too")
    text = "how many submissions at once; without it, as many as cores may be used"
    command.add_argument("--workers", metavar="N", type=_count, help=text)
    text = "grade on a Dask cluster, such as tcp://10.0.0.5:8786, instead of here"
    command.add_argument("--scheduler", metavar="ADDRESS", help=text)
    _add_unsafe(command)
    command = add("student", _student, "put what students get into DIR, to try it as one of them")
    command.add_argument("folder", metavar="DIR", type=Path)
    command = add("references", _references, "write the reference values, public and hidden")
    _add_assignment(command)
    command = add("matrix", _matrix, "what every known mistake costs, and whether it is named")
    command.add_argument("--html", metavar="FILE", type=Path, help="write a page too")
    command.add_argument("--markdown", metavar="FILE", type=Path, help="write Markdown too")
    _add_assignment(command)
    command = add("demo", _demo, "build a course in DIR with a sample class, and grade it")
    command.add_argument("course", metavar="DIR", type=Path)
    _add_unsafe(command)
    return parser


def _add_assignment(command: argparse.ArgumentParser) -> None:
    text = "by its name in assignment.toml; without it, that of the folder autograder/"
    command.add_argument("--assignment", metavar="NAME", help=text)


def _add_unsafe(command: argparse.ArgumentParser) -> None:
    text = "where nothing isolates students' code, run it with your own rights"
    command.add_argument("--unsafe-plain", action="store_true", help=text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1; found {text!r}")
    return int(text)


def _release(assignment: Assignment, options: argparse.Namespace) -> int:
    from .release import release

    made = release(assignment, options.course, options.support_url)
    print(f"released {assignment.name} in {made.course}")
    for line in made.kept:
        print(f"  {line}")
    print(f"  students get: {made.archive} ({len(made.files)} files)")
    print(f"  next: put submissions into submitted/ID/{assignment.name}, then grade")
    return 0


def _grade(assignment: Assignment, options: argparse.Namespace) -> int:
    from . import sandbox
    from .classroom import Wish
    from .course import Crews, grade_course

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
    print(f"feedback: in {options.course}, run `nbgrader generate_feedback {assignment.name}`")
    return 1 if outcome.problems else 0


def _student(assignment: Assignment, options: argparse.Namespace) -> int:
    from .release import lay_student_folder

    written, kept = lay_student_folder(assignment, options.folder)
    print(f"{options.folder}: {written} files written, {kept} that were there kept")
    return 0


def _references(assignment: Assignment, options: argparse.Namespace) -> int:
    from .references import write_references

    write_references(assignment, print)
    print(f"wrote {assignment.public_checks} and {assignment.hidden_checks}")
    return 0


def _matrix(assignment: Assignment, options: argparse.Namespace) -> int:
    from . import matrix_pages as pages
    from .matrix import compute

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
    from .demo import make_class
    from .nbgrader_apps import generate_feedback
    from .release import release

    release(assignment, options.course)
    students = make_class(assignment, options.course)
    options.student = options.task = options.workers = options.scheduler = None
    options.regrade = options.rerun = False
    code = _grade(assignment, options)
    generate_feedback(options.course, assignment.name)
    print("feedback pages:")
    for student in students:
        folder = options.course / "feedback" / student / assignment.name
        print(f"  {folder / assignment.notebook}".removesuffix(".ipynb") + ".html")
    return code


def _progress() -> Progress:
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    return Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True)


def _print_marks(assignment: Assignment, marks: dict) -> None:
    """The table of marks: tasks by number, with their names below it."""
    table = Table(title=assignment.title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("student", no_wrap=True)
    for number, _ in enumerate(assignment.tasks, 1):
        table.add_column(str(number), justify="right", no_wrap=True)
    for head in ("auto", "by hand", "total"):
        table.add_column(head, justify="right", no_wrap=True)
    for student in sorted(marks):
        mine, names = marks[student], [task.name for task in assignment.tasks]
        questions = [mine[q.grade_id] for q in assignment.questions if q.grade_id in mine]
        scores = [mine[name].score for name in names if name in mine]
        waiting = sum(mark.by_hand for mark in questions)
        by_hand = f"{waiting} open" if waiting else f"{sum(m.score for m in questions):g}"
        cells = [f"{score:g}" for score in [*scores, sum(scores)]]
        total = f"{sum(mark.score for mark in mine.values()):g}"
        table.add_row(Text(_plain(student)), *cells, by_hand, total)
    most = sum(task.points for task in assignment.tasks)
    Console().print(table)
    legend = (f"{n} {task.name} ({task.points:g})" for n, task in enumerate(assignment.tasks, 1))
    print(f"{', '.join(legend)}; auto out of {most:g}")


def _say(kind: str, line: str) -> None:
    print(f"{kind}: {_plain(line)}", file=sys.stderr)


def _plain(text: str) -> str:
    """Names of files and students may hold anything; a terminal gets what can be printed."""
    return "".join(c if c.isprintable() else "?" for c in text)
