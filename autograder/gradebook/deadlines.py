"""Due dates and extensions in nbgrader's gradebook, and the texts by which people set them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nbgrader import api
from sqlalchemy import select
from sqlalchemy.orm import Session

from autograder.errors import GradebookError, UsageError
from autograder.submission.timestamps import UnclearTime, parse_timestamp

from .connection import GradebookSettings, reading, writing

UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}
NO_ZONE = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2})(:\d{2})?")


@dataclass(frozen=True)
class Deadlines:
    """When an assignment is due.

    Attributes:
        due: in UTC, or None.
        extensions: student id -> time after `due`, for the students with an extension.
    """

    due: datetime | None
    extensions: dict[str, timedelta]


def parse_due_date(text: str, zone: str | None) -> datetime | None:
    """Return the moment that a text such as "2026-11-20 23:59" names; None for "none".

    Args:
        text: date and time, with or without a time zone.
        zone: name of the time zone if the text has none, such as "Europe/Zurich" or "UTC".
    Raises:
        UsageError: no date, no time zone, or two.
    """
    if text.strip().casefold() == "none":
        return None
    bare = NO_ZONE.fullmatch(text.strip())
    if bare and not zone:
        raise UsageError(f"--due: {text!r} has no time zone; add --zone, such as Europe/Zurich")
    if zone and not bare:
        raise UsageError(
            f"--due: expected a time such as '2026-11-20 23:59' beside --zone; found {text!r}"
        )
    try:
        if bare and zone:
            local = datetime.fromisoformat(text.strip().replace("T", " "))
            return local.replace(tzinfo=read_zone(zone)).astimezone(UTC)
        return parse_timestamp(text)
    except UnclearTime as error:
        raise UsageError(f"--due: {text!r} {error}") from None
    except (ValueError, OverflowError):
        raise UsageError(f"--due: {text!r} is no day or no time of the calendar") from None


def read_zone(name: str) -> ZoneInfo:
    """Return a time zone by its name.

    Raises:
        UsageError: no zone has this name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"--zone: no time zone {name!r}; expected a name such as Europe/Zurich or UTC"
        ) from None


def parse_extension(text: str) -> timedelta | None:
    """Return the time that a text such as "2d", "1d12h" or "90m" names; None for "none" and "0".

    Raises:
        UsageError: it names no time.
    """
    plain = re.sub(r"\s+", "", text.casefold())
    if plain in ("none", "0"):
        return None
    if not re.fullmatch(r"(?:\d{1,4}[wdhm])+", plain):
        raise UsageError(
            f"--extension: expected a time such as 2d, 12h or 1d12h, or none; found {text!r}"
        )
    parts = re.findall(r"(\d+)([wdhm])", plain)
    return sum((timedelta(**{UNITS[unit]: int(n)}) for n, unit in parts), timedelta()) or None


def extension_text(extension: timedelta) -> str:
    """Return an extension in the form that `parse_extension` reads."""
    minutes = round(extension.total_seconds() / 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    return "".join(f"{n}{unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "m")) if n)


def read_deadlines(db_url: str, assignment: str) -> Deadlines:
    """Read due date and extensions of an assignment.

    Raises:
        GradebookError: the gradebook cannot be read.
    """
    submission = api.SubmittedAssignment
    with reading(db_url) as session:
        due = session.scalar(
            select(api.Assignment.duedate).where(api.Assignment.name == assignment)
        )
        rows = session.execute(
            select(submission.student_id, submission.extension)
            .join(api.Assignment, api.Assignment.id == submission.assignment_id)
            .where(api.Assignment.name == assignment, submission.extension.is_not(None))
            .order_by(submission.student_id)
        )
        return Deadlines(due.replace(tzinfo=UTC) if due else None, dict(map(tuple, rows)))


def set_due_date(settings: GradebookSettings, assignment: str, due: datetime | None) -> None:
    """Set or remove the due date of an assignment.

    Raises:
        GradebookError: the gradebook cannot be written, or lacks the assignment.
    """
    with writing(settings.db_url, settings.course_id) as session:
        row = _assignment(session, assignment)
        row.duedate = due.astimezone(UTC).replace(tzinfo=None) if due else None
        session.commit()


def set_extension(
    settings: GradebookSettings, assignment: str, student: str, extension: timedelta | None
) -> None:
    """Set or remove the extension of one student, who may not have submitted yet.

    Raises:
        GradebookError: the gradebook cannot be written, or lacks the assignment or the student.
    """
    with writing(settings.db_url, settings.course_id) as session:
        row = _assignment(session, assignment)
        if session.get(api.Student, student) is None:
            raise GradebookError(
                f"{student}: no student of the gradebook; expected an id as in submitted/ID; "
                f"`nbgrader db student add {student}` in the course adds one"
            )
        submission = session.scalars(
            select(api.SubmittedAssignment).where(
                api.SubmittedAssignment.assignment_id == row.id,
                api.SubmittedAssignment.student_id == student,
            )
        ).one_or_none()
        if submission is None:
            submission = api.SubmittedAssignment(
                id=api.new_uuid(), assignment_id=row.id, student_id=student
            )
            session.add(submission)
        submission.extension = extension
        session.commit()


def _assignment(session: Session, name: str) -> api.Assignment:
    row = session.scalars(select(api.Assignment).where(api.Assignment.name == name)).one_or_none()
    if row is None:
        raise GradebookError(f"{name}: not in the gradebook; run release on the course")
    return row
