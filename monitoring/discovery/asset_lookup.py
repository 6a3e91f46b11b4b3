"""Which assets of a school the keys of what was discovered lead to: the database's side of matching."""

from datetime import timedelta

import msgspec

from core import clock
from core.database import fetch
from inventory import tags
from inventory.assets.shapes import NO_LONGER_USED as GONE
from monitoring.discovery.matching import Doubt, Key, Led, Match, Owner, judge, trusted_serial

LEAST_MODEL_NAME = 4
# More of one model name none of them.
MOST_OF_A_MODEL = 5
# A machine that got another address since is not two.
LATELY = timedelta(hours=12)

OWNER = """
SELECT DISTINCT a.id AS asset_id, a.tag, m.kind, a.lifecycle = ANY ($2::text[]) AS is_gone,
       (SELECT o.address FROM device o WHERE o.asset = a.id AND o.removed_at IS NULL)
           AS monitored_at
  FROM asset a JOIN asset_model m ON m.id = a.model
"""


class Known(msgspec.Struct, frozen=True):
    """What was discovered, or a candidate that waits, says of itself."""

    school_id: int
    address: str
    port: int
    profile: str | None
    identity: dict[str, str]
    macs: list[str]


async def match(known: Known) -> Match:
    """The verdict on what was discovered, by the school's assets and devices as they are now."""
    led = [
        await _by_serial(known),
        await _by_mac(known),
        await _by_address(known),
        await _by_name(known),
        await _by_model(known),
    ]
    return judge(
        [one for one in led if one is not None],
        profile=known.profile,
        shared=await _shared(known),
    )


async def _by_serial(known: Known) -> Led | None:
    serial = trusted_serial(known.identity)
    if serial is None:
        return None
    owners = await _owners(
        known,
        "a.serial_trust = 'ok' AND a.lifecycle <> 'voided' AND lower(a.serial_number) = lower($3)",
        serial,
    )
    return Led(Key.serial_number, serial, owners)


async def _by_mac(known: Known) -> Led | None:
    if not known.macs:
        return None
    owners = await _owners(
        known,
        "a.id IN (SELECT d.asset FROM device d WHERE d.school = $1 AND d.mac = any($3::text[]))",
        known.macs,
    )
    return Led(Key.mac, known.macs[0], owners)


async def _by_address(known: Known) -> Led | None:
    owners = await _owners(
        known,
        "a.id IN (SELECT d.asset FROM device d WHERE d.school = $1 AND d.address = $3"
        " AND d.removed_at IS NULL)",
        known.address,
    )
    return Led(Key.address, known.address, owners)


async def _by_name(known: Known) -> Led | None:
    name = known.identity.get("name")
    if not name:
        return None
    return Led(Key.name, name, await _owners(known, "a.tag = $3", tags.clean(name)))


async def _by_model(known: Known) -> Led | None:
    text = " ".join(known.identity.get(name, "") for name in ("model", "description")).strip()
    if not text:
        return None
    owners = await _owners(
        known,
        f"length(m.name) >= {LEAST_MODEL_NAME} AND strpos(lower($3), lower(m.name)) > 0"
        " AND NOT EXISTS (SELECT FROM device o WHERE o.asset = a.id AND o.removed_at IS NULL)"
        " AND a.lifecycle <> ALL ($2::text[])",
        text,
    )
    return Led(Key.model, text, owners) if len(owners) <= MOST_OF_A_MODEL else None


async def _owners(known: Known, condition: str, value: object) -> list[Owner]:
    return await fetch(
        Owner,
        f"{OWNER} WHERE a.school = $1 AND {condition} ORDER BY a.tag LIMIT {MOST_OF_A_MODEL + 1}",
        known.school_id,
        list(GONE),
        value,
    )


class _Same(msgspec.Struct, frozen=True):
    serial: bool
    card: bool


async def _shared(known: Known) -> frozenset[Doubt]:
    """The keys that another address has given lately: one machine twice, or a copied number."""
    same = await fetch(
        _Same,
        "SELECT coalesce(lower(c.identity ->> 'serial_number') = lower(:serial), false) AS serial,"
        " coalesce(c.mac = any(:macs::text[]), false) AS card FROM candidate c"
        " WHERE c.school = :school_id AND (c.address, c.port) <> (:address, :port)"
        " AND c.device IS NULL AND c.decision IS DISTINCT FROM 'ignored' AND c.seen_at > :since"
        " AND (lower(c.identity ->> 'serial_number') = lower(:serial) OR c.mac = any(:macs::text[]))",
        school_id=known.school_id,
        serial=trusted_serial(known.identity),
        address=known.address,
        port=known.port,
        macs=known.macs,
        since=clock.now() - LATELY,
    )
    doubts = [Doubt.shared_serial] * any(one.serial for one in same)
    return frozenset(doubts + [Doubt.shared_card] * any(one.card for one in same))
