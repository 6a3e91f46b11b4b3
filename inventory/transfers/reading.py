"""Transfers as people of either school read them: the list, one with all its things."""

from datetime import date, datetime

import msgspec

from core.access import Actor
from core.database import fetch, fetch_value, get_one
from core.errors import say
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_EQUIPMENT
from core.query import Key, Orders, Where, list_page
from core.schools import COLUMNS, School
from inventory import codes, tags
from inventory.models import like
from inventory.scope import school_id_of
from inventory.transfers.shapes import (
    Transfer,
    TransferExtra,
    TransferFacts,
    TransferFilters,
    TransferLine,
    TransferRow,
    TransferSignature,
    TransferView,
)

MISSING = say("There is no such transfer, or it is not of your school")
NO_FILTERS = TransferFilters()
OVERDUE = """(t.kind = 'loan' AND t.state IN ('received', 'disputed')
    AND t.due_on < (now() AT TIME ZONE s.zone)::date)"""
ROW = f"""
SELECT t.id, t.number, t.kind, t.state, t.school AS school_id, s.code AS school,
       s.name_zh AS school_zh, s.name_en AS school_en, t.to_school AS to_school_id,
       o.code AS to_school, o.name_zh AS to_school_zh, o.name_en AS to_school_en, t.due_on,
       {OVERDUE} AS is_overdue, t.made_at, t.sent_at, t.received_at,
       n.lines, n.arrived, n.disputed, n.back
"""
FROM = """
  FROM transfer t JOIN school s ON s.id = t.school JOIN school o ON o.id = t.to_school
 CROSS JOIN LATERAL (
       SELECT count(*) AS lines, count(*) FILTER (WHERE outcome IN ('received', 'late')) AS arrived,
              count(*) FILTER (WHERE outcome = 'missing') AS disputed,
              count(*) FILTER (WHERE returned_by IS NOT NULL) AS back
         FROM transfer_line l WHERE l.transfer = t.id) n
"""
READ = ROW + FROM
FACTS = f"""
{ROW}, t.reason, t.note, t.loan AS loan_id, loan.number AS loan_number, made.name AS made_by,
       sent.name AS sent_by, got.name AS received_by, t.closed_at
{FROM}
  JOIN person made ON made.id = t.made_by
  LEFT JOIN person sent ON sent.id = t.sent_by LEFT JOIN person got ON got.id = t.received_by
  LEFT JOIN transfer loan ON loan.id = t.loan
"""
# What is not sent yet concerns its school alone.
IN_SIGHT = "(t.school = any(:schools) OR (t.to_school = any(:schools) AND t.sent_at IS NOT NULL))"
LINES = """
SELECT l.id, l.asset AS asset_id, a.tag, asset_title(a.name, m.brand, m.name) AS title,
       CASE WHEN a.serial_trust = 'ok' THEN a.serial_number END AS serial_number, a.lifecycle,
       l.outcome, l.is_open, l.condition_out, l.condition_in,
       l.note_in, p.name AS resolved_by, l.resolved_at, l.reason,
       l.returned_by IS NOT NULL AS is_back,
       EXISTS (SELECT FROM kit WHERE kit.asset = a.id) AS is_kit
  FROM transfer_line l JOIN asset a ON a.id = l.asset JOIN asset_model m ON m.id = a.model
  LEFT JOIN person p ON p.id = l.resolved_by
 WHERE l.transfer = $1 ORDER BY a.tag
"""
EXTRAS = """
SELECT e.id, e.given, n.name AS noted_by, e.noted_at, e.resolved_as, r.name AS resolved_by,
       e.resolved_at, e.reason
  FROM transfer_extra e JOIN person n ON n.id = e.noted_by
  LEFT JOIN person r ON r.id = e.resolved_by
 WHERE e.transfer = $1 ORDER BY e.id
"""
SIGNATURES = """
SELECT g.side, g.signer, g.items, g.strokes, g.signed_at, p.name AS recorded_by
  FROM transfer_signature g JOIN person p ON p.id = g.recorded_by
 WHERE g.transfer = $1 ORDER BY g.side DESC
"""
VIEWS = {
    TransferView.open: "t.state IN ('draft', 'sent', 'disputed')",
    TransferView.to_receive: "t.state = 'sent' AND t.to_school = any(:schools)",
    TransferView.lent: "t.kind = 'loan' AND t.state IN ('received', 'disputed')",
    TransferView.overdue: OVERDUE,
    TransferView.all: "true",
}
ORDERS = Orders(
    "-made_at",
    Key("t.id", int, "id"),
    made_at=Key("t.made_at", datetime, "made_at"),
    number=Key("t.number", str, "number"),
    due_on=Key("t.due_on", date, "due_on", is_optional=True),
)
PARTNERS = f"""
SELECT {COLUMNS} FROM school s WHERE s.id = any($1::bigint[]) OR EXISTS (
       SELECT FROM transfer t WHERE t.sent_at IS NOT NULL
          AND ((t.school = any($1::bigint[]) AND t.to_school = s.id)
               OR (t.to_school = any($1::bigint[]) AND t.school = s.id)))
 ORDER BY s.code
"""
ARRIVING = """
SELECT a.tag, asset_title(a.name, m.brand, m.name) AS title,
       array(SELECT c.code::text FROM label_code c WHERE c.asset = a.id)
       || ARRAY[a.tag::text, replace(a.tag, '-', ''), coalesce(upper(a.serial_number), '')] AS names
  FROM transfer t JOIN transfer_line l ON l.transfer = t.id AND l.is_open
  JOIN asset a ON a.id = l.asset JOIN asset_model m ON m.id = a.model
 WHERE t.state IN ('sent', 'disputed') AND t.to_school = any(:schools)
   AND (a.tag = any(:texts) OR replace(a.tag, '-', '') = any(:texts)
        OR upper(a.serial_number) = any(:texts)
        OR EXISTS (SELECT FROM label_code c WHERE c.asset = a.id AND c.code = any(:texts)))
"""
PLACE_OF_ASSET = """
SELECT t.id FROM transfer_line l JOIN transfer t ON t.id = l.transfer
 WHERE l.asset = $1 AND (l.is_open OR (t.kind = 'loan' AND l.outcome IN ('received', 'late')
                                       AND l.returned_by IS NULL))
 ORDER BY l.is_open DESC, l.id DESC LIMIT 1
"""


class Arriving(msgspec.Struct, frozen=True):
    """A thing on its way to one of the reader's schools."""

    tag: str
    title: str


class _Named(Arriving, frozen=True):
    names: list[str]


async def list_transfers(
    actor: Actor,
    filters: TransferFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[TransferRow]:
    """Transfers from and to the actor's schools, newest first, or by ``sort``."""
    where = Where(IN_SIGHT, schools=actor.school_ids)
    where.add(VIEWS[filters.view])
    where.add_given("t.kind = :kind", kind=filters.kind)
    where.add_given("t.state = :state", state=filters.state)
    if filters.school:
        school_id = await school_id_of(actor, filters.school)
        where.add("(t.school = :school OR t.to_school = :school)", school=school_id)
    if filters.q.strip():
        where.add(
            "(t.number || ' ' || s.name_zh || ' ' || s.name_en || ' ' || o.name_zh || ' '"
            " || o.name_en || ' ' || t.reason) ILIKE :pattern",
            pattern=like(filters.q),
        )
    return await list_page(
        TransferRow, READ, where, ORDERS.chosen(sort), cursor=cursor, limit=limit
    )


async def get_transfer(actor: Actor, transfer_id: int) -> Transfer:
    """One transfer from or to a school of the actor, else NotFound; a draft is its sender's."""
    facts = await get_one(
        TransferFacts,
        f"{FACTS} WHERE t.id = :id AND {IN_SIGHT}",
        id=transfer_id,
        schools=actor.school_ids,
        missing=MISSING,
    )
    return Transfer(
        **msgspec.structs.asdict(facts),
        items=await fetch(TransferLine, LINES, facts.id),
        extras=await fetch(TransferExtra, EXTRAS, facts.id),
        signatures=await fetch(TransferSignature, SIGNATURES, facts.id),
    )


async def find_transfer_of(actor: Actor, asset_id: int) -> Transfer | None:
    """The transfer that an asset of the actor is on its way with, or the loan that it came by."""
    transfer_id = await fetch_value(PLACE_OF_ASSET, asset_id)
    if transfer_id is None or not await fetch_value(
        "SELECT school = any($2::bigint[]) OR to_school = any($2::bigint[])"
        " FROM transfer WHERE id = $1",
        transfer_id,
        actor.school_ids,
    ):
        return None
    return await get_transfer(actor, transfer_id)


async def list_partners(actor: Actor) -> list[School]:
    """The schools that the actor's have exchanged something with, and those of their own."""
    return await fetch(School, PARTNERS, actor.school_ids)


async def find_arriving(actor: Actor, texts: list[str]) -> list[Arriving | None]:
    """For each text the thing that it means of what is under way to schools whose equipment the
    actor keeps: by its tag, its label or its serial number."""
    readings = [[codes.find_code(text) or "", tags.clean(text), tags.bare(text)] for text in texts]
    found = await fetch(
        _Named,
        ARRIVING,
        schools=actor.school_ids_with(EDIT_EQUIPMENT),
        texts=sorted({one for each in readings for one in each if one}),
    )
    by_name = {name: Arriving(one.tag, one.title) for one in found for name in one.names if name}
    return [next((by_name[one] for one in each if one in by_name), None) for each in readings]


async def count_to_receive(actor: Actor) -> int:
    """How many transfers are on their way to schools whose equipment the actor keeps."""
    counted: int = await fetch_value(
        "SELECT count(*) FROM transfer WHERE state = 'sent' AND to_school = any($1::bigint[])",
        actor.school_ids_with(EDIT_EQUIPMENT),
    )
    return counted
