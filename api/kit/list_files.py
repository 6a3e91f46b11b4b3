"""A list as a file: CSV and XLSX of all that is filtered, in the order that is seen."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from api.http.access import allow
from api.http.security_events import CSV_TYPE, XLSX_TYPE
from api.http.types import WebRequest
from api.kit.addresses import Address
from api.kit.list_tables import Cell, Column, ListTable
from api.kit.lists import read_list
from api.kit.rendering import language_of
from api.kit.verbs import shaped
from api.kit.workbooks import send, write_workbook
from api.wording.language import Language
from core import csv_files
from core.access import Actor
from core.paging import FILE_LIMIT, Page
from core.permissions import Permission

Q = TypeVar("Q", bound=msgspec.Struct, contravariant=True)
F = TypeVar("F", bound=msgspec.Struct)
R = TypeVar("R")
OF_READER: dict[str, Any] = {"request": WebRequest, "actor": NamedDependency[Actor]}


MoreColumns = Callable[[Actor], Awaitable[list[Column[R]]]]


class SortedList(Protocol[Q, R]):
    """A verb that lists in an order: the page of its rows that filters and cursor name."""

    def __call__(
        self, actor: Actor, filters: Q, /, *, cursor: str | None, limit: int, sort: str | None
    ) -> Awaitable[Page[R]]: ...


def list_files(
    table: ListTable[R],
    filters: type[F],
    verb: SortedList[F, R],
    *,
    csv: Address,
    xlsx: Address,
    read: Permission,
    tokens: bool = True,
    more: MoreColumns[R] | None = None,
) -> list[HTTPRouteHandler]:
    """The handlers of a list's two files, for those who may ``read`` it, and for their ``tokens``.

    ``more`` are columns that only the reader's schools have.

    They take what the page of the list takes: its filters, order and columns. What is asked for
    wrongly is refused before a file begins.
    """

    async def whole(actor: Actor) -> ListTable[R]:
        return table if more is None else table.with_more(await more(actor))

    async def answer_csv(request: WebRequest, actor: Actor) -> Stream:
        columns, pages = await _asked(request, actor, await whole(actor), filters, verb)
        content = _csv(columns, pages, language_of(request))
        return _stream(content, f"{table.name}.csv", f"{CSV_TYPE}; charset=utf-8")

    async def answer_xlsx(request: WebRequest, actor: Actor) -> Stream:
        columns, pages = await _asked(request, actor, await whole(actor), filters, verb)
        speech = language_of(request)
        rows = ([_cells(columns, row, speech) for row in page] async for page in pages)
        # Written whole before the answer begins, in a temporary file.
        book = await write_workbook(_head(columns, speech), rows, speech)
        return _stream(send(book), f"{table.name}.xlsx", XLSX_TYPE)

    return [
        get(address, guards=[allow(read, tokens=tokens)], include_in_schema=False)(
            shaped(answer, OF_READER, Stream)
        )
        for address, answer in ((csv, answer_csv), (xlsx, answer_xlsx))
    ]


async def _asked(
    request: WebRequest,
    actor: Actor,
    table: ListTable[R],
    filters: type[F],
    verb: SortedList[F, R],
) -> tuple[Sequence[Column[R]], AsyncIterator[list[R]]]:
    """The columns that the address asks for, and the rows, a page at a time."""
    asked = read_list(request, filters)

    def page_after(cursor: str | None) -> Awaitable[Page[R]]:
        return verb(actor, asked.filters, cursor=cursor, limit=FILE_LIMIT, sort=asked.sort)

    async def pages(page: Page[R]) -> AsyncIterator[list[R]]:
        yield page.items
        while page.next_cursor is not None:
            page = await page_after(page.next_cursor)
            yield page.items

    columns = [column.text_of_school(actor) for column in table.of_file(asked.columns)]
    return columns, pages(await page_after(None))


def _head(columns: Sequence[Column[R]], speech: Language) -> list[Cell]:
    return [column.head(speech) if column.head else speech.words(column.word) for column in columns]


def _cells(columns: Sequence[Column[R]], row: R, speech: Language) -> list[Cell]:
    return [column.value(row, speech) for column in columns]


async def _csv(
    columns: Sequence[Column[R]], pages: AsyncIterator[list[R]], speech: Language
) -> AsyncIterator[bytes]:
    yield csv_files.written([_head(columns, speech)]).encode()
    async for page in pages:
        rows = ([_in_text(cell, speech) for cell in _cells(columns, row, speech)] for row in page)
        yield csv_files.written(rows, mark=False).encode()


def _in_text(cell: Cell, speech: Language) -> Cell:
    """A moment by the school's clock, to the minute."""
    if isinstance(cell, datetime):
        return f"{cell.astimezone(speech.zone):%Y-%m-%d %H:%M}"
    return cell


def _stream(content: AsyncIterator[bytes], name: str, media_type: str) -> Stream:
    disposition = {"content-disposition": f'attachment; filename="{name}"'}
    return Stream(content, media_type=media_type, headers=disposition)
