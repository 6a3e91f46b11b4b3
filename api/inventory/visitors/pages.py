"""What a label shows to somebody without an account, and the fault that they report."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from api import urls
from api.http import delivery
from api.http.access import public
from api.http.identity import client_address
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.rendering import render
from api.kit.submission import submit
from core.errors import TooMany, say
from inventory import visitors
from inventory.visitors.reporting import VisitorWords
from inventory.visitors.things import get_thing


class VisitorPages(Controller):
    """/t/{code}: its picture and the report; the page itself is shown by the scan of a label."""

    include_in_schema = False

    @get(urls.thing_picture, guards=[public])
    async def show_picture(self, request: WebRequest, code: FromPath[str]) -> Response[Any]:
        stored = await visitors.open_picture(code)
        return await delivery.picture(request, stored.sized("small"))

    @post(urls.report_as_visitor, guards=[public])
    async def report(self, request: WebRequest, code: FromPath[str]) -> Response[Any]:
        return await submit(
            request,
            VisitorWords,
            lambda words: visitors.report_as_visitor(
                code,
                words,
                address=client_address(request),
                secret=request.app.state.settings.secret_key,
            ),
            then=lambda thing: see_other(
                urls.scan(thing.code), say("Thank you. A technician reads it and decides.")
            ),
            page=lambda form: visitor_page(request, code, form),
            also=(TooMany,),
        )


async def visitor_page(request: WebRequest, code: str, form: Form | None = None) -> Response[str]:
    """The thing behind a label, for everybody; NotFound where the label is on none."""
    return render(
        request,
        "inventory/visitors/thing.html",
        thing=await get_thing(code),
        form=form or Form(),
    )
