"""The commands, one function each: (assignment, options) -> exit status.

A command imports what it needs when it runs, so that `--help` and a usage error appear at once.
"""

from __future__ import annotations

import shutil
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.config import Assignment
from autograder.errors import GradebookError, UsageError, contain_failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograder.gradebook.queries import Book
    from autograder.grading.planner import RegradeOptions
    from autograder.grading.pool import Backend
    from autograder.reporting.models import ClassResults


def release(assignment: Assignment, options: Namespace) -> int:
    """Build or update a course directory."""
    from autograder.grading.reference_data import refresh_public_checks
    from autograder.release.course import release

    refresh_public_checks(assignment)
    released = release(assignment, options.course, options.support_url)
    print(f"released {assignment.name} in {released.course}")
    for line in released.kept:
        print(f"  {line}")
    print(
        f"  next: hand out {released.archive} ({len(released.files)} files); import what comes "
        f"back with `{_autograder(f'collect {options.course} DOWNLOAD')}`, or put each submission "
        f"into submitted/ID/{assignment.name}; then `{_autograder(f'grade {options.course}')}`"
    )
    return 0


def grade(assignment: Assignment, options: Namespace) -> int:
    """Grade the submissions of a course, and print the marks."""
    from autograder.grading.planner import RegradeOptions
    from autograder.grading.pool import LocalBackend
    from autograder.grading.reference_data import refresh_public_checks

    if options.scheduler and options.workers:
        raise UsageError(
            "--workers applies to this machine, and --scheduler uses a cluster; omit one of them"
        )
    refresh_public_checks(assignment)

    def start_backend() -> Backend:
        if options.scheduler is None:
            return LocalBackend(options.workers)
        from autograder.grading.dask_pool import DaskBackend

        return DaskBackend(options.scheduler)

    regrade = RegradeOptions(options.task, options.regrade, options.rerun)
    return _grade(assignment, options, regrade, start_backend, options.student)


def _grade(
    assignment: Assignment,
    options: Namespace,
    regrade: RegradeOptions,
    start_backend: Callable[[], Backend],
    student: str | None,
) -> int:
    from autograder.course.accept_suggested import accept_suggested
    from autograder.course.doctor import check_after_grading
    from autograder.course.grade import StudentSelection, grade
    from autograder.gradebook.late_penalties import refresh_penalties
    from autograder.gradebook.queries import read_class
    from autograder.nbgrader_bridge.apps import open_course

    from . import console

    dry_run = getattr(options, "dry_run", False)
    with (
        open_course(options.course) as (layout, gradebook),
        console.GradingProgress(Console(stderr=True)) as progress,
    ):
        outcome = grade(
            assignment, layout, gradebook, StudentSelection(student or "*"), regrade,
            start_backend, options.unsafe_plain, progress.update, dry_run=dry_run,
        )  # fmt: skip
        if getattr(options, "accept_suggested", False) and outcome.gradebook and not dry_run:
            accepted = accept_suggested(assignment, layout, gradebook, student or "*")
            refresh_penalties(gradebook, assignment.name)
            outcome.gradebook = read_class(gradebook.db_url, assignment.name)
            outcome.notes.append(f"accepted {console.count(len(accepted), 'suggested mark')}")
    if outcome.unsafe:
        console.print_message("warning", outcome.unsafe)
    _print_lines(outcome.notes, outcome.problems)
    before, after = outcome.before, outcome.gradebook
    ran = f"; ran the code of {outcome.ran}"
    graded = console.count(progress.submissions, "submission")
    if after is not None:
        shown = {name: e for name, e in after.entries.items() if student in (None, name)}
        if shown:
            console.print_marks(assignment, shown)
        changes = console.changes(before.entries if before else {}, after.entries)
        if dry_run:
            changes = f"dry run, nothing is written; it would be: {changes}"
        console.print_wrapped(f"{graded}: {progress.summary()}{ran}; {changes}")
        for check in check_after_grading(assignment, layout, gradebook, after):
            print(f"{check.state}: {check.topic}: {console.printable(check.text)}")
        unmarked = console.unmarked_answers(assignment, after.entries)
        print(_next_step(unmarked, options.course, assignment))
    else:
        print(f"{graded}: {progress.summary()}{ran}")
    return 1 if outcome.problems else 0


def feedback(assignment: Assignment, options: Namespace) -> int:
    """Write the feedback pages, and warn if answers still wait for a mark."""
    from autograder.nbgrader_bridge.apps import database, generate_feedback

    from . import console

    pages, problems = generate_feedback(options.course, assignment.name, options.student or "*")
    _print_lines((), problems)
    if book := _snapshot(assignment, database(options.course)):
        student = options.student
        entries = {name: e for name, e in book.entries.items() if student in (None, name)}
        if unmarked := console.unmarked_answers(assignment, entries):
            console.print_message(
                "warning",
                f"{console.count(unmarked, 'answer')} still to mark by hand; these pages show "
                "preliminary marks; run feedback again after marking",
            )
    print(f"{console.count(len(pages), 'feedback page')} as HTML and Markdown; first: {pages[0]}")
    unreturned = _pack_feedback(assignment, options, pages) if options.to else False
    return 1 if problems or unreturned else 0


def _pack_feedback(assignment: Assignment, options: Namespace, pages: list[Path]) -> bool:
    """Pack the pages for their way back; return whether some cannot go this way."""
    from autograder.collect import Page, origins, pack_feedback
    from autograder.fsutil import atomic_write

    from . import console

    by_student = {page.parent.parent.name: Page(page, page.with_suffix(".md")) for page in pages}
    if options.to == "folder":
        folder = options.course / f"feedback-{assignment.name}"
        folder.mkdir(exist_ok=True)
        problems: list[str] = []
        for student, page in by_student.items():
            with contain_failure(lambda why: problems.append(f"{student}: no page ({why})")):  # noqa: B023
                atomic_write(folder / f"{student}.html", page.html.read_bytes())
        _print_lines((), problems)
        written = len(by_student) - len(problems)
        print(f"{folder}: {console.count(written, 'page')}, one for each student")
        return bool(problems)
    packed = pack_feedback(options.to, by_student, origins(options.course, assignment))
    path = options.course / f"feedback-{assignment.name}-{options.to}.zip"
    atomic_write(path, packed.data)
    _print_lines((), packed.problems)
    print(f"{path}: feedback of {console.count(len(packed.students), 'student')}")
    return bool(packed.problems)


def collect(assignment: Assignment, options: Namespace) -> int:
    """Import submissions, and print what happened to each."""
    from autograder.collect import collect, people_of, read_people
    from autograder.config import load_assignments
    from autograder.export.roster import read_class_list
    from autograder.gradebook.people import update_people
    from autograder.nbgrader_bridge.apps import database

    from . import console

    address = database(options.course)
    listed = []
    if options.class_list:
        roster = read_class_list(options.class_list, ())
        _print_lines(roster.notes, ())
        listed = people_of(roster, options.id_column)
    others = [each for each in load_assignments() if each.name != assignment.name]
    done = collect(
        options.course, assignment, others, options.downloads, listed, read_people(address),
        dry_run=options.dry_run,
    )  # fmt: skip
    for source, platform in done.platforms.items():
        print(f"{source}: {platform}")
    headings = ["state", "files", "submitted (UTC)", "by"]
    rows = [
        [row.student or row.name, row.state, str(row.files or ""),
         f"{row.submitted:%Y-%m-%d %H:%M}" if row.submitted else "", row.detail[:60]]
        for row in done.rows
    ]  # fmt: skip
    if rows:
        console.print_table(assignment.title, headings, rows)
    if not options.dry_run:
        update_people(address, done.people)
    _print_lines(done.notes, done.problems)
    states = [row.state for row in done.rows]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    verb = "would import" if options.dry_run else "imported"
    print(f"{verb} {console.count(len(states), 'submission')}: {counts or 'none'}")
    return 1 if done.problems else 0


def due(assignment: Assignment, options: Namespace) -> int:
    """Set due date, extension and late penalty, and print what is set and which marks changed."""
    from autograder.gradebook import deadlines
    from autograder.gradebook.backups import save_backup
    from autograder.gradebook.late_penalties import refresh_penalties
    from autograder.gradebook.queries import read_class
    from autograder.nbgrader_bridge.apps import open_course
    from autograder.nbgrader_bridge.late_penalty_settings import parse_penalty, set_penalty

    from . import console

    if (options.extension is None) != (options.student is None):
        raise UsageError("--extension: give --student ID and --extension 2d together")
    if options.zone and not options.due:
        deadlines.read_zone(options.zone)
    moment = deadlines.parse_due_date(options.due, options.zone) if options.due else None
    lines = parse_penalty(options.penalty) if options.penalty else []
    extension = deadlines.parse_extension(options.extension) if options.extension else None
    with open_course(options.course) as (layout, gradebook):
        layout.check_released(assignment)
        before = read_class(gradebook.db_url, assignment.name)
        if options.due or options.extension or lines:
            save_backup(layout, gradebook.db_url, assignment, f"due {assignment.name}")
        if options.due:
            deadlines.set_due_date(gradebook, assignment.name, moment)
        if options.student:
            deadlines.set_extension(gradebook, assignment.name, options.student, extension)
        if lines:
            set_penalty(layout.config, lines)
    with open_course(options.course) as (layout, gradebook):
        refreshed = refresh_penalties(gradebook, assignment.name)
        after = read_class(gradebook.db_url, assignment.name)
        found = deadlines.read_deadlines(gradebook.db_url, assignment.name)
    _print_lines((), refreshed.problems(assignment.name))
    print(console.deadline(assignment.name, found, gradebook.penalty_text, options.zone))
    late = [entry for entry in after.entries.values() if entry.late_s > 0]
    without_time = sum(entry.submitted is None for entry in after.entries.values())
    line = console.changes(before.entries, after.entries)
    if found.due:
        line = f"{console.count(len(late), 'late submission')}; {line}"
        if without_time:
            line += f"; {without_time} without a time of submission, which count as in time"
    print(line)
    return 1 if refreshed.failures else 0


def doctor(assignment: Assignment, options: Namespace) -> int:
    """Print what must be done, or looked at, before marks go out."""
    from autograder.course.doctor import State, examine
    from autograder.nbgrader_bridge.apps import open_course

    from . import console

    with open_course(options.course) as (layout, gradebook):
        checks = examine(assignment, layout, gradebook)
    print(assignment.name)
    for check in checks:
        print(f"  {check.state:5} {check.topic}: {console.printable(check.text)}")
    first = sum(check.state == State.FIRST for check in checks)
    if first:
        print(f"{console.count(first, 'thing')} to do before the marks go out")
    return 1 if first else 0


def undo(assignment: Assignment, options: Namespace) -> int:
    """Take back the marks of the last run that changed some."""
    from autograder.course.undo import undo
    from autograder.nbgrader_bridge.apps import open_course

    from . import console

    with open_course(options.course) as (layout, gradebook):
        undone = undo(layout, gradebook, options.hand_marks)
    print(
        f"restored the marks from before `{undone.backup.reason}` of "
        f"{undone.backup.made.astimezone():%Y-%m-%d %H:%M}"
    )
    for name, (before, after) in undone.books.items():
        print(f"{name}: {console.changes(before.entries, after.entries)}")
    left = console.count(undone.left, "earlier run")
    print(f"undo can take back {left}; `grade` applies the present rules and files again")
    return 0


def export(assignment: Assignment, options: Namespace) -> int:
    """Write the marks for another program."""
    from autograder.collect import participant_numbers
    from autograder.export import EXPORTERS, ExportOptions
    from autograder.fsutil import atomic_write

    from . import console

    if options.to not in EXPORTERS:
        formats = "; ".join(f"{name}: {each.description}" for name, each in EXPORTERS.items())
        raise UsageError(f"--to: no format {options.to!r}; the formats are {formats}")
    path = options.output or options.course / f"{options.to}-{assignment.name}.csv"
    if options.class_list and path.resolve() == options.class_list.resolve():
        raise UsageError(f"--output: {path} is the class list; give another file")
    made = EXPORTERS[options.to].render(
        _class_results(assignment, options.course),
        ExportOptions(
            options.class_list, options.column, options.missing == "blank",
            participant_numbers(options.course, assignment),
        ),
    )  # fmt: skip
    atomic_write(path, made.text)
    _print_lines(made.notes, made.problems)
    line = f"{path}: {console.count(made.counts.submitted, 'submission')}"
    if made.counts.missing:
        line += f", {console.count(made.counts.missing, 'student')} without a submission"
        blank = options.missing == "blank"
        line += " (blank)" if blank else " (0 points; --missing blank leaves their cells empty)"
    print(line)
    return 1 if made.problems else 0


def report(assignment: Assignment, options: Namespace) -> int:
    """Write one page about a graded class."""
    from autograder.reporting.class_report import write_report

    from . import console

    path = options.output or options.course / f"report-{assignment.name}.html"
    results = _class_results(assignment, options.course)
    write_report(results, options.course / "submitted", path)
    _print_lines((), results.problems)
    print(f"wrote {path}: {console.count(len(results.results), 'submission')}")
    return 1 if results.problems else 0


def gradescope(assignment: Assignment, options: Namespace) -> int:
    """Write the autograder zip for Gradescope."""
    from autograder.gradescope.build_zip import write_autograder_zip

    path = options.output or Path(f"{assignment.name}-gradescope.zip")
    files = write_autograder_zip(assignment, path)
    print(f"wrote {path} ({len(files)} files, {path.stat().st_size / 2**20:.1f} MiB)")
    print("  next: upload it as the autograder of a programming assignment (docs/gradescope.md)")
    return 0


def student(assignment: Assignment, options: Namespace) -> int:
    """Copy the files that students receive into a folder."""
    from autograder.release.course import lay_student_folder

    written, kept = lay_student_folder(assignment, options.folder)
    print(f"{options.folder}: wrote {written} files, kept {kept} existing files")
    return 0


def references(assignment: Assignment, options: Namespace) -> int:
    """Compute the reference data of an assignment."""
    from autograder.authoring.references import write_references

    write_references(assignment, print)
    print(f"wrote {assignment.public_checks} and {assignment.hidden_checks}")
    return 0


def matrix(assignment: Assignment, options: Namespace) -> int:
    """Judge every known mistake, and show what it costs."""
    from autograder.authoring.matrix import compute, to_markdown, to_text
    from autograder.authoring.pairs import judge_pairs, pairs_to_text

    from .console import work_progress

    with work_progress() as progress:
        task = progress.add_task("judging", total=None)
        found = compute(
            assignment, lambda done, total, _: progress.update(task, completed=done, total=total)
        )
        if options.markdown:
            options.markdown.write_text(to_markdown(found), "utf-8")
        pairs = []
        if options.pairs:
            task = progress.add_task("judging pairs", total=None)
            pairs = judge_pairs(
                assignment,
                lambda done, total, _: progress.update(task, completed=done, total=total),
            )
    print(to_text(found))
    if pairs:
        print(pairs_to_text(pairs))
    return 1 if found.wrong else 0


def demo(assignment: Assignment, options: Namespace) -> int:
    """Build a course with a sample class, grade it, and write its feedback pages and report."""
    from autograder.grading.planner import RegradeOptions
    from autograder.grading.pool import LocalBackend
    from autograder.nbgrader_bridge.apps import generate_feedback
    from autograder.release.course import release
    from autograder.release.demo_class import make_class

    release(assignment, options.course)
    make_class(assignment, options.course)
    status = _grade(assignment, options, RegradeOptions(), LocalBackend, None)
    pages, _ = generate_feedback(options.course, assignment.name)
    print("feedback pages:")
    for page in pages:
        print(f"  {page}")
    return max(status, report(assignment, Namespace(course=options.course, output=None)))


COMMANDS = {
    each.__name__: each
    for each in (
        release, collect, grade, due, doctor, undo, feedback, export, report, gradescope, student,
        references, matrix, demo,
    )
}  # fmt: skip


def _class_results(assignment: Assignment, course: Path) -> ClassResults:
    """Read a graded class, with late penalties computed from what is set now."""
    from autograder.gradebook.late_penalties import refresh_penalties
    from autograder.nbgrader_bridge.apps import open_course
    from autograder.reporting.load import load_class_results

    with open_course(course) as (_, gradebook):
        refreshed = refresh_penalties(gradebook, assignment.name)
        results = load_class_results(assignment, course, gradebook.db_url)
    problems = (*results.problems, *refreshed.problems(assignment.name))
    return replace(results, problems=problems)


def _snapshot(assignment: Assignment, db_url: str) -> Book | None:
    """Read the gradebook; None if there is none, or if it cannot be read."""
    from autograder.gradebook.queries import read_class

    try:
        return read_class(db_url, assignment.name)
    except GradebookError:
        return None


def _print_lines(notes, problems) -> None:
    from .console import print_message

    for kind, lines in (("note", notes), ("error", problems)):
        for line in lines:
            print_message(kind, line)


def _next_step(unmarked: int, course: Path, assignment: Assignment) -> str:
    """Say what to do after grading: mark the open answers, or write the feedback."""
    command = f"`{_autograder(f'feedback {course}')}`"
    if not unmarked:
        return f"next: {command}"
    answers = f"{unmarked:,} answer{'' if unmarked == 1 else 's'}"
    lab = f"`cd {course} && {_program('jupyter')} lab`, menu Nbgrader > Formgrader"
    page = f"/formgrader/marking/{assignment.name}"
    return (
        f"next: mark {answers} by hand: {lab}; one question at a time: the same address with "
        f"{page}; then {command}"
    )


def _autograder(arguments: str) -> str:
    return f"{_program('python')} -m autograder {arguments}"


def _program(name: str) -> str:
    """Return the program of this environment as a command: its name if the shell finds it there."""
    path = Path(sys.executable).with_name(name)
    found = shutil.which(name)
    return name if found and Path(found).parent == path.parent else str(path)
