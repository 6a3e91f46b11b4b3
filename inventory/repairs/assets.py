"""The repaired asset's own state: in repair while an order needs it, then as it was before."""

import msgspec

from core import clock, database
from core.access import Actor
from core.errors import Conflict, NotFound, say

IN_SERVICE = "in_service"
IN_REPAIR = "in_repair"


class AssetAtHand(msgspec.Struct, frozen=True):
    """An asset whose row this transaction holds."""

    id: int
    tag: str
    school_id: int
    lifecycle: str
    is_end: bool


async def hold_asset(actor: Actor, asset_id: int) -> AssetAtHand:
    """Lock the asset's row: whatever opens or closes its orders waits in line here.

    Everybody locks the asset before the order, so that nobody waits in a ring.
    """
    asset = await database.fetch_one(
        AssetAtHand,
        # No join on the state: a row that changed while we waited for it would no longer match
        # the state it was joined with, and be missed.
        "SELECT id, tag, school AS school_id, lifecycle,"
        " (SELECT is_end FROM lifecycle WHERE state = asset.lifecycle) AS is_end"
        " FROM asset WHERE id = $1 AND school = any($2) FOR NO KEY UPDATE",
        asset_id,
        actor.school_ids,
    )
    if asset is None:
        raise NotFound(say("There is no such asset, or it is not yours to see"))
    return asset


def refuse_if_gone(asset: AssetAtHand) -> None:
    """Nothing is repaired after its end."""
    if asset.is_end:
        raise Conflict(
            say("{tag} has left the school's books; it can no longer be repaired", tag=asset.tag),
            code="asset_gone",
        )


async def state_to_restore(asset: AssetAtHand) -> str:
    """What the asset was before its first open order took it out of service."""
    before: str | None = await database.fetch_value(
        "SELECT asset_state_before FROM work_order WHERE asset = $1 AND closed_at IS NULL"
        " ORDER BY id LIMIT 1",
        asset.id,
    )
    return before if before and asset.lifecycle == IN_REPAIR else asset.lifecycle


async def put_in_repair(actor: Actor, asset: AssetAtHand, work_order_id: int) -> None:
    """Take an asset that is in service out of it; any other state stays as it is."""
    if asset.lifecycle == IN_SERVICE:
        await _step(actor, asset, IN_REPAIR, work_order_id)


async def restore(actor: Actor, asset: AssetAtHand, before: str, work_order_id: int) -> None:
    """Give the state ``before`` back, unless another open order still needs the asset."""
    if asset.lifecycle != IN_REPAIR or before == IN_REPAIR:
        return
    if not await database.fetch_value(
        "SELECT EXISTS (SELECT FROM work_order WHERE asset = $1 AND closed_at IS NULL"
        " AND NOT keeps_in_service)",
        asset.id,
    ):
        await _step(actor, asset, before, work_order_id)


async def note_condition(asset: AssetAtHand, condition: str) -> None:
    """What the repair left the asset like."""
    await database.execute(
        "UPDATE asset SET condition = $2, version = version + 1 WHERE id = $1 AND condition <> $2",
        asset.id,
        condition,
    )


async def _step(actor: Actor, asset: AssetAtHand, to_state: str, work_order_id: int) -> None:
    await database.execute(
        "UPDATE asset SET lifecycle = $2, version = version + 1 WHERE id = $1", asset.id, to_state
    )
    await database.execute(
        "INSERT INTO asset_step (asset, school, from_state, to_state, at, by, reason)"
        " VALUES (:asset, :school, :from_state, :to_state, :at, :by, :reason)",
        asset=asset.id,
        school=asset.school_id,
        from_state=asset.lifecycle,
        to_state=to_state,
        at=clock.now(),
        by=actor.person_id,
        reason=f"WO-{work_order_id}",
    )
