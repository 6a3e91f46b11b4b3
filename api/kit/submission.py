"""One way from a posted form to its answer: read, convert, call; what is refused comes back filled in.

A button without fields goes the same way: what wants the password again asks for it.
"""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from inspect import isawaitable
from operator import itemgetter
from typing import Any, Generic, TypeVar

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile

from api.http.types import WebRequest
from api.kit.confirmation import ask_password
from api.kit.forms import REFUSALS, Form, as_typed, read_form, refused_form
from api.kit.repeats import KEY_FIELD, new_key
from core import idempotency
from core.access import Actor
from core.errors import Conflict, NotConfirmed, Problem, TooMany, Unavailable, say

F = TypeVar("F", bound=msgspec.Struct)
R = TypeVar("R")
Onward = Callable[[R], Response[Any] | Awaitable[Response[Any]]]
RETRY_SECONDS = 5
PIECE_BYTES = 1024 * 1024


async def _nothing() -> None:
    """Most forms need nothing beforehand."""


class Once(msgspec.Struct, Generic[R], frozen=True):
    """For a form with a hidden key: what it asks for is done once, however often it is sent.

    ``answer`` is the type of what its work gives; ``before`` is done outside of every transaction,
    such as putting pictures into the store, unless the form was answered already.
    """

    actor: Actor
    answer: type[R]
    before: Callable[[], Awaitable[None]] = _nothing


async def submit(
    request: WebRequest,
    form_type: type[F],
    call: Callable[[F], Awaitable[R]],
    *,
    then: Onward[R],
    page: Callable[[Form], Response[str] | Awaitable[Response[str]]],
    fields: Mapping[str, str] | None = None,
    also: tuple[type[Problem], ...] = (),
    once: Once[R] | None = None,
) -> Response[Any]:
    """``call`` with the posted form, and ``then`` with what it gives.

    What is Invalid, Forbidden, a Conflict or NotFound leads to ``page`` with everything that was
    typed and the errors beside their fields (``fields`` maps the domain's names to the page's). A
    row that ``page`` itself cannot find is a page of its own; for what wants the password again,
    it is asked. ``also`` names what this form shows besides, such as TooMany and Unavailable. With
    ``once`` the form sent again gives what it gave the first time.
    """

    async def work() -> R:
        return await call(await read_form(request, form_type))

    async def before() -> None:
        # What is wrong with the words is said before anything is put anywhere.
        await read_form(request, form_type)
        if once is not None:
            await once.before()

    return await attempt(
        request,
        work,
        then=then,
        page=page,
        form_type=form_type,
        fields=fields,
        also=also,
        once=once and msgspec.structs.replace(once, before=before),
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
    once: Once[R] | None = None,
) -> Response[Any]:
    """:func:`submit` for a form that ``work`` reads itself: files, several Structs, a typed model.

    ``form_type`` names its lists. The key of a form that is refused is renewed, for what comes
    next is another request.
    """
    shown: tuple[type[Problem], ...] = (*REFUSALS, *also)
    try:
        done = await (work() if once is None else _done_once(request, once, work))
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


async def _done_once(request: WebRequest, once: Once[R], work: Callable[[], Awaitable[R]]) -> R:
    form = await request.form()
    key = str(form.get(KEY_FIELD, "")).strip()
    try:
        return await idempotency.once(
            once.actor,
            key,
            "form",
            once.answer,
            work,
            given=[request.scope["path"], await _given(request)],
            before=once.before,
        )
    except Conflict as refused:
        if refused.code != idempotency.REUSED:
            raise
        raise Conflict(
            say(
                "This form was sent before with something else in it, and that was done. What"
                " stands here now was not: to do it as well, send the form once more."
            ),
            code=idempotency.REUSED,
        ) from refused


async def _given(request: WebRequest) -> list[tuple[str, str]]:
    """All that was typed and chosen, by the names of the fields; a file by its hash.

    The order of a form's names is that of a set: another one in each process.
    """
    items = sorted((await request.form()).multi_items(), key=itemgetter(0))
    return [
        (name, await _hash_of(value) if isinstance(value, UploadFile) else str(value))
        for name, value in items
        if name != KEY_FIELD
    ]


async def _hash_of(file: UploadFile) -> str:
    content = sha256(file.filename.encode())
    await file.seek(0)
    while piece := await file.read(PIECE_BYTES):
        content.update(piece)
    await file.seek(0)
    return content.hexdigest()


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
