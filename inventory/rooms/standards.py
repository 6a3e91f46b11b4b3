"""Lists of what a room of a kind should hold: a school's own, each line with its page of the source."""

from enum import StrEnum
from typing import Annotated, Any

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute, fetch, transaction
from core.errors import Conflict, FieldError, Invalid, say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_ROOM_STANDARDS
from core.query import Key, Orders, Where, get_row, in_sight, list_page
from core.rows import insert_row, update_row
from core.texts import Line, refuse
from inventory import tables
from inventory.models import AssetKind, like
from inventory.scope import school_id_of

MOST_ITEMS = 200
MISSING = say("There is no such list, or it is not of your school")
TITLE = Line(tables.RoomStandard.title, required=say("Give the list a name"))
SOURCE = Line(tables.RoomStandard.source, required=say("Say from which document it is"))
EDITION = Line(tables.RoomStandard.edition)
WHAT = Line(tables.RoomStandardItem.what, required=say("Say what it is"))
PAGE = Line(tables.RoomStandardItem.page)
CHANGED = Conflict(
    say("Somebody has changed this list meanwhile; look at it again"), code="revision"
)
NO_MODEL = Invalid.of("items", say("One of these models is not in the list of models"))
REFUSALS: Refusals = {"room_standard_item_model_fkey": NO_MODEL}


class RoomKind(StrEnum):
    """What a room is for."""

    computer = "computer"
    physics = "physics"
    chemistry = "chemistry"
    biology = "biology"
    maker = "maker"
    robotics = "robotics"
    library = "library"
    workshop = "workshop"
    art = "art"
    music = "music"
    other = "other"


class ItemFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many of one thing, in a room or for every ``per_seats`` seats begun.

    Exactly one of ``kind``, ``model_id`` and ``class_code`` (the beginning of a class of GB/T 14885)
    says which things count for it.
    """

    what: Annotated[str, msgspec.Meta(examples=["Desktop computer"])]
    quantity: Annotated[int, msgspec.Meta(ge=1, le=9999)]
    kind: AssetKind | None = None
    model_id: Id | None = None
    class_code: Annotated[str, msgspec.Meta(pattern="^[A-Z]?[0-9]{1,15}$")] | None = None
    per_seats: Annotated[int, msgspec.Meta(ge=1, le=999)] | None = None
    is_obligatory: bool = True
    page: str = ""


class StandardFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a room should hold, by which document; ``revision`` is the one that was read."""

    room_kind: RoomKind
    title: str
    source: str
    items: Annotated[list[ItemFacts], msgspec.Meta(min_length=1, max_length=MOST_ITEMS)]
    edition: str = ""
    is_example: bool = False
    revision: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0


class NewStandard(StandardFacts, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list for a school."""

    school: str


class StandardItem(ItemFacts, frozen=True, kw_only=True):
    """A line of a list; ``model`` is how its model is called."""

    id: int
    model: str | None = None


class StandardRow(msgspec.Struct, frozen=True):
    """A list as it stands among others: how many lines, and how many ``rooms`` follow it."""

    id: int
    school_id: int
    school: str
    room_kind: RoomKind
    title: str
    source: str
    edition: str
    is_example: bool
    is_retired: bool
    revision: int
    lines: int
    rooms: int


class Standard(StandardRow, frozen=True, kw_only=True):
    """A list with its lines."""

    items: list[StandardItem] = []


class StandardFilters(msgspec.Struct, frozen=True):
    """Which lists are shown."""

    q: str = ""
    school: str | None = None
    room_kind: RoomKind | None = None
    with_retired: bool = False


NO_FILTERS = StandardFilters()
READ = """
SELECT r.id, r.school AS school_id, s.code AS school, r.room_kind, r.title, r.source, r.edition,
       r.is_example, r.retired_at IS NOT NULL AS is_retired, r.revision,
       (SELECT count(*) FROM room_standard_item i WHERE i.standard = r.id) AS lines,
       (SELECT count(*) FROM function_room f WHERE f.standard = r.id) AS rooms
  FROM room_standard r JOIN school s ON s.id = r.school
"""
ITEMS = """
SELECT i.id, i.what, i.quantity, i.kind, i.model AS model_id, i.class_code, i.per_seats,
       i.is_obligatory, i.page, model_title(m.brand, m.name) AS model
  FROM room_standard_item i LEFT JOIN asset_model m ON m.id = i.model
 WHERE i.standard = $1 ORDER BY i.position
"""
ORDERS = Orders(
    "title", Key("r.id", int, "id"), title=Key("r.title", str, "title"),
    room_kind=Key("r.room_kind", str, "room_kind"),
)  # fmt: skip
INSERT = """
INSERT INTO room_standard_item (school, standard, position, what, quantity, kind, model, class_code,
                                per_seats, is_obligatory, page)
SELECT :school, :standard, n, what, quantity, kind, model, class_code, per_seats, is_obligatory, page
  FROM unnest(:what::text[], :quantity::int[], :kind::text[], :model_id::bigint[],
              :class_code::text[], :per_seats::int[], :is_obligatory::bool[], :page::text[])
       WITH ORDINALITY AS t (what, quantity, kind, model, class_code, per_seats, is_obligatory, page, n)
"""


async def list_standards(
    actor: Actor,
    filters: StandardFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[StandardRow]:
    """The lists of the actor's schools, those in use."""
    where = Where("r.school = any(:schools)", schools=actor.school_ids)
    if filters.school:
        where.add("r.school = :school", school=await school_id_of(actor, filters.school))
    where.add_given("r.room_kind = :kind", kind=filters.room_kind)
    if not filters.with_retired:
        where.add("r.retired_at IS NULL")
    if q := filters.q.strip():
        where.add(
            "(r.title || ' ' || r.source || ' ' || r.edition) ILIKE :pattern", pattern=like(q)
        )
    return await list_page(
        StandardRow, READ, where, ORDERS.chosen(sort), cursor=cursor, limit=limit
    )


async def get_standard(actor: Actor, standard_id: int) -> Standard:
    """One list with its lines, of a school in the actor's sight; else NotFound."""
    found = await get_row(Standard, READ, in_sight(actor, "r", standard_id), MISSING)
    items = await fetch(StandardItem, ITEMS, found.id)
    return msgspec.structs.replace(found, items=items)


async def create_standard(actor: Actor, new: NewStandard) -> Standard:
    """Write a list for a school, by one of its admins."""
    school_id = await school_id_of(actor, new.school)
    actor.require(school_id, EDIT_ROOM_STANDARDS)
    facts = _checked(new)
    async with transaction(actor, REFUSALS):
        standard_id = await insert_row(tables.RoomStandard, school_id=school_id, **_of_list(facts))
        await _write_items(school_id, standard_id, facts.items)
    return await get_standard(actor, standard_id)


async def update_standard(actor: Actor, standard_id: int, facts: StandardFacts) -> Standard:
    """Write a list anew; rooms that follow it are measured by it from now on.

    Conflict if somebody has changed it since ``revision`` was read.
    """
    found = await get_standard(actor, standard_id)
    actor.require(found.school_id, EDIT_ROOM_STANDARDS)
    facts = _checked(facts)
    async with transaction(actor, REFUSALS):
        if not await execute(
            "UPDATE room_standard SET revision = revision + 1 WHERE id = $1 AND revision = $2",
            standard_id,
            facts.revision,
        ):
            raise CHANGED
        await update_row(tables.RoomStandard, standard_id, **_of_list(facts))
        await execute("DELETE FROM room_standard_item WHERE standard = $1", standard_id)
        await _write_items(found.school_id, standard_id, facts.items)
    return await get_standard(actor, standard_id)


async def retire_standard(actor: Actor, standard_id: int) -> Standard:
    """Take a list out of use: no further room follows it; those that do still do."""
    found = await get_standard(actor, standard_id)
    actor.require(found.school_id, EDIT_ROOM_STANDARDS)
    if not found.is_retired:
        async with transaction(actor):
            await update_row(tables.RoomStandard, standard_id, retired_at=clock.now())
    return await get_standard(actor, standard_id)


def _checked(given: Any) -> Any:
    """The same with tidy texts; Invalid with all errors, those of lines with their index."""
    texts = {"title": TITLE, "source": SOURCE, "edition": EDITION}
    clean = {name: text.tidy(getattr(given, name)) for name, text in texts.items()}
    errors = [text.find_error(name, clean[name]) for name, text in texts.items()]
    items = []
    for index, item in enumerate(given.items):
        tidy = msgspec.structs.replace(item, what=WHAT.tidy(item.what), page=PAGE.tidy(item.page))
        found = [WHAT.find_error("what", tidy.what), PAGE.find_error("page", tidy.page)]
        if sum(one is not None for one in (tidy.kind, tidy.model_id, tidy.class_code)) != 1:
            which = say("Say which things count: a kind, a model, or a class code")
            found.append(FieldError("kind", which, "which"))
        errors += [msgspec.structs.replace(one, index=index) for one in found if one]
        items.append(tidy)
    refuse([error for error in errors if error])
    return msgspec.structs.replace(given, **clean, items=items)


def _of_list(facts: StandardFacts) -> dict[str, Any]:
    names = ("room_kind", "title", "source", "edition", "is_example")
    return {name: getattr(facts, name) for name in names}


async def _write_items(school_id: int, standard_id: int, items: list[ItemFacts]) -> None:
    columns = {name: [getattr(one, name) for one in items] for name in ItemFacts.__struct_fields__}
    await execute(INSERT, school=school_id, standard=standard_id, **columns)
