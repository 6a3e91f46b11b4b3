"""The pages of a noun whose verbs are plain: its list, a new row, one to be changed or taken out.

They fill ``list.html`` and ``form.html`` of the noun's folder, which extend ``layout/rows.html``
and ``layout/row.html`` where nothing else is said there.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from api.http.types import WebRequest
from api.kit.addresses import Address
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.list_tables import ListTable
from api.kit.lists import read_list
from api.kit.options import school_options
from api.kit.page_handlers import PageOf, Then, button, posted, shown
from api.kit.rendering import language_of, render
from api.kit.verb_calls import NOTHING, Supplied
from api.kit.verbs import Verb
from api.wording import row_names
from core.access import Actor
from core.audit import Change
from core.errors import say
from core.permissions import Permission

R = TypeVar("R", bound=msgspec.Struct)
# What else a page shows: by the request, the reader, and the row (None on a list or a new one's form).
More = Callable[[WebRequest, Actor, R | None], Awaitable[dict[str, Any]]]
AnyVerb = Callable[..., Awaitable[Any]]
BLANK = Form()
CHANGES_SHOWN = 30


class NounPages(Generic[R]):
    """Makes the pages of the table ``name``; each is for those who have ``read``, or ``write``.

    A page knows ``row`` (None for a new one), ``form``, ``schools`` to choose from, ``may_write``,
    the row's ``changes``, its own address as ``action``, and whatever ``more`` adds. What was done
    leads back to the list at ``home``, unless a page says ``then``. ``school_of`` is the field of a row
    that says at which school it may be written; without one, at any. ``secrets`` only go into a form.
    """

    def __init__(
        self,
        name: str,
        folder: str,
        home: Address,
        *,
        read: Permission,
        write: Permission,
        schools: Callable[..., Awaitable[Any]] = school_options,
        school_of: str = "school_id",
        more: More[R] | None = None,
        shows_history: bool = True,
        secrets: tuple[str, ...] = (),
        supplied: Supplied = NOTHING,
    ) -> None:
        self._name, self._folder, self._home, self._more = name, folder, home, more
        self._read, self._write = read, write
        self._schools, self._school_of, self._shows_history = schools, school_of, shows_history
        self._secrets, self._supplied = dict.fromkeys(secrets), supplied

    def list(self, verb: AnyVerb, table: ListTable[R] | None = None) -> HTTPRouteHandler:
        """The list, filtered as the address says; with a ``table`` the verb takes ``sort``.

        The page then knows the columns ``shown``.
        """
        filters = Verb(verb).struct

        async def show(request: WebRequest, actor: Actor) -> Response[str]:
            asked = read_list(request, filters)
            sort = {} if table is None else {"sort": asked.sort}
            return render(
                request,
                f"{self._folder}/list.html",
                page=await verb(
                    actor, asked.filters, cursor=asked.cursor, limit=asked.limit, **sort
                ),
                shown=table and table.shown(asked, language_of(request)),
                query=asked.filters,
                schools=dict(await self._schools(request, actor, self._read)),
                may_write=actor.can(self._write),
                **await self._extras(request, actor, None),
            )

        return shown(self._home, show, self._read)

    def new(
        self,
        address: Address,
        verb: AnyVerb,
        *,
        then: Then | None = None,
        first: Form = BLANK,
        action: Address | None = None,
    ) -> tuple[HTTPRouteHandler, HTTPRouteHandler]:
        """The form of a new row, which begins as ``first`` and is posted to ``action``."""
        action = action or address

        async def page(request: WebRequest, actor: Actor, form: Form = first) -> Response[str]:
            schools = await self._schools(request, actor, self._write)
            return await self._form(
                request, actor, form, row=None, schools=schools, may_write=True, action=action()
            )

        back = then or (
            lambda made: see_other(self._home(), say("{name} is added.", name=made.name))
        )
        return shown(address, page, self._write), self._posted(action, verb, back, page)

    def edit(
        self,
        address: Address,
        find: AnyVerb,
        verb: AnyVerb,
        *,
        then: Then | None = None,
        is_for_readers: bool = True,
    ) -> tuple[HTTPRouteHandler, HTTPRouteHandler]:
        """One row: what it is for its readers, the form of it for those who may write it."""

        async def page(
            request: WebRequest, actor: Actor, key: int, form: Form | None = None
        ) -> Response[str]:
            row = await find(actor, key)
            may_write = self._may_write(actor, row)
            if not (may_write or is_for_readers):
                actor.require(getattr(row, self._school_of), self._write)
            return await self._form(
                request,
                actor,
                form or Form(msgspec.structs.asdict(row)),
                row=row,
                schools=[],
                may_write=may_write,
                action=address(key),
            )

        back = then or (lambda *_: see_other(self._home(), say("Saved.")))
        seen_by = self._read if is_for_readers else self._write
        return shown(address, page, seen_by), self._posted(address, verb, back, page)

    def delete(self, address: Address, verb: AnyVerb, then: Then | None = None) -> HTTPRouteHandler:
        """The button that takes a row out."""
        back = then or (
            lambda gone, *_: see_other(self._home(), say("{name} is taken out.", name=gone.name))
        )
        return button(address, verb, then=back, allowed=self._write)

    def _posted(
        self, address: Address, verb: AnyVerb, then: Then, page: PageOf
    ) -> HTTPRouteHandler:
        return posted(
            address,
            Verb(verb).struct,
            verb,
            then=then,
            page=page,
            allowed=self._write,
            supplied=self._supplied,
        )

    def _may_write(self, actor: Actor, row: R) -> bool:
        school_id: int | None = getattr(row, self._school_of, None)
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
            form=form.with_values(**self._secrets),
            **{"row": row, "changes": changes, **context, **more},
        )

    async def _extras(self, request: WebRequest, actor: Actor, row: R | None) -> dict[str, Any]:
        return {} if self._more is None else await self._more(request, actor, row)
