"""A donor in a form: chosen from a list; of more donors than a list takes, looked for by name."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.forms import Form, convert_form
from api.kit.rendering import language_of, render
from api.wording.language import Language
from api.wording.words import word_of
from core.access import Actor
from core.errors import FieldError, Invalid, NotFound, say
from core.paging import MAX_LIMIT
from core.permissions import READ_DONATIONS
from inventory import donors
from inventory.donors import Donor, DonorFilters, DonorKind

A_FEW = 20
NAME_MOST = 200


class NameQuery(msgspec.Struct, frozen=True):
    """What is typed so far, and for which school."""

    school: str = ""
    donor_name: str = ""


@get(urls.donor_names, guards=[allow(READ_DONATIONS, tokens=False)], include_in_schema=False)
async def list_donor_names(request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
    """The names that fit what is typed, for the field's list."""
    query = convert_form(request.query_params, NameQuery)
    speech, found = language_of(request), []
    if query.school:
        found = await _fitting(actor, speech, query.school, query.donor_name)
    titles = list(dict.fromkeys(_title(speech, donor) for donor in found))
    return render(request, "inventory/models/titles.html", titles=titles)


async def choices(request: WebRequest, actor: Actor, school: str, form: Form) -> dict[str, Any]:
    """What the field needs: every donor, or the way to look for one and those that fit."""
    speech = language_of(request)
    page = await donors.list_donors(actor, DonorFilters(school=school), limit=MAX_LIMIT)
    if page.next_cursor is None:
        return {"donors": [(one.id, _title(speech, one)) for one in page.items]}
    fitting = []
    if any(error.field == "donor_name" for error in form.errors):
        typed = str(form.values.get("donor_name") or "")[:NAME_MOST]
        fitting = await _fitting(actor, speech, school, typed)
    chosen = await _chosen(actor, form.values.get("donor_id"))
    if chosen is not None and chosen.id not in {one.id for one in fitting}:
        fitting = [chosen, *fitting]
    return {
        "donors": None,
        "donor_names": [_title(speech, one) for one in page.items[:A_FEW]],
        "fitting_donors": [
            (one.id, " · ".join(filter(None, (_title(speech, one), one.contact))))
            for one in fitting
        ],
    }


async def with_donor(
    request: WebRequest, actor: Actor, form: FormMultiDict, school: str
) -> tuple[FormMultiDict, list[FieldError]]:
    """The form with the number of the donor whose name was typed; what is wrong if none is meant."""
    text = str(form.get("donor_name") or "").strip()[:NAME_MOST]
    if not text:
        return form, []
    speech = language_of(request)
    named = await donors.find_named(
        actor, school, text, exactly=True, or_nameless=_is_nameless(speech, text)
    )
    donor_id, errors = 0, []
    if len(named) == 1:
        donor_id = named[0].id
    elif named or await _fitting(actor, speech, school, text):
        errors = [FieldError("donor_name", say("Choose which of these donors it is"), "several")]
    else:
        unknown = say("No donor has this name; add it below")
        errors = [FieldError("donor_name", unknown, "unknown_donor")]
    kept = [(name, value) for name, value in form.multi_items() if name != "donor_id"]
    return FormMultiDict([*kept, ("donor_id", str(donor_id))]), errors


async def _fitting(actor: Actor, speech: Language, school: str, text: str) -> list[Donor]:
    return await donors.find_named(
        actor, school, text, or_nameless=_is_nameless(speech, text), limit=A_FEW
    )


async def _chosen(actor: Actor, donor_id: object) -> Donor | None:
    number = str(donor_id or "")
    if not number.isdecimal() or len(number) > 15:
        return None
    try:
        return await donors.get_donor(actor, int(number))
    except (Invalid, NotFound):
        return None


def _title(speech: Language, donor: Donor) -> str:
    """A donor without a name is called what it is."""
    return donor.name or word_of(speech, "donor_kind", donor.kind)


def _is_nameless(speech: Language, text: str) -> bool:
    return text.casefold() == word_of(speech, "donor_kind", DonorKind.anonymous).casefold()
