"""Previews that nobody decided on: twenty thousand rows each, and older than the memory of them."""

from datetime import timedelta

from core import clock
from core.database import execute, transaction

KEEP_UNDECIDED = timedelta(days=30)


async def forget_undecided() -> int:
    """Discard staged imports of long ago with their rows; gives how many. Applied ones stay."""
    async with transaction():
        forgotten = await execute(
            "UPDATE import_job SET state = 'discarded' WHERE state = 'staged' AND created_at < $1",
            clock.now() - KEEP_UNDECIDED,
        )
        await execute(
            "DELETE FROM import_row r USING import_job j"
            " WHERE j.id = r.job AND j.state = 'discarded'"
        )
    return forgotten
