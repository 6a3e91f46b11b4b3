"""Parts of a school over all their places: how many are wanted, how fast they go, how long they last."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute, fetch, fetch_column, transaction
from core.errors import say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_EQUIPMENT
from core.query import Key, Orders, Where, list_page
from core.texts import Line
from inventory import tables
from inventory.lots.moving import FOREIGN_PLACE, MOST_THERE
from inventory.models import like
from inventory.places import require_place_in_use
from inventory.scope import school_id_of
from inventory.stock.moving import NO_PART, require_part
from inventory.stock.reading import HAS_CODE, TITLE, StockItem

# Less than that says nothing of how fast a part goes.
KNOWN_AFTER_DAYS = 56
KNOWN_AFTER_USES = 3
DAYS_OF_A_MONTH = "30.4375"
CODE = Line(tables.PartCode.code, required=say("Scan or type the code"))
REFUSALS: Refusals = {
    "stock_minimum_place_is_of_the_school": FOREIGN_PLACE,
    "part_code_model_fkey": NO_PART,
}


class StockPart(msgspec.Struct, frozen=True):
    """A part of a school over all its places. ``short`` is how many are missing to the minimum, in
    all or at single places; ``used_a_month`` is None while too little is known, ``empty_on`` is when
    none will be there if it goes on like that."""

    id: int
    school: str
    model_id: int
    title: str
    on_hand: int
    reserved: int
    available: int
    minimum: int
    short: int
    used_a_month: Decimal | None
    empty_on: date | None


class PartFilters(msgspec.Struct, frozen=True):
    """Which parts a list shows; ``short`` only those below their minimum, and the use of how many
    ``months`` is looked at."""

    q: str = ""
    short: bool = False
    school: str | None = None
    model: Id | None = None
    months: Annotated[int, msgspec.Meta(ge=1, le=36)] = 6


class NewMinimum(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many of a part there should be, in all or at one place; 0 takes that back."""

    school: str
    model_id: Id
    minimum: Annotated[int, msgspec.Meta(ge=0, le=MOST_THERE)]
    place_id: Id | None = None


class Minimum(msgspec.Struct, frozen=True):
    """How many of a part a school wants to have, in all or at one place."""

    minimum: int
    place_id: int | None
    place: str | None


class NewPartCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in bars on the packing of a part."""

    school: str
    model_id: Id
    code: Annotated[str, msgspec.Meta(examples=["6901234567892"])]


ALL = PartFilters()
# Of every minimum, how many are missing to it. What a school lacks in all and what its places lack
# is not added up: the same parts fill both.
SHORT = """
SELECT n.school, n.model, max(n.minimum) FILTER (WHERE n.place IS NULL) AS minimum,
       greatest(coalesce(max(n.minimum - h.available) FILTER (WHERE n.place IS NULL), 0),
                coalesce(sum(greatest(n.minimum - h.available, 0))
                         FILTER (WHERE n.place IS NOT NULL), 0))::int AS short
  FROM stock_minimum n CROSS JOIN LATERAL (
       SELECT coalesce(sum(greatest(b.on_hand - b.reserved, 0)), 0) AS available
         FROM stock_balance b WHERE b.school = n.school AND b.model = n.model
          AND (n.place IS NULL OR b.place = n.place)) h
 WHERE n.school = any(:schools) GROUP BY n.school, n.model
"""
PARTS = """
SELECT min(id) AS id, school, model, sum(on_hand)::int AS on_hand, sum(reserved)::int AS reserved,
       sum(greatest(on_hand - reserved, 0))::int AS available
  FROM stock_balance WHERE school = any(:schools) GROUP BY school, model
"""
# What came back was not used; what was moved or miscounted neither.
USE = f"""
SELECT CASE WHEN days >= {KNOWN_AFTER_DAYS} AND (times = 0 OR times >= {KNOWN_AFTER_USES})
            THEN greatest(used, 0) / days END AS a_day
  FROM (SELECT least(extract(epoch FROM :now::timestamptz - min(v.at)) / 86400,
                     :months::int * {DAYS_OF_A_MONTH}) AS days,
               count(*) FILTER (WHERE v.kind IN ('issued','used') AND {{recent}}) AS times,
               coalesce(-sum(v.change) FILTER (
                        WHERE v.kind IN ('issued','used','returned') AND {{recent}}), 0) AS used
          FROM stock_move v JOIN stock_balance b ON b.id = v.balance
         WHERE b.school = p.school AND b.model = p.model) u
""".format(recent="v.at > :now::timestamptz - :months::int * interval '1 month'")
READ = f"""
SELECT p.id, s.code AS school, p.model AS model_id, {TITLE} AS title, p.on_hand, p.reserved,
       p.available, coalesce(n.minimum, 0) AS minimum, coalesce(n.short, 0) AS short,
       round(use.a_day * {DAYS_OF_A_MONTH}, 1) AS used_a_month,
       CASE WHEN use.a_day > 0 AND p.on_hand / use.a_day < 3660
            THEN (:now::timestamptz AT TIME ZONE s.zone)::date + floor(p.on_hand / use.a_day)::int
       END AS empty_on
  FROM ({PARTS}) p JOIN school s ON s.id = p.school JOIN asset_model m ON m.id = p.model
  LEFT JOIN ({SHORT}) n ON n.school = p.school AND n.model = p.model
 CROSS JOIN LATERAL ({USE}) use
"""
ORDERS = Orders(
    "title",
    Key("p.id", int, "id"),
    title=Key(TITLE, str, "title"),
    available=Key("p.available", int, "available"),
    short=Key("coalesce(n.short, 0)", int, "short"),
)
SET = """
INSERT INTO stock_minimum (school, model, place, minimum) VALUES ($1, $2, $3, $4)
    ON CONFLICT (school, model, coalesce(place, 0)) DO UPDATE SET minimum = excluded.minimum
"""
UNSET = """
DELETE FROM stock_minimum WHERE school = $1 AND model = $2 AND place IS NOT DISTINCT FROM $3
"""
MINIMA = """
SELECT n.minimum, n.place AS place_id, pp.path AS place
  FROM stock_minimum n LEFT JOIN place_path pp ON pp.place = n.place
 WHERE n.school = $1 AND n.model = $2 ORDER BY n.place IS NOT NULL, pp.path
"""
ADD_CODE = """
INSERT INTO part_code (school, code, model) VALUES ($1, $2, $3)
    ON CONFLICT (school, code) DO UPDATE SET model = excluded.model
"""


async def list_parts(
    actor: Actor,
    filters: PartFilters = ALL,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[StockPart]:
    """The parts of the actor's schools, each over all its places, with how fast they are used."""
    where = Where(schools=actor.school_ids, now=clock.now(), months=filters.months)
    where.add_given("p.model = :model", model=filters.model)
    if filters.short:
        where.add("n.short > 0")
    if filters.school:
        where.add("p.school = :school", school=await school_id_of(actor, filters.school))
    if q := filters.q.strip():
        code = HAS_CODE.replace("b.", "p.")
        where.add(f"({TITLE} ILIKE :pattern OR {code})", pattern=like(q), code=q)
    return await list_page(StockPart, READ, where, ORDERS.chosen(sort), cursor=cursor, limit=limit)


async def find_minima(item: StockItem) -> list[Minimum]:
    """What is wanted of a part at its school, in all and at its places."""
    return await fetch(Minimum, MINIMA, item.school_id, item.model_id)


async def find_codes(item: StockItem) -> list[str]:
    """The codes on packings of a part that its school has scanned."""
    sql = "SELECT code FROM part_code WHERE school = $1 AND model = $2 ORDER BY code"
    return await fetch_column(str, sql, item.school_id, item.model_id)


async def set_minimum(actor: Actor, given: NewMinimum) -> NewMinimum:
    """Say how many of a part there should be; what was said before of the same gives way."""
    school_id = await school_id_of(actor, given.school)
    actor.require(school_id, EDIT_EQUIPMENT)
    async with transaction(actor, REFUSALS):
        await require_part(given.model_id)
        if given.place_id is not None:
            await require_place_in_use(given.place_id)
        if given.minimum:
            await execute(SET, school_id, given.model_id, given.place_id, given.minimum)
        else:
            await execute(UNSET, school_id, given.model_id, given.place_id)
    return given


async def add_code(actor: Actor, given: NewPartCode) -> NewPartCode:
    """From now on a scan of this code means this part, whatever it meant before."""
    school_id = await school_id_of(actor, given.school)
    actor.require(school_id, EDIT_EQUIPMENT)
    code = CODE.checked("code", given.code)
    async with transaction(actor, REFUSALS):
        await require_part(given.model_id)
        await execute(ADD_CODE, school_id, code, given.model_id)
    return msgspec.structs.replace(given, code=code)
