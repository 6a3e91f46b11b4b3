"""Wipes listed for those who verify them, and the certificate that one had on its day."""

from datetime import datetime
from typing import Any

import msgspec

from core.access import Actor
from core.database import fetch_one, fetch_value, get_one
from core.errors import NotFound, say
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_EQUIPMENT
from core.query import Key, Orders, Where, list_page
from inventory.models import like
from inventory.scope import school_id_of
from inventory.wipes.shapes import WipeCertificate, WipeFilters, WipeRow, WipeView

MISSING = say("There is no such wipe, or it is not of your school")
NOT_ISSUED = say("This wipe has no certificate: no second person has verified it")
FROM = """
  FROM asset_wipe w JOIN asset a ON a.id = w.asset JOIN asset_model m ON m.id = a.model
  JOIN school s ON s.id = a.school LEFT JOIN person p ON p.id = w.recorded_by
  LEFT JOIN wipe_verification v ON v.wipe = w.id LEFT JOIN person q ON q.id = v.verified_by
"""
READ = f"""
SELECT w.id, a.id AS asset_id, a.tag, asset_title(a.name, m.brand, m.name) AS title,
       CASE WHEN a.serial_trust = 'ok' THEN a.serial_number END AS serial_number,
       a.school AS school_id, s.code AS school, s.name_zh AS school_zh, s.name_en AS school_en,
       w.method, w.result, w.wiped_on, w.done_by, w.tool, w.disk_serial, w.note,
       w.recorded_by AS recorded_by_id, p.name AS recorded_by, w.recorded_at,
       v.result AS verification, v.looked_at, q.name AS verified_by, v.verified_at
{FROM}
"""
# Of what is in use nobody asks any more, and what has been used since is wiped once more.
IS_WAITING = """
w.result = 'passed' AND v.id IS NULL
 AND a.lifecycle IN ('received', 'triage', 'wiping', 'refurbish', 'retired')
 AND EXISTS (SELECT FROM disposal_rule r WHERE r.school = a.school AND r.needs_verification)
 AND w.id = (SELECT n.id FROM asset_wipe n WHERE n.asset = a.id
              ORDER BY n.wiped_on DESC, n.id DESC LIMIT 1)
 AND asset_is_wiped_since_use(a.id)
"""
VIEWS = {
    WipeView.waiting: IS_WAITING,
    WipeView.verified: "v.result = 'passed'",
    WipeView.failed: "(w.result = 'failed' OR v.result = 'failed')",
    WipeView.all: "true",
}
ORDERS = Orders(
    "-recorded_at",
    Key("w.id", int, "id"),
    recorded_at=Key("w.recorded_at", datetime, "recorded_at"),
    tag=Key("a.tag", str, "tag"),
)
WAITING = f"""
SELECT count(*) {FROM} WHERE a.school = any($1::bigint[]) AND {IS_WAITING}
   AND w.recorded_by IS DISTINCT FROM $2
"""
NO_FILTERS = WipeFilters()


async def list_wipes(
    actor: Actor,
    filters: WipeFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[WipeRow]:
    """The wipes of the assets of the actor's schools, those that wait for a second person first asked
    for, newest first, or by ``sort``."""
    where = Where("a.school = any(:schools)", schools=actor.school_ids)
    where.add(VIEWS[filters.view])
    if filters.school:
        where.add("a.school = :school", school=await school_id_of(actor, filters.school))
    if filters.q.strip():
        where.add(
            "(a.tag ILIKE :pattern OR a.serial_number ILIKE :pattern"
            " OR w.disk_serial ILIKE :pattern)",
            pattern=like(filters.q),
        )
    return await list_page(WipeRow, READ, where, ORDERS.chosen(sort), cursor=cursor, limit=limit)


async def get_wipe(actor: Actor, wipe_id: int) -> WipeRow:
    """One wipe of an asset of a school of the actor, else NotFound."""
    return await get_one(
        WipeRow,
        f"{READ} WHERE w.id = :id AND a.school = any(:schools)",
        id=wipe_id,
        schools=actor.school_ids,
        missing=MISSING,
    )


async def count_waiting(actor: Actor) -> int:
    """How many wipes that others recorded wait for the actor to verify them."""
    counted: int = await fetch_value(
        WAITING, actor.school_ids_with(EDIT_EQUIPMENT), actor.person_id
    )
    return counted


class _Issued(msgspec.Struct):
    facts: str
    issued_at: datetime


async def get_certificate(actor: Actor, wipe_id: int) -> WipeCertificate:
    """The certificate of a verified wipe as it was issued; NotFound where no second person passed it."""
    found = await get_wipe(actor, wipe_id)
    issued = await fetch_one(
        _Issued, "SELECT facts::text AS facts, issued_at FROM certificate WHERE wipe = $1", found.id
    )
    if issued is None:
        raise NotFound(NOT_ISSUED)
    facts: Any = msgspec.json.decode(issued.facts, type=WipeRow)
    return WipeCertificate(facts, issued.issued_at)
