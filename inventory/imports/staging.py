"""What a person does with an import: chooses a file, maps it, leaves rows out, applies, undoes.

Each of these is one short transaction; the work itself is the worker's.
"""

import hashlib
from datetime import timedelta
from pathlib import PurePath
from uuid import UUID, uuid4

from core import clock
from core.access import Actor
from core.database import execute, fetch_value, transaction
from core.errors import Conflict, Forbidden, Invalid, Message, say
from core.permissions import IMPORT_EQUIPMENT
from core.rows import insert_row
from inventory import tables
from inventory.imports.claims import as_json
from inventory.imports.judging import COUNTS
from inventory.imports.mapping import completed, store_mapping
from inventory.imports.nouns import IMPORTERS
from inventory.imports.reading import get_import
from inventory.imports.shapes import ImportJob, ImportState, Mapping, Noun
from inventory.scope import school_id_of

MOST_BYTES = 20 * 1024 * 1024
KEEP_UNDECIDED = timedelta(days=30)
# Its rows are stored; the bytes only serve to look into how a file was read.
KEEP_FILES = timedelta(days=7)
NEW = Mapping()
# Another row says that it is about the same thing as this one.
NAMED = """
SELECT true FROM import_row WHERE job = $1 AND line <> $2 AND NOT is_left_out
   AND message @> jsonb_build_array(jsonb_build_object('message',
           jsonb_build_object('params', jsonb_build_object('line', $2::int)))) LIMIT 1
"""


async def upload(
    actor: Actor, school: str, file_name: str, data: bytes, *, noun: Noun = Noun.assets
) -> ImportJob:
    """Take a file in for one school; a worker reads it, and changes nothing in the books.

    Refused with a sentence if it is empty, too large, or was applied before.
    """
    school_id = await school_id_of(actor, school)
    _require(actor, school_id, noun)
    if not data:
        raise Invalid.of("file", say("The file is empty"), code="empty")
    if len(data) > MOST_BYTES:
        raise Invalid.of(
            "file", say("At most {most} MB in one file", most=MOST_BYTES >> 20), code="too_large"
        )
    digest = hashlib.sha256(data).digest()
    await _refuse_applied(school_id, noun, digest)
    job_id = uuid4()
    async with transaction(actor):
        await insert_row(
            tables.ImportJob,
            id=job_id,
            school_id=school_id,
            by=actor.person_id,
            noun=noun,
            file_name=PurePath(file_name).name[-255:] or "list.csv",
            file_sha256=digest,
            encoding="",
            created_at=clock.now(),
        )
        await execute("INSERT INTO import_file (job, data) VALUES ($1, $2)", job_id, data)
    return await get_import(actor, job_id)


async def map_columns(actor: Actor, job_id: UUID, mapping: Mapping = NEW) -> ImportJob:
    """Say what the columns and words of a file mean; a worker then judges each row.

    What is left out stays as it was, or as suggested. Possible until the import is applied.
    """
    async with transaction(actor):
        job = await _locked(actor, job_id)
        if not job.can_map:
            raise _not_now(job)
        importer = IMPORTERS[job.noun]
        fields = await importer.fields(job.school_id)
        said = completed(importer, fields, job.columns, job.mapping or NEW, mapping)
        await store_mapping(job.noun, job.school_id, job.columns, said)
        await _set_state(job, ImportState.mapped, mapping=as_json(said), problem=None)
    return await get_import(actor, job_id)


async def leave_out(
    actor: Actor, job_id: UUID, line: int, *, is_left_out: bool = True
) -> ImportJob:
    """Leave one row out of an import, or take it in again.

    All rows are judged anew if it is taken in, or if the verdict on another one names it. Conflict
    once it is applied.
    """
    async with transaction(actor):
        job = await _locked(actor, job_id)
        if job.state is not ImportState.judged:
            raise _not_now(job)
        found = await execute(
            "UPDATE import_row SET is_left_out = $3 WHERE job = $1 AND line = $2",
            job.id,
            line,
            is_left_out,
        )
        if not found:
            raise Invalid.of(
                "line", say("The file has no row in line {line}", line=line), code="line"
            )
        if is_left_out and not await fetch_value(NAMED, job.id, line):
            counts = await fetch_value(COUNTS, job.id)
            await execute(
                "UPDATE import_job SET counts = $2 WHERE id = $1", job.id, as_json(counts or {})
            )
        else:
            # Its verdict, or that of its twins, is of before: the books and the other rows may say
            # something else by now.
            await _set_state(job, ImportState.mapped)
    return await get_import(actor, job_id)


async def apply_import(actor: Actor, job_id: UUID) -> ImportJob:
    """Have a judged import written into the books, exactly as its preview says: all rows or none.

    Refused if a row is wrong. If the books changed since the preview so that a row would now do
    something else, the worker makes the preview anew and writes nothing.
    """
    async with transaction(actor):
        job = await _locked(actor, job_id)
        if job.counts.error and job.state is ImportState.judged:
            raise Conflict(
                say(
                    "{count} rows are wrong; mend them in the file and choose it again,"
                    " or leave them out",
                    count=job.counts.error,
                ),
                code="has_errors",
            )
        if not job.can_apply:
            raise _not_now(job)
        if IMPORTERS[job.noun].in_person:
            actor.require_confirmed()
        await _refuse_applied(job.school_id, job.noun, await _digest(job.id))
        await _set_state(job, ImportState.applying)
    return await get_import(actor, job_id)


async def undo_import(actor: Actor, job_id: UUID) -> ImportJob:
    """Have an applied import taken back, whole: what it made goes, what it changed is put back.

    Where something came after, nothing is changed and each row that is in the way says why.
    """
    async with transaction(actor):
        job = await _locked(actor, job_id)
        if not job.can_undo:
            raise _not_now(job)
        await _set_state(job, ImportState.undoing)
    return await get_import(actor, job_id)


async def discard(actor: Actor, job_id: UUID) -> ImportJob:
    """Throw away an import that is not applied; the books never knew of it."""
    async with transaction(actor):
        job = await _locked(actor, job_id)
        if not job.can_discard:
            raise _not_now(job)
        await _set_state(job, ImportState.discarded)
    return await get_import(actor, job_id)


async def discard_undecided() -> int:
    """Discard imports of long ago that nobody applied, with their rows; gives how many.

    Each has up to a hundred thousand rows, and nobody remembers what it was about.
    """
    async with transaction():
        discarded = await execute(
            "UPDATE import_job SET state = 'discarded'"
            " WHERE state IN ('read', 'judged', 'failed') AND created_at < $1",
            clock.now() - KEEP_UNDECIDED,
        )
        for table in ("import_row", "import_file"):
            await execute(
                f"DELETE FROM {table} r USING import_job j"
                " WHERE j.id = r.job AND j.state = 'discarded'"
            )
    return discarded


async def delete_old_files() -> int:
    """Delete the bytes of files a week after their import was applied, undone, given up or thrown
    away; gives how many. What the rows said and did stays."""
    return await execute(
        "DELETE FROM import_file f USING import_job j WHERE j.id = f.job"
        " AND j.state IN ('applied', 'undone', 'failed', 'discarded')"
        " AND coalesce(j.undone_at, j.applied_at, j.created_at) < $1",
        clock.now() - KEEP_FILES,
    )


async def _locked(actor: Actor, job_id: UUID) -> ImportJob:
    await execute("SELECT FROM import_job WHERE id = $1 FOR UPDATE", job_id)
    job = await get_import(actor, job_id)
    _require(actor, job.school_id, job.noun)
    return job


def _require(actor: Actor, school_id: int, noun: Noun) -> None:
    """Pass who imports at the school and edits what the rows are; a token needs both scopes."""
    importer = IMPORTERS[noun]
    permission = importer.permission
    actor.require(school_id, IMPORT_EQUIPMENT)
    actor.require(school_id, permission)
    if importer.in_person:
        actor.require_in_person()
    if not actor.may(permission.scope):
        raise Forbidden(
            say("This token lacks the scope {scope}", scope=permission.scope), code="scope_missing"
        )


async def _set_state(job: ImportJob, state: ImportState, **columns: object) -> None:
    written = "".join(f", {name} = :{name}" for name in columns)
    await execute(
        "UPDATE import_job SET state = :state, rows_done = 0, lost_claims = 0,"
        f" claimed_until = NULL{written} WHERE id = :id",
        state=state,
        id=job.id,
        **columns,
    )


def _not_now(job: ImportJob) -> Conflict:
    sentences: dict[bool, Message] = {
        True: say("This import is being worked at; wait a moment"),
        False: say("This import is finished already, or not so far yet"),
    }
    return Conflict(sentences[job.is_working], code="finished")


async def _refuse_applied(school_id: int, noun: Noun, digest: bytes) -> None:
    """A file goes into the books of a school once, unless it was undone."""
    applied_at = await fetch_value(
        "SELECT applied_at FROM import_job WHERE school = $1 AND noun = $2 AND file_sha256 = $3"
        " AND state IN ('applied', 'undoing')",
        school_id,
        noun,
        digest,
    )
    if applied_at is not None:
        raise Conflict(
            say("This very file was imported on {day}", day=applied_at.date().isoformat()),
            code="import_job_applied_once",
        )


async def _digest(job_id: UUID) -> bytes:
    digest: bytes = await fetch_value("SELECT file_sha256 FROM import_job WHERE id = $1", job_id)
    return digest
