"""The second step: each row gets its verdict, some thousands at a time, by the books as they are."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import anyio
import anyio.lowlevel
import msgspec

from core.access import Actor
from core.database import execute, fetch, fetch_value, transaction
from core.errors import Message
from core.sheets import spelling_key
from inventory.imports.claims import Claim, Progress, as_json, end_step, hold
from inventory.imports.importers import Importer, Judge, Judged, Order
from inventory.imports.mapped_cells import Layout, MappedCells
from inventory.imports.mapping import words_of
from inventory.imports.shapes import ImportState, Mapping

T = TypeVar("T")
BATCH = 1_000
# Some ten milliseconds of work: between two slices the worker polls and delivers mail.
SLICE = 100


class _Raw(msgspec.Struct):
    line: int
    raw: list[str]


COUNTS = """
SELECT jsonb_object_agg(v.name, v.rows) FROM (
    SELECT CASE WHEN is_left_out THEN 'left_out' ELSE verdict END AS name, count(*) AS rows
      FROM import_row WHERE job = $1 AND (is_left_out OR verdict IS NOT NULL) GROUP BY 1) v
"""


async def judge_rows(
    claim: Claim,
    actor: Actor,
    importer: Importer,
    progress: Progress,
    *,
    why: Message | None = None,
) -> None:
    """Write the verdict on each row that is not left out; ``why`` it is judged once more.

    Each batch is stored by itself. A worker that comes after one that died begins anew, so that
    twins far apart in the file are found however often it was interrupted.
    """
    layout, judge = await _opened(claim, importer)
    line = 0
    while rows := await _next(claim, line):
        line = rows[-1].line
        cells = [MappedCells(layout, row.line, row.raw) for row in rows]
        await judge.learn(cells)
        judged: list[Judged] = []
        for slice_ in in_slices(cells):
            judged += [judge.judge(one) for one in slice_]
            await anyio.lowlevel.checkpoint()
        async with transaction():
            await hold(claim)
            await _store(claim, judged)
        progress.done += len(rows)
    findings = await anyio.to_thread.run_sync(judge.findings)
    async with transaction(actor):
        counts = await fetch_value(COUNTS, claim.id)
        await end_step(
            claim,
            ImportState.judged,
            counts=as_json(counts or {}),
            findings=as_json(findings),
            rows_done=progress.done,
            problem=None if why is None else as_json(why),
        )


async def _opened(claim: Claim, importer: Importer) -> tuple[Layout, Judge]:
    mapping = claim.mapping or Mapping()
    layout = Layout.of(
        claim.columns,
        mapping,
        words_of(await importer.fields(claim.school)),
        starts_1904=claim.reading is not None and claim.reading.starts_1904,
    )
    order = Order(
        school_id=claim.school,
        school=await fetch_value("SELECT code FROM school WHERE id = $1", claim.school),
        layout=layout,
        keys=frozenset(mapping.keys),
        quantity=mapping.quantity,
        makes_places=bool(mapping.makes_places),
        joins={
            field: {**{spelling_key(name): to for name, to in named.items()}, **named}
            for field, named in mapping.joins.items()
        },
    )
    return layout, await importer.open_judge(order)


async def _next(claim: Claim, line: int) -> list[_Raw]:
    return await fetch(
        _Raw,
        "SELECT line, raw FROM import_row WHERE job = $1 AND line > $2 AND NOT is_left_out"
        f" ORDER BY line LIMIT {BATCH:d}",
        claim.id,
        line,
    )


async def _store(claim: Claim, judged: Sequence[Judged]) -> None:
    await execute(
        "UPDATE import_row r SET verdict = u.verdict, label = u.label, version_read = u.version,"
        " targets = CASE WHEN u.target IS NULL THEN '{}' ELSE ARRAY[u.target] END,"
        " diff = u.diff::jsonb, message = u.remarks::jsonb, change = u.change::jsonb,"
        " obstacle = NULL"
        " FROM unnest(:lines::int[], :verdicts::text[], :labels::text[], :versions::int[],"
        " :targets::bigint[], :diffs::text[], :remarks::text[], :changes::text[])"
        " AS u (line, verdict, label, version, target, diff, remarks, change)"
        " WHERE r.job = :job AND r.line = u.line",
        job=claim.id,
        lines=[one.line for one in judged],
        verdicts=[one.verdict for one in judged],
        labels=[one.label[:400] for one in judged],
        versions=[one.version for one in judged],
        targets=[one.target for one in judged],
        diffs=[as_json(one.diff) for one in judged],
        remarks=[as_json(one.remarks) for one in judged],
        changes=[as_json(one.change) if one.change else None for one in judged],
    )


def in_slices(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """The rows a few at a time."""
    return (rows[n : n + SLICE] for n in range(0, len(rows), SLICE))
