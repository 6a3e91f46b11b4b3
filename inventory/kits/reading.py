"""Kits: assets of a model that has a parts list, what each lacks, and what is to be bought for all."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from core.access import Actor
from core.database import fetch, fetch_one
from core.errors import NotFound, say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.query import Key, Orders, Where, by_place_in, list_page
from inventory import tags
from inventory.assets.shapes import NO_LONGER_USED
from inventory.kits.parts_lists import SHOWN, Part
from inventory.models import like
from inventory.scope import school_id_of

HISTORY_SHOWN = 50


class KitState(StrEnum):
    """Whether a kit can be used: ``unknown`` until it is counted, ``unusable`` without a critical part."""

    complete = "complete"
    gaps = "gaps"
    unusable = "unusable"
    unknown = "unknown"


class Kit(msgspec.Struct, frozen=True):
    """A kit with its list's ``revision`` and the sums of what it lacks.

    ``counted_by_older`` when its last count went by a list that has changed since.
    """

    asset_id: int
    tag: str
    name: str
    model_id: int
    school_id: int
    school: str
    place: str | None
    parts_list_id: int
    revision: int
    state: KitState
    missing: int
    damaged: int
    counted_at: datetime | None
    counted_by: str | None
    counted_by_older: bool


class KitPart(Part, frozen=True, kw_only=True):
    """A part of the list, and how many of it this kit lacks; ``gap_id`` where it ever lacked one."""

    missing: int
    damaged: int
    gap_id: int | None


class KitMove(msgspec.Struct, frozen=True):
    """What changed a gap, with what it changed."""

    part: str
    kind: str
    missing_change: int
    damaged_change: int
    at: datetime
    by: str
    note: str


class KitDetails(Kit, frozen=True, kw_only=True):
    """A kit with all its parts."""

    parts: list[KitPart] = []


class KitNeed(msgspec.Struct, frozen=True):
    """What the kits of one model at a school lack of a part."""

    id: int
    school: str
    model_id: int
    model: str
    part: str
    is_critical: bool
    missing: int
    damaged: int
    kits: int
    substitutes: str


class _SamePart(msgspec.Struct):
    before: int
    now: int


class KitFilters(msgspec.Struct, frozen=True):
    """Which kits a list shows."""

    q: str = ""
    school: str | None = None
    state: KitState | None = None
    model: Id | None = None
    place: Id | None = None


class NeedFilters(msgspec.Struct, frozen=True):
    """Which needs a list shows."""

    q: str = ""
    school: str | None = None
    model: Id | None = None


NO_FILTERS = KitFilters()
ALL_NEEDS = NeedFilters()
TITLE = "model_title(m.brand, m.name)"
# What has left the rooms is no kit that anybody counts.
IN_USE = f"a.lifecycle NOT IN {NO_LONGER_USED}"
READ = f"""
SELECT a.id AS asset_id, a.tag, coalesce(nullif(a.name, ''), {TITLE}) AS name, a.model AS model_id,
       a.school AS school_id, s.code AS school, pp.path AS place, k.parts_list AS parts_list_id,
       k.revision, k.state, k.missing, k.damaged, k.counted_at, p.name AS counted_by,
       k.counted_by_older
  FROM kit_state k JOIN asset a ON a.id = k.asset JOIN asset_model m ON m.id = a.model
  JOIN school s ON s.id = a.school
  LEFT JOIN place_path pp ON pp.place = a.place LEFT JOIN person p ON p.id = k.counted_by
"""
OF_TAG = f"{READ} WHERE a.tag = $1 AND a.school = any($2::bigint[])"
PARTS = f"""
SELECT l.id, l.part, l.quantity, l.is_critical, l.spot, l.substitutes, k.id AS kit_part_id,
       f.id AS photo_id, lack.gap AS gap_id,
       coalesce(lack.missing, 0) AS missing, coalesce(lack.damaged, 0) AS damaged
  FROM parts_list_line l {SHOWN}
  LEFT JOIN kit_lack lack ON lack.line = l.id AND lack.asset = $2
 WHERE l.parts_list = $1 ORDER BY l.position
"""
SAME_PARTS = """
SELECT old.id AS before, l.id AS now FROM parts_list_line old
  JOIN parts_list_line l ON l.parts_list = $1 AND l.folded = old.folded
 WHERE old.id = any($2::bigint[])
"""
MOVES = """
SELECT g.part, v.kind, v.missing_change, v.damaged_change, v.at, p.name AS by, v.note
  FROM kit_move v JOIN kit_gap g ON g.id = v.gap JOIN person p ON p.id = v.by
 WHERE g.asset = $1 ORDER BY v.id DESC LIMIT $2
"""
NEEDS = f"""
SELECT n.id, s.code AS school, n.model AS model_id, {TITLE} AS model, n.part, n.is_critical,
       n.missing, n.damaged, n.kits, n.substitutes
  FROM (SELECT min(lack.gap) AS id, lack.school, a.model, min(lack.part) AS part,
               bool_or(lack.is_critical) AS is_critical, sum(lack.missing)::bigint AS missing,
               sum(lack.damaged)::bigint AS damaged, count(*) AS kits,
               min(l.substitutes) AS substitutes
          FROM kit_lack lack JOIN asset a ON a.id = lack.asset
          JOIN parts_list_line l ON l.id = lack.line
         WHERE lack.school = any(:schools) AND {IN_USE}
         GROUP BY lack.school, a.model, lack.folded) n
  JOIN school s ON s.id = n.school JOIN asset_model m ON m.id = n.model
"""
ORDERS = Orders(
    "tag",
    Key("a.id", int, "asset_id"),
    tag=Key('a.tag COLLATE "C"', str, "tag"),
    state=by_place_in(["unusable", "gaps", "unknown", "complete"], "k.state", "state"),
    missing=Key("k.missing", int, "missing"),
    counted_at=Key("k.counted_at", datetime, "counted_at", is_optional=True),
    place=Key("pp.path", str, "place", is_optional=True),
)
NEED_ORDERS = Orders(
    "model",
    Key("n.id", int, "id"),
    model=(Key(TITLE, str, "model"), Key("n.part", str, "part")),
    part=Key("n.part", str, "part"),
    missing=Key("n.missing", int, "missing"),
)


async def list_kits(
    actor: Actor,
    filters: KitFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[Kit]:
    """The kits of the actor's schools by tag, or by ``sort``; ``state`` puts the worst first."""
    where = Where(f"a.school = any(:schools) AND {IN_USE}", schools=actor.school_ids)
    where.add_given("k.state = :state", state=filters.state)
    where.add_given("a.model = :model", model=filters.model)
    where.add_given("a.place = :place", place=filters.place)
    if filters.school:
        where.add("a.school = :school", school=await school_id_of(actor, filters.school))
    if filters.q.strip():
        where.add(
            f"(a.tag || ' ' || a.name || ' ' || {TITLE}) ILIKE :pattern", pattern=like(filters.q)
        )
    return await list_page(Kit, READ, where, ORDERS.chosen(sort), cursor=cursor, limit=limit)


async def find_kit(actor: Actor, tag: str) -> Kit | None:
    """The kit of a tag with its sums, or None where its model has no parts list."""
    return await fetch_one(Kit, OF_TAG, tags.clean(tag), actor.school_ids)


async def get_kit(actor: Actor, tag: str) -> KitDetails:
    """One kit in the actor's sight with its parts; NotFound too where its model has no parts list."""
    found = await fetch_one(KitDetails, OF_TAG, tags.clean(tag), actor.school_ids)
    if found is None:
        raise NotFound(
            say("There is no such kit: its model has no list of parts, or it is not of your school")
        )
    parts = await fetch(KitPart, PARTS, found.parts_list_id, found.asset_id)
    return msgspec.structs.replace(found, parts=parts)


async def find_same_parts(kit: KitDetails, line_ids: Sequence[int]) -> dict[int, int]:
    """For lines of older lists, the lines of the kit's list now that are of the same part."""
    found = await fetch(_SamePart, SAME_PARTS, kit.parts_list_id, list(line_ids))
    return {one.before: one.now for one in found}


async def list_kit_moves(actor: Actor, tag: str) -> list[KitMove]:
    """What became missing of a kit and what came back to it, the newest first."""
    kit = await get_kit(actor, tag)
    return await fetch(KitMove, MOVES, kit.asset_id, HISTORY_SHOWN)


async def list_needs(
    actor: Actor,
    filters: NeedFilters = ALL_NEEDS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[KitNeed]:
    """What all kits in use lack, part by part: what is to be found, mended or bought."""
    where = Where(schools=actor.school_ids)
    where.add_given("n.model = :model", model=filters.model)
    if filters.school:
        where.add("n.school = :school", school=await school_id_of(actor, filters.school))
    if filters.q.strip():
        where.add(f"(n.part || ' ' || {TITLE}) ILIKE :pattern", pattern=like(filters.q))
    return await list_page(
        KitNeed, NEEDS, where, NEED_ORDERS.chosen(sort), cursor=cursor, limit=limit
    )
