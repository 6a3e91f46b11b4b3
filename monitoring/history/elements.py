"""The rows that a chart is made of: roll-ups as far as they have come, samples for what is newer.

An element is one sample, one hour or one day of a metric: ``instance, at, count, low, mean, high``,
of a meter ``instance, at, first, last, grown``. What one table has no other one gives again.
"""

from datetime import UTC, datetime

import msgspec

from core.database import get_one
from core.errors import say
from monitoring.history.spans import Source, Window

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_OF_GAUGE: dict[Source, str] = {
    "samples": "instance, at, 1 AS count, value AS low, value AS mean, value AS high",
    "hours": "instance, hour AS at, count, low, mean, high",
    "days": "instance, day::timestamp AT TIME ZONE :zone AS at, count, low, mean, high",
}
_OF_METER: dict[Source, str] = {
    "samples": 'instance, at, value AS "first", value AS "last", 0::float8 AS grown',
    "hours": 'instance, hour AS at, coalesce("first", low) AS "first",'
    ' coalesce("last", high) AS "last", coalesce(grown, high - low) AS grown',
    "days": "instance, day::timestamp AT TIME ZONE :zone AS at,"
    ' coalesce("first", low) AS "first", coalesce("last", high) AS "last",'
    " coalesce(grown, high - low) AS grown",
}


class Rolled(msgspec.Struct, frozen=True):
    """The device's zone, and how far its hours and days are rolled up."""

    zone: str
    hours_until: datetime = BEGINNING
    days_until: datetime = BEGINNING


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a chart asks: which metric of which device, when, and from which table on."""

    device_id: int
    metric: str
    instance: str | None
    window: Window
    source: Source
    rolled: Rolled
    most_series: int


async def rolled(device_id: int) -> Rolled:
    """NotFound if there is no such device; whether it may be seen is the caller's to know."""
    return await get_one(
        Rolled,
        "SELECT s.zone, coalesce(h.until, 'epoch') AS hours_until,"
        " coalesce(d.until, 'epoch') AS days_until"
        " FROM device JOIN school s ON s.id = device.school"
        " LEFT JOIN rolled h ON h.name = 'hours ' || s.zone"
        " LEFT JOIN rolled d ON d.name = 'days ' || s.zone WHERE device.id = $1",
        device_id,
        missing=say("There is no such device, or you have no part in its school"),
    )


def elements(asked: Question, since: datetime, *, of_meter: bool) -> tuple[str, dict[str, object]]:
    """The statement of the rows from ``since`` on, where an hour or a day begins (but of samples);
    with its values."""
    columns = _OF_METER if of_meter else _OF_GAUGE
    whose = "device = :device AND metric = :metric"
    values: dict[str, object] = {"device": asked.device_id, "metric": asked.metric}
    if asked.instance is not None:
        whose += " AND instance = :instance"
        values["instance"] = asked.instance
    until, known, parts = asked.window.until, asked.rolled, []
    if asked.source == "days":
        parts.append(
            f"SELECT {columns['days']} FROM sample_day WHERE {whose}"
            " AND day >= (:days_since::timestamptz AT TIME ZONE :zone)::date"
            " AND day < (:days_until::timestamptz AT TIME ZONE :zone)::date"
        )
        values |= {
            "zone": known.zone,
            "days_since": since,
            "days_until": min(known.days_until, until),
        }
        since = max(since, known.days_until)
    if asked.source in ("days", "hours"):
        parts.append(
            f"SELECT {columns['hours']} FROM sample_hour WHERE {whose}"
            " AND hour >= :hours_since::timestamptz AND hour < :hours_until::timestamptz"
        )
        values |= {"hours_since": since, "hours_until": min(known.hours_until, until)}
        since = max(since, known.hours_until)
    parts.append(
        f"SELECT {columns['samples']} FROM sample WHERE {whose}"
        " AND at >= :since::timestamptz AND at < :until::timestamptz"
    )
    return " UNION ALL ".join(parts), values | {"since": since, "until": until}
