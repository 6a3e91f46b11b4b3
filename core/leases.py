"""Rows that workers claim for a while, renew while they work at them, and put off after a failure.

A claim is known by its row and by how often that was claimed: ``attempts`` is counted when a row is
claimed, so a worker that was killed over it counts as well, and one that comes back after its lease
ran out changes nothing. What is claimed is due again when the lease is over.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from time import monotonic
from typing import Generic, Protocol, TypeVar
from uuid import UUID

import msgspec

from core import database
from core.clock import now
from core.errors import Unavailable


class Claimed(Protocol):
    """A row that is ours until its lease is over."""

    @property
    def id(self) -> int | UUID: ...

    @property
    def attempts(self) -> int: ...


C = TypeVar("C", bound=Claimed)


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """A table of work, with its columns ``id``, ``attempts`` and the one that says until when.

    ``waiting`` is what holds of the rows that are work; ``lost`` is a column that counts the claims
    in a row of which no worker told the end.
    """

    table: str
    until: str
    lease: timedelta
    renew_seconds: float
    longest_wait: timedelta
    id_type: str = "bigint"
    order: str = "id"
    waiting: str = "true"
    lost: str | None = None

    def back_off(self, attempts: int) -> timedelta:
        """Twice as long each time, from two seconds on."""
        # Beyond some forty attempts the power itself would be more seconds than a wait can hold.
        return min(self.longest_wait, timedelta(seconds=2 ** min(attempts, 20)))


async def claim(
    row_type: type[C], queue: Queue, *, most: int = 1, where: str = "true", **named: object
) -> list[C]:
    """Up to ``most`` rows that are due and that nobody holds, with the columns of ``row_type``.

    ``where`` narrows them down, by the ``named`` values. Nobody waits for another's lock.
    """
    at = now()
    lost = f", {queue.lost} = {queue.lost} + 1" if queue.lost else ""
    columns = ", ".join(field.name for field in msgspec.structs.fields(row_type))  # type: ignore[arg-type]
    return await database.fetch(
        row_type,
        f"UPDATE {queue.table} SET {queue.until} = :lease_until, attempts = attempts + 1{lost}"
        # As an array the choice is made once; a join could make it anew for each row, and claim
        # more than ``most``.
        f" WHERE id = any(ARRAY(SELECT id FROM {queue.table} WHERE ({queue.waiting}) AND ({where})"
        f" AND ({queue.until} IS NULL OR {queue.until} <= :now OR {queue.until} > :farthest)"
        f" ORDER BY {queue.order} LIMIT :most FOR UPDATE SKIP LOCKED)) RETURNING {columns}",
        lease_until=at + queue.lease,
        now=at,
        # No row is held or put off for longer, unless the clock was set back since.
        farthest=at + queue.longest_wait + queue.lease,
        most=most,
        **named,
    )


class Lease(Generic[C]):
    """Claims that are ours alone for as long as they are renewed in time; drop what is done."""

    def __init__(self, queue: Queue, claims: Sequence[C]) -> None:
        self._queue = queue
        self.claims = list(claims)
        self._until = monotonic() + queue.lease.total_seconds()

    @property
    def is_over(self) -> bool:
        """After a sleep, or while the database was away: others may have taken them."""
        return monotonic() > self._until

    async def renew_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._queue.renew_seconds)
            begun = monotonic()
            with suppress(Unavailable):
                await self._renew()
                self._until = begun + self._queue.lease.total_seconds()

    async def _renew(self) -> None:
        until = now() + self._queue.lease
        await _update(self._queue, self.claims, f"{self._queue.until} = :until", until=until)


async def _update(queue: Queue, claims: Iterable[Claimed], columns: str, **named: object) -> None:
    """Set columns of the claims that nobody else has taken since, and that are not done."""
    held = [(claim.id, claim.attempts) for claim in claims]
    await database.execute(
        f"UPDATE {queue.table} SET {columns} WHERE ({queue.waiting})"
        f" AND (id, attempts) IN (SELECT * FROM unnest(:ids::{queue.id_type}[], :attempts::int[]))",
        ids=[row_id for row_id, _ in held],
        attempts=[attempts for _, attempts in held],
        **named,
    )


@asynccontextmanager
async def renewed(queue: Queue, claims: Sequence[C]) -> AsyncIterator[Lease[C]]:
    """Hold the claims for the length of the block, by a task that renews them."""
    lease = Lease(queue, claims)
    renewing = asyncio.create_task(lease.renew_for_ever())
    try:
        yield lease
    finally:
        renewing.cancel()
        await asyncio.wait((renewing,))


async def release(queue: Queue, claims: Iterable[Claimed]) -> None:
    """Let the rows be due at once: their worker stops and is not the reason why they are not done.

    Only what is still ours; such a claim was not lost.
    """
    lost = f", {queue.lost} = greatest({queue.lost} - 1, 0)" if queue.lost else ""
    await _update(queue, claims, f"{queue.until} = :now{lost}", now=now())


async def put_off(queue: Queue, claims: Iterable[Claimed], **columns: object) -> None:
    """Let the rows be due again after a wait, ever longer; ``columns`` are written with it.

    Only those of which nobody else has begun another attempt. A worker that says so was not
    killed, so the rows are not lost.
    """
    lost = f", {queue.lost} = 0" if queue.lost else ""
    written = "".join(f", {name} = :{name}" for name in columns)
    at, held = now(), list(claims)
    await database.execute(
        f"UPDATE {queue.table} q SET {queue.until} = w.until{lost}{written}"
        f" FROM unnest(:ids::{queue.id_type}[], :attempts::int[], :until::timestamptz[])"
        " AS w(id, attempts, until) WHERE q.id = w.id AND q.attempts = w.attempts",
        ids=[claim.id for claim in held],
        attempts=[claim.attempts for claim in held],
        until=[at + queue.back_off(claim.attempts) for claim in held],
        **columns,
    )
