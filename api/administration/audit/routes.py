"""What was changed, by whom, over JSON."""

from datetime import date

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from api.http.access import allow
from api.kit.numbers import Limit, QueryId
from core import audit
from core.access import Actor
from core.audit import AuditFilter, Change
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import READ_AUDIT


class AuditRoutes(Controller):
    """/api/v1/audit"""

    path = "/audit"
    tags = ("audit",)

    @get(
        guards=[allow(READ_AUDIT)],
        operation_id="audit_list",
        summary="What was changed at your schools, the newest first",
    )
    async def list_changes(
        self,
        actor: NamedDependency[Actor],
        of_school: NamedDependency[int | None],
        person_id: QueryId = None,
        entity: FromQuery[str | None] = None,
        entity_id: FromQuery[str | None] = None,
        day: FromQuery[date | None] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[Change]:
        """`person_id` is who did it; `entity` the table, `entity_id` its row; `day` at school."""
        only = AuditFilter(of_school, person_id, entity, entity_id, day)
        return await audit.list_changes(actor, only, limit=limit, cursor=cursor)
