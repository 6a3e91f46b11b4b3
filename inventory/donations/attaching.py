"""Assets that are in the books already are attached to the donation they came with."""

import msgspec

from core.access import Actor
from core.database import execute, fetch, refusing, transaction
from core.errors import Conflict, FieldError, Invalid, Message, Problem, say
from inventory.assets import AssetRow, find_by_tags
from inventory.assets.locking import HAS_LEFT, Locked, Stack, lock_stack
from inventory.assets.shapes import ENDS
from inventory.donations.reading import get_editable
from inventory.donations.receiving import get_line
from inventory.donations.shapes import Donation, DonationLine

# What is said when a rule refuses whoever wrote without the lock.
REFUSALS: dict[str, Message | Problem] = {
    "asset_is_of_one_donation": say("One of these is of a donation already"),
    "asset_model_is_of_the_line": say("One of these is of another model than the line"),
    "asset_is_owned_by_the_donations_school": say("One of these belongs to another school"),
    "not_wiped": say("The donor of one of these asks that data is wiped first; record the wipe"),
    **HAS_LEFT,
}


class _Facts(msgspec.Struct, frozen=True):
    id: int
    model: str
    donation_id: int | None
    donation: str | None
    is_received: bool
    title_holder_id: int
    is_unwiped: bool


FACTS = """
SELECT a.id, model_title(m.brand, m.name) AS model, g.id AS donation_id, g.title AS donation,
       a.receipt IS NOT NULL AS is_received, a.title_holder AS title_holder_id,
       holds_data(m.kind) AND a.lifecycle IN ('in_service', 'in_repair') AND NOT asset_is_wiped(a.id)
           AS is_unwiped
  FROM asset a JOIN asset_model m ON m.id = a.model
  LEFT JOIN donation_line l ON l.id = a.donation_line LEFT JOIN donation g ON g.id = l.donation
 WHERE a.id = any($1::bigint[])
"""


async def attach_assets(
    actor: Actor, donation_id: int, line_id: int, wanted: list[str]
) -> list[AssetRow]:
    """Count assets as received of a line, all or none; every refused row is named.

    They are of the line's model, of no donation yet, and the donation's school owns them. What is
    in use while the donor asks for a wipe needs a recorded one first.
    """
    donation = await get_editable(actor, donation_id)
    with refusing(REFUSALS):
        async with transaction(actor):
            line = await get_line(donation, line_id)
            stack = await _lock_joining(actor, wanted, donation, line)
            stack.raise_refused()
            await _write(stack, line.id)
            return await find_by_tags(actor, [asset.tag for asset in stack.assets])


async def detach_assets(actor: Actor, donation_id: int, wanted: list[str]) -> list[AssetRow]:
    """Take assets that were attached by mistake out of the donation, all or none."""
    donation = await get_editable(actor, donation_id)
    with refusing(REFUSALS):
        async with transaction(actor):
            stack = await _lock_leaving(actor, wanted, donation)
            stack.raise_refused()
            await _write(stack, None)
            return await find_by_tags(actor, [asset.tag for asset in stack.assets])


async def check_attach(
    actor: Actor, donation_id: int, line_id: int | None, wanted: list[str]
) -> tuple[FieldError, ...]:
    """What stands in the way of attaching these, row by row; nothing is changed."""
    donation = await get_editable(actor, donation_id)
    async with transaction(actor):
        line = await get_line(donation, line_id) if line_id is not None else None
        return (await _lock_joining(actor, wanted, donation, line)).errors


async def check_detach(actor: Actor, donation_id: int, wanted: list[str]) -> tuple[FieldError, ...]:
    """What stands in the way of taking these out, row by row; nothing is changed."""
    donation = await get_editable(actor, donation_id)
    async with transaction(actor):
        return (await _lock_leaving(actor, wanted, donation)).errors


async def _write(stack: Stack, line_id: int | None) -> None:
    await execute(
        "UPDATE asset SET donation_line = $2, version = version + 1 WHERE id = any($1::bigint[])",
        [asset.id for asset in stack.assets],
        line_id,
    )


async def _lock_joining(
    actor: Actor, wanted: list[str], donation: Donation, line: DonationLine | None
) -> Stack:
    stack = await lock_stack(actor, wanted)
    for asset, facts in await _facts(stack):
        if _refuse_ended(stack, asset):
            continue
        if facts.donation is not None:
            taken = say(
                "{tag} is of the donation “{donation}” already",
                tag=asset.tag,
                donation=facts.donation,
            )
            stack.refuse(asset, Conflict, taken, "asset_is_of_one_donation")
        elif line is not None and asset.model_id != line.model_id:
            other = say(
                "{tag} is a {model}; this line is of {wanted}",
                tag=asset.tag,
                model=facts.model,
                wanted=line.model,
            )
            stack.refuse(asset, Invalid, other, "model")
        elif facts.title_holder_id != donation.school_id:
            owner = say("{tag} belongs to another school than the donation", tag=asset.tag)
            stack.refuse(asset, Invalid, owner, "school")
        elif donation.wipe_on_intake and facts.is_unwiped:
            unwiped = say(
                "{tag} is in use, and the donor of “{donation}” asks that data is wiped before;"
                " record the wipe first",
                tag=asset.tag,
                donation=donation.title,
            )
            stack.refuse(asset, Conflict, unwiped, "not_wiped")
    return stack


async def _lock_leaving(actor: Actor, wanted: list[str], donation: Donation) -> Stack:
    stack = await lock_stack(actor, wanted)
    for asset, facts in await _facts(stack):
        if _refuse_ended(stack, asset):
            continue
        if facts.donation_id != donation.id:
            other = say("{tag} is not of this donation", tag=asset.tag)
            stack.refuse(asset, Invalid, other, "donation")
        elif facts.is_received:
            received = say(
                "{tag} was received with this donation; undo its receipt instead", tag=asset.tag
            )
            stack.refuse(asset, Conflict, received, "received")
    return stack


def _refuse_ended(stack: Stack, asset: Locked) -> bool:
    if asset.lifecycle not in ENDS:
        return False
    ended = say("{tag} has left the books; its donation stays as it is", tag=asset.tag)
    stack.refuse(asset, Conflict, ended, "asset_has_left_the_books")
    return True


async def _facts(stack: Stack) -> list[tuple[Locked, _Facts]]:
    found = await fetch(_Facts, FACTS, [asset.id for asset in stack.assets])
    facts = {one.id: one for one in found}
    return [(asset, facts[asset.id]) for asset in stack.assets]
