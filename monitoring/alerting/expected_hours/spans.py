"""When devices ought to be on: spans of the week by the school's clock, pure."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

DAYS = 7


ClockTime = Annotated[time, Meta(examples=["08:00:00"], tz=False)]


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From ``starts`` to ``ends`` on a weekday (1 is Monday); over midnight if that is earlier."""

    weekday: int
    starts: ClockTime
    ends: ClockTime


def is_expected(spans: Sequence[Span], at: datetime, zone: ZoneInfo) -> bool:
    """Whether a device with these hours ought to be on at that moment."""
    local = at.astimezone(zone)
    today, now = local.isoweekday(), local.time()
    yesterday = (local.date() - timedelta(days=1)).isoweekday()
    for span in spans:
        over_midnight = span.ends <= span.starts
        if span.weekday == today and span.starts <= now and (over_midnight or now < span.ends):
            return True
        if over_midnight and span.weekday == yesterday and now < span.ends:
            return True
    return False


def spans_from_json(text: str) -> list[Span]:
    """The spans as the column keeps them."""
    return msgspec.json.decode(text, type=list[Span])
