"""The first step of an import: its file becomes rows, in a process with limits."""

import asyncio
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from core.access import Actor
from core.database import execute, fetch_value, transaction
from core.errors import Invalid, say
from core.sheets import SheetFacts, SheetRow, iter_rows, open_sheet
from inventory.imports.claims import Claim, Progress, as_json, end_step
from inventory.imports.importers import Importer
from inventory.imports.mapping import proposed
from inventory.imports.shapes import FileColumn, FileReading, ImportState

MOST_ROWS = 100_000
BATCH = 1_000
MOST_SAMPLES = 5
SAMPLE_CHARACTERS = 60
WORK_PREFIX = "import-"


async def read_file(claim: Claim, actor: Actor, importer: Importer, progress: Progress) -> None:
    """Store the rows of the file, and what its columns probably are; Invalid if there are none."""
    data: bytes = await fetch_value("SELECT data FROM import_file WHERE job = $1", claim.id)
    fields = await importer.fields(claim.school)
    with tempfile.TemporaryDirectory(prefix=WORK_PREFIX) as folder:
        source, rows = Path(folder) / "file", Path(folder) / "rows"
        await asyncio.to_thread(source.write_bytes, data)
        del data
        facts = await open_sheet(
            source, rows, heads=[head for field in fields for head in (*field.heads, field.name)]
        )
        if facts.rows > MOST_ROWS:
            raise Invalid.of(
                "file",
                say("At most {most} rows in one file; split it", most=MOST_ROWS),
                code="many",
            )
        await _store(claim, actor, importer, facts, rows, progress)


async def _store(
    claim: Claim,
    actor: Actor,
    importer: Importer,
    facts: SheetFacts,
    rows: Path,
    progress: Progress,
) -> None:
    async with transaction(actor):
        await execute("DELETE FROM import_row WHERE job = $1", claim.id)
        for batch in _batches(iter_rows(rows)):
            await execute(
                "INSERT INTO import_row (job, line, raw, label, diff)"
                " SELECT $1, u.line, u.raw::jsonb, '', '[]' FROM unnest($2::int[], $3::text[])"
                " AS u (line, raw)",
                claim.id,
                [row.line for row in batch],
                [as_json(row.cells) for row in batch],
            )
            progress.done += len(batch)
        columns = [
            FileColumn(
                column.name,
                column.letter,
                column.group,
                column.filled,
                tuple(text[:SAMPLE_CHARACTERS] for text in column.samples[:MOST_SAMPLES]),
                column.values,
                column.filled_down,
            )
            for column in facts.columns
        ]
        await end_step(
            claim,
            ImportState.read,
            columns=as_json(columns),
            encoding=facts.read_as,
            reading=as_json(msgspec.convert(facts, FileReading, from_attributes=True)),
            mapping=as_json(await proposed(importer, claim.school, columns)),
            rows_total=progress.done,
            rows_done=progress.done,
        )


def _batches(rows: Iterator[SheetRow]) -> Iterator[list[SheetRow]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
