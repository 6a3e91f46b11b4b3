"""Imports listed and looked through; for the admins of the school."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from core.access import Actor
from core.database import get_one
from core.errors import Message, say
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import IMPORT_EQUIPMENT
from core.query import Key, Order, Where, list_page
from inventory.imports.nouns import IMPORTERS
from inventory.imports.shapes import FieldDiff, ImportJob, ImportRow, Noun, Remark, Verdict


class _Row(msgspec.Struct):
    line: int
    verdict: Verdict | None
    label: str
    raw: list[str]
    diff: list[dict[str, Any]]
    message: list[dict[str, Any]] | None
    is_left_out: bool
    obstacle: Message | None


class RowFilters(msgspec.Struct, frozen=True):
    """Which rows of an import: of a verdict, left out by hand, or in the way of undoing it."""

    verdict: Verdict | None = None
    left_out: bool = False
    in_the_way: bool = False


JOBS = """
SELECT j.id, j.school AS school_id, s.code AS school, j.noun, j.file_name, j.encoding, j.state,
       p.name AS by, j.created_at, j.applied_at, j.undone_at, j.counts, j.rows_total AS rows,
       j.rows_done, j.columns, j.reading, j.mapping, j.findings, j.problem,
       j.made IS NOT NULL AS has_way_back
  FROM import_job j JOIN school s ON s.id = j.school LEFT JOIN person p ON p.id = j.by
"""
ROWS = """
SELECT r.line, r.verdict, r.label, r.raw, r.diff, r.message, r.is_left_out, r.obstacle
  FROM import_row r
"""
IN_SIGHT = "(j.noun, j.school) IN (SELECT * FROM unnest(:nouns::text[], :schools::bigint[]))"
NEWEST_FIRST = Order(
    Key("j.created_at", datetime, "created_at"), Key("j.id", UUID, "id"), descending=True
)
BY_LINE = Order(Key("r.line", int, "line"))
ALL_ROWS = RowFilters()


async def list_imports(
    actor: Actor, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT
) -> Page[ImportJob]:
    """The imports of the schools where the actor imports and edits what their rows are, newest
    first."""
    where = Where(f"j.state <> 'discarded' AND {IN_SIGHT}", **_in_sight(actor))
    return await list_page(ImportJob, JOBS, where, NEWEST_FIRST, cursor=cursor, limit=limit)


async def get_import(actor: Actor, job_id: UUID) -> ImportJob:
    """One import, else NotFound."""
    return await get_one(
        ImportJob,
        f"{JOBS} WHERE j.id = :id AND {IN_SIGHT}",
        id=job_id,
        **_in_sight(actor),
        missing=say("There is no such import, or it is not of your school"),
    )


async def list_rows(
    actor: Actor,
    job_id: UUID,
    filters: RowFilters = ALL_ROWS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[ImportRow]:
    """One page of the rows of an import, in the order of the file."""
    job = await get_import(actor, job_id)
    where = Where("r.job = :job", job=job_id)
    where.add_given("r.verdict = :verdict", verdict=filters.verdict)
    if filters.verdict is not None:
        where.add("NOT r.is_left_out")
    if filters.left_out:
        where.add("r.is_left_out")
    if filters.in_the_way:
        where.add("r.obstacle IS NOT NULL")
    page = await list_page(_Row, ROWS, where, BY_LINE, cursor=cursor, limit=limit)
    return Page([_row(job, row) for row in page.items], page.next_cursor)


def _in_sight(actor: Actor) -> dict[str, list[Noun] | list[int]]:
    """Each noun at each school where the actor has its permission, as pairs."""
    importing = set(actor.school_ids_with(IMPORT_EQUIPMENT))
    pairs = [
        (noun, school)
        for noun, importer in IMPORTERS.items()
        if actor.may(importer.permission.scope.replace(":write", ":read"))
        for school in sorted(importing.intersection(actor.school_ids_with(importer.permission)))
    ]
    return {"nouns": [noun for noun, _ in pairs], "schools": [school for _, school in pairs]}


def _row(job: ImportJob, row: _Row) -> ImportRow:
    diff = tuple(msgspec.convert(one, FieldDiff) for one in row.diff)
    return ImportRow(
        line=row.line,
        verdict=row.verdict,
        tag=row.label or None,
        raw={column.header: cell for column, cell in zip(job.columns, row.raw, strict=False)},
        diff=diff,
        remarks=tuple(msgspec.convert(one, Remark) for one in row.message or ()),
        is_left_out=row.is_left_out,
        obstacle=row.obstacle,
    )
