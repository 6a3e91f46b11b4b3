"""The JSON of a noun whose verbs are plain: each handler in a line, made from its verb."""

from typing import Any, TypeVar

import msgspec
from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody

from api.http.access import allow
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from api.kit.verbs import Create, Delete, Get, List, Update, Verb, shaped
from core.access import Actor
from core.permissions import Permission
from core.query import Orders

F = TypeVar("F", bound=msgspec.Struct)
R = TypeVar("R")
OF_ACTOR: dict[str, Any] = {"actor": NamedDependency[Actor]}
# Of types that are known only when a handler is made.
DEPENDENCY: Any = NamedDependency
BODY: Any = JSONBody
LIST_QUERY: Any = ListQuery


class NounRoutes:
    """Makes the handlers below ``path``; their operations are called ``name_list`` and so on.

    ``called`` replaces the last word of that name. What is special to a noun is a handler of its
    own beside these.
    """

    def __init__(
        self, path: str, name: str, *, tags: tuple[str, ...], read: Permission, write: Permission
    ) -> None:
        self._path, self._name, self._tags = path, name, tags
        self._read, self._write = read, write

    def list(
        self,
        verb: List[F, R],
        summary: str,
        description: str | None = None,
        *,
        called: str = "list",
        orders: Orders | None = None,
    ) -> HTTPRouteHandler:
        """GET: a page of the rows that the query names; with ``orders`` the verb takes ``sort``."""
        page_of: Any = verb

        async def answer(actor: Actor, asked: ListQuery[F]) -> object:
            sort = {} if orders is None else {"sort": asked.sort}
            return await page_of(
                actor, asked.filters, cursor=asked.cursor, limit=asked.limit, **sort
            )

        said = Verb(verb)
        words = self._words(called, summary, description)
        handler = get(
            self._path,
            guards=[allow(self._read)],
            dependencies={"asked": asked_for(said.struct, orders)},
            **words,
        )
        parameters = {**OF_ACTOR, "asked": DEPENDENCY[LIST_QUERY[said.struct]]}
        return handler(shaped(answer, parameters, said.returns))

    def get(
        self, verb: Get[R], summary: str, description: str | None = None, *, called: str = "get"
    ) -> HTTPRouteHandler:
        """GET of one row."""

        async def answer(actor: Actor, key: int) -> R:
            return await verb(actor, key)

        said = Verb(verb)
        words = self._words(called, summary, description)
        handler = get(self._one(said), guards=[allow(self._read)], **words)
        return handler(shaped(answer, OF_ACTOR, said.returns, key=said.key))

    def create(
        self,
        verb: Create[F, R],
        summary: str,
        description: str | None = None,
        *,
        called: str = "create",
        tokens: bool = True,
    ) -> HTTPRouteHandler:
        """POST: 201 with the new row."""

        async def answer(actor: Actor, data: F) -> R:
            return await verb(actor, data)

        said = Verb(verb)
        words = self._words(called, summary, description)
        handler = post(self._path, guards=[allow(self._write, tokens=tokens)], **words)
        return handler(shaped(answer, {**OF_ACTOR, "data": BODY[said.struct]}, said.returns))

    def update(
        self,
        verb: Update[F, R],
        summary: str,
        description: str | None = None,
        *,
        called: str = "edit",
    ) -> HTTPRouteHandler:
        """PUT: one row written anew."""

        async def answer(actor: Actor, data: F, key: int) -> R:
            return await verb(actor, key, data)

        said = Verb(verb)
        words = self._words(called, summary, description)
        handler = put(self._one(said), guards=[allow(self._write)], **words)
        parameters = {**OF_ACTOR, "data": BODY[said.struct]}
        return handler(shaped(answer, parameters, said.returns, key=said.key))

    def step(
        self,
        name: str,
        verb: Get[R],
        summary: str,
        description: str | None = None,
        *,
        tokens: bool = True,
    ) -> HTTPRouteHandler:
        """POST below one row, at its ``name``: a step of its own that takes nothing; gives the row."""

        async def answer(actor: Actor, key: int) -> R:
            return await verb(actor, key)

        said = Verb(verb)
        words = self._words(name, summary, description)
        guards = [allow(self._write, tokens=tokens)]
        handler = post(f"{self._one(said)}/{name}", guards=guards, status_code=200, **words)
        return handler(shaped(answer, OF_ACTOR, said.returns, key=said.key))

    def delete(
        self,
        verb: Delete[R],
        summary: str,
        description: str | None = None,
        *,
        called: str = "delete",
    ) -> HTTPRouteHandler:
        """DELETE: 204, and the row is gone."""

        async def answer(actor: Actor, key: int) -> None:
            await verb(actor, key)

        said = Verb(verb)
        words = self._words(called, summary, description)
        handler = delete(self._one(said), guards=[allow(self._write)], **words)
        return handler(shaped(answer, OF_ACTOR, None, key=said.key))

    def _one(self, said: Verb) -> str:
        return f"{self._path}/{{{said.key}:int}}"

    def _words(self, verb: str, summary: str, description: str | None) -> dict[str, Any]:
        return {
            "operation_id": f"{self._name}_{verb}",
            "summary": summary,
            "description": description,
            "tags": self._tags,
        }
