"""The list of changes, for admins and auditors."""

from datetime import date
from itertools import groupby
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.forms import convert_form
from api.kit.options import school_options
from api.kit.rendering import language_of, render
from api.wording import row_names
from core import audit, people
from core.access import Actor
from core.audit import AuditFilter, Change
from core.numbers import Id
from core.permissions import READ_AUDIT


class AuditQuery(msgspec.Struct, frozen=True):
    """The filters of the list, as they stand in its address."""

    school_id: Id | None = None
    person_id: Id | None = None
    entity: str | None = None
    entity_id: str | None = None
    day: date | None = None
    limit: int = 100
    cursor: str | None = None


@get(urls.audit, guards=[allow(READ_AUDIT, tokens=False)], include_in_schema=False)
async def show_changes(request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Who changed what and when, the newest first; filters in the address."""
    query = convert_form(request.query_params, AuditQuery)
    only = AuditFilter(query.school_id, query.person_id, query.entity, query.entity_id, query.day)
    doers = await people.list_people(actor, limit=200)
    page = await audit.list_changes(actor, only, limit=query.limit, cursor=query.cursor)
    return render(
        request,
        "administration/audit/list.html",
        entries=entries_of(await row_names.named(language_of(request), page.items)),
        next_cursor=page.next_cursor,
        query=query,
        school_options=await school_options(request, actor, READ_AUDIT),
        doer_options=[(person.id, person.name) for person in doers.items],
    )


class Entry(msgspec.Struct, frozen=True):
    """What was done in one go: one change or a batch; ``counts`` is how many of each kind."""

    changes: list[Change]
    counts: list[tuple[str, str, int]]


def entries_of(changes: list[Change]) -> list[Entry]:
    """Changes of one request, or of one kind by a worker within a minute, are one entry."""
    return [_entry(list(batch)) for _, batch in groupby(changes, _occasion)]


def _occasion(change: Change) -> tuple[object, ...]:
    if change.request_id is not None:
        return (change.request_id,)
    columns = tuple(field.field for field in change.fields) if change.action == "update" else ()
    minute = change.at.replace(second=0, microsecond=0)
    return (change.actor_name, minute, change.entity, change.action, columns)


def _entry(batch: list[Change]) -> Entry:
    kinds = [(change.entity, change.action) for change in batch]
    return Entry(batch, [(*kind, kinds.count(kind)) for kind in dict.fromkeys(kinds)])


PAGES: list[ControllerRouterHandler] = [show_changes]
