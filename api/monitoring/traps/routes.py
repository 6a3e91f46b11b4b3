"""Traps and informs over JSON: what devices said unasked."""

from typing import Annotated

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from api.http.access import allow
from api.http.types import WebRequest
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from api.kit.numbers import QueryId
from api.wording.language import Language
from api.wording.reader import language_of
from core.access import Actor
from core.paging import Page
from core.permissions import READ_MONITORING
from monitoring.traps import views
from monitoring.traps.views import DeviceMessage, MessageCount, MessageFilter

Days = Annotated[int, QueryParameter(ge=1, le=90)]


class TrapRoutes(Controller):
    """/api/v1/traps"""

    path = "/traps"
    tags = ("traps",)

    @get(
        guards=[allow(READ_MONITORING)],
        operation_id="trap_list",
        summary="What devices said, the latest first",
        dependencies={"asked": asked_for(MessageFilter, without=("trap_oid",))},
    )
    async def list_traps(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        asked: NamedDependency[ListQuery[MessageFilter]],
    ) -> Page[DeviceMessage]:
        """``is_known`` false: what no profile has words for. The same within a minute is one."""
        page = await views.list_messages(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit
        )
        speech = language_of(request)
        return Page([told(one, speech) for one in page.items], page.next_cursor)

    @get(
        "/counts",
        guards=[allow(READ_MONITORING)],
        operation_id="trap_counts",
        summary="How often which device said what",
    )
    async def count_traps(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        of_school: NamedDependency[int | None],
        q: FromQuery[str | None] = None,
        device_id: QueryId = None,
        is_known: FromQuery[bool | None] = None,
        days: Days = 7,
    ) -> list[MessageCount]:
        """The two hundred that come most often, over so many days."""
        only = MessageFilter(q, of_school, device_id, is_known)
        speech = language_of(request)
        found = await views.count_messages(actor, only, days=days)
        return [msgspec.structs.replace(one, title=speech.words(one.title)) for one in found]


def told(one: DeviceMessage, speech: Language) -> DeviceMessage:
    """The message with its title in the reader's language."""
    return msgspec.structs.replace(one, title=speech.words(one.title))
