"""Times of the week by a school's clock, as moments of real time; pure.

Weekdays are 1 (Monday) to 7. What ends at or before the time at which it begins ends on the next
day, whichever weekday that is. Where a clock is changed, a time that comes twice means the first,
and one that is left out means what the clock would have shown (PEP 495, fold 0).
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(1, 8))

Span = tuple[datetime, datetime]  # [begin, end)


class Hours(msgspec.Struct, frozen=True):
    """From one time to another on some days of every week."""

    weekdays: Collection[int]
    from_time: time
    to_time: time


def spans(hours: Hours, since: datetime, until: datetime, zone: ZoneInfo) -> list[Span]:
    """The hours within [since, until), in UTC, in order, none touching another."""
    cut = ((max(begin, since), min(end, until)) for begin, end in _near(hours, since, until, zone))
    return joined((begin, end) for begin, end in cut if begin < end)


def covers(hours: Hours, at: datetime, zone: ZoneInfo) -> bool:
    """Whether the moment is within the hours."""
    return any(begin <= at < end for begin, end in _near(hours, at, at, zone))


def last_time(
    weekdays: Collection[int], clock_time: time, now: datetime, zone: ZoneInfo
) -> datetime:
    """When it was last this time on one of these days, at ``now`` at the latest, in ``zone``.

    ValueError without any weekday.
    """
    today = now.astimezone(zone).date()
    for ago in range(8):
        day = today - ago * DAY
        if day.isoweekday() in weekdays and (at := moment(day, clock_time, zone)) <= now:
            return at.astimezone(zone)
    raise ValueError("no weekday is named")


def moment(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    """When a clock in ``zone`` shows this, in UTC."""
    return datetime.combine(day, clock_time, zone).astimezone(UTC)


def joined(found: Iterable[Span]) -> list[Span]:
    """The spans, in order of their beginnings, those that touch made one."""
    one: list[Span] = []
    for begin, end in found:
        if one and begin <= one[-1][1]:
            one[-1] = (one[-1][0], max(end, one[-1][1]))
        else:
            one.append((begin, end))
    return one


def _near(hours: Hours, since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[Span]:
    """Whatever may touch the span: what began yesterday may last until today."""
    day, last = since.astimezone(zone).date() - DAY, until.astimezone(zone).date()
    while day <= last:
        if day.isoweekday() in hours.weekdays:
            ends_on = day if hours.to_time > hours.from_time else day + DAY
            yield moment(day, hours.from_time, zone), moment(ends_on, hours.to_time, zone)
        day += DAY
