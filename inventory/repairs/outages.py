"""When an order kept its asset out of use: dated facts, so that no later change rewrites them."""

from datetime import datetime

from core import clock, database
from core.access import Actor
from core.database import transaction
from core.permissions import MANAGE_WORK_ORDERS
from inventory.assets.locking import Locked, lock_visible
from inventory.repairs.assets import (
    find_state_before,
    put_in_repair,
    restore,
)
from inventory.repairs.views import WorkOrder, changed_meanwhile, get_work_order


async def begin(work_order_id: int, school_id: int, at: datetime) -> None:
    """From now on the order keeps its asset out of use; in the caller's transaction."""
    await database.execute(
        "INSERT INTO work_order_outage (work_order, school, started_at) VALUES ($1, $2, $3)",
        work_order_id,
        school_id,
        at,
    )


async def end(work_order_id: int, at: datetime) -> None:
    """The order keeps its asset out of use no longer; in the caller's transaction."""
    await database.execute(
        "UPDATE work_order_outage SET ended_at = greatest($2, started_at)"
        " WHERE work_order = $1 AND ended_at IS NULL",
        work_order_id,
        at,
    )


async def take_out_of_service(actor: Actor, asset: Locked, work_order_id: int) -> bool:
    """A little fault has grown: from now on the asset is in repair, as it is for a new one.

    False if the order has done so already, or is closed.
    """
    grown = await database.execute(
        "UPDATE work_order SET keeps_in_service = false, asset_state_before = $2,"
        " version = version + 1 WHERE id = $1 AND keeps_in_service AND closed_at IS NULL",
        work_order_id,
        await find_state_before(asset),
    )
    if grown:
        await begin(work_order_id, asset.school_id, clock.now())
        await put_in_repair(actor, asset, work_order_id)
    return bool(grown)


async def set_usable(
    actor: Actor, work_order_id: int, *, is_usable: bool, version: int | None = None
) -> WorkOrder:
    """Decide whether the asset is in use while the order is open; downtime counts when it is not.

    Refused when somebody changed the order since ``version``, or closed it.
    """
    order = await get_work_order(actor, work_order_id)
    actor.require(order.school_id, MANAGE_WORK_ORDERS)
    async with transaction(actor):
        asset = await lock_visible(actor, order.asset_id)
        order = await get_work_order(actor, work_order_id)
        if order.is_closed or version not in (None, order.version):
            raise await changed_meanwhile(work_order_id)
        if is_usable and not order.keeps_in_service:
            await _return_to_service(actor, asset, work_order_id)
        elif not is_usable:
            await take_out_of_service(actor, asset, work_order_id)
        return await get_work_order(actor, work_order_id)


async def _return_to_service(actor: Actor, asset: Locked, work_order_id: int) -> None:
    before = await database.fetch_value(
        "UPDATE work_order SET keeps_in_service = true, version = version + 1"
        " WHERE id = $1 RETURNING asset_state_before",
        work_order_id,
    )
    await end(work_order_id, clock.now())
    await restore(actor, asset, before, work_order_id)
