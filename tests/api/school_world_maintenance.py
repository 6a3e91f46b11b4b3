"""A maintenance plan of a school of the tests with an order to be done, by the names of requests."""

from inventory import maintenance
from inventory.models import AssetKind
from tests import factories, factories_maintenance
from tests.factories import MadePerson, MadeSchool


async def plan(admin: MadePerson, school: MadeSchool, mark: str) -> dict[str, str | int]:
    """A plan for projectors, and the order of one; a second one is due."""
    projectors = await factories.asset_model("projector")
    await factories.asset(school, model=projectors)
    made = await factories_maintenance.plan(
        admin,
        school,
        kind=AssetKind.projector,
        title=f"{mark} lamps",
        checklist=f"{mark} checklist",
    )
    await maintenance.open_due(admin.actor, made.id)
    (thing,) = (await maintenance.list_things(admin.actor, made.id)).items
    assert thing.work_order_id is not None
    await factories.asset(school, model=projectors)
    return {"maintenance_plan_id": made.id, "planned_order_id": thing.work_order_id}
