"""The JSON of a noun: each handler in a line, made from the verb that it calls."""

from collections.abc import Awaitable, Callable
from typing import Any, get_type_hints

import msgspec
from litestar import delete, get, patch, post, put
from litestar.handlers import HTTPRouteHandler

from api.http.access import Access, allow
from api.kit.verb_calls import NOTHING, Supplied, VerbCall
from api.kit.verbs import Verb, shaped
from api.wording.language import Language
from api.wording.reader import language_of
from core.paging import Page
from core.permissions import Permission

METHODS: dict[str, Any] = {"GET": get, "POST": post, "PUT": put, "PATCH": patch, "DELETE": delete}
AnyVerb = Callable[..., Awaitable[Any]]
Localize = Callable[[Any, Language], Any]
# Of types that are known only when a handler is made.
PAGE: Any = Page
LIST: Any = list


class NounRoutes:
    """Makes the handlers below ``path``; their operations are called ``name_list`` and so on.

    ``words`` of a handler are its summary and, where that is not all, its description; ``called``
    replaces the last word of its operation; ``more`` is said at :meth:`at`. Arguments of verbs that
    ``supplied`` names come from the installation. ``localize`` puts the rows of the type that it
    takes into the reader's language. ``row`` is what stands for a row in addresses, if that is not
    what its verbs call it.
    """

    def __init__(
        self,
        path: str,
        name: str,
        *,
        tags: tuple[str, ...],
        read: Permission,
        write: Permission | None = None,
        supplied: Supplied = NOTHING,
        localize: Localize | None = None,
        row: str = "",
    ) -> None:
        self._path, self._name, self._tags = path, name, tags
        self._read, self._write = read, write or read
        self._supplied, self._localize, self._row_name = supplied, localize, row

    def list(
        self, verb: AnyVerb, *words: str, called: str = "list", **more: Any
    ) -> HTTPRouteHandler:
        """GET: a page of the rows that the query names; with ``orders`` the verb takes ``sort``."""
        return self._at("GET", verb, *words, called=called, **more)

    def get(self, verb: AnyVerb, *words: str, called: str = "get", **more: Any) -> HTTPRouteHandler:
        """GET of one row."""
        return self._at(f"GET {self._row(verb)}", verb, *words, called=called, **more)

    def create(
        self, verb: AnyVerb, *words: str, called: str = "create", **more: Any
    ) -> HTTPRouteHandler:
        """POST: 201 with the new row."""
        return self._at("POST", verb, *words, called=called, **more)

    def update(
        self, verb: AnyVerb, *words: str, called: str = "edit", **more: Any
    ) -> HTTPRouteHandler:
        """PUT: one row written anew."""
        return self._at(f"PUT {self._row(verb)}", verb, *words, called=called, **more)

    def step(
        self, name: str, verb: AnyVerb, *words: str, called: str = "", **more: Any
    ) -> HTTPRouteHandler:
        """POST below one row, at its ``name``: a step of its own, which gives the row."""
        where, more = f"POST {self._row(verb)}/{name}", {"status": 200, **more}
        return self._at(where, verb, *words, called=called or name, **more)

    def delete(
        self, verb: AnyVerb, *words: str, called: str = "delete", **more: Any
    ) -> HTTPRouteHandler:
        """DELETE: 204, and the row is gone."""
        return self._at(f"DELETE {self._row(verb)}", verb, *words, called=called, **more)

    def at(
        self,
        where: str,
        verb: AnyVerb,
        *words: str,
        operation: str,
        gives: Any = None,
        status: int | None = None,
        allowed: Permission | Access | None = None,
        tokens: bool = True,
        most_bytes: int | None = None,
        **call: Any,
    ) -> HTTPRouteHandler:
        """Any other: ``where`` is the method, and what follows in the address.

        ``gives`` is made of what the verb gives, and answered in its place; a DELETE answers only
        with a ``status``. ``allowed`` is asked for in place of the noun's ``read`` or ``write``;
        ``most_bytes`` is how long its body may be, where that is not as usual.
        What ``call`` may hold is said at :class:`VerbCall`.
        """
        method, _, below = where.partition(" ")
        path = self._path + below
        calls = VerbCall(verb, path, method, supplied=self._supplied, **call)
        returns = gives or calls.said.returns
        if method == "DELETE" and status is None:
            gives, returns = _nothing, None
        localize = self._localize if _has_rows(self._localize, returns) else None
        allowed = allowed or (self._read if method == "GET" else self._write)
        handler = METHODS[method](
            path,
            guards=[allowed if isinstance(allowed, Access) else allow(allowed, tokens=tokens)],
            dependencies=calls.dependencies,
            operation_id=operation,
            summary=words[0],
            description=words[1] if len(words) > 1 else None,
            tags=self._tags,
            **({} if status is None else {"status_code": status}),
            **({} if most_bytes is None else {"request_max_body_size": most_bytes}),
        )
        parameters = calls.parameters(with_request=localize is not None)
        made: HTTPRouteHandler = handler(
            shaped(_answer(calls, gives, localize), parameters, returns)
        )
        return made

    def _at(
        self, where: str, verb: AnyVerb, *words: str, called: str, **more: Any
    ) -> HTTPRouteHandler:
        return self.at(where, verb, *words, operation=f"{self._name}_{called}", **more)

    def _row(self, verb: AnyVerb) -> str:
        return f"/{self._row_name or Verb(verb, self._supplied).place}"


def _nothing(_: object) -> None:
    """What a DELETE answers."""


def _has_rows(localize: Localize | None, returns: Any) -> bool:
    if localize is None:
        return False
    row = next(iter(get_type_hints(localize).values()))
    return returns in (row, LIST[row], PAGE[row])


def _answer(
    calls: VerbCall, gives: Callable[[Any], Any] | None, localize: Localize | None
) -> AnyVerb:
    async def answer(**given: Any) -> Any:
        done = await calls(given)
        if gives is not None:
            return gives(done)
        if localize is None:
            return done
        return _localized(done, localize, language_of(given["request"]))

    return answer


def _localized(done: Any, localize: Localize, speech: Language) -> Any:
    if isinstance(done, Page):
        return msgspec.structs.replace(done, items=_localized(done.items, localize, speech))
    if isinstance(done, list):
        return [localize(one, speech) for one in done]
    return localize(done, speech)
