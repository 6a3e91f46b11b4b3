"""Plain rows by their key, through Piccolo's own queries: inserted, changed, deleted.

Values come from a Struct: its field ``school_id`` is the column ``school``, any other has the name
of its column. Joins, locks, and what the database itself works out are SQL (core/database.py).
"""

from functools import cache
from typing import Any, TypeVar

import msgspec
from piccolo.columns import Column, Integer
from piccolo.table import Table

R = TypeVar("R", bound=msgspec.Struct)


async def insert_row(
    table: type[Table], facts: msgspec.Struct | None = None, /, **more: Any
) -> int:
    """Insert a row; gives its id.

    ``more`` are fields that the facts do not have, or have otherwise. A field without a column is
    a TypeError; a column that nothing names has its default.
    """
    inserted = await table.insert(table(**_values(table, facts, more))).returning(_key_of(table))
    key: int = inserted[0][_key_of(table)._meta.name]
    return key


async def update_row(
    table: type[Table],
    key: object,
    facts: msgspec.Struct | None = None,
    /,
    *,
    version_read: int | None = None,
    **more: Any,
) -> bool:
    """Write fields of a row anew; whether it was there.

    A table with a version counts it on. If the row has another one by now than ``version_read``,
    the one that the sender has seen, it stays as it is: False.
    """
    query = table.update(_values(table, facts, more)).where(_key_of(table) == key)
    counted = _version_of(table)
    if counted is not None:
        query = query.values({counted: counted + 1})
        if version_read is not None:
            query = query.where(counted == version_read)
    return bool(await query.returning(_key_of(table)))


async def delete_row(table: type[Table], key: object) -> bool:
    """Delete a row; whether it was there."""
    return bool(await table.delete().where(_key_of(table) == key).returning(_key_of(table)))


def _values(
    table: type[Table], facts: msgspec.Struct | None, more: dict[str, Any]
) -> dict[Any, Any]:
    given = {} if facts is None else msgspec.structs.asdict(facts)
    if _version_of(table) is not None:
        # In facts it is the version that was read, which is no value to be written.
        given.pop("version", None)
    return {_column_of(table, name)._meta.name: value for name, value in {**given, **more}.items()}


@cache
def _column_of(table: type[Table], field: str) -> Column:
    """The column that a field of a Struct stands for; TypeError if there is none."""
    columns = {column._meta.name: column for column in table._meta.columns}
    found = columns.get(field) or columns.get(field.removesuffix("_id"))
    if found is None:
        raise TypeError(f"{table._meta.tablename} has no column for {field}")
    return found


def _key_of(table: type[Table]) -> Column:
    return table._meta.primary_key


@cache
def _version_of(table: type[Table]) -> Integer | None:
    """The column that counts the changes of a row; a credential's version is something else."""
    return next(
        (
            column
            for column in table._meta.columns
            if column._meta.name == "version" and isinstance(column, Integer)
        ),
        None,
    )
