"""A file is staged: read, judged row by row, and kept beside the books until somebody decides."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import PurePath
from typing import TypeVar
from uuid import UUID, uuid4

import anyio.lowlevel
import msgspec

from core import clock
from core.access import Actor
from core.database import execute, execute_many, fetch_value, transaction
from core.errors import Conflict, say
from core.permissions import IMPORT_EQUIPMENT
from core.rows import insert_row
from inventory import tables
from inventory.asset_columns import Column, column_of
from inventory.imports import book_columns
from inventory.imports.books import open_books
from inventory.imports.files import RawRow
from inventory.imports.opening import open_sheet
from inventory.imports.reading import get_import
from inventory.imports.shapes import ImportJob
from inventory.imports.verdicts import Judge, Judged
from inventory.scope import school_id_of

T = TypeVar("T")
# Some ten milliseconds of work: the process that reads a file answers everybody else as well.
SLICE = 100
KEEP_UNDECIDED = timedelta(days=30)


async def stage_assets(actor: Actor, school: str, file_name: str, data: bytes) -> ImportJob:
    """Read a file of assets for one school and say what each row would do; changes no asset.

    Refused with a sentence if the file cannot be read, or was applied before.
    """
    school_id = await school_id_of(actor, school)
    actor.require(school_id, IMPORT_EQUIPMENT)
    sheet = await open_sheet(data)
    digest = hashlib.sha256(data).digest()
    await refuse_applied(school_id, digest)
    job_id = uuid4()
    async with transaction(actor):
        await insert_row(
            tables.ImportJob,
            id=job_id,
            school_id=school_id,
            by=actor.person_id,
            file_name=PurePath(file_name).name[-255:] or "assets.csv",
            file_sha256=digest,
            encoding=sheet.encoding,
            created_at=clock.now(),
        )
        await write_rows(job_id, await judge_rows(school_id, school, sheet.rows))
    return await get_import(actor, job_id)


async def discard(actor: Actor, job_id: UUID) -> ImportJob:
    """Throw a staged import away; the books never knew of it."""
    await get_import(actor, job_id)
    async with transaction(actor):
        if not await execute(
            "UPDATE import_job SET state = 'discarded' WHERE id = $1 AND state = 'staged'", job_id
        ):
            raise Conflict(say("This import is finished already"), code="finished")
    return await get_import(actor, job_id)


async def discard_undecided() -> int:
    """Discard staged imports of long ago with their rows; gives how many. Applied ones stay.

    Each has up to twenty thousand rows, and nobody remembers what it was about.
    """
    async with transaction():
        discarded = await execute(
            "UPDATE import_job SET state = 'discarded' WHERE state = 'staged' AND created_at < $1",
            clock.now() - KEEP_UNDECIDED,
        )
        await execute(
            "DELETE FROM import_row r USING import_job j"
            " WHERE j.id = r.job AND j.state = 'discarded'"
        )
    return discarded


async def judge_rows(school_id: int, school: str, rows: tuple[RawRow, ...]) -> list[Judged]:
    """The verdict on each row, by the books as they are now."""
    books = await open_books(
        school_id,
        school,
        named_tags=_named(rows, Column.tag),
        named_serials=_named(rows, Column.serial_number),
        named_numbers=[
            number
            for cell in _named(rows, Column.numbers)
            for number in book_columns.split_numbers(cell)
        ],
    )
    judge = Judge(books)
    judged: list[Judged] = []
    for slice_ in in_slices(rows):
        judged += [judge.judge(row) for row in slice_]
        await anyio.lowlevel.checkpoint()
    return judged


async def write_rows(job_id: UUID, judged: list[Judged]) -> None:
    """Keep the verdicts of a job, in place of any it had; in the caller's transaction."""
    await execute("DELETE FROM import_row WHERE job = $1", job_id)
    for slice_ in in_slices(judged):
        await execute_many(
            "INSERT INTO import_row (job, line, raw, verdict, asset, diff, message)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                (
                    job_id,
                    one.row.line,
                    _json(one.row.cells),
                    one.verdict,
                    one.known.id if one.known is not None else None,
                    _json(one.diff),
                    _json(one.remarks),
                )
                for one in slice_
            ],
        )


def in_slices(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """The rows a few at a time: between two slices other requests are served."""
    return (rows[n : n + SLICE] for n in range(0, len(rows), SLICE))


async def refuse_applied(school_id: int, digest: bytes) -> None:
    """A file goes into the books of a school once."""
    applied_at = await fetch_value(
        "SELECT applied_at FROM import_job"
        " WHERE school = $1 AND file_sha256 = $2 AND state = 'applied'",
        school_id,
        digest,
    )
    if applied_at is not None:
        raise Conflict(
            say("This very file was imported on {day}", day=applied_at.date().isoformat()),
            code="import_job_applied_once",
        )


def _named(rows: tuple[RawRow, ...], column: Column) -> list[str]:
    header = next((header for header in rows[0].cells if column_of(header) is column), None)
    return [row.cells[header] for row in rows if row.cells[header]] if header else []


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
