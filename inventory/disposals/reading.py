"""Disposals as people read them: the list, one with its things, and what is due."""

from datetime import datetime

import msgspec

from core import clock
from core.access import Actor
from core.database import fetch, fetch_value, get_one
from core.errors import NotFound, say
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import APPROVE_DISPOSALS, EDIT_EQUIPMENT
from core.query import Key, Orders, Where, list_page, opaque
from inventory.disposals.shapes import (
    Disposal,
    DisposalFacts,
    DisposalFilters,
    DisposalLine,
    DisposalRow,
    DisposalState,
    DisposalView,
    DueEnd,
    EndOfDonation,
    StillSearched,
)
from inventory.models import like
from inventory.scope import school_id_of

MISSING = say("There is no such disposal, or it is not of your school")
NO_FILTERS = DisposalFilters()
# How many things one proposal is offered at most, so that an address holds them.
MOST_DUE = 100
ROW = """
SELECT d.id, d.number, d.school AS school_id, s.code AS school, s.name_zh AS school_zh,
       s.name_en AS school_en, d.end_state AS end, d.state, d.reason, d.recipient,
       nullif(d.way, '') AS way, d.proceeds, d.currency,
       d.proposed_by AS proposed_by_id, p.name AS proposed_by, d.proposed_at,
       q.name AS decided_by, d.decided_at, n.lines, n.left
"""
FROM = """
  FROM disposal d JOIN school s ON s.id = d.school JOIN person p ON p.id = d.proposed_by
  LEFT JOIN person q ON q.id = d.decided_by
 CROSS JOIN LATERAL (
       SELECT count(*) AS lines, count(*) FILTER (WHERE outcome <> 'stays') AS left
         FROM disposal_line l WHERE l.disposal = d.id) n
"""
READ = ROW + FROM
FACTS = f"{ROW}, d.note, d.decision_note {FROM}"
LINES = """
SELECT l.id, l.asset AS asset_id, a.tag, asset_title(a.name, m.brand, m.name) AS title,
       CASE WHEN a.serial_trust = 'ok' THEN a.serial_number END AS serial_number, a.lifecycle,
       l.outcome, g.id AS donation_id, g.title AS donation,
       CASE WHEN o.kind <> 'anonymous' THEN o.name END AS donor,
       w.method AS wipe_method, w.wiped_on, w.done_by AS wiped_by, w.verified_by AS wipe_verified_by
  FROM disposal_line l JOIN asset a ON a.id = l.asset JOIN asset_model m ON m.id = a.model
  LEFT JOIN donation_line dl ON dl.id = a.donation_line LEFT JOIN donation g ON g.id = dl.donation
  LEFT JOIN donor o ON o.id = g.donor
  LEFT JOIN LATERAL (
       SELECT w.method, w.result, w.wiped_on, w.done_by, v.result AS verification,
              p.name AS verified_by
         FROM asset_wipe w LEFT JOIN wipe_verification v ON v.wipe = w.id
         LEFT JOIN person p ON p.id = v.verified_by
        WHERE w.asset = a.id ORDER BY w.wiped_on DESC, w.id DESC LIMIT 1) w
       ON w.result = 'passed' AND w.verification IS DISTINCT FROM 'failed'
 WHERE l.disposal = $1 ORDER BY a.tag
"""
VIEWS = {
    DisposalView.proposed: "d.state = 'proposed'",
    DisposalView.approved: "d.state = 'approved'",
    DisposalView.all: "true",
}
ORDERS = Orders(
    "-proposed_at",
    Key("d.id", int, "id"),
    proposed_at=Key("d.proposed_at", datetime, "proposed_at"),
    decided_at=Key("d.decided_at", datetime, "decided_at", is_optional=True),
    number=Key("d.number", str, "number"),
)
TO_APPROVE = """
SELECT count(*) FROM disposal
 WHERE state = 'proposed' AND school = any($1::bigint[]) AND proposed_by IS DISTINCT FROM $2
"""
# The newest that an asset stands in: the one that it is to end by, or ended by.
OF_ASSET = """
SELECT d.id FROM disposal_line l JOIN disposal d ON d.id = l.disposal
 WHERE l.asset = $1 AND l.outcome <> 'stays' AND d.school = any($2::bigint[])
 ORDER BY l.id DESC LIMIT 1
"""
PROPOSED = f"""
SELECT l.asset AS id, d.number FROM disposal_line l JOIN disposal d ON d.id = l.disposal
 WHERE l.is_open AND l.asset = any{opaque("assets")}
"""
OF_DONATION = """
SELECT d.id, d.number, d.end_state AS end, d.decided_at, count(*) AS count
  FROM donation_line dl JOIN asset a ON a.donation_line = dl.id
  JOIN disposal_line l ON l.asset = a.id AND l.outcome = 'ended'
  JOIN disposal d ON d.id = l.disposal
 WHERE dl.donation = $1 AND d.school = any($2::bigint[])
 GROUP BY d.id ORDER BY d.id DESC
"""
MOST_SEARCHED = 50
SEARCHED = """
SELECT s.code AS school, lost.tag, lost.title,
       ceil(extract(epoch FROM lost.until - :now::timestamptz) / 86400)::int AS days_left
  FROM (SELECT a.school, a.tag, asset_title(a.name, m.brand, m.name) AS title,
               r.search_days * interval '1 day' + (
                   SELECT max(t.at) FROM asset_step t WHERE t.asset = a.id AND t.to_state = 'lost')
                   AS until
          FROM asset a JOIN asset_model m ON m.id = a.model
          JOIN disposal_rule r ON r.school = a.school
         WHERE a.lifecycle = 'lost' AND a.school = any(:schools)) lost
  JOIN school s ON s.id = lost.school
 WHERE lost.until > :now::timestamptz ORDER BY lost.until, lost.tag LIMIT :most
"""
DUE = f"""
SELECT s.code AS school, due.end, (array_agg(due.tag ORDER BY due.tag))[1:{MOST_DUE}] AS tags
  FROM (SELECT a.id, a.school, a.tag, 'written_off' AS end
          FROM asset a JOIN disposal_rule r ON r.school = a.school
         WHERE a.lifecycle = 'lost' AND a.school = any(:schools)
           AND :now::timestamptz >= r.search_days * interval '1 day' + (
               SELECT max(t.at) FROM asset_step t WHERE t.asset = a.id AND t.to_state = 'lost')
        UNION ALL
        SELECT a.id, a.school, a.tag, 'returned_to_donor'
          FROM asset a JOIN donation_line l ON l.id = a.donation_line
          JOIN donation g ON g.id = l.donation AND g.return_on_end
         WHERE a.lifecycle = 'retired' AND a.school = any(:schools)) due
  JOIN school s ON s.id = due.school
 WHERE NOT EXISTS (SELECT FROM disposal_line o WHERE o.asset = due.id AND o.is_open)
 GROUP BY s.code, due.end ORDER BY s.code, due.end
"""


class _Proposed(msgspec.Struct):
    id: int
    number: str


async def list_disposals(
    actor: Actor,
    filters: DisposalFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[DisposalRow]:
    """The disposals of the actor's schools, newest first, or by ``sort``."""
    where = Where("d.school = any(:schools)", schools=actor.school_ids)
    where.add(VIEWS[filters.view])
    where.add_given("d.end_state = :end", end=filters.end)
    if filters.school:
        where.add("d.school = :school", school=await school_id_of(actor, filters.school))
    if filters.q.strip():
        where.add(
            "((d.number || ' ' || d.reason || ' ' || d.recipient) ILIKE :pattern OR EXISTS ("
            "SELECT FROM disposal_line l JOIN asset a ON a.id = l.asset"
            " WHERE l.disposal = d.id AND a.tag ILIKE :pattern))",
            pattern=like(filters.q),
        )
    return await list_page(
        DisposalRow, READ, where, ORDERS.chosen(sort), cursor=cursor, limit=limit
    )


async def get_disposal(actor: Actor, disposal_id: int) -> Disposal:
    """One disposal of a school of the actor, else NotFound."""
    facts = await get_one(
        DisposalFacts,
        f"{FACTS} WHERE d.id = :id AND d.school = any(:schools)",
        id=disposal_id,
        schools=actor.school_ids,
        missing=MISSING,
    )
    return Disposal(
        **msgspec.structs.asdict(facts), items=await fetch(DisposalLine, LINES, facts.id)
    )


async def get_certificate(actor: Actor, disposal_id: int) -> Disposal:
    """An approved disposal with the names and titles of the day of its approval, else NotFound.

    One that was approved before certificates were stored has today's.
    """
    found = await get_disposal(actor, disposal_id)
    if found.state is not DisposalState.approved:
        raise NotFound(MISSING)
    issued = await fetch_value("SELECT facts::text FROM certificate WHERE disposal = $1", found.id)
    return found if issued is None else msgspec.json.decode(issued, type=Disposal)


async def find_disposal_of(actor: Actor, asset_id: int) -> Disposal | None:
    """The disposal by which an asset is to leave the books, or left them; None if there is none."""
    found = await fetch_value(OF_ASSET, asset_id, actor.school_ids)
    return None if found is None else await get_disposal(actor, found)


async def find_proposed(asset_ids: list[int]) -> dict[int, str]:
    """Of these assets those that stand in an open disposal, with its number."""
    return {one.id: one.number for one in await fetch(_Proposed, PROPOSED, assets=asset_ids)}


async def list_of_donation(actor: Actor, donation_id: int) -> list[EndOfDonation]:
    """By which disposals of the actor's schools things of a donation left the books, newest first."""
    return await fetch(EndOfDonation, OF_DONATION, donation_id, actor.school_ids)


async def count_to_approve(actor: Actor) -> int:
    """How many proposals of others wait for the actor."""
    counted: int = await fetch_value(
        TO_APPROVE, actor.school_ids_with(APPROVE_DISPOSALS), actor.person_id
    )
    return counted


async def list_searched(actor: Actor) -> list[StillSearched]:
    """What is lost and searched still, at the schools whose equipment the actor keeps; what may be
    written off first comes first, fifty at most."""
    return await fetch(
        StillSearched,
        SEARCHED,
        schools=actor.school_ids_with(EDIT_EQUIPMENT),
        now=clock.now(),
        most=MOST_SEARCHED,
    )


async def list_due_ends(actor: Actor) -> list[DueEnd]:
    """What was searched long enough, and what a donor wants back, at the schools whose equipment
    the actor keeps; of each the first hundred by their tags."""
    return await fetch(DueEnd, DUE, schools=actor.school_ids_with(EDIT_EQUIPMENT), now=clock.now())
