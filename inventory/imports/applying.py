"""The third step: every row goes into the books in one transaction, or none."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import UUID

import asyncpg

from core import clock
from core.access import Actor
from core.database import execute, fetch, transaction
from core.errors import Message, say
from inventory.imports.claims import Claim, Progress, as_json, end_step, hold
from inventory.imports.importers import Importer, Made, Staged, Writer, Written
from inventory.imports.shapes import ImportState, Verdict

BATCH = 500
BOOKS_CHANGED = say("The books have changed since this preview; look at the new one first")


class Stale(Exception):
    """The books say something else by now than when the rows were judged."""

    def __init__(self, why: Message = BOOKS_CHANGED) -> None:
        super().__init__(str(why))
        self.why = why


async def apply_rows(claim: Claim, actor: Actor, importer: Importer, progress: Progress) -> None:
    """Write all rows, exactly as judged. :class:`Stale` if one would do something else by now.

    Tags, models and places are made before, in short transactions that nobody waits for. New things
    are written first, nobody can see them or wait for them; then
    what is changed, in the order of the things' ids, so that two imports and any hand-out lock in the same order.
    """
    made = Made(dict(claim.made or {}))
    writer = await importer.open_writer(claim.school, made)
    await _reserve(claim, actor, importer, writer, made)
    with _stale_if_gone():
        async with transaction(actor, importer.refusals):
            await _write(claim, writer, progress)
            await writer.finish()
            await end_step(
                claim,
                ImportState.applied,
                applied_at=clock.now(),
                made=as_json(made.ids),
                problem=None,
                rows_done=progress.done,
            )


async def _write(claim: Claim, writer: Writer, progress: Progress) -> None:
    async for rows in _created(claim):
        await _note(claim.id, await writer.create(rows))
        progress.done += len(rows)
    async for rows in _updated(claim):
        await writer.update(rows)
        progress.done += len(rows)


@contextmanager
def _stale_if_gone() -> Iterator[None]:
    """What a row refers to went since it was judged, such as a model by undoing another import."""
    try:
        yield
    except asyncpg.ForeignKeyViolationError as error:
        raise Stale from error


async def _reserve(
    claim: Claim, actor: Actor, importer: Importer, writer: Writer, made: Made
) -> None:
    """Take and make what others would wait for in short transactions, kept for a second try."""
    for batches in (_created, _updated):
        async for rows in batches(claim):
            async with transaction(actor, importer.refusals):
                await hold(claim)
                reserved = await writer.reserve(rows)
                await _store(claim, reserved, made)


async def _store(claim: Claim, reserved: dict[int, dict[str, object]], made: Made) -> None:
    await execute(
        "UPDATE import_row r SET change = r.change || u.more::jsonb"
        " FROM unnest($2::int[], $3::text[]) AS u (line, more)"
        " WHERE r.job = $1 AND r.line = u.line",
        claim.id,
        list(reserved),
        [as_json(more) for more in reserved.values()],
    )
    await execute("UPDATE import_job SET made = $2 WHERE id = $1", claim.id, as_json(made.ids))


COLUMNS = "SELECT job, line, change, targets, version_read, label AS raw_label FROM import_row"


async def _created(claim: Claim) -> AsyncIterator[list[Staged]]:
    after = 0
    while rows := await fetch(
        Staged,
        f"{COLUMNS} WHERE job = $1 AND verdict = '{Verdict.create}' AND NOT is_left_out"
        f" AND line > $2 ORDER BY line LIMIT {BATCH:d}",
        claim.id,
        after,
    ):
        after = rows[-1].line
        yield rows


async def _updated(claim: Claim) -> AsyncIterator[list[Staged]]:
    after = 0
    while rows := await fetch(
        Staged,
        f"{COLUMNS} WHERE job = $1 AND verdict = '{Verdict.update}' AND NOT is_left_out"
        f" AND targets[1] > $2 ORDER BY targets[1] LIMIT {BATCH:d}",
        claim.id,
        after,
    ):
        after = rows[-1].targets[0]
        yield rows


async def _note(job: UUID, written: list[Written]) -> None:
    """Which things the rows made: what undoing takes."""
    await execute(
        "UPDATE import_row r SET targets = u.targets::bigint[], label = u.label"
        " FROM unnest($2::int[], $3::text[], $4::text[]) AS u (line, targets, label)"
        " WHERE r.job = $1 AND r.line = u.line",
        job,
        [one.line for one in written],
        ["{" + ",".join(map(str, one.targets)) + "}" for one in written],
        [one.label[:400] for one in written],
    )
