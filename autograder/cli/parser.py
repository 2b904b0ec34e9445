"""What can be said on the command line, and which assignments it means."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.config import Assignment, find_assignment, load_assignments
from autograder.errors import UsageError

ABOUT = "Release, grade and look after the assignments. Each problem is one line on stderr."
EPILOG = "A run that was interrupted goes on where it was: run the same command again."
SINGLE = ("output", "html", "markdown", "task", "class_list", "column")  # for one assignment


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):
        raise UsageError(f"{self.prog}: {message}; see `{self.prog} --help`")


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read a command line; None for that of the process.

    Raises:
        UsageError: it cannot be understood.
    """
    return _parser().parse_args(words)


def assignments_of(options: argparse.Namespace) -> list[Assignment]:
    """The assignments that a command is for: the one that was named, else what it says itself.

    Raises:
        AssignmentError: there is none of that name.
        UsageError: an option that is for one assignment, and there are several.
    """
    if options.assignment:
        return [find_assignment(options.assignment)]
    found = options.unless(options)
    single = [name for name in SINGLE if getattr(options, name, None)]
    if single and len(found) > 1:
        names = ", ".join(assignment.name for assignment in found)
        option = f"--{single[0].replace('_', '-')}"
        raise UsageError(f"{option}: for one assignment; add --assignment, one of {names}")
    return found


def _first(options: argparse.Namespace) -> list[Assignment]:
    return [load_assignments()[0]]


def _all(options: argparse.Namespace) -> list[Assignment]:
    return list(load_assignments())


def _in_course(options: argparse.Namespace) -> list[Assignment]:
    """Those that were released into the course and handed in; the first if there are none."""
    from autograder.release.course import released_names

    names = released_names(options.course)
    found = [each for each in load_assignments() if each.name in names]
    used = [each for each in found if any((options.course / "submitted").glob(f"*/{each.name}"))]
    return used or found[:1] or _first(options)


UNLESS = {
    _first: "by its name in assignment.toml; without it, the first",
    _all: "only this one, by its name in assignment.toml; without it, all",
    _in_course: "only this one, by its name; without it, all that were handed in",
}


def _parser() -> _Parser:
    parser = _Parser(prog="python -m autograder", description=ABOUT, epilog=EPILOG)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str, unless: Callable) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text, epilog=EPILOG)
        command.set_defaults(unless=unless)
        command.add_argument("--assignment", metavar="NAME", help=UNLESS[unless])
        return command

    command = add("release", "build or renew the course directory DIR", _all)
    command.add_argument("course", metavar="DIR", type=Path)
    text = "for Colab: address of the student zip, or of a git repository with its files (.git)"
    command.add_argument("--support-url", default="", help=text)
    command = add("grade", "grade all that is in DIR/submitted into the gradebook", _in_course)
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
    command = add("feedback", "write the feedback pages of a graded class", _in_course)
    command.add_argument("course", metavar="DIR", type=Path)
    command.add_argument("--student", metavar="ID", help="only this one")
    command = add("export", "write the marks of a graded class for another program", _in_course)
    command.add_argument("course", metavar="DIR", type=Path)
    command.add_argument("--to", required=True, choices=("nbgrader", "canvas", "moodle"))
    text = "the class as Canvas (gradebook) or Moodle (grading worksheet) exports it"
    command.add_argument("--class-list", metavar="FILE", type=Path, help=text)
    text = "title of the assignment in Canvas, if it has another one there"
    command.add_argument("--column", metavar="TITLE", help=text)
    text = "where to write; else TO-NAME.csv in DIR"
    command.add_argument("--output", metavar="FILE", type=Path, help=text)
    command = add("report", "write a page that shows a graded class at a glance", _in_course)
    command.add_argument("course", metavar="DIR", type=Path)
    command.add_argument(
        "--output", metavar="FILE", type=Path, help="default: report-NAME.html in DIR"
    )
    command = add("gradescope", "write the autograder zip for Gradescope", _first)
    command.add_argument("--output", metavar="FILE", type=Path, help="default: NAME-gradescope.zip")
    command = add("student", "put what students get into DIR, to try it out", _first)
    command.add_argument("folder", metavar="DIR", type=Path)
    command = add("references", "write the reference values, public and hidden", _all)
    command = add("matrix", "what every known mistake costs, whether it is named", _all)
    command.add_argument("--html", metavar="FILE", type=Path, help="write a page too")
    command.add_argument("--markdown", metavar="FILE", type=Path, help="write Markdown too")
    command = add("demo", "build a course in DIR with a sample class, and grade it", _first)
    command.add_argument("course", metavar="DIR", type=Path)
    _add_unsafe(command)
    return parser


def _add_unsafe(command: argparse.ArgumentParser) -> None:
    text = "where nothing isolates students' code, run it with your own rights"
    command.add_argument("--unsafe-plain", action="store_true", help=text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1; found {text!r}")
    return int(text)
