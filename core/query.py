"""Lists, put together once: conditions that add themselves, an order, and a keyset page of both."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, TypeVar

import msgspec

from core.access import Actor
from core.changes import Changed, list_changed
from core.database import fetch, fetch_value, get_one
from core.errors import Invalid, Message, say
from core.numbers import Id
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

    ``cast`` names the PostgreSQL type where it cannot be told from the expression. ``is_optional``
    where it may be NULL, which comes last in both directions; only an order's first key may be.
    """

    def __init__(
        self,
        expression: str,
        type_: Any,
        of: str | Callable[[Any], object],
        *,
        cast: str = "",
        is_optional: bool = False,
    ) -> None:
        self.expression = expression
        self.type = type_ | None if is_optional else type_
        self.cast = f"::{cast}" if cast else ""
        self.is_optional = is_optional
        self._of = of

    def of(self, row: object) -> object:
        return getattr(row, self._of) if isinstance(self._of, str) else self._of(row)


def by_place_in(values: Sequence[str], expression: str, of: str) -> Key:
    """A text sorted as ``values`` follow each other, not by its letters."""
    names = ",".join(f"'{value}'" for value in values)
    place = {value: number for number, value in enumerate(values, 1)}
    return Key(
        f"array_position(ARRAY[{names}], {expression}::text)",
        int,
        lambda row: place[getattr(row, of)],
        cast="int",
    )


class Order:
    """How a list is sorted: its last key is unique, so that each row has one place in it.

    With a ``name`` its cursors carry it, so that no other order takes them.
    """

    def __init__(self, *keys: Key, descending: bool = False, name: str = "") -> None:
        self.keys = keys
        self._descending = descending
        self._name = (name,) if name else ()

    @property
    def sql(self) -> str:
        return self.sorted_by(key.expression for key in self.keys)

    def sorted_by(self, expressions: Iterable[str]) -> str:
        """The ORDER BY for the keys where they stand as ``expressions``."""
        return ", ".join(
            f"{expression}{self._direction(key)}"
            for expression, key in zip(expressions, self.keys, strict=True)
        )

    def _direction(self, key: Key) -> str:
        if not self._descending:
            return ""
        return " DESC NULLS LAST" if key.is_optional else " DESC"

    def after(self, cursor: str) -> tuple[str, dict[str, object]]:
        """The condition that a row comes after the one that ``cursor`` stands for; or Invalid."""
        names = tuple(Literal[name] for name in self._name)
        found = decode_cursor(cursor, *names, *(key.type for key in self.keys))[len(names) :]
        if found[0] is None:
            rest, values = self._compared(self.keys[1:], found[1:])
            return f"({self.keys[0].expression} IS NULL AND {rest})", values
        condition, values = self._compared(self.keys, found)
        if self.keys[0].is_optional:
            condition = f"({condition} OR {self.keys[0].expression} IS NULL)"
        return condition, values

    def _compared(
        self, keys: tuple[Key, ...], found: tuple[object, ...]
    ) -> tuple[str, dict[str, object]]:
        values = {f"after_{number}": value for number, value in enumerate(found)}
        names = ", ".join(f":{name}{key.cast}" for name, key in zip(values, keys, strict=True))
        expressions = ", ".join(key.expression for key in keys)
        return f"({expressions}) {'<' if self._descending else '>'} ({names})", values

    def position(self, row: object) -> tuple[object, ...]:
        """The values that :meth:`after` compares with, of one row."""
        return (*self._name, *(key.of(row) for key in self.keys))


class Orders:
    """The ways to sort one list, by the names that an address has for them.

    Each of ``keys`` sorts upwards by its name, downwards with "-" before it; equal rows are told
    apart by ``last``, which is unique. ``default`` is the order of a list for which none is named.
    """

    def __init__(self, default: str, last: Key, **keys: Key | tuple[Key, ...]) -> None:
        self.default = default
        self.columns = tuple(keys)
        self.names = tuple(name for key in keys for name in (key, f"-{key}"))
        self._orders = {
            name: self._order(name, keys[name.removeprefix("-")], last) for name in self.names
        }
        if default not in self.names:
            raise ValueError(f"no order is called {default!r}")

    @staticmethod
    def _order(name: str, keys: Key | tuple[Key, ...], last: Key) -> Order:
        first = keys if isinstance(keys, tuple) else (keys,)
        rest = () if first[-1] is last else (last,)
        return Order(*first, *rest, descending=name.startswith("-"), name=name)

    def chosen(self, sort: str | None, default: str | None = None) -> Order:
        """The order that ``sort`` names, or the list's own for None; Invalid for any other."""
        found = self._orders.get(sort or default or self.default)
        if found is None:
            raise Invalid.of(
                "sort",
                say(
                    "Sort by one of {columns}, downwards with - before it",
                    columns=", ".join(self.columns),
                ),
                code="sort",
            )
        return found


class OfSchool(msgspec.Struct, frozen=True):
    """Which rows a list shows that is asked for a school alone: its own, or those of all in sight."""

    school_id: Id | None = None


EVERY_SCHOOL = OfSchool()


class Schools(msgspec.Struct, frozen=True):
    """Whose rows a list shows, and the ``column`` that says whose a row is."""

    column: str
    ids: Sequence[int]


async def list_page(
    row_type: type[T],
    select: str,
    where: Where,
    order: Order,
    *,
    cursor: str | None,
    limit: int,
    most: int = MAX_LIMIT,
    schools: Schools | None = None,
    readable: Callable[[list[T]], list[T]] = list,
    changed: Changed | None = None,
) -> Page[T]:
    """The page of ``select`` (without WHERE) that begins after ``cursor``; Invalid for a wrong one.

    ``limit`` is 1 to ``most``. A page costs the same wherever it lies if an index has the order's
    keys; with ``schools``, if it has them behind the school, since each school gives its own first
    rows and only those are sorted together. ``readable`` leaves of the rows what their reader may
    know, before one of them is made a cursor. With ``changed`` the page is of the rows that changed,
    in the order of their changes.
    """
    checked_limit(limit, most)
    if changed is not None:

        async def rows_of(keys: list[str]) -> list[T]:
            values = {**where.values, "changed_keys": keys}
            sql = f"{select} WHERE {where} AND {changed.condition}"
            if schools is not None:
                # Each school is `mine.school` in turn, as in the pages below: filters may name it.
                sql = (
                    "SELECT b.* FROM unnest(:each_school::bigint[]) AS mine (school)"
                    f" CROSS JOIN LATERAL ({sql} AND {schools.column} = mine.school) b"
                )
                values["each_school"] = schools.ids
            return readable(await fetch(row_type, sql, **values))

        return await list_changed(changed, rows_of, cursor=cursor, limit=limit)
    conditions, values = str(where), dict(where.values)
    if cursor:
        after, more = order.after(cursor)
        conditions, values = f"{conditions} AND {after}", values | more
    # In the text: the planner then sees how few rows are wanted, for any arguments.
    end = f"LIMIT {limit + 1:d}"
    if schools is None:
        sql = f"{select} WHERE {conditions} ORDER BY {order.sql} {end}"
    else:
        sql = _of_each_school(select, conditions, order, schools.column, end)
        values["each_school"] = schools.ids
    return page_of(readable(await fetch(row_type, sql, **values)), limit, order.position)


def _of_each_school(select: str, conditions: str, order: Order, column: str, end: str) -> str:
    """The first rows of each of ``:each_school``, and of those the first."""
    names = [f"sorted_by_{number}" for number, _ in enumerate(order.keys)]
    keys = ", ".join(
        f"{key.expression} AS {name}" for key, name in zip(order.keys, names, strict=True)
    )
    columns = select.strip().removeprefix("SELECT")
    return (
        "SELECT b.* FROM unnest(:each_school::bigint[]) AS mine (school) CROSS JOIN LATERAL ("
        f"SELECT {keys}, {columns} WHERE {column} = mine.school AND {conditions}"
        f" ORDER BY {order.sql} {end}) b ORDER BY {order.sorted_by(names)} {end}"
    )


def opaque(name: str, kind: str = "bigint") -> str:
    """The array ``:name`` for ``any``, of which the planner does not see how few it holds.

    One element always looks cheaper than the ten of a plan for any, so a statement whose planning
    takes longer than its work would be planned anew each time.
    """
    return f"((SELECT :{name}::{kind}[])::{kind}[])"


def in_sight(actor: Actor, table: str, key: int) -> Where:
    """The row of ``table``, as the query calls it, with this id, at a school of the actor's."""
    return Where(
        f"{table}.id = :id AND {table}.school = any{opaque('schools')}",
        id=key,
        schools=actor.school_ids,
    )


async def get_row(row_type: type[T], select: str, where: Where, missing: Message) -> T:
    """The row of ``select`` (without WHERE) that fulfils the conditions; NotFound with ``missing``."""
    return await get_one(row_type, f"{select} WHERE {where}", missing=missing, **where.values)


async def count_rows(source: str, where: Where) -> int:
    """How many rows of ``source`` (what stands after FROM) fulfil the conditions."""
    counted: int = await fetch_value(f"SELECT count(*) FROM {source} WHERE {where}", **where.values)
    return counted
