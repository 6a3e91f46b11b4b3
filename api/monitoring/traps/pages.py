"""Messages from devices: what they said unasked, counted, and the latest one by one."""

from typing import Literal

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import in_person
from api.http.types import WebRequest
from api.kit.forms import convert_form
from api.kit.options import school_options
from api.kit.rendering import render
from core.access import Actor
from core.numbers import Id
from core.paging import DEFAULT_LIMIT
from monitoring import devices
from monitoring.traps import views
from monitoring.traps.retention import STORED_DAYS
from monitoring.traps.views import MessageFilter

PERIODS = (1, 7, 30, STORED_DAYS)


class ListQuery(msgspec.Struct, frozen=True):
    """The page's filters as they stand in its address."""

    q: str | None = None
    school_id: Id | None = None
    device_id: Id | None = None
    known: Literal["yes", "no"] | None = None
    days: Literal[1, 7, 30, 90] = 7
    trap_oid: str | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None

    @property
    def active(self) -> int:
        """How many folded filters are set."""
        return sum(1 for value in (self.school_id, self.known) if value) + (self.days != 7)

    def wanted(self) -> MessageFilter:
        is_known = None if self.known is None else self.known == "yes"
        return MessageFilter(self.q, self.school_id, self.device_id, is_known, self.trap_oid)


class TrapPages(Controller):
    """/device-messages"""

    include_in_schema = False

    @get(urls.device_messages, guards=[in_person])
    async def show_messages(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        query = convert_form(request.query_params, ListQuery)
        wanted = query.wanted()
        device = (
            None if query.device_id is None else await devices.get_device(actor, query.device_id)
        )
        return render(
            request,
            "monitoring/traps/list.html",
            page=await views.list_messages(actor, wanted, limit=query.limit, cursor=query.cursor),
            counts=[]
            if query.cursor
            else await views.count_messages(actor, wanted, days=query.days),
            query=query,
            device=device,
            periods=PERIODS,
            schools=await school_options(request, actor),
        )


PAGES: list[ControllerRouterHandler] = [TrapPages]
