"""Take back the marks of the last run that changed some."""

from contextlib import ExitStack
from dataclasses import dataclass, field

from autograder.config import load_assignments
from autograder.errors import CourseError
from autograder.gradebook.backups import (
    Backup,
    count_given_since,
    gradebook_file,
    list_backups,
    restore_backup,
)
from autograder.gradebook.connection import GradebookSettings, check_writable
from autograder.gradebook.queries import Book, read_class
from autograder.grading.store import Store
from autograder.layout import CourseLayout


@dataclass
class Undone:
    """The result of taking back a run.

    Attributes:
        backup: the state that was restored.
        books: assignment -> its marks before and after.
        left: how many older backups there are.
    """

    backup: Backup
    books: dict[str, tuple[Book, Book]] = field(default_factory=dict)
    left: int = 0


def undo(layout: CourseLayout, gradebook: GradebookSettings, hand_marks: bool = False) -> Undone:
    """Restore gradebook and verdicts as they were before the last run that changed marks.

    Args:
        layout: the course's paths.
        gradebook: the course's gradebook.
        hand_marks: also take back marks and comments that a person gave since then.
    Raises:
        CourseError: there is nothing to undo, or a person gave marks since then.
        GradebookError: the gradebook or the backup cannot be used.
        StoreError: a run grades this course.
    """
    layout.check_released()
    if gradebook_file(gradebook.db_url) is None:
        raise CourseError("undo: needs a gradebook in a file; restore a server's own backup")
    backups = list_backups(layout)
    if not backups:
        raise CourseError(f"{layout.backups}: no run that changed marks; nothing to undo")
    last = backups[-1]
    check_writable(gradebook.db_url)
    assignments = [a for a in load_assignments() if layout.released_notebook(a).is_file()]
    with ExitStack() as stack:
        for assignment in assignments:
            stack.enter_context(Store(layout.verdicts(assignment)).locked())
        given = count_given_since(last, gradebook.db_url)
        if given and not hand_marks:
            raise CourseError(
                f"undo: {given} marks or comments were given by hand since `{last.reason}` and "
                "would be lost; add --hand-marks to take them back too"
            )
        before = {a.name: read_class(gradebook.db_url, a.name) for a in assignments}
        restore_backup(last, layout, gradebook.db_url)
        books = {name: (old, read_class(gradebook.db_url, name)) for name, old in before.items()}
    return Undone(last, books, len(backups) - 1)
