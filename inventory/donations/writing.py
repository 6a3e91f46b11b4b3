"""Donations are taken in, put right and acknowledged."""

from datetime import date
from typing import TypeVar

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch_value, refusing, transaction
from core.errors import Conflict, FieldError, Invalid, Message, NotFound, Problem, say
from core.permissions import EDIT_DONATIONS
from core.rows import insert_row, update_row
from core.texts import Line, Text, refuse, tidied
from inventory import numbers, tables
from inventory.donations.reading import get_donation, get_editable
from inventory.donations.shapes import (
    Donation,
    DonationEdit,
    DonationFacts,
    LineEdit,
    NewDonation,
    NewLine,
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
    await get_editable(actor, donation_id)
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
    donation = await get_editable(actor, donation_id)
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
    await get_editable(actor, donation_id)
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


async def acknowledge(actor: Actor, donation_id: int) -> Donation:
    """Note that the donor has been thanked; a second time changes nothing."""
    await get_editable(actor, donation_id)
    async with transaction(actor):
        await execute(
            "UPDATE donation SET acknowledged_at = $2, version = version + 1"
            " WHERE id = $1 AND acknowledged_at IS NULL",
            donation_id,
            clock.now(),
        )
    return await get_donation(actor, donation_id)


async def _next_acknowledgement(school_id: int, year: int) -> str:
    code: str = await fetch_value("SELECT code FROM school WHERE id = $1", school_id)
    (number,) = await numbers.take(numbers.acknowledgements_of(code, year))
    return number


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


def _no_such_line() -> NotFound:
    return NotFound(say("This donation has no such line"))
