"""A list as a file: CSV and XLSX of all that is filtered, in the order that is seen."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

import msgspec
from litestar.response import Stream

from api.http.types import WebRequest
from api.kit.rendering import language_of
from api.kit.workbooks import MOST_ROWS, send, write_workbook
from api.wording.language import Language
from core import csv_files
from core.errors import Message
from core.paging import Page

R = TypeVar("R")
Cell = str | int | Decimal | date | datetime | None
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Column(msgspec.Struct, Generic[R], frozen=True):
    """One column of a list's files: its head, and what a row has there, in the reader's language."""

    word: Message
    value: Callable[[R, Language], Cell]


class ListFile(msgspec.Struct, Generic[R], frozen=True):
    """The files of one list: ``name`` before ".csv" and ".xlsx", and its columns from the left."""

    name: str
    columns: Sequence[Column[R]]

    def head(self, speech: Language) -> list[Cell]:
        return [speech.words(column.word) for column in self.columns]

    def cells(self, row: R, speech: Language) -> list[Cell]:
        return [column.value(row, speech) for column in self.columns]


# The page of the list that begins after a cursor.
NextPage = Callable[[str | None], Awaitable[Page[R]]]


async def answer_csv(request: WebRequest, file: ListFile[R], next_page: NextPage[R]) -> Stream:
    """The list as CSV; what its address asks for wrongly is refused before the file begins."""
    speech = language_of(request)
    pages = _pages(await next_page(None), next_page)
    return _stream(_csv(file, pages, speech), f"{file.name}.csv", CSV_TYPE)


async def answer_xlsx(
    request: WebRequest, file: ListFile[R], next_page: NextPage[R], *, most: int = MOST_ROWS
) -> Stream:
    """The list as XLSX of at most ``most`` rows, the head among them; the last says when cut.

    It is written whole before the answer begins, in a temporary file.
    """
    speech = language_of(request)
    pages = _pages(await next_page(None), next_page)
    rows = ([file.cells(row, speech) for row in page] async for page in pages)
    book = await write_workbook(file.head(speech), rows, speech, most=most)
    return _stream(send(book), f"{file.name}.xlsx", XLSX_TYPE)


async def _pages(page: Page[R], next_page: NextPage[R]) -> AsyncIterator[list[R]]:
    yield page.items
    while page.next_cursor is not None:
        page = await next_page(page.next_cursor)
        yield page.items


async def _csv(
    file: ListFile[R], pages: AsyncIterator[list[R]], speech: Language
) -> AsyncIterator[bytes]:
    yield csv_files.written([file.head(speech)]).encode()
    async for page in pages:
        rows = (file.cells(row, speech) for row in page)
        yield csv_files.written(rows, mark=False).encode()


def _stream(content: AsyncIterator[bytes], name: str, media_type: str) -> Stream:
    disposition = {"content-disposition": f'attachment; filename="{name}"'}
    return Stream(content, media_type=media_type, headers=disposition)
