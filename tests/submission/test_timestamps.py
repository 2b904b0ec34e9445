"""A time of submission is one moment or is refused; it is never guessed."""

from datetime import UTC, datetime

import pytest
from nbgrader.utils import parse_utc

from autograder.submission.timestamps import UnclearTime, nbgrader_form, parse_timestamp

READ = {
    "2026-11-20 22:30:00.000000 UTC": "2026-11-20 22:30:00",  # as nbgrader writes it
    "2026-11-20 23:30:00 +0100": "2026-11-20 22:30:00",
    "2026-11-20 23:30:00+01:00": "2026-11-20 22:30:00",
    "2026-11-20T22:30:00Z": "2026-11-20 22:30:00",
    "2026-11-20T22:30": "2026-11-20 22:30:00",
    "2026-11-20 23:30:00 Europe/Zurich": "2026-11-20 22:30:00",
    "2026-07-20 23:30:00 Europe/Zurich": "2026-07-20 21:30:00",
    "2026-11-20 14:30:00 PST": "2026-11-20 22:30:00",
    "2026-11-20 16:30:00 GMT-6": "2026-11-20 22:30:00",
    "2026-11-20 23:30:00.5 CET": "2026-11-20 22:30:00.500000",
}
UNCLEAR = {
    "23:59": "is not a time", "11/12/2026 23:59": "either order", "": "is not a time",
    "2026-11-20": "without a time", "2026-02-30 10:00:00 UTC": "does not exist",
    "2026-11-20 10:00:00 CST": "unknown time zone",  # China or Chicago
    "2026-11-20 10:00:00 Europe/Atlantis": "unknown time zone",
    "2026-11-20 10:00:00 +9900": "unknown time zone", "1" * 30: "is not a time",
    "0001-01-01 00:00:00 +1400": "out of range", "tomorrow": "is not a time",
    "2026-11-20 10:00:00 ../../etc/passwd": "unknown time zone",
}  # fmt: skip


@pytest.mark.parametrize(("text", "want"), READ.items())
def test_moment_is_read(text, want):
    """Each spelling of a moment gives the same moment in UTC."""
    assert parse_timestamp(text) == datetime.fromisoformat(want).replace(tzinfo=UTC)


@pytest.mark.parametrize(("text", "reason"), UNCLEAR.items())
def test_unclear_time_is_refused_with_its_reason(text, reason):
    """A text that could be several moments, or none, is an error that says why."""
    with pytest.raises(UnclearTime, match=reason):
        parse_timestamp(text)


def test_written_form_is_read_by_nbgrader():
    """nbgrader reads the same moment out of what is written for it."""
    moment = parse_timestamp("2026-11-20 23:30:00 +0100")
    assert parse_utc(nbgrader_form(moment)) == moment.replace(tzinfo=None)
