"""A transfer of a school of the tests that is in dispute, by the names that requests use."""

from datetime import date

from inventory import transfers
from inventory.transfers import (
    NewReceipt,
    NewTransfer,
    ReceivedLine,
    Sending,
    Side,
    SideSignature,
)
from tests import factories
from tests.factories import MadePerson, MadeSchool


async def transfer(admin: MadePerson, school: MadeSchool, mark: str) -> dict[str, str | int]:
    """What was sent did not arrive at another school, and something else came."""
    partner = await factories.school(f"{mark.upper()}-PARTNER")
    gets = await factories.person("technician", partner)
    thing = await factories.asset(school)
    new = NewTransfer([thing.tag], partner.code, reason=f"{mark} gives")
    made = await transfers.create_transfer(admin.actor, new)
    await transfers.send_transfer(admin.actor, made.id)
    lines = [ReceivedLine(f"{mark} beside")]
    half = await transfers.receive_transfer(gets.actor, made.id, NewReceipt(lines))
    drawn = [[20, 100, 60, 40, 110, 130, 150, 60]]
    await transfers.sign_transfer(
        gets.actor, made.id, SideSignature("Wang", drawn, side=Side.receiver)
    )
    return {
        "partner": partner.code,
        "transfer_id": made.id,
        "transfer_line_id": next(one.id for one in half.items if one.is_open),
        "extra_id": half.extras[0].id,
        "draft_id": await _draft(admin, partner, school),
        "coming_id": await _coming(gets, partner, school),
        "lent_id": await _lent(admin, gets, partner, school),
    }


async def _draft(admin: MadePerson, partner: MadeSchool, school: MadeSchool) -> int:
    """What has not been sent yet."""
    thing = await factories.asset(school)
    return (await transfers.create_transfer(admin.actor, NewTransfer([thing.tag], partner.code))).id


async def _coming(gets: MadePerson, partner: MadeSchool, school: MadeSchool) -> int:
    """What is on its way to the school."""
    thing = await factories.asset(partner)
    made = await transfers.create_transfer(gets.actor, NewTransfer([thing.tag], school.code))
    return (await transfers.send_transfer(gets.actor, made.id)).id


async def _lent(
    admin: MadePerson, gets: MadePerson, partner: MadeSchool, school: MadeSchool
) -> int:
    """What the school has from another until a day."""
    thing = await factories.asset(partner)
    new = NewTransfer([thing.tag], school.code, Sending.loan, date(2099, 1, 7))
    made = await transfers.create_transfer(gets.actor, new)
    await transfers.send_transfer(gets.actor, made.id)
    receipt = NewReceipt([ReceivedLine(thing.tag)])
    return (await transfers.receive_transfer(admin.actor, made.id, receipt)).id
