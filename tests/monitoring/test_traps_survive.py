"""Floods that slow nobody down, and workers that die with nothing lost that they answered."""

import asyncio
import os
import signal
import sys
import time

import pytest

from core import database
from monitoring.snmp import Address
from monitoring.traps import retention
from monitoring.traps.inbox import MOST_WAITING
from monitoring.traps.limits import PER_SOURCE, PER_SOURCE_AT_ONCE
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack
from tests.labshare.service import ROOT
from tests.monitoring.agents import free_port
from tests.monitoring.trap_senders import (
    COLD_START,
    listening,
    needs_snmptrap,
    send,
    somebody_listens,
)
from tests.patience import EVERY_SECONDS, MANY_LOOKS, PATIENCE_SECONDS

HERE = Address("127.0.0.1")
FLOOD, SECONDS = 10_000, 3.0


async def test_a_flood_is_counted_and_little_of_it_is_stored(db: Stack) -> None:
    await made.device(await factories.school(), HERE)
    began = time.monotonic()
    async with listening(db) as here:
        flood = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.monitoring.trap_flood",
            str(here.port),
            str(FLOOD),
            str(SECONDS),
            cwd=ROOT,
        )
        await here.counted("received")
        await flood.wait()
        await asyncio.sleep(0.5)
        counts = dict(here.inbox.counts)
    most = PER_SOURCE_AT_ONCE + PER_SOURCE * (time.monotonic() - began + 1)
    assert counts["kept"] <= most
    assert counts["over_the_limit"] >= counts["received"] - most
    assert len(here.inbox) <= MOST_WAITING
    assert await database.fetch_value("SELECT count(*) FROM trap") <= 3


@needs_snmptrap
async def test_a_database_that_goes_away_delays_an_inform_and_loses_nothing(db: Stack) -> None:
    await made.device(await factories.school(), HERE)
    async with listening(db) as here:
        async with database.transaction():
            await database.execute("LOCK TABLE trap IN ACCESS EXCLUSIVE MODE")
            # Not before, or it may be kept already.
            sending = asyncio.create_task(send(here.port, COLD_START, inform=True))
            await here.counted("received")
            cut = await cut_off_who_inserts()
            await here.counted("database_away")
        assert cut == 1
        assert (await sending)[0] == 0
    assert await database.fetch_value("SELECT sum(repeats) FROM trap") == 1


async def cut_off_who_inserts() -> int:
    """Wait until an insert waits for the lock, and end its connection; how many were ended."""
    for _ in range(MANY_LOOKS):
        await database.execute("SELECT pg_stat_clear_snapshot()")
        cut: int = await database.fetch_value(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE query LIKE 'INSERT INTO trap%' AND wait_event_type = 'Lock'"
        )
        if cut:
            return cut
        await asyncio.sleep(EVERY_SECONDS)
    return 0


@needs_snmptrap
async def test_an_inform_that_was_answered_outlives_the_worker(db: Stack) -> None:
    await made.device(await factories.school(), HERE, profile="ups_apc")
    port = free_port()
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.monitoring.trap_worker",
        db.dsn,
        db.settings.secret_key,
        str(port),
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
    )
    await somebody_listens(port)

    answered: set[str] = set()
    are_some_answered, is_dead = asyncio.Event(), asyncio.Event()

    async def inform(number: int) -> None:
        trap_oid = f"1.3.6.1.4.1.99999.0.{number}"
        if number > 30:
            await is_dead.wait()
        if (await send(port, trap_oid, inform=True, is_answered=number <= 30))[0] == 0:
            answered.add(trap_oid)
            are_some_answered.set()

    informs = [asyncio.create_task(inform(number)) for number in range(1, 61)]
    await asyncio.wait_for(are_some_answered.wait(), PATIENCE_SECONDS)
    os.kill(worker.pid, signal.SIGKILL)
    await worker.wait()
    is_dead.set()
    await asyncio.gather(*informs[30:])
    # What a dead worker has not answered by now it never will.
    for task in informs:
        task.cancel()
    await asyncio.gather(*informs, return_exceptions=True)
    kept = set(await database.fetch_value("SELECT array_agg(trap_oid::text) FROM trap"))
    assert answered <= kept
    assert 0 < len(answered) < 60


@pytest.mark.parametrize(("is_known", "gone"), [(True, 11), (False, 94)])
async def test_what_is_old_goes_and_what_strangers_said_goes_sooner(
    db: Stack, is_known: bool, gone: int
) -> None:
    school = await factories.school()
    await database.execute(
        "INSERT INTO trap (school, source, kind, trap_oid, varbinds, minute, first_at, last_at)"
        " SELECT $1, '127.0.0.1', 'trap', '1.3.6.1', '[]', t, t, t"
        " FROM generate_series(now() - interval '100 days', now(), interval '1 day') t",
        school.id if is_known else None,
    )
    assert await retention.delete_old() == gone
    assert await retention.delete_old() == 0
