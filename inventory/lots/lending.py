"""Some of a lot go out, to whoever can hold an asset, and come back, not always all of them."""

from collections import Counter
from datetime import date
from typing import Annotated

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, fetch_column, fetch_value, transaction
from core.errors import Conflict, Forbidden, Invalid, say
from core.numbers import Id
from inventory import holders
from inventory.custody.due import Due, DueBy, find_due
from inventory.guests import NewGuest
from inventory.holders import Holder
from inventory.lots import moving
from inventory.lots.moving import NOTE, Counted, Quantity, lock_lots, refuse_too_few, write_move
from inventory.lots.reading import LotLoan, get_lot_loan, read_lot_loans

MOST_LOTS = 50
REFUSALS: Refusals = {
    **moving.REFUSALS,
    **holders.REFUSALS,
    "lot_loan_outstanding_is_not_negative": Conflict(
        say("Not so many of them are out any more"), field="back", code="too_many"
    ),
}


class LotItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many of one lot."""

    lot_id: Id
    quantity: Quantity


class LotHandOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many of which lots, to whom (exactly one of person, place, class and guest), until when:
    as of assets."""

    items: Annotated[list[LotItem], msgspec.Meta(min_length=1, max_length=MOST_LOTS)]
    person_id: Id | None = None
    place_id: Id | None = None
    group: Annotated[str, msgspec.Meta(examples=["五(2)班"])] | None = None
    group_id: Id | None = None
    guest_id: Id | None = None
    guest: NewGuest | None = None
    due_on: date | None = None
    due_by: DueBy | None = None
    due_period_id: Id | None = None
    note: str = ""

    @property
    def holder(self) -> Holder:
        return Holder(
            self.person_id, self.place_id, self.group, self.group_id, self.guest_id, self.guest
        )


class LotReturn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many of a loan came ``back``, and how many never will."""

    back: Counted = 0
    lost: Counted = 0
    broken: Counted = 0
    note: str = ""


# One statement for all of them: a class takes forty things of thirty lots.
HAND_OUT = """
INSERT INTO lot_loan (school, lot, holder, holder_place, borrower_group, guest, quantity,
                      started_at, due_at, due_lesson, handed_by, note)
SELECT :school, wanted.lot, :person, :place, :group, :guest, wanted.quantity, :now, :due,
       :lesson, :handed_by, :note
  FROM unnest(:lots::bigint[], :quantities::int[]) AS wanted (lot, quantity) ORDER BY wanted.lot
RETURNING id
"""
OUTSTANDING = "SELECT outstanding FROM lot_loan WHERE id = $1 FOR UPDATE"


async def hand_out_lots(actor: Actor, given: LotHandOut) -> list[LotLoan]:
    """Give some of one or several lots into somebody's hands: all of them or none.

    Conflict where fewer are there; the sentence says how many.
    """
    if actor.person_id is None:
        raise Forbidden(say("Only a person can hand something out"))
    who, note = given.holder.checked(), NOTE.checked("note", given.note)
    wanted: Counter[int] = Counter()
    for item in given.items:
        wanted[item.lot_id] += item.quantity
    async with transaction(actor, REFUSALS):
        lots = await lock_lots(actor, list(wanted))
        school_id = lots[0].school_id
        if any(lot.school_id != school_id for lot in lots):
            raise Invalid.of("items", say("Choose lots of one school"), code="two_schools")
        for lot in lots:
            refuse_too_few(lot, wanted[lot.id])
        await holders.refuse_unfit(school_id, who)
        due = await find_due(school_id, Due(given.due_on, given.due_by, given.due_period_id))
        columns = await holders.resolve(school_id, who)
        made = await fetch_column(
            int,
            HAND_OUT,
            school=school_id,
            person=columns.person,
            place=columns.place,
            group=columns.group,
            guest=columns.guest,
            lots=[lot.id for lot in lots],
            quantities=[wanted[lot.id] for lot in lots],
            now=clock.now(),
            due=due.at,
            lesson=due.lesson,
            handed_by=actor.person_id,
            note=note,
        )
    return await read_lot_loans(actor, made)


async def take_back_lot(actor: Actor, loan_id: int, given: LotReturn) -> LotLoan:
    """Take some of a loan back, or all; what is lost or broken ends the loan as well.

    Conflict if more come back than are out.
    """
    note = NOTE.checked("note", given.note)
    parts = (("taken_back", given.back), ("lost", given.lost), ("broken", given.broken))
    total = sum(quantity for _, quantity in parts)
    if not total:
        raise Invalid.of("back", say("Say how many came back"), code="required")
    loan = await get_lot_loan(actor, loan_id)
    async with transaction(actor, REFUSALS):
        # The lot first, as a hand-out does.
        (lot,) = await lock_lots(actor, [loan.lot_id])
        outstanding: int = await fetch_value(OUTSTANDING, loan_id)
        if total > outstanding:
            raise Conflict(
                say("Only {count} of them are out", count=outstanding),
                field="back",
                code="too_many",
            )
        for kind, quantity in parts:
            if quantity:
                await write_move(
                    actor,
                    lot.id,
                    lot.school_id,
                    kind,
                    quantity,
                    change=quantity if kind == "taken_back" else 0,
                    out_change=-quantity,
                    loan=loan_id,
                    note=note,
                )
    return await get_lot_loan(actor, loan_id)
