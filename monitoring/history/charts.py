"""Charts of one metric: mean with its low and high, or how much a meter grew, a bar an hour or day."""

from datetime import datetime
from typing import Literal

import msgspec

from core import clock
from core.settings import Settings
from monitoring.history import bars, lines
from monitoring.history.elements import Question, rolled
from monitoring.history.lines import Series
from monitoring.history.marks import Mark, marks_of
from monitoring.history.meters import METERS
from monitoring.history.spans import Source, Span, source_of, window

MOST_SERIES = 5


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """Values of one metric over time. ``x``: Unix seconds where ``time``, else names of bars.

    ``source``: of what it is drawn, single samples or hours or days rolled up.
    """

    kind: Literal["line", "bars"]
    time: bool
    unit: str = ""
    x: list[int | str]
    series: list[Series]
    metric: str
    since: datetime
    until: datetime
    zone: str
    source: Source
    marks: list[Mark] = []


async def chart(
    device_id: int,
    metric: str,
    span: Span = "day",
    *,
    settings: Settings,
    since: datetime | None = None,
    until: datetime | None = None,
    instance: str | None = None,
    most_series: int = MOST_SERIES,
) -> Chart:
    """The metric over the span, or between the two moments; the highest instances only.

    Whether the reader may see the device has been asked before.
    """
    known, now = await rolled(device_id), clock.now()
    asked = window(span, now, known.zone, since=since, until=until)
    is_meter = metric in METERS
    question = Question(
        device_id=device_id,
        metric=metric,
        instance=instance,
        window=asked,
        source=source_of(asked, now, settings),
        rolled=known,
        most_series=most_series,
    )
    x, series = await (bars.drawn(question) if is_meter else lines.drawn(question))
    return Chart(
        kind="bars" if is_meter else "line",
        time=not is_meter,
        x=x,
        series=series,
        metric=metric,
        since=asked.since,
        until=asked.until,
        zone=asked.zone,
        source=question.source,
        marks=await marks_of(device_id, asked),
    )
