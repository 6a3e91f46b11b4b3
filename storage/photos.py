"""Photographs that people attach to their work: small, checked by content, kept as they came."""

from collections.abc import AsyncIterator
from io import BytesIO

import msgspec
from anyio import to_thread
from PIL import Image, UnidentifiedImageError

from core.errors import Invalid, say
from storage import objects

LARGEST_PHOTO_BYTES = 8 * 1024 * 1024
# A tiny file may unpack to gigabytes of pixels; no phone's camera exceeds this.
LARGEST_PHOTO_PIXELS = 120_000_000
PREFIX = "p"

_MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


class Photo(msgspec.Struct, frozen=True):
    """A stored photograph; the caller's row keeps these three."""

    object_key: str
    media_type: str
    size_bytes: int


async def put_photo(data: bytes, *, field: str = "photo") -> Photo:
    """Store a JPEG, PNG or WebP picture of at most 8 MB under a new opaque key.

    What it is, is read from its bytes and not from its name. Invalid on ``field`` otherwise.
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
    media_type = await to_thread.run_sync(_media_type, data, field)
    key = objects.new_key(PREFIX)
    await objects.put(key, data, media_type)
    return Photo(object_key=key, media_type=media_type, size_bytes=len(data))


def read_photo(object_key: str, size_bytes: int) -> AsyncIterator[bytes]:
    """The picture's bytes as a stream."""
    return objects.stream(object_key, 0, size_bytes)


async def remove_photo(object_key: str) -> None:
    """Delete the picture; only after the row is gone."""
    await objects.remove(object_key)


def _media_type(data: bytes, field: str) -> str:
    refusal = Invalid.of(
        field, say("This is not a JPEG, PNG or WebP picture, or it is damaged"), code="photo_type"
    )
    try:
        with Image.open(BytesIO(data), formats=tuple(_MEDIA_TYPES)) as image:
            if image.width * image.height > LARGEST_PHOTO_PIXELS:
                raise refusal
            media_type = _MEDIA_TYPES[image.format or ""]
            image.verify()
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        KeyError,
        Image.DecompressionBombError,
    ) as error:
        raise refusal from error
    return media_type
