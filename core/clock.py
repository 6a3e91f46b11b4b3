"""The one clock: aware UTC, so that no host's local time ever reaches a row."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.errors import Invalid, say


def now() -> datetime:
    """The present moment, aware and in UTC."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """The calendar day that people at a school in ``zone`` (an IANA name) would write down."""
    return now().astimezone(ZoneInfo(zone)).date()


def bounds_of(day: date, zone: str) -> tuple[datetime, datetime]:
    """When a calendar day begins in ``zone`` and when it is over; Invalid on ``day`` beyond time."""
    try:
        start = datetime.combine(day, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        return start, start + timedelta(days=1)
    except OverflowError as error:
        # The first and the last day that there are, seen from elsewhere.
        raise Invalid.of("day", say("Write the date as year-month-day"), code="date") from error
