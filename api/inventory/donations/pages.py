"""Donations: the list, one gift with its lines and what became of them, the donor's thanks."""

from datetime import date
from typing import Any
from uuid import uuid4

import msgspec
from litestar import Controller, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.donors import picking as donor_picking
from api.inventory.models import picking
from api.inventory.models.picking import convert_with_model
from api.inventory.options import place_options, school_codes
from api.kit.flash import see_other
from api.kit.forms import as_typed, convert_form, read_form
from api.kit.numbers import PathId
from api.kit.rendering import language_of, render
from api.wording import row_names
from core import schools
from core.access import Actor
from core.errors import FieldError, Invalid, say
from core.idempotency import once
from core.numbers import Id, Version
from core.paging import DEFAULT_LIMIT
from core.permissions import EDIT_DONATIONS, READ_DONATIONS
from inventory import assets, donations, donors
from inventory.assets import AssetFilters, AssetRow
from inventory.donations import Donation, DonationEdit, LineEdit, NewDonation, NewLine, Receipt
from inventory.donors import DonorFacts, DonorKind

SHOWN_ASSETS = 20


class ListQuery(msgspec.Struct, frozen=True):
    """The list's filters and page, as they stand in its address."""

    q: str = ""
    school: str | None = None
    donor: Id | None = None
    has_gap: bool | None = None
    cursor: str | None = None
    limit: int = DEFAULT_LIMIT


class Start(msgspec.Struct, frozen=True):
    """What the link to a new donation knows already."""

    school: str | None = None
    donor: Id | None = None


class TermsForm(msgspec.Struct, frozen=True):
    """The form of a gift; a box that is not ticked is a term that does not hold."""

    donor_id: Id
    title: str
    received_on: date
    return_on_end: bool = False
    resale_forbidden: bool = False
    wipe_on_intake: bool = False
    name_public: bool = False
    note: str = ""
    school: str = ""
    version: Version = 0


class NewDonorForm(msgspec.Struct, frozen=True):
    """A donor who is not in the list yet."""

    new_donor_kind: DonorKind | None = None
    new_donor_name: str = ""
    new_donor_contact: str = ""

    def facts(self) -> DonorFacts | None:
        """The donor to be added; None if nothing is written here."""
        if self.new_donor_kind is None and not self.new_donor_name:
            return None
        kind = self.new_donor_kind or DonorKind.organisation
        return DonorFacts(kind, self.new_donor_name, self.new_donor_contact)


class ReceiptForm(msgspec.Struct, frozen=True):
    """Things of a line that came; serial numbers one a line."""

    count: int
    place_id: Id | None = None
    serial_numbers: str = ""
    key: str = ""

    def receipt(self) -> Receipt:
        return Receipt(self.count, self.place_id, tuple(self.serial_numbers.splitlines()))


class DonationPages(Controller):
    """/donations"""

    include_in_schema = False

    @get(urls.donations(), guards=[allow(READ_DONATIONS, tokens=False)])
    async def list_donations(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        query = convert_form(request.query_params, ListQuery)
        page = await donations.find_donations(
            actor,
            q=query.q,
            school=query.school,
            donor=query.donor,
            has_gap=query.has_gap or None,
            cursor=query.cursor,
            limit=query.limit,
        )
        return render(
            request,
            "inventory/donations/list.html",
            page=page,
            query=query,
            schools=await school_codes(request, actor, READ_DONATIONS),
            may_write=actor.can(EDIT_DONATIONS),
        )

    @get("/donations/new", guards=[allow(EDIT_DONATIONS, tokens=False)])
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
        return await _form_page(request, actor, form)

    @post("/donations/new", guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def create(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        try:
            new_donor = (await read_form(request, NewDonorForm)).facts()
            form = await _terms(request, actor, donor_is_new=new_donor is not None)
            form.pop("version")
            made = await donations.create_donation(actor, NewDonation(**form), new_donor=new_donor)
        except Invalid as refused:
            return await _form_page(request, actor, await as_typed(request), errors=refused.errors)
        return see_other(urls.donation(made.id), say("Now add what was declared."))

    @get("/donations/{donation_id:int}", guards=[allow(READ_DONATIONS, tokens=False)])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], donation_id: PathId
    ) -> Response[str]:
        return await _donation_page(request, actor, donation_id, {"key": str(uuid4())})

    @get("/donations/{donation_id:int}/edit", guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def show_edit(
        self, request: WebRequest, actor: NamedDependency[Actor], donation_id: PathId
    ) -> Response[str]:
        donation = await _kept(actor, donation_id)
        return await _form_page(request, actor, msgspec.structs.asdict(donation), donation)

    @post("/donations/{donation_id:int}/edit", guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def edit(
        self, request: WebRequest, actor: NamedDependency[Actor], donation_id: PathId
    ) -> Response[Any]:
        try:
            school = (await _kept(actor, donation_id)).school
            form = await _terms(request, actor, school=school)
            form.pop("school")
            await donations.edit_donation(actor, donation_id, DonationEdit(**form))
        except Invalid as refused:
            donation = await _kept(actor, donation_id)
            return await _form_page(
                request, actor, await as_typed(request), donation, refused.errors
            )
        return see_other(urls.donation(donation_id), say("Saved."))

    @post("/donations/{donation_id:int}/lines", guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def add_line(
        self, request: WebRequest, actor: NamedDependency[Actor], donation_id: PathId
    ) -> Response[Any]:
        try:
            new, model = await convert_with_model(actor, await request.form(), NewLine)
            await donations.add_line(actor, donation_id, new, new_model=model)
        except Invalid as refused:
            return await _again(request, actor, donation_id, refused)
        return see_other(urls.donation(donation_id), say("Saved."))

    @post(
        "/donations/{donation_id:int}/lines/{line_id:int}",
        guards=[allow(EDIT_DONATIONS, tokens=False)],
    )
    async def edit_line(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        donation_id: PathId,
        line_id: PathId,
    ) -> Response[Any]:
        try:
            edit = await read_form(request, LineEdit)
            await donations.edit_line(actor, donation_id, line_id, edit)
        except Invalid as refused:
            return await _again(request, actor, donation_id, refused)
        return see_other(urls.donation(donation_id), say("Saved."))

    @post(
        "/donations/{donation_id:int}/lines/{line_id:int}/receive",
        guards=[allow(EDIT_DONATIONS, tokens=False)],
    )
    async def receive(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        donation_id: PathId,
        line_id: PathId,
    ) -> Response[Any]:
        try:
            form = await read_form(request, ReceiptForm)
            made = await once(
                actor,
                form.key,
                f"donation_line_receive {line_id}",
                list[AssetRow],
                lambda: donations.receive_line(actor, donation_id, line_id, form.receipt()),
            )
        except Invalid as refused:
            return await _again(request, actor, donation_id, refused)
        told = say(
            "Received: {count}, with the tags {first} to {last}.",
            count=len(made),
            first=made[0].tag,
            last=made[-1].tag,
        )
        return see_other(urls.donation(donation_id), told)

    @get(
        "/donations/{donation_id:int}/acknowledgement", guards=[allow(READ_DONATIONS, tokens=False)]
    )
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

    @post(
        "/donations/{donation_id:int}/acknowledgement", guards=[allow(EDIT_DONATIONS, tokens=False)]
    )
    async def acknowledge(self, actor: NamedDependency[Actor], donation_id: PathId) -> Redirect:
        await donations.acknowledge(actor, donation_id)
        return see_other(urls.donation(donation_id), say("The donor has been thanked."))


async def _kept(actor: Actor, donation_id: int) -> Donation:
    donation = await donations.get_donation(actor, donation_id)
    actor.require(donation.school_id, EDIT_DONATIONS)
    return donation


async def _terms(
    request: WebRequest, actor: Actor, *, donor_is_new: bool = False, school: str = ""
) -> dict[str, Any]:
    form = await request.form()
    errors: list[FieldError] = []
    if donor_is_new:
        form = FormMultiDict([*form.multi_items(), ("donor_id", "0")])
    elif school := school or str(form.get("school") or ""):
        form, errors = await donor_picking.with_donor(request, actor, form, school)
    try:
        terms = convert_form(form, TermsForm)
    except Invalid as refused:
        raise Invalid([*errors, *refused.errors]) from refused
    if errors:
        raise Invalid(errors)
    return msgspec.structs.asdict(terms)


async def _form_page(
    request: WebRequest,
    actor: Actor,
    form: dict[str, Any],
    donation: Donation | None = None,
    errors: tuple[FieldError, ...] = (),
) -> Response[str]:
    schools = dict(await school_codes(request, actor, EDIT_DONATIONS))
    school = donation.school if donation else form.get("school")
    if school not in schools:
        # Donors are of one school: with several to choose from, the school comes first.
        school = next(iter(schools)) if len(schools) == 1 else None
    return render(
        request,
        "inventory/donations/form.html",
        status_code=422 if errors else 200,
        donation=donation,
        form={**form, "school": school},
        errors=[_at_new_donor(error, form) for error in errors],
        schools=list(schools.items()),
        school_name=schools.get(school or ""),
        **(await donor_picking.choices(request, actor, school, form, errors) if school else {}),
    )


def _at_new_donor(error: FieldError, form: dict[str, Any]) -> FieldError:
    """What is wrong with a donor to be added stands at the fields of that donor."""
    is_new = form.get("new_donor_kind") or form.get("new_donor_name")
    if is_new and error.field in ("name", "contact"):
        return msgspec.structs.replace(error, field=f"new_donor_{error.field}")
    return error


async def _again(
    request: WebRequest, actor: Actor, donation_id: int, refused: Invalid
) -> Response[str]:
    typed = {**await as_typed(request), "key": str(uuid4())}
    return await _donation_page(request, actor, donation_id, typed, refused.errors)


async def _donation_page(
    request: WebRequest,
    actor: Actor,
    donation_id: int,
    form: dict[str, Any],
    errors: tuple[FieldError, ...] = (),
) -> Response[str]:
    donation = await donations.get_donation(actor, donation_id)
    may_write = actor.can_at(donation.school_id, EDIT_DONATIONS)
    held = await assets.find_assets(actor, AssetFilters(donation=donation.id), limit=SHOWN_ASSETS)
    return render(
        request,
        "inventory/donations/donation.html",
        status_code=422 if errors else 200,
        donation=donation,
        held=held,
        form=form,
        errors=list(errors),
        may_write=may_write,
        changes=await row_names.history(language_of(request), "donation", donation.id, limit=30),
        places=await place_options(actor, school_id=donation.school_id) if may_write else [],
        **await picking.choices(actor, form, errors),
    )
