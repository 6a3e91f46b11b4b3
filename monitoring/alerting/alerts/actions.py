"""What people do with alerts: say that they take care, or end what has no end of its own."""

from collections.abc import Sequence

from core import clock
from core.access import Actor
from core.database import fetch_column, fetch_value, transaction
from core.errors import Conflict, FieldError, Invalid, NotFound, say
from core.permissions import EDIT_MONITORING
from monitoring.alerting.alerts.views import Alert, get_alert
from monitoring.alerting.alerts.work_orders import add_entry

MOST_AT_ONCE = 200
REASON_MAX_LENGTH = 200


async def acknowledge(actor: Actor, alert_id: int) -> Alert:
    """Say that somebody takes care; a second time changes nothing, a cleared one is a Conflict."""
    alert = await get_alert(actor, alert_id)
    actor.require(alert.school_id, EDIT_MONITORING)
    if alert.cleared_at is not None:
        raise Conflict(say("This alert has cleared already"), code="alert_cleared")
    await acknowledge_many(actor, [alert_id])
    return await get_alert(actor, alert_id)


async def acknowledge_many(actor: Actor, alert_ids: Sequence[int]) -> int:
    """Take care of all of them that are still open; how many.

    NotFound, with each of them, when some are of no school that the actor keeps.
    """
    if len(alert_ids) > MOST_AT_ONCE:
        raise Invalid.of(
            "alert_ids", say("Choose {most} alerts at most", most=MOST_AT_ONCE), code="too_many"
        )
    editable = actor.school_ids_with(EDIT_MONITORING)
    wanted = sorted(set(alert_ids))
    async with transaction(actor):
        seen = await fetch_column(
            int,
            "SELECT id FROM alert WHERE id = any($1::bigint[]) AND school = any($2::bigint[])",
            wanted,
            editable,
        )
        _refuse_unseen(alert_ids, set(seen))
        taken = await fetch_column(
            int,
            "UPDATE alert SET acknowledged_at = $2, acknowledged_by = $3 WHERE id IN ("
            " SELECT id FROM alert WHERE id = any($1::bigint[]) AND school = any($4::bigint[])"
            " AND acknowledged_at IS NULL AND cleared_at IS NULL ORDER BY id FOR NO KEY UPDATE)"
            " RETURNING id",
            wanted,
            clock.now(),
            actor.person_id,
            editable,
        )
    return len(taken)


def _refuse_unseen(alert_ids: Sequence[int], seen: set[int]) -> None:
    missing = say("There is no such alert, or it is not of your school")
    errors = [
        FieldError("alert_ids", missing, "not_found", index, str(alert_id))
        for index, alert_id in enumerate(alert_ids)
        if alert_id not in seen
    ]
    if errors:
        raise NotFound(missing, field="alert_ids", errors=errors)


async def clear_by_hand(actor: Actor, alert_id: int, reason: str) -> Alert:
    """End an alert with a reason; its work order says so, and stays open.

    Meant for what has no end of its own. A fault that is still there is found again by the next
    visit, and is a new alert.
    """
    alert = await get_alert(actor, alert_id)
    actor.require(alert.school_id, EDIT_MONITORING)
    words = reason.strip()
    if not 1 <= len(words) <= REASON_MAX_LENGTH:
        raise Invalid.of(
            "reason",
            say("Say in 1 to {most} characters why it is over", most=REASON_MAX_LENGTH),
            code="length",
        )
    async with transaction(actor):
        ended = await fetch_value(
            "UPDATE alert SET cleared_at = $2, cleared_by = $3"
            " WHERE id = $1 AND cleared_at IS NULL RETURNING id",
            alert_id,
            clock.now(),
            actor.person_id,
        )
        if ended is None:
            raise Conflict(say("This alert has cleared already"), code="alert_cleared")
        if alert.work_order_id is not None:
            message = say("Ended by hand: {fault}. {reason}", fault=alert.message, reason=words)
            await add_entry(actor, alert.work_order_id, message)
    return await get_alert(actor, alert_id)
