"""Maintenance plans: their pages and their JSON."""

from litestar.types import ControllerRouterHandler

from api import urls
from api.inventory.maintenance.pages import HANDLERS
from api.inventory.options import school_codes
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from core.permissions import EDIT_EQUIPMENT, MANAGE_WORK_ORDERS, READ_EQUIPMENT
from inventory import maintenance
from inventory.maintenance import MaintenancePlan
from inventory.maintenance.plans import ORDERS
from inventory.maintenance.things import ORDERS as THING_ORDERS

_pages = NounPages[MaintenancePlan](
    "maintenance_plan",
    "inventory/maintenance",
    urls.maintenance_plans,
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
    schools=school_codes,
)
PAGES: list[ControllerRouterHandler] = [_pages.list(maintenance.list_plans), *HANDLERS]

_routes = NounRoutes(
    "/maintenance-plans",
    "maintenance_plan",
    tags=("maintenance plans",),
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(maintenance.list_plans, "What is looked after regularly", orders=ORDERS),
    _routes.create(
        maintenance.create_plan,
        "Write a plan",
        "Its orders are opened when they are due, by the clock of its school.",
    ),
    _routes.get(maintenance.get_plan, "A plan, with how many of its orders are open"),
    _routes.update(
        maintenance.update_plan, "Write a plan anew", "409 if it was changed since `revision`."
    ),
    _routes.at(
        "GET /{maintenance_plan_id:int}/assets",
        maintenance.list_things,
        "The assets of a plan, and when each is due",
        operation="maintenance_plan_assets",
        orders=THING_ORDERS,
    ),
    _routes.step(
        "due-orders",
        maintenance.open_due,
        "Open now what is due",
        "The service does so by itself, soon after midnight. One order for each asset and due day,"
        " however often it is asked for. 409 while the plan is paused.",
        called="open_due",
    ),
    _routes.step(
        "completions",
        maintenance.complete_planned,
        "Close orders of a plan that are done",
        "All of them or none: 409 if one is closed already, or its asset is out of service.",
        called="complete",
        allowed=MANAGE_WORK_ORDERS,
    ),
    _routes.step("pause", maintenance.pause_plan, "Open no orders for a while"),
    _routes.step("resume", maintenance.resume_plan, "Open orders again"),
    _routes.step("end", maintenance.end_plan, "Open no orders any more"),
]
