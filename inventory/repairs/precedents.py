"""What helped before: closed repairs of the same model with the same fault."""

from collections.abc import Iterable
from datetime import timedelta

from core.access import Actor
from core.paging import Page
from inventory.repairs.views import WorkOrder, find_orders, get_work_order, readable_by

MOST_PRECEDENTS = 5
# A fault that comes back within this time was probably not mended at its cause.
REPEATED_WITHIN = timedelta(days=90)
# Those of the asset itself tell more than those of others of its model.
_OWN_FIRST = "(w.asset = :asset) DESC, w.closed_at DESC, w.id DESC"


async def find_precedents(
    actor: Actor, *, asset_id: int, fault: str, except_id: int = 0
) -> list[WorkOrder]:
    """Up to five completed orders of the asset's model with this fault, the asset's own first.

    Of those that the actor may read, and only where a person said how it ended: what a worker
    closes by itself has helped nobody. Planned work is no fault, so nothing helped against it.
    """
    where = readable_by(actor)
    where.add(
        "a.model = (SELECT model FROM asset WHERE id = :asset) AND w.fault = :fault"
        " AND w.id <> :except_id AND w.state = 'completed' AND w.closed_by IS NOT NULL"
        " AND w.resolution <> '' AND w.plan IS NULL",
        asset=asset_id,
        fault=fault,
        except_id=except_id,
    )
    return await find_orders(where, _OWN_FIRST, MOST_PRECEDENTS)


async def list_precedents(actor: Actor, work_order_id: int) -> Page[WorkOrder]:
    """The precedents of an order that the actor may read, in one page."""
    order = await get_work_order(actor, work_order_id)
    return Page(
        await find_precedents(actor, asset_id=order.asset_id, fault=order.fault, except_id=order.id)
    )


def find_repeated(order: WorkOrder, precedents: Iterable[WorkOrder]) -> WorkOrder | None:
    """The latest repair of the same asset that ended in the 90 days before ``order`` was opened."""
    return next(
        (
            one
            for one in precedents
            if one.asset_id == order.asset_id
            and one.closed_at is not None
            and timedelta(0) <= order.opened_at - one.closed_at <= REPEATED_WITHIN
        ),
        None,
    )
