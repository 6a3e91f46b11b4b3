"""States of the database that a test waits for."""

import asyncio

from core import database
from tests.patience import EVERY_SECONDS, MANY_LOOKS


async def somebody_waits_for_a_lock() -> None:
    """Return once a session waits for what another one has locked; TimeoutError if none does."""
    for _ in range(MANY_LOOKS):
        if await database.fetch_value("SELECT true FROM pg_locks WHERE NOT granted LIMIT 1"):
            return
        await asyncio.sleep(EVERY_SECONDS)
    raise TimeoutError("nobody waits for a lock")
