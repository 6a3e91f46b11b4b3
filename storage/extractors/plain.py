"""Words of texts and lists of archives, and pictures of pictures."""

import zipfile
from pathlib import Path

from PIL import Image

from core import zip_files
from storage.extractors.findings import MOST_CHARACTERS, MOST_PAGES, Findings, in_pages, save
from storage.formats import decode

MOST_TEXT_BYTES = 4 * MOST_CHARACTERS * MOST_PAGES
MOST_NAMES = 5_000


def read_text(path: Path, folder: Path) -> Findings:
    """A plain text in whatever encoding a school's computers write."""
    with path.open("rb") as file:
        data = file.read(MOST_TEXT_BYTES)
    text = decode(data, whole=len(data) < MOST_TEXT_BYTES)
    return Findings(in_pages(text)) if text is not None else Findings(note="unreadable")


def read_image(path: Path, folder: Path) -> Findings:
    """A thumbnail, and the picture itself at the size of a screen."""
    try:
        with Image.open(path) as image:
            # Lets the JPEG decoder shrink while it reads, in a fraction of the memory.
            image.draft("RGB", (2400, 2400))
            pictures = [save(image, folder, kind) for kind in ("large", "page", "thumbnail")]
    except Image.DecompressionBombError:
        return Findings(note="too_large_inside")
    return Findings(page_count=1, pictures=pictures)


def read_archive(path: Path, folder: Path) -> Findings:
    """The names inside a ZIP, so that it is found by them; nothing is unpacked."""
    try:
        with _names_as_written(path) as archive:
            names = archive.namelist()
    except zip_files.DirectoryTooLarge:
        return Findings(note="too_large_inside")
    return Findings(in_pages("\n".join(names[:MOST_NAMES])), None, [], "archive")


def _names_as_written(path: Path) -> zipfile.ZipFile:
    # Chinese Windows writes names in GBK without saying so; the ZIP's own default is cp437.
    try:
        return zip_files.opened(path, metadata_encoding="gbk")
    except UnicodeDecodeError:
        return zip_files.opened(path)
