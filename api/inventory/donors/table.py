"""The columns of the list of donors, on its page and in its files."""

from api import urls
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from api.wording.words import word_of
from core.errors import say
from core.permissions import READ_DONATIONS
from inventory import donors
from inventory.donors import ORDERS, Donor, DonorFilters

TABLE = ListTable[Donor](
    "donors",
    [
        Column(
            "name",
            say("Name"),
            lambda donor, speech: donor.name or word_of(speech, "donor_kind", donor.kind),
        ),
        Column(
            "kind",
            say("Kind"),
            lambda donor, speech: word_of(speech, "donor_kind", donor.kind),
            line="title",
        ),
        Column(
            "contact",
            say("Contact"),
            lambda donor, _: donor.contact,
            line=lambda donor: "where" if donor.contact else "",
        ),
        Column("school", say("School"), lambda donor, _: donor.school, names_school=True),
        Column(
            "donations",
            say("Number of donations"),
            lambda donor, _: donor.donations,
            line="state",
            numeric=True,
        ),
    ],
    ORDERS,
)
FILES = list_files(
    TABLE,
    DonorFilters,
    donors.list_donors,
    csv=urls.donors_csv,
    xlsx=urls.donors_xlsx,
    read=READ_DONATIONS,
    # How to reach a donor is for people only, as on the pages.
    tokens=False,
)
