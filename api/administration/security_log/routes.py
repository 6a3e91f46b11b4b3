"""The security log over JSON."""

from datetime import date

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.http.access import allow
from api.kit.numbers import Limit, QueryId
from core import security_log
from core.access import Actor
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import READ_SECURITY_LOG
from core.security_log import Kind, SecurityEvent, SecurityFilter


class SecurityLogRoutes(Controller):
    """/api/v1/security-events"""

    path = "/security-events"
    tags = ("audit",)

    @get(
        guards=[allow(READ_SECURITY_LOG)],
        operation_id="security_event_list",
        summary="Who came in, who was refused, who may do what; the newest first",
    )
    async def list_events(
        self,
        actor: NamedDependency[Actor],
        kind: FromQuery[Kind | None] = None,
        person_id: QueryId = None,
        day: FromQuery[date | None] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[SecurityEvent]:
        """`person_id` is whose account it concerns."""
        only = SecurityFilter(kind, person_id, day)
        return await security_log.list_events(actor, only, limit=limit, cursor=cursor)
