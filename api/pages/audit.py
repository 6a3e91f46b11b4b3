"""The list of changes, for admins and auditors."""

from datetime import date
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from api import urls
from api.access import allow
from api.forms import convert_form
from api.pages.options import school_options
from api.pages.rendering import render
from api.types import WebRequest
from core import audit, people
from core.access import Actor
from core.audit import READERS, AuditFilter


class AuditQuery(msgspec.Struct, frozen=True):
    """The filters of the list, as they stand in its address."""

    school_id: int | None = None
    person_id: int | None = None
    entity: str | None = None
    entity_id: str | None = None
    day: date | None = None
    limit: int = 50
    cursor: str | None = None

    @property
    def active(self) -> int:
        given = (self.school_id, self.person_id, self.entity, self.entity_id, self.day)
        return sum(value is not None for value in given)


@get(urls.audit(), guards=[allow(*READERS, scope=None)], include_in_schema=False)
async def show_changes(request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Who changed what and when, the newest first; filters in the address."""
    query = convert_form(request.query_params, AuditQuery)
    only = AuditFilter(query.school_id, query.person_id, query.entity, query.entity_id, query.day)
    doers = await people.find_people(actor, limit=200)
    return render(
        request,
        "people/audit.html",
        page=await audit.find_changes(actor, only, limit=query.limit, cursor=query.cursor),
        query=query,
        school_options=await school_options(request, actor, *READERS),
        doer_options=[(person.id, person.name) for person in doers.items],
    )
