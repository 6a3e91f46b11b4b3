"""A stock-take ends: what was not seen is sorted out, nothing of the books changes, two people sign."""

from typing import Annotated

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute, transaction
from core.errors import Conflict, Invalid, say
from core.permissions import EDIT_EQUIPMENT
from core.rows import insert_row
from core.texts import Line
from inventory import tables
from inventory.signatures import MOST_STROKES, Stroke, as_json, find_drawing_error
from inventory.stocktakes.reading import find_stocktake, get_stocktake
from inventory.stocktakes.shapes import SigningPart, StocktakeDetails, StocktakeState

SIGNER = Line(tables.StocktakeSignature.signer, required=say("Write who signs"))
HAS_ENDED = Conflict(say("This stock-take has ended already"), code="stocktake_ends_once")
REFUSALS: Refusals = {
    "stocktake_signature_once_a_part": Conflict(say("This has been signed already")),
    "stocktake_signature_is_of_a_result": Conflict(
        say("Close the stock-take first: there is no result to sign yet")
    ),
}
END = """
UPDATE stocktake SET state = :state, ended_at = :at, ended_by = :by, counts_untouched_rooms = :untouched
 WHERE id = :id AND state = 'open'
"""


class Closing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How it is closed: whether rooms in which nothing was seen were looked at too.

    Else what was expected there is not counted, and not missing.
    """

    counts_untouched_rooms: bool = False


class NewStocktakeSignature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signs the result, as what, and what was drawn (a stroke is x, y, x, y …)."""

    part: SigningPart
    signer: Annotated[str, msgspec.Meta(examples=["王芳"])]
    strokes: Annotated[list[Stroke], msgspec.Meta(max_length=MOST_STROKES)]


async def close_stocktake(actor: Actor, stocktake_id: int, closing: Closing) -> StocktakeDetails:
    """Close it: what nobody saw is missing, with somebody, or not counted. No asset changes by it.

    Conflict if it has ended already.
    """
    return await _end(actor, stocktake_id, StocktakeState.closed, closing)


async def cancel_stocktake(actor: Actor, stocktake_id: int) -> StocktakeDetails:
    """Give it up: what was seen stays on record, nothing follows. Conflict if it has ended already."""
    return await _end(actor, stocktake_id, StocktakeState.cancelled, Closing())


async def sign_stocktake(
    actor: Actor, stocktake_id: int, new: NewStocktakeSignature
) -> StocktakeDetails:
    """Store who signs for the result, once for each part; Conflict while it is not closed."""
    found = await find_stocktake(actor, stocktake_id)
    actor.require(found.school_id, EDIT_EQUIPMENT)
    signer = SIGNER.tidy(new.signer)
    errors = [SIGNER.find_error("signer", signer), find_drawing_error(new.strokes)]
    if wrong := [error for error in errors if error]:
        raise Invalid(wrong)
    async with transaction(actor, REFUSALS):
        await insert_row(
            tables.StocktakeSignature,
            stocktake=stocktake_id,
            part=new.part,
            signer=signer,
            strokes=as_json(new.strokes),
            signed_at=clock.now(),
            recorded_by=actor.person_id,
        )
    return await get_stocktake(actor, stocktake_id)


async def _end(
    actor: Actor, stocktake_id: int, state: StocktakeState, closing: Closing
) -> StocktakeDetails:
    found = await find_stocktake(actor, stocktake_id)
    actor.require(found.school_id, EDIT_EQUIPMENT)
    async with transaction(actor):
        ended = await execute(
            END,
            id=stocktake_id,
            state=state,
            at=clock.now(),
            by=actor.person_id,
            untouched=closing.counts_untouched_rooms,
        )
        if not ended:
            raise HAS_ENDED
    return await get_stocktake(actor, stocktake_id)
