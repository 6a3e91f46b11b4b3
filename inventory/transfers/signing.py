"""Both schools sign for a transfer: who sent it, and who received it."""

from core import clock
from core.access import Actor
from core.database import Refusals, transaction
from core.errors import Conflict, say
from core.permissions import EDIT_EQUIPMENT
from core.rows import insert_row
from inventory import tables
from inventory.custody.hand_overs import checked_signer
from inventory.signatures import as_json
from inventory.transfers.locking import lock_transfer
from inventory.transfers.reading import get_transfer
from inventory.transfers.shapes import Side, SideSignature, SignedLine, Transfer, TransferLine

REFUSALS: Refusals = {
    "transfer_signature_once_a_side": Conflict(say("This has been signed already"), code="signed"),
}


async def sign_transfer(actor: Actor, transfer_id: int, new: SideSignature) -> Transfer:
    """Store who signed for one of the schools, once, by those who keep its equipment.

    The sender signs once it is sent, the receiver once it is received.
    """
    async with transaction(actor, REFUSALS):
        locked = await lock_transfer(actor, transfer_id)
        is_sender = new.side is Side.sender
        actor.require(locked.school_id if is_sender else locked.to_school_id, EDIT_EQUIPMENT)
        signer = checked_signer(new)
        found = await get_transfer(actor, transfer_id)
        if (found.sent_at if is_sender else found.received_at) is None:
            raise Conflict(
                say("Sign once it is sent") if is_sender else say("Sign once it is received"),
                code="too_early",
            )
        await insert_row(
            tables.TransferSignature,
            school_id=locked.school_id,
            transfer=transfer_id,
            side=new.side,
            signer=signer,
            items=as_json([_signed(item, new.side) for item in found.items]),
            strokes=as_json(new.strokes),
            signed_at=clock.now(),
            recorded_by=actor.person_id,
        )
    return await get_transfer(actor, transfer_id)


def _signed(item: TransferLine, side: Side) -> SignedLine:
    condition = item.condition_out if side is Side.sender else item.condition_in
    return SignedLine(item.tag, item.title, item.serial_number, item.outcome, condition)
