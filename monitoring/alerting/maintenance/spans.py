"""When a maintenance window is in force: pure, once or every week, by the school's clock."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from core import weekly_times
from core.weekly_times import Hours, Span


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One window as it is stored: of a device, a place, or (neither) the whole school.

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
    assert window.from_time is not None
    assert window.to_time is not None
    hours = Hours(window.weekdays, window.from_time, window.to_time)
    return weekly_times.spans(hours, begin, end, zone)


def covers(window: Window, at: datetime, zone: ZoneInfo) -> bool:
    """Whether the window is in force at that moment."""
    return bool(spans(window, at, at + timedelta(microseconds=1), zone))
