"""What became of one thing: who, when, from what, to what; written by triggers alone."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from core import database


class FieldChange(msgspec.Struct, frozen=True):
    """One column that changed; both values as JSON holds them."""

    field: str
    before: Any
    after: Any


class Change(msgspec.Struct, frozen=True):
    """One insert, update or delete of one row; the actor's name as it was then."""

    id: int
    at: datetime
    actor_name: str | None
    entity: str
    entity_id: str
    action: str
    fields: tuple[FieldChange, ...]


class _Event(msgspec.Struct):
    id: int
    at: datetime
    actor_name: str | None
    entity: str
    entity_id: str
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


async def history(entity: str, entity_id: object, *, limit: int = 100) -> list[Change]:
    """The newest changes of one row first; ``entity`` is the table's name.

    The caller has already made sure that the reader may see the thing itself.
    """
    events = await database.fetch(
        _Event,
        "SELECT id, at, actor_name, entity, entity_id, action, before, after FROM audit_event"
        " WHERE entity = $1 AND entity_id = $2 ORDER BY id DESC LIMIT $3",
        entity,
        str(entity_id),
        limit,
    )
    return [change_of(event) for event in events]


def change_of(event: _Event) -> Change:
    """A stored event as people read it: field by field."""
    return Change(
        id=event.id,
        at=event.at,
        actor_name=event.actor_name,
        entity=event.entity,
        entity_id=event.entity_id,
        action=event.action,
        fields=tuple(_fields(event.before or {}, event.after or {})),
    )


def _fields(before: dict[str, Any], after: dict[str, Any]) -> Iterable[FieldChange]:
    for field in sorted(before.keys() | after.keys()):
        was, is_now = before.get(field), after.get(field)
        if field != "version" and was != is_now:
            yield FieldChange(field, was, is_now)
