"""What was changed, by whom, over JSON."""

from litestar import Controller, get
from litestar.di import NamedDependency

from api.http.access import allow
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from core import audit
from core.access import Actor
from core.audit import AuditFilter, Change
from core.paging import Page
from core.permissions import READ_AUDIT


class AuditRoutes(Controller):
    """/api/v1/audit"""

    path = "/audit"
    tags = ("audit",)

    @get(
        guards=[allow(READ_AUDIT)],
        operation_id="audit_list",
        summary="What was changed at your schools, the newest first",
        dependencies={"asked": asked_for(AuditFilter, without=("zone",))},
    )
    async def list_changes(
        self, actor: NamedDependency[Actor], asked: NamedDependency[ListQuery[AuditFilter]]
    ) -> Page[Change]:
        """`person_id` is who did it; `entity` the table, `entity_id` its row; `day` at school."""
        return await audit.list_changes(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit
        )
