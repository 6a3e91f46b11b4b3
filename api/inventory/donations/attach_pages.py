"""The form that attaches assets to a donation, or takes out what was attached by mistake."""

from typing import Any, Literal

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.custody.desk import Chosen, lay_out, split_tags, submit_desk
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.numbers import PathId
from api.kit.rendering import render
from api.kit.submission import Once
from core.access import Actor
from core.errors import FieldError, Invalid, say
from core.numbers import Id
from core.permissions import EDIT_DONATIONS
from inventory import donations
from inventory.donations import Donation
from inventory.donations.reading import get_editable

Action = Literal["attach", "detach"]


class Start(Chosen, frozen=True):
    """What the link knows already."""

    line_id: Id | None = None


class AttachForm(msgspec.Struct, frozen=True):
    """Which assets are of which line, or are taken out of the donation."""

    tags: str
    action: Action = "attach"
    line_id: Id | None = None


class Changed(msgspec.Struct, frozen=True):
    """How many were attached or taken out."""

    count: int
    action: Action

    def onward(self, donation_id: int) -> Redirect:
        """To the donation, whose numbers have changed."""
        text = say("Attached to the donation: {count}.", count=self.count)
        if self.action == "detach":
            text = say("Taken out of the donation: {count}.", count=self.count)
        return see_other(urls.donation(donation_id), text)


class AttachPages(Controller):
    """/donations/…/attach"""

    include_in_schema = False

    @get(urls.attach_assets, guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def show_attach(
        self, request: WebRequest, actor: NamedDependency[Actor], donation_id: PathId
    ) -> Response[str]:
        start = convert_form(request.query_params, Start)
        chosen = await start.form(actor, urls.attach_assets(donation_id))
        form = Form({**chosen.values, "line_id": start.line_id, "action": "attach"})
        return await _attach_page(request, actor, donation_id, form)

    @post(urls.attach_assets, guards=[allow(EDIT_DONATIONS, tokens=False)])
    async def attach(
        self, request: WebRequest, actor: NamedDependency[Actor], donation_id: PathId
    ) -> Response[Any]:
        return await submit_desk(
            request,
            AttachForm,
            lambda form: _attach(actor, donation_id, form),
            then=lambda changed: changed.onward(donation_id),
            page=lambda form: _attach_page(request, actor, donation_id, form),
            once=Once(actor, Changed),
        )


async def _attach(actor: Actor, donation_id: int, form: AttachForm) -> Changed:
    wanted = split_tags(form.tags)
    if form.action == "detach":
        return Changed(len(await donations.detach_assets(actor, donation_id, wanted)), "detach")
    if form.line_id is None:
        raise Invalid.of("line_id", say("Choose a line"), code="required")
    done = await donations.attach_assets(actor, donation_id, form.line_id, wanted)
    return Changed(len(done), "attach")


async def _attach_page(
    request: WebRequest, actor: Actor, donation_id: int, form: Form
) -> Response[str]:
    donation = await get_editable(actor, donation_id)
    desk = await lay_out(actor, form, lambda tags: _check(actor, donation, form, tags))
    return render(
        request,
        "inventory/donations/attach.html",
        donation=donation,
        form=desk.form,
        desk=desk,
        lines=[(line.id, line.model) for line in donation.lines],
    )


async def _check(
    actor: Actor, donation: Donation, form: Form, tags: list[str]
) -> tuple[FieldError, ...]:
    if form.values.get("action") == "detach":
        return await donations.check_detach(actor, donation.id, tags)
    chosen = str(form.values.get("line_id") or "")
    line_id = next((line.id for line in donation.lines if str(line.id) == chosen), None)
    return await donations.check_attach(actor, donation.id, line_id, tags)
