"""Due times and leases that lie in the future because a clock was set back: nobody would visit them."""

import asyncio
import contextlib

import structlog

from core import clock
from core.database import execute
from core.errors import Unavailable
from monitoring.polling import claims

log = structlog.get_logger(__name__)

LOOK_SECONDS = 60.0
# A due time is too far ahead if it is later than any interval allows, or if the visit before it has yet
# to come.
FROM_THE_FUTURE = """
d.removed_at IS NULL AND (
    d.next_poll_at > $1::timestamptz + interval '3660 seconds'
    OR (d.next_poll_at > $1::timestamptz + interval '60 seconds'
        AND d.last_polled_at > $1::timestamptz + interval '60 seconds'))
"""
BRING_FORWARD = f"""
UPDATE device SET next_poll_at = $1::timestamptz + random() * interval '60 seconds',
                  leased_by = NULL, lease_until = NULL
 WHERE id IN (SELECT d.id FROM device d
               WHERE ({FROM_THE_FUTURE}) OR d.lease_until > now() + $2 * interval '2 seconds'
               ORDER BY d.id FOR NO KEY UPDATE SKIP LOCKED)
"""


async def bring_forward() -> int:
    """Make devices due within a minute that are due too far ahead; how many there were."""
    return await execute(BRING_FORWARD, clock.now(), claims.LEASE_SECONDS)


async def watch() -> None:
    """Bring forward what lies too far ahead, once a minute, until cancelled."""
    while True:
        with contextlib.suppress(Unavailable):
            if found := await bring_forward():
                log.warning("clock.was_set_back", devices=found)
        await asyncio.sleep(LOOK_SECONDS)
