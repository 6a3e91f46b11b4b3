"""Effects outside the database: enqueued with the decision, done at least once afterwards."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec
import structlog

from core import database, leases
from core.clock import now
from core.leases import Queue

log = structlog.get_logger(__name__)

Handler = Callable[[dict[str, Any]], Awaitable[None]]

# What a killed worker held is taken over after the lease; one that lives renews it while it works.
QUEUE = Queue(
    table="outbox",
    until="due_at",
    order="due_at",
    lease=timedelta(seconds=60),
    renew_seconds=15.0,
    longest_wait=timedelta(hours=1),
)


class _Entry(msgspec.Struct):
    id: int
    topic: str
    payload: dict[str, Any]
    attempts: int


async def enqueue(topic: str, payload: Mapping[str, object]) -> None:
    """Enqueue one effect; stands or falls with the open transaction."""
    await database.execute(
        "INSERT INTO outbox (topic, payload, created_at, due_at) VALUES ($1, $2, $3, $3)",
        topic,
        msgspec.json.encode(payload).decode(),
        now(),
    )


async def deliver_due(handlers: Mapping[str, Handler], *, most: int = 20) -> int:
    """Claim up to ``most`` due entries and deliver them; how many were delivered.

    A handler may run twice (its process may die before the row is removed), so it must be
    repeatable. One that fails comes back later, ever more slowly, and is never dropped.
    """
    claimed = await leases.claim(
        _Entry, QUEUE, most=most, where="topic = any(:topics::text[])", topics=list(handlers)
    )
    delivered = 0
    async with leases.renewed(QUEUE, claimed) as lease:
        for entry in sorted(lease.claims, key=lambda p: p.id):
            if lease.is_over:
                break
            delivered += await _deliver(entry, handlers[entry.topic])
            lease.claims.remove(entry)
    return delivered


async def _deliver(entry: _Entry, handler: Handler) -> bool:
    """Only while it is the same attempt: after our lease it is another worker's to decide."""
    try:
        await handler(entry.payload)
    except Exception as error:
        # The worker outlives any handler's fault; the entry stays, with what went wrong.
        log.exception("outbox.failed", topic=entry.topic, id=entry.id)
        reason = f"{type(error).__name__}: {error}"[:1000]
        await leases.put_off(QUEUE, [entry], last_error=reason)
        return False
    await database.execute(
        "DELETE FROM outbox WHERE id = $1 AND attempts = $2", entry.id, entry.attempts
    )
    return True
