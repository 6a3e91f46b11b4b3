"""Times of a week by a school's clock, as spans of real time; those over midnight end the next day."""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

Spans = list[tuple[datetime, datetime]]

DAY = timedelta(days=1)


def once(since: datetime, until: datetime) -> Spans:
    """The span itself, if it has any length."""
    return [(since, until)] if since < until else []


def weekly(
    weekdays: Collection[int],
    from_time: time,
    to_time: time,
    since: datetime,
    until: datetime,
    zone: str,
) -> Spans:
    """The spans on these days (1 is Monday) between the moments, cut at both.

    One whose end is not after its beginning goes on into the next day, of which weekday it may be.
    """
    clock = ZoneInfo(zone)
    found: Spans = []
    day = since.astimezone(clock).date() - DAY
    while day <= until.astimezone(clock).date():
        if day.isoweekday() in weekdays:
            last = day if to_time > from_time else day + DAY
            begins = datetime.combine(day, from_time, tzinfo=clock).astimezone(UTC)
            ends = datetime.combine(last, to_time, tzinfo=clock).astimezone(UTC)
            found += once(max(begins, since), min(ends, until))
        day += DAY
    return found
