"""The connections of this process: a pool, some outside of it, and transactions that give back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Protocol

import asyncpg
import msgspec
from anyio import CancelScope
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from piccolo.querystring import QueryString

from core import database_faults as faults
from core import keep_alive
from core.errors import Unavailable, say

POOL_SIZE = 10
CONNECT_SECONDS = 10.0
# How long a request waits for one of the pool's connections before it is refused.
ACQUIRE_SECONDS = 10.0
# A connection that is given back may still have to be told to cancel; a server that does not even
# answer to that loses it.
RELEASE_SECONDS = 3.0
COMMAND_SECONDS = 60.0


class Limits(msgspec.Struct, frozen=True):
    """How long to wait for a connection, and for a statement (None: as long as it takes)."""

    acquire_seconds: float = ACQUIRE_SECONDS
    command_seconds: float | None = COMMAND_SECONDS


DEFAULT_LIMITS = Limits()
_limits = DEFAULT_LIMITS
# Set in the context of a job: its statements may take longer, or less long, than a page's.
_statement_seconds: ContextVar[float | None] = ContextVar("statement_seconds", default=None)
# A connection outside of the pool on which everything of this context runs.
_own: ContextVar[asyncpg.Connection | None] = ContextVar("own_connection", default=None)


class Whole(Protocol):
    """A transaction that every change of its context is a part of (core.joined)."""

    async def begin(self) -> Any: ...

    def transaction(self) -> AbstractAsyncContextManager[Any]: ...


whole: ContextVar[Whole | None] = ContextVar("whole_transaction", default=None)


class Transaction(PostgresTransaction):
    """A transaction whose connection always comes home, cancelled or not.

    Piccolo's own keeps the connection, and stays the current transaction, when COMMIT fails or
    the block is cancelled; later queries of that task would then run on a stray connection. When
    BEGIN fails it keeps it too, and ten of those would have emptied the pool for ever.
    """

    async def __aenter__(self) -> PostgresTransaction:
        if self._parent is not None:
            return self._parent
        own = _own.get()
        self.connection = own or await acquire()
        self.is_borrowed = own is None
        try:
            with faults.while_connecting():
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
                    await (roll_back(self) if exception_type else self._store())
        finally:
            self.engine.current_transaction.reset(self.context)
            await self._bring_home()
        return False

    async def _store(self) -> None:
        # If it is lost already, COMMIT is never sent, and the server has undone everything.
        with faults.while_connecting():
            if self.connection.is_closed():
                raise ConnectionResetError("the connection was lost before COMMIT")
        with faults.while_committing(), faults.explaining_refusals():
            await self.commit()  # type: ignore[no-untyped-call]

    async def _bring_home(self) -> None:
        if self.is_borrowed:
            with CancelScope(shield=True):
                await release(self.connection)


async def roll_back(transaction: Any) -> None:
    """Take back a transaction or a savepoint, on whatever is left of its connection.

    On a line that was cut the server has done so already; the reason counts, not this. From one
    that does not answer the connection is taken away, which is the same to it.
    """
    with faults.ignoring_losses():
        async with asyncio.timeout(RELEASE_SECONDS):
            await transaction.rollback()


class Engine(PostgresEngine):
    """Piccolo's engine with :class:`Transaction` in place of its own, and our way of asking.

    Piccolo's queries so have the limits, the connection and the refusals of core.database.
    """

    def transaction(self, allow_nested: bool = True) -> Transaction:
        return Transaction(self, allow_nested)

    async def run_querystring(
        self, querystring: QueryString, in_pool: bool = True
    ) -> list[asyncpg.Record]:
        sql, values = querystring.compile_string()
        async with connection_for(sql) as found:
            records: list[asyncpg.Record] = await found.fetch(sql, *values, timeout=given_seconds())
        return records

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> list[asyncpg.Record]:
        async with connection_for(ddl) as found:
            records: list[asyncpg.Record] = await found.fetch(ddl, timeout=given_seconds())
        return records

    async def check_version(self) -> None:
        """Asks nothing: Piccolo would connect for it while this module is still being imported."""


engine = Engine(config={}, extensions=())


async def open(  # noqa: A001
    dsn: str, *, min_size: int = 1, max_size: int = POOL_SIZE, limits: Limits = DEFAULT_LIMITS
) -> None:
    """Start the pool on the running loop; every process does so once before its first query."""
    global _limits
    _limits = limits
    engine.config = {
        "dsn": dsn,
        "timeout": CONNECT_SECONDS,
        "command_timeout": limits.command_seconds,
        "connection_class": keep_alive.Connection,
        "server_settings": {
            "timezone": "UTC",
            "application_name": "labshare",
            "jit": "off",
            **keep_alive.SERVER_SETTINGS,
        },
    }
    await engine.start_connection_pool(
        min_size=min_size, max_size=max_size, init=_prepare, reset=_leave_clean
    )


async def close() -> None:
    """Give every connection back."""
    if engine.pool:
        await engine.close_connection_pool()


async def connect() -> asyncpg.Connection:
    """A new connection outside of the pool, without a limit for its statements; the caller closes it."""
    with faults.while_connecting():
        opened = await asyncpg.connect(**{**engine.config, "command_timeout": None})
        try:
            await _prepare(opened)
        except BaseException:
            opened.terminate()
            raise
    return opened


@asynccontextmanager
async def own_connection() -> AsyncIterator[asyncpg.Connection]:
    """A connection on which everything of the block runs, each statement for as long as it takes.

    For what is run by hand and may be long: migrations. No other task inside.
    """
    opened = await connect()
    token = _own.set(opened)
    try:
        yield opened
    finally:
        _own.reset(token)
        with CancelScope(shield=True), faults.ignoring_losses():
            await opened.close(timeout=RELEASE_SECONDS)


@contextmanager
def statements_may_take(seconds: float) -> Iterator[None]:
    """The limit of each statement in this context, in place of the process's own."""
    token = _statement_seconds.set(seconds)
    try:
        yield
    finally:
        _statement_seconds.reset(token)


def given_seconds() -> float | None:
    """The limit that a job's context has set; None leaves it to the process's own."""
    return _statement_seconds.get()


def statement_seconds() -> float | None:
    """The limit that holds here; None where there is none."""
    return _statement_seconds.get() or _limits.command_seconds


def refuse_in_transaction(work: str) -> None:
    """RuntimeError while a transaction of this context is open.

    Whatever waits for the network, another process or a turn of its own asks here first: rows that
    stay locked meanwhile stop everyone else, for as long as the other side likes.
    """
    if engine.current_transaction.get() is not None:
        raise RuntimeError(f"{work} inside of a transaction: do it before the transaction begins")


async def _prepare(connection: keep_alive.Connection) -> None:
    connection.keep_alive()
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


class connection_for:  # noqa: N801
    """Where ``sql`` runs: in the open transaction, on the own connection, or one of the pool.

    Whatever goes wrong meanwhile is explained by core.database_faults; None: a text not known.
    A class, since every statement passes here: generators would cost as much as asyncpg itself.
    """

    __slots__ = ("_found", "_is_borrowed", "_is_in_transaction", "_sql")

    def __init__(self, sql: str | None) -> None:
        self._sql = sql

    async def __aenter__(self) -> asyncpg.Connection:
        enclosing = whole.get()
        if enclosing is not None and faults.is_write(self._sql):
            await enclosing.begin()
        current = engine.current_transaction.get()
        self._is_in_transaction = current is not None
        own = _own.get() if current is None else None
        self._is_borrowed = current is None and own is None
        self._found = current.connection if current is not None else own or await acquire()
        return self._found

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        try:
            if error is not None:
                with (
                    faults.while_asking(
                        self._sql,
                        seconds=statement_seconds(),
                        in_transaction=self._is_in_transaction,
                    ),
                    faults.explaining_refusals(),
                ):
                    raise error
        finally:
            if self._is_borrowed:
                await release(self._found)


async def acquire() -> asyncpg.Connection:
    """A connection of the pool; Unavailable when there is no server, or none comes free."""
    pool = engine.pool
    if pool is None:
        raise Unavailable(say("The database is not connected"))
    try:
        with faults.while_connecting():
            async with asyncio.timeout(_limits.acquire_seconds):
                return await pool.acquire()
    except Unavailable as refused:
        waited = isinstance(refused.__cause__, TimeoutError)
        if waited and pool.get_size() == pool.get_max_size() and not pool.get_idle_size():
            raise faults.no_connection_free(_limits.acquire_seconds) from refused.__cause__
        raise


async def release(borrowed: asyncpg.Connection) -> None:
    """Give it back; one that is broken is closed, and another made when it is wanted."""
    assert engine.pool
    # What the block did stands as it is: this is no part of its outcome.
    with faults.ignoring_losses():
        await engine.pool.release(borrowed, timeout=RELEASE_SECONDS)
