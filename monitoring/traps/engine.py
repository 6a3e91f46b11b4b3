"""Our own SNMP engine, as it is stored: its ID, which never changes, its boots, its figures."""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic

import msgspec

from core import clock
from core.database import execute, fetch, fetch_one, fetch_value
from monitoring.snmp.trap_clocks import MOST_CLOCKS, Authority, Clock, Clocks, Sender
from monitoring.traps.store import Moved

# RFC 3411, SnmpEngineID: the first bit, no enterprise's number (we have none), "as the
# administrator says", and then bytes that nobody else has.
ENGINE_PREFIX = b"\x80\0\0\0\5"
ENGINE_RANDOM_BYTES = 12


class _Engine(msgspec.Struct, frozen=True):
    engine_id: bytes
    boots: int


class _Known(msgspec.Struct, frozen=True):
    source: str
    engine_id: bytes
    boots: int
    engine_time: int
    heard_at: datetime


class Figures(msgspec.Struct, frozen=True):
    """What the process that holds the port has counted since it took it."""

    holder: str
    started_at: datetime
    seen_at: datetime
    figures: dict[str, int]


async def begin(holder: str) -> Authority:
    """Our engine, one boot later: whoever sends informs must learn our clock anew."""
    row = await fetch_one(
        _Engine,
        "INSERT INTO trap_engine AS e (engine_id, boots, holder, started_at, seen_at)"
        " VALUES ($1, 1, $2, $3, $3) ON CONFLICT (id) DO UPDATE SET boots = e.boots + 1,"
        " holder = excluded.holder, started_at = excluded.started_at,"
        " seen_at = excluded.seen_at, figures = '{}' RETURNING engine_id, boots",
        ENGINE_PREFIX + os.urandom(ENGINE_RANDOM_BYTES),
        holder,
        clock.now(),
    )
    assert row is not None
    return Authority(row.engine_id, row.boots)


async def known_clocks() -> Clocks:
    """The senders' clocks as far as any process has followed them."""
    clocks = Clocks()
    now = clock.now()
    rows = await fetch(
        _Known,
        "SELECT * FROM (SELECT source, engine_id, boots, engine_time, heard_at FROM trap_clock"
        " ORDER BY heard_at DESC LIMIT $1) latest ORDER BY heard_at",
        MOST_CLOCKS,
    )
    for row in rows:
        ago = max((now - row.heard_at).total_seconds(), 0)
        clocks.remember((row.source, row.engine_id), row.boots, row.engine_time, ago)
    return clocks


def moved_of(clocks: Sequence[tuple[Sender, Clock]]) -> list[Moved]:
    """Clocks as they are stored, with the time of day at which they were heard."""
    now, at = clock.now(), monotonic()
    return [
        Moved(source, engine_id, one.boots, one.time, now - timedelta(seconds=at - one.heard_at))
        for (source, engine_id), one in clocks
    ]


async def report(holder: str, figures: dict[str, int]) -> None:
    """Write down what was counted; nothing happens if another process has the port by now."""
    await execute(
        "UPDATE trap_engine SET seen_at = $2, figures = $3 WHERE holder = $1",
        holder,
        clock.now(),
        msgspec.json.encode(figures).decode(),
    )


async def latest_figures() -> Figures | None:
    """What was counted last; None where no port was ever opened."""
    return await fetch_one(Figures, "SELECT holder, started_at, seen_at, figures FROM trap_engine")


async def strangers(hours: int = 24) -> int:
    """From how many addresses that no school knows something came lately."""
    count: int = await fetch_value(
        "SELECT count(DISTINCT source) FROM trap"
        " WHERE school IS NULL AND last_at > $1::timestamptz - $2 * interval '1 hour'",
        clock.now(),
        hours,
    )
    return count
