"""Reports of visitors: their page for technicians, and their JSON."""

from litestar import Response
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.types import WebRequest
from api.inventory.visitors.pages import VisitorPages
from api.kit.flash import see_other
from api.kit.lists import read_list
from api.kit.noun_routes import NounRoutes
from api.kit.page_handlers import button, shown, to
from api.kit.rendering import render
from core.access import Actor
from core.errors import say
from core.permissions import MANAGE_WORK_ORDERS
from inventory import visitors
from inventory.visitors import VisitorReportFilters


async def _list_page(request: WebRequest, actor: Actor) -> Response[str]:
    asked = read_list(request, VisitorReportFilters)
    return render(
        request,
        "inventory/visitors/list.html",
        page=await visitors.list_visitor_reports(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit
        ),
        query=asked.filters,
        waiting=await visitors.count_waiting(actor),
    )


PAGES: list[ControllerRouterHandler] = [
    VisitorPages,
    shown(urls.visitor_reports, _list_page, MANAGE_WORK_ORDERS),
    button(
        urls.accept_visitor_report,
        visitors.accept,
        then=lambda report, _: see_other(
            urls.work_order(report.work_order_id), say("It is a work order now.")
        ),
        allowed=MANAGE_WORK_ORDERS,
    ),
    button(
        urls.dismiss_visitor_report,
        visitors.dismiss,
        then=to(urls.visitor_reports, say("The report is dismissed.")),
        allowed=MANAGE_WORK_ORDERS,
    ),
]

_routes = NounRoutes(
    "/visitor-reports",
    "visitor_report",
    tags=("work orders",),
    read=MANAGE_WORK_ORDERS,
    write=MANAGE_WORK_ORDERS,
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        visitors.list_visitor_reports,
        "Faults that visitors reported by a label",
        "Those that wait; with `decided` those that do not any more.",
    ),
    _routes.step(
        "accept",
        visitors.accept,
        "Make a visitor's report a work order",
        "It joins the order that is open for the asset, if there is one. 409 if it is decided.",
    ),
    _routes.step(
        "dismiss", visitors.dismiss, "Dismiss a visitor's report", "409 if it is decided."
    ),
]
