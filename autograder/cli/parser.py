"""Define the command line, and find the assignments that a command is for."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.config import Assignment, find_assignment, load_assignments
from autograder.errors import UsageError

DESCRIPTION = "Release, grade and manage the assignments. Each problem is one line on stderr."
EPILOG = "To continue an interrupted run, run the same command again."
SINGLE_ASSIGNMENT_OPTIONS = ("output", "markdown", "class_list", "column", "due", "extension")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):
        raise UsageError(f"{self.prog}: {message}; see `{self.prog} --help`")


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse a command line.

    Args:
        arguments: the command line; None for that of the process.
    Raises:
        UsageError: it cannot be understood.
    """
    return _parser().parse_args(arguments)


def selected_assignments(options: argparse.Namespace) -> list[Assignment]:
    """Return the assignments that a command is for.

    Args:
        options: a parsed command line.
    Raises:
        AssignmentError: there is no assignment of the given name.
        UsageError: no assignment has the given task, or an option applies to one assignment only.
    """
    if options.assignment:
        return [find_assignment(options.assignment)]
    assignments = options.default_assignments(options)
    if task := getattr(options, "task", None):
        assignments = _with_task(task, assignments)
    single = [name for name in SINGLE_ASSIGNMENT_OPTIONS if getattr(options, name, None)]
    if single and len(assignments) > 1:
        names = ", ".join(assignment.name for assignment in assignments)
        option = f"--{single[0].replace('_', '-')}"
        raise UsageError(f"{option} applies to one assignment; add --assignment, one of {names}")
    return assignments


def _with_task(task: str, assignments: list[Assignment]) -> list[Assignment]:
    """Return the assignments that have a task of this name."""
    tasks = {each.name: [known.name for known in each.tasks] for each in assignments}
    matching = [each for each in assignments if task in tasks[each.name]]
    if not matching:
        known = "; ".join(f"{name}: {', '.join(names)}" for name, names in tasks.items())
        raise UsageError(f"--task: no task {task!r}; the tasks are {known}")
    return matching


def _first(options: argparse.Namespace) -> list[Assignment]:
    return [load_assignments()[0]]


def _all(options: argparse.Namespace) -> list[Assignment]:
    return list(load_assignments())


def _submitted(options: argparse.Namespace) -> list[Assignment]:
    """Return the released assignments with a submission, of the given student if there is one."""
    from autograder.release.course import released_names

    names = released_names(options.course)
    released = [each for each in load_assignments() if each.name in names]
    submitted, student = options.course / "submitted", getattr(options, "student", None)
    if student:
        used = [each for each in released if (submitted / student / each.name).exists()]
    else:
        used = [each for each in released if any(submitted.glob(f"*/{each.name}"))]
    return used or released[:1] or _first(options)


def _released(options: argparse.Namespace) -> list[Assignment]:
    """Return the assignments that are released into the course."""
    from autograder.release.course import released_names

    names = released_names(options.course)
    return [each for each in load_assignments() if each.name in names] or _first(options)


DEFAULTS = {
    _first: "an assignment by its name in assignment.toml (default: the first)",
    _all: "only the assignment of this name in assignment.toml (default: all)",
    _submitted: "only the assignment of this name (default: all with submissions)",
    _released: "only the assignment of this name (default: all that are released)",
}


def _parser() -> _Parser:
    parser = _Parser(prog="python -m autograder", description=DESCRIPTION, epilog=EPILOG)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str, default: Callable) -> argparse.ArgumentParser:
        description = text[0].upper() + text[1:] + "."
        command = commands.add_parser(name, help=text, description=description, epilog=EPILOG)
        command.set_defaults(default_assignments=default)
        command.add_argument("--assignment", metavar="NAME", help=DEFAULTS[default])
        return command

    def add_course(name: str, text: str, default: Callable) -> argparse.ArgumentParser:
        command = add(name, text, default)
        command.add_argument("course", metavar="COURSE", type=Path, help="the course directory")
        return command

    command = add_course("release", "build or update a course directory", _all)
    text = "for Colab: the address of the student zip, or of a git repository that contains it"
    command.add_argument("--support-url", metavar="URL", default="", help=text)

    command = add_course("grade", "grade the submissions in COURSE/submitted", _submitted)
    command.add_argument("--student", metavar="ID", help="grade only this student")
    text = "grade only this task again; the other verdicts on an unchanged file stay"
    command.add_argument("--task", metavar="NAME", help=text)
    again = command.add_mutually_exclusive_group()
    text = (
        "judge the stored observations again and write all marks again, after new points or a "
        "corrected check; code runs only where a probe, a limit or the submitted file changed"
    )
    again.add_argument("--regrade", action="store_true", help=text)
    again.add_argument("--rerun", action="store_true", help="run all code again, changed or not")
    text = "submissions to grade at the same time (default: the number of usable cores)"
    command.add_argument("--workers", metavar="N", type=_positive, help=text)
    text = "grade on a Dask cluster, for example tcp://10.0.0.5:8786, instead of this machine"
    command.add_argument("--scheduler", metavar="ADDRESS", help=text)
    text = "also accept suggested marks for answers of which every part was understood"
    command.add_argument("--accept-suggested", action="store_true", help=text)
    text = "print the marks that would change; write nothing"
    command.add_argument("--dry-run", action="store_true", help=text)
    _add_unsafe(command)

    text = "set due date, extensions and late penalty, or print them"
    command = add_course("due", text, _released)
    text = "the due date, such as '2026-11-20 23:59'; none removes it"
    command.add_argument("--due", metavar="TIME", help=text)
    text = "time zone of TIME, such as Europe/Zurich"
    command.add_argument("--zone", metavar="NAME", help=text)
    command.add_argument("--student", metavar="ID", help="the student who gets the extension")
    text = "time after the due date, such as 2d or 12h; none removes the extension"
    command.add_argument("--extension", metavar="TIME", help=text)
    text = "of late submissions, in the whole course: none, zero, or '10%% per day'"
    command.add_argument("--penalty", metavar="RULE", help=text)

    text = "print what must be done, or looked at, before marks go out"
    add_course("doctor", text, _submitted)

    text = "take back the marks of the last run that changed some"
    command = add_course("undo", text, _first)
    text = "also take back marks and comments that were given by hand since then"
    command.add_argument("--hand-marks", action="store_true", help=text)

    text = "import submissions that a learning platform packed, or folders and zips named by id"
    command = add_course("collect", text, _first)
    text = "a download: a zip of Canvas, Moodle, Gradescope ..., or a folder"
    command.add_argument("downloads", metavar="DOWNLOAD", type=Path, nargs="+", help=text)
    text = "the class as the same platform exports it (gradebook, grading worksheet, grades)"
    command.add_argument("--class-list", metavar="FILE", type=Path, help=text)
    text = "column of the class list with the student ids (default: the first that is filled)"
    command.add_argument("--id-column", metavar="TITLE", help=text)
    text = "print what would happen, and change nothing"
    command.add_argument("--dry-run", action="store_true", help=text)

    command = add_course("feedback", "write the feedback pages of a graded class", _submitted)
    command.add_argument("--student", metavar="ID", help="write only this student's page")
    text = "also pack the pages for moodle or canvas to return, or one file each into a folder"
    command.add_argument(
        "--to", metavar="TARGET", choices=("moodle", "canvas", "folder"), help=text
    )

    command = add_course("export", "write the marks for another program", _submitted)
    text = "the target format: nbgrader, canvas or moodle"
    command.add_argument("--to", metavar="FORMAT", required=True, help=text)
    text = "the class as Canvas (gradebook) or Moodle (grading worksheet) exports it"
    command.add_argument("--class-list", metavar="FILE", type=Path, help=text)
    text = "title of the assignment in Canvas (default: its title here)"
    command.add_argument("--column", metavar="TITLE", help=text)
    text = "the cell of a student without a submission: zero (default) or blank"
    command.add_argument("--missing", choices=("zero", "blank"), default="zero", help=text)
    text = "the file to write (default: COURSE/FORMAT-ASSIGNMENT.csv)"
    command.add_argument("--output", metavar="FILE", type=Path, help=text)

    command = add_course("report", "write one page about a graded class", _submitted)
    text = "the page to write (default: COURSE/report-ASSIGNMENT.html)"
    command.add_argument("--output", metavar="FILE", type=Path, help=text)

    command = add("gradescope", "write the autograder zip for Gradescope", _first)
    text = "the zip to write (default: ASSIGNMENT-gradescope.zip)"
    command.add_argument("--output", metavar="FILE", type=Path, help=text)

    command = add("student", "copy the files that students receive into FOLDER", _first)
    command.add_argument("folder", metavar="FOLDER", type=Path, help="a new or existing folder")

    add("references", "compute the reference data, public and hidden", _all)

    command = add("matrix", "judge every known mistake, and show what it costs", _all)
    command.add_argument("--markdown", metavar="FILE", type=Path, help="also write Markdown")
    text = "also judge pairs of mistakes, and count for how many a check explains both"
    command.add_argument("--pairs", action="store_true", help=text)

    command = add_course("demo", "build a course with a sample class, and grade it", _first)
    _add_unsafe(command)
    return parser


def _add_unsafe(command: argparse.ArgumentParser) -> None:
    text = "run students' code with your own rights if this machine cannot isolate it"
    command.add_argument("--unsafe-plain", action="store_true", help=text)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1; found {text!r}")
    return int(text)
