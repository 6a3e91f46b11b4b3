"""Photographs that people attach to their work: small, checked by content, and without the place
where they were taken."""

import struct
from io import BytesIO

import msgspec
from anyio import CapacityLimiter, to_thread
from PIL import Image, UnidentifiedImageError

from core.errors import Invalid, say
from storage import objects

LARGEST_PHOTO_BYTES = 8 * 1024 * 1024
# A tiny file may unpack to gigabytes of pixels; no phone's picture of 8 MB has more than these.
LARGEST_PHOTO_PIXELS = 64_000_000
# Enough to read a serial number off a whole rack; larger pictures are made smaller.
LARGEST_SIDE = 4096
PREFIX = "p"

# Phones write several pictures into one JPEG (MPO): the first of them is the photograph.
_KEPT_AS = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WEBP"}
_QUALITY = 90
# How colours and see-through parts are to be shown; all else that a camera writes is dropped.
_OF_THE_LOOK = ("icc_profile", "transparency")
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Unpacked, one picture takes hundreds of megabytes, so they take turns.
_turns = CapacityLimiter(1)


class Photo(msgspec.Struct, frozen=True):
    """A stored photograph; the caller's row keeps these three."""

    object_key: str
    media_type: str
    size_bytes: int


async def put_photo(data: bytes, *, field: str = "photo") -> Photo:
    """Store a JPEG, PNG or WebP picture of at most 8 MB under a new opaque key.

    What it is, is read from its bytes and not from its name. It is kept upright and without what
    the camera wrote beside it: place, time, device. Invalid on ``field`` otherwise.
    Call it before the transaction that writes the row: a picture without a row is swept away.
    """
    if not data:
        raise Invalid.of(field, say("The photo is empty"), code="photo_empty")
    _refuse_too_large(data, field)
    clean, kind = await to_thread.run_sync(_cleaned, data, field, limiter=_turns)
    _refuse_too_large(clean, field)
    key, media_type = objects.new_key(PREFIX), f"image/{kind.lower()}"
    await objects.put(key, clean, media_type)
    return Photo(object_key=key, media_type=media_type, size_bytes=len(clean))


async def remove_photo(object_key: str) -> None:
    """Delete the picture; only after the row is gone."""
    await objects.remove(object_key)


def _refuse_too_large(data: bytes, field: str) -> None:
    if len(data) > LARGEST_PHOTO_BYTES:
        raise Invalid.of(
            field,
            say("A photo may have up to {most} MB", most=LARGEST_PHOTO_BYTES // 1024**2),
            code="photo_too_large",
        )


def _cleaned(data: bytes, field: str) -> tuple[bytes, str]:
    """The picture alone, upright, and its format."""
    refusal = Invalid.of(
        field, say("This is not a JPEG, PNG or WebP picture, or it is damaged"), code="photo_type"
    )
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > LARGEST_PHOTO_PIXELS:
                raise refusal
            kind = _KEPT_AS[image.format or ""]
            return _saved(_upright(image), kind), kind
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        EOFError,
        KeyError,
        struct.error,
        Image.DecompressionBombError,
    ) as error:
        raise refusal from error


def _upright(image: Image.Image) -> Image.Image:
    # A JPEG of many pixels is unpacked at a half or a quarter at once, which spares the memory.
    image.draft(None, (LARGEST_SIDE, LARGEST_SIDE))
    image.load()
    turn = _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    return image.transpose(turn) if turn is not None else image


def _saved(image: Image.Image, kind: str) -> bytes:
    # Pillow writes what it finds in `info`: comments, Exif and XMP among it.
    image.info = {name: image.info[name] for name in _OF_THE_LOOK if name in image.info}
    stream = BytesIO()
    image.save(stream, kind, quality=_QUALITY, exif=b"", icc_profile=image.info.get("icc_profile"))
    return stream.getvalue()
