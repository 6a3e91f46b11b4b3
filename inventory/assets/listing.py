"""The asset list: one prepared query a page, whatever the filters and however many assets.

Inside, each school gives its own first rows in the order of the tag, straight from an index made
for the filter; only those few are joined to names. So the thousandth page costs as the first.
"""

from core import paging
from core.access import Actor
from core.database import fetch, fetch_column, fetch_value, numbered
from core.paging import Page
from core.permissions import Permission
from core.query import Where
from inventory import tags
from inventory.assets import school_numbers
from inventory.assets.filtering import (
    FEW,
    LAST_CHARACTER,
    NAMED,
    NUMBERED,
    AssetFilters,
    Driver,
    drivers_of,
    narrow,
    schools_of,
)
from inventory.assets.shapes import JOINS, ROW_COLUMNS, AssetRow
from inventory.assets.sorting import BY_TAG, ORDERS, list_sorted
from inventory.borrowers import without_borrowers
from inventory.models import like

# The school of a reader without one: nothing is of it.
NO_SCHOOL = 0


class _Rows(Where):
    """The conditions of the rows wanted, and how many of them."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


async def list_assets(
    actor: Actor,
    filters: AssetFilters | None = None,
    *,
    cursor: str | None = None,
    limit: int = paging.DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[AssetRow]:
    """One page of the assets in the actor's sight, by tag or as ``sort`` says."""
    filters = filters or AssetFilters()
    order = ORDERS.chosen(sort)
    if order is not BY_TAG or filters.changed_since is not None:
        return await list_sorted(actor, filters, order, cursor=cursor, limit=limit)
    after = paging.decode_cursor(cursor, str)[0] if cursor else ""
    sql, where = await _page_query(actor, filters, after=after, limit=paging.checked_limit(limit))
    rows = await fetch(AssetRow, sql, **where.values)
    return paging.page_of(without_borrowers(actor, rows), limit, lambda row: (row.tag,))


async def count_assets(
    actor: Actor, filters: AssetFilters, *, most: int, allowed: Permission | None = None
) -> int:
    """How many assets match, counted no further than ``most``.

    With ``allowed`` only of the schools where the actor has that permission.
    """
    where, found = await _found(actor, filters, after="", limit=most, allowed=allowed)
    counted: int = await fetch_value(f"SELECT count(*) FROM ({found}) f", **where.values)
    return min(counted, most)


async def find_tags(
    actor: Actor,
    filters: AssetFilters,
    *,
    most: int,
    after: str = "",
    allowed: Permission | None = None,
) -> list[str]:
    """The tags of the first ``most`` matching assets behind the tag ``after``.

    With ``allowed`` only of the schools where the actor has that permission.
    """
    where, found = await _found(actor, filters, after=after, limit=most - 1, allowed=allowed)
    return await fetch_column(
        str, f'SELECT tag FROM ({found}) f ORDER BY tag COLLATE "C"', **where.values
    )


async def list_query(
    actor: Actor, filters: AssetFilters, *, after: str, limit: int
) -> tuple[str, list[object]]:
    """The SQL of one page and its arguments; asks for one row more than ``limit``."""
    sql, where = await _page_query(actor, filters, after=after, limit=limit)
    text, values = numbered(sql, where.values)
    return text, list(values)


async def _page_query(
    actor: Actor, filters: AssetFilters, *, after: str, limit: int
) -> tuple[str, Where]:
    where, found = await _found(actor, filters, after=after, limit=limit)
    return f'SELECT {ROW_COLUMNS} FROM ({found}) a {JOINS} ORDER BY a.tag COLLATE "C"', where


async def _found(
    actor: Actor,
    filters: AssetFilters,
    *,
    after: str,
    limit: int,
    allowed: Permission | None = None,
) -> tuple[_Rows, str]:
    schools = await schools_of(actor, filters, allowed)
    where = _Rows(limit + 1)
    # Each school an argument of its own, and the limit in the text: then the planner sees that
    # the plan for any arguments is as good as one for these, and stops planning every time.
    each = {f"school_{n}": school for n, school in enumerate(schools or [NO_SCHOOL])}
    where.bind(**each)
    mine = ", ".join(f"(:{name}::bigint)" for name in each)
    if after:
        where.add('a.tag COLLATE "C" > :after', after=after)
    narrow(where, filters)
    drivers = drivers_of(where, filters)
    q = filters.q.strip()
    if q:
        for driver in drivers:
            where.add(driver.as_condition())
        first_of_each = _searched(where, q, tags.of_number(q, _codes(actor)))
    else:
        first_of_each = _begun(where, drivers)
    return where, (
        f"SELECT b.* FROM (VALUES {mine}) AS mine (school) CROSS JOIN LATERAL ({first_of_each}) b"
        f' ORDER BY b.tag COLLATE "C" LIMIT {where.limit:d}'
    )


COLUMNS = (
    "a.id, a.tag, a.name, a.school, a.model, a.place, a.serial_number, a.lifecycle, a.condition"
)
# So many tags are looked through before a page is sought by other ways.
TRIED = 1_000
# All that a search's ways need to be joined: the indexes have it, so most rows stay unread.
TAG = "a.tag"


def _first(where: _Rows, *more: str, columns: str = COLUMNS) -> str:
    conditions = " AND ".join([*more, str(where)])
    return (
        f"SELECT {columns} FROM asset a WHERE a.school = mine.school AND {conditions}"
        f' ORDER BY a.tag COLLATE "C" LIMIT {where.limit:d}'
    )


def _driven(where: _Rows, source: str, link: str, *more: str, columns: str = COLUMNS) -> str:
    first = _first(where, link, *more, columns=columns)
    return f"SELECT a.* FROM ({source}) d CROSS JOIN LATERAL ({first}) a"


def _begun(where: _Rows, drivers: list[Driver]) -> str:
    """The first rows by whatever leads to them soonest; the rest of it are conditions."""
    if not drivers:
        return _first(where)
    first, *others = drivers
    conditions = [other.as_condition() for other in others]
    driven = _driven(where, first.source, first.link, *conditions)
    if not first.is_few:
        return driven
    where.add(first.as_condition())
    rest = _begun(where, others)
    if others:
        rest = _tried(where, " AND ".join(conditions), rest)
    return (
        f"SELECT f.* FROM ({driven}) f WHERE {first.is_few}"
        f" UNION ALL SELECT f.* FROM ({rest}) f WHERE NOT {first.is_few}"
    )


def _tried(where: _Rows, conditions: str, otherwise: str) -> str:
    """The page from the next tags where it lies in those: what is common is found there at once."""
    after = 'AND n.tag COLLATE "C" > :after' if "after" in where.values else ""
    next_ones = (
        f"SELECT n.* FROM asset n WHERE n.school = mine.school {after}"
        f' ORDER BY n.tag COLLATE "C" LIMIT {TRIED}'
    )
    is_full = f"(SELECT count(*) = {where.limit:d} FROM tried)"
    return (
        f"WITH tried AS MATERIALIZED (SELECT {COLUMNS} FROM ({next_ones}) a"
        f' WHERE {conditions} AND {where} ORDER BY a.tag COLLATE "C" LIMIT {where.limit:d})'
        f" SELECT * FROM tried WHERE {is_full}"
        f" UNION ALL SELECT o.* FROM ({otherwise}) o WHERE NOT {is_full}"
    )


def _by_name(where: _Rows) -> str:
    """Names by their parts where few have these; of many a page is found sooner tag by tag."""
    # OFFSET 0: else the planner would look for these tag by tag as well.
    those = (
        f"SELECT {TAG} FROM ({NAMED} OFFSET 0) a WHERE a.school = mine.school"
        f" AND a.name ILIKE :pattern AND {where}"
        f' ORDER BY a.tag COLLATE "C" LIMIT {where.limit:d}'
    )
    in_order = _first(where, "a.name <> '' AND a.name ILIKE :pattern", columns=TAG)
    return (
        f"SELECT n.* FROM (SELECT {FEW.format(NAMED)} AS are_few OFFSET 0) c CROSS JOIN LATERAL ("
        f"SELECT f.* FROM ({those}) f WHERE c.are_few"
        f" UNION ALL SELECT f.* FROM ({in_order}) f WHERE NOT c.are_few) n"
    )


def _codes(actor: Actor) -> list[str]:
    return [one.school_code for one in actor.memberships]


def _searched(where: _Rows, q: str, tags_said: list[str]) -> str:
    """Ways to match, each by its own index and each cut to one page; then joined."""
    where.bind(
        tag=q.upper(),
        tag_end=q.upper() + LAST_CHARACTER,
        serial=q.lower(),
        serial_end=q.lower() + LAST_CHARACTER,
        part=q,
        pattern=like(q),
        number=school_numbers.folded(q),
        number_end=school_numbers.folded(q) + LAST_CHARACTER,
    )
    ways = [
        _first(where, 'a.tag COLLATE "C" >= :tag AND a.tag COLLATE "C" < :tag_end', columns=TAG),
        _first(
            where,
            "a.serial_number IS NOT NULL"
            ' AND lower(a.serial_number) COLLATE "C" >= :serial'
            ' AND lower(a.serial_number) COLLATE "C" < :serial_end',
            columns=TAG,
        ),
        _by_name(where),
        _driven(
            where,
            "SELECT id FROM asset_model WHERE (brand || ' ' || name) ILIKE :pattern",
            "a.model = d.id",
            columns=TAG,
        ),
        _driven(where, NUMBERED, "a.id = d.asset", columns=TAG),
    ]
    if tags_said:
        those = {f"tag_{n}": tag for n, tag in enumerate(tags_said)}
        where.bind(**those)
        ways.append(_first(where, f"a.tag IN (:{', :'.join(those)})", columns=TAG))
    joined = " UNION ".join(f"({way})" for way in ways)
    return (
        f'SELECT {COLUMNS} FROM (SELECT tag FROM ({joined}) w ORDER BY tag COLLATE "C"'
        f" LIMIT {where.limit:d}) w JOIN asset a ON a.tag = w.tag"
    )
