"""Things of a donation come: each an asset with a tag; what was received by mistake is undone."""

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch_column, fetch_one, fetch_value, refusing, transaction
from core.errors import Conflict, Invalid, NotFound, say
from core.rows import insert_row
from inventory import serials, tables, tags
from inventory.assets import AssetRow, LifecycleState, find_by_tags, take_steps
from inventory.assets.locking import MOST_AT_ONCE
from inventory.assets.writing import REFUSALS, Draft, insert_assets
from inventory.assets.writing import TEXTS as ASSET_TEXTS
from inventory.donations.reading import LINES, get_donation, get_editable
from inventory.donations.shapes import Donation, DonationLine, Receipt
from inventory.lots.moving import REFUSALS as LOT_REFUSALS
from inventory.lots.moving import ensure_lot, lock_lots, refuse_too_few, write_move
from inventory.places import require_place_in_use

UNDO = """
UPDATE donation_receipt r SET undone_at = greatest(:now, r.received_at)
  FROM donation_line l
 WHERE r.id = :receipt AND l.id = r.donation_line AND l.donation = :donation
   AND r.undone_at IS NULL
RETURNING r.id
"""
IS_THERE = """
SELECT EXISTS (SELECT FROM donation_receipt r JOIN donation_line l ON l.id = r.donation_line
                WHERE r.id = $1 AND l.donation = $2)
"""
STILL_THERE = "SELECT tag FROM asset WHERE receipt = $1 AND lifecycle <> 'voided' ORDER BY tag"


RECEIVED = """
SELECT v.lot AS lot_id, v.quantity, r.donation_line AS line_id
  FROM lot_move v JOIN donation_receipt r ON r.id = v.receipt
 WHERE v.receipt = $1 AND v.kind = 'received'
"""


class _Received(msgspec.Struct):
    lot_id: int
    quantity: int
    line_id: int


async def receive_line(
    actor: Actor, donation_id: int, line_id: int, receipt: Receipt
) -> list[AssetRow]:
    """Make an asset, with a tag of its own, of each thing of a line that came.

    Of what comes as a lot no asset is made, and none given.
    """
    donation = await get_editable(actor, donation_id)
    _refuse_wrong(receipt)
    with refusing({**LOT_REFUSALS, **REFUSALS}):
        async with transaction(actor):
            line = await get_line(donation, line_id)
            if receipt.place_id is not None:
                await require_place_in_use(receipt.place_id)
            await execute(
                "UPDATE donation_line SET received = received + $2 WHERE id = $1",
                line.id,
                receipt.count,
            )
            receipt_id = await _open_receipt(actor, donation, line)
            if receipt.as_lot:
                await _put_into_lot(actor, donation, line, receipt, receipt_id)
                return []
            made = await _write_assets(donation, line, receipt, receipt_id)
            return await find_by_tags(actor, made)


async def undo_receipt(actor: Actor, donation_id: int, receipt_id: int) -> Donation:
    """Take back a receipt that was a mistake: its assets are voided, the numbers go back, and
    what came as a lot leaves it.

    All of them or none: refused, row by row, once anything has happened with one of them.
    """
    donation = await get_editable(actor, donation_id)
    async with transaction(actor, LOT_REFUSALS):
        undone = await fetch_value(UNDO, now=clock.now(), receipt=receipt_id, donation=donation_id)
        if undone is None:
            if await fetch_value(IS_THERE, receipt_id, donation_id):
                raise Conflict(say("This receipt is undone already"), code="undone")
            raise NotFound(say("This donation has no such receipt"))
        await _take_out_of_lot(actor, receipt_id)
        made = await fetch_column(str, STILL_THERE, receipt_id)
        if made:
            reason = donation.acknowledgement_number
            await take_steps(actor, made, LifecycleState.voided, reason=reason)
    return await get_donation(actor, donation_id)


async def get_line(donation: Donation, line_id: int) -> DonationLine:
    """One line of a donation, else NotFound."""
    line = await fetch_one(
        DonationLine, f"SELECT * FROM ({LINES}) l WHERE l.id = $2", donation.id, line_id
    )
    if line is None:
        raise NotFound(say("This donation has no such line"))
    return line


async def _open_receipt(actor: Actor, donation: Donation, line: DonationLine) -> int:
    return await insert_row(
        tables.DonationReceipt,
        school_id=donation.school_id,
        donation_line_id=line.id,
        received_at=clock.now(),
        by=actor.person_id,
    )


async def _put_into_lot(
    actor: Actor, donation: Donation, line: DonationLine, receipt: Receipt, receipt_id: int
) -> None:
    if receipt.place_id is None:
        raise Invalid.of("place_id", say("Say where the lot is"), code="required")
    lot_id = await ensure_lot(donation.school_id, line.model_id, receipt.place_id)
    await write_move(
        actor, lot_id, donation.school_id, "received", receipt.count, receipt=receipt_id
    )


async def _take_out_of_lot(actor: Actor, receipt_id: int) -> None:
    """The reverse; Conflict once some of them are gone from the lot."""
    move = await fetch_one(_Received, RECEIVED, receipt_id)
    if move is None:
        return
    (lot,) = await lock_lots(actor, [move.lot_id])
    refuse_too_few(lot, move.quantity)
    await write_move(
        actor,
        lot.id,
        lot.school_id,
        "undone",
        move.quantity,
        change=-move.quantity,
        receipt=receipt_id,
    )
    await execute(
        "UPDATE donation_line SET received = received - $2 WHERE id = $1",
        move.line_id,
        move.quantity,
    )


async def _write_assets(
    donation: Donation, line: DonationLine, receipt: Receipt, receipt_id: int
) -> list[str]:
    made = await tags.next_tags(donation.school_id, receipt.count)
    known = [text for text in receipt.serial_numbers if serials.clean(text)]
    padded = known + [""] * (receipt.count - len(known))
    await insert_assets(
        *(
            Draft(
                tag=tag,
                school_id=donation.school_id,
                title_holder_id=donation.school_id,
                model_id=line.model_id,
                lifecycle=LifecycleState.received,
                donation_line_id=line.id,
                receipt_id=receipt_id,
                place_id=receipt.place_id,
                serial_number=serial or None,
            )
            for tag, serial in zip(made, padded, strict=True)
        ),
        at=clock.now(),
    )
    return made


def _refuse_wrong(receipt: Receipt) -> None:
    if not 1 <= receipt.count <= MOST_AT_ONCE:
        raise Invalid.of("count", say("Between 1 and {most}", most=MOST_AT_ONCE), code="count")
    for text in receipt.serial_numbers:
        ASSET_TEXTS["serial_number"].checked("serial_numbers", text)
    if len([text for text in receipt.serial_numbers if text.strip()]) > receipt.count:
        raise Invalid.of(
            "serial_numbers",
            say("More serial numbers than things: {count} came", count=receipt.count),
            code="too_many",
        )
