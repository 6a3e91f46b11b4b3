"""Old traps go, a slice at a time, so that nobody waits for it."""

from datetime import timedelta

from core import clock
from core.database import execute

KEEP_DAYS = 90
SLICE = 10_000


async def forget_old() -> int:
    """Take out what was said last more than ninety days ago; how many rows that were."""
    before = clock.now() - timedelta(days=KEEP_DAYS)
    gone = 0
    while taken := await execute(
        "DELETE FROM trap WHERE id IN (SELECT id FROM trap WHERE last_at < $1 LIMIT $2)",
        before,
        SLICE,
    ):
        gone += taken
    await execute("DELETE FROM trap_clock WHERE heard_at < $1", before)
    return gone
