"""What function rooms should hold, hold and lack: one query, worked out anew each time."""

from typing import Annotated

import msgspec

from core import places
from core.access import Actor
from core.database import Refusals, execute, fetch, transaction
from core.errors import Conflict, Invalid, NotFound, say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_PLACES
from core.query import Key, Orders, Where, list_page
from core.schools import name_in
from inventory.models import AssetKind, like
from inventory.places import require_place_in_use
from inventory.rooms.standards import RoomKind, get_standard
from inventory.scope import school_id_of

MISSING = say("This room follows no list, or it is not of your school")
REFUSALS: Refusals = {
    "function_room_is_a_room": Invalid.of(
        "standard_id", say("Only a room follows a list, no building and no cabinet")
    ),
    "function_room_standard_is_in_use": Invalid.of("standard_id", say("This list is out of use")),
    "function_room_standard_is_of_the_school": Conflict(say("This list is of another school")),
}


class RoomSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which list a room follows, and how many seats for pupils are in it."""

    standard_id: Id
    seats: Annotated[int, msgspec.Meta(ge=0, le=999)] = 0


class RoomRow(msgspec.Struct, frozen=True):
    """A room among others: how many lines are not met, how many things are missing in all, and how
    many ``must`` be there of those."""

    place_id: int
    room: str
    school_id: int
    school: str
    school_zh: str
    school_en: str
    room_kind: RoomKind
    standard_id: int
    standard: str
    is_example: bool
    seats: int
    short_lines: int
    missing: int
    must: int
    coming: int

    def school_name(self, locale: str) -> str:
        """The name of its school in the reader's language."""
        return name_in(locale, self.school_zh, self.school_en)


class RoomNeed(msgspec.Struct, frozen=True):
    """One line of a room: how many there should be, are, work, come, and are missing."""

    item_id: int
    what: str
    kind: AssetKind | None
    model_id: int | None
    model: str | None
    class_code: str | None
    is_obligatory: bool
    page: str
    should: int
    holds: int
    works: int
    coming: int
    gap: int

    @property
    def to_find(self) -> int:
        """How many are missing that are not on their way."""
        return max(self.gap - self.coming, 0)


class RoomDetails(RoomRow, frozen=True, kw_only=True):
    """A room with all lines of its list, and where the list comes from."""

    source: str
    edition: str
    needs: list[RoomNeed] = []


class RoomFilters(msgspec.Struct, frozen=True):
    """Which rooms a list shows; ``short`` only those that lack something."""

    q: str = ""
    school: str | None = None
    room_kind: RoomKind | None = None
    short: bool = False


class GapSum(msgspec.Struct, frozen=True):
    """How many of one thing are missing in how many rooms of the actor's schools."""

    what: str
    rooms: int
    should: int
    works: int
    coming: int
    gap: int


NO_FILTERS = RoomFilters()
IN_SIGHT = "ARRAY(SELECT place FROM function_room WHERE school = any(:schools))"
NEEDS = f"SELECT * FROM room_needs({IN_SIGHT})"
COLUMNS = """
SELECT f.place AS place_id, pp.path AS room, f.school AS school_id, s.code AS school,
       s.name_zh AS school_zh, s.name_en AS school_en, r.room_kind, r.id AS standard_id,
       r.title AS standard, r.is_example, f.seats, n.short_lines, n.missing, n.must, n.coming
"""
SUMS = """
SELECT room, count(*) FILTER (WHERE gap > 0) AS short_lines, sum(gap)::bigint AS missing,
       coalesce(sum(gap) FILTER (WHERE i.is_obligatory), 0)::bigint AS must,
       sum(coming)::bigint AS coming
  FROM ({needs}) n JOIN room_standard_item i ON i.id = n.item GROUP BY room
"""
FROM = f"""
  FROM function_room f JOIN room_standard r ON r.id = f.standard JOIN school s ON s.id = f.school
  JOIN place_path pp ON pp.place = f.place
  JOIN ({SUMS.format(needs=NEEDS)}) n ON n.room = f.place
"""
ONE = f"""
{COLUMNS}, r.source, r.edition {FROM} WHERE f.place = :place AND f.school = any(:schools)
"""
LINES = """
SELECT n.item AS item_id, i.what, i.kind, i.model AS model_id, model_title(m.brand, m.name) AS model,
       i.class_code, i.is_obligatory, i.page, n.should, n.holds, n.works, n.coming, n.gap
  FROM room_needs(ARRAY[$1::bigint]) n JOIN room_standard_item i ON i.id = n.item
  LEFT JOIN asset_model m ON m.id = i.model
 ORDER BY i.position
"""
GAPS = f"""
SELECT i.what, count(*) FILTER (WHERE n.gap > 0) AS rooms, sum(n.should)::bigint AS should,
       sum(least(n.works, n.should))::bigint AS works, sum(n.coming)::bigint AS coming,
       sum(n.gap)::bigint AS gap
  FROM ({NEEDS}) n JOIN room_standard_item i ON i.id = n.item
 GROUP BY i.what HAVING sum(n.gap) > 0 ORDER BY sum(n.gap) DESC, i.what LIMIT 200
"""
ORDERS = Orders(
    "-missing",
    Key("f.place", int, "place_id"),
    missing=Key("n.missing", int, "missing", cast="bigint"),
    room=Key("pp.path", str, "room"),
)
SET = """
INSERT INTO function_room (school, place, standard, seats) VALUES ($1, $2, $3, $4)
    ON CONFLICT (place) DO UPDATE SET standard = excluded.standard, seats = excluded.seats
"""


async def list_function_rooms(
    actor: Actor,
    filters: RoomFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[RoomRow]:
    """The rooms of the actor's schools that follow a list, those that lack most first."""
    where = Where("f.school = any(:schools)", schools=actor.school_ids)
    if filters.school:
        where.add("f.school = :school", school=await school_id_of(actor, filters.school))
    where.add_given("r.room_kind = :kind", kind=filters.room_kind)
    if filters.short:
        where.add("n.missing > 0")
    if q := filters.q.strip():
        where.add("(pp.path || ' ' || r.title) ILIKE :pattern", pattern=like(q))
    select = COLUMNS + FROM
    return await list_page(RoomRow, select, where, ORDERS.chosen(sort), cursor=cursor, limit=limit)


async def find_function_room(actor: Actor, place_id: int) -> RoomDetails | None:
    """A room with what it lacks; None if it follows no list or is out of sight."""
    found = await fetch(RoomDetails, ONE, place=place_id, schools=actor.school_ids)
    if not found:
        return None
    return msgspec.structs.replace(found[0], needs=await fetch(RoomNeed, LINES, place_id))


async def get_function_room(actor: Actor, place_id: int) -> RoomDetails:
    """A room with what it lacks, else NotFound."""
    found = await find_function_room(actor, place_id)
    if found is None:
        raise NotFound(MISSING)
    return found


async def sum_gaps(actor: Actor) -> list[GapSum]:
    """What is missing in all rooms of the actor's schools together, most first."""
    return await fetch(GapSum, GAPS, schools=actor.school_ids)


async def set_function_room(actor: Actor, place_id: int, setting: RoomSetting) -> RoomDetails:
    """Let a room follow a list of its school, in place of the one it followed."""
    place = await places.get_place(actor, place_id)
    actor.require(place.school_id, EDIT_PLACES)
    standard = await get_standard(actor, setting.standard_id)
    async with transaction(actor, REFUSALS):
        await require_place_in_use(place.id)
        await execute(SET, place.school_id, place.id, standard.id, setting.seats)
    return await get_function_room(actor, place.id)


async def clear_function_room(actor: Actor, place_id: int) -> None:
    """Let a room follow no list any more."""
    found = await get_function_room(actor, place_id)
    actor.require(found.school_id, EDIT_PLACES)
    async with transaction(actor):
        await execute("DELETE FROM function_room WHERE place = $1", place_id)
