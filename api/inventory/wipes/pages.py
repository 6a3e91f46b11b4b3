"""The pages of wipes: which wait for a second person, what that person found, and the certificate."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.inventory.custody.desk import Chosen, lay_out, split_tags, submit_desk
from api.inventory.labels.qr import drawing, whole_address
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.numbers import PathId
from api.kit.rendering import render
from api.kit.submission import Once
from core.access import Actor
from core.errors import say
from core.permissions import EDIT_EQUIPMENT
from inventory import wipes
from inventory.assets import WipeResult
from inventory.wipes import NewVerification, WipeRow

KEEPS = allow(EDIT_EQUIPMENT, tokens=False)


class VerifyForm(msgspec.Struct, frozen=True):
    """Of which assets the wipe was looked at, how, and whether the data is gone."""

    tags: str
    result: WipeResult
    looked_at: str = ""


class WipePages(Controller):
    """/wipes/…"""

    include_in_schema = False

    @get(urls.verify_wipes, guards=[KEEPS])
    async def show_verify(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        chosen = convert_form(request.query_params, Chosen)
        return await _verify_page(request, actor, await chosen.form(actor, urls.verify_wipes()))

    @post(urls.verify_wipes, guards=[KEEPS])
    async def verify(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit_desk(
            request,
            VerifyForm,
            lambda form: wipes.verify_wipes(
                actor, NewVerification(split_tags(form.tags), form.looked_at, form.result)
            ),
            then=_verified,
            page=lambda form: _verify_page(request, actor, form),
            once=Once(actor, list[WipeRow]),
        )

    @get(urls.wipe_certificate, guards=[in_person])
    async def show_certificate(
        self, request: WebRequest, actor: NamedDependency[Actor], wipe_id: PathId
    ) -> Response[str]:
        issued = await wipes.get_certificate(actor, wipe_id)
        return render(
            request,
            "inventory/wipes/certificate.html",
            wipe=issued.wipe,
            drawing=drawing(whole_address(request, urls.asset(issued.wipe.tag))),
        )


def _verified(done: list[WipeRow]) -> Redirect:
    target = urls.asset(done[0].tag) if len(done) == 1 else urls.wipes()
    return see_other(target, say("Wipes verified: {count}.", count=len(done)))


async def _verify_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    desk = await lay_out(actor, form, lambda tags: wipes.check_verifications(actor, tags))
    return render(request, "inventory/wipes/verify.html", form=desk.form, desk=desk)
