"""Donations: the list, one gift with its lines and what became of them, the donor's thanks."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.attachments.gallery import gallery_of
from api.inventory.donations import terms
from api.inventory.donations.attach_pages import AttachPages
from api.inventory.donations.table import FILES, TABLE, list_shown
from api.inventory.models import picking
from api.inventory.models.picking import submit_with_model
from api.inventory.options import chosen_donor, place_options, school_codes
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.lists import read_list
from api.kit.numbers import PathId
from api.kit.rendering import language_of, render
from api.kit.repeats import KEY_FIELD, new_key
from api.kit.submission import Once, attempt, submit
from api.wording import row_names
from core import schools
from core.access import Actor
from core.errors import Message, say
from core.numbers import Id
from core.permissions import EDIT_DONATIONS, READ_DONATIONS
from inventory import assets, attachments, disposals, donations, donors
from inventory.assets import AssetFilters, AssetRow
from inventory.donations import Donation, DonationFilters, LineEdit, NewLine, Receipt

SHOWN_ASSETS = 20


class Start(msgspec.Struct, frozen=True):
    """What the link to a new donation knows already."""

    school: str | None = None
    donor: Id | None = None


class ReceiptForm(msgspec.Struct, frozen=True):
    """Things of a line that came; serial numbers one a line."""

    count: int
    place_id: Id | None = None
    serial_numbers: str = ""
    as_lot: bool = False

    def receipt(self) -> Receipt:
        serials = tuple(self.serial_numbers.splitlines())
        return Receipt(self.count, self.place_id, serials, self.as_lot)


class DonationPages(Controller):
    """/donations"""

    include_in_schema = False

    @get(urls.donations, guards=[allow(READ_DONATIONS, tokens=False)])
    async def list_donations(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        asked = read_list(request, DonationFilters)
        query = asked.filters
        page = await list_shown(
            actor, query, cursor=asked.cursor, limit=asked.limit, sort=asked.sort
        )
        return render(
            request,
            "inventory/donations/list.html",
            page=page,
            shown=TABLE.shown(asked, language_of(request)),
            query=query,
            donor=await chosen_donor(actor, query.donor),
            schools=await school_codes(request, actor, READ_DONATIONS),
            may_write=actor.can(EDIT_DONATIONS),
        )

    @get(urls.new_donation, guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        start = convert_form(request.query_params, Start)
        form: dict[str, Any] = {
            "resale_forbidden": True,
            "wipe_on_intake": True,
            "name_public": True,
            "donor_id": start.donor,
            "school": start.school,
        }
        if start.donor is not None:
            form["school"] = (await donors.get_donor(actor, start.donor)).school
        return await terms.show_form(request, actor, Form(form))

    @post(urls.new_donation, guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def create(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await attempt(
            request,
            lambda: terms.create(request, actor),
            then=lambda made: see_other(urls.donation(made.id), say("Now add what was declared.")),
            page=lambda form: terms.show_form(request, actor, form),
        )

    @get(urls.donation, guards=[allow(READ_DONATIONS, tokens=False)])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], donation_id: PathId
    ) -> Response[str]:
        return await _donation_page(request, actor, donation_id)

    @get(urls.edit_donation, guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def show_edit(
        self, request: WebRequest, actor: NamedDependency[Actor], donation_id: PathId
    ) -> Response[str]:
        donation = await _kept(actor, donation_id)
        form = Form(msgspec.structs.asdict(donation))
        return await terms.show_form(request, actor, form, donation)

    @post(urls.edit_donation, guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def edit(
        self, request: WebRequest, actor: NamedDependency[Actor], donation_id: PathId
    ) -> Response[Any]:
        donation = await _kept(actor, donation_id)
        return await attempt(
            request,
            lambda: terms.edit(request, actor, donation),
            then=lambda _: see_other(urls.donation(donation_id), say("Saved.")),
            page=lambda form: terms.show_form(
                request, actor, form.with_version(donation.version), donation
            ),
        )

    @post(urls.donation_lines, guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def add_line(
        self, request: WebRequest, actor: NamedDependency[Actor], donation_id: PathId
    ) -> Response[Any]:
        return await submit_with_model(
            request,
            actor,
            NewLine,
            lambda new, model: donations.create_line(actor, donation_id, new, new_model=model),
            then=lambda _: see_other(urls.donation(donation_id), say("Saved.")),
            page=lambda form: _donation_page(request, actor, donation_id, form),
        )

    @post(
        urls.donation_line,
        guards=[allow(EDIT_DONATIONS, tokens=False)],
    )
    async def edit_line(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        donation_id: PathId,
        line_id: PathId,
    ) -> Response[Any]:
        return await submit(
            request,
            LineEdit,
            lambda form: donations.update_line(actor, donation_id, line_id, form),
            then=lambda _: see_other(urls.donation(donation_id), say("Saved.")),
            page=lambda form: _donation_page(request, actor, donation_id, form, line_id),
            fields=_fields_of_line(line_id),
        )

    @post(
        urls.receive_line,
        guards=[allow(EDIT_DONATIONS, tokens=False)],
    )
    async def receive(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        donation_id: PathId,
        line_id: PathId,
    ) -> Response[Any]:
        return await submit(
            request,
            ReceiptForm,
            lambda form: donations.receive_line(actor, donation_id, line_id, form.receipt()),
            then=lambda made: see_other(urls.donation(donation_id), _received(made)),
            page=lambda form: _donation_page(request, actor, donation_id, form, line_id),
            fields=_fields_of_line(line_id),
            once=Once(actor, list[AssetRow]),
        )

    @post(urls.undo_receipt, guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def undo_receipt(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        donation_id: PathId,
        receipt_id: PathId,
    ) -> Response[Any]:
        return await attempt(
            request,
            lambda: donations.undo_receipt(actor, donation_id, receipt_id),
            then=lambda _: see_other(urls.donation(donation_id), say("The receipt is undone.")),
            page=lambda form: _donation_page(request, actor, donation_id, form),
        )

    @get(urls.acknowledgement, guards=[allow(READ_DONATIONS, tokens=False)])
    async def show_acknowledgement(
        self, request: WebRequest, actor: NamedDependency[Actor], donation_id: PathId
    ) -> Response[str]:
        donation = await donations.get_donation(actor, donation_id)
        return render(
            request,
            "inventory/donations/acknowledgement.html",
            donation=donation,
            school=await schools.get_school(actor, donation.school_id),
        )

    @post(urls.acknowledgement, guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def acknowledge(self, actor: NamedDependency[Actor], donation_id: PathId) -> Redirect:
        await donations.acknowledge(actor, donation_id)
        return see_other(urls.donation(donation_id), say("The donor has been thanked."))


async def _kept(actor: Actor, donation_id: int) -> Donation:
    donation = await donations.get_donation(actor, donation_id)
    actor.require(donation.school_id, EDIT_DONATIONS)
    return donation


def _fields_of_line(line_id: int) -> dict[str, str]:
    """Each line has forms of its own on the page, so its fields are told apart by the line."""
    names = ("count", "place_id", "serial_numbers", "declared", "note")
    return {name: f"{name}-{line_id}" for name in names}


def _received(made: list[AssetRow]) -> Message:
    if not made:
        return say("Received: they are in the lot now.")
    return say(
        "Received: {count}, with the tags {first} to {last}.",
        count=len(made),
        first=made[0].tag,
        last=made[-1].tag,
    )


async def _donation_page(
    request: WebRequest,
    actor: Actor,
    donation_id: int,
    form: Form | None = None,
    line_id: int | None = None,
) -> Response[str]:
    """A gift; ``form`` is the one for a new line, or with ``line_id`` one of that line."""
    donation = await donations.get_donation(actor, donation_id)
    may_write = actor.can_at(donation.school_id, EDIT_DONATIONS)
    held = await assets.list_assets(actor, AssetFilters(donation=donation.id), limit=SHOWN_ASSETS)
    form = form or Form()
    return render(
        request,
        "inventory/donations/donation.html",
        donation=donation,
        held=held,
        ends=await disposals.list_of_donation(actor, donation.id),
        form=msgspec.structs.replace(form, values={}) if line_id else form,
        typed={line_id: form.values} if line_id else {},
        key=form.values.get(KEY_FIELD) or new_key(),
        may_write=may_write,
        gallery=await gallery_of(actor, await attachments.of_donation(actor, donation.id)),
        changes=await row_names.history(language_of(request), "donation", donation.id, limit=30),
        places=await place_options(actor, school_id=donation.school_id) if may_write else [],
        **await picking.choices(actor, form),
    )


PAGES: list[ControllerRouterHandler] = [DonationPages, AttachPages, *FILES]
