"""The worker's hold on an import: claimed under a lease, its progress shown, ended once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from uuid import UUID

import msgspec

from core.access import Actor
from core.database import execute, fetch_value
from core.errors import Message, Unavailable
from core.leases import Queue
from inventory.imports.shapes import FileColumn, FileReading, ImportState, Mapping, Noun

QUEUE = Queue(
    table="import_job",
    id_type="uuid",
    waiting="state IN ('uploaded', 'mapped', 'applying', 'undoing')",
    until="claimed_until",
    lost="lost_claims",
    lease=timedelta(seconds=60),
    renew_seconds=15.0,
    longest_wait=timedelta(minutes=5),
    order="created_at",
)
PROGRESS_SECONDS = 1.0


class Claim(msgspec.Struct, frozen=True):
    """An import that is ours until its lease is over."""

    id: UUID
    school: int
    by: int | None
    noun: Noun
    state: ImportState
    columns: tuple[FileColumn, ...]
    reading: FileReading | None
    mapping: Mapping | None
    made: dict[str, list[int]] | None
    attempts: int
    lost_claims: int


class LostClaim(Exception):
    """Somebody else has the import by now: what was done for it is rolled back."""


class Progress:
    """How many rows of a step are done, written beside it: its own transaction shows nothing."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self.done = 0

    async def write_for_ever(self) -> None:
        shown = -1
        while True:
            if self.done != shown:
                shown = self.done
                with suppress(Unavailable):
                    await execute(
                        "UPDATE import_job SET rows_done = $3 WHERE id = $1 AND attempts = $2",
                        self._claim.id,
                        self._claim.attempts,
                        shown,
                    )
            await asyncio.sleep(PROGRESS_SECONDS)


@asynccontextmanager
async def shown(claim: Claim) -> AsyncIterator[Progress]:
    """Progress that is written while the block lasts, by a task with a connection of its own."""
    progress = Progress(claim)
    writing = asyncio.create_task(progress.write_for_ever())
    try:
        yield progress
    finally:
        writing.cancel()
        await asyncio.wait((writing,))


async def hold(claim: Claim) -> None:
    """Keep the import ours until the end of the caller's transaction; :class:`LostClaim` if it is
    ours no longer, so that a worker that comes back late writes nothing."""
    is_ours = await fetch_value(
        "SELECT true FROM import_job WHERE id = $1 AND attempts = $2 AND state = $3 FOR SHARE",
        claim.id,
        claim.attempts,
        claim.state,
    )
    if not is_ours:
        raise LostClaim


async def end_step(claim: Claim, state: ImportState, **columns: object) -> None:
    """The step is over: the import is in ``state`` now, with ``columns``; in the caller's transaction.

    :class:`LostClaim` if it is ours no longer, or was thrown away meanwhile.
    """
    written = "".join(f", {name} = :{name}" for name in columns)
    ended = await execute(
        f"UPDATE import_job SET state = :state, claimed_until = NULL, lost_claims = 0{written}"
        " WHERE id = :id AND attempts = :attempts AND state = :before",
        id=claim.id,
        attempts=claim.attempts,
        before=claim.state,
        state=state,
        **columns,
    )
    if not ended:
        raise LostClaim


def as_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def problem(message: Message) -> str:
    """Why an import failed or came back, as its column holds it."""
    return as_json(message)


def actor_of(claim: Claim, name: str) -> Actor:
    """Who asked for it, so that the history names them; for its school alone."""
    return Actor(person_id=claim.by, name=name, every_school=(claim.school,))
