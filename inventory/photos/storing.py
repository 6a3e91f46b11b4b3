"""Photographs of one form, checked and stored before the rows that name them."""

from collections.abc import Sequence

from core.errors import Invalid, say
from storage.photos import Photo, put_photo

# Six of a phone fit into one request, and into one entry of a work order.
PHOTOS_PER_FORM = 6


async def store_photos(files: Sequence[bytes], *, field: str = "photos") -> list[Photo]:
    """Put pictures in the store, outside every transaction; none is kept unless a row names it."""
    if len(files) > PHOTOS_PER_FORM:
        raise too_many_photos(field)
    return [await put_photo(data, field=field) for data in files]


def too_many_photos(field: str) -> Invalid:
    """The refusal of a seventh picture."""
    return Invalid.of(
        field,
        say("At most {most} photos at a time", most=PHOTOS_PER_FORM),
        code="too_many_photos",
    )
