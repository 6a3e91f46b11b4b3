"""Telling people that what they booked cannot be had, or can be had again: each once, by the outbox."""

from datetime import timedelta

import msgspec

from core import clock, outbox
from core.database import fetch, transaction
from core.settings import Settings
from inventory.holds.listing import Trouble

TOPIC = "booking_trouble"
# What is further away may well be mended by then.
WARN_AHEAD = timedelta(days=30)
MOST_AT_ONCE = 200

IN_TROUBLE = """
WITH due AS (
    SELECT h.id, t.trouble FROM hold h JOIN booking_trouble t ON t.hold = h.id
     WHERE h.warned_at IS NULL AND h.starts_at < :until ORDER BY h.id LIMIT :most
       FOR UPDATE OF h SKIP LOCKED)
UPDATE hold h SET warned_at = :now FROM due WHERE h.id = due.id
RETURNING h.id AS hold_id, due.trouble
"""
FINE_AGAIN = """
WITH due AS (
    SELECT h.id FROM hold h
     WHERE h.warned_at IS NOT NULL AND h.closed_at IS NULL AND h.ends_at > :now
       AND NOT EXISTS (SELECT FROM booking_trouble t WHERE t.hold = h.id)
     ORDER BY h.id LIMIT :most FOR UPDATE OF h SKIP LOCKED)
UPDATE hold h SET warned_at = NULL FROM due WHERE h.id = due.id
RETURNING h.id AS hold_id, NULL AS trouble
"""


class BookingWarning(msgspec.Struct, frozen=True):
    """A booking whose person is to be told; without ``trouble`` it can be had again."""

    hold_id: int
    trouble: Trouble | None = None


async def enqueue_warnings(_settings: Settings) -> None:
    """Enqueue what is to be told by now; twice at once, or twice in a row, tells nothing twice."""
    now = clock.now()
    async with transaction():
        found = await fetch(
            BookingWarning, IN_TROUBLE, now=now, until=now + WARN_AHEAD, most=MOST_AT_ONCE
        )
        found += await fetch(BookingWarning, FINE_AGAIN, now=now, most=MOST_AT_ONCE)
        for one in found:
            await outbox.enqueue(TOPIC, msgspec.to_builtins(one))
