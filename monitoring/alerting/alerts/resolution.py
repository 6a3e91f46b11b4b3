"""Alerts that nobody would end: what flaps and grew quiet, and what belonged to gone equipment."""

from datetime import timedelta

from core import clock
from core.access import Actor
from core.database import fetch, fetch_value, transaction
from core.errors import Message, say
from inventory.assets.shapes import NO_LONGER_USED
from monitoring.alerting.alerts.store import TOUCHED, Touched
from monitoring.alerting.alerts.work_orders import tell

QUIET_FOR = timedelta(minutes=15)


async def settle() -> int:
    """Say how it ended of every alert that needs it; how many were settled.

    Needs no visit: a device that is gone is settled like any other.
    """
    schools: list[int] = await fetch_value("SELECT coalesce(array_agg(id), '{}') FROM school")
    actor = Actor.system("monitoring", schools)
    return sum([await _quiet(actor), await _lasting(actor), await _gone(actor)])


async def _quiet(actor: Actor) -> int:
    """What came and went, and has been away long enough, is over."""
    return await _settle(
        actor,
        "cleared_at = $1",
        "l.cleared_at IS NULL AND l.quiet_at <= $2",
        say("Cleared after it came and went: {fault}"),
    )


async def _lasting(actor: Actor) -> int:
    """What came and went, and has stayed long enough, is a plain fault."""
    return await _settle(
        actor,
        "flapping_at = NULL",
        "l.cleared_at IS NULL AND l.quiet_at IS NULL AND l.flapping_at <= $2",
        say("It came and went, and is there to stay: {fault}"),
    )


async def _gone(actor: Actor) -> int:
    """Nothing is wrong any more with what has left the rooms: it is visited no longer."""
    return await _settle(
        actor,
        "cleared_at = $1",
        "l.cleared_at IS NULL AND l.device IN (SELECT d.id FROM device d"
        f" JOIN asset a ON a.id = d.asset WHERE a.lifecycle IN {NO_LONGER_USED!r} AND l.raised_at <= $2)",
        say("Ended, because the asset is no longer in use: {fault}"),
    )


async def _settle(actor: Actor, change: str, which: str, told: Message) -> int:
    now = clock.now()
    async with transaction(actor):
        settled = await fetch(
            Touched,
            f"UPDATE alert SET {change} FROM (SELECT {TOUCHED} FROM alert l"
            f" WHERE {which} AND $1::timestamptz IS NOT NULL ORDER BY l.id FOR NO KEY UPDATE SKIP LOCKED)"
            " AS l WHERE alert.id = l.id RETURNING l.*",
            now,
            now - QUIET_FOR,
        )
        for alert in settled:
            if alert.work_order is not None:
                await tell(
                    actor, alert.work_order, Message(told.template, {"fault": alert.message})
                )
    return len(settled)
