"""What was received of a donation over JSON: undone, or attached and taken out later."""

from typing import Annotated

import msgspec
from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.http.access import allow
from api.kit.numbers import PathId
from core.access import Actor
from core.paging import Page
from core.permissions import EDIT_DONATIONS
from inventory import donations
from inventory.assets import AssetRow
from inventory.donations import Donation


class Attached(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which assets came with the donation."""

    tags: Annotated[list[str], msgspec.Meta(examples=[["S1-00042", "S1-00043"]])]


class ReceivedRoutes(Controller):
    """/api/v1/donations/…: receipts and attached assets"""

    path = "/donations"
    tags = ("donations",)

    @post(
        "/{donation_id:int}/receipts/{receipt_id:int}/undo",
        guards=[allow(EDIT_DONATIONS)],
        operation_id="donation_receipt_undo",
        summary="Undo a wrong receipt: its assets are voided, the numbers go back",
        status_code=200,
    )
    async def undo_receipt(
        self, actor: NamedDependency[Actor], donation_id: PathId, receipt_id: PathId
    ) -> Donation:
        """All of its assets or none: 409 names each with which something has happened already."""
        return await donations.undo_receipt(actor, donation_id, receipt_id)

    @post(
        "/{donation_id:int}/lines/{line_id:int}/assets",
        guards=[allow(EDIT_DONATIONS)],
        operation_id="donation_line_attach",
        summary="Count assets that are in the books already as received of a line",
        status_code=200,
    )
    async def attach_assets(
        self,
        actor: NamedDependency[Actor],
        donation_id: PathId,
        line_id: PathId,
        data: JSONBody[Attached],
    ) -> Page[AssetRow]:
        """All of them or none: of the line's model, of no donation yet, owned by its school."""
        return Page(await donations.attach_assets(actor, donation_id, line_id, data.tags))

    @post(
        "/{donation_id:int}/detached-assets",
        guards=[allow(EDIT_DONATIONS)],
        operation_id="donation_detach",
        summary="Take assets that were attached by mistake out of a donation",
        status_code=200,
    )
    async def detach_assets(
        self, actor: NamedDependency[Actor], donation_id: PathId, data: JSONBody[Attached]
    ) -> Page[AssetRow]:
        """All of them or none; what was received with the donation is undone by its receipt."""
        return Page(await donations.detach_assets(actor, donation_id, data.tags))
