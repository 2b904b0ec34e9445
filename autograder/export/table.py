"""A table of marks on its way to another program: safe cells, and what could not be put in it."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.gradebook.queries import Person
from autograder.reporting.load import ClassResults
from autograder.submission.inline_answers import printable

NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


@dataclass(frozen=True)
class Export:
    """What came of an export.

    Attributes:
        text: of the file.
        marked: how many students have a mark in it.
        notes: lines on what was taken for granted.
        problems: lines about marks that are not in the file, or not as they should be.
    """

    text: str
    marked: int
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def marks_of(found: ClassResults) -> dict[str, float]:
    """Student id -> what counts, for everybody in the gradebook; 0 for who did not hand in."""
    totals = {result.student: result.total for result in found.results}
    return {person.student: totals.get(person.student, 0.0) for person in found.people}


def display_name(person: Person) -> str:
    """Last name first, as gradebooks sort; the id if no name is known."""
    return ", ".join(filter(None, (person.last_name, person.first_name))) or person.student


def waiting(found: ClassResults) -> tuple[str, ...]:
    """One line on those whose mark is not their last."""
    who = [result.student for result in found.results if result.waiting]
    if not who:
        return ()
    some = ", ".join(who[:5]) + (", ..." if len(who) > 5 else "")
    return (f"answers still to be graded by hand, marks so far: {len(who)} students ({some})",)


def number(text: str) -> float | None:
    """A number with a point or a comma, or None."""
    text = text.strip()
    return float(text.replace(",", ".")) if NUMBER.fullmatch(text) else None


def to_csv(rows: Iterable[Sequence], delimiter: str = ",") -> str:
    """Rows as a file; no cell of text can be taken for a formula by a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerows([[_harmless(printable(str(cell))) for cell in row] for row in rows])
    return file.getvalue()


def _harmless(text: str) -> str:
    bare = text.strip()
    formula = bare.startswith(("=", "+", "-", "@")) and len(bare) > 1
    return f"'{text}" if formula and number(bare) is None else text
