"""The way back of what another school has lent."""

from core.access import Actor
from core.database import fetch_column, transaction
from core.errors import Conflict, say
from core.permissions import EDIT_EQUIPMENT
from inventory.transfers.drafting import add_lines, insert_transfer, lock_sent
from inventory.transfers.locking import REFUSALS, acting_person, lock_transfer
from inventory.transfers.reading import get_transfer
from inventory.transfers.shapes import ReturnOf, Transfer, TransferKind, TransferState

NOT_BACK = """
SELECT a.tag FROM transfer_line l JOIN asset a ON a.id = l.asset
 WHERE l.transfer = $1 AND l.outcome IN ('received', 'late') AND l.returned_by IS NULL
   AND a.lifecycle NOT IN (SELECT state FROM lifecycle WHERE is_end)
   AND NOT EXISTS (SELECT FROM transfer_line o WHERE o.asset = a.id AND o.is_open)
 ORDER BY a.tag LIMIT 500
"""


async def begin_return(actor: Actor, transfer_id: int, new: ReturnOf) -> Transfer:
    """A draft of the way back, by the school that has the things: those named, or all that are not
    on their way yet. Refused, row by row, while one is handed out or in repair."""
    by = acting_person(actor)
    async with transaction(actor, REFUSALS):
        loan = await lock_transfer(actor, transfer_id)
        actor.require(loan.to_school_id, EDIT_EQUIPMENT)
        if loan.kind is not TransferKind.loan or loan.state not in (
            TransferState.received,
            TransferState.disputed,
        ):
            raise Conflict(say("This is no loan that lasts"), code="no_loan")
        wanted = new.tags or await fetch_column(str, NOT_BACK, loan.id)
        if not wanted:
            raise Conflict(say("All of it is back or on its way back"), code="all_back")
        stack = await lock_sent(actor, wanted, loan_id=loan.id)
        stack.raise_refused()
        made = await insert_transfer(
            by, loan.to_school_id, loan.school_id, kind=TransferKind.return_, loan=loan.id
        )
        await add_lines(by, made, stack.assets)
    return await get_transfer(actor, made)
