"""When a maintenance window is in force: pure, once or every week, by the school's clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

Span = tuple[datetime, datetime]  # [begin, end), in UTC
DAY = timedelta(days=1)


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One window as it is kept: of a device, a place, or (neither) the whole school.

    With ``weekdays`` (1 is Monday) it is in force every week from ``from_time`` to ``to_time``,
    over midnight if that is earlier, while [starts_at, ends_at) lasts; else all that time.
    ``cancelled_at`` ends either.
    """

    id: int
    school_id: int
    place_id: int | None
    device_id: int | None
    reason: str
    starts_at: datetime
    ends_at: datetime | None
    weekdays: list[int] | None
    from_time: time | None
    to_time: time | None
    cancelled_at: datetime | None = None


def spans(window: Window, since: datetime, until: datetime, zone: ZoneInfo) -> list[Span]:
    """The parts of [since, until) in which the window is in force, in order, none touching twice."""
    begin = max(since, window.starts_at)
    end = min(until, window.ends_at or until, window.cancelled_at or until)
    if begin >= end:
        return []
    if window.weekdays is None:
        return [(begin, end)]
    clipped = ((max(a, begin), min(b, end)) for a, b in _weekly(window, begin, end, zone))
    return _joined((a, b) for a, b in clipped if a < b)


def covers(window: Window, at: datetime, zone: ZoneInfo) -> bool:
    """Whether the window is in force at that moment."""
    return bool(spans(window, at, at + timedelta(microseconds=1), zone))


def _weekly(window: Window, begin: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Span]:
    """Every occurrence that may touch [begin, end): the one of yesterday may last until today."""
    assert window.weekdays is not None
    assert window.from_time is not None
    assert window.to_time is not None
    day = begin.astimezone(zone).date() - DAY
    last = end.astimezone(zone).date()
    while day <= last:
        if day.isoweekday() in window.weekdays:
            over_midnight = window.to_time <= window.from_time
            ends_on = day + DAY if over_midnight else day
            yield _at(day, window.from_time, zone), _at(ends_on, window.to_time, zone)
        day += DAY


def _at(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock_time, zone).astimezone(UTC)


def _joined(found: Iterator[Span] | list[Span]) -> list[Span]:
    joined: list[Span] = []
    for begin, end in found:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
