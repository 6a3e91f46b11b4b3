"""Rows of the inventory for tests: many assets at once, donors, donations."""

from datetime import date

from core import database
from inventory import donations, donors
from inventory.donations import Donation, NewDonation, NewLine
from tests.factories import MadePerson, MadeSchool, asset_model

MANY = """
INSERT INTO asset (tag, school, title_holder, model, lifecycle, condition, serial_number,
                   serial_trust, name, note, version, created_at)
SELECT upper($4) || '-' || lpad(n::text, 6, '0'), $1, $1, ($2::bigint[])[1 + n % cardinality($2)],
       CASE WHEN n % 50 = 0 THEN 'retired' ELSE 'in_service' END,
       CASE WHEN n % 40 = 0 THEN 'broken' ELSE 'ok' END,
       'SN' || lpad((n * 7919 % 1000003)::text, 7, '0') || $4, 'ok', {name}, '', 1, now()
  FROM generate_series(1, $3::int) n
"""


async def many_assets(of: MadeSchool, count: int, *, models: list[int], name: str = "''") -> None:
    """``count`` assets tagged by the school's code, written without their history.

    ``name`` is the SQL of the n-th one's.
    """
    async with database.transaction():
        await database.execute("ALTER TABLE asset DISABLE TRIGGER audit")
        await database.execute(MANY.format(name=name), of.id, models, count, of.code)
        await database.execute("ALTER TABLE asset ENABLE TRIGGER audit")
    await database.execute("ANALYZE asset")


async def donor(by: MadePerson, of: MadeSchool, name: str = "Sample Foundation") -> int:
    made = await donors.create_donor(
        by.actor,
        donors.NewDonor(school=of.code, kind=donors.DonorKind.organisation, name=name),
    )
    return made.id


async def donation(
    by: MadePerson,
    of: MadeSchool,
    *,
    declared: int = 5,
    name_public: bool = True,
    received_on: date = date(2026, 3, 2),
) -> Donation:
    """A donation with one line of ``declared`` computers, none received yet."""
    made = await donations.create_donation(
        by.actor,
        NewDonation(
            school=of.code,
            donor_id=await donor(by, of),
            title="Computers of a sample company",
            received_on=received_on,
            name_public=name_public,
        ),
    )
    await donations.create_line(by.actor, made.id, NewLine(await asset_model(), declared))
    return await donations.get_donation(by.actor, made.id)
