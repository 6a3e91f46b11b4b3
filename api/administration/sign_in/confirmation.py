"""The answer to being asked for the password again: it leads on to the form that was refused."""

from posixpath import normpath
from typing import Any
from urllib.parse import unquote

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
from core import account
from core.access import Actor
from core.errors import FieldError, Invalid, TooMany, Unavailable, say

TYPED = "confirm_password"


@post(
    urls.confirm(),
    guards=[in_person],
    include_in_schema=False,
    request_max_body_size=SMALL_FORM_BYTES,
)
async def confirm_password(request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """The right password leads on to the form that was asked for, with all its fields."""
    form = await request.form()
    target = _target(_text(form.get(TARGET)))
    try:
        password = _text(form.get(TYPED))
        if not password:
            raise Invalid.of(TYPED, say("Fill in this field"), code="required")
        await account.confirm(actor, password=password, address=client_address(request))
    except Invalid as refused:
        return await confirmation_page(request, target, 422, *refused.errors)
    except TooMany as refused:
        return await confirmation_page(request, target, 429, FieldError("", refused.message))
    except Unavailable as refused:
        return await confirmation_page(request, target, 503, FieldError("", refused.message))
    # 307 keeps the method and the body, so the browser itself sends the form on.
    return Redirect(target, status_code=303 if target == urls.home() else 307)


def _target(asked: str) -> str:
    """Where the form goes; home instead of here, which would lead here again without an end."""
    path = normpath(unquote(split_url(target := urls.local(asked)).path))
    return urls.home() if path == urls.confirm() else target


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
