"""Read a time of submission without guessing: an unclear one is refused, with the reason."""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FORM = "a time such as 2026-01-31 23:59:00 UTC or 2026-01-31T23:59:00+01:00"
CLOCK = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})(?:[T ]\s*(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?))"
    r"\s*(?P<zone>.*)",
    re.IGNORECASE,
)
OFFSET = re.compile(r"(?:UTC|GMT)?\s*(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?")
# hours from UTC of abbreviations that name one offset: those of RFC 5322, and Europe's
ABBREVIATIONS = {
    "UTC": 0, "UT": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7,
    "MDT": -6, "PST": -8, "PDT": -7, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "WET": 0, "WEST": 1,
}  # fmt: skip


class UnclearTime(ValueError):
    """A text that is not one moment; the message says what is unclear."""


def parse_timestamp(text: str) -> datetime:
    """Return the moment that a text names, in UTC.

    Accepts what nbgrader writes (`2026-01-31 23:59:00.000000 UTC`), ISO 8601, offsets such as
    `+0100`, common abbreviations of zones and names such as `Europe/Zurich`. A time without a zone
    is UTC, as nbgrader reads it.

    Raises:
        UnclearTime: no date, a date in an order that differs between countries, or an unknown zone.
    """
    found = CLOCK.fullmatch(text.strip())
    if found is None:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
            raise UnclearTime(f"has a date without a time; expected {FORM}")
        if re.search(r"\d{1,2}/\d{1,2}/\d{2,4}", text):
            raise UnclearTime(f"may have day and month in either order; expected {FORM}")
        raise UnclearTime(f"is not {FORM}")
    clock = found["time"].replace(",", ".")
    clock, _, fraction = clock.partition(".")
    clock = clock if clock.count(":") == 2 else f"{clock}:00"
    try:
        local = datetime.strptime(f"{found['date']} {clock}", "%Y-%m-%d %H:%M:%S")
    except ValueError:
        raise UnclearTime(f"names a day or an hour that does not exist; expected {FORM}") from None
    local += timedelta(microseconds=int((fraction + "000000")[:6]))
    try:
        return local.replace(tzinfo=_zone(found["zone"].strip())).astimezone(UTC)
    except OverflowError:
        raise UnclearTime(f"is out of range; expected {FORM}") from None


def _zone(text: str) -> timezone | ZoneInfo:
    if text.upper() in ABBREVIATIONS:
        return timezone(timedelta(hours=ABBREVIATIONS[text.upper()]))
    if not text:
        return UTC
    offset = OFFSET.fullmatch(text.upper())
    if offset is not None:
        span = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
        if span <= timedelta(hours=14) and int(offset["minutes"] or 0) < 60:
            return timezone(span if offset["sign"] == "+" else -span)
    if "/" in text:
        try:
            return ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    raise UnclearTime(f"has an unknown time zone {text[:40]!r}; expected {FORM}")


def nbgrader_form(moment: datetime) -> str:
    """Return a moment as nbgrader writes it into timestamp.txt."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
