"""Numbers over time: one partition a day, written by COPY, read as series for charts."""

from datetime import UTC, date, datetime, timedelta

import msgspec

from core import clock
from core.database import connection, execute, fetch, fetch_value, transaction
from core.paging import Page, checked_limit, decode_cursor, page_of
from monitoring.metrics import METRICS
from monitoring.readings import Reading

KEEP_DAYS = 400
PREPARE_DAYS = 3
MOST_POINTS = 400
MOST_SERIES = 5
ADVISORY_LOCK = 0x6C61_6273_6D70_6C73


class Series(msgspec.Struct, frozen=True):
    """One line of a chart: a value for each moment of the chart, None where there is none."""

    label: str
    values: list[float | None]


class Chart(msgspec.Struct, frozen=True):
    """Values of one metric over time; ``x`` in Unix seconds."""

    kind: str
    time: bool
    unit: str
    x: list[int]
    series: list[Series]


class Sample(msgspec.Struct, frozen=True):
    """One kept value."""

    metric: str
    instance: str
    at: datetime
    value: float


class _Point(msgspec.Struct, frozen=True):
    instance: str
    at: int
    value: float


async def write(device_id: int, at: datetime, readings: list[Reading]) -> None:
    """Keep the numbers of a visit; joins the open transaction."""
    await prepare_days(at.astimezone(UTC).date(), at.astimezone(UTC).date())
    records = [
        (device_id, r.metric, r.instance, at, number)
        for r in readings
        if METRICS[r.metric].is_kept and (number := r.number) is not None
    ]
    async with connection() as conn:
        await conn.copy_records_to_table("sample", records=records)


async def chart(
    device_id: int, metric: str, *, since: datetime, until: datetime, unit: str = ""
) -> Chart:
    """The metric over the span, averaged to a few hundred moments; the highest instances only."""
    bucket = max(int((until - since).total_seconds() / MOST_POINTS), 1)
    points = await fetch(
        _Point,
        "SELECT instance, (floor(extract(epoch FROM at) / $5) * $5)::bigint AS at,"
        " avg(value) AS value FROM sample WHERE device = $1 AND metric = $2"
        " AND at >= $3 AND at < $4 GROUP BY 1, 2 ORDER BY 2, 1",
        device_id,
        metric,
        since,
        until,
        bucket,
    )
    moments = sorted({point.at for point in points})
    place = {moment: number for number, moment in enumerate(moments)}
    lines: dict[str, list[float | None]] = {}
    for point in points:
        line = lines.setdefault(point.instance, [None] * len(moments))
        line[place[point.at]] = round(point.value, 3)
    highest = sorted(lines, key=lambda instance: -_mean(lines[instance]))[:MOST_SERIES]
    series = [Series(instance, lines[instance]) for instance in sorted(highest)]
    return Chart("line", True, unit, moments, series)


async def list_samples(
    device_id: int,
    metric: str,
    *,
    instance: str | None = None,
    since: datetime,
    until: datetime,
    limit: int = 200,
    cursor: str | None = None,
) -> Page[Sample]:
    """The kept values of one metric, the newest first."""
    checked_limit(limit)
    last_at, last_instance = decode_cursor(cursor, datetime, str) if cursor else (until, "")
    rows = await fetch(
        Sample,
        "SELECT metric, instance, at, value FROM sample WHERE device = $1 AND metric = $2"
        " AND ($3::text IS NULL OR instance = $3) AND at >= $4 AND (at, instance) < ($5, $6)"
        " ORDER BY at DESC, instance DESC LIMIT $7",
        device_id,
        metric,
        instance,
        since,
        last_at,
        last_instance,
        limit + 1,
    )
    return page_of(rows, limit, lambda sample: (sample.at, sample.instance))


async def prepare_days(first: date, last: date) -> None:
    """Make sure that the samples of these days have a place to go."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    missing = [
        day
        for day in days
        if not await fetch_value("SELECT to_regclass($1) IS NOT NULL", _partition(day))
    ]
    if not missing:
        return
    async with transaction():
        # Two workers at midnight would otherwise create the same partition.
        await execute("SELECT pg_advisory_xact_lock($1)", ADVISORY_LOCK)
        for day in missing:
            await execute(
                f"CREATE TABLE IF NOT EXISTS {_partition(day)} PARTITION OF sample"
                f" FOR VALUES FROM ('{day} 00:00Z') TO ('{day + timedelta(days=1)} 00:00Z')"
            )


async def keep_partitions() -> None:
    """Prepare the days to come, and drop those that are too old."""
    today = clock.now().date()
    await prepare_days(today, today + timedelta(days=PREPARE_DAYS))
    oldest = _partition(today - timedelta(days=KEEP_DAYS))
    for name in await partitions():
        if name < oldest:
            await execute(f"DROP TABLE {name}")


async def partitions() -> list[str]:
    """The names of the days' tables, oldest first."""
    rows = await fetch(
        _Partition,
        "SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'sample'::regclass ORDER BY 1",
    )
    return [row.name for row in rows]


def _mean(values: list[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else 0.0


class _Partition(msgspec.Struct, frozen=True):
    name: str


def _partition(day: date) -> str:
    return f"sample_{day:%Y_%m_%d}"
