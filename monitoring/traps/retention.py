"""Old traps go, a slice at a time, so that nobody waits for it."""

from datetime import timedelta

from core import clock
from core.database import execute

STORED_DAYS = 90
STRANGERS_STORED_DAYS = 7
SLICE = 10_000


async def delete_old() -> int:
    """Take out what was said more than ninety days ago, by strangers seven; how many rows."""
    before = clock.now() - timedelta(days=STORED_DAYS)
    strange = clock.now() - timedelta(days=STRANGERS_STORED_DAYS)
    deleted = 0
    while taken := await execute(
        "DELETE FROM trap WHERE id IN (SELECT id FROM trap"
        " WHERE last_at < $1 OR last_at < $2 AND school IS NULL ORDER BY last_at LIMIT $3)",
        before,
        strange,
        SLICE,
    ):
        deleted += taken
    await execute("DELETE FROM trap_clock WHERE heard_at < $1", before)
    return deleted
