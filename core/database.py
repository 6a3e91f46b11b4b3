"""The one way to PostgreSQL: a pool, transactions that know who acts, and rows as Structs."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import TracebackType
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import msgspec
from anyio import CancelScope
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from core.access import Actor
from core.errors import Conflict, Invalid, Message, Problem, Unavailable, say

T = TypeVar("T")

POOL_SIZE = 10
CONNECT_SECONDS = 10
COMMAND_SECONDS = 60


class Transaction(PostgresTransaction):
    """A transaction whose connection always comes home, cancelled or not.

    Piccolo's own keeps the connection, and stays the current transaction, when COMMIT fails or
    the block is cancelled; later queries of that task would then run on a stray connection. When
    BEGIN fails it keeps it too, and ten of those would have emptied the pool for ever.
    """

    async def __aenter__(self) -> PostgresTransaction:
        if self._parent is not None:
            return self._parent
        with _unavailable_while_away(OSError):
            self.connection = await self.get_connection()  # type: ignore[no-untyped-call]
            try:
                self.transaction = self.connection.transaction()
                await self.begin()  # type: ignore[no-untyped-call]
            except BaseException:
                await self._bring_home()
                raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if self._parent is not None:
            return False
        try:
            with CancelScope(shield=True):
                if not (self._committed or self._rolled_back):
                    await (self._take_back() if exception_type else self.commit())  # type: ignore[no-untyped-call]
        finally:
            self.engine.current_transaction.reset(self.context)
            await self._bring_home()
        return False

    async def _take_back(self) -> None:
        # On a line that was cut the server has done so already; the reason counts, not this.
        with suppress(asyncpg.InterfaceError, asyncpg.PostgresConnectionError, OSError):
            await self.rollback()  # type: ignore[no-untyped-call]

    async def _bring_home(self) -> None:
        with CancelScope(shield=True):
            if self.engine.pool:
                await self.engine.pool.release(self.connection)
            else:
                await self.connection.close()


class Engine(PostgresEngine):
    """Piccolo's engine with :class:`Transaction` in place of its own."""

    def transaction(self, allow_nested: bool = True) -> Transaction:
        return Transaction(self, allow_nested)

    async def check_version(self) -> None:
        """Asks nothing: Piccolo would connect for it while this module is still being imported."""


engine = Engine(config={}, extensions=())

# What asyncpg hands over as it is; msgspec must not ask for its text form.
_NATIVE = (bytes, date, datetime, time, timedelta, Decimal, UUID)


async def open(  # noqa: A001
    dsn: str, *, min_size: int = 1, max_size: int = POOL_SIZE
) -> None:
    """Start the pool on the running loop; every process does so once before its first query."""
    engine.config = {"dsn": dsn, "timeout": CONNECT_SECONDS, "command_timeout": COMMAND_SECONDS}
    await engine.start_connection_pool(
        min_size=min_size,
        max_size=max_size,
        init=_speak_json,
        reset=_leave_clean,
        server_settings={"timezone": "UTC", "application_name": "labshare", "jit": "off"},
    )


async def close() -> None:
    """Give every connection back."""
    if engine.pool:
        await engine.close_connection_pool()


async def _speak_json(connection: asyncpg.Connection) -> None:
    # Written as text, because Piccolo has already encoded it; read as plain Python values.
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=str, decoder=msgspec.json.decode
    )


async def _leave_clean(connection: asyncpg.Connection) -> None:
    # asyncpg would send RESET ALL with every release, a round trip as long as the query itself.
    # We keep nothing in a session (settings are local to a transaction, locks are given back by
    # whoever took them), so only a connection that was cut in mid-transaction needs it.
    if connection.is_in_transaction():
        await connection.reset()


@asynccontextmanager
async def transaction(actor: Actor | None = None) -> AsyncIterator[Transaction]:
    """All or nothing, signed by ``actor`` for the audit triggers; joins a transaction already open.

    No network and no other task inside: the connection belongs to this task alone.
    """
    async with engine.transaction() as opened:
        if actor is not None:
            await opened.connection.execute(
                "SELECT set_config('labshare.actor', $1, true),"
                " set_config('labshare.actor_name', $2, true),"
                " set_config('labshare.request', $3, true)",
                "" if actor.person_id is None else str(actor.person_id),
                actor.name,
                actor.request_id,
            )
        yield opened  # type: ignore[misc]


@asynccontextmanager
async def connection() -> AsyncIterator[asyncpg.Connection]:
    """The open transaction's connection, else one of the pool: for COPY and cursors."""
    current = engine.current_transaction.get()
    with _unavailable_while_away(), _refusing_unfit_values():
        if current is not None:
            yield current.connection
            return
        if engine.pool is None:
            raise Unavailable(say("The database is not connected"))
        pool = engine.pool
        with _unavailable_while_away(OSError):
            borrowed = await pool.acquire()
        try:
            yield borrowed
        finally:
            await pool.release(borrowed)


_AWAY = (ConnectionError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError)


@contextmanager
def _unavailable_while_away(*more: type[Exception]) -> Iterator[None]:
    """A database that is shut, restarting or out of reach is no fault of ours: it comes back.

    ``more`` are errors that mean so only while a connection is being made.
    """
    try:
        yield
    except (*_AWAY, *more) as error:
        raise Unavailable(
            say("The database does not answer; try again in a minute"), code="database_down"
        ) from error


@contextmanager
def _refusing_unfit_values() -> Iterator[None]:
    """A value that no column can hold (a NUL, half a surrogate, 10^30) is the sender's mistake.

    Of several that wait for each other in a ring PostgreSQL refuses one: it may simply try again.
    """
    try:
        yield
    except asyncpg.TransactionRollbackError as error:
        raise Unavailable(
            say("Others were changing the same things at this moment. Try again."), code="busy"
        ) from error
    except asyncpg.StringDataRightTruncationError as error:
        raise Invalid.of("", say("A text is too long"), code="too_long") from error
    except asyncpg.DataError as error:
        unfit_letter = isinstance(
            error, asyncpg.CharacterNotInRepertoireError | asyncpg.UntranslatableCharacterError
        )
        if unfit_letter or isinstance(error.__cause__, OverflowError | UnicodeEncodeError):
            raise Invalid.of(
                "",
                say("A number is too large, or a letter is one that cannot be stored"),
                code="unfit_value",
            ) from error
        raise


async def fetch(row_type: type[T], sql: str, *args: object) -> list[T]:
    """All rows of ``sql`` ($1 …) as ``row_type``, a Struct whose fields are the columns."""
    async with connection() as conn:
        records = await conn.fetch(sql, *args)
    # All at once: msgspec then looks at the types once, a third of the time at fifty rows.
    return msgspec.convert(
        [dict(record) for record in records],
        list[row_type],  # type: ignore[valid-type]
        strict=False,
        builtin_types=_NATIVE,
    )


async def fetch_one(row_type: type[T], sql: str, *args: object) -> T | None:
    """The first row of ``sql`` as ``row_type``, or None."""
    async with connection() as conn:
        record = await conn.fetchrow(sql, *args)
    return None if record is None else _as(row_type, record)


async def fetch_value(sql: str, *args: object) -> Any:
    """The first column of the first row, or None."""
    async with connection() as conn:
        return await conn.fetchval(sql, *args)


async def execute(sql: str, *args: object) -> int:
    """Run ``sql``; the number of rows it touched."""
    async with connection() as conn:
        status: str = await conn.execute(sql, *args)
    count = status.rpartition(" ")[2]
    return int(count) if count.isdecimal() else 0


async def execute_many(sql: str, rows: Sequence[Sequence[object]]) -> None:
    """Run ``sql`` once for each row of arguments, in one round trip."""
    async with connection() as conn:
        await conn.executemany(sql, rows)


def _as(row_type: type[T], record: asyncpg.Record) -> T:
    return msgspec.convert(dict(record), row_type, strict=False, builtin_types=_NATIVE)


@contextmanager
def refusing(sentences: Mapping[str, Message | Problem]) -> Iterator[None]:
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
