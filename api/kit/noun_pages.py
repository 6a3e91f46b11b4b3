"""The pages of a noun whose verbs are plain: its list, a new row, one to be changed or taken out.

They fill ``list.html`` and ``form.html`` of the noun's folder, which extend ``layout/rows.html``
and ``layout/row.html``.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from api.http.access import allow
from api.http.types import WebRequest
from api.kit.addresses import Address
from api.kit.forms import Form
from api.kit.list_tables import ListTable
from api.kit.lists import read_list
from api.kit.options import school_options
from api.kit.rendering import language_of, render
from api.kit.submission import confirmed, submit
from api.kit.verbs import Create, Delete, Get, List, Update, Verb, shaped
from api.wording import row_names
from core.access import Actor
from core.audit import Change
from core.permissions import Permission

F = TypeVar("F", bound=msgspec.Struct)
R = TypeVar("R", bound=msgspec.Struct)
# What else a page shows: by the request, the reader, and the row (None on a list or a new one's form).
More = Callable[[WebRequest, Actor, R | None], Awaitable[dict[str, Any]]]
OF_READER: dict[str, Any] = {"request": WebRequest, "actor": NamedDependency[Actor]}
BLANK = Form()
CHANGES_SHOWN = 30


class NounPages(Generic[R]):
    """Makes the pages of the table ``name``; each is for those who have ``read``, or ``write``.

    A page knows ``row`` (None for a new one), ``form``, ``schools`` to choose from, ``may_write``,
    the row's ``changes``, its own address as ``action``, and whatever ``more`` adds.
    """

    def __init__(
        self,
        name: str,
        folder: str,
        *,
        read: Permission,
        write: Permission,
        schools: Callable[..., Awaitable[Any]] = school_options,
        more: More[R] | None = None,
        shows_history: bool = True,
    ) -> None:
        self._name, self._folder, self._more = name, folder, more
        self._read, self._write = read, write
        self._schools, self._shows_history = schools, shows_history

    def list(
        self, address: Address, verb: List[F, R], table: ListTable[R] | None = None
    ) -> HTTPRouteHandler:
        """The list, filtered as the address says; with a ``table`` the verb takes ``sort``.

        The page then knows the columns ``shown``.
        """
        filters: type[F] = Verb(verb).struct
        page_of: Any = verb

        async def show(request: WebRequest, actor: Actor) -> Response[str]:
            asked = read_list(request, filters)
            sort = {} if table is None else {"sort": asked.sort}
            return render(
                request,
                f"{self._folder}/list.html",
                page=await page_of(
                    actor, asked.filters, cursor=asked.cursor, limit=asked.limit, **sort
                ),
                shown=table and table.shown(asked, language_of(request)),
                query=asked.filters,
                schools=dict(await self._schools(request, actor, self._read)),
                may_write=actor.can(self._write),
                **await self._extras(request, actor, None),
            )

        return self._get(address, self._read, show)

    def new(
        self,
        address: Address,
        verb: Create[F, R],
        then: Callable[[R], Response[Any]],
        *,
        first: Form = BLANK,
    ) -> tuple[HTTPRouteHandler, HTTPRouteHandler]:
        """The form of a new row, which begins as ``first``; ``then`` leads on from what was made."""
        form_type: type[F] = Verb(verb).struct

        async def page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
            schools = await self._schools(request, actor, self._write)
            return await self._form(
                request, actor, form, row=None, schools=schools, may_write=True, action=address()
            )

        async def show(request: WebRequest, actor: Actor) -> Response[str]:
            return await page(request, actor, first)

        async def create(request: WebRequest, actor: Actor) -> Response[Any]:
            return await submit(
                request,
                form_type,
                lambda form: verb(actor, form),
                then=then,
                page=lambda form: page(request, actor, form),
            )

        return self._get(address, self._write, show), self._post(address, create)

    def edit(
        self,
        address: Address,
        find: Get[R],
        verb: Update[F, R],
        then: Callable[[R], Response[Any]],
    ) -> tuple[HTTPRouteHandler, HTTPRouteHandler]:
        """One row: what it is for its readers, the form of it for those who may write it."""
        said = Verb(verb)
        form_type: type[F] = said.struct

        async def page(
            request: WebRequest, actor: Actor, key: int, form: Form | None = None
        ) -> Response[str]:
            row = await find(actor, key)
            values = {name: getattr(row, name) for name in row.__struct_fields__}
            return await self._form(
                request,
                actor,
                form or Form(values),
                row=row,
                schools=[],
                may_write=self._may_write(actor, row),
                action=address(key),
            )

        async def show(request: WebRequest, actor: Actor, key: int) -> Response[str]:
            return await page(request, actor, key)

        async def edit(request: WebRequest, actor: Actor, key: int) -> Response[Any]:
            return await submit(
                request,
                form_type,
                lambda form: verb(actor, key, form),
                then=then,
                page=lambda form: page(request, actor, key, form),
            )

        return self._get(address, self._read, show, said.key), self._post(address, edit, said.key)

    def delete(
        self, address: Address, verb: Delete[R], then: Callable[[R], Response[Any]]
    ) -> HTTPRouteHandler:
        """The button that takes a row out."""

        async def delete(request: WebRequest, actor: Actor, key: int) -> Response[Any]:
            return await confirmed(request, verb(actor, key), then=then)

        return self._post(address, delete, Verb(verb).key)

    def _get(
        self, address: Address, permission: Permission, answer: Any, key: str | None = None
    ) -> HTTPRouteHandler:
        handler = get(address, guards=[allow(permission, tokens=False)], include_in_schema=False)
        return handler(shaped(answer, OF_READER, Response[str], key=key))

    def _post(self, address: Address, answer: Any, key: str | None = None) -> HTTPRouteHandler:
        handler = post(address, guards=[allow(self._write, tokens=False)], include_in_schema=False)
        return handler(shaped(answer, OF_READER, Response[Any], key=key))

    def _may_write(self, actor: Actor, row: R) -> bool:
        """At the row's school; of rows without one, at any."""
        school_id: int | None = getattr(row, "school_id", None)
        if school_id is None:
            return actor.can(self._write)
        return actor.can_at(school_id, self._write)

    async def _form(
        self, request: WebRequest, actor: Actor, form: Form, *, row: R | None, **context: Any
    ) -> Response[str]:
        row_id = getattr(row, "id", None)
        changes: list[Change] = []
        if row_id is not None and self._shows_history:
            speech = language_of(request)
            changes = await row_names.history(speech, self._name, row_id, limit=CHANGES_SHOWN)
        more = await self._extras(request, actor, row)
        return render(
            request,
            f"{self._folder}/form.html",
            **{"form": form, "row": row, "changes": changes, **context, **more},
        )

    async def _extras(self, request: WebRequest, actor: Actor, row: R | None) -> dict[str, Any]:
        return {} if self._more is None else await self._more(request, actor, row)
