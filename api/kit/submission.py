"""One way from a posted form to its answer: read, convert, call; what is refused comes back filled in."""

from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import Any, TypeVar

import msgspec
from litestar import Response

from api.http.types import WebRequest
from api.kit.confirmation import ask_password
from api.kit.forms import REFUSALS, Form, as_typed, read_form, refused_form
from api.kit.repeats import KEY_FIELD, new_key
from core.errors import NotConfirmed

F = TypeVar("F", bound=msgspec.Struct)
R = TypeVar("R")


async def submit(
    request: WebRequest,
    form_type: type[F],
    call: Callable[[F], Awaitable[R]],
    *,
    then: Callable[[R], Response[Any] | Awaitable[Response[Any]]],
    page: Callable[[Form], Response[str] | Awaitable[Response[str]]],
    fields: Mapping[str, str] | None = None,
) -> Response[Any]:
    """``call`` with the posted form, and ``then`` with what it gives.

    What is Invalid, Forbidden, a Conflict or NotFound leads to ``page`` with everything that was
    typed and the errors beside their fields (``fields`` maps the domain's names to the page's). A
    row that ``page`` itself cannot find is a page of its own; for what wants the password again,
    it is asked.
    """

    async def work() -> R:
        return await call(await read_form(request, form_type))

    return await attempt(request, work, then=then, page=page, form_type=form_type, fields=fields)


async def attempt(
    request: WebRequest,
    work: Callable[[], Awaitable[R]],
    *,
    then: Callable[[R], Response[Any] | Awaitable[Response[Any]]],
    page: Callable[[Form], Response[str] | Awaitable[Response[str]]],
    form_type: type[msgspec.Struct] | None = None,
    fields: Mapping[str, str] | None = None,
) -> Response[Any]:
    """:func:`submit` for a form that ``work`` reads itself: files, several Structs, a typed model.

    ``form_type`` names its lists. The key of a form that is refused is renewed, for what comes
    next is another request.
    """
    try:
        done = await work()
    except NotConfirmed:
        return await ask_password(request)
    except REFUSALS as refused:
        typed = await as_typed(request, form_type)
        if KEY_FIELD in typed:
            typed[KEY_FIELD] = new_key()
        answer = page(refused_form(typed, refused, fields))
        return await answer if isawaitable(answer) else answer
    onward = then(done)
    return await onward if isawaitable(onward) else onward
