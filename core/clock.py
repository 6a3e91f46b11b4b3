"""The one clock: aware UTC, so that no host's local time ever reaches a row."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware and in UTC."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """The calendar day that people at a school in ``zone`` (an IANA name) would write down."""
    return now().astimezone(ZoneInfo(zone)).date()
