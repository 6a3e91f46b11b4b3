"""What somebody holds now: for the pages of classes and guests, and for lists of custody."""

from typing import Any

import msgspec

from core.access import Actor
from inventory import custody, lots
from inventory.custody import CustodyFilters, CustodyView
from inventory.lots import LotLoan, LotLoanFilters, LotLoanView

# Of each kind; a page says how many there are in all, and where.
SHOWN = 20


class HeldOfLots(msgspec.Struct, frozen=True):
    """The first loans of lots of a list, how many it has, and its filters."""

    items: list[LotLoan]
    total: int
    query: LotLoanFilters


NOTHING = HeldOfLots([], 0, LotLoanFilters())


async def held_by(
    actor: Actor, *, group: int | None = None, guest: int | None = None
) -> dict[str, Any]:
    """The open loans of assets and of lots; of the former the first, and whether there are more."""
    loans = await custody.list_custody(actor, CustodyFilters(group=group, guest=guest), limit=SHOWN)
    return {
        "loans": loans,
        "lot_loans": await find_lots(actor, LotLoanFilters(group=group, guest=guest)),
    }


async def held_of_lots(actor: Actor, query: CustodyFilters) -> HeldOfLots:
    """What of lots belongs to a list of custody: of what is out, and of no one asset."""
    if query.view not in (CustodyView.out, CustodyView.overdue) or query.tag:
        return NOTHING
    filters = LotLoanFilters(
        view=LotLoanView(query.view.value),
        school=query.school,
        q=query.q,
        mine=query.mine,
        holder=query.holder,
        group=query.group,
        guest=query.guest,
    )
    return await find_lots(actor, filters)


async def find_lots(actor: Actor, filters: LotLoanFilters, *, limit: int = SHOWN) -> HeldOfLots:
    """The first loans of a list, and how many it has."""
    page = await lots.list_lot_loans(actor, filters, limit=limit)
    total = len(page.items)
    if page.next_cursor:
        total = await lots.count_lot_loans(actor, filters)
    return HeldOfLots(page.items, total, filters)


async def count_overdue(actor: Actor) -> int:
    """How many loans in the actor's sight should have ended: of assets, and of lots."""
    return await custody.count_overdue(actor) + await lots.count_overdue_lot_loans(actor)
