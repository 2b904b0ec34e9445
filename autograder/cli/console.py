"""What the commands print: messages, the progress of a class, and the table of marks."""

import sys
import textwrap
from collections import Counter
from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from autograder.config import Assignment
from autograder.gradebook.deadlines import Deadlines, extension_text, read_zone
from autograder.gradebook.queries import Entry
from autograder.grading.store import Record

MIN_ID_WIDTH = 18  # terminal cells for a student id, however narrow the terminal is
MAX_CHANGES = 10  # changed marks that are listed in a line
NO_BREAK_SPACE = "\u00a0"


def print_message(kind: str, line: str) -> None:
    """Print a line such as "error: ..." to stderr."""
    print(f"{kind}: {printable(line)}", file=sys.stderr)


def printable(text: str) -> str:
    """Return text, for example a file name, with "?" for what a terminal cannot show."""
    return "".join(c if c.isprintable() else "?" for c in text)


def count(number: int, noun: str) -> str:
    """Return a number with its noun in the singular or plural ("1 mark", "2 marks")."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class GradingProgress:
    """Show how far the grading of a class is: number, rate, time left, and outcomes.

    Args:
        console: where the bar is drawn; it stays invisible if this is not a terminal.
    """

    def __init__(self, console: Console):
        self._outcomes: Counter[str] = Counter()
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"), TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[outcomes]}"), console=console, transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task(
            "starting the sandbox", total=None, rate="", outcomes=""
        )

    def update(self, done: int, total: int, record: Record | None) -> None:
        """Count one submission.

        Args:
            done: how many submissions are finished.
            total: how many there are.
            record: the stored record of the last one, or None if it could not be graded.
        """
        self._outcomes[record.outcome() if record else "not graded"] += 1
        speed = self._progress.tasks[0].speed  # of the last 30 s, so a resume distorts it briefly
        rate = f"{60 * speed:.0f}/min" if speed else ""
        self._progress.update(
            self._task, description="grading", completed=done, total=total, rate=rate,
            outcomes=self.summary(),
        )  # fmt: skip

    def summary(self) -> str:
        """Return the outcomes with their numbers, the most frequent first."""
        return ", ".join(f"{number} {name}" for name, number in self._outcomes.most_common())

    @property
    def submissions(self) -> int:
        """How many submissions were counted."""
        return self._outcomes.total()

    def __enter__(self) -> "GradingProgress":
        self._progress.start()
        return self

    def __exit__(self, *_) -> None:
        self._progress.stop()


def work_progress() -> Progress:
    """Return a plain progress bar on stderr, for work without outcomes."""
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    return Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True)


def print_marks(assignment: Assignment, entries: Mapping[str, Entry]) -> None:
    """Print a row for each student: points by task number, by hand, penalty and total.

    Args:
        assignment: the assignment.
        entries: student id -> submission in the gradebook.
    """
    late = any(entry.late_penalty for entry in entries.values())
    headings = [str(number) for number, _ in enumerate(assignment.tasks, 1)]
    headings += ["auto", "by hand", *(["late"] if late else []), "total"]
    rows = []
    for student, entry in sorted(entries.items()):
        tasks = [entry.marks[t.name].score for t in assignment.tasks if t.name in entry.marks]
        answers = [entry.marks[q.grade_id] for q in assignment.questions
                   if q.grade_id in entry.marks]  # fmt: skip
        unmarked = sum(mark.by_hand for mark in answers)
        by_hand = f"{unmarked} open" if unmarked else f"{sum(mark.score for mark in answers):g}"
        penalty = [f"{-entry.late_penalty:g}" if entry.late_penalty else ""] if late else []
        cells = [f"{score:g}" for score in [*tasks, sum(tasks)]]
        rows.append([printable(student), *cells, by_hand, *penalty, f"{entry.total:g}"])
    print_table(assignment.title, headings, rows)
    maximum = sum(task.points for task in assignment.tasks)
    legend = [f"{n} {task.name} ({task.points:g})" for n, task in enumerate(assignment.tasks, 1)]
    print_wrapped(", ".join(map(_unbroken, legend)) + f"; {_unbroken(f'auto out of {maximum:g}')}")


def unmarked_answers(assignment: Assignment, entries: Mapping[str, Entry]) -> int:
    """Count the answers that wait for a mark by hand."""
    names = {question.grade_id for question in assignment.questions}
    return sum(
        mark.by_hand
        for entry in entries.values()
        for name, mark in entry.marks.items()
        if name in names
    )


def changes(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> str:
    """Say which totals differ between two states of the gradebook.

    Args:
        before: student id -> submission in the earlier state.
        after: student id -> submission now.
    """
    old = {student: entry.total for student, entry in before.items()}
    new = {student: entry.total for student, entry in after.items()}
    changed = [name for name in sorted(new) if name in old and new[name] != old[name]]
    added = len(new.keys() - old.keys())
    parts = [count(added, "new submission")] if added else []
    if changed:
        listed = [
            f"{printable(name)} {old[name]:g} -> {new[name]:g}" for name in changed[:MAX_CHANGES]
        ]
        more = ", ..." if len(changed) > MAX_CHANGES else ""
        parts.append(f"{count(len(changed), 'mark')} changed: {', '.join(listed)}{more}")
    return "; ".join(parts) or "no mark changed"


def deadline(name: str, deadlines: Deadlines, penalty: str, zone: str | None) -> str:
    """Return the line that says when an assignment is due and what lateness costs.

    Args:
        name: of the assignment.
        deadlines: as they are set.
        penalty: in words.
        zone: the time zone to show besides UTC, or None.
    """
    if deadlines.due is None:
        shown = "no due date, so nothing is late"
    else:
        shown = f"due {deadlines.due:%Y-%m-%d %H:%M} UTC"
        if zone and zone != "UTC":
            local = deadlines.due.astimezone(read_zone(zone))
            shown = f"due {local:%Y-%m-%d %H:%M} {zone} ({deadlines.due:%Y-%m-%d %H:%M} UTC)"
    listed = [f"{printable(s)} {extension_text(e)}" for s, e in deadlines.extensions.items()]
    more = ", ..." if len(listed) > MAX_CHANGES else ""
    extensions = ", ".join(listed[:MAX_CHANGES]) or "none"
    return f"{name}: {shown}; late penalty: {penalty}; extensions: {extensions}{more}"


def print_table(title: str, headings: list[str], rows: list[list[str]]) -> None:
    """Print a table whose first column contains student ids.

    Numbers are never shortened; a long id is, if the terminal is too narrow for both.

    Args:
        title: above the table.
        headings: of the columns after the first.
        rows: the cells of each row.
    """
    table = Table(title=title, box=SIMPLE_HEAD, padding=0)
    columns = zip(headings, *(row[1:] for row in rows), strict=True)
    widths = [max(map(len, column)) for column in columns]
    used = sum(widths) + len(widths) + 2  # with the spaces beside each column
    id_width = max(Console().width - used, MIN_ID_WIDTH)
    table.add_column("student", no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for student, *cells in rows:
        table.add_row(Text(truncate_middle(student, id_width)), *cells)
    Console(width=id_width + used).print(table)


def print_wrapped(text: str) -> None:
    """Print text in lines as wide as the terminal, broken at spaces only."""
    lines = textwrap.wrap(text, Console().width, break_long_words=False, break_on_hyphens=False)
    print("\n".join(lines).replace(NO_BREAK_SPACE, " "))


def _unbroken(text: str) -> str:
    return text.replace(" ", NO_BREAK_SPACE)


def truncate_middle(text: str, width: int) -> str:
    """Shorten a text to a number of terminal cells, keeping its beginning and its end."""
    if cell_len(text) <= width:
        return text
    end = text[-width // 3 :]
    while cell_len(end) > width // 3:
        end = end[1:]
    return set_cell_size(text, width - cell_len(end) - 1) + "…" + end
