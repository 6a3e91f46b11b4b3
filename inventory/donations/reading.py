"""Donations listed and opened, by those who may read a school's donations."""

from datetime import date

import msgspec

from core.access import Actor
from core.changes import changed_since
from core.database import fetch, get_one
from core.errors import say
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_DONATIONS, READ_DONATIONS
from core.query import Key, Orders, Schools, Where, list_page
from inventory.donations.shapes import (
    Donation,
    DonationFilters,
    DonationLine,
    DonationRow,
    ReceiptRow,
    StateCount,
)
from inventory.models import like
from inventory.scope import school_id_of

ROWS = """
SELECT g.id, s.code AS school, donor.name AS donor, donor.kind AS donor_kind, g.title,
       g.received_on, g.acknowledgement_number, g.acknowledged_at,
       coalesce(l.declared, 0) AS declared, coalesce(l.received, 0) AS received
  FROM donation g
  JOIN school s ON s.id = g.school
  JOIN donor ON donor.id = g.donor
  LEFT JOIN LATERAL (SELECT sum(declared)::bigint AS declared, sum(received)::bigint AS received
                       FROM donation_line WHERE donation = g.id) l ON true
"""
WHOLE = """
SELECT g.id, g.school AS school_id, s.code AS school, g.donor AS donor_id, donor.name AS donor,
       donor.kind AS donor_kind, g.title, g.received_on, g.return_on_end, g.resale_forbidden,
       g.wipe_on_intake, g.name_public, g.note, g.acknowledgement_number, g.acknowledged_at,
       g.version, g.created_at, {unwiped}
  FROM donation g JOIN school s ON s.id = g.school JOIN donor ON donor.id = g.donor
"""
LINES = """
SELECT l.id, l.model AS model_id, m.kind, model_title(m.brand, m.name) AS model, l.declared,
       l.received, l.note
  FROM donation_line l JOIN asset_model m ON m.id = l.model WHERE l.donation = $1 ORDER BY l.id
"""
STATES = """
SELECT a.lifecycle, count(*) AS assets
  FROM asset a JOIN donation_line l ON l.id = a.donation_line
  JOIN lifecycle s ON s.state = a.lifecycle
 WHERE l.donation = $1 GROUP BY a.lifecycle, s.position ORDER BY s.position
"""


ORDERS = Orders(
    "-received_on",
    Key("g.id", int, "id"),
    received_on=Key("g.received_on", date, "received_on"),
    donor=Key("donor.name", str, "donor"),
    title=Key("g.title", str, "title"),
    number=Key("g.acknowledgement_number", str, "acknowledgement_number"),
)


NO_FILTERS = DonationFilters()
RECEIPTS = """
SELECT r.id, l.id AS line_id, model_title(m.brand, m.name) AS model, r.received_at, p.name AS by,
       count(a.id) FILTER (WHERE a.lifecycle <> 'voided') AS assets, coalesce(v.in_lot, 0) AS in_lot,
       v.lot_id, min(a.tag) AS first_tag, max(a.tag) AS last_tag, r.undone_at
  FROM donation_receipt r JOIN donation_line l ON l.id = r.donation_line
  JOIN asset_model m ON m.id = l.model LEFT JOIN person p ON p.id = r.by
  LEFT JOIN asset a ON a.receipt = r.id
  LEFT JOIN LATERAL (SELECT sum(on_hand_change)::bigint AS in_lot, max(lot) AS lot_id
                       FROM lot_move WHERE receipt = r.id) v ON true
 WHERE l.donation = $1
 GROUP BY r.id, l.id, m.id, p.id, v.in_lot, v.lot_id ORDER BY r.received_at DESC, r.id DESC
"""
# What the donor asks to be wiped and no wipe is recorded of, among what has not left the books.
UNWIPED = """
       (SELECT count(*) FROM asset a JOIN donation_line l ON l.id = a.donation_line
          JOIN asset_model m ON m.id = a.model JOIN lifecycle s ON s.state = a.lifecycle
         WHERE l.donation = g.id AND g.wipe_on_intake AND holds_data(m.kind) AND NOT s.is_end
           AND NOT asset_is_wiped(a.id)) AS unwiped
"""


async def list_donations(
    actor: Actor,
    filters: DonationFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[DonationRow]:
    """One page of donations, newest first unless ``sort`` says otherwise."""
    schools = actor.school_ids_with(READ_DONATIONS)
    if filters.school:
        schools = sorted({await school_id_of(actor, filters.school)} & set(schools))
    where = Where()
    where.add_given("g.donor = :donor", donor=filters.donor)
    if filters.q.strip():
        where.add(
            "(g.title || ' ' || donor.name || ' ' || g.acknowledgement_number) ILIKE :pattern",
            pattern=like(filters.q),
        )
    if filters.has_gap is not None:
        has_gap = str(filters.has_gap).lower()
        where.add(f"(coalesce(l.declared, 0) > coalesce(l.received, 0)) = {has_gap}")
    return await list_page(
        DonationRow,
        ROWS,
        where,
        ORDERS.chosen(sort),
        cursor=cursor,
        limit=limit,
        schools=Schools("g.school", schools),
        changed=changed_since(filters.changed_since, "donation", "g.id", schools),
    )


async def get_donation(actor: Actor, donation_id: int) -> Donation:
    """One donation with its lines and the present state of its assets, else NotFound."""
    donation = await get_one(
        Donation,
        f"{WHOLE.format(unwiped=UNWIPED)} WHERE g.id = $1 AND g.school = any($2::bigint[])",
        donation_id,
        actor.school_ids_with(READ_DONATIONS),
        missing=say("There is no such donation, or it is not of your school"),
    )
    return msgspec.structs.replace(
        donation,
        lines=tuple(await fetch(DonationLine, LINES, donation.id)),
        assets=tuple(await fetch(StateCount, STATES, donation.id)),
        receipts=tuple(await fetch(ReceiptRow, RECEIPTS, donation.id)),
    )


async def get_editable(actor: Actor, donation_id: int) -> Donation:
    """One donation, for somebody who may write it."""
    donation = await get_donation(actor, donation_id)
    actor.require(donation.school_id, EDIT_DONATIONS)
    return donation
