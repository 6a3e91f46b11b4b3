"""Repairs over JSON: report, list, read, move, write down."""

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.work_orders.bodies import (
    Assignment,
    Cancellation,
    Completion,
    FaultReport,
    Step,
    Usability,
)
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from api.kit.numbers import PathId
from api.wording.language import Language
from api.wording.reader import language_of
from core.access import Actor
from core.paging import Page
from core.permissions import MANAGE_WORK_ORDERS, READ_EQUIPMENT, WRITE_WORK_ORDERS
from inventory import repairs
from inventory.repairs import WorkOrder, WorkOrderFilter


class WorkOrderRoutes(Controller):
    """/api/v1/work-orders"""

    path = "/work-orders"
    tags = ("work orders",)

    @get(
        guards=[allow(READ_EQUIPMENT)],
        operation_id="work_order_list",
        summary="Work orders, the latest first",
        dependencies={"asked": asked_for(WorkOrderFilter)},
    )
    async def list_orders(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        asked: NamedDependency[ListQuery[WorkOrderFilter]],
    ) -> Page[WorkOrder]:
        """Teachers and student helpers see the orders that they reported or were given."""
        page = await repairs.list_work_orders(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit
        )
        speech = language_of(request)
        return Page([_told(one, speech) for one in page.items], page.next_cursor)

    @post(
        guards=[allow(WRITE_WORK_ORDERS)],
        operation_id="work_order_report",
        summary="Report a fault",
    )
    async def report(
        self, request: WebRequest, actor: NamedDependency[Actor], data: JSONBody[FaultReport]
    ) -> Response[WorkOrder]:
        """201 with a new order, or 200 with the open one that the report joined as an entry."""
        reported = await repairs.report_fault(
            actor, data.tag, data.what, severity=data.severity, is_usable=data.is_usable
        )
        order = await repairs.get_work_order(actor, reported.work_order_id)
        return Response(
            _told(order, language_of(request)), status_code=201 if reported.is_new else 200
        )

    @get(
        "/{order_id:int}",
        guards=[allow(READ_EQUIPMENT)],
        operation_id="work_order_get",
        summary="One work order",
    )
    async def get_order(
        self, request: WebRequest, actor: NamedDependency[Actor], order_id: PathId
    ) -> WorkOrder:
        return _told(await repairs.get_work_order(actor, order_id), language_of(request))

    @post(
        "/{order_id:int}/take",
        guards=[allow(MANAGE_WORK_ORDERS)],
        operation_id="work_order_take",
        summary="Take an order that nobody has",
        status_code=200,
    )
    async def take(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        order_id: PathId,
        data: JSONBody[Step],
    ) -> WorkOrder:
        return _told(
            await repairs.take(actor, order_id, version=data.version), language_of(request)
        )

    @post(
        "/{order_id:int}/usability",
        guards=[allow(MANAGE_WORK_ORDERS)],
        operation_id="work_order_set_usable",
        summary="Say whether the asset is in use while the order is open",
        status_code=200,
    )
    async def set_usable(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        order_id: PathId,
        data: JSONBody[Usability],
    ) -> WorkOrder:
        """Downtime counts while it is not; what was counted before stays as it was."""
        return _told(
            await repairs.set_usable(
                actor, order_id, is_usable=data.is_usable, version=data.version
            ),
            language_of(request),
        )

    @post(
        "/{order_id:int}/assign",
        guards=[allow(MANAGE_WORK_ORDERS)],
        operation_id="work_order_assign",
        summary="Give the order to somebody",
        status_code=200,
    )
    async def assign(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        order_id: PathId,
        data: JSONBody[Assignment],
    ) -> WorkOrder:
        """To a technician, an admin or a student helper of the asset's school."""
        return _told(
            await repairs.assign(
                actor, order_id, assignee_id=data.assignee_id, version=data.version
            ),
            language_of(request),
        )

    @post(
        "/{order_id:int}/wait-for-parts",
        guards=[allow(MANAGE_WORK_ORDERS)],
        operation_id="work_order_wait_for_parts",
        summary="Lay the work aside until parts come",
        status_code=200,
    )
    async def wait_for_parts(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        order_id: PathId,
        data: JSONBody[Step],
    ) -> WorkOrder:
        return _told(
            await repairs.wait_for_parts(actor, order_id, version=data.version),
            language_of(request),
        )

    @post(
        "/{order_id:int}/resume",
        guards=[allow(MANAGE_WORK_ORDERS)],
        operation_id="work_order_resume",
        summary="Go on with the work",
        status_code=200,
    )
    async def resume(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        order_id: PathId,
        data: JSONBody[Step],
    ) -> WorkOrder:
        return _told(
            await repairs.resume(actor, order_id, version=data.version), language_of(request)
        )

    @post(
        "/{order_id:int}/complete",
        guards=[allow(MANAGE_WORK_ORDERS)],
        operation_id="work_order_complete",
        summary="Close the order as done",
        status_code=200,
    )
    async def complete(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        order_id: PathId,
        data: JSONBody[Completion],
    ) -> WorkOrder:
        """The asset is as before once no other order of it is open."""
        return _told(
            await repairs.complete(
                actor,
                order_id,
                resolution=data.resolution,
                condition=data.condition,
                version=data.version,
            ),
            language_of(request),
        )

    @post(
        "/{order_id:int}/cancel",
        guards=[allow(MANAGE_WORK_ORDERS)],
        operation_id="work_order_cancel",
        summary="Close the order as needless",
        status_code=200,
    )
    async def cancel(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        order_id: PathId,
        data: JSONBody[Cancellation],
    ) -> WorkOrder:
        return _told(
            await repairs.cancel(actor, order_id, reason=data.reason, version=data.version),
            language_of(request),
        )


def _told(order: WorkOrder, speech: Language) -> WorkOrder:
    """The order with its summary in the reader's language."""
    return msgspec.structs.replace(order, summary=speech.words(order.wording))
