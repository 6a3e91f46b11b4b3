"""The form of a gift: its terms and its donor, who may be chosen, looked for or added there."""

from datetime import date

import msgspec
from litestar import Response
from litestar.datastructures import FormMultiDict

from api.http.types import WebRequest
from api.inventory.donors import picking as donor_picking
from api.inventory.options import school_codes
from api.kit.forms import Form, convert_form, read_form
from api.kit.rendering import render
from core.access import Actor
from core.errors import FieldError, Invalid
from core.numbers import Id, Version
from core.permissions import EDIT_DONATIONS
from inventory import donations
from inventory.donations import Donation, DonationEdit, NewDonation
from inventory.donors import DonorFacts, DonorKind


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

    def new(self) -> NewDonation:
        given = msgspec.structs.asdict(self)
        del given["version"]
        return NewDonation(**given)

    def edit(self) -> DonationEdit:
        given = msgspec.structs.asdict(self)
        del given["school"]
        return DonationEdit(**given)


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


async def create(request: WebRequest, actor: Actor) -> Donation:
    """The gift of the form, with its donor if that one is added there; Invalid with all errors."""
    new_donor = (await read_form(request, NewDonorForm)).facts()
    terms = await _terms(request, actor, donor_is_new=new_donor is not None)
    return await donations.create_donation(actor, terms.new(), new_donor=new_donor)


async def edit(request: WebRequest, actor: Actor, donation: Donation) -> Donation:
    """The gift as the form has it now."""
    terms = await _terms(request, actor, school=donation.school)
    return await donations.update_donation(actor, donation.id, terms.edit())


async def _terms(
    request: WebRequest, actor: Actor, *, donor_is_new: bool = False, school: str = ""
) -> TermsForm:
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
    return terms


async def show_form(
    request: WebRequest, actor: Actor, form: Form, donation: Donation | None = None
) -> Response[str]:
    """The form of a new gift, or of ``donation``."""
    schools = dict(await school_codes(request, actor, EDIT_DONATIONS))
    school = donation.school if donation else form.values.get("school")
    if school not in schools:
        # Donors are of one school: with several to choose from, the school comes first.
        school = next(iter(schools)) if len(schools) == 1 else None
    return render(
        request,
        "inventory/donations/form.html",
        donation=donation,
        form=_at_new_donor(form).with_values(school=school),
        schools=list(schools.items()),
        school_name=schools.get(school or ""),
        **(await donor_picking.choices(request, actor, school, form) if school else {}),
    )


def _at_new_donor(form: Form) -> Form:
    """What is wrong with a donor to be added stands at the fields of that donor."""
    if not (form.values.get("new_donor_kind") or form.values.get("new_donor_name")):
        return form
    return msgspec.structs.replace(form, errors=tuple(map(_at_donor_field, form.errors)))


def _at_donor_field(error: FieldError) -> FieldError:
    if error.field not in ("name", "contact"):
        return error
    return msgspec.structs.replace(error, field=f"new_donor_{error.field}")
