"""The handlers of pages, each in a line: a page, a form posted to it, a button without fields.

What they call takes what stands in the address in its order, after the actor: a verb, and the page
to which a refused form leads back.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from api.http.access import Access, allow
from api.http.types import WebRequest
from api.kit.addresses import Address
from api.kit.flash import see_other
from api.kit.numbers import path_parameters
from api.kit.submission import Once, confirmed, submit
from api.kit.verb_calls import NOTHING, Supplied, supply
from api.kit.verbs import shaped
from core.access import Actor
from core.errors import Message
from core.permissions import Permission

R = TypeVar("R")
Allowed = Permission | Access
PageOf = Callable[..., Awaitable[Response[str]]]
Call = Callable[..., Awaitable[R]]
# Leads on from what was done, and from what stands in the address.
Then = Callable[..., Response[Any] | Awaitable[Response[Any]]]


def to(address: Address, said: Message | None = None) -> Then:
    """On to ``address``, with as much of what the last one held as it takes."""
    wanted = len(path_parameters(address))
    return lambda _, *ids: see_other(address(*ids[:wanted]), said)


def shown(address: Address, page: PageOf, allowed: Allowed) -> HTTPRouteHandler:
    """GET of ``page(request, actor, …)``."""

    async def answer(request: WebRequest, actor: Actor, *ids: Any) -> Response[str]:
        return await page(request, actor, *ids)

    return _made(get, address, answer, allowed)


def posted(
    address: Address,
    form_type: type[msgspec.Struct],
    call: Call[R],
    *,
    then: Then,
    page: PageOf,
    allowed: Allowed,
    fields: Mapping[str, str] | None = None,
    supplied: Supplied = NOTHING,
    result_page: Call[Response[str]] | None = None,
    once: Any = None,
) -> HTTPRouteHandler:
    """POST of a form: ``call(actor, …, form)``, then on; refused, ``page(request, actor, …, form)``.

    What ``supplied`` names of the call's arguments comes from the installation. ``result_page`` is
    shown in place of ``then``, for what must be seen once and stand in no address. With ``once``,
    the type of what the call gives, a form with a hidden key is done once, however often it is sent.
    """

    async def answer(request: WebRequest, actor: Actor, *ids: Any) -> Response[Any]:
        return await submit(
            request,
            form_type,
            lambda form: supply(request, call, supplied)(actor, *ids, form),
            then=lambda done: result_page(request, done) if result_page else then(done, *ids),
            page=lambda form: page(request, actor, *ids, form),
            fields=fields,
            once=None if once is None else Once(actor, once),
        )

    return _made(post, address, answer, allowed)


def button(
    address: Address,
    call: Call[R],
    *,
    then: Then,
    allowed: Allowed,
    supplied: Supplied = NOTHING,
    result_page: Call[Response[str]] | None = None,
) -> HTTPRouteHandler:
    """POST without fields: ``call(actor, …)``, then on; asks for the password where that is wanted.

    ``supplied`` and ``result_page`` are those of :func:`posted`.
    """

    async def answer(request: WebRequest, actor: Actor, *ids: Any) -> Response[Any]:
        return await confirmed(
            request,
            supply(request, call, supplied)(actor, *ids),
            then=lambda done: result_page(request, done) if result_page else then(done, *ids),
        )

    return _made(post, address, answer, allowed)


def _made(
    method: Any,
    address: Address,
    answer: Callable[..., Awaitable[Response[Any]]],
    allowed: Allowed,
) -> HTTPRouteHandler:
    keys = path_parameters(address)

    async def handler(request: WebRequest, actor: Actor, **ids: Any) -> Response[Any]:
        return await answer(request, actor, *(ids[name] for name in keys))

    guard = allowed if isinstance(allowed, Access) else allow(allowed, tokens=False)
    parameters = {"request": WebRequest, "actor": NamedDependency[Actor], **keys}
    made: HTTPRouteHandler = method(address, guards=[guard], include_in_schema=False)(
        shaped(handler, parameters, Response[Any])
    )
    return made
