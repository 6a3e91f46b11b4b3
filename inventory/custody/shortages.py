"""What came back without some of its parts: in sight until somebody says how it was resolved."""

from datetime import datetime
from enum import StrEnum

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch, get_one, transaction
from core.errors import Conflict, say
from core.permissions import EDIT_EQUIPMENT
from inventory import tags


class ResolvedAs(StrEnum):
    """How a shortage ended."""

    found = "found"
    replaced = "replaced"
    done_without = "done_without"


class Shortage(msgspec.Struct, frozen=True):
    """Parts that were missing when something came back; open while ``resolved_at`` is empty."""

    id: int
    tag: str
    school: str
    parts: str
    noted_at: datetime
    noted_by: str
    resolved_at: datetime | None
    resolved_by: str | None
    resolved_as: ResolvedAs | None


class Resolution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a shortage was resolved."""

    resolved_as: ResolvedAs


class _Locked(msgspec.Struct):
    id: int
    school_id: int
    resolved_at: datetime | None


READ = """
SELECT t.id, a.tag, s.code AS school, t.parts, t.noted_at, noted.name AS noted_by, t.resolved_at,
       resolved.name AS resolved_by, t.resolved_as
  FROM shortage t
  JOIN asset a ON a.id = t.asset
  JOIN school s ON s.id = a.school
  JOIN person noted ON noted.id = t.noted_by
  LEFT JOIN person resolved ON resolved.id = t.resolved_by
 WHERE a.school = any(:schools)
"""
# Of an asset that has changed its school, the new school resolves it.
LOCK = """
SELECT t.id, a.school AS school_id, t.resolved_at FROM shortage t JOIN asset a ON a.id = t.asset
 WHERE t.id = :id AND a.school = any(:schools) FOR UPDATE OF t
"""
RESOLVE = """
UPDATE shortage SET resolved_at = :now, resolved_by = :by, resolved_as = :resolved_as WHERE id = :id
"""
MISSING = say("There is no such note of missing parts, or it is not of your school")


async def list_shortages(actor: Actor, tag: str) -> list[Shortage]:
    """What is or was missing of an asset in the actor's sight: what is open first, then the newest."""
    return await fetch(
        Shortage,
        f"{READ} AND a.tag = :tag ORDER BY t.resolved_at IS NOT NULL, t.noted_at DESC, t.id DESC",
        tag=tags.clean(tag),
        schools=actor.school_ids,
    )


async def get_shortage(actor: Actor, shortage_id: int) -> Shortage:
    """Missing parts of an asset in the actor's sight, else NotFound."""
    return await get_one(
        Shortage,
        f"{READ} AND t.id = :id",
        id=shortage_id,
        schools=actor.school_ids,
        missing=MISSING,
    )


async def resolve_shortage(actor: Actor, shortage_id: int, resolution: Resolution) -> Shortage:
    """Say how missing parts were resolved; Conflict if somebody has said so already."""
    async with transaction(actor):
        found = await get_one(
            _Locked, LOCK, id=shortage_id, schools=actor.school_ids, missing=MISSING
        )
        actor.require(found.school_id, EDIT_EQUIPMENT)
        if found.resolved_at is not None:
            raise Conflict(say("Somebody has resolved this already"), code="resolved")
        await execute(
            RESOLVE,
            id=shortage_id,
            now=clock.now(),
            by=actor.person_id,
            resolved_as=resolution.resolved_as,
        )
    return await get_shortage(actor, shortage_id)
