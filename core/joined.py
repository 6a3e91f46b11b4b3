"""One transaction for a whole request: begun by its first change, committed at its end.

Until the first change nothing is open, so a verb that reads a file, asks the network or hashes a
password before its own transaction does so here as well, with no row locked meanwhile.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from core import connections
from core import database_faults as faults
from core.connections import Transaction, engine, roll_back

OnBegin = Callable[[], Awaitable[None]]


class Joined:
    """The transaction that all of a block join; each of them is a savepoint of it."""

    def __init__(self, on_begin: OnBegin) -> None:
        self._on_begin = on_begin
        self._task = asyncio.current_task()
        self._opened: Transaction | None = None
        self._is_inside = False

    async def begin(self) -> Transaction:
        """Open it unless it is; what ``on_begin`` refuses closes it again."""
        if self._opened is not None:
            return self._opened
        if asyncio.current_task() is not self._task:
            raise RuntimeError("the changes of one request belong to one task")
        opened = engine.transaction()
        await opened.__aenter__()
        self._opened = opened
        # Its own statements belong to the transaction itself, whatever becomes of the caller's.
        try:
            await self._on_begin()
        except BaseException as refused:
            await self.end(refused)
            raise
        return opened

    async def end(self, failure: BaseException | None) -> None:
        """Commit, or take everything back after a ``failure``."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.__aexit__(type(failure) if failure else None, failure, None)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """All or nothing within the whole; inside of another one it is that."""
        opened = await self.begin()
        if self._is_inside:
            yield opened
            return
        self._is_inside = True
        try:
            async with _savepoint(opened):
                yield opened
        finally:
            self._is_inside = False


@asynccontextmanager
async def joined(on_begin: OnBegin) -> AsyncIterator[None]:
    """All changes of the block are one transaction, begun by the first of them with ``on_begin``.

    No other task changes anything inside. After the first change nothing may work outside of the
    database any more (:func:`core.connections.refuse_in_transaction`).
    """
    if engine.current_transaction.get() is not None or connections.whole.get() is not None:
        raise RuntimeError("a transaction is open already")
    whole = Joined(on_begin)
    token = connections.whole.set(whole)
    try:
        yield
    except BaseException as failure:
        await whole.end(failure)
        raise
    else:
        await whole.end(None)
    finally:
        connections.whole.reset(token)


@asynccontextmanager
async def _savepoint(opened: Transaction) -> AsyncIterator[None]:
    savepoint = opened.connection.transaction()
    with faults.while_connecting():
        await savepoint.start()
    try:
        yield
    except BaseException:
        await roll_back(savepoint)
        raise
    with faults.while_connecting():
        await savepoint.commit()
