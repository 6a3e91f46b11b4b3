"""The asset list in another order than that of the tag: each school's first rows, then the first.

State, condition and age come straight from an index behind the school; title and place are sorted
within the schools that the reader sees.
"""

from enum import StrEnum

from core.access import Actor
from core.changes import changed_since
from core.paging import Page
from core.query import Key, Order, Orders, Schools, Where, list_page
from inventory import tags
from inventory.assets import school_numbers
from inventory.assets.filtering import (
    LAST_CHARACTER,
    NUMBERED,
    AssetFilters,
    drivers_of,
    narrow,
    schools_of,
)
from inventory.assets.shapes import (
    JOINS,
    ROW_COLUMNS,
    AssetRow,
    Condition,
    LifecycleState,
)
from inventory.borrowers import without_borrowers
from inventory.models import like


def _by_place_in(states: type[StrEnum], column: str) -> Key:
    """A column sorted as its states are named: one after the other in life, not by their codes."""
    place = {state: number for number, state in enumerate(states, 1)}
    return Key(
        f"{column}_place(a.{column})",
        int,
        lambda row: place[getattr(row, column)],
        cast="int",
    )


TAG = Key('a.tag COLLATE "C"', str, "tag")
ORDERS = Orders(
    "tag",
    TAG,
    tag=TAG,
    title=Key("asset_title(a.name, m.brand, m.name)", str, "title"),
    lifecycle=_by_place_in(LifecycleState, "lifecycle"),
    condition=_by_place_in(Condition, "condition"),
    place=Key("pp.path", str, "place", is_optional=True),
    school=Key("s.code", str, "school"),
    added=Key("a.id", int, "id"),
)
BY_TAG = ORDERS.chosen(None)
ROWS = f"SELECT {ROW_COLUMNS} FROM asset a {JOINS}"


async def list_sorted(
    actor: Actor, filters: AssetFilters, order: Order, *, cursor: str | None, limit: int
) -> Page[AssetRow]:
    """One page of the assets in the actor's sight in ``order``."""
    where = Where()
    narrow(where, filters)
    for driver in drivers_of(where, filters):
        where.add(driver.as_condition())
    _search(where, filters.q.strip(), actor)
    schools = Schools("a.school", await schools_of(actor, filters))
    return await list_page(
        AssetRow,
        ROWS,
        where,
        order,
        cursor=cursor,
        limit=limit,
        schools=schools,
        readable=lambda rows: without_borrowers(actor, rows),
        changed=changed_since(filters.changed_since, "asset", "a.id", schools.ids),
    )


def _search(where: Where, q: str, actor: Actor) -> None:
    """The same ways to match as by tag, as one condition."""
    if not q:
        return
    said = tags.of_number(q, [one.school_code for one in actor.memberships])
    where.add(
        f"""(a.tag COLLATE "C" >= :tag AND a.tag COLLATE "C" < :tag_end
            OR lower(a.serial_number) COLLATE "C" >= :serial
               AND lower(a.serial_number) COLLATE "C" < :serial_end
            OR a.name ILIKE :pattern OR (m.brand || ' ' || m.name) ILIKE :pattern
            OR a.tag = any(:said::text[]) OR a.id IN ({NUMBERED}))""",
        tag=q.upper(),
        tag_end=q.upper() + LAST_CHARACTER,
        serial=q.lower(),
        serial_end=q.lower() + LAST_CHARACTER,
        pattern=like(q),
        said=said,
        number=school_numbers.folded(q),
        number_end=school_numbers.folded(q) + LAST_CHARACTER,
    )
