"""Requests whose changes are undone, so that each finds the world as it was built."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from core import database

Undone = Callable[[], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def undoing() -> AsyncIterator[Undone]:
    """Gives the block in which everything is undone at its end; one connection serves all blocks.

    A connection of its own for each request would cost more than the request: a new process of
    PostgreSQL reads the catalogue anew and prepares every statement again.
    """
    async with database.own_connection() as connection:

        @asynccontextmanager
        async def undone() -> AsyncIterator[None]:
            # Around the request's own transactions, which thereby are savepoints and nothing else.
            around = connection.transaction()
            await around.start()
            try:
                yield
            finally:
                await around.rollback()

        yield undone
