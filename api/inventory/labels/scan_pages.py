"""What a phone opens when it reads a label: the asset, or the form that links a fresh label."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.assets.form_pages import errors_of
from api.kit.flash import see_other
from api.kit.forms import as_typed, read_form
from api.kit.rendering import render
from core.access import Actor
from core.errors import Conflict, FieldError, Invalid, say
from core.permissions import EDIT_EQUIPMENT
from inventory import labels
from inventory.labels import Scan


class ClaimForm(msgspec.Struct, frozen=True):
    """The asset on which the label has been stuck."""

    tag: str


class ScanPages(Controller):
    """/t"""

    include_in_schema = False

    @get("/t/{code:str}", guards=[in_person])
    async def scan(
        self, request: WebRequest, actor: NamedDependency[Actor], code: FromPath[str]
    ) -> Response[Any]:
        scan = await labels.get_scan(actor, code)
        if scan.tag is not None:
            return see_other(urls.asset(scan.tag))
        return _claim_page(request, actor, scan, {})

    @post("/t/{code:str}/claim", guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def claim(
        self, request: WebRequest, actor: NamedDependency[Actor], code: FromPath[str]
    ) -> Response[Any]:
        try:
            form = await read_form(request, ClaimForm)
            scan = await labels.claim(actor, code, form.tag)
        except (Invalid, Conflict) as refused:
            scan = await labels.get_scan(actor, code)
            return _claim_page(
                request, actor, scan, await as_typed(request), errors_of(refused, "tag")
            )
        return see_other(urls.asset(scan.tag or ""), say("The label is linked."))


def _claim_page(
    request: WebRequest,
    actor: Actor,
    scan: Scan,
    form: dict[str, Any],
    errors: tuple[FieldError, ...] = (),
) -> Response[str]:
    return render(
        request,
        "inventory/labels/claim.html",
        status_code=422 if errors else 200,
        scan=scan,
        form=form,
        errors=list(errors),
        may_keep=actor.can_at(scan.school_id, EDIT_EQUIPMENT),
    )
