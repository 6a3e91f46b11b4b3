"""Repairs over JSON: report, list, read, move, write down."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
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
from inventory.repairs.views import ORDERS

B = TypeVar("B", bound=msgspec.Struct)


def _told(order: WorkOrder, speech: Language) -> WorkOrder:
    """The order with its summary in the reader's language."""
    return msgspec.structs.replace(order, summary=speech.words(order.wording))


def _step(
    path: str,
    body: type[B],
    verb: Callable[..., Awaitable[WorkOrder]],
    *,
    operation_id: str,
    summary: str,
    description: str | None = None,
) -> HTTPRouteHandler:
    """The handler of one step of an order; the fields of ``body`` are the verb's keywords."""

    async def take_step(
        self: Controller,
        request: WebRequest,
        actor: NamedDependency[Actor],
        order_id: PathId,
        data: JSONBody[B],
    ) -> WorkOrder:
        order = await verb(actor, order_id, **msgspec.structs.asdict(data))
        return _told(order, language_of(request))

    # Litestar reads the body's type from here, and a type variable says nothing to it.
    take_step.__annotations__["data"] = JSONBody[body]  # type: ignore[valid-type,misc]
    return post(
        "/{order_id:int}/" + path,
        guards=[allow(MANAGE_WORK_ORDERS)],
        operation_id=operation_id,
        summary=summary,
        description=description,
        status_code=200,
    )(take_step)


class WorkOrderRoutes(Controller):
    """/api/v1/work-orders"""

    path = "/work-orders"
    tags = ("work orders",)

    @get(
        guards=[allow(READ_EQUIPMENT)],
        operation_id="work_order_list",
        summary="Work orders, the latest first",
        dependencies={"asked": asked_for(WorkOrderFilter, ORDERS)},
    )
    async def list_orders(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        asked: NamedDependency[ListQuery[WorkOrderFilter]],
    ) -> Page[WorkOrder]:
        """Teachers and student helpers see the orders that they reported or were given."""
        page = await repairs.list_work_orders(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit, sort=asked.sort
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

    take = _step(
        "take",
        Step,
        repairs.take,
        operation_id="work_order_take",
        summary="Take an order that nobody has",
    )
    set_usable = _step(
        "usability",
        Usability,
        repairs.set_usable,
        operation_id="work_order_set_usable",
        summary="Say whether the asset is in use while the order is open",
        description="Downtime counts while it is not; what was counted before stays as it was.",
    )
    assign = _step(
        "assign",
        Assignment,
        repairs.assign,
        operation_id="work_order_assign",
        summary="Give the order to somebody",
        description="To a technician, an admin or a student helper of the asset's school.",
    )
    wait_for_parts = _step(
        "wait-for-parts",
        Step,
        repairs.wait_for_parts,
        operation_id="work_order_wait_for_parts",
        summary="Lay the work aside until parts come",
    )
    resume = _step(
        "resume",
        Step,
        repairs.resume,
        operation_id="work_order_resume",
        summary="Go on with the work",
    )
    complete = _step(
        "complete",
        Completion,
        repairs.complete,
        operation_id="work_order_complete",
        summary="Close the order as done",
        description="The asset is as before once no other order of it is open.",
    )
    cancel = _step(
        "cancel",
        Cancellation,
        repairs.cancel,
        operation_id="work_order_cancel",
        summary="Close the order as needless",
    )
