"""Effects outside the database: promised with the decision, done at least once afterwards."""

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


class _Promise(msgspec.Struct):
    id: int
    topic: str
    payload: dict[str, Any]
    attempts: int


async def put(topic: str, payload: Mapping[str, object]) -> None:
    """Promise one effect; stands or falls with the open transaction."""
    await database.execute(
        "INSERT INTO outbox (topic, payload, created_at, due_at) VALUES ($1, $2, $3, $3)",
        topic,
        msgspec.json.encode(payload).decode(),
        now(),
    )


async def work(handlers: Mapping[str, Handler], *, most: int = 20) -> int:
    """Claim up to ``most`` due promises and keep them; how many were kept.

    A handler may run twice (its process may die before the row is removed), so it must be
    repeatable. One that fails comes back later, ever more slowly, and is never dropped.
    """
    claimed = await leases.claim(
        _Promise, QUEUE, most=most, where="topic = any(:topics::text[])", topics=list(handlers)
    )
    kept = 0
    async with leases.renewed(QUEUE, claimed) as lease:
        for promise in sorted(lease.claims, key=lambda p: p.id):
            if lease.is_over:
                break
            kept += await _keep(promise, handlers[promise.topic])
            lease.claims.remove(promise)
    return kept


async def _keep(promise: _Promise, handler: Handler) -> bool:
    """Only while it is the same attempt: after our lease it is another worker's to decide."""
    try:
        await handler(promise.payload)
    except Exception as error:
        # The worker outlives any handler's fault; the promise stays and says what went wrong.
        log.exception("outbox.failed", topic=promise.topic, id=promise.id)
        reason = f"{type(error).__name__}: {error}"[:1000]
        await leases.put_off(QUEUE, promise, last_error=reason)
        return False
    await database.execute(
        "DELETE FROM outbox WHERE id = $1 AND attempts = $2", promise.id, promise.attempts
    )
    return True
