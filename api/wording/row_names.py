"""The rows that a history points to, by the names that people give them: one query a kind."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from api.wording.entities import ENTITIES
from api.wording.language import Language
from core import audit, database
from core.audit import Change, FieldChange


class _Name(msgspec.Struct):
    id: str
    name: str | None


async def history(
    speech: Language, entity: str, entity_id: object, *, limit: int = 100
) -> list[Change]:
    """:func:`core.audit.list_history` with names in place of the numbers of other rows."""
    return await named(speech, await audit.list_history(entity, entity_id, limit=limit))


async def named(speech: Language, changes: list[Change]) -> list[Change]:
    """The changes with names in place of numbers, also of the changed rows themselves.

    A row that is gone keeps its number, or the name that its first event knew.
    """
    names = await _names(speech, set(_pointed(changes)))
    return [_named(change, names) for change in changes]


def pointed_table(entity: str, column: str) -> str | None:
    """The table that a column of ``entity`` points to, if it points to one."""
    table = ENTITIES[entity].pointers.get(column) if entity in ENTITIES else None
    return table if table in ENTITIES else None


def _pointed(changes: Iterable[Change]) -> Iterable[tuple[str, str]]:
    for change in changes:
        yield change.entity, change.entity_id
        for field in change.fields:
            table = pointed_table(change.entity, field.field)
            if table:
                yield from ((table, str(v)) for v in (field.before, field.after) if v is not None)


async def _names(
    speech: Language, wanted: set[tuple[str, str]]
) -> dict[tuple[str, str], str | None]:
    by_table: dict[str, list[str]] = defaultdict(list)
    for table, row_id in wanted:
        by_table[table].append(row_id)
    found: dict[tuple[str, str], str | None] = {}
    for table, ids in by_table.items():
        rows = await _names_in(speech, table, ids) if table in ENTITIES else []
        found |= {(table, row.id): row.name for row in rows}
    return found


async def _names_in(speech: Language, table: str, ids: list[str]) -> list[_Name]:
    entity = ENTITIES[table]
    school_name = "name_zh" if speech.code == "zh_CN" else "name_en"
    return await database.fetch(
        _Name,
        f"SELECT t.{entity.key}::text AS id, {entity.row_name.format(school_name=school_name)} AS name"
        f" FROM {table} t {entity.joins}"
        f" WHERE t.{entity.key} = any(:ids::text[]::{entity.key_type}[])",
        ids=ids,
    )


def _named(change: Change, names: dict[tuple[str, str], str | None]) -> Change:
    def shown(table: str, value: object) -> object:
        return value if value is None else names.get((table, str(value))) or value

    fields = [
        FieldChange(field.field, shown(table, field.before), shown(table, field.after))
        if (table := pointed_table(change.entity, field.field))
        else field
        for field in change.fields
    ]
    label = names.get((change.entity, change.entity_id)) or change.label
    return msgspec.structs.replace(change, fields=tuple(fields), label=label)
