"""Workbooks (XLSX) written a page at a time into a temporary file, off the event loop."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from api.wording.language import SCHOOL_ZONE, Language
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
) -> AsyncIterator[bytes]:
    """The bytes of a workbook with one sheet; where ``most`` rows cut it, its last row says so."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    await asyncio.to_thread(_append, sheet, [head])
    free, held = most - 1, list[list[Any]]()
    async for page in pages:
        rows = [*held, *page]
        if len(rows) > free:
            told = speech.words(say("The list goes on: a sheet holds no more rows. Filter it."))
            await asyncio.to_thread(_append, sheet, rows[: free - 1])
            held = [[told]]
            break
        # The last row waits: in the sheet's last line it stands only if nothing follows.
        await asyncio.to_thread(_append, sheet, rows[:-1])
        free, held = free - len(rows[:-1]), rows[-1:]
    await asyncio.to_thread(_append, sheet, held)
    with TemporaryFile() as file:
        await asyncio.to_thread(book.save, file)
        file.seek(0)
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk


def _append(sheet: Any, rows: Sequence[Sequence[object]]) -> None:
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: object) -> Any:
    if isinstance(value, datetime):
        # A sheet knows no time zones.
        return WriteOnlyCell(sheet, value.astimezone(SCHOOL_ZONE).replace(tzinfo=None))
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    # Else "=1+1" would be a formula and "#N/A" an error.
    cell.data_type = "s"
    return cell
