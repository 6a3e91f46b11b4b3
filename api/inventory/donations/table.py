"""The columns of the list of donations, on its page and in its files."""

import msgspec

from api import urls
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from api.wording.words import word_of
from core.access import Actor
from core.errors import say
from core.paging import Page
from core.permissions import READ_DONATIONS
from inventory import donations
from inventory.donations import DonationFilters, DonationRow
from inventory.donations.reading import ORDERS


async def list_shown(
    actor: Actor, filters: DonationFilters, *, cursor: str | None, limit: int, sort: str | None
) -> Page[DonationRow]:
    """The donations of the page: its box, when it is not ticked, keeps nothing out."""
    wanted = msgspec.structs.replace(filters, has_gap=filters.has_gap or None)
    return await donations.list_donations(actor, wanted, cursor=cursor, limit=limit, sort=sort)


TABLE = ListTable[DonationRow](
    "donations",
    [
        Column("title", say("Donation"), lambda gift, _: gift.title),
        Column(
            "number",
            say("Acknowledgement number"),
            lambda gift, _: gift.acknowledgement_number,
            on_page=False,
        ),
        Column(
            "school", say("School"), lambda gift, _: gift.school, on_page=False, names_school=True
        ),
        Column(
            "donor",
            say("Donor"),
            lambda gift, speech: gift.donor or word_of(speech, "donor_kind", gift.donor_kind),
        ),
        Column("received_on", say("Came on"), lambda gift, _: gift.received_on),
        Column("declared", say("Declared"), lambda gift, _: gift.declared, numeric=True),
        Column("received", say("Number received"), lambda gift, _: gift.received, numeric=True),
        Column("missing", say("Gap"), lambda gift, _: gift.missing),
        Column(
            "thanks",
            say("Thanks"),
            lambda gift, speech: speech.words(
                say("Thanked") if gift.acknowledged_at else say("Not yet")
            ),
        ),
    ],
    ORDERS,
)
FILES = list_files(
    TABLE,
    DonationFilters,
    list_shown,
    csv=urls.donations_csv,
    xlsx=urls.donations_xlsx,
    read=READ_DONATIONS,
)
