"""One asset with its names, by its tag or by the code on its label."""

import msgspec

from core.access import Actor
from core.database import fetch, fetch_one
from core.errors import NotFound, say
from inventory import tags
from inventory.assets.shapes import DUE, HOLDER, IS_OVERDUE, JOINS, ROW_COLUMNS, Asset, AssetRow
from inventory.borrowers import (
    HOLDER_ID,
    HOLDER_JOINS,
    HOLDER_KIND,
    HOLDER_NAME,
    is_readable,
    without_borrower,
    without_borrowers,
)
from inventory.custom_fields.values import OF_ASSET

WHOLE = f"""
SELECT a.id, a.tag, a.name, a.school AS school_id, s.code AS school, owner.code AS title_holder,
       a.model AS model_id, m.kind, m.brand, m.name AS model, a.serial_number, a.serial_trust,
       a.lifecycle, a.condition, a.place AS place_id, pp.path AS place,
       d.id AS donation_id, d.title AS donation,
       CASE WHEN d.name_public AND donor.kind <> 'anonymous' THEN donor.name END AS donor,
       a.note, a.version, a.created_at, a.cost, a.currency, a.cost_basis, a.acquired_on,
       a.warranty_until, a.supplier, a.class_code, a.class_edition,
       array(SELECT n.number FROM asset_number n WHERE n.asset = a.id ORDER BY n.id) AS numbers,
       ({OF_ASSET}) AS fields,
       (SELECT l.code FROM label_code l WHERE l.asset = a.id
         ORDER BY l.linked_at DESC NULLS LAST, l.created_at DESC LIMIT 1) AS code,
       c.id AS custody_id,
       {HOLDER}, c.started_at AS held_since, {DUE}, {IS_OVERDUE} AS is_overdue,
       (SELECT count(*) FROM work_order w WHERE w.asset = a.id AND w.closed_at IS NULL)
           AS open_work_orders,
       gone.kind AS last_holder_kind, gone.holder_id AS last_holder_id, gone.name AS last_holder,
       (lost.at AT TIME ZONE s.zone)::date AS lost_on,
       coalesce(d.wipe_on_intake AND holds_data(m.kind), false) AS asks_wipe,
       asset_is_wiped(a.id) AS is_wiped, coalesce(d.return_on_end, false) AS goes_back
  FROM asset a {JOINS}
  JOIN school owner ON owner.id = a.title_holder
  LEFT JOIN donation_line line ON line.id = a.donation_line
  LEFT JOIN donation d ON d.id = line.donation
  LEFT JOIN donor ON donor.id = d.donor
  LEFT JOIN LATERAL (SELECT max(at) AS at FROM asset_step WHERE asset = a.id AND to_state = 'lost')
       lost ON a.lifecycle IN ('lost', 'written_off')
  LEFT JOIN LATERAL (SELECT {HOLDER_KIND} AS kind, {HOLDER_ID} AS holder_id, {HOLDER_NAME} AS name
                       FROM custody c {HOLDER_JOINS}
                      WHERE c.asset = a.id AND c.school = a.school AND c.was_lost
                        AND c.ended_at >= lost.at
                      ORDER BY c.ended_at DESC LIMIT 1) gone ON true
"""


def no_such_asset() -> NotFound:
    """The one answer for an asset that is not there and for one out of sight."""
    return NotFound(say("There is no such asset, or it is not of your school"))


async def get_asset(actor: Actor, tag: str) -> Asset:
    """The asset of a tag, in any case of letters, else NotFound."""
    asset = await find_asset(actor, tag)
    if asset is None:
        raise no_such_asset()
    return asset


async def find_asset(actor: Actor, tag: str) -> Asset | None:
    """The asset of a tag in the actor's sight, or None."""
    found = await fetch_one(
        Asset,
        f"{WHOLE} WHERE a.tag = $1 AND a.school = any($2::bigint[])",
        tags.clean(tag),
        actor.school_ids,
    )
    return _without_last_holder(actor, without_borrower(actor, found)) if found else None


def _without_last_holder(actor: Actor, asset: Asset) -> Asset:
    if is_readable(actor, asset.school, asset.last_holder_kind, asset.last_holder_id):
        return asset
    return msgspec.structs.replace(asset, last_holder_id=None, last_holder=None)


async def find_by_tags(actor: Actor, wanted: list[str]) -> list[AssetRow]:
    """Those of ``wanted`` that exist in the actor's sight, by tag."""
    found = await fetch(
        AssetRow,
        f"SELECT {ROW_COLUMNS} FROM asset a {JOINS}"
        " WHERE a.tag = any($1::text[]) AND a.school = any($2::bigint[]) ORDER BY a.tag",
        [tags.clean(tag) for tag in wanted],
        actor.school_ids,
    )
    return without_borrowers(actor, found)
