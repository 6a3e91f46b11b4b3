"""Donations are taken in, put right, acknowledged, and their things received as assets."""

from datetime import date
from typing import TypeVar

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch_one, fetch_value, refusing, transaction
from core.errors import Conflict, FieldError, Invalid, Message, NotFound, Problem, say
from core.permissions import EDIT_DONATIONS
from core.rows import insert_row, update_row
from core.texts import Line, Text, refuse, tidied
from inventory import numbers, serials, tables, tags
from inventory.assets import AssetRow, LifecycleState, find_by_tags
from inventory.assets.locking import MOST_AT_ONCE
from inventory.assets.writing import REFUSALS as ASSET_REFUSALS
from inventory.assets.writing import TEXTS as ASSET_TEXTS
from inventory.assets.writing import Draft, insert_assets, require_place_in_use
from inventory.donations.reading import LINES, get_donation
from inventory.donations.shapes import (
    Donation,
    DonationEdit,
    DonationFacts,
    DonationLine,
    LineEdit,
    NewDonation,
    NewLine,
    Receipt,
)
from inventory.donors import DonorFacts, NewDonor, create_donor
from inventory.models import ModelFacts, ensure_model
from inventory.scope import school_id_of

REFUSALS: dict[str, Message | Problem] = {
    "donation_donor_is_of_the_school": Invalid.of(
        "donor_id", say("Choose a donor of this school"), code="donor"
    ),
    "donation_donor_fkey": Invalid.of(
        "donor_id", say("Choose a donor of this school"), code="donor"
    ),
    "donation_line_once_a_model": Invalid.of(
        "model_id", say("This donation has a line of this model already"), code="taken"
    ),
    "donation_line_model_fkey": Invalid.of("model_id", say("There is no such model"), code="model"),
}
TEXTS = {
    "title": Line(tables.Donation.title, required=say("Give the donation a title")),
    "note": Text(4000),
}
LINE_TEXTS = {"note": Text(tables.DonationLine.note)}
Facts = TypeVar("Facts", bound=DonationFacts)
LineFacts = TypeVar("LineFacts", NewLine, LineEdit)
DECLARED_MOST = 100_000
EARLIEST = date(1980, 1, 1)


async def create_donation(
    actor: Actor, new: NewDonation, *, new_donor: DonorFacts | None = None
) -> Donation:
    """Write a gift into a school's books under its next acknowledgement number of the year.

    With ``new_donor`` the donor is added too: both or neither.
    """
    school_id = await school_id_of(actor, new.school)
    actor.require(school_id, EDIT_DONATIONS)
    new = _checked(new)
    with refusing(REFUSALS):
        async with transaction(actor):
            if new_donor is not None:
                facts = msgspec.structs.asdict(new_donor)
                donor = await create_donor(actor, NewDonor(school=new.school, **facts))
                new = msgspec.structs.replace(new, donor_id=donor.id)
            donation_id = await insert_row(
                tables.Donation,
                new,
                school=school_id,
                acknowledgement_number=await _next_acknowledgement(school_id, new.received_on.year),
                created_at=clock.now(),
            )
    return await get_donation(actor, donation_id)


async def update_donation(actor: Actor, donation_id: int, edit: DonationEdit) -> Donation:
    """Write a gift anew, unless somebody else did so since ``edit.version``."""
    await _get_editable(actor, donation_id)
    edit = _checked(edit)
    with refusing(REFUSALS):
        async with transaction(actor):
            if not await update_row(tables.Donation, donation_id, edit, version_read=edit.version):
                raise Conflict(
                    say("Somebody else changed this donation in the meantime; look at it again"),
                    code="version",
                )
    return await get_donation(actor, donation_id)


async def create_line(
    actor: Actor, donation_id: int, new: NewLine, *, new_model: ModelFacts | None = None
) -> Donation:
    """Add so many of one model, as the donor declared; each model has one line.

    With ``new_model`` the model is added to the list as well, if it is not there: both or neither.
    """
    donation = await _get_editable(actor, donation_id)
    new = _checked_line(new)
    with refusing(REFUSALS):
        async with transaction(actor):
            await insert_row(
                tables.DonationLine,
                new,
                school_id=donation.school_id,
                donation_id=donation.id,
                model_id=await ensure_model(new_model) if new_model else new.model_id,
            )
    return await get_donation(actor, donation_id)


async def update_line(actor: Actor, donation_id: int, line_id: int, edit: LineEdit) -> Donation:
    """Put right what was declared; what came is counted from what was received."""
    await _get_editable(actor, donation_id)
    edit = _checked_line(edit)
    async with transaction(actor):
        written = await execute(
            "UPDATE donation_line SET declared = $3, note = $4 WHERE id = $1 AND donation = $2",
            line_id,
            donation_id,
            edit.declared,
            edit.note,
        )
        if not written:
            raise _no_such_line()
    return await get_donation(actor, donation_id)


async def receive_line(
    actor: Actor, donation_id: int, line_id: int, receipt: Receipt
) -> list[AssetRow]:
    """Make an asset, with a tag of its own, of each thing of a line that came."""
    donation = await _get_editable(actor, donation_id)
    _refuse_wrong_receipt(receipt)
    with refusing({**REFUSALS, **ASSET_REFUSALS}):
        async with transaction(actor):
            line = await fetch_one(
                DonationLine, f"SELECT * FROM ({LINES}) l WHERE l.id = $2", donation.id, line_id
            )
            if line is None:
                raise _no_such_line()
            if receipt.place_id is not None:
                await require_place_in_use(receipt.place_id)
            await execute(
                "UPDATE donation_line SET received = received + $2 WHERE id = $1",
                line.id,
                receipt.count,
            )
            made = await _write_assets(donation, line, receipt)
            return await find_by_tags(actor, made)


async def acknowledge(actor: Actor, donation_id: int) -> Donation:
    """Note that the donor has been thanked; a second time changes nothing."""
    await _get_editable(actor, donation_id)
    async with transaction(actor):
        await execute(
            "UPDATE donation SET acknowledged_at = $2, version = version + 1"
            " WHERE id = $1 AND acknowledged_at IS NULL",
            donation_id,
            clock.now(),
        )
    return await get_donation(actor, donation_id)


async def _write_assets(donation: Donation, line: DonationLine, receipt: Receipt) -> list[str]:
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
                place_id=receipt.place_id,
                serial_number=serial or None,
            )
            for tag, serial in zip(made, padded, strict=True)
        )
    )
    return made


async def _next_acknowledgement(school_id: int, year: int) -> str:
    code: str = await fetch_value("SELECT code FROM school WHERE id = $1", school_id)
    (number,) = await numbers.take(numbers.acknowledgements_of(code, year))
    return number


async def _get_editable(actor: Actor, donation_id: int) -> Donation:
    donation = await get_donation(actor, donation_id)
    actor.require(donation.school_id, EDIT_DONATIONS)
    return donation


def _checked(facts: Facts) -> Facts:
    clean, errors = tidied(facts, TEXTS)
    if not EARLIEST <= facts.received_on <= clock.today("Pacific/Kiritimati"):
        errors.append(
            FieldError("received_on", say("A day on which something can have come"), "date")
        )
    refuse(errors)
    return clean


def _checked_line(line: LineFacts) -> LineFacts:
    clean, errors = tidied(line, LINE_TEXTS)
    if not 0 <= line.declared <= DECLARED_MOST:
        errors.append(
            FieldError("declared", say("Between 0 and {most}", most=DECLARED_MOST), "count")
        )
    refuse(errors)
    return clean


def _refuse_wrong_receipt(receipt: Receipt) -> None:
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


def _no_such_line() -> NotFound:
    return NotFound(say("This donation has no such line"))
