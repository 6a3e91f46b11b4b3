"""Workbooks (XLSX) written a page at a time into a temporary file, off the event loop."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from api.wording.language import Language
from core.characters import without_control
from core.errors import say

# What one sheet of Excel has, the head among them.
MOST_ROWS = 1_048_576
CHUNK_BYTES = 65536


async def write_workbook(
    head: Sequence[object],
    pages: AsyncIterator[list[list[Any]]],
    speech: Language,
    *,
    most: int = MOST_ROWS,
) -> IO[bytes]:
    """A workbook with one sheet, as a file that is gone once it is closed.

    Where ``most`` rows cut the list, its last row says so.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    file = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    try:
        try:
            await asyncio.to_thread(_append, sheet, [head], speech)
            await _append_pages(sheet, pages, speech, most - 1)
        finally:
            # In any case: only saving takes away the file in which the sheet waited.
            await asyncio.to_thread(book.save, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


async def send(file: IO[bytes]) -> AsyncIterator[bytes]:
    """The bytes of a file, which is closed then."""
    with file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk


async def _append_pages(
    sheet: Any, pages: AsyncIterator[list[list[Any]]], speech: Language, free: int
) -> None:
    held: list[list[Any]] = []
    async for page in pages:
        rows = [*held, *page]
        if len(rows) > free:
            told = speech.words(say("The list goes on: a sheet holds no more rows. Filter it."))
            await asyncio.to_thread(_append, sheet, rows[: free - 1], speech)
            held = [[told]]
            break
        # The last row waits: in the sheet's last line it stands only if nothing follows.
        await asyncio.to_thread(_append, sheet, rows[:-1], speech)
        free, held = free - len(rows[:-1]), rows[-1:]
    await asyncio.to_thread(_append, sheet, held, speech)


def _append(sheet: Any, rows: Sequence[Sequence[object]], speech: Language) -> None:
    for row in rows:
        sheet.append([_cell(sheet, value, speech) for value in row])


def _cell(sheet: Any, value: object, speech: Language) -> Any:
    if isinstance(value, datetime):
        # A sheet knows no time zones.
        return WriteOnlyCell(sheet, value.astimezone(speech.zone).replace(tzinfo=None))
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, without_control(value))
    # Else "=1+1" would be a formula and "#N/A" an error.
    cell.data_type = "s"
    return cell
