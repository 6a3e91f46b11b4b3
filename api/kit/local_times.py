"""Times as browsers send them from their own fields: without seconds, and by the school's clock."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from core.errors import Invalid, say


def time_of(text: str | None, field: str) -> time | None:
    """The text of a field for a time; Invalid when it is none."""
    if not text:
        return None
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise Invalid.of(field, say("Write a time such as 08:00"), code="time") from error


def moment_of(text: str | None, field: str, zone: ZoneInfo) -> datetime | None:
    """The text of a field for date and time, in the school's zone; Invalid when it is none."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid.of(
            field, say("Write date and time such as 2026-11-23 08:00"), code="moment"
        ) from error
    return at.replace(tzinfo=zone) if at.tzinfo is None else at
