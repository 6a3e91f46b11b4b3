"""The security log over JSON."""

from litestar import Controller, get
from litestar.di import NamedDependency

from api.http.access import allow
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from core import security_log
from core.access import Actor
from core.paging import Page
from core.permissions import READ_SECURITY_LOG
from core.security_log import SecurityEvent, SecurityFilter


class SecurityLogRoutes(Controller):
    """/api/v1/security-events"""

    path = "/security-events"
    tags = ("audit",)

    @get(
        guards=[allow(READ_SECURITY_LOG)],
        operation_id="security_event_list",
        summary="Who came in, who was refused, who may do what; the newest first",
        dependencies={"asked": asked_for(SecurityFilter, without=("zone",))},
    )
    async def list_events(
        self, actor: NamedDependency[Actor], asked: NamedDependency[ListQuery[SecurityFilter]]
    ) -> Page[SecurityEvent]:
        """`person_id` is whose account it concerns."""
        return await security_log.list_events(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit
        )
