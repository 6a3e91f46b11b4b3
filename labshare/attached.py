"""Engines for a command: outside ones, those of a running service, or our own for a moment."""

import contextlib
from collections.abc import AsyncIterator, Iterator

import msgspec

from core import database
from core.settings import Settings
from labshare import secret_key
from labshare.engines import object_store, postgres
from storage import objects

# For commands: somebody started them by hand, and can stop them by hand.
PATIENT = database.Limits(acquire_seconds=60.0, command_seconds=None)


@contextlib.contextmanager
def attached(settings: Settings, *, with_objects: bool = False) -> Iterator[Settings]:
    """The settings with a database, and a store if asked for, that answer during the block."""
    with contextlib.ExitStack() as stack:
        url = settings.database_url or postgres.find_running(settings.data)
        if url is None:
            url = stack.enter_context(postgres.running(settings.data)).dsn
        s3 = settings.s3
        if s3 is None and with_objects:
            access = object_store.find_running(settings.data)
            if access is None:
                access = stack.enter_context(object_store.running(settings.data)).access
            s3 = access.settings()
        yield msgspec.structs.replace(secret_key.with_keys(settings), database_url=url, s3=s3)


@contextlib.asynccontextmanager
async def connected(
    settings: Settings,
    *,
    most_connections: int = 4,
    limits: database.Limits = PATIENT,
    store_limits: objects.Limits = objects.PATIENT,
) -> AsyncIterator[None]:
    """The pool, and the store if the settings have one, open on this loop during the block.

    A store that is away is no obstacle: what needs it says so.
    """
    if settings.database_url is None:
        raise RuntimeError("these settings name no database")
    await database.open(settings.database_url, max_size=most_connections, limits=limits)
    try:
        if settings.s3 is not None:
            await objects.open(settings.s3, store_limits)
        try:
            yield
        finally:
            if settings.s3 is not None:
                await objects.close()
    finally:
        await database.close()
