"""Stock-takes, how far each is, what was seen and what was not."""

from datetime import datetime

import msgspec

from core.access import Actor
from core.database import fetch, fetch_column, fetch_value, get_one
from core.errors import say
from core.natural_order import natural_key
from core.paging import DEFAULT_LIMIT, Page
from core.query import Key, Order, Orders, Where, get_row, in_sight, list_page
from inventory.borrowers import without_borrowers
from inventory.models import like
from inventory.scope import school_id_of
from inventory.stocktakes.shapes import (
    Overlap,
    RoomProgress,
    Sight,
    Signed,
    Stocktake,
    StocktakeAsset,
    StocktakeAssetFilters,
    StocktakeDetails,
    StocktakeFilters,
    UnknownThing,
)
from inventory.stocktakes.statements import PHOTOS, PROPOSED, READ, READ_ASSETS
from storage.photos import COLUMNS, Photo

NO_FILTERS = StocktakeFilters()
ALL_ASSETS = StocktakeAssetFilters()
MISSING = say("There is no such stock-take, or it is not of your school")
NO_SIGHT = say("There is no such scan, or it is not of your school")
NO_PHOTO = say("There is no such photo, or it is not yours to see")
ORDERS = Orders(
    "-started_at",
    Key("t.id", int, "id"),
    title=Key("t.title", str, "title"),
    started_at=Key("t.started_at", datetime, "started_at"),
)
ASSET_ORDERS = Orders(
    "tag",
    Key("t.id", int, "id"),
    tag=Key('a.tag COLLATE "C"', str, "tag"),
    place=Key("ep.path", str, "expected_place", is_optional=True),
    seen_at=Key("f.at", datetime, "seen_at", is_optional=True),
)
UNKNOWN_ORDER = Order(Key("f.id", int, "id"))
ROOMS = """
SELECT r.place AS place_id, pp.path AS place, sum(r.expected)::bigint AS expected,
       sum(r.seen)::bigint AS seen, sum(r.pending)::bigint AS pending, sum(r.out)::bigint AS out,
       sum(r.extra)::bigint AS extra
  FROM (SELECT expected_place AS place, 1 AS expected, (scan IS NOT NULL)::int AS seen,
               (result IN ('pending','missing','not_counted') AND custody IS NULL
                AND NOT in_repair)::int AS pending,
               (scan IS NULL AND (custody IS NOT NULL OR in_repair))::int AS out, 0 AS extra
          FROM stocktake_asset WHERE stocktake = $1 AND is_expected
        UNION ALL
        SELECT seen_place, 0, 0, 0, 0, 1 FROM stocktake_asset
         WHERE stocktake = $1 AND scan IS NOT NULL AND result IN ('unexpected','wrong_place')) r
  LEFT JOIN place_path pp ON pp.place = r.place
 GROUP BY r.place, pp.path
"""
SIGNATURES = """
SELECT g.part, g.signer, g.strokes, g.signed_at, p.name AS recorded_by
  FROM stocktake_signature g JOIN person p ON p.id = g.recorded_by
 WHERE g.stocktake = $1 ORDER BY g.part
"""
COUNTERS = """
SELECT DISTINCT p.name FROM stocktake_scan s JOIN person p ON p.id = s.by
 WHERE s.stocktake = $1 AND s.voided_at IS NULL ORDER BY p.name
"""
OVERLAPS = """
SELECT o.id, o.title, count(*) AS assets
  FROM stocktake_asset t JOIN stocktake_asset u ON u.asset = t.asset AND u.stocktake <> t.stocktake
  JOIN stocktake o ON o.id = u.stocktake AND o.state = 'open'
 WHERE t.stocktake = $1 AND t.is_expected AND u.is_expected
 GROUP BY o.id, o.title ORDER BY o.id
"""
UNKNOWN = f"""
SELECT f.id, f.given, f.place AS place_id, pp.path AS place, f.at, p.name AS by, f.note,
       {PHOTOS} AS photo_ids, f.resolved_at, q.name AS resolved_by
  FROM stocktake_scan f JOIN person p ON p.id = f.by
  LEFT JOIN person q ON q.id = f.resolved_by LEFT JOIN place_path pp ON pp.place = f.place
"""
SIGHT = f"""
SELECT f.id, f.stocktake AS stocktake_id, f.given,
       CASE WHEN a.school = any($2::bigint[]) THEN a.tag END AS tag,
       CASE WHEN a.school = any($2::bigint[]) THEN asset_title(a.name, m.brand, m.name) ELSE '' END
           AS title,
       f.place AS place_id, pp.path AS place, f.at, p.id AS by_id, p.name AS by, f.note,
       {PHOTOS} AS photo_ids, f.voided_at, f.resolved_at, q.name AS resolved_by
  FROM stocktake_scan f JOIN stocktake t ON t.id = f.stocktake JOIN person p ON p.id = f.by
  LEFT JOIN asset a ON a.id = f.asset LEFT JOIN asset_model m ON m.id = a.model
  LEFT JOIN person q ON q.id = f.resolved_by LEFT JOIN place_path pp ON pp.place = f.place
 WHERE f.id = $1 AND t.school = any($2::bigint[])
"""
PHOTO = f"""
SELECT {COLUMNS} FROM stocktake_photo WHERE id = $1 AND scan IN (
       SELECT s.id FROM stocktake_scan s JOIN stocktake t ON t.id = s.stocktake
        WHERE t.school = any($2::bigint[]))
"""


async def list_stocktakes(
    actor: Actor,
    filters: StocktakeFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[Stocktake]:
    """The stock-takes of the actor's schools, the newest first, or by ``sort``."""
    where = Where("t.school = any(:schools)", schools=actor.school_ids)
    where.add_given("t.state = :state", state=filters.state)
    if filters.school:
        where.add("t.school = :school", school=await school_id_of(actor, filters.school))
    if filters.q.strip():
        where.add("t.title ILIKE :pattern", pattern=like(filters.q))
    return await list_page(Stocktake, READ, where, ORDERS.chosen(sort), cursor=cursor, limit=limit)


async def find_stocktake(actor: Actor, stocktake_id: int) -> Stocktake:
    """One stock-take in the actor's sight with its sums alone, else NotFound."""
    return await get_row(Stocktake, READ, in_sight(actor, "t", stocktake_id), MISSING)


async def get_stocktake(actor: Actor, stocktake_id: int) -> StocktakeDetails:
    """One stock-take in the actor's sight with its places and signatures, else NotFound."""
    found = await find_stocktake(actor, stocktake_id)
    return StocktakeDetails(
        **msgspec.structs.asdict(found),
        rooms=sorted(await fetch(RoomProgress, ROOMS, found.id), key=_in_order),
        signatures=await fetch(Signed, SIGNATURES, found.id),
        counters=await fetch_column(str, COUNTERS, found.id),
        overlaps=await fetch(Overlap, OVERLAPS, found.id) if found.state == "open" else [],
    )


def _in_order(room: RoomProgress) -> tuple[bool, tuple[object, ...]]:
    """As people count rooms; what has no place last."""
    return room.place is None, natural_key(room.place or "")


async def list_stocktake_assets(
    actor: Actor,
    stocktake_id: int,
    filters: StocktakeAssetFilters = ALL_ASSETS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[StocktakeAsset]:
    """What was expected and what was seen, by tag or as ``sort`` says."""
    found = await find_stocktake(actor, stocktake_id)
    where = Where(
        "t.stocktake = :stocktake AND (t.is_expected OR t.scan IS NOT NULL)",
        stocktake=found.id,
        schools=actor.school_ids,
    )
    where.add_given("t.result = :result", result=filters.result)
    if filters.place is not None:
        where.add(
            "(place_lies_in(t.expected_place, :place) OR place_lies_in(t.seen_place, :place))",
            place=filters.place,
        )
    if filters.unseen:
        where.add("t.scan IS NULL")
    if filters.open:
        where.add(f"({PROPOSED}) IS NOT NULL")
    if filters.q.strip():
        where.add(
            "(a.tag || ' ' || a.name || ' ' || model_title(m.brand, m.name)) ILIKE :pattern",
            pattern=like(filters.q),
        )
    page = await list_page(
        StocktakeAsset,
        READ_ASSETS,
        where,
        ASSET_ORDERS.chosen(sort),
        cursor=cursor,
        limit=limit,
    )
    return msgspec.structs.replace(page, items=without_borrowers(actor, page.items))


async def list_unknown_things(
    actor: Actor, stocktake_id: int, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT
) -> Page[UnknownThing]:
    """What was seen and is no asset, in the order of the scans."""
    found = await find_stocktake(actor, stocktake_id)
    where = Where(
        "f.stocktake = :stocktake AND f.asset IS NULL AND f.voided_at IS NULL", stocktake=found.id
    )
    return await list_page(UnknownThing, UNKNOWN, where, UNKNOWN_ORDER, cursor=cursor, limit=limit)


async def get_sight(actor: Actor, sight_id: int) -> Sight:
    """One scan or tick at a school in the actor's sight, else NotFound."""
    return await get_one(Sight, SIGHT, sight_id, actor.school_ids, missing=NO_SIGHT)


async def get_photo(actor: Actor, photo_id: int) -> Photo:
    """A picture of something seen at a school in the actor's sight, else NotFound."""
    return await get_one(Photo, PHOTO, photo_id, actor.school_ids, missing=NO_PHOTO)


async def count_open_corrections(actor: Actor, stocktake_id: int) -> int:
    """How many corrections of the books are proposed now."""
    counted: int = await fetch_value(
        f"SELECT count(*) FROM ({READ_ASSETS} WHERE t.stocktake = :stocktake"
        f" AND ({PROPOSED}) IS NOT NULL) open",
        stocktake=stocktake_id,
        schools=actor.school_ids,
    )
    return counted
