"""The one way to PostgreSQL: a pool, transactions that know who acts, named parameters, and rows
as Structs.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from core import connections
from core.access import Actor
from core.connections import (
    Limits,
    Transaction,
    close,
    connect,
    engine,
    given_seconds,
    open,  # noqa: A004
    own_connection,
    statements_may_take,
)
from core.errors import Conflict, Message, NotFound, Problem

__all__ = [
    "Limits",
    "Transaction",
    "close",
    "connect",
    "connection",
    "engine",
    "execute",
    "execute_many",
    "fetch",
    "fetch_column",
    "fetch_one",
    "fetch_value",
    "numbered",
    "open",
    "own_connection",
    "refusing",
    "statements_may_take",
    "transaction",
]

T = TypeVar("T")
# The names of constraints -> what is said when one breaks.
Refusals = Mapping[str, Message | Problem]
NO_REFUSALS: Refusals = {}

# What asyncpg hands over as it is; msgspec must not ask for its text form.
NATIVE_TYPES = (bytes, date, datetime, time, timedelta, Decimal, UUID)

# PostgreSQL's protocol knows only $1, $2, …
# What may hold a colon without naming a parameter comes first: texts, quoted names, comments, casts.
_TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|::|:(?P<name>[a-z_][a-z0-9_]*)")


@asynccontextmanager
async def transaction(
    actor: Actor | None = None, refusals: Refusals = NO_REFUSALS
) -> AsyncIterator[Transaction]:
    """All or nothing, signed by ``actor`` for the audit triggers; joins a transaction already open.

    A constraint that breaks is one of ``refusals``, as with :func:`refusing`. No network and no
    other task inside: the connection belongs to this task alone. Within
    :func:`core.joined.joined` it is a part of that one, committed at its end.
    """
    whole = connections.whole.get()
    with refusing(refusals):
        async with engine.transaction() if whole is None else whole.transaction() as opened:
            if actor is not None:
                await _sign(actor)
            yield opened  # type: ignore[misc]


async def _sign(actor: Actor) -> None:
    await execute(
        "SELECT set_config('labshare.actor', $1, true),"
        " set_config('labshare.actor_name', $2, true),"
        " set_config('labshare.request', $3, true)",
        "" if actor.person_id is None else str(actor.person_id),
        actor.name,
        actor.request_id,
    )


@asynccontextmanager
async def connection() -> AsyncIterator[asyncpg.Connection]:
    """The open transaction's connection, else one of the pool: for COPY and cursors."""
    async with connections.connection_for(None) as found:
        yield found


async def fetch(row_type: type[T], sql: str, *args: object, **named: object) -> list[T]:
    """All rows of ``sql`` as ``row_type``, a Struct whose fields are the columns.

    Its values are ``named`` (:name in the statement), or up to four without names ($1 to $4).
    """
    sql, args = _with_values(sql, args, named)
    async with connections.connection_for(sql) as conn:
        records = await conn.fetch(sql, *args, timeout=given_seconds())
    # All at once: msgspec then looks at the types once, a third of the time at fifty rows.
    return msgspec.convert(
        [dict(record) for record in records],
        list[row_type],  # type: ignore[valid-type]
        strict=False,
        builtin_types=NATIVE_TYPES,
    )


async def fetch_one(row_type: type[T], sql: str, *args: object, **named: object) -> T | None:
    """The first row of ``sql`` as ``row_type``, or None."""
    record = await _first_record(sql, args, named)
    return None if record is None else _as(row_type, record)


async def get_one(
    row_type: type[T], sql: str, *args: object, missing: Message, **named: object
) -> T:
    """The first row of ``sql``; NotFound with ``missing`` where there is none."""
    record = await _first_record(sql, args, named)
    if record is None:
        raise NotFound(missing)
    return _as(row_type, record)


async def fetch_column(type_: type[T], sql: str, *args: object, **named: object) -> list[T]:
    """The first column of all rows, each value as ``type_``."""
    sql, args = _with_values(sql, args, named)
    async with connections.connection_for(sql) as conn:
        records = await conn.fetch(sql, *args, timeout=given_seconds())
    return msgspec.convert(
        [record[0] for record in records],
        list[type_],  # type: ignore[valid-type]
        strict=False,
        builtin_types=NATIVE_TYPES,
    )


async def fetch_value(sql: str, *args: object, **named: object) -> Any:
    """The first column of the first row, or None."""
    sql, args = _with_values(sql, args, named)
    async with connections.connection_for(sql) as conn:
        return await conn.fetchval(sql, *args, timeout=given_seconds())


async def execute(sql: str, *args: object, **named: object) -> int:
    """Run ``sql``; the number of rows it touched."""
    sql, args = _with_values(sql, args, named)
    async with connections.connection_for(sql) as conn:
        status: str = await conn.execute(sql, *args, timeout=given_seconds())
    count = status.rpartition(" ")[2]
    return int(count) if count.isdecimal() else 0


async def execute_many(sql: str, rows: Sequence[Sequence[object]]) -> None:
    """Run ``sql`` once for each row of arguments, in one round trip."""
    async with connections.connection_for(sql) as conn:
        await conn.executemany(sql, rows, timeout=given_seconds())


async def _first_record(
    sql: str, args: tuple[object, ...], named: dict[str, object]
) -> asyncpg.Record | None:
    sql, args = _with_values(sql, args, named)
    async with connections.connection_for(sql) as conn:
        return await conn.fetchrow(sql, *args, timeout=given_seconds())


def _with_values(
    sql: str, args: tuple[object, ...], named: dict[str, object]
) -> tuple[str, tuple[object, ...]]:
    if not named:
        return sql, args
    if args:
        raise TypeError("values of a statement have names or none, never both")
    return numbered(sql, named)


@lru_cache(maxsize=2048)
def _compiled(sql: str) -> tuple[str, tuple[str, ...], frozenset[str]]:
    names: dict[str, int] = {}

    def numbered(token: re.Match[str]) -> str:
        name = token["name"]
        return f"${names.setdefault(name, len(names) + 1)}" if name else token[0]

    return _TOKEN.sub(numbered, sql), tuple(names), frozenset(names)


def numbered(sql: str, values: Mapping[str, object]) -> tuple[str, tuple[object, ...]]:
    """The statement with numbers for names, and the values in their order.

    A name may be used often and is sent once. TypeError if one has no value or a value no name.
    """
    text, names, known = _compiled(sql)
    if names and known == values.keys():
        return text, tuple([values[name] for name in names])
    missing = [name for name in names if name not in values]
    unused = [name for name in values if name not in names]
    if missing or unused:
        raise TypeError(f"parameters without a value: {missing}; without a place: {unused}")
    return text, ()


def _as(row_type: type[T], record: asyncpg.Record) -> T:
    return msgspec.convert(dict(record), row_type, strict=False, builtin_types=NATIVE_TYPES)


@contextmanager
def refusing(sentences: Refusals) -> Iterator[None]:
    """Turn a broken constraint into its sentence: a Message is a Conflict, a Problem stays itself.

    Wrap it around the transaction, never inside: after the error the transaction is spent.
    """
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        sentence = sentences.get(error.constraint_name or "")
        if sentence is None:
            raise
        if isinstance(sentence, Problem):
            raise sentence from error
        raise Conflict(sentence, code=error.constraint_name) from error
