"""Pictures of entries: read only by who reads the order."""

from core import database
from core.access import Actor
from core.errors import say
from inventory.repairs.views import readable_by
from storage.photos import COLUMNS, Photo


async def get_photo(actor: Actor, photo_id: int) -> Photo:
    """The picture, for those who may read its work order."""
    where = readable_by(actor)
    where.add("p.id = :id", id=photo_id)
    return await database.get_one(
        Photo,
        f"SELECT {COLUMNS} FROM work_order_photo p JOIN work_order_entry e ON e.id = p.entry"
        f" JOIN work_order w ON w.id = e.work_order WHERE {where}",
        **where.values,
        missing=say("There is no such photo, or it is not yours to see"),
    )
