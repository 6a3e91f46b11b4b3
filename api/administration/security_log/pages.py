"""The security log, for admins: as a page and as a file."""

from datetime import date
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from api import urls
from api.administration.sign_in.sessions import browser_name
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.forms import convert_form
from api.kit.rendering import language_of, render
from api.wording import words
from core import csv_files, people, security_log
from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.permissions import READ_SECURITY_LOG
from core.security_log import MOST_EXPORTED, Kind, SecurityFilter

HEADS = (say("When"), say("What happened"), say("Whose account"), say("By whom"), say("Address"))


class LogQuery(msgspec.Struct, frozen=True):
    """The filters of the list, as they stand in its address."""

    kind: Kind | None = None
    person_id: Id | None = None
    day: date | None = None
    limit: int = 50
    cursor: str | None = None

    @property
    def only(self) -> SecurityFilter:
        return SecurityFilter(self.kind, self.person_id, self.day)


@get(urls.security_log, guards=[allow(READ_SECURITY_LOG, tokens=False)], include_in_schema=False)
async def show_security_log(request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Who came in, who was refused, who may do what; the newest first."""
    query = convert_form(request.query_params, LogQuery)
    owners = await people.list_people(actor, limit=200)
    return render(
        request,
        "administration/security_log/list.html",
        page=await security_log.list_events(
            actor, query.only, limit=query.limit, cursor=query.cursor
        ),
        query=query,
        browser_name=browser_name,
        owner_options=[(person.id, person.name) for person in owners.items],
    )


@get(urls.security_log_csv, guards=[allow(READ_SECURITY_LOG)], include_in_schema=False)
async def download_security_log(
    request: WebRequest, actor: NamedDependency[Actor]
) -> Response[str]:
    """The newest ten thousand events of the filters."""
    query = convert_form(request.query_params, LogQuery)
    found = await security_log.list_events(actor, query.only, most=MOST_EXPORTED)
    speech = language_of(request)
    rows = [[speech.words(head) for head in (*HEADS, say("Details"))]]
    for event in found.items:
        kind = words.word_of(speech, "security_kind", event.kind)
        cells = (kind, event.person_name, event.actor_name, event.address, event.detail)
        rows.append([event.at.isoformat(), *(cell or "" for cell in cells)])
    return Response(
        csv_files.written(rows),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="security-log.csv"'},
    )


PAGES: list[ControllerRouterHandler] = [download_security_log, show_security_log]
