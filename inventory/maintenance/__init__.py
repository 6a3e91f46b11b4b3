"""Maintenance plans: what is looked after regularly, when it is due, and the orders that follow."""

from inventory.maintenance.completing import Completions, complete_planned
from inventory.maintenance.opening import Opened, open_all_due, open_due
from inventory.maintenance.plans import (
    MaintenancePlan,
    NewMaintenancePlan,
    PlanFacts,
    PlanFilters,
    PlanState,
    create_plan,
    end_plan,
    get_plan,
    list_plans,
    pause_plan,
    resume_plan,
    update_plan,
)
from inventory.maintenance.things import (
    PlannedThing,
    ThingFilters,
    ThingState,
    count_things,
    list_things,
)

__all__ = [
    "Completions",
    "MaintenancePlan",
    "NewMaintenancePlan",
    "Opened",
    "PlanFacts",
    "PlanFilters",
    "PlanState",
    "PlannedThing",
    "ThingFilters",
    "ThingState",
    "complete_planned",
    "count_things",
    "create_plan",
    "end_plan",
    "get_plan",
    "list_plans",
    "list_things",
    "open_all_due",
    "open_due",
    "pause_plan",
    "resume_plan",
    "update_plan",
]
