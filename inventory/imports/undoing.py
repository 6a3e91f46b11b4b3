"""The fourth step: an applied import is taken back whole, or it is said row by row why not."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from core import clock
from core.access import Actor
from core.database import execute, fetch, fetch_value, transaction
from core.errors import Message, say
from inventory.imports.applying import BATCH, COLUMNS
from inventory.imports.claims import Claim, Progress, as_json, end_step
from inventory.imports.importers import Importer, Made, Staged, Writer
from inventory.imports.made import remove_made, sentence_of
from inventory.imports.shapes import ImportState, Verdict

Obstacles = Callable[[Sequence[Staged]], Awaitable[dict[int, Message]]]


async def undo_rows(claim: Claim, actor: Actor, importer: Importer, progress: Progress) -> None:
    """Take away what the import made and put back what it changed, if nothing came after.

    Else nothing changes: each row that stands in the way says why, and the import stays applied.
    """
    async with transaction(actor, importer.refusals):
        await execute(
            "UPDATE import_row SET obstacle = NULL WHERE job = $1 AND obstacle IS NOT NULL",
            claim.id,
        )
        writer = await importer.open_writer(claim.school, Made())
        # Locked and looked at in the order of ids; nothing is written before all is known.
        for verdict, find in (
            (Verdict.update, writer.find_updated_obstacles),
            (Verdict.create, writer.find_created_obstacles),
        ):
            await _note_obstacles(claim.id, verdict, find)
        in_the_way = await fetch_value(
            "SELECT count(*) FROM import_row WHERE job = $1 AND obstacle IS NOT NULL", claim.id
        )
        if in_the_way:
            message = say(
                "{count} rows stand in the way of undoing this import; nothing was changed",
                count=in_the_way,
            )
            await end_step(claim, ImportState.applied, problem=as_json(message))
            return
        await _take_back(claim, writer, progress)
        kept = sentence_of(await remove_made(claim.made or {}))
        await end_step(
            claim,
            ImportState.undone,
            undone_at=clock.now(),
            problem=None if kept is None else as_json(kept),
            rows_done=progress.done,
        )


async def _take_back(claim: Claim, writer: Writer, progress: Progress) -> None:
    before = None
    # The newest first: a room goes before its building.
    while rows := await _rows(claim.id, Verdict.create, before, is_newest_first=True):
        before = rows[-1].targets[0]
        await writer.remove(rows)
        progress.done += len(rows)
    after = None
    while rows := await _rows(claim.id, Verdict.update, after):
        after = rows[-1].targets[0]
        await writer.restore(rows)
        progress.done += len(rows)


async def _note_obstacles(job: UUID, verdict: Verdict, find: Obstacles) -> None:
    after = None
    while rows := await _rows(job, verdict, after):
        after = rows[-1].targets[0]
        found = await find(rows)
        await execute(
            "UPDATE import_row r SET obstacle = u.why::jsonb"
            " FROM unnest($2::int[], $3::text[]) AS u (line, why)"
            " WHERE r.job = $1 AND r.line = u.line",
            job,
            list(found),
            [as_json(why) for why in found.values()],
        )


async def _rows(
    job: UUID, verdict: Verdict, after: int | None, *, is_newest_first: bool = False
) -> list[Staged]:
    sign, order = ("<", "DESC") if is_newest_first else (">", "ASC")
    return await fetch(
        Staged,
        f"{COLUMNS} WHERE job = $1 AND verdict = $2 AND NOT is_left_out"
        f" AND ($3::bigint IS NULL AND targets[1] IS NOT NULL OR targets[1] {sign} $3)"
        f" ORDER BY targets[1] {order} LIMIT {BATCH:d}",
        job,
        verdict,
        after,
    )
