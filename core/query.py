"""Lists, put together once: conditions that add themselves, an order, and a keyset page of both."""

from collections.abc import Callable
from typing import Any, TypeVar

from core.database import fetch, fetch_one, fetch_value
from core.errors import Message, NotFound
from core.paging import MAX_LIMIT, Page, checked_limit, decode_cursor, page_of

T = TypeVar("T")


class Where:
    """The conditions of one query with their named values; as text they are joined by AND."""

    def __init__(self, condition: str | None = None, /, **values: object) -> None:
        self._conditions: list[str] = []
        self.values: dict[str, object] = {}
        self.bind(**values)
        if condition is not None:
            self.add(condition)

    def bind(self, **values: object) -> None:
        """Values that are named elsewhere in the query too; a name means one value in all of it."""
        for name, value in values.items():
            if self.values.setdefault(name, value) is not value:
                raise TypeError(f"parameter {name} has two values")

    def add(self, condition: str, /, **values: object) -> None:
        """One more condition that must hold."""
        self.bind(**values)
        self._conditions.append(condition)

    def add_given(self, condition: str, /, **values: object) -> None:
        """The same, if there is something to compare with: neither None nor an empty text."""
        if all(value is not None and value != "" for value in values.values()):
            self.add(condition, **values)

    def __str__(self) -> str:
        return " AND ".join(self._conditions) or "true"


class Key:
    """One column to sort by: its expression, the type of its values, where a row holds it.

    ``cast`` names the PostgreSQL type where it cannot be told from the expression.
    """

    def __init__(
        self, expression: str, type_: Any, of: str | Callable[[Any], object], *, cast: str = ""
    ) -> None:
        self.expression = expression
        self.type = type_
        self.cast = f"::{cast}" if cast else ""
        self._of = of

    def of(self, row: object) -> object:
        return getattr(row, self._of) if isinstance(self._of, str) else self._of(row)


class Order:
    """How a list is sorted: its last key is unique, so that each row has one place in it."""

    def __init__(self, *keys: Key, descending: bool = False) -> None:
        self._keys = keys
        self._descending = descending

    @property
    def sql(self) -> str:
        direction = " DESC" if self._descending else ""
        return ", ".join(f"{key.expression}{direction}" for key in self._keys)

    def after(self, cursor: str) -> tuple[str, dict[str, object]]:
        """The condition that a row comes after the one that ``cursor`` stands for; or Invalid."""
        found = decode_cursor(cursor, *(key.type for key in self._keys))
        values = {f"after_{number}": value for number, value in enumerate(found)}
        names = ", ".join(
            f":{name}{key.cast}" for name, key in zip(values, self._keys, strict=True)
        )
        expressions = ", ".join(key.expression for key in self._keys)
        return f"({expressions}) {'<' if self._descending else '>'} ({names})", values

    def position(self, row: object) -> tuple[object, ...]:
        """The values that :meth:`after` compares with, of one row."""
        return tuple(key.of(row) for key in self._keys)


async def list_page(
    row_type: type[T],
    select: str,
    where: Where,
    order: Order,
    *,
    cursor: str | None,
    limit: int,
    most: int = MAX_LIMIT,
) -> Page[T]:
    """The page of ``select`` (without WHERE) that begins after ``cursor``; Invalid for a wrong one.

    ``limit`` is 1 to ``most``. A page costs the same wherever it lies if an index has the order's
    keys.
    """
    checked_limit(limit, most)
    conditions, values = str(where), dict(where.values)
    if cursor:
        after, more = order.after(cursor)
        conditions, values = f"{conditions} AND {after}", values | more
    rows = await fetch(
        row_type,
        f"{select} WHERE {conditions} ORDER BY {order.sql} LIMIT :at_most",
        **values,
        at_most=limit + 1,
    )
    return page_of(rows, limit, order.position)


async def get_row(row_type: type[T], select: str, where: Where, missing: Message) -> T:
    """The row of ``select`` (without WHERE) that fulfils the conditions; NotFound with ``missing``."""
    found = await fetch_one(row_type, f"{select} WHERE {where}", **where.values)
    if found is None:
        raise NotFound(missing)
    return found


async def count_rows(source: str, where: Where) -> int:
    """How many rows of ``source`` (what stands after FROM) fulfil the conditions."""
    counted: int = await fetch_value(f"SELECT count(*) FROM {source} WHERE {where}", **where.values)
    return counted
