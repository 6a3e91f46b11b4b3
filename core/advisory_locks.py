"""Named locks over all processes, held on one connection of their own, outside of the pool.

Whoever holds a lock needs connections for its work; were the locks held on those, as many holders
as there are connections would wait for each other for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg

from core import database

# A server that we no longer reach lets another take the locks after a minute (core/keep_alive.py).
# By then we know, since a question that is asked every ten seconds went ten without an answer.
CHECK_EVERY_SECONDS = 10.0
ANSWER_SECONDS = 10.0


class LockLost(Exception):
    """The connection that held the lock is gone: another process may hold it, so work has ended."""


class AdvisoryLocks:
    """The locks of one process; connects when one is wanted, and again after the connection died."""

    def __init__(self) -> None:
        self._session: _Session | None = None
        self._held: set[str] = set()
        # asyncpg takes one statement at a time.
        self._turn = asyncio.Lock()

    async def run_alone(self, name: str, work: Callable[[], Awaitable[None]]) -> bool:
        """Run ``work`` unless anybody holds ``name``, here or elsewhere; whether it was run.

        Its task is cancelled as soon as the lock is lost, and LockLost raised when it has ended.
        """
        # A session may take its own lock twice, so within a process PostgreSQL would let all pass.
        if name in self._held:
            return False
        self._held.add(name)
        try:
            session = await self._take(name)
            if session is None:
                return False
            try:
                await _run_while_held(session, work())
            finally:
                await asyncio.shield(self._give_back(session, name))
            return True
        finally:
            self._held.discard(name)

    async def close(self) -> None:
        """Close the connection, which releases the locks that are still held."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _take(self, name: str) -> "_Session | None":
        async with self._turn:
            if self._session is None or self._session.lost.is_set():
                await self.close()
                self._session = await _Session.open(self._turn)
            session = self._session
            taken = await session.ask("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", name)
        return session if taken else None

    async def _give_back(self, session: "_Session", name: str) -> None:
        async with self._turn:
            if session.lost.is_set():
                return
            # A lost connection has given it back already.
            with suppress(LockLost):
                await session.ask("SELECT pg_advisory_unlock(hashtextextended($1, 0))", name)


class _Session:
    """A connection that is asked again and again whether it is still there."""

    def __init__(self, connection: asyncpg.Connection, turn: asyncio.Lock) -> None:
        self.lost = asyncio.Event()
        self._connection = connection
        self._turn = turn
        connection.add_termination_listener(self._ended)
        self._watching = asyncio.create_task(self._watch())

    @classmethod
    async def open(cls, turn: asyncio.Lock) -> "_Session":
        return cls(await database.connect(), turn)

    async def ask(self, sql: str, *values: object) -> object:
        """One answer, in time; LockLost, and the connection closed, if there is none."""
        try:
            return await self._connection.fetchval(sql, *values, timeout=ANSWER_SECONDS)
        except BaseException as error:
            # Also when we are cancelled: nobody would know whether the lock was taken.
            self._connection.terminate()
            self.lost.set()
            if not isinstance(error, Exception):
                raise
            raise LockLost("the connection that holds the locks was lost") from error

    async def close(self) -> None:
        self._watching.cancel()
        with suppress(Exception):
            await self._connection.close(timeout=ANSWER_SECONDS)
        self.lost.set()

    def _ended(self, _connection: asyncpg.Connection) -> None:
        self.lost.set()

    async def _watch(self) -> None:
        with suppress(LockLost):
            while not self.lost.is_set():
                await asyncio.sleep(CHECK_EVERY_SECONDS)
                async with self._turn:
                    await self.ask("SELECT true")


async def _run_while_held(session: _Session, work: Awaitable[None]) -> None:
    working = asyncio.ensure_future(work)
    losing = asyncio.ensure_future(session.lost.wait())
    try:
        await asyncio.wait((working, losing), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
    finally:
        losing.cancel()
        if not working.done():
            # Whether we are cancelled ourselves or the lock was lost: it ends before we do.
            working.cancel()
            await asyncio.wait((working,))
    raise LockLost("the lock was lost, so the work was stopped")
