"""What changed since a moment, in the order of the changes, without a gap under concurrent writes.

A row of ``row_change`` is written by triggers with every change of what a list shows. Its moment is
that of the statement, and its transaction commits later: what is still being written then would be
missed by whoever had already read beyond it. So nothing is shown behind the beginning of the oldest
transaction that has written something and is still open (docs/decisions/0044-what-changed-since.md).
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch, fetch_value
from core.errors import Invalid, say
from core.numbers import Id
from core.paging import Page, checked_limit, decode_cursor, encode_cursor

T = TypeVar("T")

# The scope of what all schools share: models, people, the library.
SHARED = (0,)
# What a later change of the same row has replaced tells nothing more; the horizon has passed it.
KEEP_REPLACED = timedelta(days=1)
CURSOR_NAME = "changed"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

# Read before the rows and never with them: what commits between the two is then seen, or told later.
HORIZON = """
SELECT least(now(), (SELECT min(xact_start) FROM pg_stat_activity
                      WHERE datname = current_database() AND backend_xid IS NOT NULL
                        AND pid <> pg_backend_pid()))
"""
LATEST = """
SELECT b.entity, b.key, b.scope, b.at, b.id
  FROM unnest(:entities::text[]) AS wanted (entity)
 CROSS JOIN unnest(:scopes::bigint[]) AS mine (scope)
 CROSS JOIN LATERAL (
       SELECT c.entity, c.key, c.scope, c.at, c.id FROM row_change c
        WHERE c.entity = wanted.entity AND c.scope = mine.scope
          AND c.at >= :since AND c.at < :until AND (c.at, c.id) > (:after_at, :after_id)
          AND (c.action = 'removed') = :removed
          AND NOT EXISTS (SELECT FROM row_change n
                           WHERE n.entity = c.entity AND n.scope = c.scope AND n.key = c.key
                             AND n.id > c.id)
        ORDER BY c.at, c.id LIMIT {limit:d}) b
 ORDER BY b.at, b.id LIMIT {limit:d}
"""


class Changed(msgspec.Struct, frozen=True):
    """Which rows of a table changed: those of some schools, or :data:`SHARED`, since a moment.

    ``key`` is the id of a row as the list's query calls it, of the type ``key_type``.
    """

    entity: str
    key: str
    scopes: Sequence[int]
    since: datetime
    key_type: str = "bigint"

    @property
    def condition(self) -> str:
        """That a row is one of ``:changed_keys``."""
        return f"{self.key} = any(:changed_keys::text[]::{self.key_type}[])"


def changed_since(
    since: datetime | None,
    entity: str,
    key: str,
    scopes: Sequence[int] = SHARED,
    *,
    key_type: str = "bigint",
) -> Changed | None:
    """What a list was asked for that takes ``changed_since``; Invalid for a moment of no zone."""
    if since is None:
        return None
    if since.tzinfo is None:
        raise Invalid.of(
            "changed_since",
            say("Write the zone of the time with it, such as 2026-09-01T00:00:00Z"),
            code="no_zone",
        )
    return Changed(entity, key, scopes, since, key_type)


class RowChange(msgspec.Struct, frozen=True):
    """The latest change of one row; ``key`` is its id as text."""

    entity: str
    key: str
    scope: int
    at: datetime
    id: int


async def horizon() -> datetime:
    """The moment before which everything that was written is committed, or never will be.

    Every change that cannot be seen now has a later moment or this one. Transactions that have
    only read do not count: whatever they write yet will be later than now.
    """
    found: datetime = await fetch_value(HORIZON)
    return found


async def list_changes(
    entities: Sequence[str],
    scopes: Sequence[int],
    since: datetime,
    *,
    removed: bool,
    cursor: str | None,
    limit: int,
) -> Page[RowChange]:
    """The latest change of each row, of those that are there or of those ``removed``, in order."""
    checked_limit(limit)
    until = await horizon()
    after = decode_cursor(cursor, Literal[CURSOR_NAME], datetime, int)[1:] if cursor else (since, 0)
    rows = await fetch(
        RowChange,
        LATEST.format(limit=limit + 1),
        entities=entities,
        scopes=scopes,
        since=since,
        until=until,
        removed=removed,
        after_at=after[0],
        after_id=after[1],
    )
    shown, last = rows[:limit], rows[limit - 1 : limit]
    next_cursor = encode_cursor(CURSOR_NAME, last[0].at, last[0].id) if rows[limit:] else None
    # A clock that was set back, or a moment to come, must not send a reader back in time for ever.
    return Page(shown, next_cursor, max(until, since) if next_cursor is None else msgspec.UNSET)


async def list_changed(
    changed: Changed,
    rows_of: Callable[[list[str]], Awaitable[list[T]]],
    *,
    cursor: str | None,
    limit: int,
) -> Page[T]:
    """The rows that changed, by their latest change; ``rows_of`` reads those with the keys given.

    What it leaves out, by other filters or because its reader may not see it, makes the page
    shorter; ``next_cursor`` alone says whether there are more.
    """
    page = await list_changes(
        [changed.entity], changed.scopes, changed.since, removed=False, cursor=cursor, limit=limit
    )
    found: dict[str, Any] = {}
    if page.items:
        rows: list[Any] = await rows_of([change.key for change in page.items])
        found = {str(row.id): row for row in rows}
    items = [found[change.key] for change in page.items if change.key in found]
    return Page(items, page.next_cursor, page.changed_until)


async def remove_replaced() -> int:
    """Delete changes that later ones of the same rows have replaced; how many those were."""
    return await execute(
        "DELETE FROM row_change c WHERE c.at < $1 AND EXISTS (SELECT FROM row_change n"
        " WHERE n.entity = c.entity AND n.scope = c.scope AND n.key = c.key AND n.id > c.id)",
        clock.now() - KEEP_REPLACED,
    )


class RemovedFilters(msgspec.Struct, frozen=True):
    """Since when, at which school; without a moment all of them."""

    school_id: Id | None = None
    changed_since: datetime | None = None


class Removal(msgspec.Struct, frozen=True):
    """A row that its school's list has no longer: it went to another school, or was taken out."""

    id: int
    school_id: int
    removed_at: datetime


async def list_removed(
    actor: Actor, entity: str, filters: RemovedFilters, *, cursor: str | None, limit: int
) -> Page[Removal]:
    """The rows of a table that are the actor's schools' no longer, in the order they went."""
    changed = changed_since(filters.changed_since or LONG_AGO, entity, "id")
    assert changed is not None
    page = await list_changes(
        [entity],
        actor.schools_for(filters.school_id),
        changed.since,
        removed=True,
        cursor=cursor,
        limit=limit,
    )
    items = [Removal(int(row.key), row.scope, row.at) for row in page.items]
    return Page(items, page.next_cursor, page.changed_until)
