"""Workers that are killed at every step: what was committed stays, and every device is seen again."""

import asyncio
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from core import database
from monitoring.polling import claims, poller
from monitoring.polling.poller import Poller
from monitoring.snmp import Address, Session
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack
from tests.factories_monitoring import MadeDevice
from tests.monitoring.agents import Snmpd, free_port, needs_snmpd
from tests.monitoring.killed_worker import STEPS
from tests.patience import MANY_LOOKS, PATIENCE_SECONDS

pytestmark = needs_snmpd

DEVICES = 4
# What must agree: a visit is there as a whole (samples, readings, state) or not at all.
HALF_KEPT = """
SELECT count(*) FROM device d LEFT JOIN latest_visit v ON v.device = d.id
 WHERE v.at IS DISTINCT FROM d.last_seen_at
    OR (SELECT max(at) FROM sample s WHERE s.device = d.id) IS DISTINCT FROM v.at
    OR (SELECT max(ended_at) FROM power_session p WHERE p.device = d.id) IS DISTINCT FROM v.at
"""


async def some_devices(address: Address, count: int = DEVICES) -> list[MadeDevice]:
    school = await factories.school()
    found = [await made.device(school, address) for _ in range(count)]
    for device in found:
        await made.due_once(device.id)
    return found


@asynccontextmanager
async def worker(db: Stack, step: str = "never") -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.monitoring.killed_worker", db.dsn, step
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(sql: str) -> None:
    """Wait until the query gives a true value."""
    for _ in range(MANY_LOOKS):
        if await database.fetch_value(sql):
            return
        await asyncio.sleep(0.05)
    raise TimeoutError(sql)


async def all_due() -> None:
    await database.execute("UPDATE device SET next_poll_at = now()")


async def end_leases_of(dead: Process) -> None:
    """As if the time had passed after which others may take over."""
    await database.execute(
        "UPDATE device SET lease_until = now() - interval '1 second'"
        " WHERE split_part(leased_by, ':', 2) = $1",
        str(dead.pid),
    )


@pytest.mark.parametrize("step", STEPS)
async def test_a_worker_killed_at_any_step_loses_nothing_and_another_takes_over(
    db: Stack, wire: Session, agent: Snmpd, step: str
) -> None:
    await some_devices(agent.address)
    ours = Poller(wire, made.CIPHER, worker="worker-one", slots=20)
    assert await ours.visit_due() == DEVICES
    before = await database.fetch_value("SELECT count(*) FROM sample")
    first = await database.fetch_value("SELECT max(last_seen_at) FROM device")
    await all_due()

    async with worker(db, step) as other:
        assert await asyncio.wait_for(other.wait(), PATIENCE_SECONDS) == -9
    await end_leases_of(other)

    kept = await database.fetch_value("SELECT count(*) FROM sample")
    assert kept > before if step == "committed" else kept == before
    assert await database.fetch_value(HALF_KEPT) == 0
    await database.execute("UPDATE device SET next_poll_at = least(next_poll_at, now())")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await database.fetch_value(
            "SELECT count(*) FROM device WHERE last_seen_at <= $1", first
        ):
            await ours.visit_due()
            await asyncio.sleep(0.1)
    assert await database.fetch_value(HALF_KEPT) == 0
    assert await database.fetch_value("SELECT count(*) FROM sample") > before


async def test_two_workers_share_the_devices_and_one_goes_on_alone(db: Stack, agent: Snmpd) -> None:
    await some_devices(agent.address, 30)
    await database.execute("UPDATE device SET interval_seconds = 10")
    async with worker(db) as one, worker(db):
        await until("SELECT count(*) = 2 FROM poller_report")
        for _ in range(5):
            await database.execute("UPDATE device SET last_seen_at = NULL")
            await all_due()
            await until("SELECT bool_and(last_seen_at IS NOT NULL) FROM device")
        one.kill()
        await one.wait()
        await end_leases_of(one)
        await database.execute(
            "UPDATE device SET last_seen_at = NULL, next_poll_at = now() + random() * interval '2 s'"
        )
        await until("SELECT bool_and(last_seen_at IS NOT NULL) FROM device")
    assert await database.fetch_value(HALF_KEPT) == 0


async def test_a_worker_that_is_told_to_stop_keeps_what_it_read_and_gives_back_the_rest(
    db: Stack, agent: Snmpd
) -> None:
    await some_devices(agent.address)
    await database.execute(
        "UPDATE device SET next_poll_at = now() + interval '1 second' WHERE id % 2 = 0"
    )
    await some_devices(Address("127.0.0.1", free_port()), 1)  # under way until the worker ends
    async with worker(db) as one:
        await until(
            "SELECT bool_or(leased_by IS NOT NULL) AND bool_or(last_seen_at IS NOT NULL) FROM device"
        )
        one.terminate()
        assert await asyncio.wait_for(one.wait(), PATIENCE_SECONDS) == 0
    assert (
        await database.fetch_value("SELECT count(*) FROM device WHERE leased_by IS NOT NULL") == 0
    )
    assert await database.fetch_value("SELECT count(*) FROM poller_report") == 0
    assert await database.fetch_value(HALF_KEPT) == 0


def test_a_device_of_a_dead_worker_is_visited_again_within_a_minute() -> None:
    longest_wait = claims.LEASE_SECONDS + poller.CLAIM_EVERY_SECONDS
    assert longest_wait < 60 - 10
    at_worst = claims.AHEAD_SECONDS + claims.VISIT_SECONDS + claims.SAVE_SECONDS
    assert at_worst <= claims.LEASE_SECONDS, "so that no device is visited twice at a time"
