"""A part in stock at a school of the tests, by the names that requests use."""

from inventory import repairs, stock
from inventory.repairs import NewEntry, PartReservation, PartUse
from inventory.stock import NewMinimum, NewPartCode, NewStock
from tests import factories
from tests.factories import MadePerson, MadeSchool


async def part(
    admin: MadePerson, school: MadeSchool, order_id: int, mark: str
) -> dict[str, str | int]:
    """Twenty of a part, of which a work order has used two; a minimum and a code of it."""
    # All schools see the models: the mark stands in what is the school's own.
    model = await factories.asset_model("part")
    place = await factories.place(school)
    item = await stock.receive_stock(
        admin.actor, NewStock(school.code, model, place, 22, note=f"{mark} came")
    )
    used = NewEntry(done="Exchanged", parts=[PartUse(item.id, 2)])
    await repairs.create_entry(admin.actor, order_id, used)
    await repairs.reserve_part(admin.actor, order_id, PartReservation(item.id, 1))
    await stock.set_minimum(admin.actor, NewMinimum(school.code, model, 30))
    await stock.add_code(admin.actor, NewPartCode(school.code, model, f"{mark}-690"))
    return {"stock_id": item.id, "part_model_id": model}
