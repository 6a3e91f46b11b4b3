"""The answer to being asked for the password again: it leads on to the form that was refused."""

from posixpath import normpath
from typing import Any
from urllib.parse import unquote

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import in_person
from api.http.identity import client_address
from api.http.parsing import split_url
from api.http.types import WebRequest
from api.kit.confirmation import TARGET, confirmation_page
from api.kit.forms import SMALL_FORM_BYTES
from api.kit.submission import submit
from core import account
from core.access import Actor
from core.errors import TooMany, Unavailable


class Confirmation(msgspec.Struct, frozen=True):
    """What the page asks, beside the fields of the form that was refused."""

    confirm_password: str


@post(
    urls.confirm,
    guards=[in_person],
    include_in_schema=False,
    request_max_body_size=SMALL_FORM_BYTES,
)
async def confirm_password(request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """The right password leads on to the form that was asked for, with all its fields."""
    asked = (await request.form()).get(TARGET)
    target = _target(asked if isinstance(asked, str) else "")
    return await submit(
        request,
        Confirmation,
        lambda given: account.confirm(
            actor, password=given.confirm_password, address=client_address(request)
        ),
        # 307 keeps the method and the body, so the browser itself sends the form on.
        then=lambda _: Redirect(target, status_code=303 if target == urls.home() else 307),
        page=lambda form: confirmation_page(request, target, form.status, *form.errors),
        also=(TooMany, Unavailable),
    )


def _target(asked: str) -> str:
    """Where the form goes; home instead of here, which would lead here again without an end."""
    path = normpath(unquote(split_url(target := urls.local(asked)).path))
    return urls.home() if path == urls.confirm() else target
