"""A list as its address asks for it: the filters of its noun, and which page of it."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec

from api.http.types import WebRequest
from api.kit.forms import convert_form
from core.paging import DEFAULT_LIMIT

F = TypeVar("F", bound=msgspec.Struct)


class NoFilters(msgspec.Struct, frozen=True):
    """Of a list that is always shown whole."""


class ListQuery(msgspec.Struct, Generic[F], frozen=True):
    """What one page of a list was asked for; ``filters`` are the noun's own.

    ``sort`` is one of the list's orders (:class:`core.query.Orders`), None for its own; ``columns``
    are those that a reader chose, none for the list's own.
    """

    filters: F
    cursor: str | None
    limit: int
    sort: str | None = None
    columns: Sequence[str] = ()


def read_list(request: WebRequest, filters: type[F]) -> ListQuery[F]:
    """The query of the address; Invalid names every part of it that is wrong.

    Whether the cursor, the limit and the order are ones that the list has is the domain's to say,
    whether the columns are that of its table.
    """
    asked: Any = convert_form(request.query_params, _with_page(filters))
    return ListQuery(asked, asked.cursor, asked.limit, asked.sort, asked.columns)


@cache
def _with_page(filters: type[msgspec.Struct]) -> type[msgspec.Struct]:
    page: list[tuple[str, Any, Any]] = [
        ("cursor", str | None, None),
        ("limit", int, DEFAULT_LIMIT),
        ("sort", str | None, None),
        ("columns", list[str], []),
    ]
    return msgspec.defstruct(f"{filters.__name__}Query", page, bases=(filters,), frozen=True)
