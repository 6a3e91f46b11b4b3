"""Numbers over time: tables cut into partitions by time, samples written by COPY."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from core import clock
from core.database import connection, execute, fetch_column, fetch_value, transaction
from monitoring.decoding.metrics import METRICS
from monitoring.decoding.readings import Reading

ADVISORY_LOCK = 0x6C61_6273_6D70_6C73


class Part(msgspec.Struct, frozen=True, order=True):
    """One partition: the rows of the days in [first, end)."""

    first: date
    end: date
    name: str

    @property
    def starts_at(self) -> datetime:
        return _midnight(self.first)

    @property
    def ends_at(self) -> datetime:
        return _midnight(self.end)


class Cut(msgspec.Struct, frozen=True):
    """How a table is cut: the name of a day's partition says where it begins, ``after`` where the
    next one does."""

    table: str
    name: str
    after: Callable[[date], date]

    def part_of(self, day: date) -> Part:
        first = self._first(f"{day:{self.name}}")
        return Part(first, self.after(first), f"{first:{self.name}}")

    def _first(self, name: str) -> date:
        # Of a month or a year the name leaves out what is 1.
        return datetime.strptime(name, self.name).replace(tzinfo=UTC).date()

    async def parts(self) -> list[Part]:
        """The partitions that there are, the oldest first."""
        names = await fetch_column(
            str,
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = $1::regclass ORDER BY 1",
            self.table,
        )
        return [self.part_of(self._first(name)) for name in names]

    async def prepare(self, first: date, last: date) -> None:
        """Make sure that rows of these days, both counted, have a place to go."""
        wanted, day = [], first
        while day <= last:
            wanted.append(part := self.part_of(day))
            day = part.end
        missing = [part for part in wanted if not await _is_there(part.name)]
        if not missing:
            return
        async with transaction():
            # Two workers at midnight would otherwise create the same partition.
            await execute("SELECT pg_advisory_xact_lock($1)", ADVISORY_LOCK)
            for part in missing:
                await execute(
                    f"CREATE TABLE IF NOT EXISTS {part.name} PARTITION OF {self.table}"
                    f" FOR VALUES FROM ('{self._bound(part.first)}') TO ('{self._bound(part.end)}')"
                )

    def _bound(self, day: date) -> str:
        return f"{day}" if self is DAYS else f"{day} 00:00Z"


async def _is_there(name: str) -> bool:
    found: bool = await fetch_value("SELECT to_regclass($1) IS NOT NULL", name)
    return found


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


SAMPLES = Cut("sample", "sample_%Y_%m_%d", lambda day: day + timedelta(days=1))
HOURS = Cut("sample_hour", "sample_hour_%Y_%m", _next_month)
DAYS = Cut("sample_day", "sample_day_%Y", lambda day: date(day.year + 1, 1, 1))


PREPARE_DAYS = 3

SampleRow = tuple[int, str, str, datetime, float]  # device, metric, instance, at, value


async def write(device_id: int, at: datetime, readings: list[Reading]) -> None:
    """Store the numbers of one visit; joins the open transaction."""
    await prepare_days(at.astimezone(UTC).date(), at.astimezone(UTC).date())
    await write_rows(rows_of(device_id, at, readings))


def rows_of(device_id: int, at: datetime, readings: Iterable[Reading]) -> list[SampleRow]:
    """What of a visit's readings is stored."""
    return [
        (device_id, reading.metric, reading.instance, at, number)
        for reading in readings
        if (number := reading.number) is not None and METRICS[reading.metric].is_stored
    ]


async def write_rows(rows: Sequence[SampleRow]) -> None:
    """Store the numbers of many visits, whose days are prepared; joins the open transaction."""
    async with connection() as conn:
        await conn.copy_records_to_table("sample", records=rows)


async def prepare_days(first: date, last: date) -> None:
    """Make sure that the samples of these days have a place to go."""
    await SAMPLES.prepare(first, last)


async def prepare_coming_days() -> None:
    """The same for today and the days to come."""
    today = clock.now().date()
    await prepare_days(today, today + timedelta(days=PREPARE_DAYS))
