"""What a phone opens when it reads a label: the asset, or the form that links a fresh label."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api import urls
from api.http.access import allow, public
from api.http.identity import find_actor
from api.http.types import WebRequest
from api.inventory.visitors.pages import visitor_page
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.rendering import render
from api.kit.submission import submit
from core.access import Actor
from core.errors import NotFound, NotSignedIn, say
from core.permissions import EDIT_EQUIPMENT
from inventory import labels, visitors


class ClaimForm(msgspec.Struct, frozen=True):
    """The asset on which the label has been stuck."""

    tag: str


class ScanPages(Controller):
    """/t"""

    include_in_schema = False

    @get(urls.scan, guards=[public])
    async def scan(self, request: WebRequest, code: FromPath[str]) -> Response[Any]:
        """Whoever has no part in its school sees what visitors see of the thing, if it is on one."""
        actor = find_actor(request)
        if actor is None:
            if await visitors.find_thing(code) is None:
                raise NotSignedIn(say("Sign in first"))
            return await visitor_page(request, code)
        actor.require_in_person()
        try:
            scan = await labels.get_scan(actor, code)
        except NotFound:
            if await visitors.find_thing(code) is None:
                raise
            return await visitor_page(request, code)
        if scan.tag is not None:
            return see_other(urls.asset(scan.tag))
        return await _claim_page(request, actor, code, Form())

    @post(urls.claim_label, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def claim(
        self, request: WebRequest, actor: NamedDependency[Actor], code: FromPath[str]
    ) -> Response[Any]:
        return await submit(
            request,
            ClaimForm,
            lambda form: labels.claim(actor, code, form.tag),
            then=lambda scan: see_other(urls.asset(scan.tag or ""), say("The label is linked.")),
            page=lambda form: _claim_page(request, actor, code, form),
            fields={"": "tag"},
        )


async def _claim_page(request: WebRequest, actor: Actor, code: str, form: Form) -> Response[str]:
    scan = await labels.get_scan(actor, code)
    return render(
        request,
        "inventory/labels/claim.html",
        scan=scan,
        form=form,
        may_keep=actor.can_at(scan.school_id, EDIT_EQUIPMENT),
    )
