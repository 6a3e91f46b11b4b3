"""Repairs over JSON: report, list, read, move, write down."""

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

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
from api.kit.noun_routes import NounRoutes
from api.wording.language import Language
from api.wording.reader import language_of
from core.access import Actor
from core.permissions import MANAGE_WORK_ORDERS, READ_EQUIPMENT, WRITE_WORK_ORDERS
from inventory import repairs
from inventory.repairs import WorkOrder
from inventory.repairs.views import ORDERS


def localized(order: WorkOrder, speech: Language) -> WorkOrder:
    """The order with its summary in the reader's language."""
    return msgspec.structs.replace(order, summary=speech.words(order.wording))


@post(
    "/work-orders",
    guards=[allow(WRITE_WORK_ORDERS)],
    operation_id="work_order_report",
    summary="Report a fault",
    tags=("work orders",),
)
async def report(
    request: WebRequest, actor: NamedDependency[Actor], data: JSONBody[FaultReport]
) -> Response[WorkOrder]:
    """201 with a new order, or 200 with the open one that the report joined as an entry."""
    reported = await repairs.report_fault(
        actor, data.tag, data.what, severity=data.severity, is_usable=data.is_usable
    )
    order = await repairs.get_work_order(actor, reported.work_order_id)
    return Response(
        localized(order, language_of(request)), status_code=201 if reported.is_new else 200
    )


_routes = NounRoutes(
    "/work-orders",
    "work_order",
    tags=("work orders",),
    read=READ_EQUIPMENT,
    write=MANAGE_WORK_ORDERS,
    localize=localized,
    row="{order_id:int}",
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        repairs.list_work_orders,
        "Work orders, the latest first",
        "Teachers and student helpers see the orders that they reported or were given.",
        orders=ORDERS,
    ),
    report,
    _routes.get(repairs.get_work_order, "One work order"),
    _routes.step("take", repairs.take, "Take an order that nobody has", body=Step),
    _routes.step(
        "usability",
        repairs.set_usable,
        "Say whether the asset is in use while the order is open",
        "Downtime counts while it is not; what was counted before stays as it was.",
        called="set_usable",
        body=Usability,
    ),
    _routes.step(
        "assign",
        repairs.assign,
        "Give the order to somebody",
        "To a technician, an admin or a student helper of the asset's school.",
        body=Assignment,
    ),
    _routes.step(
        "wait-for-parts",
        repairs.wait_for_parts,
        "Lay the work aside until parts come",
        called="wait_for_parts",
        body=Step,
    ),
    _routes.step("resume", repairs.resume, "Go on with the work", body=Step),
    _routes.step(
        "complete",
        repairs.complete,
        "Close the order as done",
        "The asset is as before once no other order of it is open.",
        body=Completion,
    ),
    _routes.step(
        "fix",
        repairs.fix,
        "Write the last entry of an order and close it as done",
        "What was found, what helped, minutes, cost and parts from stock: all of it, or nothing.",
    ),
    NounRoutes(
        "/assets/{tag:str}/fix",
        "asset",
        tags=("work orders",),
        read=READ_EQUIPMENT,
        write=MANAGE_WORK_ORDERS,
        localize=localized,
    ).at(
        "POST",
        repairs.fix_asset,
        "Write down a repair that nobody had reported",
        "Its order is opened and closed at once. 409 while what was reported of the asset is open.",
        operation="asset_fix",
    ),
    NounRoutes(
        "/work-orders/{order_id:int}",
        "work_order",
        tags=("work orders",),
        read=READ_EQUIPMENT,
        write=MANAGE_WORK_ORDERS,
        localize=localized,
    ).at(
        "GET /precedents",
        repairs.list_precedents,
        "What helped before",
        "Up to five completed orders of the same model and fault, those of the asset itself first.",
        operation="work_order_precedent_list",
    ),
    _routes.step("cancel", repairs.cancel, "Close the order as needless", body=Cancellation),
]
