"""A stock-take of a school of the tests, by the names that requests use."""

from uuid import uuid4

from inventory import photos, stocktakes
from inventory.stocktakes import NewScan, NewStocktake, ScanBatch, ScanNote
from tests import factories_repairs
from tests.factories import MadePerson, MadeSchool


async def stocktake(
    admin: MadePerson, school: MadeSchool, tag: str, mark: str
) -> dict[str, str | int]:
    """An open one in which the thing was seen, and something unknown with a picture of it."""
    taken = await stocktakes.start_stocktake(
        admin.actor, NewStocktake(school.code, f"{mark} autumn")
    )
    scans = [NewScan(uuid4(), tag), NewScan(uuid4(), f"{mark} chair")]
    _, unknown = await stocktakes.scan_things(admin.actor, taken.id, ScanBatch(scans))
    pictures = await photos.store_photos([factories_repairs.picture()])
    await stocktakes.note_scan(admin.actor, unknown.scan_id, ScanNote(mark), pictures=pictures)
    things = (await stocktakes.list_unknown_things(admin.actor, taken.id)).items
    return {
        "stocktake_id": taken.id,
        "sight_id": unknown.scan_id,
        "stocktake_photo_id": things[0].photo_ids[0],
    }
