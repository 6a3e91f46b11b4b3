"""What answers for work orders: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.inventory.work_orders import entry_routes, routes, sign_offs
from api.inventory.work_orders.fault_reports import FaultReportPages
from api.inventory.work_orders.fix_pages import FixPages
from api.inventory.work_orders.pages import WorkOrderPages
from api.inventory.work_orders.table import FILES

PAGES: list[ControllerRouterHandler] = [
    FaultReportPages,
    FixPages,
    WorkOrderPages,
    *FILES,
    *sign_offs.PAGES,
]
ROUTES: list[ControllerRouterHandler] = [*routes.ROUTES, *entry_routes.ROUTES, *sign_offs.ROUTES]
