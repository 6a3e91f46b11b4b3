"""Pictures of entries: checked and stored before the rows, read only by who reads the order."""

from collections.abc import Sequence

import msgspec

from core import database
from core.access import Actor
from core.errors import Invalid, say
from inventory.repairs.views import readable_by
from storage.photos import Photo, put_photo

PHOTOS_PER_ENTRY = 6


class StoredPhoto(msgspec.Struct, frozen=True):
    """A picture's place in the object store."""

    id: int
    work_order_id: int
    object_key: str
    media_type: str
    size_bytes: int


async def store_photos(files: Sequence[bytes], *, field: str = "photos") -> list[Photo]:
    """Put pictures in the store, outside every transaction; none is kept unless a row names it."""
    if len(files) > PHOTOS_PER_ENTRY:
        raise too_many_photos(field)
    return [await put_photo(data, field=field) for data in files]


async def get_photo(actor: Actor, photo_id: int) -> StoredPhoto:
    """The picture, for those who may read its work order."""
    where = readable_by(actor)
    where.add("p.id = :id", id=photo_id)
    return await database.get_one(
        StoredPhoto,
        "SELECT p.id, e.work_order AS work_order_id, p.object_key, p.media_type, p.size_bytes"
        " FROM work_order_photo p JOIN work_order_entry e ON e.id = p.entry"
        f" JOIN work_order w ON w.id = e.work_order WHERE {where}",
        **where.values,
        missing=say("There is no such photo, or it is not yours to see"),
    )


def too_many_photos(field: str) -> Invalid:
    """The refusal of a seventh picture."""
    return Invalid.of(
        field,
        say("An entry may have up to {most} photos", most=PHOTOS_PER_ENTRY),
        code="too_many_photos",
    )
