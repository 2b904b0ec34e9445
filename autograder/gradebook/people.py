"""The students of nbgrader's gradebook: read them, and fill in what a class list knows of them."""

from collections.abc import Iterable
from typing import Protocol

from nbgrader import api
from sqlalchemy import select

from .connection import reading, writing
from .queries import Person

COLUMNS = ("first_name", "last_name", "email", "lms_user_id")


class KnownPerson(Protocol):
    """Somebody of a class list; empty texts are not known."""

    student: str
    first_name: str
    last_name: str
    email: str
    lms_user_id: str


def list_people(db_url: str) -> list[Person]:
    """Return everybody in the gradebook.

    Raises:
        GradebookError: it cannot be read.
    """
    student = api.Student
    columns = (student.id, *(getattr(student, name) for name in COLUMNS))
    with reading(db_url) as session:
        rows = session.execute(select(*columns).order_by(student.id)).all()
    return [Person(*(value or "" for value in row)) for row in rows]


def update_people(db_url: str, people: Iterable[KnownPerson], course_id: str = "") -> int:
    """Add students to the gradebook, and fill in what it does not know of those it has.

    What the gradebook already holds stays: somebody may have corrected it there.

    Returns:
        How many students were added or changed.
    Raises:
        GradebookError: the gradebook cannot be written.
    """
    people, changed = list(people), 0
    if not people:
        return 0
    with writing(db_url, course_id) as session:
        for person in people:
            row = session.get(api.Student, person.student)
            if row is None:
                row = api.Student(id=person.student)
                session.add(row)
            missing = {
                name: text
                for name in COLUMNS
                if (text := getattr(person, name)) and not getattr(row, name)
            }
            for name, text in missing.items():
                setattr(row, name, text)
            changed += bool(missing) or row in session.new
        session.commit()
    return changed
