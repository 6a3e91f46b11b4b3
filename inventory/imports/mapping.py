"""Which column is which field: suggested, decided by a person, remembered by the set of headers."""

from collections.abc import Sequence

import msgspec

from core import clock
from core.database import execute, fetch_one
from core.errors import FieldError, Invalid, say
from core.sheets import CellKind, Field, SheetColumn, headers_key, suggest_columns
from core.sheets.cells import word_index
from inventory.imports.importers import Importer
from inventory.imports.mapped_cells import Words
from inventory.imports.shapes import FileColumn, Mapping, Noun

MOST_VALUES = 2_000
LONGEST_FOR_ALL = 200


class _Stored(msgspec.Struct):
    mapping: Mapping


async def proposed(importer: Importer, school_id: int, columns: Sequence[FileColumn]) -> Mapping:
    """What was said of these headers the last time, else what they probably mean."""
    fields = await importer.fields(school_id)
    found = await fetch_one(
        _Stored,
        "SELECT mapping FROM import_mapping WHERE school = $1 AND noun = $2"
        " AND headers_sha256 = $3",
        school_id,
        importer.noun,
        _key(columns),
    )
    remembered = found.mapping if found else Mapping()
    suggested = {
        one.column: one.field or "" for one in suggest_columns(sheet_columns(columns), fields)
    }
    names = {field.name for field in fields}
    known = {head: name for head, name in remembered.columns.items() if name in names or not name}
    # Whether new places are made, and what is the same in all rows, is asked of each file.
    return msgspec.structs.replace(
        remembered,
        columns={head: known.get(head, name) for head, name in suggested.items()},
        makes_places=None,
        for_all={},
    )


async def store_mapping(
    noun: Noun, school_id: int, columns: Sequence[FileColumn], said: Mapping
) -> None:
    """Offer this mapping for the next file with the same headers; in the caller's transaction."""
    await execute(
        "INSERT INTO import_mapping (school, noun, headers_sha256, mapping, used_at)"
        " VALUES (:school, :noun, :key, :mapping, :now) ON CONFLICT (school, noun, headers_sha256)"
        " DO UPDATE SET mapping = excluded.mapping, used_at = excluded.used_at",
        school=school_id,
        noun=noun,
        key=_key(columns),
        mapping=msgspec.json.encode(said).decode(),
        now=clock.now(),
    )


def completed(
    importer: Importer,
    fields: Sequence[Field],
    columns: Sequence[FileColumn],
    before: Mapping,
    said: Mapping,
) -> Mapping:
    """What was said, with what was known ``before`` for the rest; Invalid names what is wrong."""
    headers = {column.header for column in columns}
    errors = [
        FieldError("columns", say("The file has no column {header}", header=head), "header")
        for head in said.columns
        if head not in headers
    ]
    chosen = {head: said.columns.get(head, before.columns.get(head, "")) for head in headers}
    errors += _wrong_fields(fields, chosen)
    errors += _merged_numbers(fields, columns, chosen)
    errors += [
        FieldError(name, say("This cannot be said for all rows"), "for_all")
        for name in said.for_all
        if name not in importer.for_all
    ]
    errors += [
        FieldError(name, say("At most {most} characters", most=LONGEST_FOR_ALL), "too_long")
        for name, text in said.for_all.items()
        if len(text) > LONGEST_FOR_ALL
    ]
    filled = set(chosen.values())
    if not filled & set(importer.needs):
        errors.append(FieldError("columns", importer.missing, "headers"))
    errors += [
        FieldError("keys", say("Rows cannot be found by {field}", field=key), "key")
        for key in said.keys
        if key not in importer.keys
    ]
    errors += _wrong_values(fields, said)
    if "\\u0000" in msgspec.json.encode(said).decode():
        errors.append(FieldError("values", say("One of these words cannot be stored"), "control"))
    if errors:
        raise Invalid(errors)
    chosen_keys = said.keys or before.keys or importer.keys
    keys = tuple(key for key in importer.keys if key in chosen_keys)
    return msgspec.structs.replace(
        said,
        columns={column.header: chosen[column.header] for column in columns},
        values={
            field: {**before.values.get(field, {}), **said.values.get(field, {})}
            for field in (*before.values, *said.values)
        },
        joins={**before.joins, **said.joins},
        for_all={
            name: text
            for name, text in {**before.for_all, **said.for_all}.items()
            if text.strip() and name not in chosen.values()
        },
        keys=keys,
        quantity=said.quantity or before.quantity,
        makes_places=before.makes_places if said.makes_places is None else said.makes_places,
    )


def words_of(fields: Sequence[Field]) -> Words:
    """The words that each choice knows by itself, as they are compared."""
    return {
        field.name: word_index({code: (code, *words) for code, words in field.words.items()})
        for field in fields
        if field.words
    }


def _wrong_fields(fields: Sequence[Field], chosen: dict[str, str]) -> list[FieldError]:
    by_name = {field.name: field for field in fields}
    errors = []
    for name in sorted(set(chosen.values()) - {""}):
        heads = [head for head, field in chosen.items() if field == name]
        if name not in by_name:
            errors.append(
                FieldError("columns", say("No field is called {name}", name=name), "field")
            )
        elif len(heads) > 1 and not by_name[name].is_many:
            errors.append(
                FieldError(
                    "columns",
                    say("These headers mean the same column: {headers}", headers=", ".join(heads)),
                    "duplicate_header",
                )
            )
    return errors


def _merged_numbers(
    fields: Sequence[Field], columns: Sequence[FileColumn], chosen: dict[str, str]
) -> list[FieldError]:
    """A number merged over rows is of all of them together, or of each: nobody can tell."""
    numbers = {field.name for field in fields if field.kind in (CellKind.number, CellKind.amount)}
    return [
        FieldError(
            "columns",
            say(
                "Merged cells stand in {header}: write a number into each row, or do not read it",
                header=column.header,
            ),
            "merged",
        )
        for column in columns
        if column.filled_down and chosen[column.header] in numbers
    ]


def _wrong_values(fields: Sequence[Field], said: Mapping) -> list[FieldError]:
    by_name = {field.name: field for field in fields}
    errors = [
        FieldError("values", say("“{code}” is no value of {field}", code=code, field=name), "value")
        for name, values in said.values.items()
        for code in values.values()
        if code and (name not in by_name or code not in by_name[name].words)
    ]
    if sum(map(len, (*said.values.values(), *said.joins.values()))) > MOST_VALUES:
        errors.append(FieldError("values", say("At most {most} words", most=MOST_VALUES), "many"))
    return errors


def sheet_columns(columns: Sequence[FileColumn]) -> list[SheetColumn]:
    """The columns as suggestions are made for them."""
    return [
        SheetColumn(
            column.header,
            column.letter,
            column.group,
            values=column.values,
            samples=column.samples,
        )
        for column in columns
    ]


def _key(columns: Sequence[FileColumn]) -> bytes:
    return bytes.fromhex(headers_key(column.header for column in columns))
