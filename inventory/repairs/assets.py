"""The repaired asset's own state: in repair while an order needs it, then as it was before."""

from core import database
from core.access import Actor
from core.errors import Conflict, say
from inventory.assets.lifecycle import record_step
from inventory.assets.locking import Locked
from inventory.assets.shapes import ENDS, LifecycleState


def refuse_after_end(asset: Locked) -> None:
    """Nothing is repaired that has left the books."""
    if asset.lifecycle in ENDS:
        raise Conflict(
            say("{tag} has left the school's books; it can no longer be repaired", tag=asset.tag),
            code="asset_gone",
        )


async def find_state_before(asset: Locked) -> LifecycleState:
    """What the asset was before its first open order took it out of service."""
    before: str | None = await database.fetch_value(
        "SELECT asset_state_before FROM work_order WHERE asset = $1 AND closed_at IS NULL"
        " ORDER BY id LIMIT 1",
        asset.id,
    )
    if before and asset.lifecycle is LifecycleState.in_repair:
        return LifecycleState(before)
    return asset.lifecycle


async def put_in_repair(actor: Actor, asset: Locked, work_order_id: int) -> None:
    """Take an asset that is in service out of it; any other state stays as it is."""
    if asset.lifecycle is LifecycleState.in_service:
        await _step(actor, asset, LifecycleState.in_repair, work_order_id)


async def restore(actor: Actor, asset: Locked, before: str, work_order_id: int) -> None:
    """Give the state ``before`` back, unless another open order still needs the asset."""
    in_repair = LifecycleState.in_repair
    if asset.lifecycle is not in_repair or before == in_repair:
        return
    if not await database.fetch_value(
        "SELECT EXISTS (SELECT FROM work_order WHERE asset = $1 AND closed_at IS NULL"
        " AND NOT keeps_in_service)",
        asset.id,
    ):
        await _step(actor, asset, LifecycleState(before), work_order_id)


async def update_condition(asset: Locked, condition: str) -> None:
    """What the repair left the asset like."""
    await database.execute(
        "UPDATE asset SET condition = $2, version = version + 1 WHERE id = $1 AND condition <> $2",
        asset.id,
        condition,
    )


async def _step(actor: Actor, asset: Locked, to_state: LifecycleState, work_order_id: int) -> None:
    await record_step(actor, asset, to_state, reason=f"WO-{work_order_id}")
