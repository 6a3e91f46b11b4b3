"""Imports listed and looked through; for the admins of the school."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from core.access import Actor
from core.database import get_one
from core.errors import say
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import IMPORT_EQUIPMENT
from core.query import Key, Order, Where, list_page
from inventory.asset_columns import column_of
from inventory.custom_fields.values import plain_name
from inventory.imports.shapes import (
    FieldDiff,
    ImportJob,
    ImportRow,
    Remark,
    Verdict,
)


class _Job(ImportJob, kw_only=True, frozen=True):
    headers: list[str]
    fields: list[str]


class _Row(msgspec.Struct):
    line: int
    verdict: Verdict
    tag: str | None
    raw: dict[str, str]
    diff: list[dict[str, Any]]
    message: list[dict[str, Any]] | None


JOBS = """
SELECT j.id, j.school AS school_id, s.code AS school, j.file_name, j.encoding, j.state,
       p.name AS by, j.created_at, j.applied_at,
       coalesce((SELECT jsonb_object_agg(v.verdict, v.rows) FROM (
           SELECT verdict, count(*) AS rows FROM import_row WHERE job = j.id GROUP BY verdict) v),
           '{}'::jsonb) AS counts,
       coalesce((SELECT array_agg(key) FROM jsonb_object_keys(
           (SELECT raw FROM import_row WHERE job = j.id ORDER BY line LIMIT 1)) AS key),
           '{}') AS headers,
       array(SELECT f.name FROM custom_field f WHERE f.school = j.school AND f.retired_at IS NULL)
           AS fields
  FROM import_job j JOIN school s ON s.id = j.school LEFT JOIN person p ON p.id = j.by
"""
ROWS = """
SELECT r.line, r.verdict, a.tag, r.raw, r.diff, r.message
  FROM import_row r LEFT JOIN asset a ON a.id = r.asset
"""


NEWEST_FIRST = Order(
    Key("j.created_at", datetime, "created_at"), Key("j.id", UUID, "id"), descending=True
)
BY_LINE = Order(Key("r.line", int, "line"))


async def list_imports(
    actor: Actor, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT
) -> Page[ImportJob]:
    """The imports of the schools of which the actor is an admin, newest first."""
    where = Where("j.school = any(:schools)", schools=actor.school_ids_with(IMPORT_EQUIPMENT))
    where.add("j.state <> 'discarded'")
    page = await list_page(_Job, JOBS, where, NEWEST_FIRST, cursor=cursor, limit=limit)
    return Page([_job(row) for row in page.items], page.next_cursor)


async def get_import(actor: Actor, job_id: UUID) -> ImportJob:
    """One import, else NotFound."""
    found = await get_one(
        _Job,
        f"{JOBS} WHERE j.id = $1 AND j.school = any($2::bigint[])",
        job_id,
        actor.school_ids_with(IMPORT_EQUIPMENT),
        missing=say("There is no such import, or it is not of your school"),
    )
    return _job(found)


async def list_rows(
    actor: Actor,
    job_id: UUID,
    *,
    verdict: Verdict | None = None,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[ImportRow]:
    """One page of the rows of an import, in the order of the file."""
    await get_import(actor, job_id)
    where = Where("r.job = :job", job=job_id)
    where.add_given("r.verdict = :verdict", verdict=verdict)
    page = await list_page(_Row, ROWS, where, BY_LINE, cursor=cursor, limit=limit)
    return Page([_row(row) for row in page.items], page.next_cursor)


def _job(row: _Job) -> ImportJob:
    fields = {plain_name(name) for name in row.fields}
    unused = tuple(
        header
        for header in row.headers
        if column_of(header) is None and plain_name(header) not in fields
    )
    facts = msgspec.structs.asdict(row) | {"unused": unused}
    del facts["headers"], facts["fields"]
    return ImportJob(**facts)


def _row(row: _Row) -> ImportRow:
    diff = tuple(msgspec.convert(one, FieldDiff) for one in row.diff)
    given_tag = next((one.after for one in diff if one.field == "tag"), None)
    return ImportRow(
        line=row.line,
        verdict=row.verdict,
        tag=row.tag or given_tag,
        raw=row.raw,
        diff=diff,
        remarks=tuple(msgspec.convert(one, Remark) for one in row.message or ()),
    )
