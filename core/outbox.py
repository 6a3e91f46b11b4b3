"""Effects outside the database: promised with the decision, done at least once afterwards."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from time import monotonic
from typing import Any

import msgspec
import structlog

from core import database
from core.clock import now
from core.errors import Unavailable

log = structlog.get_logger(__name__)

Handler = Callable[[dict[str, Any]], Awaitable[None]]

# What a killed worker held is taken over after this; one that lives renews it while it works.
LEASE = timedelta(seconds=60)
RENEW_SECONDS = 15.0
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
    kept = 0
    async with _leased(await _claim(list(handlers), most)) as lease:
        for promise in sorted(lease.promises, key=lambda p: p.id):
            if lease.is_over:
                break
            kept += await _keep(promise, handlers[promise.topic])
            lease.promises.remove(promise)
    return kept


async def _claim(topics: list[str], most: int) -> list[_Promise]:
    # A row is never due later than the longest wait, unless the clock was set back since.
    return await database.fetch(
        _Promise,
        "UPDATE outbox SET attempts = attempts + 1, due_at = $1 WHERE id IN ("
        " SELECT id FROM outbox WHERE (due_at <= $2 OR due_at > $5) AND topic = any($3::text[])"
        " ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED)"
        " RETURNING id, topic, payload, attempts",
        now() + LEASE,
        now(),
        topics,
        most,
        now() + LONGEST_WAIT + LEASE,
    )


class _Lease:
    """Promises that are ours alone, for as long as they are renewed in time."""

    def __init__(self, promises: list[_Promise]) -> None:
        self.promises = promises
        self._until = monotonic() + LEASE.total_seconds()

    @property
    def is_over(self) -> bool:
        """After a sleep, or while the database was away: others may have taken them."""
        return monotonic() > self._until

    async def renew_for_ever(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            begun = monotonic()
            with suppress(Unavailable):
                await self._renew()
                self._until = begun + LEASE.total_seconds()

    async def _renew(self) -> None:
        await database.execute(
            "UPDATE outbox o SET due_at = $3 FROM unnest($1::bigint[], $2::int[]) AS p(id, attempts)"
            " WHERE o.id = p.id AND o.attempts = p.attempts",
            [promise.id for promise in self.promises],
            [promise.attempts for promise in self.promises],
            now() + LEASE,
        )


@asynccontextmanager
async def _leased(promises: list[_Promise]) -> AsyncIterator[_Lease]:
    lease = _Lease(promises)
    renewing = asyncio.create_task(lease.renew_for_ever())
    try:
        yield lease
    finally:
        renewing.cancel()
        await asyncio.wait((renewing,))


async def _keep(promise: _Promise, handler: Handler) -> bool:
    """Only while it is the same attempt: after our lease it is another worker's to decide."""
    try:
        await handler(promise.payload)
    except Exception as error:
        # The worker outlives any handler's fault; the promise stays and says what went wrong.
        log.exception("outbox.failed", topic=promise.topic, id=promise.id)
        # Beyond some forty attempts the power itself would be more seconds than a wait can hold.
        wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(promise.attempts, 20)))
        await database.execute(
            "UPDATE outbox SET due_at = $3, last_error = $4 WHERE id = $1 AND attempts = $2",
            promise.id,
            promise.attempts,
            now() + wait,
            f"{type(error).__name__}: {error}"[:1000],
        )
        return False
    await database.execute(
        "DELETE FROM outbox WHERE id = $1 AND attempts = $2", promise.id, promise.attempts
    )
    return True
