"""What a file is, its words, cover and first pages: read in a process of its own, with limits."""

import asyncio
from pathlib import Path

import msgspec

from core import sandbox
from core.sandbox import Limits, ReadingFailed
from storage import formats
from storage.extractors.findings import Findings, Picture
from storage.extractors.readers import is_readable

__all__ = ["Findings", "Picture", "content_of", "extract"]

LIMITS = Limits()


async def content_of(path: Path) -> str:
    """What the bytes are, as ``formats.content_of_head`` says, and of a ZIP what is inside it."""
    content = await asyncio.to_thread(formats.content_of_head, path)
    if content != "zip":
        return content
    try:
        return (await sandbox.run("storage.formats:inside_zip", str(path), limits=LIMITS)).decode()
    except ReadingFailed:
        return formats.UNKNOWN


async def extract(path: Path, media_type: str, folder: Path) -> Findings:
    """What could be read of ``path``; pictures are written into ``folder``.

    Never raises for a bad file: ``note`` then says ``no_preview`` (no reader for this type),
    ``unreadable`` (damaged or beyond the limits), ``locked``, ``no_text`` or ``too_large_inside``.
    """
    if not is_readable(media_type):
        return Findings(note="no_preview")
    try:
        output = await sandbox.run(
            "storage.extractors.readers:findings_of",
            media_type,
            str(path),
            str(folder),
            folder=folder,
            limits=LIMITS,
        )
        return msgspec.json.decode(output, type=Findings)
    except (ReadingFailed, msgspec.MsgspecError):
        return Findings(note="unreadable")
