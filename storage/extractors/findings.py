"""What a reader found in a file, and the limits within which it looks."""

import re
import unicodedata
from pathlib import Path

import msgspec
from PIL import Image, ImageOps

from core.characters import without_control
from storage.pictures import on_white

MOST_PAGES = 500
MOST_CHARACTERS = 4000
PICTURED_PAGES = 20
# The longer side of a picture: in a list, among the pages of a file, and opened by itself.
SIDES = {"thumbnail": 320, "page": 1100, "large": 2000}
# Larger images take too much memory for a thumbnail, and may be decompression bombs.
MOST_PIXELS = 80_000_000

Image.MAX_IMAGE_PIXELS = MOST_PIXELS

_HAN = "\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_BROKEN_LINE = re.compile(f"(?<=[{_HAN}])[ \\t]*\\n[ \\t]*(?=[{_HAN}])")
_BLANKS = re.compile(r"[ \t\u3000]+")


class Picture(msgspec.Struct, frozen=True):
    """A picture written beside the file: ``thumbnail``, or ``page`` N and the same ``large``."""

    kind: str
    page: int
    name: str
    width: int
    height: int


class Findings(msgspec.Struct):
    """Page texts in order, pictures, and a code that says why there is less than hoped."""

    pages: list[str] = []
    page_count: int | None = None
    pictures: list[Picture] = []
    note: str = ""


def tidy(text: str, *, wrapped: bool = False) -> str:
    """Text as it is searched and shown: usual forms, no control characters, no blank lines.

    ``wrapped`` says that lines end where the paper did: Han words cut there are joined again.
    """
    usual = unicodedata.normalize("NFKC", text).replace("\r\n", "\n").replace("\r", "\n")
    plain = without_control(usual.replace("\x0b", "\n").replace("\x0c", "\n"))
    lines = (_BLANKS.sub(" ", line).strip() for line in plain.split("\n"))
    text = "\n".join(line for line in lines if line)
    return (_BROKEN_LINE.sub("", text) if wrapped else text)[:MOST_CHARACTERS]


def in_pages(text: str) -> list[str]:
    """A text without pages of its own, cut at line ends into pages of at most MOST_CHARACTERS."""
    pages: list[str] = []
    page = ""
    for line in text.split("\n"):
        for start in range(0, max(1, len(line)), MOST_CHARACTERS):
            piece = line[start : start + MOST_CHARACTERS]
            if len(page) + len(piece) + 1 > MOST_CHARACTERS:
                pages.append(page)
                page = ""
            page = f"{page}\n{piece}" if page else piece
        if len(pages) >= MOST_PAGES:
            return pages[:MOST_PAGES]
    return [kept for kept in map(tidy, [*pages, page]) if kept]


def save(image: Image.Image, folder: Path, kind: str, page: int = 1) -> Picture:
    """Write ``image`` as WebP at the size of its kind."""
    side = SIDES[kind]
    upright = ImageOps.exif_transpose(image)
    flat = on_white(upright)
    flat.thumbnail((side, side), Image.Resampling.LANCZOS)
    name = f"{kind}-{page}.webp"
    flat.save(folder / name, "WEBP", quality=78, method=4)
    return Picture(kind, page, name, flat.width, flat.height)
