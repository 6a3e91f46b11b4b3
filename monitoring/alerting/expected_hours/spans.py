"""When devices ought to be on: spans of the week by the school's clock, pure."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from core import weekly_times
from core.weekly_times import Hours

ClockTime = Annotated[time, Meta(examples=["08:00:00"], tz=False)]


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From ``starts`` to ``ends`` on a weekday (1 is Monday); over midnight if that is earlier."""

    weekday: int
    starts: ClockTime
    ends: ClockTime


def is_expected(spans: Sequence[Span], at: datetime, zone: ZoneInfo) -> bool:
    """Whether a device with these hours ought to be on at that moment."""
    hours = (Hours([span.weekday], span.starts, span.ends) for span in spans)
    return any(weekly_times.covers(one, at, zone) for one in hours)


def spans_from_json(text: str) -> list[Span]:
    """The spans as the column keeps them."""
    return msgspec.json.decode(text, type=list[Span])
