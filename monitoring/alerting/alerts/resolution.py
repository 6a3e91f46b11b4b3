"""Alerts that nobody would end: what flaps and grew quiet, and what belonged to equipment that is no longer in use."""

from datetime import timedelta

from core import clock
from core.access import Actor
from core.database import fetch, fetch_value, transaction
from core.errors import Message, say
from inventory.assets.shapes import NO_LONGER_USED
from monitoring.alerting.alerts.store import TOUCHED, Touched
from monitoring.alerting.alerts.work_orders import add_entry

QUIET_FOR = timedelta(minutes=15)


async def resolve_stale() -> int:
    """Resolve every alert that no visit will end; how many there were.

    Needs no visit: alerts of devices that left are resolved like any others.
    """
    schools: list[int] = await fetch_value("SELECT coalesce(array_agg(id), '{}') FROM school")
    actor = Actor.system("monitoring", schools)
    return sum([await _quiet(actor), await _lasting(actor), await _of_unused_assets(actor)])


async def _quiet(actor: Actor) -> int:
    """What came and went, and has been away long enough, is over."""
    return await _resolve(
        actor,
        "cleared_at = $1",
        "l.cleared_at IS NULL AND l.quiet_at <= $2",
        say("Cleared after it came and went: {fault}"),
    )


async def _lasting(actor: Actor) -> int:
    """What came and went, and has stayed long enough, is a plain fault."""
    return await _resolve(
        actor,
        "flapping_at = NULL",
        "l.cleared_at IS NULL AND l.quiet_at IS NULL AND l.flapping_at <= $2",
        say("It came and went, and is there to stay: {fault}"),
    )


async def _of_unused_assets(actor: Actor) -> int:
    """Nothing is wrong any more with what has left the rooms: it is visited no longer."""
    return await _resolve(
        actor,
        "cleared_at = $1",
        "l.cleared_at IS NULL AND l.device IN (SELECT d.id FROM device d"
        f" JOIN asset a ON a.id = d.asset WHERE a.lifecycle IN {NO_LONGER_USED!r} AND l.raised_at <= $2)",
        say("Ended, because the asset is no longer in use: {fault}"),
    )


async def _resolve(actor: Actor, change: str, which: str, message: Message) -> int:
    now = clock.now()
    async with transaction(actor):
        resolved = await fetch(
            Touched,
            f"UPDATE alert SET {change} FROM (SELECT {TOUCHED} FROM alert l"
            f" WHERE {which} AND $1::timestamptz IS NOT NULL ORDER BY l.id FOR NO KEY UPDATE SKIP LOCKED)"
            " AS l WHERE alert.id = l.id RETURNING l.*",
            now,
            now - QUIET_FOR,
        )
        for alert in resolved:
            if alert.work_order is not None:
                await add_entry(
                    actor, alert.work_order, Message(message.template, {"fault": alert.message})
                )
    return len(resolved)
