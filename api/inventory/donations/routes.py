"""Donors and donations over JSON."""

from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.http.access import allow
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from api.kit.numbers import PathId
from core.access import Actor
from core.paging import Page
from core.permissions import EDIT_DONATIONS, READ_DONATIONS
from inventory import donations, donors
from inventory.assets import AssetRow
from inventory.donations import (
    Donation,
    DonationEdit,
    DonationFilters,
    DonationRow,
    LineEdit,
    NewDonation,
    NewLine,
    Receipt,
)
from inventory.donations.reading import ORDERS
from inventory.donors import Donor, DonorFacts, DonorFilters, NewDonor


class DonorRoutes(Controller):
    """/api/v1/donors"""

    path = "/donors"
    tags = ("donations",)

    @get(
        guards=[allow(READ_DONATIONS)],
        operation_id="donor_list",
        summary="Donors by name",
        dependencies={"asked": asked_for(DonorFilters, donors.ORDERS)},
    )
    async def list_donors(
        self, actor: NamedDependency[Actor], asked: NamedDependency[ListQuery[DonorFilters]]
    ) -> Page[Donor]:
        return await donors.list_donors(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit, sort=asked.sort
        )

    @post(guards=[allow(EDIT_DONATIONS)], operation_id="donor_create", summary="Add a donor")
    async def create_donor(self, actor: NamedDependency[Actor], data: JSONBody[NewDonor]) -> Donor:
        return await donors.create_donor(actor, data)

    @get(
        "/{donor_id:int}",
        guards=[allow(READ_DONATIONS)],
        operation_id="donor_get",
        summary="One donor",
    )
    async def get_donor(self, actor: NamedDependency[Actor], donor_id: PathId) -> Donor:
        return await donors.get_donor(actor, donor_id)

    @put(
        "/{donor_id:int}",
        guards=[allow(EDIT_DONATIONS)],
        operation_id="donor_edit",
        summary="Write a donor anew",
    )
    async def edit_donor(
        self, actor: NamedDependency[Actor], donor_id: PathId, data: JSONBody[DonorFacts]
    ) -> Donor:
        return await donors.update_donor(actor, donor_id, data)


class DonationRoutes(Controller):
    """/api/v1/donations"""

    path = "/donations"
    tags = ("donations",)

    @get(
        guards=[allow(READ_DONATIONS)],
        operation_id="donation_list",
        summary="Donations, newest first",
        dependencies={"asked": asked_for(DonationFilters, ORDERS)},
    )
    async def list_donations(
        self, actor: NamedDependency[Actor], asked: NamedDependency[ListQuery[DonationFilters]]
    ) -> Page[DonationRow]:
        """`has_gap` keeps those of which something declared has not come."""
        return await donations.list_donations(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit, sort=asked.sort
        )

    @post(
        guards=[allow(EDIT_DONATIONS)], operation_id="donation_create", summary="Take in a donation"
    )
    async def create_donation(
        self, actor: NamedDependency[Actor], data: JSONBody[NewDonation]
    ) -> Donation:
        """It gets the school's next acknowledgement number of its year."""
        return await donations.create_donation(actor, data)

    @get(
        "/{donation_id:int}",
        guards=[allow(READ_DONATIONS)],
        operation_id="donation_get",
        summary="One donation, its lines and what became of its assets",
    )
    async def get_donation(self, actor: NamedDependency[Actor], donation_id: PathId) -> Donation:
        return await donations.get_donation(actor, donation_id)

    @put(
        "/{donation_id:int}",
        guards=[allow(EDIT_DONATIONS)],
        operation_id="donation_edit",
        summary="Write a donation anew",
    )
    async def edit_donation(
        self,
        actor: NamedDependency[Actor],
        donation_id: PathId,
        data: JSONBody[DonationEdit],
    ) -> Donation:
        """Refused (409) if somebody else changed it since `version`."""
        return await donations.update_donation(actor, donation_id, data)

    @post(
        "/{donation_id:int}/lines",
        guards=[allow(EDIT_DONATIONS)],
        operation_id="donation_line_create",
        summary="Add a line: so many of one model",
    )
    async def add_line(
        self, actor: NamedDependency[Actor], donation_id: PathId, data: JSONBody[NewLine]
    ) -> Donation:
        return await donations.create_line(actor, donation_id, data)

    @put(
        "/{donation_id:int}/lines/{line_id:int}",
        guards=[allow(EDIT_DONATIONS)],
        operation_id="donation_line_edit",
        summary="Put right what was declared",
    )
    async def edit_line(
        self,
        actor: NamedDependency[Actor],
        donation_id: PathId,
        line_id: PathId,
        data: JSONBody[LineEdit],
    ) -> Donation:
        return await donations.update_line(actor, donation_id, line_id, data)

    @post(
        "/{donation_id:int}/lines/{line_id:int}/receipts",
        guards=[allow(EDIT_DONATIONS)],
        operation_id="donation_line_receive",
        summary="Receive things of a line: each becomes an asset with a tag",
    )
    async def receive_line(
        self,
        actor: NamedDependency[Actor],
        donation_id: PathId,
        line_id: PathId,
        data: JSONBody[Receipt],
    ) -> Page[AssetRow]:
        made = await donations.receive_line(actor, donation_id, line_id, data)
        return Page(made)

    @post(
        "/{donation_id:int}/acknowledgement",
        guards=[allow(EDIT_DONATIONS)],
        operation_id="donation_acknowledge",
        summary="Note that the donor has been thanked",
        status_code=200,
    )
    async def acknowledge(self, actor: NamedDependency[Actor], donation_id: PathId) -> Donation:
        return await donations.acknowledge(actor, donation_id)
