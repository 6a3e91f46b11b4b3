"""One way from a posted form to its answer: read, convert, call; what is refused comes back filled in.

A button without fields goes the same way: what wants the password again asks for it.
"""

from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import Any, TypeVar

import msgspec
from litestar import Response

from api.http.types import WebRequest
from api.kit.confirmation import ask_password
from api.kit.forms import REFUSALS, Form, as_typed, read_form, refused_form
from api.kit.repeats import KEY_FIELD, new_key
from core.errors import NotConfirmed, Problem, TooMany, Unavailable

F = TypeVar("F", bound=msgspec.Struct)
R = TypeVar("R")
Onward = Callable[[R], Response[Any] | Awaitable[Response[Any]]]
RETRY_SECONDS = 5


async def submit(
    request: WebRequest,
    form_type: type[F],
    call: Callable[[F], Awaitable[R]],
    *,
    then: Onward[R],
    page: Callable[[Form], Response[str] | Awaitable[Response[str]]],
    fields: Mapping[str, str] | None = None,
    also: tuple[type[Problem], ...] = (),
) -> Response[Any]:
    """``call`` with the posted form, and ``then`` with what it gives.

    What is Invalid, Forbidden, a Conflict or NotFound leads to ``page`` with everything that was
    typed and the errors beside their fields (``fields`` maps the domain's names to the page's). A
    row that ``page`` itself cannot find is a page of its own; for what wants the password again,
    it is asked. ``also`` names what this form shows besides, such as TooMany and Unavailable.
    """

    async def work() -> R:
        return await call(await read_form(request, form_type))

    return await attempt(
        request, work, then=then, page=page, form_type=form_type, fields=fields, also=also
    )


async def attempt(
    request: WebRequest,
    work: Callable[[], Awaitable[R]],
    *,
    then: Onward[R],
    page: Callable[[Form], Response[str] | Awaitable[Response[str]]],
    form_type: type[msgspec.Struct] | None = None,
    fields: Mapping[str, str] | None = None,
    also: tuple[type[Problem], ...] = (),
) -> Response[Any]:
    """:func:`submit` for a form that ``work`` reads itself: files, several Structs, a typed model.

    ``form_type`` names its lists. The key of a form that is refused is renewed, for what comes
    next is another request.
    """
    shown: tuple[type[Problem], ...] = (*REFUSALS, *also)
    try:
        done = await work()
    except NotConfirmed:
        return await ask_password(request)
    except shown as refused:
        typed = await as_typed(request, form_type)
        if KEY_FIELD in typed:
            typed[KEY_FIELD] = new_key()
        again = page(refused_form(typed, refused, fields))
        return _with_time(await again if isawaitable(again) else again, refused)
    onward = then(done)
    return await onward if isawaitable(onward) else onward


async def confirmed(request: WebRequest, call: Awaitable[R], *, then: Onward[R]) -> Response[Any]:
    """``then`` with what a button's ``call`` gives; where that wants the password, it is asked."""
    try:
        done = await call
    except NotConfirmed:
        return await ask_password(request)
    onward = then(done)
    return await onward if isawaitable(onward) else onward


def _with_time(answer: Response[str], refused: Problem) -> Response[str]:
    """When to try again, for what passes by itself (RFC 9110, section 10.2.3)."""
    if isinstance(refused, TooMany):
        answer.headers["retry-after"] = str(refused.retry_after_seconds)
    elif isinstance(refused, Unavailable):
        answer.headers["retry-after"] = str(RETRY_SECONDS)
    return answer
