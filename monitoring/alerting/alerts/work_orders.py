"""The work order behind an alert: opened once a fault, with an entry for what happens, closed by a person."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch_one, fetch_value
from core.errors import Conflict, Message, say
from inventory import repairs
from monitoring.alerting.alerts.findings import AlertSeverity, Finding

# A fault that is back so soon was perhaps never mended: the new order says so.
BACK_WITHIN = timedelta(hours=48)
SAME_WORDS_AGAIN_AFTER = timedelta(hours=1)

ORDER_SEVERITY: dict[AlertSeverity, Literal["normal", "high"]] = {
    "warning": "normal",
    "critical": "high",
}


class _Closed(msgspec.Struct, frozen=True):
    id: int
    closed_at: datetime


async def open_order(
    actor: Actor, alert_id: int, device_id: int, finding: Finding, *, is_flapping: bool
) -> None:
    """Tie the alert to its work order: a new one, or the one that is open already, which gets an entry.

    What flaps is told of once; the next word is how it ended. An asset that has left the books
    gets no order.
    """
    begun = clock.now()
    asset_id: int = await fetch_value("SELECT asset FROM device WHERE id = $1", device_id)
    fault = f"monitoring:{finding.rule}"
    try:
        order = await repairs.open_work_order(
            actor,
            asset_id=asset_id,
            source="alert",
            fault=fault,
            summary=await _summary(asset_id, fault, finding.message),
            severity=ORDER_SEVERITY[finding.severity],
            keeps_in_service=finding.asset_stays_in_use,
        )
    except Conflict:
        return
    await execute("UPDATE alert SET work_order = $2 WHERE id = $1", alert_id, order.id)
    if is_flapping:
        await add_entry(actor, order.id, say("It comes and goes: {fault}", fault=finding.message))
    elif order.opened_at < begun:
        await add_entry(actor, order.id, say("Monitoring reports: {fault}", fault=finding.message))


async def add_entry(actor: Actor, order_id: int, what: Message) -> None:
    """Comment on an open order, unless these very words were the last ones and are still fresh."""
    order = await repairs.get_work_order(actor, order_id)
    if order.is_closed:
        return
    entries = await repairs.list_entries(actor, order_id)
    if entries and entries[-1].at > clock.now() - SAME_WORDS_AGAIN_AFTER:
        last = entries[-1]
        if (last.found, last.found_params) == (what.template, msgspec.to_builtins(what.params)):
            return
    await repairs.comment(actor, order_id, what)


async def _summary(asset_id: int, fault: str, message: Message) -> Message:
    """The fault, and that it was thought to be mended a while ago, if it was."""
    now = clock.now()
    closed = await fetch_one(
        _Closed,
        "SELECT id, closed_at FROM work_order WHERE asset = $1 AND fault = $2 AND closed_at > $3"
        " ORDER BY closed_at DESC LIMIT 1",
        asset_id,
        fault,
        now - BACK_WITHIN,
    )
    if closed is None:
        return message
    hours = int((now - closed.closed_at).total_seconds() // 3600)
    return say(
        "{fault}. It is back {hours} h after work order {order} was closed",
        fault=message,
        hours=hours,
        order=closed.id,
    )
