"""What became of the values of custom fields: each change under its field's name, in words."""

from typing import Any

import msgspec

from core import audit
from core.audit import Change, FieldChange
from core.database import fetch

ENTITY = "asset_value"
VALUES = ("text_value", "number_value", "date_value", "choice")


class _Row(msgspec.Struct):
    id: int
    field: str


class _Choice(msgspec.Struct):
    id: int
    label: str


async def list_changes(asset_id: int, *, limit: int) -> list[Change]:
    """The changes of an asset's values; the caller has made sure that the reader may see it."""
    rows = await fetch(
        _Row,
        "SELECT v.id, f.name AS field FROM asset_value v JOIN custom_field f ON f.id = v.field"
        " WHERE v.asset = $1",
        asset_id,
    )
    if not rows:
        return []
    names = {str(row.id): row.field for row in rows}
    choices = await fetch(
        _Choice,
        "SELECT c.id, c.label FROM custom_choice c JOIN asset_value v ON v.field = c.field"
        " WHERE v.asset = $1",
        asset_id,
    )
    labels = {choice.id: choice.label for choice in choices}
    changes = await audit.list_histories(ENTITY, list(names), limit=limit)
    return [_in_words(change, names[change.entity_id], labels) for change in changes]


def _in_words(change: Change, name: str, labels: dict[int, str]) -> Change:
    before = [_word(one, one.before, labels) for one in change.fields if one.field in VALUES]
    after = [_word(one, one.after, labels) for one in change.fields if one.field in VALUES]
    field = FieldChange(name, _first(before), _first(after))
    return msgspec.structs.replace(change, action="update", fields=(field,))


def _word(change: FieldChange, value: Any, labels: dict[int, str]) -> Any:
    return labels.get(value, value) if change.field == "choice" else value


def _first(values: list[Any]) -> Any:
    return next((value for value in values if value is not None), None)
