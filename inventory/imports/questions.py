"""What a person is asked about a file: its columns, the words in them, and what is new."""

from uuid import UUID

import msgspec

from core.access import Actor
from core.sheets import CellKind, Field, Match, suggest_columns, suggest_values
from inventory.imports.mapping import sheet_columns
from inventory.imports.nouns import IMPORTERS
from inventory.imports.reading import get_import
from inventory.imports.shapes import FileColumn, ImportJob, Mapping

MOST_WORDS = 40


class ImportField(msgspec.Struct, frozen=True):
    """A field that a column may fill; ``codes`` are what the words of a choice may mean."""

    name: str
    kind: CellKind
    heads: tuple[str, ...]
    codes: tuple[str, ...]
    is_many: bool


class Word(msgspec.Struct, frozen=True):
    """A word of a column that its field does not know: how often, and what is probably meant; "" if
    it shall not be read, None if nobody knows."""

    text: str
    count: int
    code: str | None


class AskedColumn(msgspec.Struct, frozen=True):
    """One column as it is asked about: the field that it fills now, and the words to be told."""

    column: FileColumn
    field: str
    is_guess: bool
    words: tuple[Word, ...]


async def list_fields(actor: Actor, job_id: UUID) -> list[ImportField]:
    """The fields that a file of this noun may fill."""
    job = await get_import(actor, job_id)
    return [
        ImportField(field.name, field.kind, field.heads, tuple(field.words), field.is_many)
        for field in await IMPORTERS[job.noun].fields(job.school_id)
    ]


async def ask(job: ImportJob, chosen: dict[str, str] | None = None) -> list[AskedColumn]:
    """Each column with what is to be said of it; ``chosen`` are the fields by header, if others
    than those of its mapping."""
    fields = {field.name: field for field in await IMPORTERS[job.noun].fields(job.school_id)}
    mapping = job.mapping or Mapping()
    now = mapping.columns if chosen is None else chosen
    sheet = sheet_columns(job.columns)
    guessed = {
        one.column: one.field
        for one in suggest_columns(sheet, tuple(fields.values()))
        if one.match is Match.near
    }
    return [
        AskedColumn(
            column,
            field := now.get(column.header, ""),
            bool(field) and guessed.get(column.header) == field,
            _words(column, fields.get(field), mapping),
        )
        for column in job.columns
    ]


def _words(column: FileColumn, field: Field | None, mapping: Mapping) -> tuple[Word, ...]:
    if field is None or not field.words or column.values is None:
        return ()
    said = mapping.values.get(field.name, {})
    unknown = [one for one in suggest_values(column.values, field) if one.match is not Match.exact]
    return tuple(
        Word(one.text, one.count, said.get(one.text, one.code)) for one in unknown[:MOST_WORDS]
    )
