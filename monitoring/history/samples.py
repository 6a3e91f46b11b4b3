"""Numbers over time: one partition a day, written by COPY; monitoring/history/ reads them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from core import clock
from core.database import connection
from monitoring.decoding.metrics import METRICS
from monitoring.decoding.readings import Reading
from monitoring.history.partitions import SAMPLES

PREPARE_DAYS = 3

SampleRow = tuple[int, str, str, datetime, float]  # device, metric, instance, at, value


async def write(device_id: int, at: datetime, readings: list[Reading]) -> None:
    """Keep the numbers of one visit; joins the open transaction."""
    await prepare_days(at.astimezone(UTC).date(), at.astimezone(UTC).date())
    await write_rows(rows_of(device_id, at, readings))


def rows_of(device_id: int, at: datetime, readings: Iterable[Reading]) -> list[SampleRow]:
    """What of a visit's readings is kept."""
    return [
        (device_id, reading.metric, reading.instance, at, number)
        for reading in readings
        if (number := reading.number) is not None and METRICS[reading.metric].is_kept
    ]


async def write_rows(rows: Sequence[SampleRow]) -> None:
    """Keep the numbers of many visits, whose days are prepared; joins the open transaction."""
    async with connection() as conn:
        await conn.copy_records_to_table("sample", records=rows)


async def prepare_days(first: date, last: date) -> None:
    """Make sure that the samples of these days have a place to go."""
    await SAMPLES.prepare(first, last)


async def prepare_coming_days() -> None:
    """The same for today and the days to come."""
    today = clock.now().date()
    await prepare_days(today, today + timedelta(days=PREPARE_DAYS))
