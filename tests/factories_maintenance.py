"""Maintenance plans for tests."""

from datetime import date, timedelta
from typing import Any

from core import clock
from core.access import USUAL_ZONE
from inventory import maintenance
from inventory.maintenance import MaintenancePlan, NewMaintenancePlan
from tests.factories import MadePerson, MadeSchool


def today() -> date:
    return clock.today(USUAL_ZONE)


async def plan(
    keeper: MadePerson,
    school: MadeSchool,
    *,
    model: int | None = None,
    place: int | None = None,
    days: int | None = 30,
    hours: int | None = None,
    since: timedelta = timedelta(0),
    **more: Any,
) -> MaintenancePlan:
    """A plan that began so long ``since``: every 30 days, if nothing else is said."""
    facts = {"title": "Clean the fans", "checklist": "Open it\nBlow it out", **more}
    return await maintenance.create_plan(
        keeper.actor,
        NewMaintenancePlan(
            school=school.code,
            starts_on=today() - since,
            model_id=model,
            place_id=place,
            every_days=None if hours else days,
            every_hours=hours,
            **facts,
        ),
    )
