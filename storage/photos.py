"""Photographs that people attach to their work: small, checked by content, and without the place
where they were taken."""

import struct
from io import BytesIO

import msgspec
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import Invalid, say
from storage import damaged_pictures, objects, sandbox
from storage.pictures import on_white
from storage.sandbox import Limits, ReadingFailed

# As it comes from a phone; pages that run scripts send less.
LARGEST_PHOTO_BYTES = 20 * 1024 * 1024
LARGEST_STORED_BYTES = 8 * 1024 * 1024
# A tiny file may unpack to gigabytes of pixels; no phone's picture of 20 MB has more than these.
LARGEST_PHOTO_PIXELS = 64_000_000
# Enough to read a serial number off a whole rack; larger pictures are made smaller.
LARGEST_SIDE = 4096
# Of a picture that is still too large at that, such as a screen copied as PNG.
SMALLER_SIDE = 2400
PREFIX = "p"

# Phones write several pictures into one JPEG (MPO): the first of them is the photograph.
_KEPT_AS = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WEBP"}
_QUALITY = 90
# How colours and see-through parts are to be shown; all else that a camera writes is dropped.
_OF_THE_LOOK = ("icc_profile", "transparency")
LIMITS = Limits(cpu_seconds=30, wall_seconds=60, output_bytes=LARGEST_STORED_BYTES + 64)


class Photo(msgspec.Struct, frozen=True):
    """A stored photograph; the caller's row keeps these three."""

    object_key: str
    media_type: str
    size_bytes: int


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
    kind, clean = await _apart(data, field)
    key, media_type = objects.new_key(PREFIX), f"image/{kind.lower()}"
    await objects.put(key, clean, media_type)
    return Photo(object_key=key, media_type=media_type, size_bytes=len(clean))


async def remove_photo(object_key: str) -> None:
    """Delete the picture; only after the row is gone."""
    await objects.remove(object_key)
    await damaged_pictures.delete_marks(object_key)


async def _apart(data: bytes, field: str) -> tuple[str, bytes]:
    """The format and the cleaned picture, made in the process with limits."""
    try:
        answer = await sandbox.run("storage.photos:clean", data=data, limits=LIMITS)
    except ReadingFailed:
        answer = b""
    kind, _, picture = answer.partition(b"\n")
    if not picture:
        raise Invalid.of(
            field,
            say("This is not a JPEG, PNG or WebP picture, or it is damaged"),
            code="photo_type",
        )
    return kind.decode(), picture


def clean(data: bytes) -> bytes:
    """The picture alone, upright, after its format in a line of its own; nothing if it is none."""
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > LARGEST_PHOTO_PIXELS:
                return b""
            kind = _KEPT_AS[image.format or ""]
            upright = _upright(image)
            saved = _saved(upright, kind)
            if len(saved) > LARGEST_STORED_BYTES:
                kind, saved = "JPEG", _saved(_smaller(upright), "JPEG")
            return kind.encode() + b"\n" + saved
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
    ):
        return b""


def _smaller(image: Image.Image) -> Image.Image:
    image.thumbnail((SMALLER_SIDE, SMALLER_SIDE))
    return on_white(image)


def _upright(image: Image.Image) -> Image.Image:
    # A JPEG of many pixels is unpacked at a half or a quarter at once, which spares the memory.
    image.draft(None, (LARGEST_SIDE, LARGEST_SIDE))
    image.load()
    # Which way is up is read now; of the rest, Pillow would write what it finds in `info`.
    image.getexif()
    image.info = {name: image.info[name] for name in _OF_THE_LOOK if name in image.info}
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    ImageOps.exif_transpose(image, in_place=True)
    return image


def _saved(image: Image.Image, kind: str) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, quality=_QUALITY, exif=b"", icc_profile=image.info.get("icc_profile"))
    return stream.getvalue()
