"""Fixed and closed in one step: what was found, what helped, parts and pictures, and the end."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from core import database
from core.access import Actor
from core.database import transaction
from core.errors import Conflict, Invalid, say
from core.numbers import Version
from core.permissions import MANAGE_WORK_ORDERS
from inventory.assets.locking import lock_visible
from inventory.assets.shapes import Condition
from inventory.repairs.entries import NewEntry, create_entry
from inventory.repairs.opening import REPORTED, SUMMARY_MAX_LENGTH, get_reportable, open_work_order
from inventory.repairs.parts import LOCK_ORDER
from inventory.repairs.transitions import complete
from inventory.repairs.views import WorkOrder, changed_meanwhile, get_work_order
from inventory.stock.moving import REFUSALS
from storage.photos import Photo

SeenVersion = Annotated[
    Version | None,
    msgspec.Meta(
        description="The version you read: refused when somebody came first.", examples=[1]
    ),
]


class Fix(NewEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last entry of a job card; ``done`` is what helped, and so how the order ended."""

    condition: Condition | None = None
    version: SeenVersion = None


async def fix(
    actor: Actor, work_order_id: int, fixed: Fix, *, photos: Sequence[Photo] = ()
) -> WorkOrder:
    """Write the last entry of an order and complete it: both, or neither.

    Conflict when somebody changed the order since its ``version`` or closed it, and when parts are
    not there. ``photos`` are in the store already.
    """
    order = await get_work_order(actor, work_order_id)
    actor.require(order.school_id, MANAGE_WORK_ORDERS)
    _require_what_helped(fixed)
    async with transaction(actor, REFUSALS):
        # The asset, the order, its parts: as everybody who closes an order locks them.
        await lock_visible(actor, order.asset_id)
        await database.execute(LOCK_ORDER, work_order_id)
        order = await get_work_order(actor, work_order_id)
        if order.is_closed or fixed.version not in (None, order.version):
            raise await changed_meanwhile(work_order_id)
        return await _record_and_complete(actor, work_order_id, fixed, photos)


async def fix_asset(
    actor: Actor, tag: str, fixed: Fix, *, photos: Sequence[Photo] = ()
) -> WorkOrder:
    """The same for a fault that nobody has reported: its order is opened and closed at once.

    ``found`` says what was wrong. Nothing was out of use for it. Conflict when a reported fault of
    the asset is open: it is closed where its reporter looks.
    """
    found = fixed.found.strip()
    if not 1 <= len(found) <= SUMMARY_MAX_LENGTH:
        raise Invalid.of(
            "found",
            say("Say in 1 to {most} characters what is wrong", most=SUMMARY_MAX_LENGTH),
            code="length",
        )
    _require_what_helped(fixed)
    asset = await get_reportable(actor, tag)
    actor.require(asset.school_id, MANAGE_WORK_ORDERS)
    async with transaction(actor, REFUSALS):
        await lock_visible(actor, asset.id)
        reported = await find_reported(asset.id)
        if reported is not None:
            raise Conflict(
                say(
                    "This fault has been reported as work order {number}: close that one",
                    number=reported,
                ),
                code="work_order_open",
            )
        order = await open_work_order(
            actor,
            asset_id=asset.id,
            source="person",
            fault=REPORTED,
            summary=found,
            keeps_in_service=True,
        )
        return await _record_and_complete(actor, order.id, fixed, photos)


async def find_reported(asset_id: int) -> int | None:
    """The open order of what people reported about an asset."""
    found: int | None = await database.fetch_value(
        "SELECT id FROM work_order WHERE asset = $1 AND fault = $2 AND closed_at IS NULL",
        asset_id,
        REPORTED,
    )
    return found


async def _record_and_complete(
    actor: Actor, work_order_id: int, fixed: Fix, photos: Sequence[Photo]
) -> WorkOrder:
    entry = NewEntry(
        found=fixed.found,
        done=fixed.done,
        minutes=fixed.minutes,
        cost=fixed.cost,
        parts=fixed.parts,
    )
    await create_entry(actor, work_order_id, entry, photos=photos)
    return await complete(actor, work_order_id, resolution=fixed.done, condition=fixed.condition)


def _require_what_helped(fixed: Fix) -> None:
    if not fixed.done.strip():
        raise Invalid.of("done", say("Say in a sentence what helped"), code="empty")
