"""What became of one thing: who, when, from what, to what; written by triggers alone."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from core import clock, database
from core.access import Actor
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import READ_AUDIT
from core.query import Key, Order, Where, list_page


class FieldChange(msgspec.Struct, frozen=True):
    """One column that changed; both values as JSON holds them."""

    field: str
    before: Any
    after: Any


class Change(msgspec.Struct, frozen=True):
    """One insert, update or delete of one row; the actor's name as it was then.

    Changes of one ``request_id`` were made together.

    ``label`` is what people call the thing (its tag, title, name), where it has such a word.
    """

    id: int
    at: datetime
    actor_name: str | None
    entity: str
    entity_id: str
    action: str
    fields: tuple[FieldChange, ...]
    label: str | None = None
    request_id: str | None = None


class _Event(msgspec.Struct):
    id: int
    at: datetime
    actor_name: str | None
    entity: str
    entity_id: str
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str | None
    label: str | None = None


async def list_history(entity: str, entity_id: object, *, limit: int = 100) -> list[Change]:
    """The newest changes of one row first; ``entity`` is the table's name.

    The caller has already made sure that the reader may see the thing itself.
    """
    return await list_histories(entity, [entity_id], limit=limit)


async def list_histories(
    entity: str, entity_ids: Sequence[object], *, limit: int = 100
) -> list[Change]:
    """:func:`list_history` of several rows of one table, mixed by time."""
    events = await database.fetch(
        _Event,
        "SELECT id, at, actor_name, entity, entity_id, action, before, after, request_id"
        " FROM audit_event"
        " WHERE entity = $1 AND entity_id = any($2::text[]) ORDER BY id DESC LIMIT $3",
        entity,
        [str(entity_id) for entity_id in entity_ids],
        limit,
    )
    return [change_of(event) for event in events]


class AuditFilter(msgspec.Struct, frozen=True):
    """Which changes a list shows; ``day`` is a calendar day in ``zone``."""

    school_id: Id | None = None
    person_id: Id | None = None
    entity: str | None = None
    entity_id: str | None = None
    day: date | None = None
    zone: str = "Asia/Shanghai"


# Rows of no school are a person's own: seen where that person is, or was, at work.
IN_SIGHT = """
    (e.school_id = any(:schools::bigint[]) OR (e.school_id IS NULL AND (
        (e.entity = 'person' AND e.entity_id IN (
            SELECT m.person::text FROM membership m WHERE m.school = any(:schools::bigint[])))
        OR (e.entity = 'api_token' AND e.entity_id IN (
            SELECT t.id::text FROM api_token t JOIN membership m ON m.person = t.person
            WHERE m.school = any(:schools::bigint[]))))))
"""


# The first event of a row holds the whole of it. A worker's summary is a template, no word.
LABEL = """
    (SELECT coalesce(nullif(f.after ->> 'tag', ''), nullif(f.after ->> 'title', ''),
                     nullif(f.after ->> 'name', ''), nullif(f.after ->> 'code', ''),
                     nullif(f.after ->> 'address', ''), nullif(f.after ->> 'cidr', ''), nullif(f.after ->> 'file_name', ''),
                     CASE WHEN coalesce(f.after -> 'summary_params', 'null') = 'null'
                          THEN f.after ->> 'summary' END)
       FROM audit_event f
      WHERE f.entity = e.entity AND f.entity_id = e.entity_id AND f.action = 'insert'
      ORDER BY f.id LIMIT 1) AS label
"""


EVENTS = f"""
SELECT e.id, e.at, e.actor_name, e.entity, e.entity_id, e.action, e.before, e.after, e.request_id,
       {LABEL} FROM audit_event e
"""
NEWEST_FIRST = Order(Key("e.id", int, "id"), descending=True)


async def list_changes(
    actor: Actor, only: AuditFilter, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[Change]:
    """The newest changes first, at the schools where the actor is admin or auditor."""
    if only.school_id is not None:
        actor.require(only.school_id, READ_AUDIT)
    where = Where(IN_SIGHT, schools=actor.school_ids_with(READ_AUDIT))
    where.add_given("e.school_id = :school_id", school_id=only.school_id)
    where.add_given("e.actor_id = :person_id", person_id=only.person_id)
    where.add_given("e.entity = :entity", entity=only.entity)
    where.add_given("e.entity_id = :entity_id", entity_id=only.entity_id)
    if only.day is not None:
        since, until = clock.bounds_of(only.day, only.zone)
        where.add("e.at >= :since AND e.at < :until", since=since, until=until)
    page = await list_page(_Event, EVENTS, where, NEWEST_FIRST, cursor=cursor, limit=limit)
    return Page([change_of(event) for event in page.items], page.next_cursor)


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
        label=event.label,
        request_id=event.request_id,
    )


def _fields(before: dict[str, Any], after: dict[str, Any]) -> Iterable[FieldChange]:
    for field in sorted(before.keys() | after.keys()):
        was, is_now = before.get(field), after.get(field)
        if field != "version" and was != is_now:
            yield FieldChange(field, was, is_now)
