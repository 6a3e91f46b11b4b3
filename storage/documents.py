"""Papers that people attach: a delivery note, an invoice, a manual; small, and judged by content."""

from pathlib import PurePath

import msgspec

from core import sandbox
from core.errors import Invalid, say
from core.sandbox import Limits, ReadingFailed
from storage import formats, objects
from storage.formats import HEAD_BYTES, Disagreement
from storage.photos import PREFIX, Photo, put_photo
from storage.uploads import plain_name

# A manual with pictures; what is larger belongs into the library.
LARGEST_DOCUMENT_BYTES = 15 * 1024 * 1024
PICTURES = (".jpg", ".jpeg", ".png", ".webp")
ENDINGS = (
    ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".odp", ".rtf",
    ".wps", ".et", ".dps", *PICTURES,
)  # fmt: skip
LIMITS = Limits(cpu_seconds=20, wall_seconds=40, output_bytes=256)


class Document(Photo, frozen=True, kw_only=True):
    """A stored paper under the name that it had; one that is a picture has thumbnails."""

    file_name: str


async def put_document(data: bytes, file_name: str, *, field: str = "file") -> Document:
    """Store a PDF, an office file or a picture of at most 15 MB under a new opaque key.

    Its ending and its bytes must agree. A picture is cleaned as any photograph is: no place, no
    device. Invalid on ``field`` otherwise. Call it before the transaction that writes the row.
    """
    name = plain_name(file_name)
    ending = PurePath(name).suffix.lower()
    if not data:
        raise Invalid.of(field, say("The file is empty"), code="file_empty")
    if len(data) > LARGEST_DOCUMENT_BYTES:
        most = LARGEST_DOCUMENT_BYTES // 1024**2
        raise Invalid.of(field, say("A file may have up to {most} MB", most=most), code="too_large")
    if ending not in ENDINGS:
        raise _wrong_type(field)
    if ending in PICTURES:
        photo = await put_photo(data, field=field)
        return Document(**msgspec.structs.asdict(photo), file_name=name)
    media_type = await _judged(data, name, field)
    key = objects.new_key(PREFIX)
    await objects.put(key, data, media_type)
    return Document(object_key=key, media_type=media_type, size_bytes=len(data), file_name=name)


async def _judged(data: bytes, name: str, field: str) -> str:
    content = formats.content_of(data[:HEAD_BYTES], len(data))
    try:
        if content == "zip":
            answer = await sandbox.run("storage.formats:inside_zip", data=data, limits=LIMITS)
            content = answer.decode()
        return formats.decided_type(name, "", content)
    except ReadingFailed as error:
        raise _wrong_type(field) from error
    except Disagreement as refused:
        raise Invalid.of(field, refused.message, code=refused.code) from refused


def _wrong_type(field: str) -> Invalid:
    return Invalid.of(
        field, say("A PDF, an office file or a picture, please; this is none"), code="file_type"
    )
