"""Time behind monitored devices for tests: samples, spans of state, maintenance, expected hours."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta

import msgspec

from core import database
from monitoring.alerting.expected_hours import Span
from monitoring.history.samples import SAMPLES
from tests.factories import MadeSchool

Sample = tuple[int, str, str, datetime, float]


async def keep(samples: Iterable[Sample]) -> None:
    """Raw samples, in whatever order they come."""
    rows = list(samples)
    days = sorted(at.astimezone(UTC).date() for _, _, _, at, _ in rows)
    await SAMPLES.prepare(days[0], days[-1])
    async with database.connection() as conn:
        await conn.copy_records_to_table("sample", records=rows)


def wandering(
    device: int,
    metric: str,
    instance: str,
    since: datetime,
    until: datetime,
    *,
    every: timedelta,
    chance: random.Random,
    missed: float = 0.2,
) -> list[Sample]:
    """A gauge that wanders, or a meter that rises and is sometimes reset; many visits are missed."""
    found, at, value = [], since, chance.uniform(0, 100)
    is_meter = metric == "pages_printed"
    while at < until:
        if is_meter:
            value = 0.0 if chance.random() < 0.01 else value + chance.randint(0, 4)
        else:
            value = max(0.0, value + chance.uniform(-3, 3))
        if chance.random() >= missed:
            found.append((device, metric, instance, at, value))
        at += every
    return found


async def lived(
    of: MadeSchool, device: int, spans: Sequence[tuple[str, datetime, datetime]]
) -> None:
    """The states of a device, instead of what its making wrote down."""
    await database.execute("DELETE FROM state_span WHERE device = $1", device)
    await database.execute_many(
        "INSERT INTO state_span (school, device, state, started_at, ended_at)"
        " VALUES ($1, $2, $3, $4, $5)",
        [(of.id, device, *span) for span in spans],
    )
    await database.execute("UPDATE device SET created_at = $2 WHERE id = $1", device, spans[0][1])


async def expected_hours(of: MadeSchool, spans: Sequence[tuple[int, str, str]]) -> int:
    """Expected hours from (weekday, from, to)."""
    named = [
        Span(day, time.fromisoformat(starts), time.fromisoformat(ends))
        for day, starts, ends in spans
    ]
    made: int = await database.fetch_value(
        "INSERT INTO expected_hours (school, name, spans, created_at)"
        " VALUES ($1, 'Lessons', $2, now()) RETURNING id",
        of.id,
        msgspec.json.encode(named).decode(),
    )
    return made


async def maintenance(of: MadeSchool, by: int, **columns: object) -> None:
    """A window; weekly where ``weekdays`` are given."""
    given = {
        "school": of.id,
        "reason": "New cables",
        "created_by": by,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        **columns,
    }
    marks = ", ".join(f"${n}" for n in range(1, len(given) + 1))
    await database.execute(
        f"INSERT INTO maintenance_window ({', '.join(given)}) VALUES ({marks})", *given.values()
    )
