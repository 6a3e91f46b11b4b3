"""Effects outside the database: promised with the decision, done at least once afterwards."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec
import structlog

from core import database
from core.clock import now

log = structlog.get_logger(__name__)

Handler = Callable[[dict[str, Any]], Awaitable[None]]

LEASE = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=1)


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
    promises = await database.fetch(
        _Promise,
        "UPDATE outbox SET attempts = attempts + 1, due_at = $1 WHERE id IN ("
        " SELECT id FROM outbox WHERE due_at <= $2 AND topic = any($3::text[])"
        " ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED)"
        " RETURNING id, topic, payload, attempts",
        now() + LEASE,
        now(),
        list(handlers),
        most,
    )
    kept = 0
    for promise in sorted(promises, key=lambda p: p.id):
        kept += await _keep(promise, handlers[promise.topic])
    return kept


async def _keep(promise: _Promise, handler: Handler) -> bool:
    try:
        await handler(promise.payload)
    except Exception as error:
        # The worker outlives any handler's fault; the promise stays and says what went wrong.
        log.exception("outbox.failed", topic=promise.topic, id=promise.id)
        # Beyond some forty attempts the power itself would be more seconds than a wait can hold.
        wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(promise.attempts, 20)))
        await database.execute(
            "UPDATE outbox SET due_at = $2, last_error = $3 WHERE id = $1",
            promise.id,
            now() + wait,
            f"{type(error).__name__}: {error}"[:1000],
        )
        return False
    await database.execute("DELETE FROM outbox WHERE id = $1", promise.id)
    return True
