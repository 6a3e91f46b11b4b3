"""Which reader understands which media type; the library of each loads only when it is asked."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import msgspec

from storage.extractors.findings import Findings

Reader = Callable[[Path, Path], Findings]

_OOXML = "application/vnd.openxmlformats-officedocument"
_READERS = {
    "application/pdf": "pdf.read",
    f"{_OOXML}.presentationml.presentation": "office.read_slides",
    f"{_OOXML}.wordprocessingml.document": "office.read_document",
    f"{_OOXML}.spreadsheetml.sheet": "office.read_sheets",
    "application/zip": "plain.read_archive",
    "application/x.scratch.sb3": "plain.read_archive",
    "text/plain": "plain.read_text",
    "text/markdown": "plain.read_text",
    "text/csv": "plain.read_text",
    "text/x-python": "plain.read_text",
    "image/png": "plain.read_image",
    "image/jpeg": "plain.read_image",
    "image/gif": "plain.read_image",
    "image/webp": "plain.read_image",
    "image/bmp": "plain.read_image",
    "image/tiff": "plain.read_image",
}


def is_readable(media_type: str) -> bool:
    """Whether there is a reader for it at all; legacy office and video have none."""
    return media_type in _READERS


def reader_of(media_type: str) -> Reader:
    """The reader for ``media_type``, which must be readable."""
    module, _, function = _READERS[media_type].partition(".")
    reader: Reader = getattr(import_module(f"storage.extractors.{module}"), function)
    return reader


def findings_of(_: bytes, media_type: str, path: str, folder: str) -> bytes:
    """The findings as JSON; called in the process with limits."""
    return msgspec.json.encode(reader_of(media_type)(Path(path), Path(folder)))
