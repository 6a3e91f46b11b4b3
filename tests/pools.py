"""Another pool in place of the tests' own: smaller, or less patient."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core import connections, database
from tests.conftest import LIMITS


@asynccontextmanager
async def pool_of(size: int, dsn: str, limits: database.Limits = LIMITS) -> AsyncIterator[None]:
    """Everything of the block shares ``size`` connections to ``dsn``."""
    engine = database.engine
    kept = engine.pool, engine.config, connections._limits
    engine.pool = None
    try:
        await database.open(dsn, max_size=size, limits=limits)
        try:
            yield
        finally:
            await database.close()
    finally:
        engine.pool, engine.config, connections._limits = kept
