"""Photographs that people attach to their work: small, checked by content, and without the place
where they were taken."""

from typing import Literal

import msgspec

from core import sandbox
from core.errors import Invalid, say
from core.sandbox import Limits, ReadingFailed
from storage import objects
from storage.picture_cleaning import LARGEST_STORED_BYTES, SIDES

# As it comes from a phone; pages that run scripts send less.
LARGEST_PHOTO_BYTES = 20 * 1024 * 1024
PREFIX = "p"

PhotoSize = Literal["full", "small", "icon"]
SMALL_TYPE = "image/webp"
LARGEST_THUMBNAIL_BYTES = 128 * 1024
LIMITS = Limits(
    cpu_seconds=30,
    wall_seconds=60,
    output_bytes=LARGEST_STORED_BYTES + len(SIDES) * LARGEST_THUMBNAIL_BYTES + 64,
)
# What a row keeps of a photograph.
COLUMNS = "object_key, media_type, size_bytes, small_bytes, icon_bytes"


class Photo(msgspec.Struct, frozen=True, kw_only=True):
    """A stored photograph; the caller's row keeps these five.

    One stored before there were thumbnails has none, as has a paper that is no picture.
    """

    object_key: str
    media_type: str
    size_bytes: int
    small_bytes: int = 0
    icon_bytes: int = 0

    @property
    def values(self) -> tuple[str, str, int, int, int]:
        """Of ``COLUMNS``."""
        return (
            self.object_key,
            self.media_type,
            self.size_bytes,
            self.small_bytes,
            self.icon_bytes,
        )

    def sized(self, size: PhotoSize) -> "Photo":
        """The object of one size, as if it were a photograph of its own; without it the full one."""
        length = {"small": self.small_bytes, "icon": self.icon_bytes}.get(size, 0)
        if not length:
            return Photo(
                object_key=self.object_key, media_type=self.media_type, size_bytes=self.size_bytes
            )
        return Photo(
            object_key=key_of(self.object_key, size), media_type=SMALL_TYPE, size_bytes=length
        )


class Cleaned(msgspec.Struct, frozen=True):
    """A picture as it is stored, made in the process with limits; ``kind`` is Pillow's word."""

    kind: str
    full: bytes
    small: bytes
    icon: bytes


def key_of(object_key: str, size: str) -> str:
    """Where a thumbnail of a photograph stands."""
    return f"{object_key}.{size}"


def original_of(key: str) -> str:
    """The key of the photograph that an object belongs to; its own for the photograph itself."""
    return key.partition(".")[0]


async def put_photo(data: bytes, *, field: str = "photo") -> Photo:
    """Store a JPEG, PNG or WebP picture of at most 20 MB under a new opaque key.

    It is made smaller until it has 8 MB at most. What it is, is read from its bytes and not from
    its name. It is kept upright and without what the camera wrote beside it: place, time, device.
    Invalid on ``field`` otherwise.
    Call it before the transaction that writes the row: a picture without a row is swept away.
    """
    if not data:
        raise Invalid.of(field, say("The photo is empty"), code="photo_empty")
    if len(data) > LARGEST_PHOTO_BYTES:
        raise Invalid.of(
            field,
            say("A photo may have up to {most} MB", most=LARGEST_PHOTO_BYTES // 1024**2),
            code="photo_too_large",
        )
    cleaned = await _apart(data, field)
    key, media_type = objects.new_key(PREFIX), f"image/{cleaned.kind.lower()}"
    # The photograph last: a thumbnail alone is swept away like any object without a row.
    await objects.put(key_of(key, "small"), cleaned.small, SMALL_TYPE)
    await objects.put(key_of(key, "icon"), cleaned.icon, SMALL_TYPE)
    await objects.put(key, cleaned.full, media_type)
    return Photo(
        object_key=key,
        media_type=media_type,
        size_bytes=len(cleaned.full),
        small_bytes=len(cleaned.small),
        icon_bytes=len(cleaned.icon),
    )


async def _apart(data: bytes, field: str) -> Cleaned:
    """The cleaned picture and its thumbnails, made in the process with limits."""
    try:
        answer = await sandbox.run("storage.picture_cleaning:clean", data=data, limits=LIMITS)
    except ReadingFailed:
        answer = b""
    if not answer:
        raise Invalid.of(
            field,
            say("This is not a JPEG, PNG or WebP picture, or it is damaged"),
            code="photo_type",
        )
    head, _, rest = answer.partition(b"\n")
    kind, *lengths = head.decode().split()
    full, small, _ = (int(length) for length in lengths)
    return Cleaned(kind, rest[:full], rest[full : full + small], rest[full + small :])
