"""A photograph cleaned in the process with limits: upright, small, without what a camera wrote.

That process is started for each picture, so this module loads Pillow and nothing of ours besides.
"""

import struct
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from storage.pictures import on_white

LARGEST_STORED_BYTES = 8 * 1024 * 1024
# A tiny file may unpack to gigabytes of pixels; no phone's picture of 20 MB has more than these.
LARGEST_PHOTO_PIXELS = 64_000_000
# Enough to read a serial number off a whole rack; larger pictures are made smaller.
LARGEST_SIDE = 4096
# Of a picture that is still too large at that, such as a screen copied as PNG.
SMALLER_SIDE = 2400
# Beside the photograph itself: one for a page, one for a line of a list; WebP at this quality.
SIDES: dict[str, tuple[int, int]] = {"small": (360, 62), "icon": (96, 50)}
# Phones write several pictures into one JPEG (MPO): the first of them is the photograph.
_KEPT_AS = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WEBP"}
_QUALITY = 90
# How colours and see-through parts are to be shown; all else that a camera writes is dropped.
_OF_THE_LOOK = ("icc_profile", "transparency")


def clean(data: bytes) -> bytes:
    """The picture alone, upright, and its thumbnails; nothing if it is none.

    Before them a line with the format and the lengths of the three.
    """
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > LARGEST_PHOTO_PIXELS:
                return b""
            kind = _KEPT_AS[image.format or ""]
            upright = _upright(image)
            saved = _saved(upright, kind)
            if len(saved) > LARGEST_STORED_BYTES:
                kind, saved = "JPEG", _saved(_smaller(upright), "JPEG")
            reduced = on_white(upright)
            reduced.thumbnail((SIDES["small"][0],) * 2)
            pieces = (saved, *(_thumbnail(reduced, *SIDES[size]) for size in ("small", "icon")))
            head = " ".join((kind, *(str(len(piece)) for piece in pieces)))
            return head.encode() + b"\n" + b"".join(pieces)
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


def _thumbnail(image: Image.Image, side: int, quality: int) -> bytes:
    small = image.copy()
    small.thumbnail((side, side))
    stream = BytesIO()
    small.save(stream, "WEBP", quality=quality)
    return stream.getvalue()


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
