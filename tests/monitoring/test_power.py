"""Power sessions: one a boot, never overlapping, whatever visits were missed."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from core import database
from core.access import Role
from monitoring.history import time_on
from monitoring.polling.counters import Followed, Known
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack

MORNING = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # eight o'clock in Shanghai


def seen(seconds: float, *, rebooted: bool = False) -> Followed:
    return Followed(Known(int(seconds * 100), "x", seconds, 0.0), rebooted)


async def sessions() -> list[tuple[datetime, datetime]]:
    async with database.connection() as conn:
        rows = await conn.fetch("SELECT started_at, ended_at FROM power_session ORDER BY 1")
    return [(row["started_at"], row["ended_at"]) for row in rows]


async def test_an_uptime_tells_of_hours_that_nobody_watched(db: Stack) -> None:
    device = await made.device(await factories.school())
    noon = MORNING + timedelta(hours=4)
    await made.was_on(device.id, seen(2 * 3600), noon)
    assert await sessions() == [(noon - timedelta(hours=2), noon)]
    later = noon + timedelta(hours=3)
    await made.was_on(device.id, seen(5 * 3600), later)
    assert await sessions() == [(noon - timedelta(hours=2), later)]


async def test_a_reboot_begins_a_session_that_does_not_reach_into_the_last(db: Stack) -> None:
    device = await made.device(await factories.school())
    await made.was_on(device.id, seen(3600), MORNING)
    soon = MORNING + timedelta(minutes=1)
    await made.was_on(device.id, seen(90, rebooted=True), soon)
    assert await sessions() == [(MORNING - timedelta(hours=1), MORNING), (MORNING, soon)]
    await made.was_on(device.id, seen(0, rebooted=True), soon)
    assert len(await sessions()) == 2, "nothing of no length"


async def test_a_boot_that_nobody_saw_does_not_stretch_yesterdays_session(db: Stack) -> None:
    device = await made.device(await factories.school())
    await made.was_on(device.id, seen(3600), MORNING)
    tomorrow = MORNING + timedelta(days=1)
    # The last uptime is not remembered, so nothing says "rebooted" but the uptime itself.
    await made.was_on(device.id, seen(1800), tomorrow)
    assert await sessions() == [
        (MORNING - timedelta(hours=1), MORNING),
        (tomorrow - timedelta(minutes=30), tomorrow),
    ]


async def test_sessions_of_one_device_never_overlap(db: Stack) -> None:
    device = await made.device(await factories.school())
    insert = (
        "INSERT INTO power_session (school, device, asset, started_at, ended_at)"
        " SELECT school, id, asset, $2, $3 FROM device WHERE id = $1"
    )
    await database.execute(insert, device.id, MORNING, MORNING + timedelta(hours=2))
    with pytest.raises(asyncpg.ExclusionViolationError):
        await database.execute(
            insert, device.id, MORNING + timedelta(hours=1), MORNING + timedelta(hours=3)
        )
    results = await asyncio.gather(
        *(
            database.execute(
                insert, device.id, MORNING + timedelta(hours=5), MORNING + timedelta(hours=6)
            )
            for _ in range(8)
        ),
        return_exceptions=True,
    )
    assert [r for r in results if not isinstance(r, Exception)] == [1]


async def test_hours_are_counted_by_the_schools_own_days(db: Stack) -> None:
    school = await factories.school()
    device = await made.device(school)
    reader = (await factories.person(Role.admin, school)).actor
    # From 22:00 to 01:30 in Shanghai, and two hours the next morning.
    late = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
    await made.was_on(device.id, seen(0.5 * 3600), late + timedelta(minutes=30))
    await made.was_on(device.id, seen(3.5 * 3600), late + timedelta(hours=3, minutes=30))
    await made.was_on(device.id, seen(2 * 3600, rebooted=True), MORNING + timedelta(hours=2))
    found = await time_on.hours_per_day(
        reader, since=date(2026, 11, 22), until=date(2026, 11, 24), asset_id=device.asset.id
    )
    assert [(one.day, round(one.hours, 3)) for one in found] == [
        (date(2026, 11, 22), 2.0),
        (date(2026, 11, 23), 3.5),
    ]
    other = (await factories.person(Role.admin, await factories.school())).actor
    assert (
        await time_on.hours_per_day(other, since=date(2026, 11, 1), until=date(2026, 12, 1)) == []
    )
