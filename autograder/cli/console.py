"""The progress of a class: how many, how fast, how long still, and who failed how."""

from collections import Counter
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from autograder.grading.store import Record


class ClassBar:
    """A bar that is there while the block runs.

    Args:
        console: where it is drawn; nothing is drawn where that is no terminal.
    """

    def __init__(self, console: Console):
        self._counts: Counter[str] = Counter()
        self._start = monotonic()
        rate, left = TextColumn("{task.fields[rate]}"), TextColumn("left")
        counts = TextColumn("{task.fields[counts]}")
        self._bar = Progress(
            *(TextColumn("grading"), BarColumn(20), MofNCompleteColumn(), rate),
            *(TimeRemainingColumn(compact=True), left, counts),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("grading", total=None, rate="", counts="")

    def show(self, count: int, total: int, record: Record | None) -> None:
        """Take in one submission: how many of how many are done, and its record if there is one."""
        self._counts[record.outcome() if record else "not graded"] += 1
        rate = f"{60 * count / max(monotonic() - self._start, 1e-3):.0f}/min"
        self._bar.update(self._task, completed=count, total=total, rate=rate, counts=self.text())

    def text(self) -> str:
        """The counts, the most frequent first."""
        return ", ".join(f"{count} {name}" for name, count in self._counts.most_common())

    def __enter__(self) -> "ClassBar":
        self._bar.start()
        return self

    def __exit__(self, *_):
        self._bar.stop()
