"""What is to be bought: parts below their minimum, and what kits lack, in one list."""

import msgspec

from core.access import Actor
from core.paging import DEFAULT_LIMIT, Page
from core.query import Key, Orders, Where, count_rows, list_page
from inventory.kits.reading import IN_USE
from inventory.models import like
from inventory.scope import school_id_of
from inventory.stock.parts import PARTS, SHORT
from inventory.stock.reading import TITLE


class Purchase(msgspec.Struct, frozen=True):
    """So many of a part that a school should ``buy``: what is missing to the minimum, and what its
    ``kits`` lack, less what is free in stock. ``model_id`` is None for what only kits name."""

    id: int
    school: str
    part: str
    model_id: int | None
    buy: int
    available: int
    minimum: int
    missing_in_kits: int
    damaged_in_kits: int
    of_kits: str


class PurchaseFilters(msgspec.Struct, frozen=True):
    """Whose list, and of which parts."""

    q: str = ""
    school: str | None = None


ALL = PurchaseFilters()
# A part of kits and one in stock are the same if they have the same name, whoever makes it.
GAPS = f"""
SELECT lack.school, lack.folded, min(lack.gap) AS id, min(lack.part) AS part,
       sum(lack.missing)::int AS missing, sum(lack.damaged)::int AS damaged,
       string_agg(DISTINCT model_title(m.brand, m.name), ', ') AS of_kits
  FROM kit_lack lack JOIN asset a ON a.id = lack.asset JOIN asset_model m ON m.id = a.model
 WHERE lack.school = any(:schools) AND {IN_USE}
 GROUP BY lack.school, lack.folded
"""
STOCKED = f"""
SELECT w.school, w.model, {TITLE} AS title,
       CASE WHEN row_number() OVER (PARTITION BY w.school, part_key(m.name)
                                    ORDER BY p.available DESC NULLS LAST, w.model) = 1
            THEN part_key(m.name) END AS folded,
       coalesce(p.available, 0) AS available, coalesce(n.minimum, 0) AS minimum,
       coalesce(n.short, 0) AS short
  FROM (SELECT school, model FROM ({PARTS}) a UNION SELECT school, model FROM ({SHORT}) b) w
  JOIN asset_model m ON m.id = w.model
  LEFT JOIN ({PARTS}) p ON p.school = w.school AND p.model = w.model
  LEFT JOIN ({SHORT}) n ON n.school = w.school AND n.model = w.model
"""
# Above the minimum kits may take from stock; below it they need theirs beside it.
BUY = """greatest(w.short + greatest(coalesce(g.missing, 0)
                - greatest(w.available - w.minimum, 0), 0), 0)"""
READ = f"""
SELECT o.id, s.code AS school, o.part, o.model_id, o.buy, o.available, o.minimum,
       o.missing_in_kits, o.damaged_in_kits, o.of_kits
  FROM (SELECT coalesce(w.model * 2, g.id * 2 + 1) AS id, coalesce(w.school, g.school) AS school,
               coalesce(w.title, g.part) AS part, w.model AS model_id,
               CASE WHEN w.model IS NULL THEN g.missing ELSE {BUY} END AS buy,
               coalesce(w.available, 0) AS available, coalesce(w.minimum, 0) AS minimum,
               coalesce(g.missing, 0) AS missing_in_kits, coalesce(g.damaged, 0) AS damaged_in_kits,
               coalesce(g.of_kits, '') AS of_kits
          FROM ({STOCKED}) w
          FULL JOIN ({GAPS}) g ON g.school = w.school AND g.folded = w.folded) o
  JOIN school s ON s.id = o.school
"""
ORDERS = Orders(
    "part",
    Key("o.id", int, "id"),
    part=(Key("o.part", str, "part"), Key("s.code", str, "school")),
    buy=(Key("o.buy", int, "buy"), Key("s.code", str, "school")),
)


async def list_purchases(
    actor: Actor,
    filters: PurchaseFilters = ALL,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[Purchase]:
    """What the actor's schools should buy, part by part."""
    where = Where("o.buy > 0", schools=actor.school_ids)
    if filters.school:
        where.add("o.school = :school", school=await school_id_of(actor, filters.school))
    if filters.q.strip():
        where.add("o.part ILIKE :pattern", pattern=like(filters.q))
    return await list_page(Purchase, READ, where, ORDERS.chosen(sort), cursor=cursor, limit=limit)


async def count_purchases(school_ids: list[int]) -> int:
    """How many parts those schools should buy."""
    where = Where("o.buy > 0", schools=school_ids)
    return await count_rows(f"({READ}) o", where)
