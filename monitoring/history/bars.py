"""Bars of a meter: how much it grew in each hour, day or month by the school's clock."""

from datetime import datetime, timedelta

import msgspec

from core.database import fetch
from monitoring.history.elements import Question, elements
from monitoring.history.lines import Series
from monitoring.history.spans import Unit, Window

# Growth into the first bar begins at the last value before it, if that is not too old.
LOOK_BACK = timedelta(days=40)
# Never shorter than a unit; the start of the unit that lies so far ahead is the next one.
LONGEST: dict[Unit, timedelta] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "month": timedelta(days=31),
}
NAMES: dict[Unit, str] = {"hour": "%H:00", "day": "%Y-%m-%d", "month": "%Y-%m"}


class _Bar(msgspec.Struct, frozen=True):
    instance: str
    at: datetime
    grown: float


async def drawn(asked: Question) -> tuple[list[int | str], list[Series]]:
    """The names of the bars, and their heights for the instances that grew most."""
    if asked.source == "samples":
        asked = msgspec.structs.replace(asked, source="hours")
    starts = starts_of(asked.window)
    sql, values = _statement(asked, starts[0])
    found = await fetch(_Bar, sql, **values)
    grown: dict[str, dict[datetime, float]] = {}
    for bar in found:
        grown.setdefault(bar.instance, {})[asked.window.local(bar.at)] = bar.grown
    most = sorted(grown, key=lambda name: (-sum(grown[name].values()), name))[: asked.most_series]
    return (
        [start.strftime(NAMES[asked.window.unit]) for start in starts],
        [
            Series(label=name, values=[grown[name].get(start) for start in starts])
            for name in sorted(most)
        ],
    )


def starts_of(window: Window) -> list[datetime]:
    """When each bar begins, by the school's clock; the first of them is whole."""
    at, starts = _start_of(window.local(window.since), window.unit), []
    while at < window.until:
        starts.append(at)
        at = _start_of(at + LONGEST[window.unit], window.unit)
    return starts


def _statement(asked: Question, begins: datetime) -> tuple[str, dict[str, object]]:
    rows, values = elements(asked, begins - LOOK_BACK, of_meter=True)
    sql = f"""
SELECT instance, date_trunc(:unit, at, :window_zone) AS at,
       round(sum(grown + greatest(coalesce("first" - before, 0), 0))::numeric, 3)::float8 AS grown
  FROM (SELECT *, lag("last") OVER (PARTITION BY instance ORDER BY at) AS before
          FROM ({rows}) AS elements) AS steps
 WHERE at >= :begins::timestamptz
 GROUP BY 1, 2"""
    window = {"unit": asked.window.unit, "window_zone": asked.window.zone, "begins": begins}
    return sql, values | window


def _start_of(at: datetime, unit: Unit) -> datetime:
    at = at.replace(minute=0, second=0, microsecond=0)
    if unit == "hour":
        return at
    return at.replace(hour=0) if unit == "day" else at.replace(hour=0, day=1)
